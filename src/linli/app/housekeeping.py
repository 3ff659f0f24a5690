"""Timed work: creates partitions in advance, suspends expired services after a warning, removes old rows.

The data bus and the gateway purge what is theirs.
"""

import asyncio
from collections.abc import Awaitable, Callable

from linli.delivery.retention import forget_ended
from linli.domains.access.service.alarms import purge_alarms
from linli.domains.access.service.code_retention import forget_ended_codes
from linli.domains.access.service.passes import purge_passes
from linli.domains.boxes.lane_pay.service import purge as purge_lane_payments
from linli.domains.boxes.parking.details import purge as purge_edge_cars
from linli.domains.boxes.remote.service import presence
from linli.domains.communities.service import lifecycle
from linli.domains.faces.service.enrolment import purge as purge_faces
from linli.domains.intercom.service.calls import purge as purge_calls
from linli.domains.intercom.service.messages import purge as purge_messages
from linli.domains.intercom.service.openings import purge as purge_openings
from linli.domains.intercom.sip.phones import forget_expired
from linli.domains.parking.fees.retention import forget_plates
from linli.domains.parking.readings.service import purge_readings
from linli.domains.parking.service.passes import purge_passes as purge_vehicle_passes
from linli.domains.payments.charges.retention import forget_links
from linli.domains.privacy.service import deletion, exports
from linli.domains.visitors.service.visits import purge as purge_visits
from linli.kernel import audit, telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, partitions
from linli.kernel.disk import freeing_space
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.objects.one_time import forget_handed
from linli.kernel.processes import Lease
from linli.kernel.rounds import end_tasks
from linli.kernel.settings import Retention
from linli.things.debugging.notes import TABLES as DEBUG_NOTES
from linli.things.device_logs.models import device_log_lines
from linli.things.models import inbox, points, service_calls, text_points, thing_events
from linli.things.scripts.models import script_failures

log = telemetry.logger(__name__)

EVERY_SECONDS = 3600.0
_DEVICE_DATA = (
    inbox,
    points,
    text_points,
    thing_events,
    service_calls,
    device_log_lines,
    script_failures,
    *DEBUG_NOTES,
)
DROPPED_FACES_DAYS = 7
"""An index that was away for longer is filled again."""
LEASE_MS = 50 * 60_000
"""The process that ran a round also runs the next one. If it died, its lease is free at once."""


class Housekeeping:
    """Runs at start and every hour, in one process at a time. Retention counts from insertion (design 4.9)."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        retention: Retention,
        objects: ObjectStore,
        ids: Ids,
        *,
        process: str = "main",
    ) -> None:
        self._db = db
        self._clock = clock
        self._retention = retention
        self._objects = objects
        self._ids = ids
        self._lease = Lease(db, clock, "housekeeping", holder=process, lasts_ms=LEASE_MS)
        self._task: asyncio.Task[None] | None = None
        self.tidy_security: Callable[[], Awaitable[int]] | None = None
        """Erases pictures of alarms and captures after their time, and ends libraries on their day."""
        self.expire_faces: Callable[[], Awaitable[int]] | None = None
        """Erases faces after their end or after the end of their consent."""
        self.derive_intercom: Callable[[], Awaitable[None]] | None = None
        """Gives houses, members and doors what an event missed, or a server that was off until now."""

    async def start(self) -> None:
        self._task = asyncio.create_task(self._loop(), name="housekeeping")

    async def stop(self) -> None:
        await end_tasks(self._task)

    async def run(self) -> None:
        """One round."""
        now = self._clock.now_ms()
        await partitions.make_ahead(self._db, now)
        with freeing_space():
            kept, today = self._retention, partitions.day_of(now)
            for table in _DEVICE_DATA:
                await partitions.drop_before(self._db, table, today - kept.points_days)
            await partitions.drop_before(self._db, audit.secret_reads, today - audit.KEPT_DAYS)
            if self.expire_faces is not None:
                await self.expire_faces()
            if self.tidy_security is not None:
                await self.tidy_security()
            await purge_passes(self._db, now_ms=now, days=kept.passes_days)
            await purge_vehicle_passes(self._db, now_ms=now, days=kept.passes_days)
            await purge_readings(self._db, now_ms=now, days=kept.passes_days)
            await forget_plates(self._db, now_ms=now, days=kept.passes_days)
            await forget_links(self._db, now_ms=now, days=kept.passes_days)
            await purge_edge_cars(self._db, now_ms=now, days=kept.passes_days)
            await purge_lane_payments(self._db, now_ms=now, days=kept.passes_days)
            await purge_alarms(self._db, now_ms=now, days=kept.passes_days)
            await purge_visits(self._db, now_ms=now, days=kept.visits_days)
            await presence.purge(self._db, now_ms=now)
            await purge_faces(self._db, now_ms=now, days=DROPPED_FACES_DAYS)
            await forget_ended_codes(self._db, now_ms=now)
            await forget_expired(self._db, now_ms=now)
            await purge_calls(self._db, now_ms=now, days=kept.passes_days)
            await purge_openings(self._db, now_ms=now, days=kept.passes_days)
            await purge_messages(self._db, now_ms=now, days=kept.passes_days)
            await forget_handed(self._db, before_ms=now - partitions.DAY_MS)
            await forget_ended(self._db, now_ms=now, days=kept.passes_days)
        await lifecycle.expire_due(self._db, ids=self._ids, now_ms=now)
        await lifecycle.warn_due(self._db, now_ms=now)
        await deletion.remind_due(self._db, now_ms=now)
        await exports.remove_old(self._db, self._objects, now_ms=now)
        await self._objects.remove_broken()
        if self.derive_intercom is not None:
            await self.derive_intercom()

    async def _loop(self) -> None:
        while True:
            try:
                if await self._lease.hold():
                    await self.run()
            except Exception:
                log.exception("housekeeping did not finish; it is tried again in an hour")
            await self._clock.sleep(EVERY_SECONDS)
