"""Codes of lanes, the cars before them, and tickets. What has no scope was named by a secret of its own."""

from typing import Final

from sqlalchemy import and_, bindparam, select

from linli.domains.parking.fees.models import stays
from linli.domains.parking.fees.rows import StayRow
from linli.domains.parking.fees.stay_queries import INSIDE
from linli.domains.parking.tickets.models import lane_cars, lane_codes, tickets
from linli.domains.parking.tickets.rows import LaneCar, LaneCode, Ticket
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope

WAIT_MS: Final = 5 * 60_000
"""So long after its last sign a car is believed to stand before the barrier."""
MOST: Final = 60
_of_code = Query(
    select(lane_codes).where(lane_codes.c.code == bindparam("code")),
    LaneCode,
    unscoped="whoever stands at the lane reads its code",
)
_of_lane = Query(
    select(lane_codes).where(in_scope(lane_codes), lane_codes.c.lane_id == bindparam("lane_id", type_=INT)),
    LaneCode,
)
_car = Query(
    select(lane_cars).where(in_scope(lane_cars), lane_cars.c.lane_id == bindparam("lane_id", type_=INT)),
    LaneCar,
)
_cars = Query(
    select(lane_cars)
    .where(in_scope(lane_cars), any_of(lane_cars.c.lane_id, "lane_ids"))
    .order_by(lane_cars.c.lane_id),
    LaneCar,
)
_ticket = Query(
    select(tickets).where(tickets.c.token_hash == bindparam("token_hash")),
    Ticket,
    unscoped="the phone's secret names its ticket",
)
_inside = Query(
    select(stays)
    .join(tickets, tickets.c.stay_id == stays.c.stay_id)
    .where(
        and_(
            in_scope(stays),
            stays.c.community_id == bindparam("community_id", type_=INT),
            stays.c.state == INSIDE,
            stays.c.in_ms >= bindparam("since", type_=INT),
            stays.c.in_ms < bindparam("until", type_=INT),
        )
    )
    .order_by(stays.c.in_ms.desc(), stays.c.stay_id.desc())
    .limit(bindparam("limit", type_=INT)),
    StayRow,
)


async def of_code(db: Reader, code: str) -> LaneCode | None:
    return await _of_code.one(db, code=code)


async def of_lane(scope: Scope, db: Reader, lane_id: int) -> LaneCode | None:
    return await _of_lane.one(db, scope, lane_id=lane_id)


async def car_at(scope: Scope, db: Reader, lane_id: int) -> LaneCar | None:
    """The last car of which a lane's camera gave a sign."""
    return await _car.one(db, scope, lane_id=lane_id)


async def waiting_car(scope: Scope, db: Reader, lane_id: int, *, now_ms: int) -> LaneCar | None:
    """The car that stands before the barrier and has no ticket yet."""
    car = await car_at(scope, db, lane_id)
    return car if car is not None and not car.taken_ms and now_ms - car.seen_ms <= WAIT_MS else None


async def cars_at(scope: Scope, db: Reader, lane_ids: list[int], *, now_ms: int) -> list[LaneCar]:
    """Cars that stand before the barriers of these lanes, whether they have a ticket or a plate or neither."""
    rows = await _cars.all(db, scope, lane_ids=sorted(lane_ids))
    return [row for row in rows if now_ms - row.seen_ms <= WAIT_MS]


async def ticket_of(db: Reader, token_hash: str) -> Ticket | None:
    return await _ticket.one(db, token_hash=token_hash)


async def inside_without_plate(
    scope: Scope, db: Reader, *, community_id: int, since_ms: int, until_ms: int
) -> list[StayRow]:
    """Cars inside whose ticket is a phone, that came in that time; the last first, at most 60."""
    return await _inside.all(db, scope, community_id=community_id, since=since_ms, until=until_ms, limit=MOST)
