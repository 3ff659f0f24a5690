"""Which car stands at a lane: from what its camera recognises, and from its `VehicleState`. Spec A 4.6."""

from typing import Final

from sqlalchemy import and_, bindparam, delete, update

from linli.domains.communities.events import SpaceDeleting
from linli.domains.parking.events import GateOpened, VehiclePassed
from linli.domains.parking.fees import stay_queries
from linli.domains.parking.queries.lanes import find_device
from linli.domains.parking.rows import LanePass
from linli.domains.parking.tickets import queries
from linli.domains.parking.tickets.models import lane_cars, lane_codes
from linli.domains.parking.tickets.rows import LaneCar
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.scope import Scope
from linli.things.inbox.messages import Message

STATE: Final = "VehicleState"
NOBODY, STANDS = 0, 1
SAME_CAR_MS: Final = 30_000
"""A camera that reads again so soon after a ticket was taken saw the same car."""
HAS_PLATE: Final = 1
"""In the place of the time at which a ticket was taken: the car needs none."""
_NORMAL: Final = 0
_lane = and_(in_scope(lane_cars), lane_cars.c.lane_id == bindparam("lane", type_=INT))
_gone = Command(delete(lane_cars).where(_lane))
_seen = Command(update(lane_cars).where(_lane).values(seen_ms=bindparam("now", type_=INT)))
_taken = Command(
    update(lane_cars).where(_lane, lane_cars.c.taken_ms == 0).values(taken_ms=bindparam("now", type_=INT))
)
_plate_read = Command(
    update(lane_cars)
    .where(
        _lane,
        lane_cars.c.taken_ms == 0,
        lane_cars.c.pass_id == bindparam("passing", type_=INT),
        lane_cars.c.seen_ms >= bindparam("since", type_=INT),
    )
    .values(taken_ms=HAS_PLATE)
)
_drop_code = Command(
    delete(lane_codes).where(in_scope(lane_codes), lane_codes.c.lane_id == bindparam("lane", type_=INT))
)


async def passed(tx: Tx, event: VehiclePassed) -> None:
    """Inline: a car without a plate came to a lane; one with a plate took its place."""
    scope = Scope.system(event.tenant_id, "parking")
    row = await stay_queries.vehicle_pass(scope, tx, community_id=event.community_id, pass_id=event.pass_id)
    if row.open_type != _NORMAL:
        await _taken.run(tx, scope, lane=row.lane_id, now=row.received_ms)
        return
    before = await queries.car_at(scope, tx, row.lane_id)
    is_same = before is not None and before.taken_ms and row.received_ms - before.taken_ms < SAME_CAR_MS
    if is_same and not row.plate:
        return
    taken_ms = HAS_PLATE if row.plate else 0
    now_ms = row.received_ms
    car = LaneCar(row.lane_id, row.tenant_id, row.community_id, row.id, now_ms, now_ms, taken_ms)
    await tx.upsert(
        lane_cars, [car._asdict()], keys=("lane_id",),
        update=("tenant_id", "community_id", "pass_id", "since_ms", "seen_ms", "taken_ms"),
    )  # fmt: skip


async def take(scope: Scope, tx: Tx, row: LanePass, *, now_ms: int) -> bool:
    """The car of a pass without plate has one after all. False: it does not wait any more, or has a ticket by now."""
    since_ms = now_ms - queries.WAIT_MS
    return bool(await _plate_read.run(tx, scope, lane=row.lane_id, passing=row.id, since=since_ms))


async def state_posted(tx: Tx, message: Message) -> None:
    """`VehicleState`: 1 a car stands there, 0 none does; 2 says nothing. Other kinds of devices are at no lane."""
    state, device = message.values.get(STATE), message.device
    if state not in (NOBODY, STANDS):
        return
    scope = Scope.system(device.tenant_id, "parking")
    row = await find_device(scope, tx, iot_id=device.iot_id)
    if row is None:
        return
    if state == NOBODY:
        await _gone.run(tx, scope, lane=row.lane_id)
        return
    now_ms = message.received_ms
    car = LaneCar(row.lane_id, row.tenant_id, row.community_id, 0, now_ms, now_ms, 0)
    await tx.upsert(lane_cars, [car._asdict()], keys=("lane_id",))
    await _seen.run(tx, scope, lane=row.lane_id, now=now_ms)


async def gate_opened(tx: Tx, event: GateOpened) -> None:
    """Inline: the barrier went up for the car that stands there; the next one is another car."""
    scope = Scope.system(event.tenant_id, "parking")
    await _taken.run(tx, scope, lane=event.lane_id, now=tx.db.clock.now_ms())


async def space_deleting(tx: Tx, event: SpaceDeleting) -> None:
    """Inline: a lane that goes has no code and no car."""
    scope = Scope.system(event.tenant_id, "parking")
    await _gone.run(tx, scope, lane=event.space_id)
    await _drop_code.run(tx, scope, lane=event.space_id)
