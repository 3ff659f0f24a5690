"""Work that lost a race against other work: it is done again.

`Database.run` repeats one unit of work, `done_again` work that begins its units itself. Work of several units is
repeated only if none is committed: `lasts` is called once something was.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from linli.kernel.db.errors import Duplicate, LostRace
from linli.kernel.errors import LinliError

MOST_AGAIN: Final = 5
_PAUSE_S: Final = 0.01


def lost_race(error: BaseException) -> bool:
    """Whether a piece of work seems to have failed only because another one was under way at the same time."""
    return isinstance(error, LostRace | Duplicate)


async def done_again[R](work: Callable[[], Awaitable[R]]) -> R:
    """Do `work`, and again at once where it lost a race and nothing of it has stayed, up to MOST_AGAIN times.

    Raises LostRace, Duplicate in the end, and what `work` raises. Used inside other repeated work, it does not multiply
    the tries.
    """
    again = MOST_AGAIN
    while True:
        with attempt() as current:
            try:
                return await work()
            except LinliError as error:
                if current.final or not lost_race(error):
                    raise
                if not again:
                    lasts()
                    raise
        await asyncio.sleep(_pause(again))
        again -= 1


class Attempt:
    """One try of a piece of work; `final` once there must be no other: a transaction of it is committed, a device was
    called, or a part of it was tried often enough."""

    def __init__(self, outer: "Attempt | None" = None) -> None:
        self.final = False
        self.outer = outer


_attempt: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


@contextmanager
def attempt() -> Iterator[Attempt]:
    """All work inside the block, also in tasks begun there, is one try. It is part of the try around it."""
    current = Attempt(_attempt.get())
    token = _attempt.set(current)
    try:
        yield current
    finally:
        _attempt.reset(token)


def lasts() -> None:
    """Something happened that no rollback takes back."""
    current = _attempt.get()
    while current is not None and not current.final:
        current.final = True
        current = current.outer


def _pause(again: int) -> float:
    """Seconds before a further try, when `again` are left: some milliseconds, so that who won gets on, then more."""
    return random.uniform(0.5, 1.5) * _PAUSE_S * 2.0 ** (MOST_AGAIN - again)
