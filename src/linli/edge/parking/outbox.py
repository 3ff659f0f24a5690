"""Records of parking that wait for the cloud: kept with what they tell, sent in order, removed by the answer."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

MOST: Final = 1_000_000
"""Beyond it the oldest are dropped: a week of a busy car park without a line is a tenth of it."""


class Waiting(NamedTuple):
    seq: int
    model: str
    record: str
    """JSON."""
    files: str
    """JSON: by field, the path in the file service."""
    at_ms: int
    detail: str = ""
    """JSON, or nothing."""


def put(
    db: sqlite3.Connection,
    model: str,
    record: Mapping[str, Any],
    files: Mapping[str, str],
    at_ms: int,
    detail: str = "",
) -> None:
    given = {name: path for name, path in files.items() if path}
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    cursor = db.execute(
        "INSERT INTO parking_uplink (model, record, files, at_ms, detail) VALUES (?, ?, ?, ?, ?)",
        (model, text, msgspec.json.encode(given).decode(), at_ms, detail),
    )
    if (seq := cursor.lastrowid or 0) % 10_000 == 0:
        db.execute("DELETE FROM parking_uplink WHERE seq <= ?", (seq - MOST,))


def head(db: sqlite3.Connection, most: int) -> list[Waiting]:
    rows = db.execute(
        "SELECT seq, model, record, files, at_ms, detail FROM parking_uplink ORDER BY seq LIMIT ?", (most,)
    )
    return [Waiting(*row) for row in rows]


def remove(db: sqlite3.Connection, seq: int) -> None:
    """All up to this one."""
    db.execute("DELETE FROM parking_uplink WHERE seq <= ?", (seq,))
