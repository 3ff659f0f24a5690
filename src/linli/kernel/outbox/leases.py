"""Leased rows: taken for a time, given back, and free again when their process has ended."""

import contextlib
from collections.abc import AsyncIterator
from typing import NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, delete, or_, select, update

from linli.kernel.db import INT, Command, Database, Query, Tx, any_of
from linli.kernel.outbox.rows import outbox, wake

LEASE_MS = 60_000
BATCH = 50


class Leased(NamedTuple):
    id: int
    kind: str
    payload: str
    attempts: int


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


async def lease(db: Database, *, now_ms: int, process: str) -> list[Leased]:
    """Take what is due, up to BATCH rows; the oldest first."""
    if await _any_due.scalar(db, now=now_ms) is None:
        return []
    return sorted(await db.run(lambda tx: _claim.all(tx, now=now_ms, lease=now_ms + LEASE_MS, by=process)))


@contextlib.asynccontextmanager
async def along[P: msgspec.Struct](
    db: Database, kind: str, payload: type[P], *, key: str, most: int
) -> AsyncIterator[list[P]]:
    """Called within a job with this key: the waiting payloads of the same kind, which are done with it.

    One run often serves hundreds of payloads at the same cost. They are removed when the block succeeds and wait again
    when it fails. If the process dies, they wait until their lease ends.
    """
    now = db.clock.now_ms()
    rows = await db.run(
        lambda tx: _along.all(tx, with_key=key, of_kind=kind, now=now, most=most, lease=now + LEASE_MS)
    )
    done = False
    try:
        yield [msgspec.json.decode(text, type=payload) for _, text in sorted(rows)]
        done = True
    finally:
        if rows:
            await db.run(
                lambda tx: (_drop_all if done else _give_back).run(tx, row_ids=[row_id for row_id, _ in rows])
            )


async def free_leases(db: Database) -> int:
    """Give free what a killed process had in hand, instead of waiting for its leases to end; how many rows.

    For the only process of a database, before its worker starts: another one's work would be done twice.
    """
    return await db.run(lambda tx: _free.run(tx))


async def free_leases_of(db: Database, process: str) -> int:
    """Free the rows of a process that has ended; how many rows. The workers here look at once."""

    async def free(tx: Tx) -> int:
        tx.after_commit(lambda: wake(db))
        return await _free_of.run(tx, gone=process)

    return await db.run(free)
