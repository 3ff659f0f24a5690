"""Coupons at car parks that boxes decide: a coupon that is left to a box is used by no other place (ADR 0131)."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import and_, bindparam, or_, select, update

from linli.domains.parking.coupons.following import spend
from linli.domains.parking.coupons.models import coupons
from linli.domains.parking.coupons.rows import GIVEN, USED, CouponRow
from linli.kernel.db import INT, Command, Query, Tx, in_scope
from linli.kernel.scope import Scope

MOST: Final = 5_000
_c = coupons.c
_box = bindparam("box", type_=INT)
_given = and_(in_scope(coupons), _c.state == GIVEN)
_listed = Query(
    select(coupons)
    .where(
        _given,
        _c.community_id == bindparam("community", type_=INT),
        _c.stay_id.is_(None),
        or_(_c.box_id == _box, and_(_c.box_id.is_(None), _c.ends_ms > bindparam("now", type_=INT))),
    )
    .order_by(_c.box_id.is_(None), _c.coupon_id.desc())
    .limit(MOST),
    CouponRow,
)
_this = and_(_given, _c.coupon_id == bindparam("row", type_=INT))
_leave_to = Command(
    update(coupons).where(_this, _c.stay_id.is_(None), _c.box_id.is_(None)).values(box_id=_box)
)
_take_back = Command(update(coupons).where(_this, _c.box_id == _box).values(box_id=None))
_settle = Query(
    update(coupons)
    .where(_this, _c.community_id == bindparam("community", type_=INT))
    .values(
        state=USED,
        off_fen=bindparam("off", type_=INT),
        used_ms=bindparam("now", type_=INT),
        stay_id=None,
        box_id=_box,
    )
    .returning(_c.offer_id)
)


async def leave(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    box_id: int,
    lot_ids: Iterable[int],
    wanted: Sequence[str],
    now_ms: int,
) -> list[CouponRow]:
    """What waits for cars in these lots, and what this box keeps: what it wants and nobody else has; no other."""
    rows = await _listed.all(tx, scope, community=community_id, box=box_id, now=now_ms)
    numbers, lots = set(wanted), {0, *lot_ids}
    listed = []
    for row in rows:
        wants = str(row.coupon_id) in numbers and row.lot_id in lots
        if row.box_id is None and wants:
            if not await _leave_to.run(tx, scope, row=row.coupon_id, box=box_id):
                continue  # another place has it meanwhile
            listed.append(row._replace(box_id=box_id))
        elif row.box_id is not None and not wants:
            await _take_back.run(tx, scope, row=row.coupon_id, box=box_id)
            listed.append(row._replace(box_id=None))
        else:
            listed.append(row)
    return [row for row in listed if row.lot_id in lots and (row.box_id is not None or row.ends_ms > now_ms)]


async def settle(
    scope: Scope, tx: Tx, *, community_id: int, box_id: int, coupon_id: int, off_fen: int, now_ms: int
) -> bool:
    """What a box's order says that a coupon took. False: it was used before, or there is none."""
    row = await _settle.one(
        tx, scope, community=community_id, box=box_id, row=coupon_id, off=off_fen, now=now_ms
    )
    if row is None:
        return False
    await spend(scope, tx, row[0], off_fen)
    return True
