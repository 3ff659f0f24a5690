"""Calling a lift from afar. Spec E 3.5 F8."""

from typing import Final, NamedTuple

from linli.delivery.ports import Invoker
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.service.products import whole
from linli.domains.elevators.errors import LiftRefused
from linli.domains.elevators.queries import lifts as queries
from linli.domains.elevators.service import people_calls, shafts, states, waits
from linli.domains.elevators.service.linkages import check_floor, require_project_key
from linli.kernel import history
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.things.queries.devices import get_device
from linli.things.queries.products import get_product

CALL: Final = "CloudCallElevator"
TIMEOUT_S: Final = 14.0


class Ride(NamedTuple):
    """Where from and, if it is known, where to, in the lift's own names."""

    start_floor: str
    start_room: str = ""
    target_floor: str = ""
    target_room: str = ""


async def require_lift(scope: Scope, db: Reader, *, iot_id: str) -> None:
    """Raises BadInput for what is no lift in sight."""
    if not iot_id.strip():
        raise BadInput(field="iotId", rule="blank")
    try:
        device = await get_device(scope, db, iot_id=iot_id)
    except NotFound:
        raise BadInput(field="iotId", rule="unknown") from None
    model = (await get_product(whole(scope), db, product_key=device.product_key)).model()
    if CALL not in model.service_by_id:
        raise BadInput(field="iotId", rule="edge.no_lift", device=device.nickname or device.device_name)


async def call(scope: Scope, db: Database, invoker: Invoker, *, iot_id: str, ride: Ride, now_ms: int) -> None:
    """The car comes to the start, and goes on to the target; a lift that never told of its floors is asked first.

    Raises BadInput, ProjectKeyNeeded, LiftOut, LiftRefused, LiftUnreadable, and what the call raises (offline, no answer
    in time)."""
    await require_lift(scope, db, iot_id=iot_id)
    behind = await gateway_queries.device_of(scope, db, iot_id)
    if behind is not None:
        gateway = await gateway_queries.gateway(whole(scope), db, behind.gateway_id)
        await require_project_key(scope, db, gateway, "iotId")
    if not ride.start_floor:
        raise BadInput(field="startFloor", rule="blank")
    shaft = await queries.shaft(scope, db, iot_id)
    if shaft.lift is None:
        await shafts.read(db, invoker, scope, iot_id=iot_id, now_ms=now_ms)
        shaft = await queries.shaft(scope, db, iot_id)
    check_floor(shaft, "", ride.start_floor, ride.start_room, fields=("startFloor", "startRoomNo"))
    check_floor(shaft, "", ride.target_floor, ride.target_room, fields=("targetFloor", "targetRoomNo"))
    floors = (ride.start_floor, ride.target_floor)
    car = await states.require_car(scope, db, iot_id=iot_id, floors=floors, now_ms=now_ms)
    named = {
        "ElevatorID": car,
        "StartFloor": ride.start_floor,
        "StartRoomNumber": ride.start_room,
        "TargetFloor": ride.target_floor,
        "TargetRoomNumber": ride.target_room,
    }
    args = {name: value for name, value in named.items() if value}
    answer = await invoker.invoke(scope, iot_id, CALL, args, timeout_s=TIMEOUT_S)
    if code := int(answer.get("code") or 0):
        raise LiftRefused(why=str(answer.get("message", "")), lift_code=code)
    device = await get_device(scope, db, iot_id=iot_id)
    own = Scope.system(device.tenant_id, "elevators")

    async def count(tx: Tx) -> None:
        community_id = device.community_id
        await people_calls.note(own, tx, iot_id=iot_id, community_id=community_id, at_ms=now_ms)
        await waits.called(
            own,
            tx,
            iot_id=iot_id,
            community_id=community_id,
            floor=ride.start_floor,
            at_ms=now_ms,
            now_ms=now_ms,
        )

    await db.run(count)


async def call_and_note(
    scope: Scope, db: Database, invoker: Invoker, *, iot_id: str, ride: Ride, now_ms: int
) -> None:
    """The same for a person, of whom the lift's history tells. Raises as `call`, and NotFound."""
    device = await get_device(scope, db, iot_id=iot_id)
    await call(scope, db, invoker, iot_id=iot_id, ride=ride, now_ms=now_ms)
    record = history.Record(states.HISTORY_KIND, iot_id, device.community_id)
    after = {"floor": ride.start_floor, "to": ride.target_floor}
    async with db.begin() as tx:
        await history.note(scope, tx, record, "called", now_ms=now_ms, after=after)
