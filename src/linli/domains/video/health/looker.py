"""Looks at the pictures of cameras in rounds: what runs anyway is looked at there, others are asked for one picture."""

import asyncio
import time
from collections.abc import Coroutine
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from linli.domains.video import errors
from linli.domains.video.health.measures import clock_verdict, lost_verdict
from linli.domains.video.health.rules import Judged, Period, judge, period_of
from linli.domains.video.health.sight import Sight, sight_of
from linli.domains.video.health_rows import CLOCK, LOST, Due, Health, Verdict, View
from linli.domains.video.live.desk import Camera, VideoDesk
from linli.domains.video.live.pictures import key_stream
from linli.domains.video.queries import health as queries
from linli.domains.video.service import health as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import LinliError, Unavailable
from linli.kernel.ids import Ids
from linli.kernel.rounds import Rounds
from linli.kernel.scope import Scope
from linli.kernel.telemetry import logger
from linli.kernel.zones import zone_of
from linli.media import stills
from linli.rules.schedules import SITE_ZONE

log = logger(__name__)
ROUND_S: Final = 15.0
_AT_ONCE: Final = 4
"""Cameras that are asked for a picture at a time."""
_BATCH: Final = 64
_WAIT_S: Final = 8.0
_WIDTH: Final = 320
"""Of pictures that are kept."""
_CLOCK_EACH_MS: Final = 6 * 3_600_000
_TIDY_ROUNDS: Final = 240
_MOST_KEYS: Final = 10_000


class Picture(NamedTuple):
    """One key picture, decoded."""

    sight: Sight
    stream: bytes
    key: tuple[int, int]
    """By which the same picture is known again: begin of its stream and its number there."""
    spent_s: float


class HealthLooker:
    """`start`, then it keeps itself; `stop` in any state. `share`: of one core that it may take, 0 to 1."""

    def __init__(
        self, desk: VideoDesk, db: Database, clock: Clock, ids: Ids, *, each_s: float, share: float
    ) -> None:
        self._desk, self._db, self._clock, self._ids = desk, db, clock, ids
        self._each_ms = int(each_s * 1000)
        self._share = share
        self._rounds = Rounds(
            clock, min(ROUND_S, each_s), self._round, name="camera health",
            trouble="pictures of cameras cannot be looked at",
        )  # fmt: skip
        self._number = 0
        self._busy: set[str] = set()
        self._keys: dict[str, tuple[int, int]] = {}
        self._clocks: dict[int, tuple[int, Verdict | None]] = {}
        self._budget = asyncio.Lock()

    def start(self) -> None:
        self._rounds.start()

    async def stop(self) -> None:
        await self._rounds.stop()

    # ------------------------------------------------------------ rounds

    async def _round(self, _asked: bool) -> None:
        self._number += 1
        if self._number % _TIDY_ROUNDS == 1:
            now_ms = self._clock.now_ms()
            await self._db.run(lambda tx: service.drop_old(tx, now_ms))
        places = asyncio.Semaphore(_AT_ONCE)

        async def visit(row: Due) -> None:
            async with places:
                await self._look_quietly(row)

        rows = await queries.due(self._db, self._clock.now_ms() - self._each_ms, _BATCH)
        async with asyncio.TaskGroup() as group:
            for row in rows:
                group.create_task(visit(row))

    async def _look_quietly(self, row: Due) -> None:
        scope = Scope.system(row.tenant_id, "video")
        try:
            camera = await self._desk.camera(scope, self._db, row.iot_id)
            if camera.community_id is None:
                return
            if row.tried_ms is None:  # it has just come: people set it up
                fresh = self._health(camera)._replace(tried_ms=self._clock.now_ms())
                await self._db.run(lambda tx: service.keep_failure(tx, fresh))
                return
            await self.look(camera)
        except LinliError:
            return  # it is gone, or `look` wrote down why there is no picture
        except Exception:
            log.exception("a picture could not be looked at")

    def _health(self, camera: Camera) -> Health:
        return Health(camera.iot_id, camera.channel.tenant_id, camera.community_id or 0)

    # ------------------------------------------------------------ one look

    async def look(self, camera: Camera) -> None:
        """Look now, and keep what is seen. Raises TrialRuns, Unavailable with why there is no picture."""
        await self._alone(camera, self._look(camera))

    async def set_view(self, scope: Scope, camera: Camera) -> None:
        """What it shows now is right. Raises like `look`."""
        await self._alone(camera, self._set_view(scope, camera))

    async def _alone(self, camera: Camera, work: Coroutine[Any, Any, None]) -> None:
        if camera.iot_id in self._busy:
            work.close()
            raise errors.TrialRuns()
        self._busy.add(camera.iot_id)
        try:
            await work
        finally:
            self._busy.discard(camera.iot_id)

    async def _set_view(self, scope: Scope, camera: Camera) -> None:
        picture = await self._picture(camera)
        jpeg = await self._jpeg(picture)
        by = f"{scope.caller.kind}:{scope.caller.id}"
        view = await self._view(camera, picture.sight, jpeg, by)
        await self._db.run(lambda tx: service.set_view(scope, tx, view))
        await self._look(camera, picture)

    async def _look(self, camera: Camera, picture: Picture | None = None) -> None:
        scope = Scope.system(camera.channel.tenant_id, "video")
        before = await queries.health_of(scope, self._db, camera.iot_id) or self._health(camera)
        if picture is None:
            try:
                picture = await self._picture(camera)
            except Unavailable as trouble:
                failed = before._replace(tried_ms=self._clock.now_ms(), trouble=trouble.code)
                await self._db.run(lambda tx: service.keep_failure(tx, failed))
                raise
        sight, key = picture.sight, self._keys.get(camera.iot_id)
        alike = before.alike + int(key != picture.key) if sight.mark == before.mark else 0
        self._remember(camera.iot_id, picture.key)
        judged = await self._judge(scope, camera, sight, alike)
        jpeg = await self._jpeg(picture) if judged.verdicts or judged.learn else b""
        learned = await self._view(camera, sight, jpeg, "") if judged.learn else None
        now_ms = self._clock.now_ms()
        health = before._replace(
            community_id=camera.community_id or 0, tried_ms=now_ms, looked_ms=now_ms, trouble="",
            mark=sight.mark, alike=alike, in_place=judged.in_place, spent_ms=round(picture.spent_s * 1000),
        )  # fmt: skip
        others = {
            CLOCK: await self._clock_of(camera),
            LOST: await lost_verdict(scope, self._db, camera.iot_id, now_ms),
        }
        looked = service.Looked(health, jpeg, judged.verdicts, learned, others)
        await self._db.run(partial(service.keep_look, scope, looked=looked, ids=self._ids, now_ms=now_ms))

    async def _judge(self, scope: Scope, camera: Camera, sight: Sight, alike: int) -> Judged:
        rows = await queries.views_of(scope, self._db, camera.iot_id)
        references: dict[Period, Sight] = {
            row.period: msgspec.msgpack.decode(row.sight, type=Sight)  # type: ignore[misc]
            for row in rows
        }
        period = await self._period(camera)
        return await asyncio.to_thread(judge, sight, references, period, alike)

    async def _period(self, camera: Camera) -> Period:
        zone = await zone_of(self._db, camera.community_id or 0)
        at = datetime.fromtimestamp(self._clock.now_ms() / 1000, ZoneInfo(zone or SITE_ZONE))
        return period_of(at.hour)

    async def _view(self, camera: Camera, sight: Sight, jpeg: bytes, by: str) -> View:
        return View(
            camera.iot_id, await self._period(camera), camera.channel.tenant_id, camera.community_id or 0,
            msgspec.msgpack.encode(sight), jpeg, by, self._clock.now_ms(),
        )  # fmt: skip

    def _remember(self, iot_id: str, key: tuple[int, int]) -> None:
        self._keys.pop(iot_id, None)
        self._keys[iot_id] = key
        if len(self._keys) > _MOST_KEYS:
            del self._keys[next(iter(self._keys))]

    async def _picture(self, camera: Camera) -> Picture:
        """Raises Unavailable with why there is none."""
        running = await self._desk.glimpse(camera, seconds=_WAIT_S)
        try:
            stream = key_stream(running.stream)
            key = (running.began_ms, running.stream.kept[0].number)
        finally:
            running.leave_glimpse()
        async with self._budget:
            begin_s = time.perf_counter()
            try:
                planes = await stills.grey(stream)
            except stills.NoStill as error:
                raise errors.NoStill() from error
            sight = await asyncio.to_thread(sight_of, planes)
            spent_s = time.perf_counter() - begin_s
            await self._clock.sleep(spent_s / self._share - spent_s)
        return Picture(sight, stream, key, spent_s)

    async def _jpeg(self, picture: Picture) -> bytes:
        """Raises NoStill."""
        try:
            return await stills.jpeg(picture.stream, width=_WIDTH)
        except stills.NoStill as error:
            raise errors.NoStill() from error

    async def _clock_of(self, camera: Camera) -> Verdict | None:
        """As it was measured within the last hours: once for all cameras of a recorder."""
        device_id, now_ms = camera.channel.device_id, self._clock.now_ms()
        last = self._clocks.get(device_id)
        if last is None or now_ms - last[0] > _CLOCK_EACH_MS:
            try:
                check = await self._desk.trials.look_at_clock(camera.channel)
            except Unavailable:
                return None
            last = (now_ms, clock_verdict(check))
            self._clocks[device_id] = last
            if len(self._clocks) > _MOST_KEYS:
                del self._clocks[next(iter(self._clocks))]
        return last[1]
