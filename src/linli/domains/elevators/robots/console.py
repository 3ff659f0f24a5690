"""Console: robots that ride in lifts: what each may, its key, and its sessions step by step."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.elevators.queries import lifts as lift_queries
from linli.domains.elevators.robots import queries, service
from linli.domains.elevators.robots.rows import Ride, Robot, Zone
from linli.domains.elevators.robots.service import RobotForm
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules.robot_rides import HOLD_S
from linli.things.queries.devices import find_devices

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value
MOST_LIFTS = 2_000
HISTORY = (Kind(name=service.HISTORY_KIND, see=SEE, manage=MANAGE),)

type RobotKind = Literal["robot", "mover", "wheelchair"]
type RideState = Literal["waiting", "coming", "boarding", "riding", "leaving", "done", "refused", "ended"]


class ZoneRow(msgspec.Struct, rename="camel", frozen=True):
    """A lift that a robot may use."""

    iot_id: str
    lift_name: Annotated[str, Meta(description="As the robot names it.")]
    name: Annotated[str, Meta(description="Of the lift; empty: it is gone.")]
    car: str
    floors: list[str]
    most_kg: Annotated[int | None, Meta(description="The heaviest that may ride in it, robot and goods.")]


class RobotRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    community_id: int
    name: str
    kind: RobotKind
    zones: list[ZoneRow]
    hours: Annotated[str, Meta(description="22:00-06:00 in the community's time; empty: always.")]
    priority: int
    enabled: bool
    has_key: bool
    key_ms: Annotated[int, Meta(description="When its key was made or revoked; UTC ms.")]
    seen_ms: Annotated[int | None, Meta(description="When it was last there, to the minute; UTC ms.")]


class ZoneWish(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    iot_id: str
    floors: Annotated[list[Annotated[str, Meta(max_length=16)]], Meta(max_length=300)]
    car: Annotated[str, Meta(description="Number of the car; empty: whichever comes.", max_length=64)] = ""
    most_kg: Annotated[
        int | None, Meta(description="The heaviest that may ride in it, robot and goods; null: not limited.")
    ] = None


class RobotWish(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A robot as a person registers it."""

    name: str
    kind: RobotKind
    zones: list[ZoneWish]
    hours: str = ""
    priority: Annotated[int, Meta(description="0..9; the higher goes first among robots.")] = 0
    enabled: bool = True

    def form(self) -> RobotForm:
        zones = [
            Zone(zone.iot_id, zone.car, tuple(dict.fromkeys(zone.floors)), zone.most_kg)
            for zone in self.zones
        ]
        return RobotForm(self.name, self.kind, zones, self.hours, self.priority, self.enabled)


class NewRobot(RobotWish, rename="camel", frozen=True, kw_only=True):
    community_id: int


class RobotKey(msgspec.Struct, rename="camel", frozen=True):
    """Shown this once."""

    id: str
    key: str


class RideStep(msgspec.Struct, rename="camel", frozen=True):
    at_ms: int
    state: RideState
    reason: str


class RideRow(msgspec.Struct, rename="camel", frozen=True):
    """A session of a robot."""

    id: str
    session_id: Annotated[str, Meta(description="The robot's own name of it.")]
    lift: str
    car: str
    from_floor: str
    to_floor: str
    load_kg: int | None
    hold_seconds: int
    state: RideState
    reason: Annotated[str, Meta(description="Why it waits, was refused or ended; empty: nothing to say.")]
    asked_ms: int
    ended_ms: int | None
    steps: list[RideStep]


class RobotLift(msgspec.Struct, rename="camel", frozen=True):
    """A lift that can be in a zone."""

    iot_id: str
    name: str
    cars: list[str]
    floors: dict[str, list[str]]


class RobotChoices(msgspec.Struct, rename="camel", frozen=True):
    lifts: list[RobotLift]
    hold_seconds: Annotated[dict[str, int], Meta(description="The longest hold of each kind.")]


class RobotFilter(Filter, frozen=True):
    """Robots, as their list is asked for."""

    community_id: int | None = None


robot_routes = Routes("/lift-robots", tags=("lifts",))


@robot_routes.get(right=SEE)
async def list_robots(scope: Scope, db: Database, page: PageRequest, where: RobotFilter) -> Page[RobotRow]:
    """Robots in sight, by name."""
    if where.community_id is not None:
        scope = scope.narrowed(where.community_id)
    robots = await queries.all_robots(scope, db, most=service.MOST_ROBOTS)
    shown = robots[page.offset : page.offset + page.page_size]
    names = await _names(scope, db, {zone.iot_id for robot in shown for zone in robot.zones()})
    return Page.of(page, len(robots), [_row(robot, names) for robot in shown])


@robot_routes.get("/choices", right=SEE, raises=(NotFound,))
async def robot_choices(scope: Scope, db: Database, community_id: int) -> RobotChoices:
    """Lifts of a community that told their floors."""
    scope = scope.narrowed(community_id)
    iot_ids = await lift_queries.lift_ids(scope, db, most=MOST_LIFTS)
    names = await _names(scope, db, set(iot_ids))
    shafts = await lift_queries.shafts(scope, db, sorted(names))
    lifts = []
    for iot_id, shaft in shafts.items():
        cars = [car.elevator_id for car in shaft.cars if car.elevator_id]
        floors = {car: list(shaft.floors_of(car)) for car in ("", *cars)}
        lifts.append(RobotLift(iot_id, names[iot_id], cars, floors))
    return RobotChoices(sorted(lifts, key=lambda lift: (lift.name, lift.iot_id)), dict(HOLD_S))


@robot_routes.post(right=MANAGE, status=201, raises=(NotFound, BadInput))
async def add_robot(data: NewRobot, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> RobotKey:
    """Register one; the answer is the only one with its key."""
    scope.allow(data.community_id)
    robot_id, key = await service.create(
        scope, tx, community_id=data.community_id, form=data.form(), ids=ids, now_ms=clock.now_ms()
    )
    return RobotKey(str(robot_id), key)


@robot_routes.put("/{robot_id:int}", right=MANAGE, status=204, raises=(NotFound, BadInput))
async def change_robot(robot_id: int, data: RobotWish, scope: Scope, tx: Tx, clock: Clock) -> None:
    """What it may from now on; a session that it may not have any more ends."""
    await service.change(scope, tx, robot_id=robot_id, form=data.form(), now_ms=clock.now_ms())


@robot_routes.post("/{robot_id:int}/key", right=MANAGE, raises=(NotFound,))
async def renew_robot_key(robot_id: int, scope: Scope, tx: Tx, clock: Clock) -> RobotKey:
    """Another key; the old one ends at once."""
    return RobotKey(
        str(robot_id), await service.renew_key(scope, tx, robot_id=robot_id, now_ms=clock.now_ms())
    )


@robot_routes.delete("/{robot_id:int}/key", right=MANAGE, status=204, raises=(NotFound,))
async def revoke_robot_key(robot_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """It gets no lift until it has another key."""
    await service.revoke_key(scope, tx, robot_id=robot_id, now_ms=clock.now_ms())


@robot_routes.delete("/{robot_id:int}", right=MANAGE, status=204, raises=(NotFound,))
async def delete_robot(robot_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """With its sessions."""
    await service.remove(scope, tx, robot_id=robot_id, now_ms=clock.now_ms())


@robot_routes.get("/{robot_id:int}/sessions", right=SEE, raises=(NotFound,))
async def robot_sessions(robot_id: int, scope: Scope, db: Database, page: PageRequest) -> Page[RideRow]:
    """The newest first, each with its steps."""
    await queries.robot(scope, db, robot_id)
    rides = await queries.rides_of(scope, db, robot_id, page)
    names = await _names(scope, db, {ride.iot_id for ride in rides.data})
    return Page.of(page, rides.total, [_ride(ride, names) for ride in rides.data])


async def _names(scope: Scope, db: Database, iot_ids: set[str]) -> dict[str, str]:
    devices = await find_devices(scope, db, iot_ids=sorted(iot_ids)) if iot_ids else []
    return {row.iot_id: row.nickname or row.device_name for row in devices}


def _row(robot: Robot, names: dict[str, str]) -> RobotRow:
    zones = [
        ZoneRow(
            zone.iot_id, zone.lift_name, names.get(zone.iot_id, ""), zone.car, list(zone.floors), zone.most_kg
        )
        for zone in robot.zones()
    ]
    return RobotRow(
        id=str(robot.robot_id),
        community_id=robot.community_id,
        name=robot.name,
        kind=robot.kind,  # type: ignore[arg-type]
        zones=zones,
        hours=robot.hours,
        priority=robot.priority,
        enabled=bool(robot.enabled),
        has_key=bool(robot.key_hash),
        key_ms=robot.key_ms,
        seen_ms=robot.seen_ms,
    )


def _ride(ride: Ride, names: dict[str, str]) -> RideRow:
    return RideRow(
        id=str(ride.ride_id),
        session_id=ride.session_id,
        lift=names.get(ride.iot_id, ""),
        car=ride.elevator_id,
        from_floor=ride.from_floor,
        to_floor=ride.to_floor,
        load_kg=ride.load_kg,
        hold_seconds=ride.hold_s,
        state=ride.state,  # type: ignore[arg-type]
        reason=ride.reason,
        asked_ms=ride.asked_ms,
        ended_ms=ride.ended_ms,
        steps=[RideStep(at_ms, state, reason) for at_ms, state, reason in ride.step_list()],
    )
