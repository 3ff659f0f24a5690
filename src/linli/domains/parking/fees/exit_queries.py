"""Who waits before a closed exit, and which lots hold those who owe."""

from sqlalchemy import bindparam, select

from linli.domains.parking.fees.models import exit_waits, lot_rules
from linli.domains.parking.fees.rows import ExitWait
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope

_rule = Query(
    select(lot_rules.c.holds_unpaid).where(
        in_scope(lot_rules), lot_rules.c.lot_id == bindparam("lot_id", type_=INT)
    )
)
_holding = Query(
    select(lot_rules.c.lot_id)
    .where(
        in_scope(lot_rules),
        lot_rules.c.community_id == bindparam("community_id", type_=INT),
        lot_rules.c.holds_unpaid == 1,
    )
    .order_by(lot_rules.c.lot_id)
)
_at = Query(
    select(exit_waits).where(exit_waits.c.lane_id == bindparam("lane_id", type_=INT)),
    ExitWait,
    unscoped="the lane's link or a row of ours names the lane",
)
_of_stay = Query(
    select(exit_waits).where(in_scope(exit_waits), exit_waits.c.stay_id == bindparam("stay_id", type_=INT)),
    ExitWait,
)
_of_community = Query(
    select(exit_waits)
    .where(in_scope(exit_waits), exit_waits.c.community_id == bindparam("community_id", type_=INT))
    .order_by(exit_waits.c.since_ms, exit_waits.c.lane_id),
    ExitWait,
)


async def holds_unpaid(scope: Scope, db: Reader, lot_id: int) -> bool:
    return bool(await _rule.scalar(db, scope, lot_id=lot_id))


async def holding_lots(scope: Scope, db: Reader, community_id: int) -> set[int]:
    """Lots whose exits stay shut until guests have paid."""
    return {lot_id for (lot_id,) in await _holding.all(db, scope, community_id=community_id)}


async def waiting_at(db: Reader, lane_id: int) -> ExitWait | None:
    return await _at.one(db, lane_id=lane_id)


async def waits_of(scope: Scope, db: Reader, stay_id: int) -> list[ExitWait]:
    return await _of_stay.all(db, scope, stay_id=stay_id)


async def waits_in(scope: Scope, db: Reader, community_id: int) -> list[ExitWait]:
    """Every car before a closed exit of a community, the longest wait first."""
    return await _of_community.all(db, scope, community_id=community_id)
