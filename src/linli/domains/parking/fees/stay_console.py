"""Console: vehicles inside and stays that are over, what they cost, and what was taken for them; the phone asks too."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.accounts.service.sessions import Session
from linli.domains.communities.queries import spaces
from linli.domains.parking.claims.errors import LaneClaimed
from linli.domains.parking.claims.service import require_free
from linli.domains.parking.fees import bills, cash_refunds, exit_queries, exits, repairs, stay_queries
from linli.domains.parking.fees.errors import CashRefundTooLarge, NothingDue, NotInTill, StayOver, StillDue
from linli.domains.parking.fees.forms import FeeRow
from linli.domains.parking.fees.rows import StayRow
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules.plates import clean_plate

SEE, MANAGE = Right.VEHICLES_SEE.value, Right.VEHICLES_MANAGE.value
TAKE, WAIVE = Right.FEES_TAKE.value, Right.FEES_MANAGE.value
HISTORY = (Kind(name=bills.HISTORY_KIND, see=SEE, manage=MANAGE),)
_URL_SECONDS = 600

type StayState = Literal["inside", "left", "lost", "ended"]
type PaidBy = Literal["cash", "waived", "online", "given_back"]


class StayLine(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A stay in the list. Money in fen; of a vehicle inside as it is now."""

    id: str
    community_id: int
    plate: str
    vehicle_class: str
    lot_id: int
    lot_name: str
    state: StayState
    is_orphan: Annotated[bool, Meta(description="An exit for which no entry was found.")]
    read_as: Annotated[str, Meta(description="As the exit read its plate, where that is another one.")]
    in_ms: int
    out_ms: int | None
    is_free: Annotated[bool, Meta(description="Its lot charged nothing when it came.")]
    fen: int
    paid_fen: int
    due_fen: int


class PaymentLine(msgspec.Struct, rename="camel", frozen=True):
    fen: Annotated[int, Meta(description="Below zero: it went back.")]
    method: PaidBy
    reason: str
    paid_ms: int


class StayView(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    stay: StayLine
    fee: FeeRow
    payments: list[PaymentLine]
    cash_fen: Annotated[int, Meta(description="Cash that was taken and did not go back.")]
    in_picture: Annotated[str, Meta(description="Address for ten minutes; empty: none.")]
    out_picture: str
    note: str
    version: int | None
    out_lane_id: Annotated[str, Meta(description="Where it left; empty: it did not, or the lane is no more.")]


class Payment(msgspec.Struct, rename="camel", frozen=True):
    fen: Annotated[int, Meta(description="What was due when the person saw it.")]


class Waiver(Payment, rename="camel", frozen=True):
    reason: str


class CashRefund(msgspec.Struct, rename="camel", frozen=True):
    fen: Annotated[int, Meta(ge=1, le=100_000_000)]
    reason: str


class StayEnd(msgspec.Struct, rename="camel", frozen=True):
    reason: str


class PlateCorrection(msgspec.Struct, rename="camel", frozen=True):
    plate: str


class StayId(msgspec.Struct, rename="camel", frozen=True):
    id: str


class StayCandidate(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A vehicle inside that an exit may be of."""

    id: str
    plate: str
    in_ms: int
    likely: Annotated[bool, Meta(description="It would be taken without asking.")]
    in_picture: str


class StayChoice(msgspec.Struct, rename="camel", frozen=True):
    stay_id: Annotated[str, Meta(pattern="^[0-9]{1,19}$")]


class StayFilter(Filter, frozen=True):
    """Stays, as their list is asked for. Times are UTC ms of the entry."""

    community_id: int
    state: Annotated[
        Literal["", "inside", "left", "orphan", "lost", "ended"],
        Meta(description="orphan: exits for which no entry was found."),
    ] = ""
    lot_id: int = 0
    plate: str = ""
    since_ms: int = 0
    until_ms: int = 1 << 52


class OwingFilter(Filter, frozen=True):
    """Stays that ended and are not paid whole, as their list is asked for."""

    community_id: int
    plate: Annotated[str, Meta(description="Part of the plate.")] = ""
    since_ms: Annotated[int, Meta(description="UTC ms of the exit.")] = 0


stay_routes = Routes("/parking-stays", tags=("parking",))
ROUTES = (stay_routes,)


@stay_routes.get(right=SEE)
async def list_stays(
    scope: Scope, db: Database, clock: Clock, page: PageRequest, where: StayFilter
) -> Page[StayLine]:
    """The newest entry first."""
    scope = scope.narrowed(where.community_id)
    rows = await stay_queries.page_of(
        scope,
        db,
        where=stay_queries.StayFilter(
            community_id=where.community_id,
            state=where.state,
            lot_id=where.lot_id,
            part=clean_plate(where.plate),
            since_ms=where.since_ms,
            until_ms=where.until_ms,
        ),
        page=page,
    )
    names = await _names(scope, db, {row.lot_id for row in rows.data})
    return Page.of(
        page, rows.total, [await _line(scope, db, row, names, clock.now_ms()) for row in rows.data]
    )


@stay_routes.get("/owing", right=SEE)
async def list_owing_stays(
    scope: Scope, db: Database, clock: Clock, page: PageRequest, where: OwingFilter
) -> Page[StayLine]:
    """Stays that ended and are not paid whole, the last exit first."""
    scope = scope.narrowed(where.community_id)
    rows = await stay_queries.owing_of(
        scope,
        db,
        community_id=where.community_id,
        since_ms=where.since_ms,
        part=clean_plate(where.plate),
        page=page,
    )
    names = await _names(scope, db, {row.lot_id for row in rows.data})
    return Page.of(
        page, rows.total, [await _line(scope, db, row, names, clock.now_ms()) for row in rows.data]
    )


@stay_routes.get("/{stay_id:int}", right=SEE, raises=(NotFound,))
async def show_stay(stay_id: int, scope: Scope, db: Database, objects: ObjectStore, clock: Clock) -> StayView:
    """With its fee line by line, what was paid, and the pictures of both passes."""
    row = await stay_queries.stay(scope, db, stay_id)
    now_ms = clock.now_ms()
    taken = (await stay_queries.paid_for(scope, db, [stay_id]))[stay_id]
    return StayView(
        stay=await _line(scope, db, row, await _names(scope, db, {row.lot_id}), now_ms),
        fee=(await bills.bill(scope, db, row, now_ms=now_ms)).fee,
        payments=[
            PaymentLine(payment.fen, payment.method, payment.reason, payment.paid_ms)  # type: ignore[arg-type]
            for payment in taken
        ],
        cash_fen=cash_refunds.cash_left(taken),
        in_picture=await picture_of(scope, db, objects, row.community_id, row.in_pass),
        out_picture=await picture_of(scope, db, objects, row.community_id, row.out_pass),
        note=row.note,
        version=row.version,
        out_lane_id=str(row.out_lane_id or ""),
    )


@stay_routes.post(
    "/{stay_id:int}/payments", right=TAKE, status=204, raises=(NotFound, NothingDue, StillDue, LaneClaimed)
)
async def take_payment(
    stay_id: int, data: Payment, scope: Scope, tx: Tx, ids: Ids, clock: Clock, session: Session
) -> None:
    """Note that all that is due now was taken in cash; it is in the caller's shift until it is handed over."""
    now_ms = clock.now_ms()
    await _require_free(scope, tx, stay_id, session, now_ms)
    await bills.take_payment(
        scope, tx, stay_id=stay_id, fen=data.fen, method=bills.CASH, reason="", ids=ids, now_ms=now_ms
    )
    await exits.paid(scope, tx, stay_id, now_ms=now_ms)


@stay_routes.post(
    "/{stay_id:int}/waivers",
    right=WAIVE,
    status=204,
    raises=(NotFound, BadInput, NothingDue, StillDue, LaneClaimed),
)
async def waive_fee(
    stay_id: int, data: Waiver, scope: Scope, tx: Tx, ids: Ids, clock: Clock, session: Session
) -> None:
    """Let a vehicle go without paying what is due now, with a reason."""
    now_ms, method = clock.now_ms(), bills.WAIVED
    await _require_free(scope, tx, stay_id, session, now_ms)
    await bills.take_payment(
        scope, tx, stay_id=stay_id, fen=data.fen, method=method, reason=data.reason, ids=ids, now_ms=now_ms
    )
    await exits.paid(scope, tx, stay_id, now_ms=now_ms)


@stay_routes.post(
    "/{stay_id:int}/cash-refunds",
    right=WAIVE,
    status=204,
    raises=(NotFound, BadInput, CashRefundTooLarge, NotInTill),
)
async def give_cash_back(
    stay_id: int, data: CashRefund, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> None:
    """Give back cash out of the caller's own till, with the reason; it is not owed again."""
    await cash_refunds.give_back(
        scope, tx, stay_id=stay_id, fen=data.fen, reason=data.reason, ids=ids, now_ms=clock.now_ms()
    )


@stay_routes.post(
    "/{stay_id:int}/end", right=WAIVE, status=204, raises=(NotFound, BadInput, StayOver, LaneClaimed)
)
async def end_stay(stay_id: int, data: StayEnd, scope: Scope, tx: Tx, clock: Clock, session: Session) -> None:
    """The vehicle is not inside, whatever the lanes saw."""
    await _require_free(scope, tx, stay_id, session, clock.now_ms())
    await repairs.end(scope, tx, stay_id=stay_id, reason=data.reason, now_ms=clock.now_ms())


@stay_routes.put("/{stay_id:int}/plate", right=TAKE, raises=(NotFound, BadInput, StayOver, LaneClaimed))
async def correct_plate(
    stay_id: int, data: PlateCorrection, scope: Scope, tx: Tx, clock: Clock, session: Session
) -> StayId:
    """The plate as it is; an exit without an entry joins the stay of that plate, whose number is answered."""
    await _require_free(scope, tx, stay_id, session, clock.now_ms())
    number = await repairs.correct_plate(scope, tx, stay_id=stay_id, plate=data.plate, now_ms=clock.now_ms())
    return StayId(str(number))


@stay_routes.get("/{stay_id:int}/candidates", right=SEE, raises=(NotFound,))
async def list_candidates(
    stay_id: int, scope: Scope, db: Database, objects: ObjectStore
) -> list[StayCandidate]:
    """Vehicles inside that an exit without its entry may be of, the nearest first."""
    row = await stay_queries.stay(scope, db, stay_id)
    if not row.is_orphan or row.out_pass is None:
        return []
    seen = await stay_queries.vehicle_pass(scope, db, community_id=row.community_id, pass_id=row.out_pass)
    pairing = await repairs.nearest(scope, db, seen, row.lot_id)
    candidates = []
    for near in pairing.nearest:
        stay = await stay_queries.stay(scope, db, near.candidate.stay_id)
        candidates.append(
            StayCandidate(
                id=str(stay.stay_id),
                plate=stay.plate,
                in_ms=stay.in_ms,
                likely=pairing.sure and near is pairing.nearest[0],
                in_picture=await picture_of(scope, db, objects, stay.community_id, stay.in_pass),
            )
        )
    return candidates


@stay_routes.post("/{stay_id:int}/join", right=TAKE, raises=(NotFound, StayOver))
async def join_stay(stay_id: int, data: StayChoice, scope: Scope, tx: Tx, clock: Clock) -> StayId:
    """Say of which stay an exit without its entry is; its fee is reckoned then."""
    number = await repairs.join(
        scope, tx, orphan_id=stay_id, stay_id=int(data.stay_id), now_ms=clock.now_ms()
    )
    return StayId(str(number))


@stay_routes.post("/{stay_id:int}/separate", right=MANAGE, raises=(NotFound, StayOver))
async def separate_stay(stay_id: int, scope: Scope, tx: Tx, clock: Clock) -> StayId:
    """Undo a pairing: the exit was another vehicle's. Answers the number of the exit without its entry."""
    return StayId(str(await repairs.separate(scope, tx, stay_id=stay_id, now_ms=clock.now_ms())))


async def _require_free(scope: Scope, db: Reader, stay_id: int, session: Session, now_ms: int) -> None:
    """No other seat sees to the exit before which the vehicle stands. Raises LaneClaimed."""
    lanes = [wait.lane_id for wait in await exit_queries.waits_of(scope, db, stay_id)]
    await require_free(scope, db, lanes, seat=session.id, now_ms=now_ms)


async def _line(scope: Scope, db: Database, row: StayRow, names: dict[int, str], now_ms: int) -> StayLine:
    bill = await bills.bill(scope, db, row, now_ms=now_ms)
    return StayLine(
        id=str(row.stay_id),
        community_id=row.community_id,
        plate=row.plate,
        vehicle_class=row.vehicle_class,
        lot_id=row.lot_id,
        lot_name=names.get(row.lot_id, ""),
        state=row.state,  # type: ignore[arg-type]
        is_orphan=row.is_orphan,
        read_as=row.out_plate,
        in_ms=row.in_ms,
        out_ms=row.out_ms,
        is_free=row.tariff_id is None,
        fen=bill.fee.fen,
        paid_fen=bill.paid_fen,
        due_fen=bill.due_fen,
    )


async def _names(scope: Scope, db: Database, lot_ids: set[int]) -> dict[int, str]:
    rows = await spaces.spaces_by_id(scope, db, sorted(lot_ids)) if lot_ids else {}
    return {space_id: row.name for space_id, row in rows.items()}


async def picture_of(
    scope: Scope, db: Database, objects: ObjectStore, community_id: int, pass_id: int | None
) -> str:
    """The address of a pass's picture for ten minutes; empty: none."""
    if pass_id is None:
        return ""
    try:
        seen = await stay_queries.vehicle_pass(scope, db, community_id=community_id, pass_id=pass_id)
    except NotFound:  # passes are kept for half a year
        return ""
    return objects.url(seen.picture, expires_s=_URL_SECONDS) if seen.picture else ""
