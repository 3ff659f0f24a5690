"""Robots registered by people: which lifts and floors they may use, when, and their keys."""

import hashlib
import re
import secrets as randomness
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, delete, update

from linli.domains.elevators.queries import lifts as lift_queries
from linli.domains.elevators.robots import queries, sessions
from linli.domains.elevators.robots.models import rides, robots
from linli.domains.elevators.robots.rows import Ride, Robot, Zone, zone_json
from linli.domains.elevators.service.calls import require_lift
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules.robot_rides import KINDS, MOST_KG
from linli.things.queries.devices import get_device

HISTORY_KIND: Final = "lift_robot"
MOST_ROBOTS: Final = 500
MOST_LIFTS: Final = 32
MOST_PRIORITY: Final = 9
LONGEST_NAME: Final = 64
_HOURS: Final = re.compile(r"(?P<starts>([01]\d|2[0-3]):[0-5]\d)-(?P<ends>([01]\d|2[0-3]):[0-5]\d)")
_r = robots.c
_this = and_(in_scope(robots), _r.robot_id == bindparam("row", type_=INT))
_change = Command(
    update(robots).where(_this).values({
        name: bindparam(f"to_{name}", type_=_r[name].type)
        for name in ("name", "kind", "zone", "hours", "priority", "enabled", "changed_ms")
    })
)  # fmt: skip
_set_key = Command(
    update(robots).where(_this).values(
        key_hash=bindparam("to_hash"), key_ms=bindparam("now", type_=INT), changed_ms=bindparam("now", type_=INT)
    )
)  # fmt: skip
_seen = Command(update(robots).where(_this).values(seen_ms=bindparam("now", type_=INT)))
_delete = Command(delete(robots).where(_this))
_delete_rides = Command(delete(rides).where(in_scope(rides), rides.c.robot_id == bindparam("row", type_=INT)))


class RobotForm(NamedTuple):
    """As a person fills it in."""

    name: str
    kind: str
    zones: Sequence[Zone]
    hours: str = ""
    priority: int = 0
    enabled: bool = True


def hash_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


async def create(
    scope: Scope, tx: Tx, *, community_id: int, form: RobotForm, ids: Ids, now_ms: int
) -> tuple[int, str]:
    """(its number, its key), the key this once. Raises BadInput."""
    form = await _checked(scope, tx, community_id, form)
    if len(await queries.all_robots(scope, tx, most=MOST_ROBOTS)) >= MOST_ROBOTS:
        raise BadInput(field="name", rule="robot.too_many", limit=MOST_ROBOTS)
    key = _new_key()
    robot = Robot(
        ids.number(), scope.tenant, community_id, form.name, form.kind, zone_json(list(form.zones)), form.hours,
        form.priority, int(form.enabled), hash_of(key), now_ms, None, now_ms, now_ms,
    )  # fmt: skip
    await tx.insert(robots, robot._asdict())
    await _note(scope, tx, robot, "created", now_ms, after=_facts(robot))
    return robot.robot_id, key


async def change(scope: Scope, tx: Tx, *, robot_id: int, form: RobotForm, now_ms: int) -> None:
    """Sessions that it has go on only where they still may. Raises NotFound, BadInput."""
    before = await queries.robot(scope, tx, robot_id)
    form = await _checked(scope, tx, before.community_id, form)
    after = before._replace(
        name=form.name, kind=form.kind, zone=zone_json(list(form.zones)), hours=form.hours,
        priority=form.priority, enabled=int(form.enabled), changed_ms=now_ms,
    )  # fmt: skip
    values = {f"to_{name}": value for name, value in after._asdict().items()}
    names = ("name", "kind", "zone", "hours", "priority", "enabled", "changed_ms")
    await _change.run(tx, scope, row=robot_id, **{f"to_{name}": values[f"to_{name}"] for name in names})
    allowed = {(zone.iot_id, zone.car): zone for zone in form.zones}
    for ride in await queries.live_of_robot(scope, tx, robot_id):
        zone = allowed.get((ride.iot_id, ride.elevator_id))
        if not form.enabled or zone is None or ride.floor not in zone.floors or _is_heavier(ride, zone):
            await sessions.end(scope, tx, ride, "right_ended", now_ms)
    await _note(scope, tx, after, "changed", now_ms, before=_facts(before), after=_facts(after))


async def renew_key(scope: Scope, tx: Tx, *, robot_id: int, now_ms: int) -> str:
    """Another key, shown this once; the old one ends at once. Raises NotFound."""
    robot = await queries.robot(scope, tx, robot_id)
    key = _new_key()
    await _set_key.run(tx, scope, row=robot_id, to_hash=hash_of(key), now=now_ms)
    await _note(scope, tx, robot, "key_renewed", now_ms)
    return key


async def revoke_key(scope: Scope, tx: Tx, *, robot_id: int, now_ms: int) -> None:
    """No key is good any more, and its session ends. Raises NotFound."""
    robot = await queries.robot(scope, tx, robot_id)
    await _set_key.run(tx, scope, row=robot_id, to_hash="", now=now_ms)
    await sessions.end_of_robot(scope, tx, robot_id, "right_ended", now_ms)
    await _note(scope, tx, robot, "key_revoked", now_ms)


async def remove(scope: Scope, tx: Tx, *, robot_id: int, now_ms: int) -> None:
    """With its sessions; the history stays. Raises NotFound."""
    robot = await queries.robot(scope, tx, robot_id)
    await _delete_rides.run(tx, scope, row=robot_id)
    await _delete.run(tx, scope, row=robot_id)
    await _note(scope, tx, robot, "deleted", now_ms, before=_facts(robot))


async def seen(scope: Scope, tx: Tx, *, robot_id: int, now_ms: int) -> None:
    await _seen.run(tx, scope, row=robot_id, now=now_ms)


def _is_heavier(ride: Ride, zone: Zone) -> bool:
    return zone.most_kg is not None and (ride.load_kg is None or ride.load_kg > zone.most_kg)


def _new_key() -> str:
    return f"robot-{randomness.token_urlsafe(32)}"


async def _checked(scope: Scope, tx: Tx, community_id: int, form: RobotForm) -> RobotForm:
    """Raises BadInput."""
    name = " ".join(form.name.split())
    if not name:
        raise BadInput(field="name", rule="blank")
    if len(name) > LONGEST_NAME:
        raise BadInput(field="name", rule="too_long", limit=LONGEST_NAME)
    if form.kind not in KINDS:
        raise BadInput(field="kind", rule="one_of", allowed=", ".join(KINDS))
    if not 0 <= form.priority <= MOST_PRIORITY:
        raise BadInput(field="priority", rule="range", low=0, high=MOST_PRIORITY)
    hours = _HOURS.fullmatch(form.hours) if form.hours else None
    if form.hours and (hours is None or hours["starts"] == hours["ends"]):
        raise BadInput(field="hours", rule="robot.hours")
    if not form.zones:
        raise BadInput(field="zones", rule="too_few_items", limit=1)
    if len(form.zones) > MOST_LIFTS:
        raise BadInput(field="zones", rule="too_many_items", limit=MOST_LIFTS)
    if len({(zone.iot_id, zone.car) for zone in form.zones}) != len(form.zones):
        raise BadInput(field="zones", rule="robot.twice")
    for zone in form.zones:
        await _check_zone(scope, tx, community_id, zone)
    return form._replace(name=name)


async def _check_zone(scope: Scope, tx: Tx, community_id: int, zone: Zone) -> None:
    if zone.most_kg is not None and not 1 <= zone.most_kg <= MOST_KG:
        raise BadInput(field="mostKg", rule="range", low=1, high=MOST_KG)
    await require_lift(scope, tx, iot_id=zone.iot_id)
    if (await get_device(scope, tx, iot_id=zone.iot_id)).community_id != community_id:
        raise BadInput(field="iotId", rule="robot.other_community")
    shaft = await lift_queries.shaft(scope, tx, zone.iot_id)
    cars = [car.elevator_id for car in shaft.cars]
    if zone.car and zone.car not in cars:
        raise BadInput(field="car", rule="elevator.no_car", allowed=", ".join(cars[:30]))
    floors = list(shaft.floors_of(zone.car))
    if not zone.floors:
        raise BadInput(field="floors", rule="too_few_items", limit=1)
    if any(floor not in floors for floor in zone.floors):
        raise BadInput(field="floors", rule="elevator.no_floor", allowed=", ".join(floors[:30]))


def _facts(robot: Robot) -> dict[str, object]:
    return {
        "name": robot.name, "kind": robot.kind, "zone": robot.zone, "hours": robot.hours,
        "priority": robot.priority, "enabled": bool(robot.enabled),
    }  # fmt: skip


async def _note(
    scope: Scope,
    tx: Tx,
    robot: Robot,
    action: str,
    now_ms: int,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    record = history.Record(HISTORY_KIND, str(robot.robot_id), robot.community_id)
    await history.note(scope, tx, record, action, now_ms=now_ms, before=before or {}, after=after or {})
