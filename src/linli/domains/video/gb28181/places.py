"""Places of mobile cameras on their way into the database: the last one of each, at most once a second for a device."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from linli.domains.video.gb28181.line import Line
from linli.domains.video.service import gb_news
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.protocols import gb28181 as gb

REST_S: Final = 1.0
_MOST: Final = 1_024


class Places:
    def __init__(
        self, db: Database, clock: Clock, later: Callable[[Coroutine[Any, Any, object]], None]
    ) -> None:
        self._db = db
        self._clock = clock
        self._later = later
        self._waiting: dict[str, dict[str, gb.Place]] = {}

    def take(self, line: Line, message: gb.Message) -> None:
        gb_id = line.device.gb_id
        idle = gb_id not in self._waiting
        waiting = self._waiting.setdefault(gb_id, {})
        for place in gb.places(message):
            if place.code in waiting or len(waiting) < _MOST:
                waiting[place.code] = place
        if idle:
            self._later(self._write(line))

    async def _write(self, line: Line) -> None:
        gb_id = line.device.gb_id
        try:
            while waiting := self._waiting[gb_id]:
                self._waiting[gb_id] = {}
                await self._keep(line, waiting)
                await self._clock.sleep(REST_S)
        finally:
            del self._waiting[gb_id]

    async def _keep(self, line: Line, places: dict[str, gb.Place]) -> None:
        now_ms = self._clock.now_ms()
        await self._db.run(lambda tx: gb_news.place(tx, line.device, places, now_ms=now_ms))
