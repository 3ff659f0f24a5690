"""Small migrations: named steps, each done once, in the order that they are listed in."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

_TABLE = "CREATE TABLE IF NOT EXISTS steps (name TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID"


class Step(NamedTuple):
    """`name` begins with its room and never changes (`uplink.1`); `sql` may hold several statements."""

    name: str
    sql: str


def apply(connection: sqlite3.Connection, steps: Iterable[Step], now_ms: int) -> list[str]:
    """Do those that were never done, each in one transaction; their names. Raises sqlite3.Error."""
    connection.execute(_TABLE)
    done = {name for (name,) in connection.execute("SELECT name FROM steps")}
    fresh = []
    for step in steps:
        if step.name in done:
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in _statements(step.sql):
                connection.execute(statement)
            connection.execute("INSERT INTO steps VALUES (?, ?)", (step.name, now_ms))
            connection.execute("COMMIT")
        except sqlite3.Error:
            connection.execute("ROLLBACK")
            raise
        done.add(step.name)
        fresh.append(step.name)
    return fresh


def _statements(sql: str) -> Iterable[str]:
    """`executescript` would commit in between."""
    text = ""
    for part in sql.split(";"):
        text += part + ";"
        if sqlite3.complete_statement(text):
            if text.strip(" \n;"):
                yield text
            text = ""
