"""Pictures of passes are read one after the other, after the pass is kept: no camera waits for it."""

from typing import Final

from linli.domains.parking.fees import stay_queries
from linli.domains.parking.queries import readings as queries
from linli.domains.parking.readings.service import OPEN, READ_PLATE, PassToRead, settle
from linli.domains.parking.rows import LanePass
from linli.domains.parking.service.barriers import Barriers
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import LinliError, NotFound
from linli.kernel.i18n import text
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Caller, Scope
from linli.rules.plate_readings import Reading, read, vote
from linli.vision.engine.ports import EngineError, NoPicture, Off
from linli.vision.plates.engine import Plates

log = telemetry.logger(__name__)
STALE_MS: Final = 60_000
"""A car that came so long ago is somebody's at the seat by now, or gone."""
SAME_CAR_MS: Final = 15_000
"""Pictures of a lane within this time are of one car, or they take from each other's confidence."""
MOST_PICTURES: Final = 3
PICTURE_BYTES: Final = 1024 * 1024
"""As much as a lane camera may upload."""


class PlateReadings:
    """Outbox jobs, and what the pages show of the engine."""

    def __init__(
        self, db: Database, clock: Clock, objects: ObjectStore, engine: Plates, barriers: Barriers
    ) -> None:
        self.engine = engine
        self._db = db
        self._clock = clock
        self._objects = objects
        self._barriers = barriers

    def register(self, jobs: Jobs) -> None:
        jobs.on(READ_PLATE, PassToRead, self.read)
        jobs.on(OPEN, PassToRead, self.open)

    async def read(self, job: PassToRead) -> None:
        """Without models, or with an engine that is busy or fails, the pass stays as its camera said."""
        if job.asked_ms < self._clock.now_ms() - STALE_MS:
            return
        scope = Scope.system(job.tenant_id, "parking")
        try:
            row = await stay_queries.vehicle_pass(
                scope, self._db, community_id=job.community_id, pass_id=job.pass_id
            )
        except NotFound:
            return
        if await queries.readings_of(scope, self._db, [row.id]):
            return
        try:
            reading, pictures = await self._look(scope, row)
        except Off:
            return
        except EngineError as error:
            log.warning("the picture of a pass at %s was not read: %s", row.lane_id, error)
            return
        await self._db.run(
            lambda tx: settle(
                scope,
                tx,
                row,
                reading,
                pictures=pictures,
                model_id=self.engine.state.model_id,
                now_ms=self._clock.now_ms(),
            )
        )

    async def open(self, job: PassToRead) -> None:
        """The barrier goes up for a car that passes by the plate that we read."""
        if job.asked_ms < self._clock.now_ms() - STALE_MS:
            log.warning(
                "the barrier at %s was not asked in time to open for a plate that was read", job.lane_id
            )
            return
        scope = Scope(job.tenant_id, Caller("system", "plates"), frozenset((job.community_id,)))
        await self._barriers.open(scope, job.lane_id, text("parking.reading.opened", scope.language))

    async def _look(self, scope: Scope, row: LanePass) -> tuple[Reading | None, int]:
        """What its pictures show, and how many were looked at. Raises EngineError."""
        rows = [row]
        if not row.plate:
            rows = await queries.pictures_of_car(
                scope, self._db, row, within_ms=SAME_CAR_MS, limit=MOST_PICTURES
            )
        seen: list[Reading | None] = []
        for each in rows:
            try:
                content = await self._objects.get(each.picture, limit=PICTURE_BYTES)
                seen.append(read((await self.engine.read(content)).places))
            except NoPicture as error:
                log.info("the picture of a pass at %s is none that can be read: %s", row.lane_id, error.rule)
            except LinliError as error:
                log.info("the picture of a pass at %s is not there: %s", row.lane_id, error.code)
        return vote(seen), len(seen)
