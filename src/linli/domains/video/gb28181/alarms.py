"""Alarms of cameras on their way into the database: at most one write a second for a device, however many it sends."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from linli.domains.video.gb28181.line import Line
from linli.domains.video.service import gb28181 as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import gb28181 as gb

REST_S: Final = 1.0
_MOST: Final = 64
"""Different ones of a device that wait at once; more are dropped."""

type _Key = tuple[str, int, int]
type _Waiting = dict[_Key, tuple[gb.AlarmNotice, int]]


class Alarms:
    def __init__(
        self, db: Database, clock: Clock, ids: Ids, later: Callable[[Coroutine[Any, Any, object]], None]
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._later = later
        self._waiting: dict[str, _Waiting] = {}

    def take(self, line: Line, message: gb.Message) -> bool:
        """Whether it is new among those that wait; a camera that repeats itself counts up."""
        alarm = gb.read_alarm(message)
        if alarm is None:
            return False
        gb_id, key = line.device.gb_id, (alarm.code, alarm.method, alarm.kind)
        idle = gb_id not in self._waiting
        waiting = self._waiting.setdefault(gb_id, {})
        _, times = waiting.get(key, (alarm, 0))
        if not times and len(waiting) >= _MOST:
            return False
        waiting[key] = alarm, times + 1
        if idle:
            self._later(self._write(line))
        return not times

    async def _write(self, line: Line) -> None:
        gb_id = line.device.gb_id
        try:
            while waiting := self._waiting[gb_id]:
                self._waiting[gb_id] = {}
                await self._keep(line, waiting)
                await self._clock.sleep(REST_S)
        finally:
            del self._waiting[gb_id]

    async def _keep(self, line: Line, waiting: _Waiting) -> None:
        alarms = dict(waiting.values())
        await self._db.run(lambda tx: service.alarmed(tx, line.device, alarms, ids=self._ids))
