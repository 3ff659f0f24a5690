"""The history of a claim and of the service: rows that are only added."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from linli.domains.communities.models import community_log
from linli.kernel.db import INT, Query, Reader, Tx, in_scope
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope


class Entry(NamedTuple):
    entry_no: int
    tenant_id: str
    community_id: int
    at_ms: int
    by: str
    action: str
    detail: str


_of = Query(
    select(community_log)
    .where(in_scope(community_log), community_log.c.community_id == bindparam("community_id", type_=INT))
    .order_by(community_log.c.entry_no.desc())
    .limit(200),
    Entry,
)


async def note(
    scope: Scope, tx: Tx, *, tenant_id: str, community_id: int, action: str, ids: Ids, detail: str = ""
) -> None:
    """Leave a row."""
    row = Entry(
        ids.number(),
        tenant_id,
        community_id,
        tx.db.clock.now_ms(),
        f"{scope.caller.kind}:{scope.caller.id}",
        action,
        detail,
    )
    await tx.insert(community_log, row._asdict())


async def of(scope: Scope, db: Reader, community_id: int) -> list[Entry]:
    """The newest first, of a community in scope."""
    return await _of.all(db, scope, community_id=community_id)
