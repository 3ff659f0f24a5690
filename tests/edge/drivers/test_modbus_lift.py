"""The Modbus lift driver against simulated controllers on real sockets: framings, vectors, faults, what it takes back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from linli.edge.bench.runner import certify_simulator
from linli.edge.drivers.modbus_lift import wire
from linli.edge.drivers.modbus_lift.simulator import SimulatedController
from linli.edge.framework import DeviceRefused, ParamsBad
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.framework.discovery import OWN, discover, load
from linli.edge.framework.recorder import Collected
from linli.edge.framework.supervisor import Deployment, DeviceEntry, Supervisor
from linli.kernel.clock import SystemClock
from linli.kernel.ids import Ids

FLOORS = [{"floor": name} for name in ("B1", "1", "2", "3")]
QUICK = {"pollMs": 50, "pulseMs": 50, "timeoutMs": 300, "releaseSeconds": 1, "arriveSeconds": 60}


def made(profile: str = "relays", **more: Any) -> SimulatedController:
    return SimulatedController(
        {"cars": [{"elevatorId": "1", "profile": profile, "floors": FLOORS}], **QUICK, **more}
    )


class Bed:
    def __init__(self) -> None:
        self.clock = SystemClock()
        self.things = Collected()
        installed, _ = discover([OWN])
        self.supervisor = Supervisor(
            installed, things=self.things, clock=self.clock, ids=Ids(), logs=DeviceLogs(self.clock, None)
        )

    async def deploy(self, **controllers: SimulatedController) -> None:
        entries = tuple(DeviceEntry("pk", name, each.custom) for name, each in controllers.items())
        await self.supervisor.deploy(Deployment("modbus_lift", {}, entries))

    def floor(self, device: str = "lift") -> str:
        rows = self.things.values.get(device, {}).get("ElevatorStatus") or [{}]
        return str(rows[0].get("CurrentPosition", ""))

    async def call(self, service: str, **params: Any) -> Any:
        return await self.supervisor.call("lift", service, params)


@asynccontextmanager
async def bed_of(controller: SimulatedController) -> AsyncIterator[Bed]:
    bed = Bed()
    await controller.start()
    moving = asyncio.create_task(follow(controller, questions=2))
    try:
        await bed.deploy(lift=controller)
        await until(lambda: bed.things.is_online("lift"))
        yield bed
    finally:
        await bed.supervisor.close()
        moving.cancel()
        await asyncio.gather(moving, return_exceptions=True)
        await controller.stop()


async def follow(controller: SimulatedController, *, questions: int) -> None:
    """The cars move as fast as they are watched: no step is missed, however busy the machine is.

    `questions`: in a round of the driver.
    """
    while True:
        seen = controller.reads
        while controller.reads < seen + 2 * questions:
            await asyncio.sleep(0.005)
        controller.shaft.step()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def test_the_driver_is_certified_with_its_simulator(tmp_path: Path) -> None:
    report = await certify_simulator(load(OWN / "modbus_lift"), tmp_path)
    assert [(one.id, one.why) for one in report.cases if one.outcome != "passed"] == []
    assert report.passed
    assert not any(one.title["en"].startswith(("bench.", "driver.")) for one in report.cases)


@pytest.mark.parametrize(
    ("profile", "framing"),
    [("registers", "tcp"), ("registers", "rtu"), ("relays", "rtu"), ("contacts", "tcp")],
)
async def test_a_call_and_its_floor_by_each_profile_and_framing(profile: str, framing: str) -> None:
    controller = made(profile, framing=framing)
    car = controller.shaft.cars["1"]
    async with bed_of(controller) as bed:
        called = await bed.call("CloudCallElevator", StartFloor="2", TargetFloor="3")
        assert called == {"code": 0, "message": "success", "ElevatorID": "1"}
        assert await bed.call("awaitElevator", StartFloor="2") == {"code": 0, "message": "success"}
        await until(lambda: car.floors[car.place] == "3" and not car.stops)
        if profile != "contacts":  # which tells nothing
            await until(lambda: bed.floor() == "3")
        await bed.call("releaseFloors", elevatorId="1", floorRoomList=[{"floor": "1"}])
        assert not car.press("2")
        assert car.press("1")
        await until(lambda: not car.free)


async def test_what_was_freed_before_the_line_opened_is_taken_back() -> None:
    controller = made(releaseSeconds=60)
    car = controller.shaft.cars["1"]
    async with bed_of(controller) as bed:
        await bed.call("releaseFloors", floorRoomList=[{"floor": "2"}])
        assert car.free == {2}
        await bed.supervisor.stop("modbus_lift")  # the driver takes it back itself
        assert car.free == set()
        controller._write(1, "coil", 6, 1)  # as a box left it that lost its power
        assert car.free == {2}
        await bed.supervisor.start("modbus_lift")
        await until(lambda: not car.free)


async def test_a_busy_controller_stays_online_and_is_asked_again_to_take_back() -> None:
    controller = made()
    car = controller.shaft.cars["1"]
    async with bed_of(controller) as bed:
        await bed.call("releaseFloors", floorRoomList=[{"floor": "2"}])
        controller.faults.refuses = 6
        log = bed.supervisor.log("modbus_lift", "lift")
        await until(lambda: any(line.text == "a point is not taken back" for line in log.lines()))
        assert bed.things.states == [("lift", True)]
        controller.faults.refuses = 0
        await until(lambda: not car.free)
        assert bed.things.states == [("lift", True)]


async def test_cars_of_a_fire_free_no_floor() -> None:
    controller = made(releaseSeconds=60)
    car = controller.shaft.cars["1"]
    async with bed_of(controller) as bed:
        await bed.call("releaseFloors", floorRoomList=[{"floor": "2"}])
        controller.shaft.fire(burns=True)
        await until(lambda: bed.things.events_of("lift", "FireAlarm"))
        await until(lambda: not car.free)
        called = await bed.call("CloudCallElevator", StartFloor="2")
        assert called["code"] == 102


async def test_bad_orders_name_their_field_and_change_nothing() -> None:
    controller = made()
    async with bed_of(controller) as bed:
        before = len(controller.written)
        for service, params, field in (
            ("CloudCallElevator", {}, "StartFloor"),
            ("CloudCallElevator", {"StartFloor": "9"}, "StartFloor"),
            ("CloudCallElevator", {"StartFloor": "1", "TargetFloor": "9"}, "TargetFloor"),
            ("CloudCallElevator", {"StartFloor": "1", "ElevatorID": "7"}, "ElevatorID"),
            ("releaseFloors", {"floorRoomList": [{"floor": "2"}, {"floor": "9"}]}, "floorRoomList[1].floor"),
            ("releaseFloors", {"floorRoomList": "2"}, "floorRoomList"),
            ("activateFloor", {"elevatorId": "7", "floorRoomList": [{"floor": "2"}]}, "elevatorId"),
        ):
            with pytest.raises(ParamsBad) as bad:
                await bed.call(service, **params)
            assert bad.value.field == field
        controller.faults.refuses = 2
        with pytest.raises(DeviceRefused, match="illegal data address"):
            await bed.call("releaseFloors", floorRoomList=[{"floor": "2"}])
        assert controller.written[before:] == []


async def test_two_devices_share_a_serial_server_and_not_a_unit() -> None:
    cars = [{"elevatorId": "1", "unit": unit, "profile": "relays", "floors": FLOORS} for unit in (1, 2)]
    both = SimulatedController({"cars": [cars[0], {**cars[1], "elevatorId": "2"}], **QUICK})
    await both.start()
    bed = Bed()
    place = {"ip": "127.0.0.1", "port": both.custom["port"], **QUICK}
    entries = [
        DeviceEntry("pk", f"lift{unit}", {**place, "unit": unit, "cars": [{**cars[0], "unit": unit}]})
        for unit in (1, 2)
    ]
    await bed.supervisor.deploy(Deployment("modbus_lift", {}, tuple(entries)))
    await until(lambda: bed.things.is_online("lift1") and bed.things.is_online("lift2"))
    await bed.supervisor.call("lift2", "CloudCallElevator", {"StartFloor": "2"})
    assert [len(car.stops) for car in both.shaft.cars.values()] == [0, 1]
    await bed.supervisor.close()
    same = (entries[0], DeviceEntry("pk", "lift3", entries[0].custom))
    await bed.supervisor.deploy(Deployment("modbus_lift", {}, same))
    (status,) = bed.supervisor.status()
    assert "lift1 has unit 1 of this address already" in status.why
    await bed.supervisor.close()
    await both.stop()


async def test_a_controller_that_is_gone_is_told_and_found_again() -> None:
    controller = made()
    async with bed_of(controller) as bed:
        await controller.stop()
        await until(lambda: not bed.things.is_online("lift"))
        called = await bed.call("CloudCallElevator", StartFloor="2")
        assert called["code"] == 4
        await controller.start()
        await until(lambda: bed.things.is_online("lift"))


VECTORS = [
    # MODBUS Application Protocol V1.1b3, 6.1 to 6.6: the standard's own examples
    ("010013000a", wire.READ_COILS, "coil", 0x13, 10),
    ("0200c40016", wire.READ_DISCRETE, "discrete", 0xC4, 22),
    ("03006b0003", wire.READ_HOLDING, "holding", 0x6B, 3),
    ("0400080001", wire.READ_INPUT, "input", 0x08, 1),
]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector[2])
def test_requests_of_the_standard_are_read_in_every_cut(vector: tuple[str, int, str, int, int]) -> None:
    pdu = bytes.fromhex(vector[0])
    assert (pdu[0], wire.TABLES[pdu[0]]) == (vector[1], vector[2])
    tcp = bytes.fromhex("0001000000") + bytes([len(pdu) + 1, 0x11]) + pdu
    rtu = wire.answer_frame(wire.Request(0, 0x11, pdu), pdu, rtu=True)
    for frame, is_rtu, number in ((tcp, False, 1), (rtu, True, 0)):
        assert wire.take_request(frame + b"\x00", rtu=is_rtu) == (wire.Request(number, 0x11, pdu), b"\x00")
        assert all(wire.take_request(frame[:cut], rtu=is_rtu)[0] is None for cut in range(len(frame)))
    with pytest.raises(ValueError, match="no Modbus frame"):
        wire.take_request(rtu[:-1] + bytes([rtu[-1] ^ 1]), rtu=True)
    with pytest.raises(ValueError, match="no Modbus frame"):
        wire.take_request(tcp[:2] + b"\x01" + tcp[3:], rtu=False)


def test_answers_of_the_standard() -> None:
    # 6.1: coils 20-38; 6.3: registers 108-110; Serial Line V1.02, 6.2.2: the CRC of 02 07 is 41 12
    bits = [int(bit) for byte in (0xCD, 0x6B, 0x05) for bit in f"{byte:08b}"[::-1]][:19]
    assert wire.bits_answer(1, bits).hex() == "0103cd6b05"
    assert wire.words_answer(3, [0x022B, 0, 0x64]).hex() == "0306022b00000064"
    assert wire.crc(bytes.fromhex("0207")).to_bytes(2, "little").hex() == "4112"
