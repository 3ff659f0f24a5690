"""Emergencies: cars go home and nobody calls them, until a person ends it. Spec E 4.6 by way of the lifts' own calls."""

from typing import Final

import msgspec

from linli.domains.communities.queries.communities import community
from linli.domains.elevators.errors import NoLiftToLock
from linli.domains.elevators.models import emergencies, emergency_cars
from linli.domains.elevators.queries import emergencies as queries
from linli.domains.elevators.queries.emergencies import HOME, SENT, WAITING, Emergency, EmergencyCar, LiftHome
from linli.domains.elevators.queries.states import CarState, states_of
from linli.domains.elevators.rows import Shaft
from linli.domains.elevators.service import states
from linli.domains.elevators.service.shafts import CarState as Position
from linli.kernel import history, outbox
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules.lift_states import WHOLE

SEND_HOME: Final = "elevators.send_home"
PERSON: Final = "person"
DEVICE: Final = "device"
MOST_TRIES: Final = 8
"""By itself; then a person has them sent again."""
AGAIN_MS: Final = 15_000
LONGEST_REASON: Final = 100


class SendHome(msgspec.Struct, frozen=True):
    """Outbox payload: the cars that are not home yet are sent there."""

    tenant_id: str
    emergency_id: int


async def declare(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    space_id: int | None,
    reason: str,
    confirm: str,
    ids: Ids,
    now_ms: int,
) -> int:
    """By a person, who writes the community's name once more. Raises NotFound, BadInput, NoLiftToLock."""
    reason = " ".join(reason.split())
    if not reason:
        raise BadInput(field="reason", rule="blank")
    if len(reason) > LONGEST_REASON:
        raise BadInput(field="reason", rule="too_long", limit=LONGEST_REASON)
    if not reason.isprintable():
        raise BadInput(field="reason", rule="control_character")
    place = await community(scope, tx, community_id)
    if confirm.strip() != place.name:
        raise BadInput(field="confirm", rule="elevator.confirm", name=place.name)
    lifts = await queries.lifts_at(scope, tx, community_id=community_id, space_id=space_id)
    emergency = Emergency(
        ids.number(), scope.tenant, community_id, space_id, reason, PERSON, _caller(scope), now_ms
    )
    if not await _begin(scope, tx, emergency, lifts):
        raise NoLiftToLock
    return emergency.emergency_id


async def declare_by_device(
    scope: Scope, tx: Tx, *, community_id: int, lifts: list[LiftHome], device: str, ids: Ids, now_ms: int
) -> None:
    """A fire input. Lifts that are locked already stay so."""
    emergency = Emergency(
        ids.number(), scope.tenant, community_id, None, device, DEVICE, _caller(scope), now_ms
    )
    await _begin(scope, tx, emergency, lifts)


async def end(scope: Scope, tx: Tx, *, emergency_id: int, now_ms: int) -> None:
    """A person says that it is over; once more changes nothing. Raises NotFound."""
    emergency = await queries.emergency(scope, tx, emergency_id)
    if emergency.ended_ms is not None:
        return
    over = emergency._replace(ended_by=_caller(scope), ended_ms=now_ms)
    await tx.upsert(emergencies, [over._asdict()], keys=("emergency_id",), update=("ended_by", "ended_ms"))
    for iot_id in sorted({car.iot_id for car in await queries.cars_of(scope, tx, [emergency_id])}):
        await states.lock(
            scope, tx, iot_id=iot_id, community_id=over.community_id, emergency_id=None, now_ms=now_ms
        )
        await _note(scope, tx, over, iot_id, "emergency_ended", now_ms)


async def send_again(scope: Scope, tx: Tx, *, emergency_id: int) -> None:
    """Cars that are not home get all their tries anew. Raises NotFound."""
    emergency = await queries.emergency(scope, tx, emergency_id)
    if emergency.ended_ms is None:
        rows = await queries.cars_of(scope, tx, [emergency_id])
        await keep_cars(tx, [car._replace(tries=0) for car in rows if car.result != HOME])
        await _send(tx, emergency)


async def arrived(scope: Scope, tx: Tx, *, iot_id: str, positions: list[Position], at_ms: int) -> None:
    """Cars that stand at the floor that an emergency sent them to are home."""
    row = (await states_of(scope, tx, [iot_id]))[iot_id].get(WHOLE)
    if row is None or row.emergency_id is None:
        return
    standing = {
        position.elevator_id: position.current_position for position in positions if position.car_status == 0
    }
    cars = await queries.cars_of(scope, tx, [row.emergency_id])
    await keep_cars(
        tx,
        [
            car._replace(result=HOME, words="", at_ms=at_ms)
            for car in cars
            if car.iot_id == iot_id and car.result in (SENT, WAITING) and is_home(car, standing)
        ],
    )


def is_home(car: EmergencyCar, standing: dict[str, str]) -> bool:
    """`standing`: floor by number of the car. One that is called without a number is home with any."""
    floors = standing.values() if car.elevator_id == "" else [standing.get(car.elevator_id)]
    return bool(car.home_floor) and car.home_floor in floors


def standing_in(shaft: Shaft) -> dict[str, str]:
    return {car.elevator_id: car.position for car in shaft.cars if car.motion == 0}


async def keep_cars(tx: Tx, cars: list[EmergencyCar]) -> None:
    if cars:
        await tx.upsert(
            emergency_cars,
            [car._asdict() for car in cars],
            keys=("emergency_id", "iot_id", "elevator_id"),
            update=("result", "words", "tries", "at_ms"),
        )


async def _begin(scope: Scope, tx: Tx, emergency: Emergency, lifts: list[LiftHome]) -> bool:
    """Whether any lift was not locked before."""
    by_id = await states_of(scope, tx, [lift.device.iot_id for lift in lifts])
    free = [lift for lift in lifts if not _is_locked(by_id[lift.device.iot_id])]
    if not free:
        return False
    await tx.insert(emergencies, emergency._asdict())
    for lift in free:
        device = lift.device
        await states.lock(
            scope, tx, iot_id=device.iot_id, community_id=device.community_id,
            emergency_id=emergency.emergency_id, now_ms=emergency.started_ms,
        )  # fmt: skip
        cars = [
            EmergencyCar(
                emergency.emergency_id,
                device.iot_id,
                car,
                scope.tenant,
                device.community_id,
                lift.home_of(car),
            )
            for car in lift.cars
        ]
        await keep_cars(tx, cars)
        await _note(scope, tx, emergency, device.iot_id, "emergency", emergency.started_ms)
    await _send(tx, emergency)
    return True


async def _send(tx: Tx, emergency: Emergency) -> None:
    await outbox.add(tx, SEND_HOME, SendHome(emergency.tenant_id, emergency.emergency_id))


async def _note(scope: Scope, tx: Tx, emergency: Emergency, iot_id: str, action: str, now_ms: int) -> None:
    record = history.Record(states.HISTORY_KIND, iot_id, emergency.community_id)
    await history.note(scope, tx, record, action, now_ms=now_ms, reason=emergency.reason)


def _is_locked(rows: dict[str, CarState]) -> bool:
    return any(row.emergency_id is not None for row in rows.values())


def _caller(scope: Scope) -> str:
    return f"{scope.caller.kind}:{scope.caller.id}"
