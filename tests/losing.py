"""Units of work that meet on purpose on PostgreSQL: something happens before a statement, or the unit is ended at it.

The error comes from the server, and the transaction is as dead as after a true deadlock.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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

type Before = Callable[[str], Awaitable[object]]
"""Called with the text of a statement of a unit, before it is sent."""


@dataclass
class Losing:
    """The statements of units of work so far; the one with the number `at`, from 1, is lost."""

    at: int
    seen: list[str] = field(default_factory=list)
    lost: str = ""


@contextmanager
def before_statements(before: Callable[[asyncpg.Connection, str], Awaitable[object]]) -> Iterator[None]:
    """Within the block, have `before` called at each statement of this process's units, COMMIT included."""
    known = {name: getattr(asyncpg.Connection, name) for name in _STATEMENTS}

    def hooked(name: str) -> Callable[..., Any]:
        real = known[name]

        async def run(connection: asyncpg.Connection, statement: str, *values: Any, **options: Any) -> Any:
            if connection.is_in_transaction() and statement not in ("ROLLBACK", _END):
                await before(connection, statement)
            return await real(connection, statement, *values, **options)

        return run

    for name in _STATEMENTS:
        setattr(asyncpg.Connection, name, hooked(name))
    try:
        yield
    finally:
        for name, real in known.items():
            setattr(asyncpg.Connection, name, real)


@contextmanager
def meeting(before: Before) -> Iterator[None]:
    """Within the block, have something happen before statements of units."""

    async def meet(connection: asyncpg.Connection, statement: str) -> None:
        await before(statement)

    with before_statements(meet):
        yield


@contextmanager
def losing(at: int = 0) -> Iterator[Losing]:
    """Within the block a statement of this process's units is lost, once. 0: none is, they are counted."""
    state = Losing(at)

    async def lose(connection: asyncpg.Connection, statement: str) -> None:
        state.seen.append(statement)
        if len(state.seen) == state.at:
            state.lost = statement
            await connection.execute(_END)

    with before_statements(lose):
        yield state
