"""Reports that wait for the cloud: committed before a driver confirms to its device, removed when the cloud has them.

`seq` grows by one with every report of the box and is never used twice, so that (node, seq) names a report for ever.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from linli.edge.store import Step, Store
from linli.kernel.clock import Clock
from linli.kernel.telemetry import logger

log = logger(__name__)

MOST_ROWS: Final = 5_000_000
"""A busy site fills a tenth of it in a week. Beyond it the oldest reports are dropped, with a line in the log."""
_CHECK_EVERY: Final = 10_000
_SENT: Final = "sent"
_AHEAD: Final = 1_000_000
_NUMBERED: Final = ("uplink", "parking_uplink")
"""Tables of the box's file whose numbers the cloud knows."""

STEPS: Final = (
    Step(
        "uplink.1",
        """
        CREATE TABLE uplink (
          seq INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
          params TEXT NOT NULL, at_ms INTEGER NOT NULL, picture TEXT NOT NULL
        );
        CREATE TABLE uplink_marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        """,
    ),
)

Kind = Literal["event", "property"]


type Also = Callable[[sqlite3.Connection], None]
"""Work of somebody else that is committed together with a report, or not at all."""


class Together(dict[str, Any]):
    """The values of an event, with such work."""

    def __init__(self, values: Mapping[str, Any], also: Also) -> None:
        super().__init__(values)
        self.also = also


class Waiting(NamedTuple):
    """One report. `at_ms` is when the box got it, by the box's clock."""

    seq: int
    device: str
    kind: Kind
    name: str
    """Of the event; empty for properties."""
    params: str
    """JSON."""
    at_ms: int
    picture: str
    """The photoId in it; empty when there is none."""


class Queue:
    """`news` is set whenever something was added."""

    def __init__(self, store: Store, clock: Clock, *, most_rows: int = MOST_ROWS) -> None:
        self._store = store
        self._clock = clock
        self._most_rows = most_rows
        self.news = asyncio.Event()
        self.backlog = 0
        """Reports that the cloud does not have yet."""
        self.dropped = 0
        """Since the start, because the disk's share was used up."""
        self._added = 0

    async def start(self) -> None:
        self.backlog = await self._store.read(_count)

    async def add(
        self, device: str, kind: Kind, name: str, params: Mapping[str, Any], at_ms: int | None = None,
        *, also: Sequence[Also] = (),
    ) -> int:  # fmt: skip
        """Returns once it is on the disk; its seq. `at_ms`: when it was; None: now."""
        picture = _picture_of(params) if kind == "event" else ""
        row = (
            device,
            kind,
            name,
            json.dumps(params, ensure_ascii=False, default=_plain),
            self._clock.now_ms() if at_ms is None else at_ms,
            picture,
        )

        def insert(connection: sqlite3.Connection) -> int:
            cursor = connection.execute(
                "INSERT INTO uplink (device, kind, name, params, at_ms, picture) VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )
            for work in also:
                work(connection)
            return cursor.lastrowid or 0

        seq = await self._store.write(insert, then=lambda _: self._counted(1))
        self._added += 1
        if self._added % _CHECK_EVERY == 0 and self.backlog > self._most_rows:
            await self._drop_oldest(self.backlog - self._most_rows)
        self.news.set()
        return seq

    async def head(self, after: int, most: int) -> list[Waiting]:
        """The oldest beyond `after`."""
        return await self._store.read(
            lambda connection: [
                Waiting(*row)
                for row in connection.execute(
                    "SELECT seq, device, kind, name, params, at_ms, picture FROM uplink"
                    " WHERE seq > ? ORDER BY seq LIMIT ?",
                    (after, most),
                )
            ]
        )

    async def remove(self, seqs: Sequence[int]) -> None:
        """The cloud has them. Returns after the commit."""

        def delete(connection: sqlite3.Connection) -> int:
            return connection.executemany(
                "DELETE FROM uplink WHERE seq = ?", [(seq,) for seq in seqs]
            ).rowcount

        # Counted even if the line breaks, and with it the asker, between the commit and the answer.
        await self._store.write(delete, then=lambda gone: self._counted(-gone))

    def _counted(self, more: int) -> None:
        self.backlog += more

    async def devices(self) -> set[str]:
        """The devices with waiting reports."""
        return await self._store.read(
            lambda connection: {row[0] for row in connection.execute("SELECT DISTINCT device FROM uplink")}
        )

    async def sent(self) -> int:
        """Up to which seq reports may have left the box in an earlier life."""
        return await self._store.read(lambda connection: _mark(connection, _SENT))

    async def will_send(self, seq: int) -> None:
        """Note durably that reports up to `seq` may have left, before the first of them does."""

        def put(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO uplink_marks VALUES (?, ?)", (_SENT, seq))

        await self._store.write(put)

    async def skip_ahead(self) -> None:
        """After a restore from an older copy: no seq that the lost copy may have used comes again."""

        def skip(connection: sqlite3.Connection) -> None:
            for table in _NUMBERED:
                last = connection.execute(
                    "SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)
                ).fetchone()
                ahead = (last[0] if last else 0) + _AHEAD
                connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
                connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, ahead))

        await self._store.write(skip)

    async def _drop_oldest(self, number: int) -> None:
        def drop(connection: sqlite3.Connection) -> int:
            return connection.execute(
                "DELETE FROM uplink WHERE seq IN (SELECT seq FROM uplink ORDER BY seq LIMIT ?)", (number,)
            ).rowcount

        gone = await self._store.write(drop, then=lambda gone: self._counted(-gone))
        self.dropped += gone
        log.error("the uplink queue is full: the %d oldest reports were dropped", gone)


def _count(connection: sqlite3.Connection) -> int:
    (number,) = connection.execute("SELECT count(*) FROM uplink").fetchone()
    return int(number)


def _mark(connection: sqlite3.Connection, name: str) -> int:
    row = connection.execute("SELECT value FROM uplink_marks WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0


def _picture_of(params: Mapping[str, Any]) -> str:
    """`photoId` in the event's `extInfo`."""
    info = params.get("extInfo")
    if not isinstance(info, str) or '"photoId"' not in info:
        return ""
    try:
        photo_id = msgspec.json.decode(info, type=dict[str, Any]).get("photoId")
    except msgspec.MsgspecError:
        return ""
    return photo_id if isinstance(photo_id, str) else ""


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)
