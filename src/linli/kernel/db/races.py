"""Transactions that the engine ended because they met: doing them again is all there is to do.

Whoever does a whole piece of work again must know that nothing of it has stayed: `Attempt` counts what has.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_SQLSTATES = frozenset(("40P01", "40001"))
"""Deadlock detected, serialization failure."""
MOST_AGAIN = 3


def lost_race(error: BaseException) -> bool:
    """Whether PostgreSQL chose this transaction to give way to another one."""
    return getattr(error, "sqlstate", "") in _SQLSTATES


class Attempt:
    """One try of a piece of work; `lasting` once a transaction of it is committed or a device was called."""

    def __init__(self) -> None:
        self.lasting = False


_attempt: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


@contextmanager
def attempt() -> Iterator[Attempt]:
    """What is done inside, also by tasks begun there, is one try."""
    made = Attempt()
    token = _attempt.set(made)
    try:
        yield made
    finally:
        _attempt.reset(token)


def lasts() -> None:
    """Something happened that no rollback takes back."""
    current = _attempt.get()
    if current is not None:
        current.lasting = True
