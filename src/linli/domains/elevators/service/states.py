"""Operating states of cars: what their lift tells, what a person says by hand, and which car may be called. Spec E 4.6.

A lift tells by its running modes, or once by an event that something happened and never that it is over: that a person
says.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from linli.domains.access.rows import AlarmSource
from linli.domains.access.service import alarms
from linli.domains.boxes.passage import lift_orders
from linli.domains.elevators.errors import LiftOut, LiftSaysSo
from linli.domains.elevators.models import car_states
from linli.domains.elevators.queries import lifts as queries
from linli.domains.elevators.queries.emergencies import last_end_ms
from linli.domains.elevators.queries.states import CarState, home_of, states_of, words
from linli.kernel import history
from linli.kernel.db import Reader, Tx
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.rules import lift_states
from linli.rules.lift_states import EMERGENCY, NORMAL, TRAPPED, WHOLE, Choice
from linli.things.queries.devices import find_devices, get_device

MODES: Final = "ElevatorRunningMode"
"""Property with a mode for each car."""
MODE: Final = "RunningMode"
"""Property of a control unit, of all its cars."""
MOST_CARS: Final = 256
LONGEST_REASON: Final = 100
HISTORY_KIND: Final = "lift"


class _CarMode(msgspec.Struct, rename="pascal"):
    elevator_id: str = msgspec.field(name="ElevatorID", default="")
    running_mode: int = 0


def modes_in(values: Mapping[str, Any]) -> dict[str, str]:
    """States by car in a report of properties. Raises ValidationError."""
    states: dict[str, str] = {}
    if MODE in values:
        states[WHOLE] = lift_states.state_of(msgspec.convert(values[MODE], int, strict=False))
    if MODES in values:
        for mode in msgspec.convert(values[MODES][:MOST_CARS], list[_CarMode], strict=False):
            states[mode.elevator_id] = lift_states.state_of(mode.running_mode)
    return states


async def keep_told(
    scope: Scope,
    tx: Tx,
    *,
    iot_id: str,
    states: Mapping[str, str],
    at_ms: int,
    alarm_id: int = 0,
    once: bool = False,
) -> None:
    """What a lift tells of its cars. Somebody trapped is an alarm, until the lift tells that nobody is, or a person
    closes it. `alarm_id` 0: another room raises it."""
    devices = await find_devices(scope, tx, iot_ids=[iot_id])
    if not devices:
        return
    device = devices[0]
    before = (await states_of(scope, tx, [iot_id]))[iot_id]
    now = dict(before)
    for car, reported in states.items():
        row = before.get(car) or CarState(iot_id, car, device.tenant_id, device.community_id)
        if row.reported != reported:
            now[car] = row._replace(reported=reported, once=int(once), reported_ms=at_ms)
    changed = [row for car, row in now.items() if before.get(car) != row]
    if not changed:
        return
    await _keep(tx, changed)
    if device.community_id is None or not alarm_id:
        return
    source = AlarmSource(iot_id, device.tenant_id, device.community_id, device.nickname or device.device_name)
    if any(row.reported == TRAPPED for row in changed):
        await alarms.raise_alarm(
            tx,
            door=source,
            kind=alarms.TRAPPED,
            alarm_id=alarm_id,
            at_ms=at_ms,
            received_ms=at_ms,
            lasts=True,
        )
    elif _trapped(before.values()) and not _trapped(now.values()):
        await alarms.end_alarm(tx, door=source, kind=alarms.TRAPPED, at_ms=at_ms)


async def take_out(
    scope: Scope, tx: Tx, *, iot_id: str, car: str, reason: str, until_ms: int | None, now_ms: int
) -> None:
    """By hand, with a reason that residents read too. Raises NotFound, BadInput."""
    reason = " ".join(reason.split())
    if not reason:
        raise BadInput(field="reason", rule="blank")
    if len(reason) > LONGEST_REASON:
        raise BadInput(field="reason", rule="too_long", limit=LONGEST_REASON)
    if not reason.isprintable():
        raise BadInput(field="reason", rule="control_character")
    if until_ms is not None and until_ms <= now_ms:
        raise BadInput(field="untilMs", rule="elevator.past")
    row = await _row(scope, tx, iot_id, car)
    new = row._replace(out=1, reason=reason, until_ms=until_ms, out_ms=now_ms)
    await _change(scope, tx, row, new, "taken_out", now_ms)


async def put_back(scope: Scope, tx: Tx, *, iot_id: str, car: str, now_ms: int) -> None:
    """In service again; what the lift told once is over, too. Raises NotFound, BadInput, LiftSaysSo,
    LiftOut while an emergency locks it."""
    row = await _row(scope, tx, iot_id, car)
    if row.emergency_id is not None:
        raise LiftOut(state=EMERGENCY)
    if row.reported != NORMAL and not row.once:
        raise LiftSaysSo(state=row.reported)
    new = row._replace(reported=NORMAL, once=0, out=0, reason="", until_ms=None, out_ms=None)
    await _change(scope, tx, row, new, "put_back", now_ms)


async def set_home(scope: Scope, tx: Tx, *, iot_id: str, car: str, floor: str, now_ms: int) -> None:
    """Where a car, or all of a lift, is sent in an emergency; empty: as its doors and floors tell.

    Raises NotFound, BadInput.
    """
    row, floor = await _row(scope, tx, iot_id, car), floor.strip()
    if floor:
        floors = (await queries.shaft(scope, tx, iot_id)).floors_of(car)
        if not floors:
            raise BadInput(field="floor", rule="elevator.never_read")
        if floor not in floors:
            raise BadInput(field="floor", rule="elevator.no_floor", allowed=", ".join(list(floors)[:30]))
    if floor == row.home:
        return
    await _keep(tx, [row._replace(home=floor)])
    record = history.Record(HISTORY_KIND, iot_id, row.community_id)
    facts = [{"car": car, "home": home} for home in (row.home, floor)]
    await history.note(scope, tx, record, "home_set", now_ms=now_ms, before=facts[0], after=facts[1])
    await tell_box(scope, tx, iot_id=iot_id, now_ms=now_ms)


async def choose_car(
    scope: Scope, db: Reader, *, iot_id: str, floors: Iterable[str], car: str = "", now_ms: int
) -> Choice:
    """Which car comes to these floors, or the state for which none does."""
    shaft = await queries.shaft(scope, db, iot_id)
    rows = (await states_of(scope, db, [iot_id]))[iot_id]
    served = {row.elevator_id: list(shaft.floors_of(row.elevator_id)) for row in shaft.cars}
    mode = "" if shaft.lift is None else shaft.lift.mode
    return lift_states.choose(words(rows.values(), now_ms), served, mode=mode, car=car, floors=list(floors))


async def require_car(
    scope: Scope, db: Reader, *, iot_id: str, floors: Iterable[str], car: str = "", now_ms: int
) -> str:
    """The number to call by; empty: the one that the lift chooses. Raises LiftOut."""
    choice = await choose_car(scope, db, iot_id=iot_id, floors=floors, car=car, now_ms=now_ms)
    if choice.is_refused:
        raise LiftOut(state=choice.state)
    return choice.car


async def tell_box(scope: Scope, tx: Tx, *, iot_id: str, now_ms: int) -> None:
    """What the box must know to decide with the line cut."""
    shaft = await queries.shaft(scope, tx, iot_id)
    rows = (await states_of(scope, tx, [iot_id]))[iot_id]
    orders = lift_orders.KeptOrders(
        mode="" if shaft.lift is None else shaft.lift.mode,
        cars={car.elevator_id: list(shaft.floors_of(car.elevator_id)) for car in shaft.cars},
        out={row.elevator_id: row.until_ms or 0 for row in rows.values() if row.out},
        emergency=any(row.emergency_id is not None for row in rows.values()),
        ended_ms=await last_end_ms(scope, tx, iot_id),
        home=home_of(rows, shaft.cars[0].elevator_id if len(shaft.cars) == 1 else WHOLE),
    )
    await lift_orders.keep(scope, tx, iot_id=iot_id, orders=orders, now_ms=now_ms)


async def lock(
    scope: Scope,
    tx: Tx,
    *,
    iot_id: str,
    community_id: int | None,
    emergency_id: int | None,
    now_ms: int,
) -> None:
    """An emergency begins, or is over (None)."""
    row = (await states_of(scope, tx, [iot_id]))[iot_id].get(WHOLE)
    row = row or CarState(iot_id, WHOLE, scope.tenant, community_id)
    await _keep(tx, [row._replace(emergency_id=emergency_id)])
    await tell_box(scope, tx, iot_id=iot_id, now_ms=now_ms)


async def _row(scope: Scope, tx: Tx, iot_id: str, car: str) -> CarState:
    """Raises NotFound, BadInput."""
    device = await get_device(scope, tx, iot_id=iot_id)
    shaft = await queries.shaft(scope, tx, iot_id)
    numbers = [row.elevator_id for row in shaft.cars]
    if car and car not in numbers:
        raise BadInput(field="car", rule="elevator.no_car", allowed=", ".join(numbers[:30]))
    row = (await states_of(scope, tx, [iot_id]))[iot_id].get(car)
    return row or CarState(iot_id, car, device.tenant_id, device.community_id)


async def _change(scope: Scope, tx: Tx, before: CarState, after: CarState, action: str, now_ms: int) -> None:
    if before == after:
        return
    await _keep(tx, [after])
    record = history.Record(HISTORY_KIND, after.iot_id, after.community_id)
    facts = {"car": after.elevator_id, "reason": after.reason, "until": after.until_ms}
    await history.note(scope, tx, record, action, now_ms=now_ms, after=facts, reason=after.reason)
    await tell_box(scope, tx, iot_id=after.iot_id, now_ms=now_ms)


async def _keep(tx: Tx, rows: list[CarState]) -> None:
    await tx.upsert(
        car_states,
        [row._asdict() for row in rows],
        keys=("iot_id", "elevator_id"),
        update=(
            "reported",
            "once",
            "reported_ms",
            "out",
            "reason",
            "until_ms",
            "out_ms",
            "emergency_id",
            "home",
        ),
    )


def _trapped(rows: Iterable[CarState]) -> bool:
    return any(row.reported == TRAPPED for row in rows)
