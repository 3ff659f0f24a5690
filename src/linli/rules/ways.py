"""What one use of a counted pass is: a way (一程) from the gate over the door to the lift, not each opening (ADR 0100).

A way begins at the first place that opens and takes each further place once, for `WAY_MS`. The same place again, or a
place after that time, begins the next way and costs a use. The way back costs none: readers that lead out are not
counted at all, and a lift that the last way went up by takes its people down for nothing. In its car the same way's
code may be shown again, by who missed the button; once the way is over it leads down alone.
"""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

WAY_MS: Final = 20 * 60_000
"""From the first place of a way; it is not made longer by what follows."""
LIFT: Final = "lift:"
"""How the place of a reader in a lift's car begins."""
MOST_PLACES: Final = 16
"""Of one way."""
MOST_USES: Final = 10
MOST_PASSES: Final = MOST_PLACES * MOST_USES
NO_END: Final = 1 << 30

AGAIN, DOWN = "again", "down"
FREE: Final = (AGAIN, DOWN)
"""What counts nothing."""

type Kind = Literal["new", "on", "again", "down", "used_up"]


class Way(NamedTuple):
    """The ways of a pass so far, with the last one. Times are UTC ms."""

    used: int = 0
    started_ms: int = 0
    points: tuple[str, ...] = ()

    def lasts(self, now_ms: int) -> bool:
        """Whether the last way is under way. A clock that was set back does not make it longer."""
        return self.used > 0 and 0 <= now_ms - self.started_ms < WAY_MS

    def is_over(self, most: int, now_ms: int) -> bool:
        """Whether no place opens any more."""
        return self.used >= most and not self.lasts(now_ms)


class Step(NamedTuple):
    """One place on a way. `way`: as it is from then on; with `used_up` as it was."""

    kind: Kind
    way: Way

    @property
    def opens(self) -> bool:
        return self.kind != "used_up"


def step(way: Way, point: str, *, most: int, now_ms: int) -> Step:
    """Somebody shows a pass of `most` uses at a place."""
    if point in way.points and point.startswith(LIFT):
        return Step("again" if way.lasts(now_ms) else "down", way)
    if way.lasts(now_ms) and point not in way.points and len(way.points) < MOST_PLACES:
        return Step("on", way._replace(points=(*way.points, point)))
    if way.used >= most:
        return Step("used_up", way)
    return Step("new", Way(way.used + 1, now_ms, (point,)))


def walked(passes: Iterable[tuple[int, str]]) -> Way:
    """The ways that passes made: (UTC ms, place) each, in any order.

    Who has the same passes comes to the same ways, wherever they were told of them and in whatever order. Readers that
    did not know of each other may have let in more than was left: `used` tells it.
    """
    way = Way()
    for at_ms, point in sorted(passes):
        way = step(way, point, most=NO_END, now_ms=at_ms).way
    return way
