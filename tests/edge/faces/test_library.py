"""The box's face library: the platform's wishes, kept before they are answered, decided on, and erased. Spec G 5, F3."""

import asyncio
from pathlib import Path

import pytest

from linli.edge.algorithm import AlgorithmService
from linli.edge.framework import DeviceRefused, ParamsBad
from linli.protocols.face_data import AddUser, ClearAll, ClearGroup, FaceUser, LibraryCode
from linli.vision.engine.local import LocalEngine, NoEngine
from linli.vision.fake import FakePipeline, marked, vector_of
from tests.edge.doors.site_box import HERE, until
from tests.edge.faces.cloud_files import gone
from tests.edge.faces.face_box import FaceBox, face_box
from tests.protocols.door_http.test_door_http import photo

ALICE, BOB, CAROL = (marked(photo(), name) for name in ("alice", "bob", "carol"))


@pytest.mark.covers("G-C04", "G-C05", "C011")
async def test_a_face_of_the_platform_opens_the_door_and_a_stranger_does_not(tmp_path: Path) -> None:
    async with face_box(tmp_path) as box:
        machine = await box.door()
        extra = '{"userId":"u-1"}'
        results = await box.sync("door.1", box.cloud.face("face-a", ALICE, name="Alice", extra_info=extra))
        assert [(one.person_id, one.event, one.code) for one in results] == [
            ("face-a", 1, 0),
            ("face-a", 2, 0),
        ]
        found = await machine.show_face(ALICE)
        assert found is not None
        assert (found.face_id, found.user_id, found.name) == ("face-a", "u-1", "Alice")
        assert await machine.show_face(BOB) is None
        assert box.passes() == [(0, "face-a"), (505, "")]
        ((_, told), *_) = [
            (one["code"], one["extInfo"]) for one in box.things.events_of("door.1", "passEvent")
        ]
        assert '"matchScore":"100"' in told
        assert await machine.fetch_photo(face_id="face-a") == ALICE
        report = await box.report("door.1")
        assert [one.person_id for one in report.users] == ["face-a"]
        assert report.images[0].url == ""


async def test_a_box_that_was_killed_knows_what_it_confirmed(tmp_path: Path) -> None:
    async with face_box(tmp_path) as box:
        await box.door()
        await box.sync("door.1", box.cloud.face("face-a", ALICE))
    async with face_box(tmp_path) as box:  # with an empty engine: its library is filled anew
        machine = await box.door()
        assert await machine.show_face(ALICE) is not None


@pytest.mark.parametrize(
    ("user", "code"),
    [
        ({"policy": "DENY"}, 506),
        ({"ends_ms": 1}, 502),
        ({"starts_ms": 2**50}, 501),
        ({"schedule": "0 0 0 1 1 ?"}, 501),
        ({"ends_ms": 2**50}, 0),
    ],
)
async def test_windows_schedules_and_the_black_list(
    tmp_path: Path, user: dict[str, object], code: int
) -> None:
    async with face_box(tmp_path) as box:
        machine = await box.door()
        await box.sync("door.1", box.cloud.face("face-a", ALICE, **user))
        assert (await machine.show_face(ALICE) is not None) == (code == 0)
        assert [one[0] for one in box.passes()] == [code]


async def test_each_door_knows_whom_it_was_told_and_the_black_list_holds_where_it_was_said(
    tmp_path: Path,
) -> None:
    async with face_box(tmp_path) as box:
        first, second = [await box.machine(ip=ip, host=ip) for ip in ("127.0.0.2", "127.0.0.3")]
        port = await box.deploy(
            "door_device",
            ("door.1", {"ip": "127.0.0.2", "port": first.port, "accessType": "face"}),
            ("door.2", {"ip": "127.0.0.3", "port": second.port, "accessType": "face"}),
        )
        for machine, device in ((first, "door.1"), (second, "door.2")):
            machine.aim(HERE, port)
            await box.connect(machine, device)
        await box.sync("door.1", box.cloud.face("face-a", ALICE))
        await box.sync("door.2", box.cloud.face("face-a", ALICE, policy="DENY"))
        await box.sync("door.2", box.cloud.face("face-b", BOB))
        assert await first.show_face(ALICE) is not None
        assert await second.show_face(ALICE) is None
        assert await first.show_face(BOB) is None
        assert (box.passes("door.1"), box.passes("door.2")) == ([(0, "face-a"), (505, "")], [(506, "face-a")])
        # A picture that two doors want is fetched and computed once.
        assert len(box.cloud.fetched) == len(set(box.cloud.fetched)) == 5


async def test_pictures_of_no_use_are_told_by_their_code_and_not_looked_at_again(tmp_path: Path) -> None:
    async with face_box(tmp_path) as box:
        machine = await box.door()
        bad = {
            "lost": (photo(), LibraryCode.DOWNLOAD_FAILED),
            "nobody": (marked(photo(), "-"), LibraryCode.NO_FACE),
            "two": (marked(photo(), "x", "count"), LibraryCode.MULTIPLE_FACES),
            "small": (marked(photo(), "y", "size"), LibraryCode.TOO_SMALL),
            "blurred": (marked(photo(), "z", "blur"), LibraryCode.EXTRACTION_FAILED),
            "words": (b"words", LibraryCode.FORMAT_UNSUPPORTED),
            "heavy": (photo() + b"\0" * 1024 * 1024, LibraryCode.TOO_BIG),
        }
        events = [event for name, (content, _) in bad.items() for event in box.cloud.face(name, content)]
        box.cloud.lost = {name for name in box.cloud.files if box.cloud.files[name] == photo()}
        results = await box.sync("door.1", events)
        codes = {one.person_id: one.code for one in results if one.event == 2}
        assert codes == {name: int(code) for name, (_, code) in bad.items()}
        report = await box.report("door.1")
        assert {one.person_id: one.code for one in report.failed} == codes
        assert report.images == ()
        fetched = len(box.cloud.fetched)
        await box.sync("door.1", events)
        assert len(box.cloud.fetched) == fetched + 2  # the file, and the picture that could not be had
        # What the door knew stays when a new picture is of no use.
        await box.sync("door.1", box.cloud.face("face-a", ALICE))
        await box.sync("door.1", box.cloud.face("face-a", marked(photo(), "alice", "blur")))
        assert await machine.show_face(ALICE) is not None
        assert {one.person_id for one in (await box.report("door.1")).images} == {"face-a"}


async def test_files_that_cannot_be_read_change_nothing(tmp_path: Path) -> None:
    async with face_box(tmp_path) as box:
        await box.door()
        box.cloud.files["bad"] = b'{"events":[{"event":2}]}'
        for params, field in (
            ({"FaceDataUrl": box.cloud.url("bad")}, "events[0]"),
            ({}, "must be the address"),
        ):
            with pytest.raises(ParamsBad) as refused:
                await box.supervisor.call("door.1", "SyncFaceData", params)
            assert field in str(refused.value.facts["rule"])
        with pytest.raises(DeviceRefused):
            await box.supervisor.call("door.1", "SyncFaceData", {"FaceDataUrl": box.cloud.url("none")})
        assert (await box.report("door.1")).users == ()


async def test_replacing_and_erasing_leaves_nothing_behind(tmp_path: Path) -> None:
    async with face_box(tmp_path) as box:
        machine = await box.door()
        await box.sync("door.1", box.cloud.face("face-a", ALICE))
        await box.sync("door.1", box.cloud.face("face-a", CAROL))
        assert await machine.show_face(ALICE) is None
        assert await machine.show_face(CAROL) is not None
        await box.sync("door.1", box.cloud.face("face-b", BOB, group_ids=("g",)))
        results = await box.sync("door.1", gone("face-a"))
        assert [one.code for one in results] == [0, 0]
        results = await box.sync("door.1", gone("face-a"))
        assert [one.code for one in results] == [-1, -1]
        await box.sync("door.1", [ClearGroup("g")])
        assert await machine.show_face(CAROL) is None
        assert await machine.show_face(BOB) is None
        assert box.passes()[-1] == (503, "")
        await box.sync("door.1", box.cloud.face("face-c", BOB))
        await box.sync("door.1", [ClearAll()])
        report = await box.report("door.1")
        assert (report.users, report.images) == ((), ())
        kept = b"".join(one.read_bytes() for one in _files(tmp_path) if "photos" not in one.parts)
        for trace in (ALICE, BOB, CAROL, *map(vector_of, ("alice", "bob", "carol")), b"face-a", b"face-b"):
            assert trace not in kept


def _files(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


async def test_a_user_without_a_picture_opens_nothing(tmp_path: Path) -> None:
    async with face_box(tmp_path) as box:
        machine = await box.door()
        user, image = box.cloud.face("face-a", ALICE)
        await box.sync("door.1", [image])
        assert await machine.show_face(ALICE) is None
        await box.sync("door.1", [user])
        assert await machine.show_face(ALICE) is not None


async def test_without_models_wishes_are_kept_and_met_when_models_come(tmp_path: Path) -> None:
    async with face_box(tmp_path, engine=NoEngine("no models")) as box:
        machine = await box.door()
        results = await box.sync("door.1", box.cloud.face("face-a", ALICE))
        assert [one.code for one in results] == [0, LibraryCode.EXTRACTION_TIMED_OUT]
        assert await machine.show_face(ALICE) is None
        assert box.passes() == [(504, "")]
    async with face_box(tmp_path) as box:
        machine = await box.door()
        await _until_known(box, machine)
        report = await box.report("door.1")
        assert (len(report.images), report.failed) == (1, ())


class OtherModel(FakePipeline):
    """Another model: other vectors of the same pictures."""

    model_id = "fake000000000001"


async def test_a_changed_model_computes_every_vector_anew(tmp_path: Path) -> None:
    async with face_box(tmp_path) as box:
        await box.door()
        await box.sync("door.1", box.cloud.face("face-a", ALICE))
    async with face_box(tmp_path, engine=LocalEngine(OtherModel())) as box:
        machine = await box.door()
        await _until_known(box, machine)
        assert box.rows("SELECT model FROM face_features") == [("fake000000000001",)]


async def _until_known(box: FaceBox, machine: object) -> None:
    sql = f"SELECT 1 FROM face_features WHERE model = '{box.engine.state.model_id}'"
    await until(lambda: box.rows(sql))
    await asyncio.sleep(0.01)
    assert await machine.show_face(ALICE) is not None  # type: ignore[attr-defined]


@pytest.mark.covers("G-C04")
async def test_features_of_a_service_outside_and_a_new_version_of_it(tmp_path: Path) -> None:
    service = AlgorithmService(LocalEngine(FakePipeline()), host=HERE, port=0)
    await service.start()
    try:
        async with face_box(tmp_path, engine=NoEngine("no models of its own")) as box:
            machine = await box.door(faceCompareMode="device", algorithmIp=HERE, algorithmPort=service.port)
            await box.sync("door.1", box.cloud.face("face-a", ALICE))
            held = machine.memory.library["face-a"].feature
            assert held is not None
            assert held == pytest.approx(memoryview(vector_of("alice")).cast("f").tolist())
            service._engine = LocalEngine(NewVersion())
            await box.clock.advance(2 * 3_600_000)
            await box.connect(machine)
            await until(lambda: machine.memory.library["face-a"].feature != held)
    finally:
        await service.stop()


class NewVersion(FakePipeline):
    def look(self, picture: bytes, **how: object):  # type: ignore[no-untyped-def,override]
        seen = super().look(picture, **how)  # type: ignore[arg-type]
        return type(seen)(*[*[getattr(seen, one) for one in seen.__struct_fields__[:-1]], vector_of("other")])


async def test_a_user_entry_alone_changes_the_window(tmp_path: Path) -> None:
    async with face_box(tmp_path) as box:
        machine = await box.door()
        await box.sync("door.1", box.cloud.face("face-a", ALICE))
        await box.sync("door.1", [AddUser(FaceUser("face-a", ends_ms=box.clock.now_ms() + 20_000))])
        assert await machine.show_face(ALICE) is not None
        await box.clock.advance(25_000)
        assert await machine.show_face(ALICE) is None
        assert box.passes()[-1] == (502, "face-a")
