"""Linkages as applications write them: what may stand in one, and whom it serves. Spec E 3.5 F1-F7, F10-F12; 5.6."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, get_args

from linli.domains.access.service.persons import require_person
from linli.domains.boxes.passage import linkages
from linli.domains.boxes.passage import queries as rule_queries
from linli.domains.boxes.passage.linkages import NewLinkage, pair_of
from linli.domains.boxes.passage.queries import API, CARD, IDENTITY, PERSON, QRCODE, Rule, Target
from linli.domains.boxes.passage.service import passes_and_calls
from linli.domains.boxes.passage.service import remove as remove_rule
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import EdgeDevice, Gateway
from linli.domains.boxes.service.products import whole
from linli.domains.elevators.errors import LinkageUnknown, PairTaken, ProjectKeyNeeded
from linli.domains.elevators.queries import lifts as queries
from linli.domains.elevators.rows import Shaft
from linli.kernel.db import Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.protocols.edge_link import (
    ACTIVATE_ONLY,
    CALL_ONLY,
    IN_CAR,
    LONGEST_DELAY_S,
    ControlMode,
    credential_mark,
)

MODES: Final[tuple[str, ...]] = get_args(ControlMode.__value__)
EDGE: Final = "EDGE"
MOST_FLOORS: Final = 100
"""Targets of one person."""
LONGEST_VALUE: Final = 1024
CREDENTIALS: Final = (IDENTITY, QRCODE, CARD)
_WORD: Final = re.compile(r"[^\x00-\x1f\x7f]{1,16}")
_CAR: Final = re.compile(r"[^\x00-\x1f\x7f]{1,64}")
_SHOWN: Final = 30


class Wish(NamedTuple):
    """A linkage as it is asked for."""

    mode: str
    lift: str
    door: str
    floor: str = ""
    room: str = ""
    car: str = ""
    delay_s: int = 0
    node: str = ""


class Change(NamedTuple):
    """None: as it was."""

    floor: str | None = None
    room: str | None = None
    delay_s: int | None = None


class Whom(NamedTuple):
    """Whom a target is for: `kind` PERSON with an identityId, or one of CREDENTIALS with its value.
    `key`: of the company's marks, for a credential."""

    kind: str
    value: str
    key: bytes = b""

    @property
    def subject(self) -> str:
        return self.value if self.kind == PERSON else credential_mark(self.key, self.kind, self.value)


class Linkage(NamedTuple):
    """A linkage with the devices that it names."""

    rule: Rule
    door: EdgeDevice
    lift: EdgeDevice


async def create(scope: Scope, tx: Tx, *, wish: Wish, ids: Ids, now_ms: int) -> str:
    """Its dataId. Raises BadInput, ProjectKeyNeeded, PairTaken, TooManyRules."""
    if wish.mode not in MODES:
        raise BadInput(field="controlMode", rule="one_of", allowed=", ".join(MODES))
    if wish.node not in ("", EDGE):
        raise BadInput(field="executionNode", rule="elevator.only_edge")
    _check_delay(wish.delay_s)
    lift = await _device(scope, tx, wish.lift, "elevatorIotId")
    gateway = await gateway_queries.gateway(whole(scope), tx, lift.gateway_id)
    await require_project_key(scope, tx, gateway, "elevatorIotId")
    door = await _device(scope, tx, wish.door, "triggerIotId")
    if door.gateway_id != lift.gateway_id:
        raise BadInput(field="triggerIotId", rule="elevator.same_box")
    if not (await passes_and_calls(scope, tx, door))[0]:
        raise BadInput(field="triggerIotId", rule="edge.no_passes", device=door.alias or door.device_name)
    if not (await passes_and_calls(scope, tx, lift))[1]:
        raise BadInput(field="elevatorIotId", rule="edge.no_lift", device=lift.alias or lift.device_name)
    shaft = await queries.shaft(scope, tx, lift.iot_id)
    in_car = wish.mode in IN_CAR
    _needed(wish.car if in_car else wish.floor, "triggerElevatorId" if in_car else "triggerFloor", wish.mode)
    check_car(shaft, wish.car, "triggerElevatorId")
    check_floor(shaft, wish.car, wish.floor, wish.room, fields=("triggerFloor", "triggerRoomNo"))
    taken = await rule_queries.rule_of_pair(whole(scope), tx, pair_of(door, lift))
    if taken is not None:
        raise PairTaken(field="triggerIotId", data_id=str(taken.rule_id))
    name = f"{door.alias or door.device_name} → {lift.alias or lift.device_name}"[:64]
    new = NewLinkage(name, wish.mode, door, lift, wish.car, wish.floor, wish.room, wish.delay_s)
    rule = await linkages.create(scope, tx, gateway=gateway, new=new, rule_id=ids.number(), now_ms=now_ms)
    return str(rule.rule_id)


async def get(scope: Scope, db: Reader, data_id: str) -> Linkage:
    """Raises BadInput, LinkageUnknown, ProjectKeyNeeded."""
    if not data_id.strip():
        raise BadInput(field="dataId", rule="blank")
    try:
        rule = await rule_queries.rule(
            scope, db, int(data_id) if data_id.isdecimal() and len(data_id) < 19 else 0
        )
    except NotFound:
        raise LinkageUnknown(data_id) from None
    devices = await rule_queries.devices_of(whole(scope), db, [rule])
    door, lift = devices.get(rule.door_id), devices.get(rule.lift_id)
    if rule.source != API or door is None or lift is None:
        raise LinkageUnknown(data_id)
    gateway = await gateway_queries.gateway(whole(scope), db, rule.gateway_id)
    await require_project_key(scope, db, gateway, "dataId")
    return Linkage(rule, door, lift)


async def change(scope: Scope, tx: Tx, *, data_id: str, change: Change, now_ms: int) -> None:
    """Raises BadInput, LinkageUnknown, ProjectKeyNeeded."""
    rule, _, lift = await get(scope, tx, data_id)
    floor = rule.start_floor if change.floor is None else change.floor
    room = rule.start_room if change.room is None else change.room
    delay_s = rule.delay_s if change.delay_s is None else change.delay_s
    _check_delay(delay_s)
    if rule.mode not in IN_CAR:
        _needed(floor, "triggerFloor", rule.mode)
    shaft = await queries.shaft(scope, tx, lift.iot_id)
    check_floor(shaft, rule.elevator, floor, room, fields=("triggerFloor", "triggerRoomNo"))
    if (floor, room, delay_s) != (rule.start_floor, rule.start_room, rule.delay_s):
        await linkages.change_place(
            scope, tx, rule=rule, start_floor=floor, start_room=room, delay_s=delay_s, now_ms=now_ms
        )


async def remove(scope: Scope, tx: Tx, *, data_id: str, now_ms: int) -> None:
    """With everybody whom it served. Raises BadInput, LinkageUnknown, ProjectKeyNeeded."""
    linkage = await get(scope, tx, data_id)
    await remove_rule(scope, tx, rule_id=linkage.rule.rule_id, now_ms=now_ms)


async def save_target(
    scope: Scope,
    tx: Tx,
    *,
    data_id: str,
    whom: Whom,
    floors: Sequence[tuple[str, str]],
    expires_ms: int | None,
    now_ms: int,
) -> None:
    """Whom the linkage serves, and where they are taken: (floor, room) each. Raises BadInput, LinkageUnknown,
    PersonUnknown, ProjectKeyNeeded, TooManyTargets."""
    rule, _, lift = await get(scope, tx, data_id)
    check_whom(whom)
    if expires_ms is not None and expires_ms <= now_ms:
        raise BadInput(field="expiryTime", rule="elevator.past")
    _check_floors(rule.mode, floors, required=whom.kind != PERSON)
    shaft = await queries.shaft(scope, tx, lift.iot_id)
    car = rule.elevator if rule.mode in IN_CAR else ""
    for at, (floor, room) in enumerate(floors):
        names = (f"userTargetList[{at}].targetFloor", f"userTargetList[{at}].targetRoomNo")
        if not floor:
            raise BadInput(field=names[0], rule="blank")
        check_floor(shaft, car, floor, room, fields=names)
    if whom.kind in (PERSON, IDENTITY):
        await require_person(scope, tx, identity_id=whom.value)
    await linkages.save_target(
        scope,
        tx,
        rule=rule,
        kind=whom.kind,
        subject=whom.subject,
        identity_id=whom.value if whom.kind in (PERSON, IDENTITY) else "",
        floors=floors,
        expires_ms=expires_ms,
        now_ms=now_ms,
    )


async def delete_target(scope: Scope, tx: Tx, *, data_id: str, whom: Whom) -> None:
    """One that is not there is left out. Raises BadInput, LinkageUnknown, ProjectKeyNeeded."""
    linkage = await get(scope, tx, data_id)
    check_whom(whom)
    await linkages.delete_target(scope, tx, rule=linkage.rule, kind=whom.kind, subject=whom.subject)


async def target(scope: Scope, db: Reader, *, data_id: str, whom: Whom) -> tuple[Linkage, Target | None]:
    """Raises BadInput, LinkageUnknown, ProjectKeyNeeded."""
    linkage = await get(scope, db, data_id)
    check_whom(whom)
    return linkage, await rule_queries.target(scope, db, linkage.rule.rule_id, whom.kind, whom.subject)


async def require_project_key(scope: Scope, db: Reader, gateway: Gateway, field: str) -> None:
    """An application speaks for the project that the boxes belong to; boxes of no project are their community's.
    Raises ProjectKeyNeeded."""
    if scope.caller.kind != "app":
        return
    cluster = await cluster_queries.cluster(whole(scope), db, gateway.cluster_id)
    if cluster.project_id not in (None, scope.project_id):
        raise ProjectKeyNeeded(field=field)


def check_car(shaft: Shaft, car: str, field: str) -> None:
    """Raises BadInput. What was never read is not known, and not refused."""
    if not car:
        return
    if not _CAR.fullmatch(car):
        raise BadInput(field=field, rule="too_long", limit=64)
    cars = [row.elevator_id for row in shaft.cars]
    if cars and car not in cars:
        raise BadInput(field=field, rule="elevator.no_car", allowed=_some(cars))


def check_floor(shaft: Shaft, car: str, floor: str, room: str, *, fields: tuple[str, str]) -> None:
    """`fields`: the names of floor and room on the wire. Raises BadInput, as `check_car`."""
    for value, field in ((floor, fields[0]), (room, fields[1])):
        if value and not _WORD.fullmatch(value):
            raise BadInput(field=field, rule="too_long", limit=16)
    floors = shaft.floors_of(car)
    if not floor or not floors:
        return
    if floor not in floors:
        raise BadInput(field=fields[0], rule="elevator.no_floor", allowed=_some(floors))
    if room and floors[floor] and room not in floors[floor]:
        raise BadInput(field=fields[1], rule="elevator.no_room", floor=floor, allowed=_some(floors[floor]))


def check_whom(whom: Whom) -> None:
    """Raises BadInput."""
    field = "identityId" if whom.kind == PERSON else "paramValue"
    if whom.kind not in (PERSON, *CREDENTIALS):
        raise BadInput(field="paramType", rule="one_of", allowed=", ".join(CREDENTIALS))
    if not whom.value.strip():
        raise BadInput(field=field, rule="blank")
    if len(whom.value) > LONGEST_VALUE:
        raise BadInput(field=field, rule="too_long", limit=LONGEST_VALUE)


def _check_floors(mode: str, floors: Sequence[tuple[str, str]], *, required: bool) -> None:
    """`required`: in every mode, as the older contract has it. Raises BadInput."""
    if mode == ACTIVATE_ONLY and len(floors) != 1:
        raise BadInput(field="userTargetList", rule="elevator.one_target")
    if not floors and (required or mode != CALL_ONLY):
        raise BadInput(field="userTargetList", rule="too_few_items", limit=1)
    if len(floors) > MOST_FLOORS:
        raise BadInput(field="userTargetList", rule="too_many_items", limit=MOST_FLOORS)


async def _device(scope: Scope, db: Reader, iot_id: str, field: str) -> EdgeDevice:
    """Raises BadInput; what others have looks like what nobody has."""
    if not iot_id.strip():
        raise BadInput(field=field, rule="blank")
    device = await gateway_queries.device_of(scope, db, iot_id)
    if device is None:
        raise BadInput(field=field, rule="elevator.behind_box")
    return device


def _check_delay(delay_s: int) -> None:
    if not 0 <= delay_s <= LONGEST_DELAY_S:
        raise BadInput(field="delaySeconds", rule="range", low=0, high=LONGEST_DELAY_S)


def _needed(value: str, field: str, mode: str) -> None:
    if not value:
        raise BadInput(field=field, rule="elevator.needed_by", mode=mode)


def _some(names: Iterable[str]) -> str:
    """Enough of them to see what was meant."""
    listed = list(names)
    return ", ".join(listed[:_SHOWN]) + ("…" if len(listed) > _SHOWN else "")
