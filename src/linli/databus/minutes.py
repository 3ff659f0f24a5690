"""How much went through each queue, minute by minute: the rates and charts of the console."""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql

from linli.databus.models import subscription_minutes
from linli.kernel.db import INT, Command, Database, Query, Reader, Tx, in_scope, total
from linli.kernel.scope import Scope

MINUTE_MS: Final = 60_000
KEPT_MS: Final = 7 * 86_400_000

_insert = postgresql.insert(subscription_minutes)
# The PostgreSQL clause compiles for SQLite too: the two engines share its syntax.
_add = Command(
    _insert.values(
        subscription_id=bindparam("row_id", type_=INT),
        minute_ms=bindparam("at", type_=INT),
        tenant_id=bindparam("tenant"),
        delivered=bindparam("ok", type_=INT),
        failed=bindparam("bad", type_=INT),
    ).on_conflict_do_update(
        index_elements=["subscription_id", "minute_ms"],
        set_={
            "delivered": subscription_minutes.c.delivered + _insert.excluded.delivered,
            "failed": subscription_minutes.c.failed + _insert.excluded.failed,
        },
    ),
    unscoped="the sender of one subscription",
)
_since = Query(
    select(
        subscription_minutes.c.minute_ms - subscription_minutes.c.minute_ms % bindparam("step", type_=INT),
        total(subscription_minutes.c.delivered),
        total(subscription_minutes.c.failed),
    )
    .where(
        subscription_minutes.c.subscription_id == bindparam("row_id", type_=INT),
        subscription_minutes.c.minute_ms >= bindparam("since", type_=INT),
        in_scope(subscription_minutes),
    )
    .group_by(
        subscription_minutes.c.minute_ms - subscription_minutes.c.minute_ms % bindparam("step", type_=INT)
    )
    .order_by(
        subscription_minutes.c.minute_ms - subscription_minutes.c.minute_ms % bindparam("step", type_=INT)
    )
)
_drop = Command(
    delete(subscription_minutes).where(subscription_minutes.c.minute_ms < bindparam("before", type_=INT)),
    unscoped="retention counts for every tenant alike",
)


class Minute(NamedTuple):
    """Messages from `at_ms` on, for one step of a chart."""

    at_ms: int
    delivered: int
    failed: int


async def count(tx: Tx, *, subscription_id: int, tenant_id: str, delivered: int, failed: int) -> None:
    """Add to the present minute. For senders."""
    if delivered or failed:
        now = tx.db.clock.now_ms()
        await _add.run(
            tx, row_id=subscription_id, at=now - now % MINUTE_MS, tenant=tenant_id, ok=delivered, bad=failed
        )


async def rates(
    scope: Scope, db: Reader, *, subscription_id: int, since_ms: int, step_ms: int = MINUTE_MS
) -> list[Minute]:
    """From `since_ms` on, in steps of whole minutes; steps in which nothing happened are missing."""
    rows = await _since.all(db, scope, row_id=subscription_id, since=since_ms, step=step_ms)
    return [Minute(int(at), int(ok), int(bad)) for at, ok, bad in rows]


async def purge(db: Database, *, before_ms: int) -> int:
    return await db.run(lambda tx: _drop.run(tx, before=before_ms))
