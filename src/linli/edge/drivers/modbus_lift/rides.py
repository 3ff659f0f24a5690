"""Calls that were taken: whether the car came, as far as its registers show it.

It came when it stands at the floor and its lamp there is out; where lamps cannot be read, when its door is open there.
"""

import asyncio
from collections.abc import Mapping
from typing import Final, NamedTuple

from linli.edge.drivers.modbus_lift.mapping import CarState, Reading, lamp_is_on
from linli.kernel.clock import Clock
from linli.protocols.driver_forms.modbus_map import CarMap, FloorMap
from linli.rules.lift_states import NORMAL, OVERLOAD, code_of
from linli.rules.lifts import LIES, NOT_COME

MOST: Final = 512
"""Rides that are remembered."""


class Outcome(NamedTuple):
    """`code` 0: it came."""

    code: int
    words: str = ""


CAME: Final = Outcome(0)


class Ride:
    def __init__(self, car: CarMap, start: FloorMap, target: FloorMap | None, ready_ms: int) -> None:
        self.car, self.start, self.target = car, start, target
        self.ready_ms = ready_ms
        """What is read before may be older than the call."""
        self.end_ms = 0
        self.door_seen = False
        """Whether its door was open at the floor since the call."""
        self.outcome: Outcome | None = None
        self._ended = asyncio.Event()

    @property
    def done(self) -> bool:
        return self.outcome is not None

    @property
    def outcome_words(self) -> str:
        return "" if self.outcome is None else self.outcome.words

    def end(self, outcome: Outcome) -> None:
        if self.outcome is None:
            self.outcome = outcome
            self._ended.set()

    async def wait(self) -> Outcome:
        await self._ended.wait()
        assert self.outcome is not None
        return self.outcome


class Rides:
    def __init__(self, clock: Clock, arrive_s: int) -> None:
        self._clock = clock
        self._arrive_s = arrive_s
        self._rides: list[Ride] = []

    @property
    def last(self) -> Ride | None:
        return self._rides[-1] if self._rides else None

    def begin(self, car: CarMap, start: FloorMap, target: FloorMap | None, *, ready_ms: int) -> Ride:
        ride = Ride(car, start, target, ready_ms)
        ride.end_ms = self._clock.now_ms() + self._arrive_s * 1000
        if len(self._rides) >= MOST:
            self._rides.pop(0).end(Outcome(NOT_COME, "too many calls wait for this lift"))
        self._rides.append(ride)
        return ride

    def end(self, ride: Ride, outcome: Outcome) -> None:
        ride.end(outcome)

    def end_all(self, outcome: Outcome) -> None:
        for ride in self._rides:
            ride.end(outcome)

    def find(self, car: str, floor: str) -> Ride | None:
        """The last call of a car (empty: of any) to a floor."""
        for ride in reversed(self._rides):
            if ride.start.floor == floor and car in ("", ride.car.number):
                return ride
        return None

    def is_coming(self, car: CarMap) -> bool:
        return any(ride.car is car and not ride.done for ride in self._rides)

    def look(self, states: Mapping[str, CarState], reading: Reading, began_ms: int) -> list[Ride]:
        """Those that ended by what was read since `began_ms`."""
        now, ended = self._clock.now_ms(), []
        for ride in self._rides:
            state, lamp = states[ride.car.number], lamp_is_on(ride.car, ride.start, reading)
            ride.door_seen |= state.door_open is not False and state.floor == ride.start.floor
            if ride.done or began_ms < ride.ready_ms:
                continue
            outcome = _outcome(ride, state, lamp, now)
            if outcome is not None:
                ride.end(outcome)
                ended.append(ride)
        return ended


def _outcome(ride: Ride, state: CarState, lamp: bool | None, now_ms: int) -> Outcome | None:
    """None: it is on its way yet."""
    here = ride.start.floor
    if state.state not in (NORMAL, OVERLOAD):
        return Outcome(code_of(state.state), f"the car went into the state {state.state} before it came")
    stands = state.floor == here and state.moving != 1
    if stands and (ride.door_seen if lamp is None else not lamp):
        return CAME
    if now_ms < ride.end_ms:
        return None
    if not state.floor:
        return Outcome(LIES, f"the car tells of a floor that its map lacks: number {state.number}")
    if stands:
        seen = "its door did not open" if lamp is None else "its call there is not served"
        return Outcome(LIES, f"the car says that it stands at {here}, and {seen}")
    return Outcome(NOT_COME, f"the car took the call and did not come to {here}; it says {state.floor}")
