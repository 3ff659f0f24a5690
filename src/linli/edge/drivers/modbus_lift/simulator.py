"""A simulated controller on a real socket: its registers are those of a map, its cars those of `edge.lifts`."""

import asyncio
import contextlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from linli.edge.drivers.modbus_lift import wire
from linli.edge.framework.certification import Kit
from linli.edge.framework.contract import Driver
from linli.edge.lifts.cars import Car, Shaft
from linli.kernel.clock import Clock
from linli.protocols.driver_forms.modbus_map import CarMap, FloorMap, ModbusLift, cars_of
from linli.protocols.driver_forms.modbus_points import Place
from linli.rules.lift_states import NORMAL

HERE: Final = "127.0.0.1"
LOST_NUMBER: Final = 999
"""A floor's number that no map has: of a car that lies about a floor it does not have."""
FLOOR_S: Final = 0.05
_BENCH: Final = {
    "cars": [
        {"elevatorId": "1", "profile": "relays", "floors": [{"floor": name} for name in ("B1", "1", "2", "3")]}
    ],
    "pollMs": 50, "pulseMs": 100, "releaseSeconds": 2, "arriveSeconds": 60,
}  # fmt: skip


@dataclass(slots=True)
class LineFaults:
    """Present faults of the controller's line."""

    silent: bool = False
    """It takes questions and answers none."""
    refuses: int = 0
    """Exception code with which it answers what is written; 0: it does not."""


class SimulatedController:
    """`custom` is the device's form; its ip and port are where it listens from `start` on."""

    def __init__(self, custom: Mapping[str, Any], *, host: str = HERE, port: int = 0) -> None:
        form = {"ip": host, **custom, "port": port or 502}
        self.form = msgspec.convert(form, ModbusLift)
        self.maps = cars_of(self.form)
        self.shaft = Shaft(Car(car.number, car.names) for car in self.maps)
        self.faults = LineFaults()
        self.presses = False
        """Whether people in a car whose door is open press the first floor that is free for them."""
        self.reads = 0
        """Answered since it was made."""
        self.written: list[tuple[int, str, int]] = []
        """(unit, point, value) of each point that was written, in order."""
        self._custom, self._host, self._port = dict(custom), host, port
        self._words: dict[tuple[int, str, int], int] = {}
        self._places: dict[tuple[int, str, int], list[tuple[CarMap, FloorMap | None, str, Place]]] = {}
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        for car in self.maps:
            self._learn(car)

    # life

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, self._host, self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Its power is cut: what was written is forgotten."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            for writer in list(self._writers):
                writer.close()
            await server.wait_closed()
        self._words.clear()
        for car in self.shaft.cars.values():
            car.free.clear()

    async def run(self, clock: Clock, floor_s: float) -> None:
        """The cars move, until it is cancelled."""
        while True:
            await clock.sleep(floor_s)
            self.shaft.step()
            for car in self.shaft.cars.values() if self.presses else ():
                elsewhere = sorted(car.free - {car.place})
                if car.door_steps and elsewhere and not car.lit:
                    car.press(car.floors[elsewhere[0]])

    @property
    def custom(self) -> dict[str, Any]:
        return {**self._custom, "ip": self._host, "port": self._port}

    def value(self, unit: int, table: str, address: int) -> int:
        """Of a register or a coil now. Raises KeyError for one that it lacks."""
        key = (unit, table, address)
        value = self._words.get(key, 0)
        for car, floor, name, place in self._places[key]:
            state = self._state(car, floor, name)
            if state is not None:
                value = state if place.bit is None else value & ~(1 << place.bit) | (bool(state) << place.bit)
        return value

    # registers

    def _learn(self, car: CarMap) -> None:
        points: list[tuple[FloorMap | None, str, Place | None]] = [
            (None, name, getattr(car, name))
            for name in ("position", "direction", "moving", "door", "mode", "call_floor", "target_floor")
        ]
        points += [(None, name, place) for name, place in car.flags.items()]
        points += [
            (floor, name, getattr(floor, name))
            for floor in car.floors
            for name in ("call", "lamp", "release", "light")
        ]
        for floor, name, place in points:
            if place is not None:
                key = (car.unit, place.table, place.address)
                self._places.setdefault(key, []).append((car, floor, name, place))

    def _state(self, car: CarMap, floor: FloorMap | None, name: str) -> int | None:
        """What the car tells there; None: what was written last."""
        moved = self.shaft.cars[car.number]
        view = moved.view()
        if floor is not None:
            return int(moved.floors.index(floor.floor) in moved.lamps) if name == "lamp" else None
        match name:
            case "position":
                return next((each.number for each in car.floors if each.floor == view.floor), LOST_NUMBER)
            case "direction":
                return {0: 0, 1: car.up, 2: car.down}[view.direction]
            case "moving":
                return int(view.moving)
            case "door":
                return int(view.door_open)
            case "mode":
                return next(number for number, state in car.modes.items() if state == view.state)
            case "call_floor" | "target_floor":
                return None
        return int(view.state == name)

    def _write(self, unit: int, table: str, address: int, value: int) -> None:
        key = (unit, table, address)
        old = self._words.get(key, 0)
        self._words[key] = value
        for car, floor, name, place in self._places[key]:
            before, after = (word if place.bit is None else word >> place.bit & 1 for word in (old, value))
            if before == after and floor is not None:
                continue
            self.written.append((unit, str(place), after))
            moved = self.shaft.cars[car.number]
            if floor is None:
                self._asked(car, name, value)
            elif name == "release":
                (moved.free.add if after else moved.free.discard)(moved.floors.index(floor.floor))
            elif after:
                (moved.call if name == "call" else moved.light)(floor.floor)

    def _asked(self, car: CarMap, name: str, number: int) -> None:
        if floor := car.at(number):
            moved = self.shaft.cars[car.number]
            (moved.call if name == "call_floor" else moved.light)(floor)

    # the line

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        buffer, rtu = b"", self.form.framing == "rtu"
        self._writers.add(writer)
        try:
            while data := await reader.read(4096):
                buffer += data
                while True:
                    request, buffer = wire.take_request(buffer, rtu=rtu)
                    if request is None:
                        break
                    if not self.faults.silent:
                        writer.write(wire.answer_frame(request, self._answer(request), rtu=rtu))
                await writer.drain()
        except (ValueError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def _answer(self, request: wire.Request) -> bytes:
        function = request.pdu[0]
        try:
            address, count = struct.unpack_from(">HH", request.pdu, 1)
            if function in wire.TABLES:
                self.reads += 1
                table = wire.TABLES[function]
                values = [self.value(request.unit, table, address + offset) for offset in range(count)]
                shape = wire.bits_answer if table in ("coil", "discrete") else wire.words_answer
                return shape(function, values)
            if function not in (wire.WRITE_COIL, wire.WRITE_REGISTER):
                return wire.refusal(request, wire.ILLEGAL_FUNCTION)
            if self.faults.refuses:
                return wire.refusal(request, self.faults.refuses)
            if function == wire.WRITE_COIL:
                self._write(request.unit, "coil", address, int(count == 0xFF00))
            else:
                self._write(request.unit, "holding", address, count)
            return request.pdu
        except KeyError:
            return wire.refusal(request, wire.ILLEGAL_ADDRESS)
        except struct.error:
            return wire.refusal(request, wire.ILLEGAL_VALUE)


class Subject:
    """The controller on the certification bench."""

    abilities = frozenset(("elevator_gateway",))

    def __init__(self, kit: Kit) -> None:
        self.controller = SimulatedController(_BENCH)
        self._clock = kit.clock
        self._moving: asyncio.Task[None] | None = None

    @property
    def config(self) -> Mapping[str, Any]:
        return {}

    @property
    def custom(self) -> Mapping[str, Any]:
        return self.controller.custom

    async def start(self) -> None:
        await self.controller.start()
        if self._moving is None:
            self._moving = asyncio.create_task(self.controller.run(self._clock, FLOOR_S * 20), name="cars")

    async def meet(self, driver: Driver) -> None:
        """The driver comes to it."""

    async def stop(self) -> None:
        await self.controller.stop()

    async def close(self) -> None:
        if self._moving is not None:
            self._moving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._moving
        await self.controller.stop()

    async def act(self, action: str, **values: Any) -> Any:
        """Actions of `bench`."""
        (car,) = self.controller.shaft.cars.values()
        if action == "press":
            return car.press(values["floor"])
        if action == "fire":
            self.controller.shaft.fire(values["burns"])
            if not values["burns"]:
                car.mode = NORMAL
        return None


def create(kit: Kit) -> Subject:
    return Subject(kit)
