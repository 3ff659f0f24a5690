"""Simulated cars, step by step: floors, door, load, who is inside, operating states, and faults on request. Pure.

A step is the time from one floor to the next. The states are those of `rules.lift_states`.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

from linli.rules.lift_states import FIRE, NORMAL, OVERLOAD, TRAPPED

UP: Final = 1
DOWN: Final = 2
DWELL: Final = 2
"""Steps that a door stays open."""
CAPACITY_KG: Final = 1000


class CarView(NamedTuple):
    """What a controller knows of a car."""

    floor: str
    moving: bool
    direction: int
    """0 none, 1 up, 2 down."""
    door_open: bool
    state: str


@dataclass(slots=True)
class CarFaults:
    """Present faults of a car."""

    stuck: bool = False
    """It takes calls and does not come."""
    lies: str = ""
    """The floor at which it says that it stands; empty: it tells the truth."""


@dataclass(slots=True)
class Car:
    number: str
    floors: Sequence[str]
    home: str = ""
    """Where it goes in a fire; empty: its first floor."""
    place: int = 0
    stops: deque[int] = field(default_factory=deque)
    lamps: set[int] = field(default_factory=set)
    """Floors whose calls are not served yet."""
    free: set[int] = field(default_factory=set)
    """Floors whose buttons in the car answer."""
    lit: set[int] = field(default_factory=set)
    """Buttons in the car that are lit."""
    load_kg: float = 0
    hold_open: bool = False
    """Somebody keeps the door open."""
    mode: str = NORMAL
    """What its controller is in; an overload it finds by itself."""
    faults: CarFaults = field(default_factory=CarFaults)
    door_steps: int = 0
    """How long the door stays open yet; 0: it is closed."""
    _targets: list[tuple[int, int]] = field(default_factory=list)
    """(where from, where to) of calls that were taken with their target."""

    # what people and controllers ask

    def call(self, floor: str, target: str = "") -> bool:
        """Come to a floor, and go on to the target from there; whether it is taken."""
        if floor not in self.floors or self.mode != NORMAL:
            return False
        here = self.floors.index(floor)
        self.lamps.add(here)
        if target in self.floors:
            self._targets.append((here, self.floors.index(target)))
        self.stops.append(here)
        return True

    def press(self, floor: str) -> bool:
        """A button in the car: whether it lights. One that was not freed does not."""
        if floor not in self.floors or self.floors.index(floor) not in self.free:
            return False
        return self.light(floor)

    def light(self, floor: str) -> bool:
        if floor not in self.floors or self.mode != NORMAL:
            return False
        stop = self.floors.index(floor)
        self.lit.add(stop)
        self.stops.append(stop)
        return True

    def way_to(self, floor: str) -> int:
        """How far it is, behind what it has to do."""
        return sum(
            abs(there - here) for here, there in pairwise([self.place, *self.stops, self.floors.index(floor)])
        )

    # what happens to it

    def step(self) -> None:
        if self.mode == FIRE:
            self._go_home()
        elif self.faults.stuck or self.mode != NORMAL:
            return  # with the door as it is
        elif self.hold_open or self.overloaded:
            self.door_steps = self.door_steps or 1
        elif self.door_steps:
            self.door_steps -= 1
        elif self.stops and self.stops[0] == self.place:
            self._serve()
        elif self.stops:
            self.place += 1 if self.stops[0] > self.place else -1
            if self.stops[0] == self.place:
                self._serve()

    @property
    def overloaded(self) -> bool:
        return self.load_kg > CAPACITY_KG

    @property
    def state(self) -> str:
        return OVERLOAD if self.mode == NORMAL and self.overloaded else self.mode

    def view(self) -> CarView:
        """As its controller tells it, which may be a lie."""
        ahead = self._ahead()
        direction = 0 if ahead is None else UP if ahead > self.place else DOWN
        if self.faults.lies:
            return CarView(self.faults.lies, False, 0, self.door_steps > 0, self.state)
        return CarView(self.floors[self.place], ahead is not None, direction, self.door_steps > 0, self.state)

    def _ahead(self) -> int | None:
        """Where it goes; None: it stands."""
        if self.mode == FIRE:
            home = self.floors.index(self.home or self.floors[0])
            return home if home != self.place else None
        if self.mode != NORMAL or self.hold_open or self.overloaded or self.door_steps:
            return None
        return next((stop for stop in self.stops if stop != self.place), None)

    def _serve(self) -> None:
        """It stands at a floor that it was called to: the door opens."""
        self.door_steps = DWELL
        while self.stops and self.stops[0] == self.place:
            self.stops.popleft()
        self.lamps.discard(self.place)
        self.lit.discard(self.place)
        boarding = [target for start, target in self._targets if start == self.place]
        self._targets = [(start, target) for start, target in self._targets if start != self.place]
        self.lit.update(boarding)
        self.stops.extend(boarding)

    def _go_home(self) -> None:
        """Calls are dropped; at home the door opens, and it stays."""
        self.stops.clear()
        self.lamps.clear()
        self.lit.clear()
        self._targets.clear()
        home = self.floors.index(self.home or self.floors[0])
        if self.place == home:
            self.door_steps = DWELL
            return
        self.door_steps = 0
        self.place += 1 if home > self.place else -1


class Shaft:
    """Cars of one controller."""

    def __init__(self, cars: Iterable[Car]) -> None:
        self.cars = {car.number: car for car in cars}

    def call(self, floor: str, target: str = "", number: str = "") -> Car | None:
        """The car that is there first takes it, where none is asked for by its number; None: no car does."""
        able = [
            car
            for car in self.cars.values()
            if floor in car.floors and number in ("", car.number) and car.mode == NORMAL
        ]
        if not able:
            return None
        best = min(able, key=lambda car: car.way_to(floor))
        best.call(floor, target)
        return best

    def step(self) -> None:
        for car in self.cars.values():
            car.step()

    def fire(self, burns: bool) -> None:
        """The fire input of the controller: every car goes home, and stays until it is over."""
        for car in self.cars.values():
            if car.mode != TRAPPED:
                car.mode = FIRE if burns else NORMAL
