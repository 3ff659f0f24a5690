"""Reads of payments at exits of boxes."""

from typing import Final

from sqlalchemy import bindparam, select

from linli.domains.boxes.lane_pay.models import edge_lane_payments
from linli.domains.boxes.lane_pay.rows import LanePaid
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope

MOST: Final = 50
_p = edge_lane_payments.c
_one = Query(
    select(edge_lane_payments).where(
        in_scope(edge_lane_payments),
        _p.node_id == bindparam("node", type_=INT),
        _p.nonce == bindparam("nonce"),
    ),
    LanePaid,
)
_of_charge = Query(
    select(edge_lane_payments).where(
        in_scope(edge_lane_payments), _p.charge_id == bindparam("charge", type_=INT)
    ),
    LanePaid,
)
_of_order = Query(
    select(edge_lane_payments)
    .where(
        in_scope(edge_lane_payments),
        _p.node_id == bindparam("node", type_=INT),
        _p.order_number == bindparam("number"),
    )
    .order_by(_p.paid_ms)
    .limit(MOST),
    LanePaid,
)
_waiting = Query(
    select(edge_lane_payments)
    .where(
        in_scope(edge_lane_payments),
        _p.node_id == bindparam("node", type_=INT),
        _p.counted_ms.is_(None),
    )
    .order_by(_p.paid_ms)
    .limit(MOST),
    LanePaid,
)


async def payment(scope: Scope, db: Reader, *, node_id: int, nonce: str) -> LanePaid | None:
    return await _one.one(db, scope, node=node_id, nonce=nonce)


async def of_charge(scope: Scope, db: Reader, charge_id: int) -> LanePaid | None:
    return await _of_charge.one(db, scope, charge=charge_id)


async def of_order(scope: Scope, db: Reader, *, node_id: int, number: str) -> list[LanePaid]:
    """The oldest first."""
    return await _of_order.all(db, scope, node=node_id, number=number)


async def waiting(scope: Scope, db: Reader, node_id: int) -> list[LanePaid]:
    """Paid, and not counted by the box; the oldest first."""
    return await _waiting.all(db, scope, node=node_id)
