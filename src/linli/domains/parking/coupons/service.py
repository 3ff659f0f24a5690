"""Merchants, what each may give, and giving it."""

from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, or_, update

from linli.domains.parking.coupons import following, queries
from linli.domains.parking.coupons.errors import NotBeside, OfferOver, TooManyCoupons
from linli.domains.parking.coupons.models import coupons, merchants, offers
from linli.domains.parking.coupons.rows import GIVEN, CouponRow, MerchantRow, OfferRow
from linli.domains.parking.events import CouponWaits
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules.parking_coupons import MOST_OF_STAY
from linli.rules.parking_fees import FEN, MINUTES, PERCENT, WHOLE
from linli.rules.plates import clean_plate, is_plate

HISTORY_KIND: Final = "parking_merchant"
MOST_MERCHANTS: Final = 500
MOST_OFFERS: Final = 20
LONGEST_NAME: Final = 64
LONGEST_HOURS: Final = 24 * 90
_HOUR_MS: Final = 3_600_000
_MOST: Final = {MINUTES: 7 * 1440, PERCENT: 100, FEN: 1_000_000, WHOLE: 0}
_merchant = and_(in_scope(merchants), merchants.c.merchant_id == bindparam("row", type_=INT))
_set_pin = Command(update(merchants).where(_merchant).values(pin_hash=bindparam("to_hash")))
_revoke = Command(
    update(merchants)
    .where(_merchant, merchants.c.revoked_ms == 0)
    .values(revoked_ms=bindparam("now", type_=INT))
)
_offer = and_(in_scope(offers), offers.c.offer_id == bindparam("row", type_=INT))
_revoke_offer = Command(
    update(offers).where(_offer, offers.c.revoked_ms == 0).values(revoked_ms=bindparam("now", type_=INT))
)
_take_one = Command(
    update(offers)
    .where(
        _offer,
        offers.c.revoked_ms == 0,
        offers.c.ends_ms > bindparam("now", type_=INT),
        or_(offers.c.limit_count == 0, offers.c.given_count < offers.c.limit_count),
        or_(offers.c.limit_fen == 0, offers.c.spent_fen < offers.c.limit_fen),
    )
    .values(given_count=offers.c.given_count + 1)
)
"""The last one is taken once, however many ask at the same time."""


class Offer(NamedTuple):
    """What a merchant is to give."""

    kind: str
    value: int
    lot_id: int
    stacks: bool
    limit_count: int
    limit_fen: int
    valid_hours: int
    ends_ms: int


async def create(
    scope: Scope, tx: Tx, *, community_id: int, name: str, pin_hash: str, code: str, ids: Ids, now_ms: int
) -> int:
    """Its number. Raises BadInput."""
    name = name.strip()
    if not name:
        raise BadInput(field="name", rule="blank")
    if len(name) > LONGEST_NAME:
        raise BadInput(field="name", rule="too_long", limit=LONGEST_NAME)
    if len(await queries.merchants_of(scope, tx, community_id)) >= MOST_MERCHANTS:
        raise BadInput(field="name", rule="coupon.too_many_merchants", limit=MOST_MERCHANTS)
    row = MerchantRow(ids.number(), scope.tenant, community_id, name, code, pin_hash, 0, now_ms)
    await tx.insert(merchants, row._asdict())
    await _note(scope, tx, row, "created", now_ms, {"name": name})
    return row.merchant_id


async def change_pin(scope: Scope, tx: Tx, merchant: MerchantRow, *, pin_hash: str, now_ms: int) -> None:
    """Who used the old one has to type the new one."""
    await _set_pin.run(tx, scope, row=merchant.merchant_id, to_hash=pin_hash)
    await _note(scope, tx, merchant, "pin_changed", now_ms, {})


async def revoke(scope: Scope, tx: Tx, merchant: MerchantRow, *, now_ms: int) -> None:
    """It gives nothing any more; what it gave stays good."""
    if await _revoke.run(tx, scope, row=merchant.merchant_id, now=now_ms):
        await _note(scope, tx, merchant, "revoked", now_ms, {"name": merchant.name})


async def add_offer(
    scope: Scope, tx: Tx, merchant: MerchantRow, *, offer: Offer, ids: Ids, now_ms: int
) -> int:
    """Its number. Raises BadInput."""
    most = _MOST[offer.kind]
    if not (0 if offer.kind == WHOLE else 1) <= offer.value <= most:
        raise BadInput(field="value", rule="coupon.range", least=0 if offer.kind == WHOLE else 1, most=most)
    if not 1 <= offer.valid_hours <= LONGEST_HOURS:
        raise BadInput(field="validHours", rule="coupon.range", least=1, most=LONGEST_HOURS)
    if offer.ends_ms <= now_ms:
        raise BadInput(field="endsMs", rule="coupon.past")
    standing = await queries.offers_of(scope, tx, merchant.merchant_id)
    if sum(not row.revoked_ms for row in standing) >= MOST_OFFERS:
        raise BadInput(field="kind", rule="coupon.too_many_offers", limit=MOST_OFFERS)
    row = OfferRow(
        offer_id=ids.number(),
        tenant_id=merchant.tenant_id,
        community_id=merchant.community_id,
        merchant_id=merchant.merchant_id,
        given_count=0,
        spent_fen=0,
        revoked_ms=0,
        created_ms=now_ms,
        **offer._replace(stacks=int(offer.stacks))._asdict(),  # type: ignore[arg-type]
    )
    await tx.insert(offers, row._asdict())
    await _note(scope, tx, merchant, "offered", now_ms, offer._asdict())
    return row.offer_id


async def revoke_offer(scope: Scope, tx: Tx, merchant: MerchantRow, offer: OfferRow, *, now_ms: int) -> None:
    """No more of it is given; what was given stays good."""
    if await _revoke_offer.run(tx, scope, row=offer.offer_id, now=now_ms):
        after = {"kind": offer.kind, "value": offer.value, "given": offer.given_count}
        await _note(scope, tx, merchant, "offer_revoked", now_ms, after)


async def give(
    scope: Scope,
    tx: Tx,
    merchant: MerchantRow,
    offer: OfferRow,
    *,
    plate: str,
    stay: following.Standing | None,
    ids: Ids,
    now_ms: int,
) -> CouponRow:
    """Give one to a plate: for the stay it is on, held by the caller, or for its next one.

    Raises BadInput, OfferOver, NotBeside, TooManyCoupons.
    """
    cleaned = clean_plate(plate)
    if not is_plate(cleaned) and (stay is None or stay.plate != cleaned):  # a ticket stands for a plate
        raise BadInput(field="plate", rule="plate")
    if merchant.revoked_ms or not await _take_one.run(tx, scope, row=offer.offer_id, now=now_ms):
        raise OfferOver()
    here = stay is not None and offer.lot_id in (0, stay.lot_id)
    row = CouponRow(
        coupon_id=ids.number(),
        tenant_id=merchant.tenant_id,
        community_id=merchant.community_id,
        merchant_id=merchant.merchant_id,
        offer_id=offer.offer_id,
        plate=cleaned,
        kind=offer.kind,
        value=offer.value,
        lot_id=offer.lot_id,
        stacks=offer.stacks,
        state=GIVEN,
        stay_id=stay.stay_id if here and stay is not None else None,
        off_fen=0,
        given_ms=now_ms,
        ends_ms=now_ms + offer.valid_hours * _HOUR_MS,
        used_ms=None,
    )
    beside = await queries.waiting(
        scope, tx, community_id=merchant.community_id, plate=cleaned, now_ms=now_ms
    )
    if stay is not None:
        beside += await queries.of_stay(scope, tx, stay.stay_id)
    if len(beside) >= MOST_OF_STAY:
        raise TooManyCoupons()
    if not following.fits(row, beside):
        raise NotBeside()
    await tx.insert(coupons, row._asdict())
    if row.stay_id is None:  # it may be of a car that a box keeps
        await emit(tx, CouponWaits(scope.tenant, merchant.community_id))
    return row


async def _note(
    scope: Scope, tx: Tx, merchant: MerchantRow, action: str, now_ms: int, after: dict[str, object]
) -> None:
    record = history.Record(HISTORY_KIND, str(merchant.merchant_id), merchant.community_id)
    await history.note(scope, tx, record, action, now_ms=now_ms, before={}, after=after)
