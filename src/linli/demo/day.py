"""The community's day, run faster than real time: its hour, and the ways of its people. Pure but for a clock.

Nights are left out: after midnight comes half past five, so that something happens whenever somebody looks.
"""

import math
import random
from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

FIRST_MINUTE: Final = 5 * 60 + 30
LAST_MINUTE: Final = 24 * 60
BEGINS_AT: Final = 6 * 60 + 50
"""A demo starts into the morning rush."""

type Errand = Literal["out", "in", "home"]
"""Through the gate outwards, through it inwards, and into one's own building a little later."""


class Step(NamedTuple):
    minute: float
    """Since midnight."""
    person: int
    errand: Errand


class Day:
    """`warp` minutes of the community pass in each real minute. `now_s` is a clock in seconds that only goes forward."""

    def __init__(self, warp: float, now_s: Callable[[], float]) -> None:
        self.warp = warp
        self._now_s = now_s
        self._began_s = now_s()

    @property
    def passed(self) -> float:
        """Minutes lived since the first day's FIRST_MINUTE, nights not counted."""
        return BEGINS_AT - FIRST_MINUTE + (self._now_s() - self._began_s) * self.warp / 60

    @property
    def number(self) -> int:
        """Of the day, from 0."""
        return int(self.passed // (LAST_MINUTE - FIRST_MINUTE))

    @property
    def minute(self) -> float:
        """Since midnight."""
        return FIRST_MINUTE + self.passed % (LAST_MINUTE - FIRST_MINUTE)

    def seconds_until(self, number: int, minute: float) -> float:
        """Real seconds until a minute of a day; negative when it is over."""
        then = number * (LAST_MINUTE - FIRST_MINUTE) + minute - FIRST_MINUTE
        return (then - self.passed) * 60 / self.warp

    def load(self) -> float:
        """Consumption of the hour, 0 to 1: a morning peak, a larger one in the evening."""
        hour = self.minute / 60
        morning = math.exp(-(((hour - 7.5) / 1.5) ** 2))
        evening = math.exp(-(((hour - 20) / 2.5) ** 2))
        return min(1.0, 0.15 + 0.5 * morning + 0.8 * evening)


def steps(ages: Sequence[int], rng: random.Random) -> list[Step]:
    """Everybody's ways of one day in order. `ages` in years, by person."""
    planned: list[Step] = []
    for person, age in enumerate(ages):
        for leaves, returns in _trips(age, rng):
            if FIRST_MINUTE <= leaves < returns < LAST_MINUTE - 6:
                home = returns + rng.uniform(1.5, 5)
                planned += [
                    Step(leaves, person, "out"),
                    Step(returns, person, "in"),
                    Step(home, person, "home"),
                ]
    return sorted(planned)


def _trips(age: int, rng: random.Random) -> list[tuple[float, float]]:
    """(leaves, returns) in minutes since midnight."""
    trips: list[tuple[float, float]] = []

    def trip(at: float, spread: float, lasts: float, varies: float) -> None:
        leaves = rng.gauss(at, spread)
        trips.append((leaves, leaves + max(rng.gauss(lasts, varies), 8)))

    if age < 7:
        trip(16 * 60, 60, 60, 20)
    elif age < 19:
        trip(7 * 60 + 20, 18, 9 * 60 + 30, 45)
    elif age < 60:
        if rng.random() < 0.72:
            trip(7 * 60 + 55, 45, 10 * 60 + 15, 70)
        else:
            trip(10 * 60, 70, 70, 30)
            trip(15 * 60, 80, 80, 30)
        if rng.random() < 0.4:
            trip(20 * 60 + 10, 35, 45, 15)
    else:
        trip(6 * 60 + 50, 35, 55, 15)
        trip(9 * 60 + 50, 40, 60, 20)
        trip(15 * 60 + 40, 50, 75, 25)
    return trips
