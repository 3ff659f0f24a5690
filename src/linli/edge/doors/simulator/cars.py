"""The cars of a simulated lift behind a machine: they move as they are asked, and the machine reports it.

Asked by the box, or by the machine's own rules (spec G F14). Whoever had floors freed is taken to press the first.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

from linli.edge.doors.caller import CallFailed, Refusal
from linli.edge.doors.simulator.machine import SimulatedMachine
from linli.edge.lifts.cars import Car, Shaft
from linli.protocols.door_http.messages.elevators import (
    ActivateFloor,
    CallElevator,
    ReleaseFloors,
    RunState,
)
from linli.rules.lift_states import MODES, NORMAL

type Order = CallElevator | ReleaseFloors | ActivateFloor
_ORDERS: Final = ("calls", "own_calls", "released", "own_released", "lit", "own_lit")
"""Of the machine's memory: by the box, and by its own rules."""


class Cars:
    """Runs until it is cancelled. The floors are those that the machine tells of when it starts."""

    def __init__(self, machine: SimulatedMachine, *, floor_s: float) -> None:
        """`floor_s`: seconds from one floor to the next."""
        self._machine = machine
        self._floor_s = floor_s
        lifts = machine.memory.lifts
        listed = [] if lifts is None else lifts.floor_info_list
        self.shaft = Shaft(
            Car(lift.elevator_id or "", list(dict.fromkeys(floor.floor for floor in lift.floor_info)))
            for lift in listed
        )
        self._taken: dict[str, int] = {}
        """How many orders of each list were taken."""
        self._last: Car | None = None
        self._heard = False
        """Whether a box took the last report; else it is said again with the next step."""
        self._tells_modes = False
        """Whether any car was ever anything but normal: before, the machine says nothing of it."""

    async def run(self) -> None:
        await self.report()
        while True:
            await asyncio.sleep(self._floor_s)
            if self.step():
                await self.report()

    def step(self) -> bool:
        """One floor on. Whether something is to be reported."""
        memory = self._machine.memory
        for name in _ORDERS:
            self._take_all(name, getattr(memory, name))
        before = memory.run_states
        for car in self.shaft.cars.values():
            car.faults.stuck = car.number in self._machine.faults.stuck_cars
        self.shaft.step()
        return not self._heard or before != self._states()

    def _take_all(self, name: str, orders: Sequence[Order]) -> None:
        for order in orders[self._taken.get(name, 0) :]:
            self._take(order)
        self._taken[name] = len(orders)

    def _take(self, order: Order) -> None:
        if isinstance(order, CallElevator):
            target = "" if order.target_floor is None else str(order.target_floor)
            car = self.shaft.call(order.start_floor, target, order.elevator_id or "")
            self._last = car or self._last
            return
        stops = [stop.floor or "" for stop in order.floor_room_list or ()]
        car = self.shaft.cars.get(order.elevator_id or "", self._last)
        if car is None:
            return
        car.free |= {car.floors.index(floor) for floor in stops if floor in car.floors}
        if isinstance(order, ActivateFloor):
            for floor in stops:
                car.light(floor)
        else:
            next((floor for floor in stops if car.press(floor)), None)

    def _states(self) -> list[RunState]:
        views = {number: car.view() for number, car in self.shaft.cars.items()}
        self._tells_modes |= any(view.state != NORMAL for view in views.values())
        return [
            RunState(
                elevator_id=number,
                current_floor=view.floor,
                car_state=int(view.moving),
                car_direction=view.direction,
                running_mode=MODES.index(view.state) if self._tells_modes else None,
            )
            for number, view in views.items()
        ]

    async def report(self) -> None:
        self._machine.memory.run_states = self._states()
        self._heard = False  # and said again with the next step, as long as no box hears it
        self._heard = False
        with contextlib.suppress(CallFailed, Refusal):
            await self._machine.report_lifts()
            self._heard = True
            self._heard = True
