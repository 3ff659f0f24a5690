"""Deletion after the retention: records 30 days after insertion (spec H, 8.4), with their files and messages."""

import asyncio
from typing import Final

from sqlalchemy import bindparam, delete, select

from linli.databus import deliveries, files, minutes
from linli.databus.models import changes, records, subscriptions
from linli.databus.record_ids import record_id
from linli.databus.subscription_rows import MQTT
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database
from linli.kernel.db.partitions import DAY_MS, day_of, drop_before, make_ahead
from linli.kernel.objects import ObjectStore
from linli.kernel.rounds import end_tasks

log = telemetry.logger(__name__)

EVERY_SECONDS: Final = 3600.0
_STEP: Final = 5000

_expired = Command(
    delete(records).where(
        records.c.id.in_(
            select(records.c.id)
            # The bound on the id keeps the search to the days that can hold such rows.
            .where(
                records.c.id < bindparam("below", type_=INT),
                records.c.created_ms < bindparam("before", type_=INT),
            )
            .order_by(records.c.id)
            .limit(_STEP)
        )
    ),
    unscoped="retention counts for every tenant alike",
)
_old_changes = Command(
    delete(changes).where(
        changes.c.id.in_(
            select(changes.c.id)
            .where(changes.c.created_ms < bindparam("before", type_=INT))
            .order_by(changes.c.created_ms)
            .limit(_STEP)
        )
    ),
    unscoped="retention counts for every tenant alike",
)
_forgotten_queues = Command(
    delete(subscriptions).where(
        subscriptions.c.kind == MQTT,
        subscriptions.c.last_seen_ms < bindparam("before", type_=INT),
        subscriptions.c.created_ms < bindparam("before", type_=INT),
    ),
    unscoped="retention counts for every tenant alike",
)


class Retention:
    """Runs at start and every hour. Any number of processes may run it."""

    def __init__(self, db: Database, clock: Clock, store: ObjectStore, *, days: int = 30) -> None:
        self._db = db
        self._clock = clock
        self._store = store
        self._days = days
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._loop(), name="databus-retention")

    async def stop(self) -> None:
        await end_tasks(self._task)

    async def _loop(self) -> None:
        while True:
            try:
                await self.purge()
            except Exception:
                log.exception("what is past its time could not be removed; next try in an hour")
            await self._clock.sleep(EVERY_SECONDS)

    async def purge(self) -> int:
        """Remove everything inserted longer ago than is kept; how many rows or partitions went."""
        now = self._clock.now_ms()
        before = now - self._days * DAY_MS
        await make_ahead(self._db, now)
        gone = 0
        if self._db.engine == "postgresql":
            gone += await drop_before(self._db, records, day_of(before))
        gone += await self._in_steps(_expired, before=before, below=record_id(0, before + DAY_MS))
        gone += await self._in_steps(_old_changes, before=before)
        gone += await files.purge_files(self._db, self._store, before_ms=before)
        gone += await deliveries.purge_log(
            self._db, attempts_before_ms=now - deliveries.LOG_DAYS * DAY_MS, deliveries_before_ms=before
        )
        gone += await minutes.purge(self._db, before_ms=now - minutes.KEPT_MS)
        gone += await self._db.run(lambda tx: _forgotten_queues.run(tx, before=before))
        return gone

    async def _in_steps(self, command: Command, **binds: int) -> int:
        """A few thousand rows a transaction, so that writers get their turn."""
        total = 0
        while True:
            gone = await self._db.run(lambda tx: command.run(tx, None, **binds))
            total += gone
            if gone < _STEP:
                return total
            await asyncio.sleep(0)
