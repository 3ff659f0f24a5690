"""Console: merchants, what each may give, what became of it, and the month's statement."""

import secrets as randomness
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from litestar.response import Stream
from msgspec import Meta

from linli.domains.access.console.tables import AT_ONCE, csv_file
from linli.domains.access.times import write_time
from linli.domains.communities.queries.communities import community
from linli.domains.parking.coupons import queries, service
from linli.domains.parking.coupons.queries import CouponFilter
from linli.domains.parking.coupons.rows import MerchantRow, OfferRow
from linli.domains.parking.fees import lots
from linli.domains.parking.merchants.pages import words_of
from linli.domains.people.rights import Right
from linli.domains.people.service import accounts
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.i18n import text
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of

MANAGE = Right.FEES_MANAGE.value
HISTORY = (Kind(name=service.HISTORY_KIND, see=MANAGE, manage=MANAGE),)
_MOST = 100_000_000
_COLUMNS = ("used", "plate", "coupon", "off")

type CouponKind = Literal["minutes", "percent", "fen", "whole"]


class MerchantLine(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    id: str
    name: str
    path: Annotated[str, Meta(description="Of its page, under the address of this installation.")]
    is_revoked: bool
    created_ms: int


class NewMerchant(msgspec.Struct, rename="camel", frozen=True):
    name: str


class MerchantMade(msgspec.Struct, rename="camel", frozen=True):
    id: str
    pin: Annotated[str, Meta(description="Shown once.")]


class OfferLine(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What a merchant may give. Money in fen; 0: no limit, any lot."""

    id: str
    kind: CouponKind
    value: int
    lot_id: int
    stacks: bool
    limit_count: int
    limit_fen: int
    valid_hours: int
    ends_ms: int
    given_count: int
    spent_fen: int
    is_open: bool


class MerchantView(msgspec.Struct, rename="camel", frozen=True):
    merchant: MerchantLine
    offers: list[OfferLine]


class NewOffer(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    kind: CouponKind
    value: Annotated[int, Meta(ge=0, le=_MOST, description="Minutes, percent or fen; of `whole` 0.")] = 0
    lot_id: int = 0
    stacks: Annotated[bool, Meta(description="May be used beside others that may, too.")] = False
    limit_count: Annotated[int, Meta(ge=0, le=_MOST)] = 0
    limit_fen: Annotated[int, Meta(ge=0, le=_MOST)] = 0
    valid_hours: Annotated[int, Meta(ge=1, le=service.LONGEST_HOURS)] = 24
    ends_ms: int


class OfferMade(msgspec.Struct, rename="camel", frozen=True):
    id: str


class CouponLine(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    id: str
    plate: str
    kind: CouponKind
    value: int
    state: Annotated[
        Literal["given", "inside", "used", "void"],
        Meta(description="inside: of a stay that goes on; void: no stay began in its time."),
    ]
    stay_id: str
    off_fen: int
    given_ms: int
    used_ms: int | None


class Statement(msgspec.Struct, rename="camel", frozen=True):
    """Coupons used in a month."""

    month: str
    coupons: int
    off_fen: int


class MonthAsked(Filter, frozen=True):
    month: Annotated[str, Meta(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$", description="Such as 2026-12.")]


merchant_routes = Routes("/communities/{community_id:int}/parking/merchants", tags=("parking",))
ROUTES = (merchant_routes,)


@merchant_routes.get(right=MANAGE)
async def list_merchants(community_id: int, scope: Scope, db: Database) -> list[MerchantLine]:
    """Those that may give first."""
    return [_line(row) for row in await queries.merchants_of(scope, db, community_id)]


@merchant_routes.post(right=MANAGE, raises=(NotFound, BadInput))
async def add_merchant(
    community_id: int, data: NewMerchant, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> MerchantMade:
    """A merchant with a page of its own; its PIN is shown once."""
    await community(scope, tx, community_id)
    pin = _new_pin()
    merchant_id = await service.create(
        scope,
        tx,
        community_id=community_id,
        name=data.name,
        pin_hash=await accounts.hash_password(pin),
        code=randomness.token_urlsafe(18),
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return MerchantMade(str(merchant_id), pin)


@merchant_routes.get("/{merchant_id:int}", right=MANAGE, raises=(NotFound,))
async def show_merchant(
    community_id: int, merchant_id: int, scope: Scope, db: Database, clock: Clock
) -> MerchantView:
    """With what it may give."""
    row = await queries.merchant(scope, db, community_id=community_id, merchant_id=merchant_id)
    now_ms = clock.now_ms()
    return MerchantView(
        _line(row), [_offer(offer, now_ms) for offer in await queries.offers_of(scope, db, merchant_id)]
    )


@merchant_routes.post("/{merchant_id:int}/pin", right=MANAGE, status=200, raises=(NotFound,))
async def change_merchant_pin(
    community_id: int, merchant_id: int, scope: Scope, tx: Tx, clock: Clock
) -> MerchantMade:
    """A new PIN, shown once; who used the old one has to type the new one."""
    row = await queries.merchant(scope, tx, community_id=community_id, merchant_id=merchant_id)
    pin = _new_pin()
    hashed = await accounts.hash_password(pin)
    await service.change_pin(scope, tx, row, pin_hash=hashed, now_ms=clock.now_ms())
    return MerchantMade(str(merchant_id), pin)


@merchant_routes.delete("/{merchant_id:int}", right=MANAGE, raises=(NotFound,))
async def revoke_merchant(community_id: int, merchant_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """It gives nothing any more; what it gave stays good."""
    row = await queries.merchant(scope, tx, community_id=community_id, merchant_id=merchant_id)
    await service.revoke(scope, tx, row, now_ms=clock.now_ms())


@merchant_routes.post("/{merchant_id:int}/offers", right=MANAGE, raises=(NotFound, BadInput))
async def add_offer(
    community_id: int, merchant_id: int, data: NewOffer, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> OfferMade:
    """What the merchant may give, and how much of it."""
    row = await queries.merchant(scope, tx, community_id=community_id, merchant_id=merchant_id)
    if data.lot_id and data.lot_id not in {
        lot.space_id for lot in await lots.lots_of(scope, tx, community_id)
    }:
        raise NotFound(what="space", id=str(data.lot_id), field="lotId")
    offer = service.Offer(
        kind=data.kind,
        value=data.value,
        lot_id=data.lot_id,
        stacks=data.stacks,
        limit_count=data.limit_count,
        limit_fen=data.limit_fen,
        valid_hours=data.valid_hours,
        ends_ms=data.ends_ms,
    )
    return OfferMade(
        str(await service.add_offer(scope, tx, row, offer=offer, ids=ids, now_ms=clock.now_ms()))
    )


@merchant_routes.delete("/{merchant_id:int}/offers/{offer_id:int}", right=MANAGE, raises=(NotFound,))
async def revoke_offer(
    community_id: int, merchant_id: int, offer_id: int, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """No more of it is given; what was given stays good."""
    row = await queries.merchant(scope, tx, community_id=community_id, merchant_id=merchant_id)
    offer = await queries.offer(scope, tx, merchant_id=merchant_id, offer_id=offer_id)
    await service.revoke_offer(scope, tx, row, offer, now_ms=clock.now_ms())


@merchant_routes.get("/{merchant_id:int}/coupons", right=MANAGE, raises=(NotFound,))
async def list_coupons(
    community_id: int, merchant_id: int, scope: Scope, db: Database, clock: Clock, page: PageRequest
) -> Page[CouponLine]:
    """What it gave, the newest first."""
    await queries.merchant(scope, db, community_id=community_id, merchant_id=merchant_id)
    rows = await queries.page_of(scope, db, where=CouponFilter(merchant_id), page=page)
    now_ms = clock.now_ms()
    return Page.of(
        page,
        rows.total,
        [
            CouponLine(
                id=str(row.coupon_id),
                plate=row.plate,
                kind=row.kind,  # type: ignore[arg-type]
                value=row.value,
                state="used"
                if row.state == "used"
                else "inside"
                if row.stay_id or row.box_id
                else "given"
                if row.ends_ms > now_ms
                else "void",
                stay_id=str(row.stay_id or ""),
                off_fen=row.off_fen,
                given_ms=row.given_ms,
                used_ms=row.used_ms,
            )
            for row in rows.data
        ],
    )


@merchant_routes.get("/{merchant_id:int}/statement", right=MANAGE, raises=(NotFound, BadInput))
async def show_statement(
    community_id: int, merchant_id: int, scope: Scope, db: Database, asked: MonthAsked
) -> Statement:
    """What to settle with it for a month of the site."""
    await queries.merchant(scope, db, community_id=community_id, merchant_id=merchant_id)
    where = await _month(db, community_id, merchant_id, asked.month)
    used = await queries.page_of(scope, db, where=where, page=PageRequest(1, 1))
    return Statement(asked.month, used.total, await queries.sum_of(scope, db, where=where))


@merchant_routes.get("/{merchant_id:int}/statement.csv", right=MANAGE, raises=(NotFound, BadInput))
async def export_statement(
    community_id: int,
    merchant_id: int,
    scope: Scope,
    db: Database,
    asked: MonthAsked,
    language: str | None = None,
) -> Stream:
    """Each coupon used in a month, in the site's time."""
    await queries.merchant(scope, db, community_id=community_id, merchant_id=merchant_id)
    chosen = language or scope.language
    where = await _month(db, community_id, merchant_id, asked.month)
    titles = [text(f"coupon.column.{name}", chosen) for name in _COLUMNS]
    zone = await zone_of(db, community_id)
    return csv_file(f"coupons-{asked.month}", titles, _lines(scope, db, where, zone, chosen))


async def _lines(
    scope: Scope, db: Reader, where: CouponFilter, zone: str, language: str
) -> AsyncIterator[list[tuple[str, ...]]]:
    number = 1
    while True:
        rows = (await queries.page_of(scope, db, where=where, page=PageRequest(number, AT_ONCE))).data
        yield [
            (
                write_time(row.used_ms or 0, zone),
                row.plate,
                words_of(row.kind, row.value, language),
                f"{row.off_fen / 100:.2f}",
            )
            for row in rows
        ]
        if len(rows) < AT_ONCE:
            return
        number += 1


async def _month(db: Reader, community_id: int, merchant_id: int, month: str) -> CouponFilter:
    zone = ZoneInfo(await zone_of(db, community_id) or "Asia/Shanghai")
    year, number = int(month[:4]), int(month[5:])
    since = datetime(year, number, 1, tzinfo=zone)
    until = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)
    return CouponFilter(
        merchant_id,
        used_only=True,
        since_ms=int(since.timestamp() * 1000),
        until_ms=int(until.timestamp() * 1000),
    )


def _new_pin() -> str:
    return f"{randomness.randbelow(1_000_000):06}"


def _line(row: MerchantRow) -> MerchantLine:
    return MerchantLine(
        id=str(row.merchant_id),
        name=row.name,
        path=f"/shop/{row.code}",
        is_revoked=bool(row.revoked_ms),
        created_ms=row.created_ms,
    )


def _offer(row: OfferRow, now_ms: int) -> OfferLine:
    return OfferLine(
        id=str(row.offer_id),
        kind=row.kind,  # type: ignore[arg-type]
        value=row.value,
        lot_id=row.lot_id,
        stacks=bool(row.stacks),
        limit_count=row.limit_count,
        limit_fen=row.limit_fen,
        valid_hours=row.valid_hours,
        ends_ms=row.ends_ms,
        given_count=row.given_count,
        spent_fen=row.spent_fen,
        is_open=row.is_open(now_ms),
    )
