"""Deletes old rows: rows that devices confirmed as removed, ended grants, and their history.

History lives as long as what it tells about, and `days` more.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Table, bindparam, delete, select

from linli.delivery.models import desired, desired_history, grant_history, grants, targets
from linli.kernel.db import INT, Command, Database, Query, Tx, any_of
from linli.sync import State

KEPT_DAYS = 180
DAY_MS = 86_400_000
CHUNK = 500
_EVERY = "retention counts for every tenant alike"

_removed = Query(
    select(desired.c.id)
    .where(
        desired.c.state == str(State.REMOVED),
        desired.c.next_try_ms.is_(None),
        desired.c.changed_ms < bindparam("before", type_=INT),
        ~select(targets.c.grant_id)
        .where(
            targets.c.device == desired.c.device,
            targets.c.kind == desired.c.kind,
            targets.c.credential == desired.c.credential,
        )
        .exists(),
    )
    .limit(CHUNK)
    # What a grant holds just now is about to be needed again.
    .with_for_update(of=desired, skip_locked=True),
    unscoped=_EVERY,
)
_dead = Query(
    select(grants.c.id)
    .where(
        grants.c.live == 0,
        grants.c.changed_ms < bindparam("before", type_=INT),
        ~select(targets.c.grant_id).where(targets.c.grant_id == grants.c.id).exists(),
    )
    .limit(CHUNK)
    .with_for_update(of=grants, skip_locked=True),
    unscoped=_EVERY,
)


def _drop(table: Table, column: str) -> Command:
    return Command(delete(table).where(any_of(table.c[column], "ids")), unscoped=_EVERY)


_drop_desired = (_drop(desired_history, "desired_id"), _drop(desired, "id"))
_drop_grants = (_drop(grant_history, "grant_id"), _drop(grants, "id"))


async def forget_ended(db: Database, *, now_ms: int, days: int = KEPT_DAYS) -> int:
    """Forget what ended more than `days` ago, in small transactions; the number of rows and grants."""
    before, total = now_ms - days * DAY_MS, 0
    for find, drops in ((_removed, _drop_desired), (_dead, _drop_grants)):
        while True:
            dropped = await db.run(partial(_drop_some, find, drops, before=before))
            total += dropped
            if dropped < CHUNK:
                break
    return total


async def _drop_some(find: Query[Any], drops: Sequence[Command], tx: Tx, *, before: int) -> int:
    ids = [row_id for (row_id,) in await find.all(tx, before=before)]
    if ids:
        for drop in drops:
            await drop.run(tx, ids=ids)
    return len(ids)
