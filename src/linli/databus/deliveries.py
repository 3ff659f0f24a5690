"""Results of deliveries: messages that wait for another try, parked messages with the reasons, and the log of tries."""

from functools import partial
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from linli.databus import minutes, subscriptions
from linli.databus.models import changes, deliveries, delivery_attempts
from linli.databus.models import subscriptions as subscription_table
from linli.databus.subscription_rows import get_subscription
from linli.kernel.db import INT, Command, Database, Query, Reader, Tx, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.masking import masked_text
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

RETRY: Final = "retry"
PARKED: Final = "parked"
LOG_DAYS: Final = 7
_STEP: Final = 5000


class Delivery(NamedTuple):
    """A message that did not get through at once."""

    id: int
    subscription_id: int
    change_id: int
    state: str
    attempts: int
    next_ms: int
    reason: str
    updated_ms: int


_columns = tuple(deliveries.c[name] for name in Delivery._fields)
_due = Query(
    select(*_columns).where(
        deliveries.c.subscription_id == bindparam("row_id", type_=INT), deliveries.c.state == RETRY
    ),
    Delivery,
    unscoped="the sender of one subscription",
)
_rows_after = Query(
    select(deliveries.c.change_id).where(
        deliveries.c.subscription_id == bindparam("row_id", type_=INT),
        deliveries.c.change_id > bindparam("cursor", type_=INT),
    ),
    unscoped="the sender of one subscription",
)
_parked = Query(
    select(*_columns)
    .where(
        deliveries.c.subscription_id == bindparam("row_id", type_=INT),
        deliveries.c.state == bindparam("state"),
        in_scope(deliveries),
    )
    .order_by(deliveries.c.id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Delivery,
)
_count = Query(
    select(func.count()).where(
        deliveries.c.subscription_id == bindparam("row_id", type_=INT),
        deliveries.c.state == bindparam("state"),
        in_scope(deliveries),
    )
)
_is_held = Query(
    select(func.count()).where(
        deliveries.c.subscription_id == bindparam("row_id", type_=INT),
        deliveries.c.change_id == bindparam("change_id", type_=INT),
        in_scope(deliveries),
    )
)
_all_again = Command(
    update(deliveries)
    .where(deliveries.c.subscription_id == bindparam("row_id", type_=INT), in_scope(deliveries))
    .values(state=RETRY, attempts=0, next_ms=0, reason="", updated_ms=bindparam("now", type_=INT))
)
_in_log = Query(
    select(changes.c.id).where(
        changes.c.id == bindparam("change_id", type_=INT), changes.c.tenant_id == bindparam("tenant")
    ),
    unscoped="the tenant is a condition of its own",
)
_settled = Command(
    delete(deliveries).where(
        deliveries.c.subscription_id == bindparam("row_id", type_=INT),
        deliveries.c.change_id == bindparam("change", type_=INT),
    ),
    unscoped="the sender of one subscription",
)
_cursor = Command(
    update(subscription_table)
    .where(
        subscription_table.c.id == bindparam("row_id", type_=INT),
        subscription_table.c.generation == bindparam("of_generation", type_=INT),
        subscription_table.c.lease_by == bindparam("who"),
    )
    .values(
        cursor_id=bindparam("cursor", type_=INT),
        failing_since_ms=bindparam("failing", type_=INT),
        last_seen_ms=bindparam("now", type_=INT),
        last_error=bindparam("why"),
    ),
    unscoped="the sender of one subscription",
)
_holder = Query(
    select(subscription_table.c.lease_by, subscription_table.c.generation).where(
        subscription_table.c.id == bindparam("row_id", type_=INT)
    ),
    unscoped="the sender of one subscription",
)
_drop_old_attempts = Command(
    delete(delivery_attempts).where(
        delivery_attempts.c.id.in_(
            select(delivery_attempts.c.id)
            .where(delivery_attempts.c.at_ms < bindparam("before", type_=INT))
            .order_by(delivery_attempts.c.at_ms)
            .limit(_STEP)
        )
    ),
    unscoped="retention counts for every tenant alike",
)
_drop_old_deliveries = Command(
    delete(deliveries).where(deliveries.c.updated_ms < bindparam("before", type_=INT)),
    unscoped="retention counts for every tenant alike",
)


class LeaseLost(Exception):
    """Another process serves the queue now, or the queue is deleted: the results of this process must not be written."""


class Result(NamedTuple):
    """A sender's result for one message."""

    change_id: int
    ok: bool
    attempt: int
    at_ms: int
    latency_ms: int
    status: int | None
    reason: str
    excerpt: str
    state: str
    """Of a failure: retry or parked."""
    next_ms: int
    has_row: bool
    """There is a row in `deliveries` from an earlier failure."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a queue is."""

    cursor_id: int
    generation: int
    """Counts replays; the cursor of an earlier one does not move."""
    failing_since_ms: int | None
    """UTC; None: it does not fail."""
    last_error: str


async def write_down(
    tx: Tx,
    *,
    subscription_id: int,
    tenant_id: str,
    results: list[Result],
    progress: Progress,
    log_successes: bool,
    who: str,
) -> None:
    """Store the results of some messages and the queue's progress in one transaction. For senders.

    Failures always enter the log of tries. `who` has the queue's lease. Raises LeaseLost if it lost the lease; then
    nothing is written. (After a replay the `generation` differs: the results count, and the cursor stays.)
    """
    now = tx.db.clock.now_ms()
    moved = await _cursor.run(
        tx,
        row_id=subscription_id,
        of_generation=progress.generation,
        who=who,
        cursor=progress.cursor_id,
        failing=progress.failing_since_ms,
        now=now,
        why=progress.last_error,
    )
    if not moved:
        row = await _holder.one(tx, row_id=subscription_id)
        if row is None or row[0] != who:
            raise LeaseLost
    logged = [result for result in results if log_successes or not result.ok]
    if logged:
        rows = [
            {
                "tenant_id": tenant_id,
                "subscription_id": subscription_id,
                "change_id": result.change_id,
                "attempt": result.attempt,
                "at_ms": result.at_ms,
                "ok": int(result.ok),
                "status": result.status,
                "latency_ms": result.latency_ms,
                "reason": result.reason,
                "excerpt": masked_text(result.excerpt),
            }
            for result in logged
        ]
        await tx.insert_many(delivery_attempts, rows)
    failed = {
        result.change_id: {
            "tenant_id": tenant_id,
            "subscription_id": subscription_id,
            "change_id": result.change_id,
            "state": result.state,
            "attempts": result.attempt,
            "next_ms": result.next_ms,
            "reason": result.reason,
            "updated_ms": now,
        }
        for result in results
        if not result.ok
    }
    await tx.upsert(
        deliveries,
        failed.values(),
        keys=("subscription_id", "change_id"),
        update=("state", "attempts", "next_ms", "reason", "updated_ms"),
    )
    gone = [{"row_id": subscription_id, "change": r.change_id} for r in results if r.ok and r.has_row]
    if gone:
        await _settled.run_many(tx, gone)
    delivered = sum(result.ok for result in results)
    await minutes.count(
        tx,
        subscription_id=subscription_id,
        tenant_id=tenant_id,
        delivered=delivered,
        failed=len(results) - delivered,
    )


async def waiting(db: Reader, *, subscription_id: int) -> dict[int, Delivery]:
    """Messages to try again, by number. For the sender."""
    return {row.change_id: row for row in await _due.all(db, row_id=subscription_id)}


async def rows_after(db: Reader, *, subscription_id: int, cursor_id: int) -> list[int]:
    """Messages after the cursor that already have a row here. For the sender."""
    return [number for (number,) in await _rows_after.all(db, row_id=subscription_id, cursor=cursor_id)]


async def try_again(scope: Scope, tx: Tx, *, subscription_id: int, change_id: int) -> None:
    """Send one message again now, parked or long since delivered. Raises NotFound when the log has lost it."""
    subscription = await get_subscription(scope, tx, subscription_id=subscription_id)
    if await _in_log.scalar(tx, change_id=change_id, tenant=subscription.tenant_id) is None:
        raise NotFound(what="message", id=change_id)
    row = {
        "tenant_id": subscription.tenant_id,
        "subscription_id": subscription.id,
        "change_id": change_id,
        "state": RETRY,
        "attempts": 0,
        "next_ms": 0,
        "reason": "",
        "updated_ms": tx.db.clock.now_ms(),
    }
    await tx.upsert(
        deliveries,
        [row],
        keys=("subscription_id", "change_id"),
        update=("state", "attempts", "next_ms", "reason", "updated_ms"),
    )
    subscriptions.tell_changed(tx)


async def is_held(scope: Scope, db: Reader, *, subscription_id: int, change_id: int) -> bool:
    """Whether a message of a subscription waits for another try or was given up."""
    return bool(await _is_held.scalar(db, scope, row_id=subscription_id, change_id=change_id))


async def try_all_again(scope: Scope, tx: Tx, *, subscription_id: int) -> int:
    """Send everything that was given up again, and at once what waits for its next try; how many. Raises NotFound."""
    subscription = await get_subscription(scope, tx, subscription_id=subscription_id)
    count = await _all_again.run(tx, scope, row_id=subscription.id, now=tx.db.clock.now_ms())
    subscriptions.tell_changed(tx)
    return count


async def count_deliveries(scope: Scope, db: Reader, *, subscription_id: int, state: str) -> int:
    return int(await _count.scalar(db, scope, row_id=subscription_id, state=state))


async def list_deliveries(
    scope: Scope, db: Reader, *, subscription_id: int, state: str, page: PageRequest
) -> list[Delivery]:
    """Messages that wait for another try (`retry`) or were given up (`parked`), newest first."""
    return await _parked.all(db, scope, row_id=subscription_id, state=state, **page.binds)


async def purge_log(db: Database, *, attempts_before_ms: int, deliveries_before_ms: int) -> int:
    """Remove old tries, and messages given up or waiting whose log row is about to go; how many rows."""
    total = 0
    while True:
        gone = await db.run(partial(_drop_old_attempts.run, before=attempts_before_ms))
        total += gone
        if gone < _STEP:
            break
    return total + await db.run(lambda tx: _drop_old_deliveries.run(tx, before=deliveries_before_ms))


class WaitingCounts(NamedTuple):
    """Deliveries of the installation that are tried again, and those that wait for a person."""

    waiting: int
    parked: int


_states = Query(
    select(deliveries.c.state, func.count())
    .where(any_of(deliveries.c.state, "states"))
    .group_by(deliveries.c.state),
    unscoped="figures of the whole installation, for its operator",
)


async def count_waiting(db: Reader) -> WaitingCounts:
    """How the deliveries of every tenant stand."""
    counts = dict(await _states.all(db, states=[RETRY, PARKED]))
    return WaitingCounts(counts.get(RETRY, 0), counts.get(PARKED, 0))
