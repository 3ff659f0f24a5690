"""One controller: its registers are read round by round; cars are called, buttons freed and lit.

What was freed is taken back: a while after the car came, when the driver stops, and whenever the line opens, so that
a box that lost its power leaves no floor open for long.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final

from linli.edge.drivers.modbus_lift import mapping
from linli.edge.drivers.modbus_lift.config import Device as Custom
from linli.edge.drivers.modbus_lift.line import LineFailed, LineRefused, ModbusLine
from linli.edge.drivers.modbus_lift.orders import floors_in, named_car, start_and_target
from linli.edge.drivers.modbus_lift.rides import CAME, Outcome, Ride, Rides
from linli.edge.framework import Device, DeviceOffline, DeviceRefused, DriverContext, ServiceUnknown
from linli.edge.framework.forms import NoConfig
from linli.kernel.errors import TimedOut
from linli.protocols.driver_forms.modbus_map import CarMap, FloorMap, cars_of
from linli.protocols.driver_forms.modbus_points import Place
from linli.rules import lifts
from linli.rules.lift_states import FIRE, NORMAL, OVERLOAD, code_of

type Outputs = dict[str, Any]
SUCCESS: Final = {"code": 0, "message": "success"}
NOT_REACHED: Final = -1
"""As for every lift that gave no answer."""
SEND_FAILED: Final = 4
"""As for every lift that could not be told (spec E 4.6)."""
RETRY_S: Final = (1.0, 2.0, 5.0, 10.0)
"""Between tries to reach it."""


class Controller:
    def __init__(
        self, context: DriverContext[NoConfig, Custom], device: Device[Custom], line: ModbusLine
    ) -> None:
        self.name = device.name
        self.cars = cars_of(device.custom)
        self._form = device.custom
        self._things = context.things
        self._clock = context.clock
        self._log = context.log(device.name)
        self._line = line
        self._blocks = mapping.blocks(self.cars)
        self._online = False
        self._lost_why = "not connected yet"
        self.states: dict[str, mapping.CarState] = {}
        """By car, as last read."""
        self._reading: dict[tuple[int, str, int], int] = {}
        self._told: dict[str, Any] = {}
        """Properties as they were reported last."""
        self._on: dict[tuple[int, Place], int | None] = {}
        """Points that are set, and until when; None: until a ride has ended."""
        self._rides = Rides(self._clock, device.custom.arrive_seconds)
        self._linkage = "enable"
        self._services: dict[str, Callable[[Mapping[str, Any]], Coroutine[Any, Any, Outputs]]] = {
            lifts.CALL: self._call_car,
            lifts.RELEASE: self._release,
            lifts.LIGHT: self._light,
            lifts.AWAIT: self._await_car,
            "QueryElevatorStatus": self._status,
            "QueryElevatorInfo": self._info,
            "SetElevatorRuleState": self._set_linkage,
            "GetElevatorRuleState": self._get_linkage,
        }

    # life

    async def tend(self) -> None:
        """Read round by round, as long as the driver runs."""
        tries = 0
        while True:
            try:
                await self._round()
            except (LineFailed, LineRefused) as error:
                await self._lost(str(error))
                wait_s = RETRY_S[min(tries, len(RETRY_S) - 1)]
                tries += 1
                await self._clock.sleep(wait_s)
                continue
            tries = 0
            await self._clock.sleep(self._form.poll_ms / 1000)

    async def leave(self) -> None:
        """Take back what is set, and say that it is away. The line may be gone."""
        was_online = self._online
        if was_online:
            for unit, place in list(self._on):
                try:
                    await self._line.write(unit, place, 0)
                except (LineFailed, LineRefused) as error:
                    self._log.warning("a point stays set", point=str(place), why=str(error))
                    break
        self._online = False
        self._rides.end_all(Outcome(NOT_REACHED, "the driver stopped before the car came"))
        if was_online:
            await self._things.offline(self.name, "driver_stopped")

    async def _round(self) -> None:
        began_ms = self._clock.now_ms()
        reading: dict[tuple[int, str, int], int] = {}
        for block in self._blocks:
            values = await self._line.read(*block)
            reading |= {
                (block.unit, block.table, block.start + offset): value for offset, value in enumerate(values)
            }
        if not self._online:
            await self._take_back_all()
            self._online = True
            self._log.info("connected", cars=len(self.cars))
            await self._things.online(self.name)
        self._reading = reading
        before, self.states = self.states, {car.number: mapping.car_state(car, reading) for car in self.cars}
        await self._report(before)
        for ride in self._rides.look(self.states, reading, began_ms):
            await self._ended(ride)
        await self._take_back()

    async def _lost(self, why: str) -> None:
        self._rides.end_all(Outcome(NOT_REACHED, why))
        self._lost_why = why
        if self._online:
            self._online = False
            self._log.warning("the controller is lost", why=why)
            await self._things.offline(self.name, "silent")
        else:
            self._log.now_and_then("the controller is not reached", why=why)

    async def _report(self, before: Mapping[str, mapping.CarState]) -> None:
        seen = [car for car in self.cars if car.position is not None]
        values: dict[str, Any] = {}
        if seen:
            values["ElevatorStatus"] = [mapping.status_of(car, self.states[car.number]) for car in seen]
        if any(car.mode is not None or car.flags for car in self.cars):
            values["ElevatorRunningMode"] = [
                mapping.mode_of(car, self.states[car.number]) for car in self.cars
            ]
        for name, value in values.items():
            if self._told.get(name) != value:
                await self._things.properties(self.name, {name: value})
                self._told[name] = value
        burning = {number for number, state in self.states.items() if state.state == FIRE}
        if burning - {number for number, state in before.items() if state.state == FIRE}:
            await self._things.event(self.name, "FireAlarm", {})

    # what is asked

    async def call(self, service: str, params: Mapping[str, Any]) -> Outputs:
        """Raises ServiceUnknown, ParamsBad, DeviceOffline, DeviceRefused, TimedOut."""
        serve = self._services.get(service)
        if serve is None:
            raise ServiceUnknown(service)
        try:
            return await serve(params)
        except (LineFailed, DeviceOffline) as error:
            if service == lifts.CALL:
                why = self._lost_why if isinstance(error, DeviceOffline) else error
                return {"code": SEND_FAILED, "message": f"send to device fail: {why}"}
            if isinstance(error, DeviceOffline):
                raise
            raise TimedOut(device=self.name, why=str(error)) from None
        except LineRefused as error:
            if service == lifts.CALL:
                return {"code": error.code, "message": str(error)}
            raise DeviceRefused(device_code=error.code, why=str(error)) from None

    async def _call_car(self, params: Mapping[str, Any]) -> Outputs:
        car, start, target = start_and_target(self.cars, params, self.states)
        self._require_online()
        state = self.states[car.number].state
        if state not in (NORMAL, OVERLOAD):
            return {"code": code_of(state), "message": f"the lift is in the state {state}"}
        if start.call is not None:
            await self._set(car, start.call, self._form.pulse_ms)
        elif car.call_floor is not None:
            await self._line.write(car.unit, car.call_floor, start.number)
        else:
            return {"code": 99, "message": f"the map has no point that calls the car to {start.floor}"}
        ride = self._rides.begin(car, start, target, ready_ms=self._clock.now_ms() + self._form.pulse_ms)
        if car.position is None:  # whether it comes is not seen
            self._rides.end(ride, CAME)
            await self._ended(ride)
        return {**SUCCESS, "ElevatorID": car.number}

    async def _await_car(self, params: Mapping[str, Any]) -> Outputs:
        """What became of the last call of a car to a floor."""
        ride = self._rides.find(str(params.get("ElevatorID") or ""), str(params.get("StartFloor") or ""))
        if ride is None:
            return dict(SUCCESS)
        outcome = await ride.wait()
        return {"code": outcome.code, "message": outcome.words or SUCCESS["message"]}

    async def _release(self, params: Mapping[str, Any]) -> Outputs:
        cars = self._cars_for(params)
        wanted = [(car, floors_in(car, params)) for car in cars]
        self._require_online()
        for car, floors in wanted:
            await self._free(car, floors)
        return {}

    async def _light(self, params: Mapping[str, Any]) -> Outputs:
        cars = self._cars_for(params)
        wanted = [(car, floors_in(car, params)[:1]) for car in cars]
        self._require_online()
        for car, floors in wanted:
            for floor in floors:
                await self._press(car, floor)
        return {}

    async def _status(self, params: Mapping[str, Any]) -> Outputs:
        self._require_online()
        wanted = params.get("elevatorList")
        rows = [
            mapping.status_of(car, self.states[car.number])
            for car in self.cars
            if not isinstance(wanted, list) or car.number in wanted
        ]
        return {"ElevatorStatus": rows, **SUCCESS}

    async def _info(self, params: Mapping[str, Any]) -> Outputs:
        return {**mapping.info_of(self.cars, self._form.elevator_mode), **SUCCESS}

    async def _set_linkage(self, params: Mapping[str, Any]) -> Outputs:
        """Kept by the box, which carries the linkages out."""
        self._linkage = "disable" if params.get("Availability") == "disable" else "enable"
        return dict(SUCCESS)

    async def _get_linkage(self, params: Mapping[str, Any]) -> Outputs:
        return {"Availability": self._linkage, **SUCCESS}

    def _require_online(self) -> None:
        if not self._online:
            raise DeviceOffline(device=self.name)

    def _cars_for(self, params: Mapping[str, Any]) -> list[CarMap]:
        """The car that is named; else the one that was called last and is on its way; else all (spec G A24)."""
        number = str(params.get("elevatorId") or "")
        if number:
            return [named_car(self.cars, number, "elevatorId")]
        ride = self._rides.last
        return [ride.car] if ride is not None and not ride.done else self.cars

    # points

    async def _ended(self, ride: Ride) -> None:
        """The car came, or did not: freed floors answer for their time, and the target is pressed."""
        end_ms = self._clock.now_ms() + self._form.release_seconds * 1000
        came = ride.outcome == CAME
        for floor in ride.car.floors:
            if floor.release is not None and self._on.get((ride.car.unit, floor.release), 0) is None:
                self._on[ride.car.unit, floor.release] = end_ms if came else 0
        if came and ride.target is not None:
            try:
                await self._press(ride.car, ride.target)
            except (LineFailed, LineRefused) as error:
                self._log.warning("the target is not lit", floor=ride.target.floor, why=str(error))
        elif not came:
            self._log.warning("a car did not come", car=ride.car.number, why=ride.outcome_words)

    async def _press(self, car: CarMap, floor: FloorMap) -> None:
        """Free the button and press it. Where nothing presses, freeing is all that can be done."""
        await self._free(car, [floor])
        if floor.light is not None:
            await self._set(car, floor.light, self._form.pulse_ms)
        elif car.target_floor is not None:
            await self._line.write(car.unit, car.target_floor, floor.number)

    async def _free(self, car: CarMap, floors: Sequence[FloorMap]) -> None:
        """Until the car that is on its way came, and a while; an uncontrolled floor needs none."""
        coming = self._rides.is_coming(car)
        end_ms = None if coming else self._clock.now_ms() + self._form.release_seconds * 1000
        for floor in floors:
            if floor.release is not None:
                self._on[car.unit, floor.release] = end_ms
                await self._line.write(car.unit, floor.release, 1)

    async def _set(self, car: CarMap, place: Place, ms: int) -> None:
        """Set a point for a while; 0: the controller takes it back."""
        if ms:
            self._on[car.unit, place] = self._clock.now_ms() + ms
        await self._line.write(car.unit, place, 1)

    async def _take_back(self) -> None:
        now = self._clock.now_ms()
        burning = {car.unit for car in self.cars if self.states[car.number].state == FIRE}
        for (unit, place), end_ms in list(self._on.items()):
            if unit not in burning and (end_ms is None or end_ms > now):
                continue
            try:
                await self._line.write(unit, place, 0)
            except LineRefused as error:  # a controller that is busy: it is tried again with the next round
                self._log.now_and_then("a point is not taken back", why=str(error))
                continue
            self._on.pop((unit, place), None)

    async def _take_back_all(self) -> None:
        """Of before the line opened: nobody knows any more who had it freed."""
        self._on.clear()
        for car in self.cars:
            for floor in car.floors:
                for place in (floor.release, floor.call, floor.light):
                    if place is not None:
                        await self._line.write(car.unit, place, 0)
