"""Alarms of cameras on their way into the database: at most one write a second for a device, however many it sends.

A camera gets its 200 once its alarm is kept, so that it tells again what was not. One that comes twice, since an answer
was lost or since it is told both by NOTIFY and by MESSAGE, counts once.
"""

from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from linli.domains.video.gb28181.line import Line
from linli.domains.video.gb28181.questions import Questions
from linli.domains.video.service import gb28181 as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.sip.exchange import Incoming
from linli.kernel.telemetry import logger
from linli.protocols import gb28181 as gb

log = logger(__name__)
REST_S: Final = 1.0
SAME_MS: Final = 60_000
"""So long the same message is known again."""
PAUSES_S: Final = (0.2, 1.0, 3.0)
"""After each failed write; then the camera is told, and tells again."""
_MOST: Final = 2_000
"""Alarms of a device that wait at once; more are refused."""
_MOST_KINDS: Final = 64
"""Different ones of one write; the rest is for the next one."""
_MOST_KNOWN: Final = 4_096
_MOST_RESPONSES: Final = 16
"""Of one write."""
_BUSY: Final = 503

type _Key = tuple[str, ...]


@dataclass(slots=True, eq=False)
class _Entry:
    notice: gb.AlarmNotice
    number: str
    keys: tuple[_Key, ...]
    at_ms: int
    kept: bool = False
    waiting: list[Incoming] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Queue:
    """Of one device."""

    entries: list[_Entry] = field(default_factory=list)
    lately: OrderedDict[_Key, _Entry] = field(default_factory=OrderedDict)
    writes: bool = False


class Alarms:
    def __init__(
        self, db: Database, clock: Clock, ids: Ids, later: Callable[[Coroutine[Any, Any, object]], None]
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._later = later
        self._queues: dict[str, _Queue] = {}

    def take(self, line: Line, message: gb.Message, incoming: Incoming, questions: Questions) -> None:
        """It is answered later."""
        notice, way = gb.read_alarm(message), incoming.request.method
        queue = self._queues.setdefault(line.device.gb_id, _Queue())
        now_ms = self._clock.steady_ms()
        _forget(queue, now_ms)
        what = (notice.code, str(notice.method), str(notice.kind), notice.time)
        same, other = (*what, "sn", message.number), (*what, "NOTIFY" if way == "MESSAGE" else "MESSAGE")
        before = queue.lately.get(same) or (queue.lately.get(other) if notice.time else None)
        if before is not None:
            if before.kept:
                incoming.answer(200)
            elif len(before.waiting) < _MOST_RESPONSES:
                before.waiting.append(incoming)
            else:
                incoming.answer(_BUSY)
            return
        if len(queue.entries) >= _MOST:
            incoming.answer(_BUSY, retry_after="5")
            return
        entry = _Entry(notice, message.number, (same, (*what, way)), now_ms, waiting=[incoming])
        queue.lately.update(dict.fromkeys(entry.keys, entry))
        queue.entries.append(entry)
        if not queue.writes:
            queue.writes = True
            self._later(self._write(line, queue, questions))

    async def _write(self, line: Line, queue: _Queue, questions: Questions) -> None:
        try:
            while entries := _next(queue):
                if await self._keep(line, entries):
                    self._answer(line, entries, questions)
                else:
                    _refuse(queue, entries)
                await self._clock.sleep(REST_S)
            self._tidy()
        finally:
            queue.writes = False

    def _tidy(self) -> None:
        now_ms = self._clock.steady_ms()
        for gb_id, queue in list(self._queues.items()):
            _forget(queue, now_ms)
            if not queue.lately and not queue.entries:
                del self._queues[gb_id]

    def _answer(self, line: Line, entries: list[_Entry], questions: Questions) -> None:
        for each in entries:
            each.kept = True
            for incoming in each.waiting:
                incoming.answer(200)
        messages = [each for each in entries if _by_message(each)]
        for each in messages[-_MOST_RESPONSES:]:
            number = each.number[:16]
            done = gb.build("Response", "Alarm", number, each.notice.code, {"Result": "OK"})
            questions.send(line, done)
        for each in entries:
            each.waiting.clear()

    async def _keep(self, line: Line, entries: list[_Entry]) -> bool:
        """False: the database took it at no try."""
        alarms: dict[tuple[str, int, int], tuple[gb.AlarmNotice, int]] = {}
        for each in entries:
            kind = _kind(each)
            alarms[kind] = each.notice, alarms.get(kind, (None, 0))[1] + 1
        counted = dict(alarms.values())
        for pause_s in (*PAUSES_S, 0.0):
            try:
                await self._db.run(lambda tx: service.alarmed(tx, line.device, counted, ids=self._ids))
            except Exception:
                log.exception("alarms of a camera were not kept")
                await self._clock.sleep(pause_s)
            else:
                return True
        return False


def _kind(entry: _Entry) -> tuple[str, int, int]:
    return entry.notice.code, entry.notice.method, entry.notice.kind


def _by_message(entry: _Entry) -> bool:
    return any(incoming.request.method == "MESSAGE" for incoming in entry.waiting)


def _next(queue: _Queue) -> list[_Entry]:
    kinds: set[tuple[str, int, int]] = set()
    taken: list[_Entry] = []
    left: list[_Entry] = []
    for entry in queue.entries:
        fits = _kind(entry) in kinds or len(kinds) < _MOST_KINDS
        if fits:
            kinds.add(_kind(entry))
        (taken if fits else left).append(entry)
    queue.entries = left
    return taken


def _refuse(queue: _Queue, entries: list[_Entry]) -> None:
    for each in entries:
        for key in each.keys:
            if queue.lately.get(key) is each:
                del queue.lately[key]
        for incoming in each.waiting:
            incoming.answer(500)


def _forget(queue: _Queue, now_ms: int) -> None:
    """The oldest stand first; what is not kept yet stays."""
    while queue.lately:
        key, entry = next(iter(queue.lately.items()))
        old = now_ms - entry.at_ms > SAME_MS or len(queue.lately) > _MOST_KNOWN
        if not old or not entry.kept:
            return
        del queue.lately[key]
