"""All cameras that are recorded here: begun again with the process, kept in step with their plans."""

import asyncio
from functools import partial
from typing import Final

from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.queries import recording as queries
from linli.domains.video.recorder.ledger import Ledger
from linli.domains.video.recorder.recorded import RecordedCamera
from linli.domains.video.recording_rows import DISK_FULL, QUOTA, RESTARTED, WHOLE, Segment
from linli.domains.video.service import recording as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.disk import freeing_space
from linli.kernel.ids import Ids
from linli.kernel.processes import Lease
from linli.kernel.rounds import Rounds
from linli.kernel.zones import zone_of
from linli.media.recorder import files
from linli.rules import schedules

LOOK_S: Final = 1.0
"""Between two looks at the plans: so soon an alarm or a press is recorded."""
_TIDY_ROUNDS: Final = 60
_HOUR_ROUNDS: Final = 3_600
_STOP_S: Final = 10.0


class Recorder:
    """`start`, then it keeps itself; `stop` in any state. One process at a time does it: files lie on its disk."""

    def __init__(
        self, *, desk: VideoDesk, db: Database, clock: Clock, ids: Ids, ledger: Ledger, process: str
    ) -> None:
        self.ledger = ledger
        self._desk, self._db, self._clock, self._ids = desk, db, clock, ids
        self._lease = Lease(db, clock, "recorder", holder=process)
        self._rounds = Rounds(
            clock, LOOK_S, self._round, name="recorder", trouble="recording plans cannot be read"
        )
        self._cameras: dict[str, tuple[RecordedCamera, asyncio.Task[None]]] = {}
        self._zones: dict[int, str] = {}
        self._number = 0
        self._mine = False

    async def start(self) -> None:
        self._rounds.start()

    async def stop(self) -> None:
        await self._rounds.stop()
        await self._let_go(list(self._cameras))
        if self._mine:
            self._mine = False
            await self._lease.free()
        self.ledger.close()

    def camera(self, iot_id: str) -> RecordedCamera | None:
        """None: it is not recorded here."""
        return self._cameras[iot_id][0] if iot_id in self._cameras else None

    def notice(self) -> str:
        """For operators: what is wrong with recordings; empty: nothing."""
        causes = [camera.trouble for camera, _ in self._cameras.values()]
        parts = [
            f"{causes.count(cause)} cameras are not recorded: {words}"
            for cause, words in (
                (DISK_FULL, "the disk is full"),
                (QUOTA, "the quota is used up by locked ones"),
            )
            if cause in causes
        ]
        return "; ".join(parts)

    # ------------------------------------------------------------ rounds

    async def _round(self, _asked: bool) -> None:
        if not await self._hold():
            await self._let_go(list(self._cameras))
            return
        self._number += 1
        plans = {plan.iot_id: plan for plan in await queries.active_plans(self._db, self._clock.now_ms())}
        for plan in plans.values():
            if self._number % _TIDY_ROUNDS == 1 or plan.community_id not in self._zones:
                self._zones[plan.community_id] = await zone_of(self._db, plan.community_id)
        await self._let_go([iot_id for iot_id in self._cameras if iot_id not in plans])
        for iot_id, plan in plans.items():
            pair = self._cameras.get(iot_id)
            if pair is None:
                self._begin(RecordedCamera(
                    plan, desk=self._desk, db=self._db, clock=self._clock, ids=self._ids, ledger=self.ledger
                ))  # fmt: skip
                continue
            camera, _ = pair
            camera.zone = self._zones[plan.community_id]
            if plan != camera.plan:
                camera.plan = plan
                camera.look()
        if self._number % _TIDY_ROUNDS == 0:
            await self.ledger.tidy()
        if self._number % _HOUR_ROUNDS == 0:
            await self.ledger.drop_strays()

    def _begin(self, camera: RecordedCamera) -> None:
        camera.zone = self._zones[camera.plan.community_id]
        task = asyncio.create_task(camera.run(), name=f"recording {camera.plan.iot_id}")
        self._cameras[camera.plan.iot_id] = camera, task

    async def _let_go(self, iot_ids: list[str]) -> None:
        gone = [self._cameras.pop(iot_id) for iot_id in iot_ids]
        for camera, _ in gone:
            camera.stop()
        tasks = [task for _, task in gone]
        if tasks:
            _, slow = await asyncio.wait(tasks, timeout=_STOP_S)
            for task in slow:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _hold(self) -> bool:
        """Whether this process records. What another one left is put in order first."""
        if self._mine and self._number % 10:
            return True
        mine = await self._lease.hold()
        if mine and not self._mine:
            await self.ledger.load()
            await self._recover()
            await self.ledger.tidy()
        self._mine = mine
        return mine

    # ------------------------------------------------------------ after a crash

    async def _recover(self) -> None:
        """Files that were open are cut off where they tore; since when nothing was recorded is written down."""
        for segment in await queries.open_segments(self._db):
            await self._mend(segment)
        now_ms = self._clock.now_ms()
        open_gaps = {gap.iot_id: gap for gap in await queries.open_gaps(self._db)}
        plans = await queries.active_plans(self._db, now_ms)
        ends = await queries.last_ends(self._db, [plan.iot_id for plan in plans])
        for gap in open_gaps.values():
            end_ms = max(now_ms, gap.begin_ms + 1)
            await self._db.run(partial(service.end_gap, gap_id=gap.gap_id, end_ms=end_ms))
        for plan in plans:
            self._zones[plan.community_id] = zone = await zone_of(self._db, plan.community_id)
            camera = RecordedCamera(
                plan, desk=self._desk, db=self._db, clock=self._clock, ids=self._ids, ledger=self.ledger
            )
            last_ms = ends.get(plan.iot_id)
            if last_ms is not None and plan.iot_id not in open_gaps and camera.cause(now_ms):
                piece = schedules.piece_at(plan.hours, now_ms, zone) if plan.hours else None
                await camera.resume(max(last_ms, piece.starts_ms if piece else 0), RESTARTED)
            self._begin(camera)

    async def _mend(self, segment: Segment) -> None:
        path = self.ledger.path(segment)
        there = await self.ledger.blocking(lambda: files.mend(path))
        if not there.extents:
            with freeing_space():
                await self._db.run(lambda tx: service.drop_segments(tx, [segment.segment_id]))
            return
        whole = segment._replace(
            end_ms=segment.begin_ms + there.duration // 90, bytes=there.size, state=WHOLE
        )
        with freeing_space():
            await self._db.run(lambda tx: service.grow_segment(tx, whole))
        self.ledger.wrote(segment.iot_id, there.size)
