"""Deadlocks on purpose: PostgreSQL ends the unit of work at a statement of choice, as one that gives way.

The error comes from the server, and the transaction is as dead as after a true one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg

_STATEMENTS = (
    "execute",
    "fetch",
    "fetchrow",
    "fetchval",
    "fetchmany",
    "executemany",
    "copy_records_to_table",
)
_END = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01', MESSAGE = 'deadlock detected'; END $$"


class Losing:
    """Counts the statements of units of work; the one with the number `at`, from 1, is lost. 0: none is."""

    def __init__(self, at: int, counts: Callable[[str], bool]) -> None:
        self.at = at
        self.seen: list[str] = []
        self.lost = ""
        self.counts = counts


@contextmanager
def losing(at: int = 0, *, counts: Callable[[str], bool] = lambda statement: True) -> Iterator[Losing]:
    """Within the block a statement of this process's units is lost, once. `counts`: which of them are counted."""
    state = Losing(at, counts)
    known = {name: getattr(asyncpg.Connection, name) for name in _STATEMENTS}

    def hooked(name: str) -> Callable[..., Any]:
        real = known[name]

        async def run(connection: asyncpg.Connection, statement: str, *values: Any, **options: Any) -> Any:
            if connection.is_in_transaction() and statement not in ("ROLLBACK", _END) and counts(statement):
                state.seen.append(statement)
                if len(state.seen) == state.at:
                    state.lost = statement
                    await known["execute"](connection, _END)
            return await real(connection, statement, *values, **options)

        return run

    for name in _STATEMENTS:
        setattr(asyncpg.Connection, name, hooked(name))
    try:
        yield state
    finally:
        for name, real in known.items():
            setattr(asyncpg.Connection, name, real)
