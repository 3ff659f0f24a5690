"""Tables of the event API in the box's file, and their reads and writes."""

import sqlite3
from typing import Final, NamedTuple

from linli.edge.store import Step

STEPS: Final[tuple[Step, ...]] = (
    Step(
        "events.1",
        """
        CREATE TABLE event_adapters (
          manufacture TEXT PRIMARY KEY, ip TEXT NOT NULL, mac TEXT NOT NULL, port INTEGER NOT NULL,
          token TEXT NOT NULL, since_ms INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE event_config (name TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE event_reports (
          seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL, bytes INTEGER NOT NULL,
          scene BLOB, target BLOB, library_face BLOB
        );
        """,
    ),
)


class AdapterRow(NamedTuple):
    manufacture: str
    ip: str
    mac: str
    port: int
    token: str
    since_ms: int


class ReportRow(NamedTuple):
    seq: int
    id: str
    body: bytes
    scene: bytes | None
    target: bytes | None
    library_face: bytes | None


def adapters(connection: sqlite3.Connection) -> list[AdapterRow]:
    rows = connection.execute("SELECT manufacture, ip, mac, port, token, since_ms FROM event_adapters")
    return [AdapterRow(*row) for row in rows]


def config(connection: sqlite3.Connection) -> bytes | None:
    row = connection.execute("SELECT body FROM event_config WHERE name = 'config'").fetchone()
    return row[0] if row else None


def waiting(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many reports wait, and their bytes."""
    count, size = connection.execute("SELECT count(*), coalesce(sum(bytes), 0) FROM event_reports").fetchone()
    return int(count), int(size)


def oldest(connection: sqlite3.Connection) -> ReportRow | None:
    row = connection.execute(
        "SELECT seq, id, body, scene, target, library_face FROM event_reports ORDER BY seq LIMIT 1"
    ).fetchone()
    return ReportRow(*row) if row else None
