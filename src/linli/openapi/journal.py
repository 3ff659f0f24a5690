"""Rows about calls, written in batches: nonces of reads, log rows, counts. At most `EVERY_SECONDS` later."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import bindparam, delete, update

from linli.kernel import telemetry, tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Tx
from linli.kernel.db.partitions import DAY_MS, day_of
from linli.openapi import nonces, request_log
from linli.openapi.keys import AppKey, AppKeys
from linli.openapi.metering import Counts
from linli.openapi.models import usage
from linli.openapi.nonces import Mark
from linli.openapi.request_log import Entry

EVERY_SECONDS: Final = 0.1
_AFTER_FAILURE_SECONDS: Final = 1.0
UNIT_ROWS: Final = 150
"""Rows of one unit of work: on SQLite a row costs 5 µs on the event loop, and nobody should wait for a thousand."""
_MOST_KEPT: Final = 100_000
"""Log rows and nonces held while the database cannot be written; beyond, the oldest rows are dropped."""
USAGE_DAYS: Final = 400
"""How long the counts of a day are kept."""
_LOG_PURGE_MS: Final = 3_600_000
_USED_STEP_MS: Final = 60_000

log = telemetry.logger(__name__)
_dropped = telemetry.counter(
    "openapi_log_rows_dropped", "Request-log rows lost because they could not be written"
)

_count = Command(
    update(usage)
    .where(
        usage.c.day == bindparam("on_day", type_=INT),
        usage.c.app_key == bindparam("key"),
        usage.c.path == bindparam("on_path"),
    )
    .values(
        calls=usage.c.calls + bindparam("more", type_=INT),
        failures=usage.c.failures + bindparam("bad", type_=INT),
        refused=usage.c.refused + bindparam("over", type_=INT),
    ),
    unscoped="the app key is a condition of its own",
)
_purge_usage = Command(
    delete(usage).where(usage.c.day < bindparam("before", type_=INT)),
    unscoped="retention counts for every tenant alike",
)
_used = Command(
    update(tenancy.app_keys)
    .where(tenancy.app_keys.c.app_key == bindparam("key"))
    .values(last_used_ms=bindparam("now", type_=INT)),
    unscoped="the app key is a condition of its own",
)


type _Taken = tuple[AppKey, list[tuple[int, Counts]]]
"""A key's counts by day."""


class Journal:
    """Collects in memory; a task writes one transaction a batch. ADR 0010 says which rows a crash may lose."""

    def __init__(self, db: Database, clock: Clock, keys: AppKeys, *, log_days: int = 7) -> None:
        self._db = db
        self._clock = clock
        self._keys = keys
        self._log_days = log_days
        self._entries: list[Entry] = []
        self._marks: list[Mark] = []
        self._failed: list[Mark] = []
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._writing = asyncio.Lock()
        self._purge_nonces = nonces.Purge(db, clock)
        self._nonces_purged_ms: int | None = None
        self._log_purged_ms = 0
        self._usage_purged_ms = 0
        self._used_ms: dict[str, int] = {}
        # Bound once: the gateway calls them on every request.
        self.note = self._entries.append
        self.remember = self._marks.append
        """Takes the nonce of a call that opened no unit of work."""
        self.remember_failed = self._failed.append
        """Takes the nonce of a call whose unit of work was undone."""

    def start(self) -> None:
        self._stopping.clear()
        self._task = asyncio.create_task(self._loop(), name="openapi-journal")

    async def stop(self) -> None:
        """Write what is left."""
        self._stopping.set()
        if self._task is not None:
            await self._task
        await self.flush()

    async def flush(self) -> None:
        """Write everything collected so far, durably. Calls go on between one unit of `UNIT_ROWS` and the next."""
        async with self._writing:
            # The lists stay the same objects, since their `append` is bound.
            entries, marks, failed = self._entries[:], self._marks[:], self._failed[:]
            self._entries.clear()
            self._marks.clear()
            self._failed.clear()
            counts = [(key, key.meter.take_pending()) for key in self._keys.loaded() if key.meter.pending]
            try:
                while entries or marks or failed or counts:
                    some = partial(self._write, marks, failed[:UNIT_ROWS], entries[:UNIT_ROWS], counts)
                    await self._db.run(some)
                    del entries[:UNIT_ROWS], failed[:UNIT_ROWS]
                    marks, counts = [], []
            except Exception:
                self._marks[:0] = marks[-_MOST_KEPT:]
                self._failed[:0] = failed[-_MOST_KEPT:]
                self._take_back(entries, counts)
                raise

    async def purge(self) -> None:
        """Forget old nonces and log rows, one small step each."""
        now_ms = self._clock.now_ms()
        steady_ms, purged_ms = self._clock.steady_ms(), self._nonces_purged_ms
        if (
            purged_ms is None or steady_ms - purged_ms >= nonces.SLOT_MS
        ) and not await self._purge_nonces.step():
            self._nonces_purged_ms = steady_ms
        if now_ms - self._log_purged_ms >= _LOG_PURGE_MS and not await request_log.purge(
            self._db, now_ms, days=self._log_days
        ):
            self._log_purged_ms = now_ms
        if now_ms - self._usage_purged_ms >= DAY_MS:
            before = day_of(now_ms) - USAGE_DAYS
            await self._db.run(lambda tx: _purge_usage.run(tx, before=before))
            self._usage_purged_ms = now_ms

    async def _loop(self) -> None:
        # Not ended by cancelling: a commit under way would be written, and then taken back and written again.
        wait = EVERY_SECONDS
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._stopping.wait()
            wait = EVERY_SECONDS
            try:
                await self.flush()
                await self.purge()
            except Exception:
                log.exception("the request log cannot be written")
                wait = _AFTER_FAILURE_SECONDS

    async def _write(
        self,
        marks: Sequence[Mark],
        failed: Sequence[Mark],
        entries: Sequence[Entry],
        counts: list[_Taken],
        tx: Tx,
    ) -> None:
        await nonces.save(tx, marks)
        await nonces.save_failed(tx, failed)
        if entries:
            await request_log.write(tx, entries)
        await self._write_counts(tx, counts)

    async def _write_counts(self, tx: Tx, counts: list[_Taken]) -> None:
        now_ms = self._clock.now_ms()
        for key, taken in sorted(counts, key=lambda count: count[0].app_key):
            for day, path, (calls, failures, refused) in sorted(
                (day, path, counted) for day, by_path in taken for path, counted in by_path.items()
            ):
                binds: dict[str, Any] = {
                    "on_day": day,
                    "key": key.app_key,
                    "on_path": path,
                    "more": calls,
                    "bad": failures,
                    "over": refused,
                }
                if not await _count.run(tx, **binds):
                    row = {
                        "day": day,
                        "app_key": key.app_key,
                        "path": path,
                        "tenant_id": key.tenant_id,
                        "calls": 0,
                        "failures": 0,
                        "refused": 0,
                    }
                    # Two processes may both find no row: the first to insert makes it, both then add.
                    await tx.upsert(usage, [row], keys=("day", "app_key", "path"))
                    await _count.run(tx, **binds)
            if now_ms - self._used_ms.get(key.app_key, 0) >= _USED_STEP_MS:
                self._used_ms[key.app_key] = now_ms
                await _used.run(tx, key=key.app_key, now=now_ms)

    def _take_back(self, entries: list[Entry], counts: list[_Taken]) -> None:
        lost = len(entries) + len(self._entries) - _MOST_KEPT
        if lost > 0:
            _dropped.inc(lost)
        self._entries[:0] = entries[max(lost, 0) :]
        for key, taken in counts:
            key.meter.put_back(taken)
