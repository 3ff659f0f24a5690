"""Who watches live now: one row a look, begun with its first player, kept up while it goes on, written in batches.

Players of the same caller, camera and place are one look, also when they come again within a minute. A look is written
soon after it began and has a sign of life four times a minute; so one that ended with its process ends at the last.
"""

import asyncio
import contextlib
from typing import Final

from linli.domains.video.recording_rows import SILENT_MS
from linli.domains.video.service import looks as service
from linli.domains.video.service.looks import Watcher, Written
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.telemetry import logger
from linli.media.cameras.hub import Full

log = logger(__name__)
MOST: Final = 20_000
WRITE_S: Final = 2.0
SIGN_MS: Final = 15_000
_WRITES: Final = 500
"""Rows of one transaction."""


class Look:
    __slots__ = ("begin_ms", "players", "row", "seen_ms", "watcher", "written_ms")

    def __init__(self, watcher: Watcher, now_ms: int) -> None:
        self.watcher = watcher
        self.begin_ms = self.seen_ms = now_ms
        self.players = 0
        self.row: int | None = None
        self.written_ms = 0


class Looks:
    """`start`, then `begin` and `end` by players; `stop` in any state."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._looks: dict[Watcher, Look] = {}
        self._task: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="who watches cameras")

    async def stop(self) -> None:
        if self._task is None:
            return
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        if self._writing is not None:  # else a row that was begun would be begun once more
            await asyncio.gather(self._writing, return_exceptions=True)
        for look in self._looks.values():
            if look.players:
                look.players, look.seen_ms = 0, self._clock.now_ms()
        try:
            await self.write(last=True)
        except Exception:
            log.exception("who watched cameras could not be written at the end")

    def begin(self, watcher: Watcher | None) -> Look | None:
        """Before the first picture is sent. Raises Full: nobody watches whose look is not kept."""
        if watcher is None:
            return None
        now_ms = self._clock.now_ms()
        look = self._looks.get(watcher)
        if look is None or not (look.players or now_ms - look.seen_ms < SILENT_MS):
            if look is None and len(self._looks) >= MOST:
                raise Full()
            look = self._looks[watcher] = Look(watcher, now_ms)
        look.players += 1
        look.seen_ms = now_ms
        return look

    def end(self, look: Look | None) -> None:
        if look is not None and look.players:
            look.players -= 1
            look.seen_ms = self._clock.now_ms()

    async def _run(self) -> None:
        while True:
            await self._clock.sleep(WRITE_S)
            self._writing = asyncio.create_task(self.write())
            try:
                await asyncio.shield(self._writing)
            except Exception:  # the database is away: the next round writes it
                log.exception("who watches cameras could not be written")

    async def write(self, *, last: bool = False) -> None:
        """What is new. `last`: nothing comes after it."""
        now_ms = self._clock.now_ms()
        due: list[tuple[Look, Written]] = []
        for look in self._looks.values():
            if look.players:
                look.seen_ms = now_ms
            over = not look.players and (last or now_ms - look.seen_ms >= SILENT_MS)
            new = look.row is None
            quiet = look.players and look.seen_ms - look.written_ms < SIGN_MS
            if over or new or (not quiet and look.seen_ms > look.written_ms):
                due.append(
                    (look, Written(look.row, look.watcher, look.begin_ms, look.seen_ms, not look.players))
                )
        for at in range(0, len(due), _WRITES):
            await self._write(due[at : at + _WRITES], now_ms)

    async def _write(self, due: list[tuple[Look, Written]], now_ms: int) -> None:
        rows = await self._db.run(lambda tx: service.write_live(tx, [written for _, written in due]))
        for (look, written), row in zip(due, rows, strict=True):
            look.row, look.written_ms = row, written.end_ms
            if not look.players and now_ms - look.seen_ms >= SILENT_MS:
                self._looks.pop(look.watcher, None)
