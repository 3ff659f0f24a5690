"""What lifts tell of themselves is kept: cars, floors with their own names, where each car is. Spec E 4.6, G A22-A27."""

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.delivery.ports import Invoker
from linli.domains.boxes.passage import lift_orders
from linli.domains.elevators.errors import LiftRefused, LiftUnreadable
from linli.domains.elevators.models import car_states, cars, floors, lifts, open_calls, waits
from linli.domains.elevators.queries import lifts as queries
from linli.domains.elevators.rows import ALL, MODES, Car, Floor, Lift
from linli.domains.elevators.service import states
from linli.kernel.db import INT, Command, Database, Tx, in_scope
from linli.kernel.errors import LinliError
from linli.kernel.scope import Scope
from linli.kernel.telemetry import logger
from linli.things.queries.devices import find_devices, get_device

log = logger(__name__)
INFO: Final = "QueryElevatorInfo"
STATUS: Final = "ElevatorStatus"
TIMEOUT_S: Final = 14.0
MOST_CARS: Final = 256
MOST_FLOORS: Final = 2_000
"""Rows of one lift's answer that are kept."""


class _CarInfo(msgspec.Struct, rename="pascal"):
    elevator_id: str = msgspec.field(name="ElevatorID", default="")
    elevator_name: str = ""
    is_dual_card_door: bool | int = False


class _FloorInfo(msgspec.Struct, rename="pascal"):
    floor: str
    elevator_id: str = msgspec.field(name="ElevatorID", default="")
    room_number: str = ""


class LiftInfo(msgspec.Struct, rename="pascal"):
    """Outputs of `QueryElevatorInfo`."""

    elevator_mode: str = ALL
    elevator_info: list[_CarInfo] = []
    floor_room_info: list[_FloorInfo] = []
    code: int = 0
    message: str = ""


class CarState(msgspec.Struct, rename="pascal"):
    """One element of `ElevatorStatus`."""

    elevator_id: str = msgspec.field(name="ElevatorID", default="")
    current_position: str = ""
    car_status: int = -1
    car_direction: int = -1


_TABLES: Final = (lifts, cars, floors, car_states, open_calls, waits)
_clear_floors = Command(delete(floors).where(in_scope(floors), floors.c.iot_id == bindparam("lift")))
_clear_cars = Command(delete(cars).where(in_scope(cars), cars.c.iot_id == bindparam("lift")))
_forget = [
    Command(delete(table).where(in_scope(table), table.c.iot_id == bindparam("lift"))) for table in _TABLES
]
_move = [
    Command(
        update(table)
        .where(in_scope(table), table.c.iot_id == bindparam("lift"))
        .values(community_id=bindparam("to_community", type_=INT))
    )
    for table in _TABLES
]


async def read(db: Database, invoker: Invoker, scope: Scope, *, iot_id: str, now_ms: int) -> None:
    """Ask a lift for its cars and floors, and keep them. Raises LiftRefused, LiftUnreadable, what the call raises."""
    answer = await invoker.invoke(scope, iot_id, INFO, {}, timeout_s=TIMEOUT_S)
    try:
        info = msgspec.convert(answer, LiftInfo, strict=False)
    except msgspec.ValidationError as error:
        raise LiftUnreadable from error
    if info.code:
        raise LiftRefused(why=info.message, lift_code=info.code)
    await db.run(lambda tx: keep(scope, tx, iot_id=iot_id, info=info, now_ms=now_ms))


async def read_once(db: Database, invoker: Invoker, scope: Scope, *, iot_id: str, now_ms: int) -> None:
    """`read` one that never told of itself, so that floors are checked; one that cannot be asked is left as it is."""
    devices = await find_devices(scope, db, iot_ids=[iot_id])
    if (
        any(device.state == "online" for device in devices)
        and (await queries.shaft(scope, db, iot_id)).lift is None
    ):
        try:
            await read(db, invoker, scope, iot_id=iot_id, now_ms=now_ms)
        except LinliError as error:
            log.info("lift %s is not read before a linkage: %s", iot_id, error)


async def keep(scope: Scope, tx: Tx, *, iot_id: str, info: LiftInfo, now_ms: int) -> None:
    """In place of what was known; where the cars are stays. Raises NotFound for a device that is gone."""
    device = await get_device(scope, tx, iot_id=iot_id)
    own = Scope.system(device.tenant_id, "elevators")
    mode = info.elevator_mode if info.elevator_mode in MODES else ALL
    cars_before = {car.elevator_id: car for car in (await queries.shaft(own, tx, iot_id)).cars}
    place = (iot_id, device.tenant_id, device.community_id)
    await tx.upsert(
        lifts,
        [Lift(*place, mode, now_ms)._asdict()],
        keys=("iot_id",),
        update=("community_id", "mode", "read_ms"),
    )
    await _clear_cars.run(tx, own, lift=iot_id)
    await _clear_floors.run(tx, own, lift=iot_id)
    car_rows = {}
    for car_info in info.elevator_info[:MOST_CARS]:
        there = cars_before.get(car_info.elevator_id)
        car_rows[car_info.elevator_id] = Car(
            iot_id, car_info.elevator_id, device.tenant_id, device.community_id, car_info.elevator_name,
            int(bool(car_info.is_dual_card_door)), *(there[6:] if there is not None else ("", -1, -1, None)),
        )  # fmt: skip
    if car_rows:
        await tx.insert_many(cars, [row._asdict() for row in car_rows.values()])
    if floor_rows := _floor_rows(info, iot_id, device.tenant_id, device.community_id):
        await tx.insert_many(floors, [row._asdict() for row in floor_rows])
    await states.tell_box(own, tx, iot_id=iot_id, now_ms=now_ms)


def _floor_rows(info: LiftInfo, iot_id: str, tenant_id: str, community_id: int | None) -> list[Floor]:
    """One row a floor of a car, with all of its rooms, in the order in which the lift lists them."""
    rooms: dict[tuple[str, str], list[str]] = {}
    for row in info.floor_room_info[:MOST_FLOORS]:
        of_floor = rooms.setdefault((row.elevator_id, row.floor), [])
        if row.room_number and row.room_number not in of_floor:
            of_floor.append(row.room_number)
    return [
        Floor(iot_id, car, place, tenant_id, community_id, floor, json.dumps(names, ensure_ascii=False))
        for place, ((car, floor), names) in enumerate(rooms.items())
    ]


def positions_in(reported: list[Mapping[str, Any]]) -> list[CarState]:
    """Raises ValidationError."""
    return msgspec.convert(reported[:MOST_CARS], list[CarState], strict=False)


async def keep_states(
    scope: Scope,
    tx: Tx,
    *,
    iot_id: str,
    community_id: int | None,
    reported: list[Mapping[str, Any]],
    at_ms: int,
) -> None:
    """Where the cars are, as their lift reports. Raises ValidationError: the message is parked."""
    positions = positions_in(reported)
    rows = {
        state.elevator_id: Car(
            iot_id, state.elevator_id, scope.tenant, community_id, "", 0, state.current_position,
            state.car_status, state.car_direction, at_ms,
        )._asdict()
        for state in positions
    }  # fmt: skip
    if rows:
        await tx.upsert(
            cars,
            list(rows.values()),
            keys=("iot_id", "elevator_id"),
            update=("position", "motion", "direction", "state_ms"),
        )


async def forget(tx: Tx, *, tenant_id: str, iot_id: str) -> None:
    """The device is gone."""
    scope = Scope.system(tenant_id, "elevators")
    for command in _forget:
        await command.run(tx, scope, lift=iot_id)
    await lift_orders.forget(scope, tx, iot_id=iot_id)


async def move(tx: Tx, *, tenant_id: str, iot_id: str, community_id: int | None) -> None:
    """The device stands in another community, or in none."""
    scope = Scope.system(tenant_id, "elevators")
    for command in _move:
        await command.run(tx, scope, lift=iot_id, to_community=community_id)
