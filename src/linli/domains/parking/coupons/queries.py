"""Merchants, what they may give, and what became of it."""

from typing import NamedTuple

from sqlalchemy import and_, bindparam, cast, func, or_, select

from linli.domains.parking.coupons.models import coupons, merchants, offers
from linli.domains.parking.coupons.rows import GIVEN, USED, CouponRow, MerchantRow, OfferRow
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_m, _o, _c = merchants.c, offers.c, coupons.c
_community = bindparam("community_id", type_=INT)
_merchants = Query(
    select(merchants)
    .where(in_scope(merchants), _m.community_id == _community)
    .order_by(_m.revoked_ms, _m.merchant_id.desc()),
    MerchantRow,
)
_merchant = Query(
    select(merchants).where(
        in_scope(merchants),
        _m.community_id == _community,
        _m.merchant_id == bindparam("merchant_id", type_=INT),
    ),
    MerchantRow,
)
_of_code = Query(
    select(merchants).where(_m.code == bindparam("code")),
    MerchantRow,
    unscoped="whoever has a merchant's link sees the page that asks for its PIN",
)
_offers = Query(
    select(offers)
    .where(in_scope(offers), _o.merchant_id == bindparam("merchant_id", type_=INT))
    .order_by(_o.revoked_ms, _o.offer_id.desc()),
    OfferRow,
)
_offer = Query(
    select(offers).where(
        in_scope(offers),
        _o.merchant_id == bindparam("merchant_id", type_=INT),
        _o.offer_id == bindparam("offer_id", type_=INT),
    ),
    OfferRow,
)
_offer_named = Query(
    select(offers).where(_o.offer_id == bindparam("offer_id", type_=INT)),
    OfferRow,
    unscoped="the link names the offer, and proves itself",
)
_of_stay = Query(
    select(coupons)
    .where(in_scope(coupons), _c.stay_id == bindparam("stay_id", type_=INT))
    .order_by(_c.coupon_id),
    CouponRow,
)
_waiting = Query(
    select(coupons)
    .where(
        in_scope(coupons),
        _c.community_id == _community,
        _c.plate == bindparam("plate"),
        _c.state == GIVEN,
        _c.stay_id.is_(None),
        or_(_c.box_id.is_not(None), _c.ends_ms > bindparam("now", type_=INT)),
    )
    .order_by(_c.coupon_id),
    CouponRow,
)
_filtered = and_(
    in_scope(coupons),
    _c.merchant_id == bindparam("merchant_id", type_=INT),
    or_(
        bindparam("used_only", type_=INT) == 0,
        and_(
            _c.state == USED,
            _c.used_ms >= bindparam("since", type_=INT),
            _c.used_ms < bindparam("until", type_=INT),
        ),
    ),
)
_page = Query(
    select(coupons)
    .where(_filtered)
    .order_by(_c.coupon_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    CouponRow,
)
_count = Query(select(func.count()).select_from(coupons).where(_filtered))
_sum = Query(select(cast(func.coalesce(func.sum(_c.off_fen), 0), INT)).where(_filtered))


class CouponFilter(NamedTuple):
    """`used_only`: used within that time."""

    merchant_id: int
    used_only: bool = False
    since_ms: int = 0
    until_ms: int = 1 << 52

    @property
    def binds(self) -> dict[str, int]:
        return {
            "merchant_id": self.merchant_id,
            "used_only": int(self.used_only),
            "since": self.since_ms,
            "until": self.until_ms,
        }


async def merchants_of(scope: Scope, db: Reader, community_id: int) -> list[MerchantRow]:
    """Those that may give first, the newest first."""
    return await _merchants.all(db, scope, community_id=community_id)


async def merchant(scope: Scope, db: Reader, *, community_id: int, merchant_id: int) -> MerchantRow:
    """Raises NotFound."""
    row = await _merchant.one(db, scope, community_id=community_id, merchant_id=merchant_id)
    if row is None:
        raise NotFound(what="merchant", id=str(merchant_id))
    return row


async def of_code(db: Reader, code: str) -> MerchantRow | None:
    return await _of_code.one(db, code=code)


async def offers_of(scope: Scope, db: Reader, merchant_id: int) -> list[OfferRow]:
    """Those that go on first, the newest first."""
    return await _offers.all(db, scope, merchant_id=merchant_id)


async def offer(scope: Scope, db: Reader, *, merchant_id: int, offer_id: int) -> OfferRow:
    """Raises NotFound."""
    row = await _offer.one(db, scope, merchant_id=merchant_id, offer_id=offer_id)
    if row is None:
        raise NotFound(what="coupon", id=str(offer_id))
    return row


async def offer_named(db: Reader, offer_id: int) -> OfferRow:
    """Raises NotFound."""
    row = await _offer_named.one(db, offer_id=offer_id)
    if row is None:
        raise NotFound(what="coupon", id=str(offer_id))
    return row


async def of_stay(scope: Scope, db: Reader, stay_id: int) -> list[CouponRow]:
    """In the order in which they were given."""
    return await _of_stay.all(db, scope, stay_id=stay_id)


async def waiting(scope: Scope, db: Reader, *, community_id: int, plate: str, now_ms: int) -> list[CouponRow]:
    """Given to a plate and not yet of a stay here; with those that were left to a box."""
    return await _waiting.all(db, scope, community_id=community_id, plate=plate, now=now_ms)


async def page_of(scope: Scope, db: Reader, *, where: CouponFilter, page: PageRequest) -> Page[CouponRow]:
    """The newest first."""
    total = int(await _count.scalar(db, scope, **where.binds))
    return Page.of(page, total, await _page.all(db, scope, **where.binds, **page.binds))


async def sum_of(scope: Scope, db: Reader, *, where: CouponFilter) -> int:
    """What they took off, in fen."""
    return int(await _sum.scalar(db, scope, **where.binds))
