"""Refusals of PostgreSQL and its driver, as the errors of `kernel.db.errors`."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import asyncpg

from linli.kernel.db.errors import (
    INDEXED_BYTES,
    BrokenReference,
    ConnectionLost,
    Duplicate,
    LostRace,
    Unstorable,
    count_refusal,
    too_long,
    unstorable,
)
from linli.kernel.disk import DiskFull
from linli.kernel.errors import LinliError

LOST: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    OSError,
)
REFUSALS: Final = (
    *LOST,
    asyncpg.PostgresError,
    asyncpg.InternalClientError,
    OverflowError,
    UnicodeEncodeError,
)
_RACES: Final = {"40P01": "deadlock", "40001": "serialization failure"}
_RULES: Final = {"22003": "number_range", "22021": "no_nul"}
"""SQLSTATEs of values that the server refused, where none is found among ours: it reckoned with them."""
_PROCESS: Final = re.compile(r"blocked by process (\d+)")

type Rows = Iterable[Sequence[Any]]


def lost(error: BaseException, connection: asyncpg.Connection) -> bool:
    """Whether the connection is what failed. InterfaceError is also asyncpg's name for wrong values."""
    return isinstance(error, LOST) and (
        connection.is_closed() or not isinstance(error, asyncpg.InterfaceError)
    )


def blockers(error: BaseException) -> list[int]:
    """The server's processes that a deadlock was between."""
    return sorted({int(number) for number in _PROCESS.findall(str(getattr(error, "detail", "") or ""))})


def translate(
    error: Exception,
    connection: asyncpg.Connection,
    statement: str,
    names: Sequence[str] = (),
    rows: Rows = (),
    *,
    around: str = "",
) -> LinliError | None:
    """The typed error for a driver's exception at a statement; None for an exception that only our own code can cause.

    `names` and `rows` are what was bound. `around` tells what else the units that met had done.
    """
    if lost(error, connection):
        return ConnectionLost()
    state = getattr(error, "sqlstate", None) or ""
    if state in _RACES:
        count_refusal(
            _RACES[state], statement, detail=f"{getattr(error, 'detail', '') or ''} {around}".strip()
        )
        return LostRace()
    if state == "23505":
        count_refusal("duplicate", statement, detail=str(getattr(error, "constraint_name", "")))
        return Duplicate()
    if state == "23503":
        count_refusal("broken reference", statement, detail=str(getattr(error, "constraint_name", "")))
        return BrokenReference()
    if state == "53100":
        return DiskFull()
    if state == "54000" and "index row" in str(error):
        return too_long(names, rows, INDEXED_BYTES)
    if isinstance(error, asyncpg.DataError | OverflowError | UnicodeEncodeError) or state in _RULES:
        if (refusal := unstorable(names, rows)) is not None:
            return refusal
        if state in _RULES:
            return Unstorable(field="", rule=_RULES[state])
    return None
