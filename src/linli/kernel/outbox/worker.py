"""Does what waits in the outbox, each kind of row by the function that a room named for it."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database
from linli.kernel.errors import LinliError, NotYet
from linli.kernel.handlers import AFTER_KIND, DeferredEvent
from linli.kernel.outbox.leases import Leased, lease
from linli.kernel.outbox.rows import OUTBOX, outbox
from linli.kernel.rounds import end_tasks

log = telemetry.logger(__name__)

MAX_ATTEMPTS = 12
_NEXT_TURN_MS = 1_000
"""Work whose turn has not come is tried again after so long, however often that was."""
_BACK_OFF_MS = (1_000, 3_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000)

type Job[P] = Callable[[P], Awaitable[None]]

_done = Command(delete(outbox).where(outbox.c.id == bindparam("row_id", type_=INT)))
_failed = Command(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id", type_=INT))
    .values(
        due_ms=bindparam("due", type_=INT),
        lease_ms=0,
        lease_by="",
        state=bindparam("to"),
        reason=bindparam("why"),
    )
)
_not_yet = Command(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id", type_=INT))
    .values(
        due_ms=bindparam("due", type_=INT),
        lease_ms=0,
        lease_by="",
        # A turn that did not come is no attempt: it neither parks the work nor makes it wait longer.
        attempts=outbox.c.attempts - 1,
        reason=bindparam("why"),
    )
)


class Jobs:
    """The functions for the kinds of rows, filled by the composing function."""

    def __init__(self) -> None:
        self._jobs: dict[str, tuple[type[Any], Job[Any]]] = {}

    def on[P: msgspec.Struct](self, kind: str, payload: type[P], job: Job[P]) -> None:
        self._jobs[kind] = (payload, job)

    async def run(self, kind: str, payload: str) -> None:
        job = self._jobs.get(kind)
        if job is None:
            raise LookupError(f"no worker for {kind!r}")
        await job[1](msgspec.json.decode(payload, type=job[0]))


class Worker:
    """Does outbox rows until stopped. Safe to run several times over one database."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        jobs: Jobs,
        *,
        poll_seconds: float = 1.0,
        parallel: int = 8,
        process: str = "main",
        grace_seconds: float = 10.0,
    ) -> None:
        self._db = db
        self._clock = clock
        self._jobs = jobs
        self._process = process
        self._poll = poll_seconds
        self._grace_s = grace_seconds
        self._slots = asyncio.Semaphore(parallel)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[None]] = set()
        jobs.on(AFTER_KIND, DeferredEvent, db.handlers.run_after)

    async def start(self) -> None:
        self._db.wakers.listen(OUTBOX, self._wake)
        self._task = asyncio.create_task(self._loop(), name="outbox")

    async def stop(self) -> None:
        """Stop taking rows and wait `grace_seconds` for rows in work. The others are taken over when their lease ends."""
        self._db.wakers.unlisten(OUTBOX, self._wake)
        await end_tasks(self._task)
        if self._running:
            await asyncio.wait(self._running, timeout=self._grace_s)
        for task in self._running:
            task.cancel()

    async def run_once(self) -> int:
        """Do everything that is due now; the number of rows tried. For tests and command-line tools."""
        total = 0
        while rows := await self._lease():
            for row in rows:
                await self._do(row)
            total += len(rows)
        return total

    async def _loop(self) -> None:
        while True:
            self._wake.clear()
            try:
                rows = await self._lease()
            except Exception:
                log.exception("outbox: the database cannot be read")
                await asyncio.sleep(self._poll)
                continue
            if not rows:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._poll):
                        await self._wake.wait()
                continue
            for row in rows:
                await self._slots.acquire()
                task = asyncio.create_task(self._do(row))
                self._running.add(task)
                task.add_done_callback(self._finished)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        self._slots.release()
        self._wake.set()

    async def _lease(self) -> list[Leased]:
        return await lease(self._db, now_ms=self._clock.now_ms(), process=self._process)

    async def _do(self, row: Leased) -> None:
        try:
            await self._jobs.run(row.kind, row.payload)
        except Exception as error:  # noqa: BLE001 - the edge of a job: any exception is stored as the reason
            await self._put_back(row, error)
        else:
            await self._db.run(partial(_done.run, row_id=row.id))

    async def _put_back(self, row: Leased, error: Exception) -> None:
        why = f"{type(error).__name__}: {error}"
        if isinstance(error, NotYet):
            await self._db.run(partial(_not_yet.run, row_id=row.id, due=self._due(_NEXT_TURN_MS), why=why))
            return
        if not isinstance(error, LinliError):
            log.exception("outbox: %s %d failed", row.kind, row.id)
        give_up = row.attempts >= MAX_ATTEMPTS or isinstance(error, LookupError | msgspec.DecodeError)
        wait = _BACK_OFF_MS[min(row.attempts, len(_BACK_OFF_MS)) - 1]
        state = "parked" if give_up else "ready"
        await self._db.run(partial(_failed.run, row_id=row.id, due=self._due(wait), to=state, why=why))

    def _due(self, wait_ms: int) -> int:
        return self._clock.now_ms() + round(wait_ms * random.uniform(0.8, 1.2))
