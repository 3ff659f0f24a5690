"""Box and cloud, both real: set up in the console's rooms, activated, deployed; then the line is cut."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from linli.edge.doors.caller import Refusal
from linli.edge.remote.figures import Meter
from linli.edge.runtime import drain
from linli.edge.runtime.status import heartbeat_of
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.things.errors import DeviceRefused
from linli.things.queries.devices import DeviceRow, get_device
from linli.things.queries.history import events_of
from tests.domains.access.platform import AccessPlatform, until
from tests.edge.runtime.town import PERSON, Town, door_name, jpeg
from tests.openapi import sample_methods
from tests.openapi.house import Targets

pytestmark = pytest.mark.engines("sqlite")


@asynccontextmanager
async def built(
    database: Database, clock: ManualClock, ids: Ids, folder: Path, *abilities: str
) -> AsyncIterator[Town]:
    database.clock = clock
    platform = AccessPlatform(
        database, clock, ids, Secrets.random(), Settings(), Targets(), sample_methods, folder=folder / "files"
    )
    await platform.start()
    town = await Town(platform, folder, abilities=abilities).build()
    try:
        yield town
    finally:
        await town.close()
        await platform.stop()


@pytest.fixture
async def town(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Town]:
    async with built(database, clock, ids, tmp_path, "qrcode", "card") as made:
        yield made


@pytest.fixture
async def face_town(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Town]:
    async with built(database, clock, ids, tmp_path, "face", "card") as made:
        yield made


@pytest.fixture
async def video_town(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Town]:
    async with built(database, clock, ids, tmp_path, "video", "card") as made:
        yield made


@pytest.mark.covers("C004", "C012", "G-C14")
async def test_a_code_opens_with_the_line_cut_and_the_pass_arrives_once(town: Town) -> None:
    box = await town.new_box()
    code = await town.give_code()
    await box.pulse.once()
    assert (await town.node()).state == "running"
    await until(lambda: box.queue.backlog == 0)

    box.line.cut()
    town.line_cut = True
    assert await town.machine.scan(code) is not None
    assert await town.machine.scan("0" * 32) is None
    await asyncio.sleep(0.05)
    assert await town.passes() == []
    assert box.queue.backlog == 2

    town.line_cut = False
    box.line.mend()
    await until(lambda: box.queue.backlog == 0)

    async def told() -> bool:
        return len(await town.passes()) == 2

    await until(told)
    unknown, opened = await town.passes()
    assert (opened.code, opened.identity_id, opened.name, opened.type) == (0, PERSON, "王先生", "QRCODE")
    assert (unknown.code, unknown.identity_id) == (103, "")


@pytest.mark.covers("C004")
async def test_reports_keep_their_order_and_pictures_while_only_http_is_away(
    face_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MQTT works, the front for pictures does not: reports wait behind their picture, and nothing is lost."""
    monkeypatch.setattr(drain, "PICTURE_WAIT_S", 0.05)
    town = face_town
    box = await town.new_box()
    await until(lambda: len(box.presence.inside) == 2)
    await town.machine.own_face_pass("f1", jpeg(b"before"), "0.9")
    await until(lambda: box.queue.backlog == 0)
    town.line_cut = True
    photos = [jpeg(bytes([number]) * 900) for number in range(3)]
    for number, photo in enumerate(photos):
        await town.machine.own_face_pass(f"f{number + 2}", photo, "0.8")
        assert not await town.machine.swipe(f"unknown-{number}")
    assert box.line.up
    await asyncio.sleep(0.2)

    def waiting(connection: sqlite3.Connection) -> int:
        """Events: on a busy machine what doors tell of themselves may wait beside them."""
        rows = connection.execute("SELECT count(*) FROM uplink WHERE kind = 'event'")
        return int(rows.fetchone()[0])

    assert await box.store.read(waiting) == 6
    assert len(await town.passes()) == 1, "a pass never comes without its picture"

    # The box loses its power while it waits, too.
    await box.stop()
    town.line_cut = False
    box = await town.wake(town.folder / "box")
    await until(lambda: box.queue.backlog == 0)

    async def told() -> bool:
        return len(await town.passes()) == 7

    await until(told)
    passed = list(reversed(await town.passes()))
    assert [one.code for one in passed] == [0, *(0, 203) * 3], (
        "a card that the door refused came in its place"
    )
    said = [msgspec.json.decode(one.ext_info, type=dict[str, Any]) for one in passed if one.type == "FACE"]
    assert [one["face"] for one in said] == ["f1", "f2", "f3", "f4"]
    stored = [await town.platform.store.get(one["captureImg"]) for one in said]
    assert stored == [jpeg(b"before"), *photos]
    assert box.pictures.dropped == 0


@pytest.mark.covers("G-C30", "G-C31")
async def test_a_door_stays_open_as_wanted_and_its_alarms_arrive(town: Town) -> None:
    await town.new_box()
    invoke, door = town.platform.things.invoker.invoke, town.doors[door_name(0, "card")]

    async def device() -> DeviceRow:
        return await get_device(town.scope, town.platform.db, iot_id=door)

    async def online() -> bool:
        return bool((await device()).online)

    await until(online)
    await invoke(town.scope, door, "setKeepOpen", {"keepOpen": 1})
    assert town.machine.memory.keep_open == 1
    assert await invoke(town.scope, door, "getKeepOpen", {}) == {"keepOpen": 1}
    town.machine.memory.keep_open = 0  # a factory reset
    town.machine.faults.clock_off_s += 1
    await town.machine.connect()
    await until(lambda: town.machine.memory.keep_open == 1)
    assert not await town.machine.swipe("0099887766")

    async def alarmed() -> bool:
        number = (await device()).device_no
        found = await events_of(town.platform.db, device_no=number, page=PageRequest())
        return any(one.identifier == "alarmEvent" and "0099887766" in str(one) for one in found.data)

    await until(alarmed)


async def test_doors_behind_nat_work_on_through_the_upgrade_and_a_restart(town: Town) -> None:
    """A box whose file is of before addresses were checked; then one that was only restarted."""
    box = await town.new_box()
    await box.stop()
    with sqlite3.connect(box.home / "box.db") as file:
        file.execute("DELETE FROM box_state WHERE name = 'door_peers'")
    await town.machine.stop()  # through NAT nothing reaches it where it says that it is
    town.machine.call_from("127.0.0.66")
    upgraded = await town.wake(box.home)
    assert [(one.peer, one.outcome) for one in upgraded.peers.strangers] == [("127.0.0.66", "moved")]
    await upgraded.stop()
    await town.machine.stop()
    again = await town.wake(box.home)
    await town.machine.beat()
    assert [(one.address, one.how) for one in again.peers.confirmed("127.0.0.1", "")] == [
        ("127.0.0.66", "upgrade")
    ]
    assert (
        heartbeat_of(
            again.status, again.reports, again.peers, again.components, list, Meter(again.home)
        ).strangers
        == again.peers.strangers
    )
    town.machine.call_from("127.0.0.67")
    with pytest.raises(Refusal):
        await town.machine.connect()


@pytest.mark.covers("G-C14")
async def test_rooms_and_groups_reach_a_door_through_its_box(video_town: Town) -> None:
    """The platform's call `SyncGroupIdAndRoomId`: the box fetches the file and answers the door. Spec A 4.2."""
    town = video_town
    await town.new_box()
    door = town.doors[door_name(0, "video")]
    store, invoke = town.platform.store, town.platform.things.invoker.invoke

    async def online() -> bool:
        return await town.state_of(door) == "online"

    await until(online)

    async def sync(**groups: str) -> None:
        rows = [{"groupId": group, "roomId": room} for room, group in groups.items()]
        await store.put("tmp/groups.json", msgspec.json.encode({"syncGroupRoomList": rows}))
        url = store.url("tmp/groups.json", expires_s=600)
        args = {"groupRoomMappingFileUrl": url}
        await invoke(town.scope, door, "SyncGroupIdAndRoomId", args, timeout_s=30)

    with pytest.raises(Refusal):
        await town.machine.group_of("1-9-3-0301")
    await sync(**{"1-9-3-0301": "4sewsEXT8ezMnlHlbWkjbL", "1-9-3-0302": "5sewsEXT8ezMnlHlbWkjbL"})
    assert await town.machine.group_of("1-9-3-0301") == "4sewsEXT8ezMnlHlbWkjbL"
    assert await town.machine.group_of("1-9-3-0302") == "5sewsEXT8ezMnlHlbWkjbL"
    await sync(**{"1-9-3-0301": "6sewsEXT8ezMnlHlbWkjbL"})  # what is sent is all there is
    assert await town.machine.group_of("1-9-3-0301") == "6sewsEXT8ezMnlHlbWkjbL"
    with pytest.raises(Refusal):
        await town.machine.group_of("1-9-3-0302")
    town.line_cut = True
    assert await town.machine.group_of("1-9-3-0301") == "6sewsEXT8ezMnlHlbWkjbL"
    with pytest.raises(DeviceRefused):
        await invoke(
            town.scope, door, "SyncGroupIdAndRoomId", {"groupRoomMappingFileUrl": "none"}, timeout_s=30
        )
