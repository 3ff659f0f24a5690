"""Units of work that met another one and gave way: doing them again is all there is to do.

`Database.run` does so where a unit is begun. Whoever does more than one unit again must know that nothing of the work has
stayed: `Attempt` counts what has.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from linli.kernel.db.errors import Duplicate, LostRace

MOST_AGAIN: Final = 5
_PAUSE_S: Final = 0.01


def lost_race(error: BaseException) -> bool:
    """Whether a piece of work failed only since another one was under way at the same time, as far as can be told."""
    return isinstance(error, LostRace | Duplicate)


def pause_before(again: int) -> float:
    """Seconds before a further try, when `again` are left: some milliseconds, so that who won gets on, then more."""
    return random.uniform(0.5, 1.5) * _PAUSE_S * 2.0 ** (MOST_AGAIN - again)


class Attempt:
    """One try of a piece of work; `lasting` once a transaction of it is committed or a device was called."""

    def __init__(self, outer: "Attempt | None" = None) -> None:
        self.lasting = False
        self.outer = outer


_attempt: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


@contextmanager
def attempt() -> Iterator[Attempt]:
    """What is done inside, also by tasks begun there, is one try, and part of the one around it."""
    outer = _attempt.get()
    made = Attempt(outer)
    token = _attempt.set(made)
    try:
        yield made
    finally:
        _attempt.reset(token)


def lasts() -> None:
    """Something happened that no rollback takes back."""
    current = _attempt.get()
    while current is not None and not current.lasting:
        current.lasting = True
        current = current.outer
