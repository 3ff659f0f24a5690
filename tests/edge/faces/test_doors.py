"""Doors that compare faces themselves get features from the box, and confirm. Source: spec G 5, F4 and F5."""

from pathlib import Path

import pytest

from linli.edge.framework import DeviceOffline
from linli.protocols.door_http.messages.faces import FaceEntry, UserInfo
from linli.vision.fake import marked
from tests.edge.doors.site_box import in_time, until
from tests.edge.faces.cloud_files import gone
from tests.edge.faces.face_box import face_box
from tests.protocols.door_http.test_door_http import photo

ALICE, BOB, CAROL = (marked(photo(), name) for name in ("alice", "bob", "carol"))


def held(face_id: str) -> FaceEntry:
    """Somebody whom a door knows from elsewhere."""
    return FaceEntry(type=1, face_id=face_id, feature=[1.0], user_info=UserInfo(user_name=face_id))


@pytest.mark.covers("G-C06", "G-C03")
async def test_the_door_confirms_what_it_took_and_what_it_did_not(tmp_path: Path) -> None:
    async with face_box(tmp_path) as box:
        machine = await box.door(faceCompareMode="device")
        results = await box.sync("door.1", box.cloud.face("face-a", ALICE, ends_ms=2**45, policy="DENY"))
        assert [one.code for one in results] == [0, 0]
        entry = machine.memory.library["face-a"]
        assert entry.user_info == UserInfo(
            user_id="face-a", user_name="Face-A", expiry_time=str(2**45), is_in_black_list=True
        )
        machine.memory.most_faces = 1
        results = await box.sync("door.1", box.cloud.face("face-b", BOB))
        assert [one.code for one in results] == [0, 99]
        assert {one.person_id for one in (await box.report("door.1")).images} == {"face-a"}
        machine.memory.most_faces = 100
        await in_time(box, lambda: "face-b" in machine.memory.library)  # mended by the box itself
        assert {one.person_id for one in (await box.report("door.1")).images} == {"face-a", "face-b"}
        assert [one.code for one in await box.sync("door.1", gone("face-a"))] == [0, 0]
        assert set(machine.memory.library) == {"face-b"}


@pytest.mark.covers("G-C07")
async def test_wishes_of_a_door_that_is_away_are_kept_and_brought_when_it_comes(tmp_path: Path) -> None:
    async with face_box(tmp_path) as box:
        machine = await box.machine()
        custom = {"ip": "127.0.0.1", "port": machine.port, "accessType": "face", "faceCompareMode": "device"}
        machine.memory.library["stranger"] = held("stranger")
        port = await box.deploy("door_device", ("door.1", custom))
        with pytest.raises(DeviceOffline):
            await box.sync("door.1", [*box.cloud.face("face-a", ALICE), *box.cloud.face("face-b", BOB)])
        machine.aim("127.0.0.1", port)
        await box.connect(machine)
        await until(lambda: set(machine.memory.library) == {"face-a", "face-b"})
        # Told again, as the platform does: confirmed, and the door is not asked again.
        calls = len(machine.memory.library)
        results = await box.sync("door.1", box.cloud.face("face-a", ALICE))
        assert ([one.code for one in results], len(machine.memory.library)) == ([0, 0], calls)
        # While it was away it forgot one and was given another.
        del machine.memory.library["face-a"]
        machine.memory.library["stranger"] = held("stranger")
        report = await box.report("door.1")
        assert {one.person_id for one in report.images} == {"face-b"}
        assert "stranger" in {one.person_id for one in report.users}
        await box.clock.advance(1000)
        await box.connect(machine)
        await until(lambda: set(machine.memory.library) == {"face-a", "face-b"})


async def test_a_library_of_which_the_box_knows_nothing_is_left_alone(tmp_path: Path) -> None:
    async with face_box(tmp_path) as box:
        machine = await box.machine()
        machine.memory.library["old"] = held("old")
        custom = {"ip": "127.0.0.1", "port": machine.port, "accessType": "face", "faceCompareMode": "device"}
        machine.aim("127.0.0.1", await box.deploy("door_device", ("door.1", custom)))
        await box.connect(machine)
        await box.clock.advance(61_000)
        assert set(machine.memory.library) == {"old"}


async def test_a_person_is_on_the_door_only_in_their_time(tmp_path: Path) -> None:
    async with face_box(tmp_path) as box:
        machine = await box.door(faceCompareMode="device")
        starts = box.clock.now_ms() + 600_000
        results = await box.sync("door.1", box.cloud.face("face-a", ALICE, starts_ms=starts))
        assert [one.code for one in results] == [0, 0]  # the box has it, and its time has not come
        assert machine.memory.library == {}
        assert {one.person_id for one in (await box.report("door.1")).images} == {"face-a"}
        await in_time(box, lambda: "face-a" in machine.memory.library, step_ms=20_000, most_ms=900_000)
        assert box.clock.now_ms() >= starts
        await box.sync("door.1", box.cloud.face("face-c", CAROL, schedule="0 0 0 1 1 ?"))
        assert "face-c" not in machine.memory.library


async def test_a_picture_that_a_door_holds_stays_while_its_service_is_down(tmp_path: Path) -> None:
    async with face_box(tmp_path) as box:
        machine = await box.door(faceCompareMode="device", algorithmIp="127.0.0.1", algorithmPort=9)
        machine.memory.library["face-a"] = held("face-a")
        results = await box.sync("door.1", [*box.cloud.face("face-a", ALICE), *box.cloud.face("face-b", BOB)])
        assert [one.code for one in results if one.event == 2] == [-3, -3]
        await box.clock.advance(1000)
        await box.connect(machine)
        await box.clock.advance(61_000)
        assert set(machine.memory.library) == {"face-a"}
