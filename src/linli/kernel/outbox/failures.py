"""A person's actions on failed rows, and their number."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select, update

from linli.kernel.db import INT, Command, Database, Query, Tx
from linli.kernel.outbox.rows import outbox, wake


class Parked(NamedTuple):
    id: int
    kind: str
    key: str
    payload: str
    created_ms: int
    attempts: int
    reason: str


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


async def parked(db: Database, *, limit: int = 50, offset: int = 0) -> list[Parked]:
    """Rows that gave up, newest first, for the operator's health page."""
    return await _parked.all(db, limit=limit, offset=offset)


async def counts(db: Database) -> dict[str, int]:
    """Rows by state (`ready`, `parked`)."""
    return dict(await _counts.all(db))


async def retry(db: Database, row_id: int) -> bool:
    """Put a parked row back to work. False when there is no such row."""

    async def put_back(tx: Tx) -> int:
        tx.after_commit(lambda: wake(db))
        return await _retry.run(tx, row_id=row_id)

    return await db.run(put_back) > 0


async def drop(db: Database, row_id: int) -> bool:
    """Forget a parked row. False when there is no such row."""
    return await db.run(lambda tx: _drop.run(tx, row_id=row_id)) > 0
