"""The barrier of an entry goes up for a car without a plate whose ticket was taken."""

from linli.domains.parking.service.barriers import Barriers
from linli.domains.parking.tickets.service import LET_IN, AtEntry, mark_opened
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.i18n import text
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Caller, Scope


class EntryJobs:
    """Outbox jobs."""

    def __init__(self, db: Database, clock: Clock, barriers: Barriers) -> None:
        self._db = db
        self._clock = clock
        self._barriers = barriers

    def register(self, jobs: Jobs) -> None:
        jobs.on(LET_IN, AtEntry, self.let_in)

    async def let_in(self, job: AtEntry) -> None:
        """Once for each ticket."""
        scope = Scope(job.tenant_id, Caller("system", "entry"), frozenset((job.community_id,)))
        now_ms = self._clock.now_ms()
        if await self._db.run(lambda tx: mark_opened(scope, tx, job.stay_id, now_ms=now_ms)):
            await self._barriers.open(scope, job.lane_id, text("parking.ticket.let_in", scope.language))
