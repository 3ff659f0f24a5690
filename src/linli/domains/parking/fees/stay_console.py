"""Console: vehicles inside and stays that are over, what they cost, and what was taken for them; the phone asks too."""

from linli.domains.accounts.service.sessions import Session
from linli.domains.communities.queries import spaces
from linli.domains.parking.claims.errors import LaneClaimed
from linli.domains.parking.claims.service import require_free
from linli.domains.parking.fees import bills, cash_refunds, exit_queries, exits, repairs, stay_queries
from linli.domains.parking.fees.errors import CashRefundTooLarge, NothingDue, NotInTill, StayOver, StillDue
from linli.domains.parking.fees.rows import StayRow
from linli.domains.parking.fees.stay_shapes import (
    CashRefund,
    OwingFilter,
    Payment,
    PaymentLine,
    PlateCorrection,
    StayCandidate,
    StayChoice,
    StayEnd,
    StayFilter,
    StayId,
    StayLine,
    StayView,
    Waiver,
    sees_amounts,
)
from linli.domains.people.rights import Right, Rights
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
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
_JUST_LEFT_MS = 15 * 60_000
"""For so long an exit without its entry is the lane's."""

stay_routes = Routes("/parking-stays", tags=("parking",))
ROUTES = (stay_routes,)


@stay_routes.get(right=SEE)
async def list_stays(
    scope: Scope, db: Database, clock: Clock, rights: Rights, page: PageRequest, where: StayFilter
) -> Page[StayLine]:
    """The newest entry first; amounts for who takes fees."""
    amounts = sees_amounts(rights, scope, where.community_id)
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
    now_ms = clock.now_ms()
    lines = [await _line(scope, db, row, names, now_ms, amounts=amounts) for row in rows.data]
    return Page.of(page, rows.total, lines)


@stay_routes.get("/owing", right=TAKE)
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
    now_ms = clock.now_ms()
    lines = [await _line(scope, db, row, names, now_ms, amounts=True) for row in rows.data]
    return Page.of(page, rows.total, lines)


@stay_routes.get("/{stay_id:int}", right=SEE, raises=(NotFound,))
async def show_stay(
    stay_id: int, scope: Scope, db: Database, objects: ObjectStore, clock: Clock, rights: Rights
) -> StayView:
    """With the pictures of both passes; for who takes fees with its fee line by line and what was paid."""
    row = await stay_queries.stay(scope, db, stay_id)
    now_ms, amounts = clock.now_ms(), sees_amounts(rights, scope, row.community_id)
    taken = (await stay_queries.paid_for(scope, db, [stay_id]))[stay_id] if amounts else []
    return StayView(
        stay=await _line(scope, db, row, await _names(scope, db, {row.lot_id}), now_ms, amounts=amounts),
        fee=(await bills.bill(scope, db, row, now_ms=now_ms)).fee if amounts else None,
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
    "/{stay_id:int}/payments",
    right=TAKE,
    status=204,
    raises=(NotFound, BadInput, NothingDue, StillDue, LaneClaimed),
)
async def take_payment(
    stay_id: int, data: Payment, scope: Scope, tx: Tx, ids: Ids, clock: Clock, session: Session
) -> None:
    """Note that all that is due now was taken in cash; it is in the caller's shift until it is handed over."""
    now_ms, method = clock.now_ms(), bills.CASH
    await _require_free(scope, tx, [stay_id], session, now_ms)
    await bills.take_payment(
        scope, tx, stay_id=stay_id, fen=data.fen, method=method, reason=data.reason, ids=ids, now_ms=now_ms
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
    await _require_free(scope, tx, [stay_id], session, now_ms)
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
    await _require_free(scope, tx, [stay_id], session, clock.now_ms())
    await repairs.end(scope, tx, stay_id=stay_id, reason=data.reason, now_ms=clock.now_ms())


@stay_routes.put("/{stay_id:int}/plate", right=TAKE, raises=(NotFound, BadInput, StayOver, LaneClaimed))
async def correct_plate(
    stay_id: int, data: PlateCorrection, scope: Scope, tx: Tx, clock: Clock, session: Session
) -> StayId:
    """The plate as it is; an exit without an entry joins the stay of that plate, whose number is answered."""
    await _require_free(scope, tx, [stay_id], session, clock.now_ms())
    number = await repairs.correct_plate(
        scope, tx, stay_id=stay_id, plate=data.plate, reason=data.reason.strip(), now_ms=clock.now_ms()
    )
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


@stay_routes.post("/{stay_id:int}/join", right=TAKE, raises=(NotFound, StayOver, LaneClaimed))
async def join_stay(
    stay_id: int, data: StayChoice, scope: Scope, tx: Tx, clock: Clock, session: Session
) -> StayId:
    """Say of which stay an exit without its entry is; its fee is reckoned then."""
    other, now_ms = int(data.stay_id), clock.now_ms()
    await _require_free(scope, tx, [stay_id, other], session, now_ms)
    number = await repairs.join(scope, tx, orphan_id=stay_id, stay_id=other, now_ms=now_ms)
    return StayId(str(number))


@stay_routes.post("/{stay_id:int}/separate", right=MANAGE, raises=(NotFound, StayOver))
async def separate_stay(stay_id: int, scope: Scope, tx: Tx, clock: Clock) -> StayId:
    """Undo a pairing: the exit was another vehicle's. Answers the number of the exit without its entry."""
    return StayId(str(await repairs.separate(scope, tx, stay_id=stay_id, now_ms=clock.now_ms())))


async def _require_free(scope: Scope, tx: Tx, stay_ids: list[int], session: Session, now_ms: int) -> None:
    """No other seat sees to the exit before which one of the vehicles stands or through which it just went. Raises
    LaneClaimed."""
    rows = [await stay_queries.stay(scope, tx, stay_id) for stay_id in stay_ids]
    lanes = {wait.lane_id for row in rows for wait in await exit_queries.waits_of(scope, tx, row.stay_id)}
    for row in rows:
        if row.is_orphan and row.out_lane_id is not None and (row.out_ms or 0) > now_ms - _JUST_LEFT_MS:
            lanes.add(row.out_lane_id)
    community_id = rows[0].community_id
    await require_free(scope, tx, lanes, community_id=community_id, seat=session.id, now_ms=now_ms)


async def _line(
    scope: Scope, db: Database, row: StayRow, names: dict[int, str], now_ms: int, *, amounts: bool
) -> StayLine:
    bill = await bills.bill(scope, db, row, now_ms=now_ms) if amounts else None
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
        fen=bill.fee.fen if bill is not None else None,
        paid_fen=bill.paid_fen if bill is not None else None,
        due_fen=bill.due_fen if bill is not None else None,
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
