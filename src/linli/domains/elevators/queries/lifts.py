"""Lifts with their cars and floors."""

from sqlalchemy import bindparam, select

from linli.domains.elevators.models import cars, floors, lifts
from linli.domains.elevators.rows import Car, Floor, Lift, Shaft
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope

_lifts = Query(
    select(lifts).where(in_scope(lifts), any_of(lifts.c.iot_id, "iot_ids")).order_by(lifts.c.iot_id), Lift
)
_cars = Query(
    select(cars)
    .where(in_scope(cars), any_of(cars.c.iot_id, "iot_ids"))
    .order_by(cars.c.iot_id, cars.c.elevator_id),
    Car,
)
_floors = Query(
    select(floors)
    .where(in_scope(floors), any_of(floors.c.iot_id, "iot_ids"))
    .order_by(floors.c.iot_id, floors.c.elevator_id, floors.c.place),
    Floor,
)

_lift_ids = Query(
    select(lifts.c.iot_id)
    .where(in_scope(lifts))
    .order_by(lifts.c.iot_id)
    .limit(bindparam("limit", type_=INT))
)


async def lift_ids(scope: Scope, db: Reader, *, most: int) -> list[str]:
    """iotIds of the lifts that were read at least once."""
    return [iot_id for (iot_id,) in await _lift_ids.all(db, scope, limit=most)]


async def shaft(scope: Scope, db: Reader, iot_id: str) -> Shaft:
    """What is known of a lift."""
    return (await shafts(scope, db, [iot_id]))[iot_id]


async def shafts(scope: Scope, db: Reader, iot_ids: list[str]) -> dict[str, Shaft]:
    """By iotId; one that was never read is there, and empty."""
    by_id = {iot_id: Shaft(None, [], []) for iot_id in iot_ids}
    if not iot_ids:
        return by_id
    for lift in await _lifts.all(db, scope, iot_ids=iot_ids):
        by_id[lift.iot_id] = Shaft(lift, [], [])
    for car in await _cars.all(db, scope, iot_ids=iot_ids):
        by_id[car.iot_id].cars.append(car)
    for floor in await _floors.all(db, scope, iot_ids=iot_ids):
        by_id[floor.iot_id].floors.append(floor)
    return by_id
