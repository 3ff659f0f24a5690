"""All upper platforms of an installation: one process is registered at them, by a lease; rows say which there are."""

import asyncio
from typing import Final

from linli.domains.video.cascade.upper import UpperPlatform
from linli.domains.video.events import CameraAlarmed
from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.queries import uppers as queries
from linli.domains.video.upper_rows import Upper, upper_seal
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.processes import Lease
from linli.kernel.rounds import set_within
from linli.kernel.secrets import Secrets
from linli.kernel.telemetry import logger
from linli.media.cameras.pump import Pump

log = logger(__name__)
LOOK_S: Final = 3.0
"""So soon a camera that came or went is told, and a row that another process changed counts."""


class Cascade:
    """`start`; `stop` in any state."""

    def __init__(
        self, desk: VideoDesk, db: Database, clock: Clock, secrets: Secrets, pump: Pump, *, process: str
    ) -> None:
        self._desk = desk
        self._db = db
        self._clock = clock
        self._secrets = secrets
        self._pump = pump
        self._lease = Lease(db, clock, "upper_platforms", holder=process)
        self._all: dict[int, UpperPlatform] = {}
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._round = asyncio.Condition()
        self._begun = self._done = 0
        """Rounds."""
        self.mine = False
        """Whether this process is the one."""

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="upper platforms")

    async def stop(self) -> None:
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._leave_all()
        if self.mine:
            await self._lease.free()

    def of(self, upper_id: int) -> UpperPlatform | None:
        """None: it is switched off, or another process is registered there."""
        return self._all.get(upper_id)

    def look(self) -> None:
        """A row changed."""
        self._news.set()

    async def looked(self) -> None:
        """Wait until all rows of now count."""
        async with self._round:
            wanted = self._begun + 1
            self._news.set()
            await self._round.wait_for(lambda: self._done >= wanted)

    def alarmed(self, event: CameraAlarmed) -> None:
        for platform in self._all.values():
            platform.alarmed(event)

    async def _run(self) -> None:
        while True:
            self._news.clear()
            self._begun += 1
            try:
                await self._look()
            except Exception:
                log.exception("upper platforms could not be looked after")
            async with self._round:
                self._done = self._begun
                self._round.notify_all()
            await set_within(self._clock, LOOK_S, self._news)

    async def _look(self) -> None:
        self.mine = await self._lease.hold()
        if not self.mine:
            await self._leave_all()
            return
        uppers = {upper.upper_id: upper for upper in await queries.every(self._db) if not upper.off}
        gone = [platform for number, platform in self._all.items() if uppers.get(number) != platform.upper]
        await self._leave(gone)
        cameras = await queries.shown(self._db) if uppers else {}
        for number, upper in uppers.items():
            platform = self._all.get(number)
            if platform is None:
                platform = self._begin(upper)
                platform.show(cameras.get(number, []))
                platform.start()
            else:
                platform.show(cameras.get(number, []))

    def _begin(self, upper: Upper) -> UpperPlatform:
        password = self._secrets.open(upper.password_sealed, about=upper_seal(upper.upper_id))
        platform = self._all[upper.upper_id] = UpperPlatform(
            upper, password, desk=self._desk, db=self._db, clock=self._clock, pump=self._pump
        )
        return platform

    async def _leave_all(self) -> None:
        await self._leave(list(self._all.values()))

    async def _leave(self, platforms: list[UpperPlatform]) -> None:
        for platform in platforms:
            self._all.pop(platform.upper.upper_id, None)
        await asyncio.gather(*(platform.stop() for platform in platforms), return_exceptions=True)
