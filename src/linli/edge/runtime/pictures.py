"""Pictures of passes on the box's disk, until the cloud has them and a while longer.

The disk's share is bounded. When it is used up, those go first that the cloud has, then the oldest that it does not
have: a pass without its picture is worth more than no pass, so reports are never dropped for pictures.
"""

import asyncio
import os
import re
import sqlite3
from pathlib import Path
from typing import Final, NamedTuple

from linli.edge.store import Step, Store
from linli.kernel.clock import Clock
from linli.kernel.ids import Ids
from linli.kernel.telemetry import logger

log = logger(__name__)

QUOTA_BYTES: Final = 4 * 1024 * 1024 * 1024
KEEP_MS: Final = 7 * 86_400_000
"""How long a picture stays that the cloud has: doors may ask for it."""
_ID: Final = re.compile(r"[0-9a-f-]{36}")
_AT_ONCE: Final = 100

STEPS: Final = (
    Step(
        "pictures.1",
        """
        CREATE TABLE pictures (
          id TEXT PRIMARY KEY, device TEXT NOT NULL, bytes INTEGER NOT NULL, at_ms INTEGER NOT NULL,
          sent TEXT NOT NULL, url TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX pictures_age ON pictures (sent = '', at_ms);
        """,
    ),
)


class Picture(NamedTuple):
    id: str
    device: str
    bytes: int
    at_ms: int
    sent: str
    """The cloud's photoId; empty until it has the picture."""
    url: str


class Pictures:
    """One file a picture, by an id that cannot be guessed."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        clock: Clock,
        ids: Ids,
        *,
        quota_bytes: int = QUOTA_BYTES,
        keep_ms: int = KEEP_MS,
    ) -> None:
        self.folder = folder
        self._store = store
        self._clock = clock
        self._ids = ids
        self._quota = quota_bytes
        self._keep_ms = keep_ms
        self.held_bytes = 0
        self.dropped = 0
        """Since the start: pictures that the cloud will never get."""

    async def start(self) -> None:
        self.held_bytes = await self._store.read(_sum)

    async def keep(self, device: str, photo: bytes) -> str:
        """Returns once it is on the disk; its photoId."""
        photo_id = self._ids.request_id()
        await asyncio.to_thread(self._write, photo_id, photo)
        row = (photo_id, device, len(photo), self._clock.now_ms(), "", "")

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO pictures VALUES (?, ?, ?, ?, ?, ?)", row)

        await self._store.write(insert)
        self.held_bytes += len(photo)
        if self.held_bytes > self._quota:
            await self._make_room()
        return photo_id

    async def find(self, photo_id: str) -> Picture | None:
        def select(connection: sqlite3.Connection) -> Picture | None:
            row = connection.execute(
                "SELECT id, device, bytes, at_ms, sent, url FROM pictures WHERE id = ?", (photo_id,)
            ).fetchone()
            return Picture(*row) if row else None

        return await self._store.read(select)

    async def content(self, photo_id: str) -> bytes | None:
        if not _ID.fullmatch(photo_id):
            return None
        return await asyncio.to_thread(self._read, photo_id)

    async def was_sent(self, photo_id: str, cloud_id: str, url: str) -> None:
        """Durable before the report that names it leaves: sent again, it has the very same words."""

        def put(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE pictures SET sent = ?, url = ? WHERE id = ?", (cloud_id, url, photo_id)
            )

        await self._store.write(put)

    async def tidy(self) -> int:
        """Remove what the cloud has had for long; how many. Called now and then."""
        before = self._clock.now_ms() - self._keep_ms

        def old(connection: sqlite3.Connection) -> list[tuple[str, int]]:
            return connection.execute(
                "SELECT id, bytes FROM pictures WHERE (sent = '') = 0 AND at_ms < ? ORDER BY at_ms LIMIT 1000",
                (before,),
            ).fetchall()

        pictures = await self._store.read(old)
        await self._remove(pictures)
        return len(pictures)

    async def _make_room(self) -> None:
        while self.held_bytes > self._quota * 9 // 10:
            pictures = await self._store.read(_oldest)
            if not pictures:
                return
            lost = sum(1 for _, _, sent in pictures if not sent)
            self.dropped += lost
            if lost:
                log.error(
                    "the share of pictures is used up: %d that the cloud does not have were dropped", lost
                )
            await self._remove([(photo_id, size) for photo_id, size, _ in pictures])

    async def _remove(self, pictures: list[tuple[str, int]]) -> None:
        def delete(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "DELETE FROM pictures WHERE id = ?", [(photo_id,) for photo_id, _ in pictures]
            )

        await self._store.write(delete)
        await asyncio.to_thread(self._unlink, [photo_id for photo_id, _ in pictures])
        self.held_bytes -= sum(size for _, size in pictures)

    # files

    def _path(self, photo_id: str) -> Path:
        return self.folder / photo_id[:2] / photo_id

    def _write(self, photo_id: str, photo: bytes) -> None:
        path = self._path(photo_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as out:
            out.write(photo)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)

    def _unlink(self, photo_ids: list[str]) -> None:
        for photo_id in photo_ids:
            self._path(photo_id).unlink(missing_ok=True)

    def _read(self, photo_id: str) -> bytes | None:
        try:
            return self._path(photo_id).read_bytes()
        except FileNotFoundError:
            return None


def _sum(connection: sqlite3.Connection) -> int:
    (number,) = connection.execute("SELECT coalesce(sum(bytes), 0) FROM pictures").fetchone()
    return int(number)


def _oldest(connection: sqlite3.Connection) -> list[tuple[str, int, str]]:
    """Those that the cloud has before all others."""
    return connection.execute(
        "SELECT id, bytes, sent FROM pictures ORDER BY (sent = ''), at_ms LIMIT ?", (_AT_ONCE,)
    ).fetchall()
