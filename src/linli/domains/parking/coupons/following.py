"""Coupons follow their plate from stay to stay until one of them takes something off a fee."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import and_, bindparam, update

from linli.domains.parking.coupons import queries
from linli.domains.parking.coupons.models import coupons, offers
from linli.domains.parking.coupons.rows import GIVEN, USED, CouponRow
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.scope import Scope
from linli.rules import parking_coupons
from linli.rules.parking_coupons import MOST_OF_STAY

_this = and_(in_scope(coupons), coupons.c.coupon_id == bindparam("row", type_=INT))
_attach = Command(
    update(coupons)
    .where(_this, coupons.c.state == GIVEN, coupons.c.stay_id.is_(None), coupons.c.box_id.is_(None))
    .values(stay_id=bindparam("to_stay", type_=INT))
)
_detach = Command(
    update(coupons)
    .where(in_scope(coupons), coupons.c.stay_id == bindparam("of_stay", type_=INT), coupons.c.state == GIVEN)
    .values(stay_id=None)
)
_settle = Command(
    update(coupons)
    .where(_this, coupons.c.state == GIVEN)
    .values(state=USED, off_fen=bindparam("off", type_=INT), used_ms=bindparam("now", type_=INT))
)
_reopen = Command(
    update(coupons).where(_this, coupons.c.state == USED).values(state=GIVEN, off_fen=0, used_ms=None)
)
_spend = Command(
    update(offers)
    .where(in_scope(offers), offers.c.offer_id == bindparam("row", type_=INT))
    .values(spent_fen=offers.c.spent_fen + bindparam("fen", type_=INT))
)


class Standing(Protocol):
    """A stay, as far as coupons go."""

    @property
    def stay_id(self) -> int: ...
    @property
    def community_id(self) -> int: ...
    @property
    def lot_id(self) -> int: ...
    @property
    def plate(self) -> str: ...


def fits(new: CouponRow, beside: Sequence[CouponRow]) -> bool:
    """Whether it goes with those that a stay has already."""
    return parking_coupons.fits(bool(new.stacks), (bool(other.stacks) for other in beside))


async def attach(scope: Scope, tx: Tx, stay: Standing, now_ms: int) -> None:
    """What was given to the plate becomes of its stay, as far as it goes together."""
    having = await queries.of_stay(scope, tx, stay.stay_id)
    waiting = await queries.waiting(
        scope, tx, community_id=stay.community_id, plate=stay.plate, now_ms=now_ms
    )
    for coupon in waiting:
        here = coupon.lot_id in (0, stay.lot_id) and coupon.box_id is None
        if (
            here
            and len(having) < MOST_OF_STAY
            and fits(coupon, having)
            and await _attach.run(tx, scope, row=coupon.coupon_id, to_stay=stay.stay_id)
        ):
            having.append(coupon)


async def detach(scope: Scope, tx: Tx, stay_id: int) -> None:
    """The stay ended without a fee, or is of another plate: its coupons wait for another."""
    await _detach.run(tx, scope, of_stay=stay_id)


async def settle(
    scope: Scope, tx: Tx, stay_id: int, off_fen: Sequence[tuple[CouponRow, int]], now_ms: int
) -> None:
    """Those that took something off are used; the others wait for another stay."""
    for coupon, off in sorted(off_fen, key=lambda pair: (pair[0].offer_id, pair[0].coupon_id)):
        if off > 0 and await _settle.run(tx, scope, row=coupon.coupon_id, off=off, now=now_ms):
            await spend(scope, tx, coupon.offer_id, off)
    await detach(scope, tx, stay_id)


async def reopen(scope: Scope, tx: Tx, stay_id: int) -> None:
    """The stay goes on after all: what it used is of it, and not used yet."""
    for coupon in sorted(await queries.of_stay(scope, tx, stay_id), key=lambda row: row.offer_id):
        if coupon.state == USED and await _reopen.run(tx, scope, row=coupon.coupon_id):
            await spend(scope, tx, coupon.offer_id, -coupon.off_fen)


async def spend(scope: Scope, tx: Tx, offer_id: int, fen: int) -> None:
    """Of an offer's budget; below zero it comes back."""
    await _spend.run(tx, scope, row=offer_id, fen=fen)
