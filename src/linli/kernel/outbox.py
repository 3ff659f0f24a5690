"""Work that follows a change: rows written in the same transaction, done by workers after the commit, at least once.

Any number of workers may run, in one process or many: a row is leased before it is done, and a lease that runs out
is taken over. Rows with the same non-empty key are done in order. A row that keeps failing is parked with its reason,
where a person can see it and have it tried again.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Index, Table, and_, bindparam, delete, func, or_, select, update

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import (
    INT,
    Command,
    Database,
    Query,
    Reader,
    Tx,
    any_of,
    identity,
    integer,
    metadata,
    text_column,
)
from linli.kernel.db.races import MOST_AGAIN, lost_race
from linli.kernel.errors import LinliError
from linli.kernel.events import AFTER_KIND, DeferredEvent

log = telemetry.logger(__name__)

outbox = Table(
    "outbox",
    metadata,
    identity(),
    text_column("kind"),
    text_column("key", server_default=""),
    text_column("payload"),
    integer("created_ms"),
    integer("due_ms"),
    integer("attempts", server_default="0"),
    integer("lease_ms", server_default="0"),
    text_column("lease_by", server_default=""),
    text_column("state", server_default="ready"),
    text_column("reason", server_default=""),
    Index("ix_outbox_due", "state", "due_ms"),
    Index("ix_outbox_key", "key", "id"),
    sqlite_autoincrement=True,
)

"""`lease_ms`: until when a worker has it in hand. `lease_by`: the process of that worker (`kernel.processes`)."""

LEASE_MS = 60_000
MAX_ATTEMPTS = 12
BATCH = 50
_BACK_OFF_MS = (1_000, 3_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000)

type Job[P] = Callable[[P], Awaitable[None]]


class Leased(NamedTuple):
    id: int
    kind: str
    payload: str
    attempts: int


class Parked(NamedTuple):
    id: int
    kind: str
    key: str
    payload: str
    created_ms: int
    attempts: int
    reason: str


_other = outbox.alias("earlier")
_claimable = and_(
    outbox.c.state == "ready",
    outbox.c.due_ms <= bindparam("now", type_=INT),
    outbox.c.lease_ms <= bindparam("now", type_=INT),
    or_(
        outbox.c.key == "",
        ~select(_other.c.id)
        .where(_other.c.key == outbox.c.key, _other.c.id < outbox.c.id, _other.c.state == "ready")
        .exists(),
    ),
)
URGENT_MS = -1
"""Due before everything: somebody waits for it at a screen."""
_claim = Query(
    update(outbox)
    .where(
        outbox.c.id.in_(
            select(outbox.c.id)
            .where(_claimable)
            # As the index has it: with tens of thousands of rows waiting, sorting them for fifty took longer than those.
            .order_by(outbox.c.due_ms, outbox.c.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
    )
    .values(lease_ms=bindparam("lease", type_=INT), lease_by=bindparam("by"), attempts=outbox.c.attempts + 1)
    .returning(outbox.c.id, outbox.c.kind, outbox.c.payload, outbox.c.attempts),
    Leased,
)
_any_due = Query(
    select(outbox.c.id)
    .where(
        outbox.c.state == "ready",
        outbox.c.due_ms <= bindparam("now", type_=INT),
        outbox.c.lease_ms <= bindparam("now", type_=INT),
    )
    .order_by(outbox.c.due_ms, outbox.c.id)
    .limit(1)
)
_along = Query(
    update(outbox)
    .where(
        outbox.c.id.in_(
            select(outbox.c.id)
            .where(
                outbox.c.key == bindparam("with_key"),
                outbox.c.kind == bindparam("of_kind"),
                outbox.c.state == "ready",
                outbox.c.lease_ms == 0,
                outbox.c.due_ms <= bindparam("now", type_=INT),
            )
            .order_by(outbox.c.id)
            .limit(bindparam("most", type_=INT))
            .with_for_update(skip_locked=True)
        )
    )
    .values(lease_ms=bindparam("lease", type_=INT))
    .returning(outbox.c.id, outbox.c.payload)
)
_drop_all = Command(delete(outbox).where(any_of(outbox.c.id, "row_ids")))
_give_back = Command(update(outbox).where(any_of(outbox.c.id, "row_ids")).values(lease_ms=0))
_free = Command(update(outbox).where(outbox.c.lease_ms > 0).values(lease_ms=0, lease_by=""))
_free_of = Command(
    update(outbox)
    .where(outbox.c.lease_ms > 0, outbox.c.lease_by == bindparam("gone"))
    .values(lease_ms=0, lease_by="")
)
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
_parked = Query(
    select(outbox.c.id, outbox.c.kind, outbox.c.key, outbox.c.payload, outbox.c.created_ms, outbox.c.attempts,
           outbox.c.reason)
    .where(outbox.c.state == "parked").order_by(outbox.c.id.desc())
    .limit(bindparam("limit", type_=INT)).offset(bindparam("offset", type_=INT)),
    Parked,
)  # fmt: skip
_retry = Command(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id", type_=INT), outbox.c.state == "parked")
    .values(state="ready", attempts=0, due_ms=0, reason="")
)
_drop = Command(
    delete(outbox).where(outbox.c.id == bindparam("row_id", type_=INT), outbox.c.state == "parked")
)
_counts = Query(select(outbox.c.state, func.count()).group_by(outbox.c.state))

_wakers: dict[int, list[asyncio.Event]] = {}


_waiting = Query(
    select(outbox.c.id)
    .where(
        outbox.c.key == bindparam("key"),
        outbox.c.kind == bindparam("kind"),
        outbox.c.state == "ready",
        outbox.c.lease_ms == 0,
        outbox.c.due_ms <= bindparam("now", type_=INT),
    )
    .limit(1)
    # Locked until the commit, so that no worker begins it before it can see what this transaction writes.
    .with_for_update(skip_locked=True)
)


async def add_once(tx: Tx, kind: str, payload: Any, *, key: str, within_ms: int = 0) -> None:
    """`add`, unless the same job waits already and nobody has begun it.

    `within_ms`: it is put off for so long, so that what comes meanwhile is done with it.
    """
    due = tx.db.clock.now_ms() + within_ms
    if not await _waiting.all(tx, key=key, kind=kind, now=due):
        await add(tx, kind, payload, key=key, due_ms=due)


_unfinished = Query(
    select(outbox.c.id).where(any_of(outbox.c.key, "keys"), outbox.c.state == "ready").limit(1)
)


async def unfinished(db: Reader, keys: Sequence[str]) -> bool:
    """Whether a job with one of these keys waits or is being done."""
    return bool(keys) and await _unfinished.scalar(db, keys=list(keys)) is not None


async def add(
    tx: Tx, kind: str, payload: msgspec.Struct, *, key: str = "", due_ms: int = 0, now_ms: int = 0
) -> None:
    """Leave one piece of work for after the commit; `due_ms` 0 means at once, URGENT_MS before all that waits."""
    now = tx.db.clock.now_ms()
    row = {
        "kind": kind,
        "key": key,
        "payload": msgspec.json.encode(payload).decode(),
        "created_ms": now,
        "due_ms": due_ms or now,
    }
    await tx.insert_one(outbox, tuple(row), tuple(row.values()))
    tx.after_commit(lambda: wake(tx.db))


@contextlib.asynccontextmanager
async def along[P: msgspec.Struct](
    db: Database, kind: str, payload: type[P], *, key: str, most: int
) -> AsyncIterator[list[P]]:
    """From within a job with this key: the payloads of the same kind that wait behind it, done with it.

    What is done for one is often done for hundreds at the same cost. They are dropped when the block ends well, and
    wait again when it does not; a process that dies meanwhile leaves them until their lease ends.
    """
    now = db.clock.now_ms()
    async with db.begin() as tx:
        rows = await _along.all(tx, with_key=key, of_kind=kind, now=now, most=most, lease=now + LEASE_MS)
    done = False
    try:
        yield [msgspec.json.decode(text, type=payload) for _, text in sorted(rows)]
        done = True
    finally:
        if rows:
            async with db.begin() as tx:
                await (_drop_all if done else _give_back).run(tx, row_ids=[row_id for row_id, _ in rows])


def wake(db: Database) -> None:
    """Tell the workers of this process that there is something to do."""
    for event in _wakers.get(id(db), ()):
        event.set()


async def parked(db: Database, *, limit: int = 50, offset: int = 0) -> list[Parked]:
    """Rows that gave up, newest first, for the operator's health page."""
    return await _parked.all(db, limit=limit, offset=offset)


async def counts(db: Database) -> dict[str, int]:
    """Rows by state (`ready`, `parked`)."""
    return dict(await _counts.all(db))


async def retry(db: Database, row_id: int) -> bool:
    """Put a parked row back to work. False when there is no such row."""
    async with db.begin() as tx:
        found = await _retry.run(tx, row_id=row_id)
        tx.after_commit(lambda: wake(db))
    return found > 0


async def free_leases(db: Database) -> int:
    """Give free what a killed process had in hand, instead of waiting for its leases to end; how many rows.

    For the only process of a database, before its worker starts: another one's work would be done twice.
    """
    async with db.begin() as tx:
        return await _free.run(tx)


async def free_leases_of(db: Database, process: str) -> int:
    """Give free what a process had in hand that is no more; how many rows. The workers here look at once."""
    async with db.begin() as tx:
        freed = await _free_of.run(tx, gone=process)
        tx.after_commit(lambda: wake(db))
    return freed


async def drop(db: Database, row_id: int) -> bool:
    """Forget a parked row. False when there is no such row."""
    async with db.begin() as tx:
        return await _drop.run(tx, row_id=row_id) > 0


class Jobs:
    """Which function does which kind of row; filled by the composing function."""

    def __init__(self) -> None:
        self._jobs: dict[str, tuple[type[Any], Job[Any]]] = {}

    def on[P: msgspec.Struct](self, kind: str, payload: type[P], job: Job[P]) -> None:
        self._jobs[kind] = (payload, job)

    async def run(self, kind: str, payload: str) -> None:
        found = self._jobs.get(kind)
        if found is None:
            raise LookupError(f"no worker for {kind!r}")
        await found[1](msgspec.json.decode(payload, type=found[0]))


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
    ) -> None:
        self._db = db
        self._clock = clock
        self._jobs = jobs
        self._process = process
        self._poll = poll_seconds
        self._slots = asyncio.Semaphore(parallel)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[None]] = set()
        jobs.on(AFTER_KIND, DeferredEvent, db.handlers.run_after)

    async def start(self) -> None:
        _wakers.setdefault(id(self._db), []).append(self._wake)
        self._task = asyncio.create_task(self._loop(), name="outbox")

    async def stop(self) -> None:
        """Stop taking rows and wait up to 10 s for those in hand; what is left is taken over when its lease ends."""
        if (events := _wakers.get(id(self._db))) and self._wake in events:
            events.remove(self._wake)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._running:
            await asyncio.wait(self._running, timeout=10)
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
        now = self._clock.now_ms()
        if await _any_due.scalar(self._db, now=now) is None:
            return []
        async with self._db.begin() as tx:
            return sorted(await _claim.all(tx, now=now, lease=now + LEASE_MS, by=self._process))

    async def _do(self, row: Leased, again: int = MOST_AGAIN) -> None:
        try:
            await self._jobs.run(row.kind, row.payload)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of a job: whatever it raised is kept as the reason
            if again and lost_race(error):
                return await self._do(row, again - 1)
            await self._put_back(row, error)
            return None
        async with self._db.begin() as tx:
            await _done.run(tx, row_id=row.id)

    async def _put_back(self, row: Leased, error: Exception) -> None:
        if not isinstance(error, LinliError):
            log.exception("outbox: %s %d failed", row.kind, row.id)
        give_up = row.attempts >= MAX_ATTEMPTS or isinstance(error, LookupError | msgspec.DecodeError)
        wait = _BACK_OFF_MS[min(row.attempts, len(_BACK_OFF_MS)) - 1]
        due = self._clock.now_ms() + round(wait * random.uniform(0.8, 1.2))
        async with self._db.begin() as tx:
            await _failed.run(
                tx,
                row_id=row.id,
                due=due,
                to="parked" if give_up else "ready",
                why=f"{type(error).__name__}: {error}",
            )
