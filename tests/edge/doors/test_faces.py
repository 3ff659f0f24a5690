"""Both ways of recognising faces: the box compares, or the door with features from the box. Spec G 5, F3-F5."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from linli.edge.doors.caller import Refusal
from linli.edge.doors.keeper import FaceDoor
from linli.edge.doors.orders import FaceChange, ListedFaces, Orders, WantedFace, face_changes, face_entries
from linli.edge.framework import ParamsBad
from linli.protocols.door_http import INTERFACES
from linli.protocols.door_http.messages.faces import UserInfo
from linli.vision.fake import marked
from tests.edge.doors.site import FacePerson
from tests.edge.doors.site_box import SiteBox, site_box, until
from tests.protocols.door_http.test_door_http import photo

ALICE, BOB = marked(photo(), "alice"), marked(photo(), "bob")


def passes(box: SiteBox, device: str = "door.1") -> list[tuple[int, str, dict[str, Any]]]:
    return [
        (one["code"], one["content"], json.loads(one["extInfo"]))
        for one in box.things.events_of(device, "passEvent")
    ]


@pytest.mark.covers("G-C05")
async def test_the_box_recognises_answers_and_reports(box: SiteBox) -> None:
    machine = await box.door()
    await box.site.add_face(FacePerson("face-a", "user-a", "Alice"), ALICE)
    found = await machine.show_face(ALICE, "36.5")
    assert found is not None
    assert (found.face_id, found.user_id, found.name) == ("face-a", "user-a", "Alice")
    assert await box.site.photo("door.1", found.photo_id) == ALICE
    assert machine.memory.opened == 1
    ((code, content, told),) = passes(box)
    assert (code, content, told["photoId"], told["temperature"]) == (0, "face-a", found.photo_id, "36.5")
    assert await machine.show_face(BOB) is None
    assert machine.memory.opened == 1
    assert passes(box)[1][0] == 505


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ({"blacklisted": True}, 506),
        ({"ends_ms": 1}, 502),
        ({"starts_ms": 2**50}, 501),
        ({"doors": frozenset(("door.9",))}, 505),
    ],
)
async def test_who_is_known_but_may_not_enter(box: SiteBox, person: dict[str, Any], code: int) -> None:
    machine = await box.door()
    await box.site.add_face(FacePerson("face-a", "user-a", "Alice", **person), ALICE)
    assert await machine.show_face(ALICE) is None
    assert [one[0] for one in passes(box)] == [code]
    await box.site.remove_face("face-a")
    assert await machine.show_face(ALICE) is None


@pytest.mark.parametrize(
    "bad",
    [photo(119, 200), photo(120, 120, 1024 * 1024 + 1), b"GIF89a" + b"\0" * 500, b""],
    ids=["small", "heavy", "gif", "empty"],
)
async def test_photos_that_the_protocol_forbids(box: SiteBox, bad: bytes) -> None:
    machine = await box.door()
    for call in (machine.show_face(bad), machine.own_face_pass("f", bad, "0.5")):
        with pytest.raises(Refusal) as refusal:
            await call
        assert refusal.value.answer.code == 5
    assert box.things.events == []


@pytest.mark.parametrize(
    ("temperature", "opens"),
    [("36.0", True), ("37.3", True), ("35.9", False), ("37.4", False), (None, False)],
)
async def test_temperature_rule_where_the_box_compares(
    box: SiteBox, temperature: str | None, opens: bool
) -> None:
    machine = await box.door(isCheck=1, maxThreshold="37.3", minThreshold="36.0")
    await box.site.add_face(FacePerson("face-a", "user-a", "Alice"), ALICE)
    assert (await machine.show_face(ALICE, temperature) is not None) == opens
    fevers = box.things.events_of("door.1", "FeverAlarm")
    assert len(fevers) == (0 if opens else 1)


class Wanted:
    """What is wanted of the doors of a test."""

    def __init__(self) -> None:
        self.people: list[WantedFace] = []

    async def connected(self, door: FaceDoor) -> None:
        if door.compares:
            await door.orders.compare_faces(ListedFaces(self.people))

    async def sync(self, door: FaceDoor, params: Mapping[str, Any]) -> dict[str, Any]:
        raise ParamsBad(field="FaceDataUrl", rule="there is no platform here")

    report = sync


def person(n: int, *, name: str = "", feature: float = 0.5) -> WantedFace:
    user = UserInfo(user_id=f"u{n}", user_name=name or f"n{n}", expiry_time="1905004800000")
    return WantedFace(f"face-{n}", user, (feature, n / 10_000, -0.25))


@pytest.mark.covers("G-C03", "G-C06", "G-C07", "G-C08")
async def test_a_door_that_compares_itself_is_brought_to_the_wanted_library(tmp_path: Path) -> None:
    wanted = Wanted()
    async with site_box(tmp_path, faces=wanted) as box:
        wanted.people = [person(n) for n in range(120)]
        machine = await box.door(
            faceCompareMode="device", isCheck=1, maxThreshold="37.3", minThreshold="36.0"
        )
        await until(lambda: len(machine.memory.library) == 120)
        assert machine.memory.temperature.max_threshold == "37.3"
        one = machine.memory.library["face-7"]
        assert one.feature == [0.5, 0.0007, -0.25]
        assert one.user_info is not None
        assert one.user_info.user_name == "n7"
        # changes while the door is away: one gone, one new, one with a new name, one with a new picture
        wanted.people = [person(n) for n in range(1, 118)]
        wanted.people += [person(118, name="other"), person(119, feature=0.6), person(500)]
        await machine.stop()
        await machine.start()
        await box.clock.advance(1000)
        await box.connect(machine)
        await until(lambda: "face-500" in machine.memory.library)
        library = machine.memory.library
        assert set(library) == {one.face_id for one in wanted.people}
        assert library["face-118"].user_info.user_name == "other"  # type: ignore[union-attr]
        assert library["face-119"].feature[0] == 0.6  # type: ignore[index]
        photo_id = await machine.own_face_pass("face-118", ALICE, "0.78654", "36.5")
        assert await box.site.photo("door.1", photo_id) == ALICE
        ((code, content, told),) = passes(box)
        assert (code, content, told["similarity"]) == (0, "face-118", "0.78654")


async def test_the_three_kinds_of_update() -> None:
    """3.5.1.2.txt:804-855: what is present of userInfo and feature is what changes."""
    old, same = person(1), person(2)
    held = [(one.face_id, one.user_md5, one.feature_md5) for one in (old, same)]

    async def changes(*people: WantedFace) -> list[FaceChange]:
        return list(face_changes(await ListedFaces(people).marks(), held))

    assert await changes(person(1, name="x"), same) == [(3, "face-1", True, False)]
    assert await changes(person(1, feature=0.1), same) == [(3, "face-1", False, True)]
    assert await changes(person(1, name="x", feature=0.1), same) == [(3, "face-1", True, True)]
    assert [one.type for one in await changes()] == [2, 2]
    assert await changes(old, same) == []
    (entry,) = await face_entries(ListedFaces([person(1, name="x")]), [FaceChange(3, "face-1", user=True)])
    assert (entry.user_info is not None, entry.feature) == (True, None)


async def test_51_faces_go_in_two_calls_and_a_full_library_fails_its_batch(box: SiteBox) -> None:
    machine = await box.door(faceCompareMode="device")
    orders = Orders(box.driver().link("door.1"))
    results = await orders.sync_faces([person(n).entry(1) for n in range(51)])
    assert [(len(one.keys), one.why) for one in results] == [(50, ""), (1, "")]
    machine.memory.most_faces = 60
    results = await orders.sync_faces([person(n).entry(1) for n in range(51, 120)])
    assert [one.why for one in results] == ["code 99: face library is full"] * 2
    assert len(machine.memory.library) == 51
    results = await orders.sync_faces([person(n).entry(1) for n in range(51, 60)])
    assert [one.why for one in results] == [""]


async def test_a_library_is_read_back_page_by_page(box: SiteBox) -> None:
    machine = await box.door(faceCompareMode="device")
    for n in range(1, 1030):
        machine.memory.library[f"face-{n}"] = person(n).entry(1)
    machine.memory.page = 200
    got = await box.supervisor.call("door.1", "queryFaces", {})
    assert len(got["faceInfo"]) == 1029
    assert got["faceInfo"][1028] == ["face-1029", person(1029).user_md5, person(1029).feature_md5]


async def test_a_door_slower_than_its_time_fails_the_batch_as_unknown(
    box: SiteBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/faceAC/syncFaces"
    monkeypatch.setitem(INTERFACES, path, INTERFACES[path]._replace(timeout_s=0.1))
    machine = await box.door(faceCompareMode="device")
    machine.faults.answer_delay_s = 0.4
    (result,) = await Orders(box.driver().link("door.1")).sync_faces([person(1).entry(1)])
    assert result.timed_out
    assert INTERFACES["/cardAC/syncPermissions"].timeout_s == 5
    assert INTERFACES["/elevator/rule/sync"].timeout_s == 10


async def test_features_of_enrolled_people_are_what_the_door_gets(box: SiteBox) -> None:
    feature = await box.site.add_face(FacePerson("face-a", "user-a", "Alice"), ALICE)
    assert len(feature) == 16
    assert abs(sum(one * one for one in feature) - 1) < 1e-5
    assert struct.pack("<16f", *feature)


@pytest.mark.parametrize("mode", ["edge", "device"])
async def test_a_door_fetches_photos_that_concern_it_and_no_others(box: SiteBox, mode: str) -> None:
    machine = await box.door(faceCompareMode=mode)
    await box.site.add_face(FacePerson("face-a", "user-a", "Alice"), ALICE)
    await box.site.add_face(FacePerson("face-b", "user-b", "Bob", doors=frozenset(("gate.9",))), BOB)
    assert await machine.fetch_photo(face_id="face-a") == ALICE
    own = await machine.own_face_pass("face-a", BOB, "0.9")
    assert await machine.fetch_photo(photo_id=own) == BOB
    others = await box.site.keep_photo("gate.9", BOB)
    for wanted in (
        {"face_id": "face-b"},
        {"face_id": "none"},
        {"photo_id": others},
        {"photo_id": "../secret"},
    ):
        with pytest.raises(Refusal) as refusal:
            await machine.fetch_photo(**wanted)
        assert refusal.value.answer.code == 99
    with pytest.raises(ValueError, match="only one"):
        await machine.fetch_photo(photo_id=own, face_id="face-a")
