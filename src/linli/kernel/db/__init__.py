"""Tables and statements in SQLAlchemy Core, compiled once per engine and run by the driver itself (ADR 0001)."""

from linli.kernel.db.columns import (
    INT,
    blob,
    flag,
    identity,
    integer,
    metadata,
    real,
    text_column,
    total,
)
from linli.kernel.db.database import Database, Reader, Tx
from linli.kernel.db.opening import open_database
from linli.kernel.db.statements import Command, Query, any_of, bytewise, in_scope, update_of

__all__ = [
    "INT",
    "Command",
    "Database",
    "Query",
    "Reader",
    "Tx",
    "any_of",
    "blob",
    "bytewise",
    "flag",
    "identity",
    "in_scope",
    "integer",
    "metadata",
    "open_database",
    "real",
    "text_column",
    "total",
    "update_of",
]
