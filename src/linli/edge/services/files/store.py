"""Files with a keep time on the disk of the box, and their index.

A file's content lies under a random name, so that no path from outside ever becomes one of the file system's. The index
is an SQLite file of its own: these files live a week at most and are no part of a backup. A file enters the index only
after its content is on the disk. Files on the disk without an entry are deleted at start.
"""

import asyncio
import os
import secrets
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from linli.edge.services.files.paths import FileRefused
from linli.kernel.clock import Clock
from linli.kernel.disk import DiskFull, DiskGuard, telling_full_disk

SWEEP_S: Final = 60
BATCH: Final = 500
"""Files that one step of a purge removes, so that others get their turn between."""
FULL: Final = FileRefused(507, "no room left for files", "文件空间已满")

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS file (
  path TEXT PRIMARY KEY, name TEXT NOT NULL, bytes INTEGER NOT NULL,
  created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS file_expires ON file (expires_ms);
"""


class StoredFile(NamedTuple):
    """Times are UTC ms. `expires_ms` is when a sweep may take it, not when it must be gone."""

    path: str
    bytes: int
    created_ms: int
    expires_ms: int
    place: Path


class Room(NamedTuple):
    """How full the store is. `quota` bytes are allowed."""

    files: int
    bytes: int
    quota: int


class Part:
    """A file that is being received. Its bytes count against the quota from the moment they come."""

    def __init__(self, place: Path, take: Callable[[int], None]) -> None:
        self.place, self.size = place, 0
        self._take = take
        self._out: BinaryIO = place.open("xb")

    def write(self, data: bytes) -> None:
        """Raises FileRefused (507)."""
        self._take(len(data))
        self.size += len(data)
        self._out.write(data)

    def keep(self) -> None:
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()

    def drop(self) -> None:
        self._take(-self.size)
        self.size = 0
        self._out.close()
        self.place.unlink(missing_ok=True)


class FileStore:
    """All files of the box. Its work runs in one thread of its own, in order."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        quota_bytes: int,
        reserve_bytes: int = 256 * 1024 * 1024,
        free_bytes: Callable[[Path], int] | None = None,
    ) -> None:
        """`reserve_bytes` of the disk stay free, whatever the quota: the box's records need them."""
        self._folder = folder
        self._clock = clock
        self._quota = quota_bytes
        self._disk = DiskGuard(folder, reserve_bytes, clock, free_bytes)
        self._thread = ThreadPoolExecutor(1, "edge-files")
        self._sweeper: asyncio.Task[None] | None = None
        self._db: sqlite3.Connection
        self._used = 0
        self._files = 0

    async def start(self) -> None:
        await self._run(self._open)
        self._sweeper = asyncio.create_task(self._sweep(), name="edge-files-sweep")

    async def stop(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        await self._run(self._db.close)
        self._thread.shutdown()

    @property
    def room(self) -> Room:
        return Room(self._files, self._used, self._quota)

    # receiving

    async def begin(self) -> Part:
        """A place for a file that is about to come. Raises FileRefused (507)."""
        return await self._run(self._begin)

    async def write(self, part: Part, data: bytes) -> None:
        """Raises FileRefused (507)."""
        await self._run(lambda: _on_full_disk(part.write, data))

    async def drop(self, part: Part) -> None:
        await self._run(part.drop)

    async def keep(self, part: Part, path: str, keep_s: int) -> StoredFile:
        """Give a received file its name; one that had it before is replaced. Raises FileRefused (507)."""
        now = self._clock.now_ms()
        return await self._run(lambda: self._keep(part, path, now, now + keep_s * 1000))

    async def add(self, path: str, content: bytes, keep_s: int) -> StoredFile:
        """All at once, for the box's own parts. Raises FileRefused (507)."""
        now = self._clock.now_ms()
        return await self._run(lambda: self._add(path, content, now, now + keep_s * 1000))

    # the rest

    async def find(self, path: str) -> StoredFile | None:
        return await self._run(lambda: self._find(path))

    async def delete(self, path: str) -> bool:
        """Whether there was such a file."""
        return await self._run(lambda: self._delete([path]) > 0)

    async def purge(self) -> int:
        """Remove the files whose time is over; their number."""
        removed = 0
        while batch := await self._run(self._purge_some):
            removed += batch
        return removed

    async def listing(self, *, begins: str = "", after: str = "", most: int = 50) -> list[StoredFile]:
        """Files whose path begins so, by path, after the one named."""
        return await self._run(lambda: self._list(begins, after, most))

    # in the thread

    async def _run[T](self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> None:
        (self._folder / "content").mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(self._folder / "index.sqlite3", check_same_thread=False, autocommit=True)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)
        names = {name for (name,) in self._db.execute("SELECT name FROM file")}
        for place in (self._folder / "content").iterdir():
            if place.name not in names:
                place.unlink()
        self._files, self._used = self._db.execute(
            "SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM file"
        ).fetchone()

    def _begin(self) -> Part:
        if self._disk.full():
            raise FULL
        return _on_full_disk(Part, self._folder / "content" / secrets.token_hex(16), self._take)

    def _add(self, path: str, content: bytes, now_ms: int, expires_ms: int) -> StoredFile:
        part = self._begin()
        try:
            _on_full_disk(part.write, content)
            return self._keep(part, path, now_ms, expires_ms)
        except BaseException:
            part.drop()
            raise

    def _take(self, size: int) -> None:
        if size > 0 and self._used + size > self._quota:
            self._purge_some()
            if self._used + size > self._quota:
                raise FULL
        self._used += size

    def _keep(self, part: Part, path: str, now_ms: int, expires_ms: int) -> StoredFile:
        _on_full_disk(part.keep)
        before = self._find(path)
        try:
            with telling_full_disk():
                self._db.execute(
                    "INSERT INTO file (path, name, bytes, created_ms, expires_ms) VALUES (?, ?, ?, ?, ?)"
                    " ON CONFLICT (path) DO UPDATE SET name = excluded.name, bytes = excluded.bytes,"
                    " created_ms = excluded.created_ms, expires_ms = excluded.expires_ms",
                    (path, part.place.name, part.size, now_ms, expires_ms),
                )
        except (DiskFull, sqlite3.OperationalError):
            raise FULL from None
        if before is None:
            self._files += 1
        else:
            self._used -= before.bytes
            before.place.unlink(missing_ok=True)
        return StoredFile(path, part.size, now_ms, expires_ms, part.place)

    def _find(self, path: str) -> StoredFile | None:
        row = self._db.execute(
            "SELECT path, bytes, created_ms, expires_ms, name FROM file WHERE path = ?", (path,)
        ).fetchone()
        return None if row is None else self._file(row)

    def _file(self, row: tuple[str, int, int, int, str]) -> StoredFile:
        return StoredFile(*row[:4], self._folder / "content" / row[4])

    def _list(self, begins: str, after: str, most: int) -> list[StoredFile]:
        rows = self._db.execute(
            "SELECT path, bytes, created_ms, expires_ms, name FROM file"
            " WHERE path > ? AND substr(path, 1, ?) = ? ORDER BY path LIMIT ?",
            (after, len(begins), begins, most),
        )
        return [self._file(row) for row in rows.fetchall()]

    def _purge_some(self) -> int:
        rows = self._db.execute(
            "SELECT path FROM file WHERE expires_ms <= ? ORDER BY expires_ms LIMIT ?",
            (self._clock.now_ms(), BATCH),
        )
        return self._delete([path for (path,) in rows.fetchall()])

    def _delete(self, paths: list[str]) -> int:
        stored_files = [file for path in paths if (file := self._find(path)) is not None]
        marks = ", ".join("?" * len(stored_files))
        self._db.execute(f"DELETE FROM file WHERE path IN ({marks})", [file.path for file in stored_files])
        for file in stored_files:
            file.place.unlink(missing_ok=True)
            self._used -= file.bytes
        self._files -= len(stored_files)
        return len(stored_files)

    async def _sweep(self) -> None:
        while True:
            await self.purge()
            await self._clock.sleep(SWEEP_S)


def _on_full_disk[**P, T](work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Raises FileRefused (507) where the file system has no room."""
    try:
        with telling_full_disk():
            return work(*args, **kwargs)
    except DiskFull:
        raise FULL from None
