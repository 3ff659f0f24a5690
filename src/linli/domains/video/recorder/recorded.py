"""One camera that is recorded: opened again when it ends, written file by file, gaps with their cause."""

import asyncio
import contextlib
from collections import deque
from functools import partial
from typing import Final

from linli.domains.video import errors
from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.live.running import Running
from linli.domains.video.recorder.ledger import Ledger, NoSpace
from linli.domains.video.recording_rows import (
    DISK_FULL,
    EVENT,
    INTERRUPTED,
    MANUAL,
    OFF,
    OPEN,
    PLAN,
    WHOLE,
    Gap,
    Plan,
    Segment,
)
from linli.domains.video.service import recording as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.disk import DiskFull
from linli.kernel.errors import NotFound, Unavailable
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.telemetry import logger
from linli.media.cameras.hub import Full
from linli.media.recorder.files import GrowingFile
from linli.media.recorder.reel import Cut, Reel
from linli.protocols import fmp4
from linli.rules import schedules

log = logger(__name__)
FILE_MS: Final = 60_000
"""A file ends with the first key picture after so long."""
BEFORE_MS: Final = 10_000
"""So much before an alarm is recorded."""
LATE_MS: Final = 3_000
"""So late an alarm may be seen here: that much more is kept in memory."""
MOST_BEFORE: Final = 32 * 1024 * 1024
STALL_MS: Final = 10_000
"""Without a picture for so long the camera is asked anew."""
JUMP_MS: Final = 1_500
"""Files that are closer than that have no gap between them."""
_OPEN_S: Final = 8.0
_NOTED_FRAGMENTS: Final = 10
_AGAIN_S: Final = (1.0, 2.0, 5.0, 10.0)


class RecordedCamera:
    """`run` as a task; `plan` may be set at any time, then `look`. `stop`, and `run` ends in order."""

    def __init__(
        self, plan: Plan, *, desk: VideoDesk, db: Database, clock: Clock, ids: Ids, ledger: Ledger
    ) -> None:
        self.plan = plan
        self.zone = ""
        self._desk, self._db, self._clock, self._ids, self._ledger = desk, db, clock, ids, ledger
        self._look = asyncio.Event()
        self._stopping = False
        self._failures = 0
        self._before: deque[Cut] = deque()
        self._file: GrowingFile | None = None
        self._segment: Segment | None = None
        self._start = 0
        """Of the stream, where the open file begins."""
        self._seen_ms: int | None = None
        """Up to when there are pictures without a gap."""
        self._written_ms = 0
        """Up to when there are files."""
        self.gap: Gap | None = None
        self.trouble = ""
        """Why it is not recorded now; empty: nothing is in the way."""
        self.reason: Unavailable | None = None

    # ------------------------------------------------------------ what is wanted

    def look(self) -> None:
        self._look.set()

    def stop(self) -> None:
        self._stopping = True
        self._look.set()

    def cause(self, now_ms: int) -> str:
        """Why it is to be written now; empty: it is not."""
        plan = self.plan
        if plan.manual_until_ms > now_ms:
            return MANUAL
        if plan.mode == EVENT and plan.event_until_ms > now_ms and self._in_hours(now_ms):
            return EVENT
        return PLAN if plan.mode == PLAN and self._in_hours(now_ms) else ""

    def _in_hours(self, now_ms: int) -> bool:
        return schedules.holds(self.plan.hours, now_ms, self.zone)

    def wanted(self) -> bool:
        """Whether the camera is to send: also while one only waits for an alarm."""
        if self._stopping:
            return False
        now_ms = self._clock.now_ms()
        return self.plan.manual_until_ms > now_ms or (self.plan.mode != OFF and self._in_hours(now_ms))

    @property
    def writing(self) -> bool:
        return self._file is not None

    # ------------------------------------------------------------ the camera

    async def resume(self, since_ms: int, cause: str) -> None:
        """The process was away since then."""
        self._seen_ms = since_ms
        await self._lack(cause)

    async def run(self) -> None:
        while not self._stopping:
            try:
                if self.wanted():
                    await self._once()
                else:
                    await self._close()
                    await self._end_gap(self._clock.now_ms())
                    self._seen_ms, self.trouble, self.reason = None, "", None
                    self._before.clear()
                    await self._pause(1.0)
            except Exception:
                log.exception("recording camera %s failed; it goes on", self.plan.iot_id)
                with contextlib.suppress(Exception):
                    await self._close()
                await self._pause(2.0)
        await self._close()

    async def _pause(self, seconds: float) -> None:
        self._look.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._look.wait()

    async def _once(self) -> None:
        """Follow the camera until it ends, or is not wanted any more."""
        try:
            running = await self._opened()
        except (Unavailable, NotFound) as trouble:
            self.reason = trouble if isinstance(trouble, Unavailable) else errors.NoWay()
            await self._lack(self.reason.code)
            await self._pause(_AGAIN_S[min(self._failures, len(_AGAIN_S) - 1)])
            self._failures += 1
            return
        reel = Reel(self._clock.now_ms)
        try:
            running.stream.join(reel)
        except Full:
            self.reason = errors.NoRoom()
            await self._lack(self.reason.code)
            await self._pause(5.0)
            return
        running.touched()
        self.reason = None
        try:
            await self._follow(running, reel)
        finally:
            running.stream.leave(reel)
        if self._seen_ms is None:  # nothing came of it
            await self._pause(1.0)
        reel.over()
        while (cut := reel.rest()) is not None:
            await self._take(reel, cut)
        await self._close()

    async def _opened(self) -> Running:
        whole = Scope.system(self.plan.tenant_id, "video")
        camera = await self._desk.camera(whole, self._db, self.plan.iot_id)
        return await self._desk.live(camera, sub=bool(self.plan.sub), key=True, seconds=_OPEN_S)

    async def _follow(self, running: Running, reel: Reel) -> None:
        sub = self.plan.sub
        while self.wanted() and not reel.ended and self.plan.sub == sub:
            cut = await reel.take(1.0)
            if cut is not None:
                self._failures = 0
                await self._take(reel, cut)
            elif self._clock.now_ms() - reel.seen_ms > STALL_MS:
                port = running.place.port if running.place else 0
                self.reason = errors.NoPackets(port=port, way=running.line.device.way)
                await self._lack(self.reason.code)
                running.end()

    # ------------------------------------------------------------ pictures

    async def _take(self, reel: Reel, cut: Cut) -> None:
        cause = self.cause(self._clock.now_ms())
        if not cause:
            await self._close()
            self._keep_before(cut)
            await self._is_there(cut.begin_ms, cut.end_ms)
            return
        waiting, self._before = self._before, deque()
        for each in waiting:
            await self._put(None, each, cause)
        await self._put(reel, cut, cause)

    def _keep_before(self, cut: Cut) -> None:
        kept = self._before
        if cut.torn:
            kept.clear()
        if kept or cut.key:
            kept.append(cut)
        while kept:
            second = next((number for number, each in enumerate(kept) if number and each.key), 0)
            enough = second and kept[-1].end_ms - kept[second].begin_ms >= BEFORE_MS + LATE_MS
            if not enough and sum(each.size for each in kept) <= MOST_BEFORE:
                return
            for _ in range(second or len(kept)):
                kept.popleft()

    async def _put(self, reel: Reel | None, cut: Cut, cause: str) -> None:
        if self._segment is not None and (
            cut.torn
            or (cut.key and cut.begin_ms - self._segment.begin_ms >= FILE_MS)
            or (cut.key and cause != self._segment.cause)
        ):
            await self._close()
        if self._file is None and not cut.key:
            return  # it went with what there was no room for
        try:
            await self._append(reel, cut, cause)
        except (NoSpace, DiskFull, OSError) as trouble:
            await self._close()
            self.reason = None
            await self._lack(trouble.cause if isinstance(trouble, NoSpace) else DISK_FULL)
            if isinstance(trouble, OSError):
                log.warning("a recording cannot be written: %s", trouble)

    async def _append(self, reel: Reel | None, cut: Cut, cause: str) -> None:
        """Raises NoSpace, DiskFull, OSError."""
        size = cut.size + 256 + 16 * len(cut.samples) + (0 if self._file else len(cut.head))
        await self._ledger.make_room(self.plan, size)
        if self._file is None or self._segment is None:
            await self._begin(cut.begin_ms if reel is None else reel.afresh(cut), cut, cause)
        file, segment = self._file, self._segment
        assert file is not None
        assert segment is not None
        parts = fmp4.fragment_parts(file.fragments + 1, cut.start - self._start, cut.samples)
        before = file.size
        await self._ledger.blocking(partial(file.append, parts))
        self._ledger.wrote(self.plan.iot_id, file.size - before)
        length = (cut.start + cut.duration - self._start) // 90
        # A camera's clock that runs fast must not carry files ahead of the time of day.
        end_ms = max(segment.begin_ms, min(segment.begin_ms + length, cut.end_ms))
        self._segment = segment = segment._replace(end_ms=end_ms, bytes=file.size)
        self._written_ms = end_ms
        self._seen_ms = max(end_ms, self._seen_ms or 0)
        if file.fragments % _NOTED_FRAGMENTS == 0:
            await self._db.run(lambda tx: service.grow_segment(tx, segment))

    async def _begin(self, begin_ms: int, cut: Cut, cause: str) -> None:
        begin_ms = max(begin_ms, self._written_ms)
        await self._is_there(begin_ms, begin_ms)
        plan = self.plan
        segment = Segment(
            self._ids.number(), plan.tenant_id, plan.community_id, plan.iot_id, begin_ms, begin_ms, 0, cause,
            OPEN, 0,
        )  # fmt: skip
        await self._db.run(lambda tx: service.begin_segment(tx, segment))
        self._segment = segment
        path = self._ledger.path(segment)
        self._file = await self._ledger.blocking(lambda: GrowingFile(path, cut.head))
        self._ledger.wrote(plan.iot_id, self._file.size)
        self._start = cut.start

    async def _close(self) -> None:
        """The open file is whole."""
        file, self._file = self._file, None
        segment, self._segment = self._segment, None
        if file is not None:
            await self._ledger.blocking(file.close)
        if segment is None:
            return
        if file is None or not file.fragments:
            await self._ledger.erase([segment._replace(bytes=file.size if file else 0)])
            return
        whole = segment._replace(state=WHOLE, bytes=file.size)
        await self._db.run(lambda tx: service.grow_segment(tx, whole))

    # ------------------------------------------------------------ gaps

    async def _lack(self, cause: str) -> None:
        """Nothing is recorded, because of that."""
        self.trouble = cause
        if self.gap is not None and self.gap.cause == cause:
            return
        now_ms = self._clock.now_ms()
        begin_ms = now_ms if self._seen_ms is None or self.gap is not None else self._seen_ms
        await self._end_gap(now_ms)
        plan = self.plan
        gap = Gap(
            self._ids.number(),
            plan.tenant_id,
            plan.community_id,
            plan.iot_id,
            min(begin_ms, now_ms),
            0,
            cause,
        )
        await self._db.run(lambda tx: service.begin_gap(tx, gap))
        self.gap = gap

    async def _end_gap(self, end_ms: int) -> None:
        gap, self.gap = self.gap, None
        if gap is not None:
            end_ms = max(end_ms, gap.begin_ms + 1)
            await self._db.run(lambda tx: service.end_gap(tx, gap.gap_id, end_ms))

    async def _is_there(self, begin_ms: int, end_ms: int) -> None:
        """Pictures go on at that time."""
        seen_ms = self._seen_ms
        if self.gap is not None:
            await self._end_gap(begin_ms)
        elif seen_ms is not None and begin_ms - seen_ms > JUMP_MS:
            await self._lack(INTERRUPTED)
            await self._end_gap(begin_ms)
        self._seen_ms = max(end_ms, begin_ms, seen_ms or 0)
        self.trouble = ""
