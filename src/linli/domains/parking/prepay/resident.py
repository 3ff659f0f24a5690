"""Residents: where their own cars stand and stood, what that costs and why, and paying for it. Source: issue 19, item 12.

A car is one's own from when one registered its plate: what the plate did before is another's affair.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import communities, spaces
from linli.domains.parking.fees.bills import bill, leave_by
from linli.domains.parking.fees.errors import NothingDue
from linli.domains.parking.fees.forms import FeeRow
from linli.domains.parking.fees.rows import StayRow
from linli.domains.parking.fees.stay_queries import INSIDE
from linli.domains.parking.prepay import queries
from linli.domains.parking.prepay.html import say
from linli.domains.parking.prepay.limits import TooManyAsked
from linli.domains.parking.prepay.service import open_payment
from linli.domains.parking.queries.rights import RightFilter, page_of
from linli.domains.parking.rows import ORDINARY, WHITELIST
from linli.domains.payments.charges.collector import Collecting
from linli.domains.payments.charges.errors import NoProvider
from linli.domains.people.queries import vehicles
from linli.domains.people.queries.residence import Resident
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound, Unavailable
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

KEPT_MS: Final = 90 * 86_400_000
"""How far back residents see."""
MOST: Final = 100
RETURN_TO: Final = "/m/parking?back"


class MyParkingPass(msgspec.Struct, rename="camel", frozen=True):
    """A right to stand without paying. Times are UTC ms."""

    place: Annotated[str, Meta(description="Of which space, as people say it.")]
    starts_ms: int | None
    ends_ms: Annotated[int | None, Meta(description="None: without end.")]


class MyCar(msgspec.Struct, rename="camel", frozen=True):
    id: str
    plate: str
    brand: str
    passes: list[MyParkingPass]


class MyStay(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A stay of one's own car. Money in fen; of a car inside as it is now."""

    id: str
    plate: str
    lot_name: str
    state: Literal["inside", "left", "lost", "ended"]
    in_ms: int
    out_ms: int | None
    fee: Annotated[FeeRow, Meta(description="Line by line; they sum to the fee.")]
    paid_fen: int
    due_fen: int
    leave_by_ms: Annotated[int | None, Meta(description="Until when who has paid may leave.")]


class MyParking(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    cars: list[MyCar]
    inside: list[MyStay]
    owing: Annotated[list[MyStay], Meta(description="Over, of the last 90 days, and not paid whole.")]
    takes_payments: Annotated[bool, Meta(description="Whether anybody here takes payments over the network.")]
    phone: Annotated[str, Meta(description="The property's; may be empty.")]


class MyPayment(msgspec.Struct, rename="camel", frozen=True):
    payer_key: Annotated[
        str,
        Meta(pattern="^[0-9a-f]{32}$", description="The page's own number of it: asked twice, one charge."),
    ]


class PayAt(msgspec.Struct, rename="camel", frozen=True):
    url: Annotated[str, Meta(description="The provider's page, where all that is due now is paid.")]


routes = Routes("/communities/{community_id:int}/parking", tags=("parking",))
ROUTES = (routes,)


@routes.get(raises=(NotFound,))
async def my_parking(
    community_id: int, resident: Resident, db: Database, clock: Clock, payments: Collecting
) -> MyParking:
    """One's own cars with their passes, those that stand inside, and what is owed."""
    scope, now_ms = resident.scope(community_id), clock.now_ms()
    cars = await _cars(resident, db, community_id)
    rows = await _stays(scope, db, community_id, cars, now_ms)
    names = await spaces.names(scope, db, sorted({row.lot_id for row in rows}))
    views = [await _view(scope, db, row, names, now_ms) for row in rows]
    community = await communities.community(scope, db, community_id)
    passes = await _passes(scope, db, community_id, [car.plate for car in cars], now_ms)
    return MyParking(
        cars=[MyCar(str(car.vehicle_id), car.plate, car.brand, passes[car.plate]) for car in cars],
        inside=[view for view in views if view.state == INSIDE],
        owing=[view for view in views if view.state != INSIDE and view.due_fen],
        takes_payments=payments.collector is not None,
        phone=community.phone,
    )


@routes.get("/stays", raises=(NotFound,))
async def my_stays(community_id: int, resident: Resident, db: Database, clock: Clock) -> list[MyStay]:
    """Stays of one's own cars that are over, of the last 90 days, the newest first; at most 100."""
    scope, now_ms = resident.scope(community_id), clock.now_ms()
    cars = await _cars(resident, db, community_id)
    rows = [row for row in await _stays(scope, db, community_id, cars, now_ms) if row.state != INSIDE][:MOST]
    names = await spaces.names(scope, db, sorted({row.lot_id for row in rows}))
    return [await _view(scope, db, row, names, now_ms) for row in rows]


@routes.post(
    "/stays/{stay_id:int}/payment",
    status=201,
    raises=(NotFound, NoProvider, NothingDue, TooManyAsked, Unavailable),
)
async def pay_stay(
    community_id: int,
    stay_id: int,
    data: MyPayment,
    resident: Resident,
    db: Database,
    payments: Collecting,
    ids: Ids,
    clock: Clock,
) -> PayAt:
    """Open the charge for all that is due now of a stay of one's own car."""
    scope, now_ms = resident.scope(community_id), clock.now_ms()
    cars = await _cars(resident, db, community_id)
    rows = await _stays(scope, db, community_id, cars, now_ms)
    row = next((own for own in rows if own.stay_id == stay_id), None)
    if row is None:
        raise NotFound(what="stay", id=stay_id)
    if payments.collector is None:
        raise NoProvider()
    place = await queries.place_of(scope, db, community_id, row.lot_id)
    charge = await open_payment(
        scope,
        db,
        row=row,
        payer_key=data.payer_key,
        title=say("charge", resident.language, place=place),
        return_to=RETURN_TO,
        collector=payments.collector,
        ids=ids,
        now_ms=now_ms,
    )
    return PayAt(charge.pay_url)


async def _cars(resident: Resident, db: Reader, community_id: int) -> list[vehicles.Vehicle]:
    home = resident.living(community_id)
    return await vehicles.of_person(resident.at(home), db, community_id, home.person_id)


async def _stays(
    scope: Scope, db: Reader, community_id: int, cars: list[vehicles.Vehicle], now_ms: int
) -> list[StayRow]:
    """The newest entry first."""
    rows: list[StayRow] = []
    for car in cars:
        rows += await queries.stays_of_car(
            scope,
            db,
            community_id=community_id,
            plate=car.plate,
            registered_ms=car.created_ms,
            since_ms=now_ms - KEPT_MS,
        )
    return sorted(rows, key=lambda row: (row.in_ms, row.stay_id), reverse=True)


async def _view(scope: Scope, db: Reader, row: StayRow, names: dict[int, str], now_ms: int) -> MyStay:
    owed = await bill(scope, db, row, now_ms=now_ms)
    return MyStay(
        id=str(row.stay_id),
        plate=row.plate,
        lot_name=names.get(row.lot_id, ""),
        state=row.state,  # type: ignore[arg-type]
        in_ms=row.in_ms,
        out_ms=row.out_ms,
        fee=owed.fee,
        paid_fen=owed.paid_fen,
        due_fen=owed.due_fen,
        leave_by_ms=None if owed.due_fen else await leave_by(scope, db, row, now_ms=now_ms),
    )


async def _passes(
    scope: Scope, db: Reader, community_id: int, plates: list[str], now_ms: int
) -> dict[str, list[MyParkingPass]]:
    """By plate, those that are not over, the first to end first."""
    passes: dict[str, list[MyParkingPass]] = {plate: [] for plate in plates}
    if not plates:
        return passes
    where = RightFilter(kinds=(ORDINARY, WHITELIST), community_id=community_id, plates=tuple(plates))
    rows = [row for row, _ in (await page_of(scope, db, where=where, page=PageRequest(1, MOST))).data]
    names = await spaces.names(scope, db, sorted({row.space_id for row in rows}))
    for row in sorted(rows, key=lambda right: (right.ends_ms is None, right.ends_ms or 0)):
        if row.ends_ms is None or row.ends_ms > now_ms:
            passes[row.plate].append(MyParkingPass(names.get(row.space_id, ""), row.starts_ms, row.ends_ms))
    return passes
