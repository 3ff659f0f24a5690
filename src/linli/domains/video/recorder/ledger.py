"""Room for recordings: how much there is of each camera, and what goes first when there is no more.

Nothing is written before its room is there, so no quota is ever passed. What is locked does not go.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from linli.domains.video.queries import recording as queries
from linli.domains.video.recording_rows import DISK_FULL, QUOTA, Plan, Segment
from linli.domains.video.service import recording as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.disk import free_space, freeing_space

MB: Final = 1024 * 1024
THREADS: Final = 4
_ORPHAN_MS: Final = 600_000
"""A file without a row is none that is being made when it is that old."""


class NoSpace(Exception):
    """`cause`: disk_full or quota, and nothing may go."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Ledger:
    """`load` first. `free_bytes` tells the room left in a folder; tests give their own."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        folder: Path,
        *,
        most_bytes: int,
        reserve_bytes: int,
        free_bytes: Callable[[Path], int] = free_space,
    ) -> None:
        self.folder = folder
        self.free_bytes = free_bytes
        self.most_bytes = most_bytes
        self._db = db
        self._clock = clock
        self._reserve = reserve_bytes
        self._bytes: dict[str, int] = {}
        self._turn = asyncio.Lock()
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="recordings")

    def path(self, segment: Segment) -> Path:
        """Where its file lies: by numbers alone."""
        day = datetime.fromtimestamp(segment.begin_ms / 1000, UTC).strftime("%Y%m%d")
        return self.folder / str(segment.community_id) / day / f"{segment.segment_id}.mp4"

    async def blocking[R](self, work: Callable[[], R]) -> R:
        """Work with files, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)

    def close(self) -> None:
        self.threads.shutdown(wait=False)

    @property
    def bytes(self) -> int:
        return sum(self._bytes.values())

    def bytes_of(self, iot_id: str) -> int:
        return self._bytes.get(iot_id, 0)

    async def load(self) -> None:
        """Count what is there. Raises OSError."""
        await self.blocking(lambda: self.folder.mkdir(parents=True, exist_ok=True))
        self._bytes = await queries.bytes_by_camera(self._db)

    def wrote(self, iot_id: str, size: int) -> None:
        self._bytes[iot_id] = self._bytes.get(iot_id, 0) + size

    # ------------------------------------------------------------ making room

    async def make_room(self, plan: Plan, size: int) -> None:
        """Room for so many bytes more of a camera. Raises NoSpace."""
        if self._short_of(plan, size) is None:
            return
        async with self._turn:
            while (short := self._short_of(plan, size)) is not None:
                cause, iot_id = short
                oldest = await queries.oldest(self._db, iot_id)
                if oldest is None:
                    raise NoSpace(cause)
                await self._erase_for_room(oldest)

    def _short_of(self, plan: Plan, size: int) -> tuple[str, str] | None:
        """What there is too little room by, and whose oldest file goes: a camera's, or (empty) any."""
        if plan.most_mb and self.bytes_of(plan.iot_id) + size > plan.most_mb * MB:
            return QUOTA, plan.iot_id
        if self.most_bytes and self.bytes + size > self.most_bytes:
            return QUOTA, ""
        if self.free_bytes(self.folder) - size < self._reserve:
            return DISK_FULL, ""
        return None

    async def _erase_for_room(self, segment: Segment) -> None:
        path = self.path(segment)
        await self.blocking(lambda: path.unlink(missing_ok=True))
        with freeing_space():
            await self._db.run(lambda tx: service.drop_for_room(tx, segment))
        self.wrote(segment.iot_id, -segment.bytes)

    async def erase(self, segments: list[Segment]) -> None:
        """Files first: what a crash leaves over is a row without one, which the next start drops."""
        paths = [self.path(each) for each in segments]

        def unlink() -> None:
            for path in paths:
                path.unlink(missing_ok=True)

        await self.blocking(unlink)
        with freeing_space():
            await self._db.run(lambda tx: service.drop_segments(tx, [each.segment_id for each in segments]))
        for each in segments:
            self.wrote(each.iot_id, -each.bytes)

    async def tidy(self) -> None:
        """Erase what is past its days, and what belongs to cameras that are gone."""
        while segments := await queries.erasing(self._db):
            await self.erase(segments)
        now_ms = self._clock.now_ms()
        for iot_id, days in (await queries.kept_days(self._db)).items():
            before_ms = now_ms - days * 86_400_000
            while segments := await queries.before(self._db, iot_id, before_ms):
                await self.erase(segments)
            with freeing_space():
                await self._db.run(partial(service.drop_old_gaps, iot_id=iot_id, before_ms=before_ms))
        with freeing_space():
            await self._db.run(lambda tx: service.drop_old_views(tx, now_ms))

    async def drop_strays(self) -> int:
        """Erase files that no row tells of, and empty folders; how many files."""
        before_s = self._clock.now_ms() / 1000 - _ORPHAN_MS / 1000

        def listed() -> list[Path]:
            return [
                path for path in self.folder.glob("*/*/*.mp4")
                if path.stem.isdecimal() and path.stat().st_mtime < before_s
            ]  # fmt: skip

        paths = await self.blocking(listed)
        strays: list[Path] = []
        for at in range(0, len(paths), 500):
            some = {int(path.stem): path for path in paths[at : at + 500]}
            rows = await queries.known_segments(self._db, list(some))
            strays += [path for number, path in some.items() if number not in rows]

        def unlink() -> None:
            for path in strays:
                path.unlink(missing_ok=True)
            for folder in sorted(self.folder.glob("*/*"), reverse=True):
                if folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()

        await self.blocking(unlink)
        return len(strays)
