"""Which seat has which lane."""

from typing import Final

from sqlalchemy import bindparam, select

from linli.domains.accounts.service.sessions import is_living
from linli.domains.parking.claims.models import lane_claims
from linli.domains.parking.claims.rows import LaneClaim
from linli.kernel.db import INT, Query, Reader, Tx, in_scope
from linli.kernel.scope import Scope

BEAT_LOST_MS: Final = 60_000
"""A seat that was not heard of for so long has its lanes no more."""
_c = lane_claims.c
_at = select(lane_claims).where(in_scope(lane_claims), _c.lane_id == bindparam("lane", type_=INT))
_locked = Query(_at.with_for_update(), LaneClaim)
_in_community = Query(
    select(lane_claims)
    .where(
        in_scope(lane_claims),
        _c.community_id == bindparam("community", type_=INT),
        _c.beat_ms > bindparam("since", type_=INT),
    )
    .order_by(_c.since_ms, _c.lane_id),
    LaneClaim,
)


async def locked_claim(scope: Scope, tx: Tx, lane_id: int) -> LaneClaim | None:
    """The row of a lane, whether it counts or not, locked until the transaction ends."""
    return await _locked.one(tx, scope, lane=lane_id)


async def claims_in(scope: Scope, db: Reader, community_id: int, *, now_ms: int) -> list[LaneClaim]:
    """The claims of a community that count, the oldest first."""
    rows = await _in_community.all(db, scope, community=community_id, since=now_ms - BEAT_LOST_MS)
    return [row for row in rows if await counts(db, row, now_ms=now_ms)]


async def counts(db: Reader, row: LaneClaim, *, now_ms: int) -> bool:
    """Its page was heard of within a minute, and its log-in goes on."""
    return row.beat_ms > now_ms - BEAT_LOST_MS and await is_living(db, row.session_id, now_ms=now_ms)
