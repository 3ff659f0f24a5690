"""A phone opens a door over Bluetooth, the radio being a byte pipe on a real socket. Spec G 4.2-4.4; 12, 15."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from linli.edge.doors.simulator import SimulatedMachine
from linli.edge.doors.simulator.ble import BleDoor, BlePipe, BleState
from linli.protocols import door_ble
from linli.protocols.door_ble import Result
from linli.sim.ble_phone import BlePhone, find_door, open_frame
from tests.edge.doors.site_box import HERE, SiteBox, until

ORDER, CARD = "DZP20200117037", "514152694808390"
FOR_EVER = {"effectiveTime": "1589472000000", "expiryTime": "1905004800000"}


class Radio(NamedTuple):
    door: BleDoor
    machine: SimulatedMachine
    port: int


@pytest.fixture
async def radio(box: SiteBox) -> AsyncIterator[Radio]:
    """A connected machine with a Bluetooth card, and its radio."""
    machine = await box.door()
    entry = {"type": 1, "cardId": CARD, **FOR_EVER}
    await box.supervisor.call("door.4", "syncBlePermissions", {"permissions": [entry]})
    door = BleDoor(door_ble.door_name(building=1, unit=1), ORDER, machine.tap, random.Random(7))
    pipe = BlePipe(door)
    await pipe.start()
    yield Radio(door, machine, pipe.port)
    await pipe.stop()


async def exchange(port: int, *pieces: bytes) -> bytes:
    """The advertisement and the first answer to raw pieces."""
    reader, writer = await asyncio.open_connection(HERE, port)
    await reader.readexactly(31)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.01)
    answer = await asyncio.wait_for(reader.readexactly(5), 30)
    writer.close()
    return answer


@pytest.mark.covers("G-C17")
async def test_a_phone_opens_the_door_and_the_box_hears_of_it(box: SiteBox, radio: Radio) -> None:
    assert await BlePhone(ORDER, CARD).open(HERE, radio.port, radio.door.name) is Result.OK
    assert radio.machine.memory.opened == 1
    events = box.things.events_of("door.4", "passEvent")
    assert [(one["type"], one["content"]) for one in events] == [("bleCard", CARD)]


async def test_an_unknown_card_and_another_projects_key(box: SiteBox, radio: Radio) -> None:
    for phone in (BlePhone(ORDER, "1"), BlePhone("OTHER", CARD)):
        await until(lambda: radio.door.state is BleState.ADVERTISING)
        assert await phone.open(HERE, radio.port, radio.door.name) is Result.NO_PERMISSION
    assert radio.machine.memory.opened == 0
    assert box.things.events_of("door.4", "alarmEvent")[0]["alarmType"] == 3


async def test_the_quick_answer_opens_nothing_to_an_unknown_card(radio: Radio) -> None:
    phone = BlePhone(ORDER, "1")
    assert await phone.open(HERE, radio.port, radio.door.name, checks_first=False) is Result.OK
    assert radio.machine.memory.opened == 0


@pytest.mark.covers("G-C19")
async def test_doors_are_found_by_name_in_both_modes(radio: Radio) -> None:
    names = [
        door_ble.door_name(building=1, unit=1), door_ble.door_name(building=2, unit=1, number=1),
        door_ble.wall_name(), door_ble.wall_name(number=3),
    ]  # fmt: skip
    heard = [
        b"earphones",
        *(door_ble.write_advertisement(name, bytes((n,) * 4)) for n, name in enumerate(names)),
    ]
    for n, name in enumerate(names):
        assert find_door(heard, name) == bytes((n,) * 4)
    assert find_door(heard, door_ble.wall_name(number=9)) is None
    assert await BlePhone(ORDER, CARD).open(HERE, radio.port, door_ble.wall_name()) is None
    await until(lambda: radio.door.state is BleState.ADVERTISING)
    radio.door.name = door_ble.wall_name()
    assert await BlePhone(ORDER, CARD).open(HERE, radio.port, door_ble.wall_name()) is Result.OK


async def test_what_was_overheard_is_worth_nothing_after_the_phone_has_gone(radio: Radio) -> None:
    before = radio.door.advertisement
    overheard = open_frame(ORDER, door_ble.read_advertisement(before)[1], CARD)
    assert await BlePhone(ORDER, CARD).open(HERE, radio.port, radio.door.name) is Result.OK
    await until(lambda: radio.door.state is BleState.ADVERTISING)
    assert radio.door.advertisement != before
    answer = await exchange(radio.port, overheard[:20], overheard[20:] or b"")
    assert door_ble.read_response(answer) is Result.NO_PERMISSION
    assert radio.machine.memory.opened == 1


@pytest.mark.parametrize(
    ("frame", "result"),
    [
        (bytes.fromhex("250010"), Result.BAD_FORMAT),
        (bytes.fromhex("240011"), Result.BAD_FORMAT),
        (bytes.fromhex("240010f72f00edfc2a83cdc96c05bc9564a675c6"), Result.BAD_CHECKSUM),
    ],
)
async def test_broken_frames_have_their_result(radio: Radio, frame: bytes, result: Result) -> None:
    answer = await exchange(radio.port, frame)
    assert door_ble.read_response(answer) is result


async def test_frames_come_in_pieces_and_one_phone_at_a_time(radio: Radio) -> None:
    held = door_ble.read_advertisement(radio.door.advertisement)[1]
    frame = open_frame(ORDER, held, CARD)
    reader, writer = await asyncio.open_connection(HERE, radio.port)
    await reader.readexactly(31)
    assert await BlePhone(ORDER, CARD).open(HERE, radio.port, radio.door.name) is None
    for byte in frame:
        writer.write(bytes((byte,)))
        await writer.drain()
    assert door_ble.read_response(await asyncio.wait_for(reader.readexactly(5), 30)) is Result.OK
    writer.close()
