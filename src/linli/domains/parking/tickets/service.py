"""A ticket is taken where a car waits, and used at an exit where a car waits; codes of lanes are made and renewed."""

import hashlib
from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, delete, update

from linli.domains.communities.queries import spaces
from linli.domains.communities.rows import Space
from linli.domains.communities.space_rules import LANE
from linli.domains.parking.fees import exit_queries, exits, lots, places, stay_queries, stays
from linli.domains.parking.fees.bills import note
from linli.domains.parking.fees.errors import StayOver
from linli.domains.parking.fees.labels import new_label
from linli.domains.parking.fees.rows import StayRow
from linli.domains.parking.fees.stay_queries import INSIDE
from linli.domains.parking.models import passes
from linli.domains.parking.queries.lanes import device_at
from linli.domains.parking.queries.settings import require_own
from linli.domains.parking.rows import LaneDevice, LanePass
from linli.domains.parking.tickets import queries
from linli.domains.parking.tickets.errors import LotFull, NoCarWaits, OtherLot
from linli.domains.parking.tickets.models import lane_cars, lane_codes, tickets
from linli.domains.parking.tickets.rows import LaneCode, Ticket
from linli.kernel import history, outbox
from linli.kernel.db import INT, Command, Reader, Tx, in_scope
from linli.kernel.db.partitions import day_of
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules.parking_entry import PARK_RECORD_V2, Standing

LET_IN: Final = "parking.let_in"
HISTORY_KIND: Final = "parking_lane_code"
CODE_LENGTH: Final = 22
"""131 bits: nobody finds one by trying."""
TOKEN_LENGTH: Final = 32
KEPT_MS: Final = 180 * 86_400_000
"""So long a phone is known for the car with which it came."""
_OUT: Final = 1
_car = and_(in_scope(lane_cars), lane_cars.c.lane_id == bindparam("lane", type_=INT))
_take = Command(
    update(lane_cars)
    .where(
        _car,
        lane_cars.c.taken_ms == 0,
        lane_cars.c.pass_id == bindparam("passing", type_=INT),
        lane_cars.c.seen_ms >= bindparam("since", type_=INT),
    )
    .values(taken_ms=bindparam("now", type_=INT))
)
"""Of fifty who scan at once one takes the ticket."""
_name_pass = Command(update(lane_cars).where(_car).values(pass_id=bindparam("to_pass", type_=INT)))
_opened = Command(
    update(tickets)
    .where(in_scope(tickets), tickets.c.stay_id == bindparam("staying", type_=INT), tickets.c.opened_ms == 0)
    .values(opened_ms=bindparam("now", type_=INT))
)
_purge = Command(
    delete(tickets).where(tickets.c.created_ms < bindparam("before", type_=INT)),
    unscoped="kept their time",
)
_drop_code = Command(
    delete(lane_codes).where(in_scope(lane_codes), lane_codes.c.lane_id == bindparam("lane", type_=INT))
)


class AtEntry(msgspec.Struct, frozen=True):
    """Outbox payload: the car of a stay that began by its ticket."""

    tenant_id: str
    community_id: int
    lane_id: int
    stay_id: int


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def lane_of(scope: Scope, db: Reader, lane_id: int) -> Space:
    """Raises NotFound for a space that is no lane."""
    lane = await spaces.space(scope, db, lane_id)
    if lane.kind != LANE:
        raise NotFound(what="lane", id=lane_id)
    return lane


async def enter(scope: Scope, tx: Tx, *, lane_id: int, token: str, ids: Ids, now_ms: int) -> StayRow:
    """The car that waits at an entrance becomes a stay whose ticket is the phone with this token; its barrier is asked
    to open.

    Raises NotFound, NoCarWaits, OtherLot for an entrance of no lot, LotFull, ServiceOff, OtherProvider, LaneEmpty.
    """
    lane = await lane_of(scope, tx, lane_id)
    device = await device_at(scope, tx, lane_id=lane_id)
    await require_own(scope, tx, community_id=device.community_id)
    lot_id = await lots.lot_of(scope, tx, lane.parent_id or 0)
    if lane.direction == _OUT or lot_id is None or lot_id != lane.parent_id:
        raise OtherLot()
    free = await places.left(scope, tx, community_id=lane.community_id, lot_id=lot_id)
    if free is not None and free <= 0:
        raise LotFull()
    car = await queries.waiting_car(scope, tx, lane_id, now_ms=now_ms)
    if car is None or not await _take.run(
        tx, scope, lane=lane_id, passing=car.pass_id, since=now_ms - queries.WAIT_MS, now=now_ms
    ):
        raise NoCarWaits()
    row = await _pass(scope, tx, device, lane, car.pass_id, car.since_ms, ids, now_ms)
    label = new_label(ids)
    while await stay_queries.held_inside(scope, tx, community_id=row.community_id, plate=label) is not None:
        label = new_label(ids)
    stay = stays.begun(row, lot_id)._replace(plate=label, in_ms=now_ms)
    stay = await stays.with_tariff(scope, tx, stay)
    await stays.insert(tx, stay)
    await _purge.run(tx, before=now_ms - KEPT_MS)
    ticket = Ticket(stay.stay_id, stay.tenant_id, stay.community_id, hashed(token), now_ms, 0)
    await tx.insert(tickets, ticket._asdict())
    await note(scope, tx, stay, "ticket_taken", now_ms, after={"plate": label})
    job = AtEntry(stay.tenant_id, stay.community_id, lane_id, stay.stay_id)
    await outbox.add(tx, LET_IN, job, key=f"entry:{lane_id}")
    return stay


async def mark_opened(scope: Scope, tx: Tx, stay_id: int, *, now_ms: int) -> bool:
    """Whether the barrier is to open for a ticket now: once."""
    return bool(await _opened.run(tx, scope, staying=stay_id, now=now_ms))


async def stand_at(
    scope: Scope, tx: Tx, *, stay_id: int, lane_id: int, ids: Ids, now_ms: int, reason: str = ""
) -> None:
    """The car of a stay stands at this exit: it is let out when nothing is due.

    `reason`: a person at the seat says so, and no sign of the camera is needed. Raises NotFound, StayOver, NoCarWaits,
    OtherLot, ServiceOff, OtherProvider, LaneEmpty.
    """
    stay = await stay_queries.held_stay(scope, tx, stay_id)
    if stay.state != INSIDE:
        raise StayOver()
    lane = await lane_of(scope, tx, lane_id)
    if lane.direction != _OUT or await lots.lot_of(scope, tx, lane.parent_id or 0) != stay.lot_id:
        raise OtherLot()
    device = await device_at(scope, tx, lane_id=lane_id)
    await require_own(scope, tx, community_id=device.community_id)
    before = await exit_queries.waiting_at(tx, lane_id)
    if before is not None and before.stay_id == stay_id:
        row = await stay_queries.vehicle_pass(
            scope, tx, community_id=stay.community_id, pass_id=before.pass_id
        )
        await exits.stand(scope, tx, stay, row)
        return
    car = await queries.waiting_car(scope, tx, lane_id, now_ms=now_ms)
    if car is None and not reason:
        raise NoCarWaits()
    pass_id, since_ms = (car.pass_id, car.since_ms) if car is not None else (0, now_ms)
    row = await _pass(scope, tx, device, lane, pass_id, since_ms, ids, now_ms)
    await _name_pass.run(tx, scope, lane=lane_id, to_pass=row.id)
    await exits.stand(scope, tx, stay, row)
    if reason:
        await note(scope, tx, stay, "stood_at_exit", now_ms, after={"lane": lane.name, "reason": reason})


async def _pass(
    scope: Scope,
    tx: Tx,
    device: LaneDevice,
    lane: Space,
    pass_id: int,
    since_ms: int,
    ids: Ids,
    now_ms: int,
) -> LanePass:
    """The camera's pass of the car that waits; where it said no more than that one stands there, a pass of our own."""
    if pass_id:
        return await stay_queries.vehicle_pass(scope, tx, community_id=device.community_id, pass_id=pass_id)
    row = LanePass(
        id=ids.number(),
        day=day_of(now_ms),
        tenant_id=device.tenant_id,
        community_id=device.community_id,
        lane_id=device.lane_id,
        area_id=lane.parent_id or 0,
        iot_id=device.iot_id,
        lane_name=lane.name,
        direction=lane.direction or 0,
        open_type=0,
        permission=PARK_RECORD_V2[Standing.NO_PLATE],
        plate="",
        read_as="",
        plate_color=None,
        car_color="",
        brand="",
        reliability=None,
        picture="",
        passed_ms=since_ms,
        received_ms=now_ms,
    )
    await tx.insert(passes, row._asdict())
    return row


# codes


async def renew(scope: Scope, tx: Tx, *, lane: Space, ids: Ids, now_ms: int) -> LaneCode:
    """A new code for a lane: what was printed leads nowhere any more. Raises BadInput for a lane inside a lot."""
    lot_id = await lots.lot_of(scope, tx, lane.parent_id or 0)
    if lot_id is None or lot_id != lane.parent_id:
        raise BadInput(field="laneId", rule="ticket.inner_lane")
    before = await queries.of_lane(scope, tx, lane.space_id)
    row = LaneCode(
        lane.space_id, lane.tenant_id, lane.community_id, ids.token(CODE_LENGTH),
        1 if before is None else before.is_on, now_ms,
    )  # fmt: skip
    await tx.upsert(lane_codes, [row._asdict()], keys=("lane_id",), update=("code", "changed_ms"))
    await _note(scope, tx, row, "created" if before is None else "code_renewed", now_ms)
    return row


async def switch(scope: Scope, tx: Tx, *, row: LaneCode, is_on: bool, now_ms: int) -> LaneCode:
    """Out of use for a while; what was printed stays good."""
    after = row._replace(is_on=int(is_on), changed_ms=now_ms)
    await tx.upsert(lane_codes, [after._asdict()], keys=("lane_id",), update=("is_on", "changed_ms"))
    await _note(scope, tx, row, "changed", now_ms, before={"isOn": bool(row.is_on)}, after={"isOn": is_on})
    return after


async def remove(scope: Scope, tx: Tx, *, row: LaneCode, now_ms: int) -> None:
    await _drop_code.run(tx, scope, lane=row.lane_id)
    await _note(scope, tx, row, "deleted", now_ms)


async def _note(
    scope: Scope,
    tx: Tx,
    row: LaneCode,
    action: str,
    now_ms: int,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    record = history.Record(HISTORY_KIND, str(row.lane_id), row.community_id)
    await history.note(scope, tx, record, action, now_ms=now_ms, before=before or {}, after=after or {})
