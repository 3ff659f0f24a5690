"""Ways (`rules.ways`) of passes with a number of uses, in the box's file: the passes of its own readers and of others.

What is kept are the passes, not the counts, so that what other boxes of the site tell can be put in at any time, twice
as well, and gives the same counts at all of them.
"""

import sqlite3
from typing import Final, NamedTuple

from linli.edge.store import Step
from linli.rules import ways
from linli.rules.ways import Way

STEPS: Final = (
    Step(
        "ways.1",
        """
        CREATE TABLE way_passes (
          way TEXT NOT NULL, at_ms INTEGER NOT NULL, point TEXT NOT NULL, ends_ms INTEGER NOT NULL,
          PRIMARY KEY (way, at_ms, point)
        ) WITHOUT ROWID;
        CREATE INDEX way_passes_ends ON way_passes (ends_ms);
        """,
    ),
)
KEPT_MS: Final = 86_400_000
"""After the end of a pass."""


class WayPass(NamedTuple):
    """One that was counted. `ends_ms`: the end of the right. UTC ms."""

    way: str
    at_ms: int
    point: str
    ends_ms: int


def way_of(connection: sqlite3.Connection, way: str) -> Way:
    rows = connection.execute("SELECT at_ms, point FROM way_passes WHERE way = ?", (way,)).fetchall()
    return ways.walked((at_ms, point) for at_ms, point in rows)


def is_kept(connection: sqlite3.Connection, passed: WayPass) -> bool:
    row = connection.execute(
        "SELECT 1 FROM way_passes WHERE way = ? AND at_ms = ? AND point = ?", passed[:3]
    ).fetchone()
    return row is not None


def that_count(connection: sqlite3.Connection, *, now_ms: int, most: int) -> list[WayPass]:
    """Of rights that have not ended, the newest first."""
    rows = connection.execute(
        "SELECT way, at_ms, point, ends_ms FROM way_passes WHERE ends_ms > ? ORDER BY at_ms DESC LIMIT ?",
        (now_ms, most),
    )
    return [WayPass(*row) for row in rows]


def keep(connection: sqlite3.Connection, passed: WayPass, *, now_ms: int) -> bool:
    """Whether it was new. What no right needs any longer goes."""
    (count,) = connection.execute("SELECT count(*) FROM way_passes WHERE way = ?", (passed.way,)).fetchone()
    if count >= ways.MOST_PASSES:
        return False
    connection.execute("DELETE FROM way_passes WHERE ends_ms < ?", (now_ms - KEPT_MS,))
    cursor = connection.execute("INSERT OR IGNORE INTO way_passes VALUES (?, ?, ?, ?)", passed)
    return cursor.rowcount > 0
