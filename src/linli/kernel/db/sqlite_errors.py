"""Refusals of SQLite and its driver, as the errors of `kernel.db.errors`."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

from linli.kernel.db.errors import (
    BrokenReference,
    Duplicate,
    count_refusal,
    too_long,
    unstorable,
)
from linli.kernel.disk import DiskFull
from linli.kernel.errors import LinliError, Unavailable

REFUSALS: Final = (sqlite3.Error, OverflowError, UnicodeEncodeError)
_DUPLICATE: Final = (
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    sqlite3.SQLITE_CONSTRAINT_ROWID,
)
_LONGEST: Final = 1_000_000_000
"""Bytes of a text, as SQLite is built."""


def translate(
    error: Exception, statement: str = "", names: Sequence[str] = (), rows: Iterable[Sequence[Any]] = ()
) -> LinliError | None:
    """The typed error for the driver's exception at a statement; None for an exception that only our own code can
    cause.

    `names` and `rows` are what was bound.
    """
    if isinstance(error, OverflowError | UnicodeEncodeError):
        return unstorable(names, rows)
    code = getattr(error, "sqlite_errorcode", 0)
    if code in _DUPLICATE:
        count_refusal("duplicate", statement)
        return Duplicate()
    if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        count_refusal("broken reference", statement)
        return BrokenReference()
    match code & 0xFF:
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return DiskFull()
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Unavailable()
        case sqlite3.SQLITE_TOOBIG:
            return too_long(names, rows, _LONGEST)
    return None
