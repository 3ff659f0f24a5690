"""Sessions of robots: asked for, begun in their turn, carried on by what lifts tell, ended. `rules.robot_rides`."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import and_, bindparam, delete, update

from linli.domains.elevators.queries import lifts as lift_queries
from linli.domains.elevators.queries.states import states_of, words
from linli.domains.elevators.robots import queries
from linli.domains.elevators.robots.errors import (
    FloorNotAllowed,
    LiftNotRunning,
    NoSuchLift,
    NotNow,
    OutOfHours,
    RobotOff,
    SessionElsewhere,
    TooHeavy,
    TooManySessions,
)
from linli.domains.elevators.robots.models import rides
from linli.domains.elevators.robots.rows import Ride, Robot, Zone
from linli.domains.elevators.rows import Shaft
from linli.domains.elevators.service import people_calls as people
from linli.kernel import outbox
from linli.kernel.db import INT, Command, Reader, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.rules import robot_rides
from linli.rules.lift_states import NORMAL, OVERLOAD, WHOLE, worst
from linli.rules.robot_rides import Car
from linli.rules.schedules import SITE_ZONE
from linli.things.queries.devices import find_devices

CALL_CAR: Final = "elevators.robots.call"
OFFLINE: Final = "offline"
MOST_WAITS: Final = 12
"""Reasons for waiting that are kept of a session; each other state comes once."""
MOST_AN_HOUR: Final = 120
SKEW_MS: Final = 120_000
"""How far a request's own time may be from ours: what was overheard cannot be said again later."""
LONGEST_SESSION: Final = 64
MOST_LOAD_KG: Final = robot_rides.MOST_KG
HOUR_MS: Final = 3_600_000
_d = rides.c
_of_ride = and_(in_scope(rides), _d.ride_id == bindparam("row", type_=INT))
_save = Command(
    update(rides).where(_of_ride).values({
        name: bindparam(f"to_{name}", type_=_d[name].type)
        for name in ("from_floor", "to_floor", "state", "reason", "steps", "since_ms", "heard_ms", "called_ms",
                     "request_ms", "ended_ms")
    })
)  # fmt: skip
_purge = Command(
    delete(rides).where(_d.ended_ms < bindparam("before", type_=INT)),
    unscoped="housekeeping of every company",
)
_forget_lift = Command(delete(rides).where(in_scope(rides), _d.iot_id == bindparam("lift")))
KEPT_MS: Final = 90 * 86_400_000


class CallCar(msgspec.Struct, frozen=True):
    """Outbox payload: the car is to come to a floor for a session, or to go there from where it stands."""

    tenant_id: str
    ride_id: int
    state: str
    floor: str


class Wish(NamedTuple):
    """A request as a robot makes it. `at_ms`: by its own clock."""

    lift_name: str
    session_id: str
    floor: str
    at_ms: int
    ends: bool = False
    load_kg: int | None = None
    hold_s: int | None = None


class Place(NamedTuple):
    """What is known of a lift now."""

    shaft: Shaft
    states: Mapping[str, str]
    online: bool
    community_id: int | None

    def car(self, number: str, floor: str) -> Car | None:
        """For a session that wants a car at `floor`; None: it does not tell where it is."""
        cars = [
            car for car in self.shaft.cars
            if car.position and car.state_ms is not None and number in ("", car.elevator_id)
        ]  # fmt: skip
        if not cars:
            return None
        cars.sort(key=lambda car: (self._state(car.elevator_id) != NORMAL, car.position != floor, car.motion))
        best = cars[0]
        return Car(best.position, best.motion != 0, self._state(best.elevator_id))

    def _state(self, number: str) -> str:
        if not self.online:
            return OFFLINE
        return worst([self.states.get(WHOLE, NORMAL), self.states.get(number, NORMAL)])


async def place(scope: Scope, db: Reader, iot_id: str, now_ms: int) -> Place:
    devices = await find_devices(scope, db, iot_ids=[iot_id])
    online = bool(devices) and devices[0].state == "online"
    community_id = devices[0].community_id if devices else None
    shaft = await lift_queries.shaft(scope, db, iot_id)
    rows = (await states_of(scope, db, [iot_id]))[iot_id].values()
    return Place(shaft, words(rows, now_ms), online, community_id)


def zone_named(robot: Robot, lift_name: str) -> Zone:
    """Raises NoSuchLift, for foreign lifts as for none."""
    for zone in robot.zones():
        if zone.lift_name == lift_name:
            return zone
    raise NoSuchLift(what="lift", id=lift_name[:64], field="lift_name")


async def request(scope: Scope, tx: Tx, *, robot: Robot, wish: Wish, ids: Ids, now_ms: int) -> None:
    """What a robot asks, again and again while it waits. Raises NoSuchLift, FloorNotAllowed, OutOfHours, RobotOff,
    LiftNotRunning, SessionElsewhere, NotNow, TooHeavy, TooManySessions, BadInput."""
    zone = zone_named(robot, wish.lift_name)
    _check(robot, wish, now_ms)
    await people.lock(scope, tx, iot_id=zone.iot_id, community_id=robot.community_id)
    last = await queries.last_of_session(scope, tx, robot.robot_id, wish.session_id)
    if last is not None and wish.at_ms <= last.request_ms:
        return  # said again, or overheard and repeated
    live = last if last is not None and last.ended_ms is None else None
    if live is not None and (live.iot_id, live.elevator_id) != (zone.iot_id, zone.car):
        raise SessionElsewhere(field="lift_name")
    if wish.ends:
        if live is not None:
            done = live.state == robot_rides.LEAVING
            state, reason = (robot_rides.DONE, "") if done else (robot_rides.ENDED, "cancelled")
            await _save_ride(scope, tx, _moved(live._replace(request_ms=wish.at_ms), state, reason, now_ms))
        return
    if not robot.enabled:
        raise RobotOff
    at = await place(scope, tx, zone.iot_id, now_ms)
    if at.community_id != robot.community_id:
        raise NoSuchLift(what="lift", id=wish.lift_name[:64], field="lift_name")
    if wish.floor not in zone.floors or wish.floor not in at.shaft.floors_of(zone.car):
        raise FloorNotAllowed(field="destination_floor")
    load_kg = wish.load_kg if live is None or wish.load_kg is not None else live.load_kg
    if zone.most_kg is not None and (load_kg is None or load_kg > zone.most_kg):
        raise TooHeavy(field="load_kg", most=zone.most_kg)
    if live is None:
        await _begin(scope, tx, robot, zone, at, wish, ids=ids, now_ms=now_ms)
    else:
        await _save_ride(scope, tx, _heard(live, wish, now_ms))
    await advance(scope, tx, iot_id=zone.iot_id, now_ms=now_ms)


def _check(robot: Robot, wish: Wish, now_ms: int) -> None:
    if not wish.session_id.strip() or not wish.session_id.isprintable():
        raise BadInput(field="session_id", rule="blank")
    if len(wish.session_id) > LONGEST_SESSION:
        raise BadInput(field="session_id", rule="too_long", limit=LONGEST_SESSION)
    if abs(wish.at_ms - now_ms) > SKEW_MS:
        raise BadInput(field="request_time", rule="robot.clock", seconds=SKEW_MS // 1000)
    longest = robot_rides.HOLD_S[robot.kind]
    if wish.hold_s is not None and not 1 <= wish.hold_s <= longest:
        raise BadInput(field="hold_seconds", rule="range", low=1, high=longest)
    if wish.load_kg is not None and not 0 <= wish.load_kg <= MOST_LOAD_KG:
        raise BadInput(field="load_kg", rule="range", low=0, high=MOST_LOAD_KG)


async def _begin(
    scope: Scope, tx: Tx, robot: Robot, zone: Zone, at: Place, wish: Wish, *, ids: Ids, now_ms: int
) -> None:
    if not in_hours(robot.hours, now_ms, await zone_of(tx, robot.community_id)):
        raise OutOfHours(hours=robot.hours)
    if await queries.live_of_robot(scope, tx, robot.robot_id):
        raise SessionElsewhere(field="session_id")
    if await queries.sessions_since(scope, tx, robot.robot_id, now_ms - HOUR_MS) >= MOST_AN_HOUR:
        raise TooManySessions(most=MOST_AN_HOUR)
    car = at.car(zone.car, wish.floor)
    if car is None or car.state not in (NORMAL, OVERLOAD):
        raise LiftNotRunning(state="unknown" if car is None else car.state)
    ride = Ride(
        ids.number(), robot.tenant_id, robot.community_id, robot.robot_id, wish.session_id, zone.iot_id, zone.car,
        robot.kind, robot.priority, wish.floor, "", wish.load_kg,
        wish.hold_s or robot_rides.HOLD_S[robot.kind], robot_rides.WAITING, "",
        json.dumps([[now_ms, robot_rides.WAITING, ""]]), now_ms, now_ms, now_ms, 0, wish.at_ms, None,
    )  # fmt: skip
    await tx.insert(rides, ride._asdict())
    if robot.kind == robot_rides.WHEELCHAIR:  # somebody sits in it: robots give way
        await people.note(scope, tx, iot_id=zone.iot_id, community_id=robot.community_id, at_ms=now_ms)


def _heard(ride: Ride, wish: Wish, now_ms: int) -> Ride:
    """Raises NotNow."""
    ride = ride._replace(heard_ms=now_ms, request_ms=wish.at_ms)
    if wish.floor == ride.floor:
        return ride
    match ride.state:
        case robot_rides.WAITING:
            return ride._replace(from_floor=wish.floor)
        case robot_rides.BOARDING:
            return ride._replace(to_floor=wish.floor)
    raise NotNow(field="destination_floor", floor=ride.floor)


def in_hours(hours: str, now_ms: int, zone: str) -> bool:
    """`22:00-06:00` goes over midnight; empty: always."""
    if not hours:
        return True
    starts, _, ends = hours.partition("-")
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone or SITE_ZONE)).strftime("%H:%M")
    return starts <= now < ends if starts < ends else now >= starts or now < ends


async def advance(scope: Scope, tx: Tx, *, iot_id: str, now_ms: int) -> None:
    """Carry on what is under way at a lift. In the lift's lock alone."""
    live = await queries.live_of_lift(scope, tx, iot_id)
    if not live:
        return
    people_ms = await people.lock(scope, tx, iot_id=iot_id, community_id=live[0].community_id)
    live = await queries.live_of_lift(scope, tx, iot_id)  # others may have decided until the lock was had
    at = await place(scope, tx, iot_id, now_ms)
    for ride in live:
        others = [other for other in live if other.ride_id != ride.ride_id and ride.shares_car(other)]
        is_held = any(other.state in robot_rides.HOLDS for other in others)
        waiting = [other for other in (ride, *others) if other.state == robot_rides.WAITING]
        waiting.sort(key=lambda session: session.ride_id)
        first = robot_rides.turn([(session.ride_id, session.priority, session.kind) for session in waiting])
        car = at.car(ride.elevator_id, ride.floor) or Car("", moving=True, state=OFFLINE)
        step = robot_rides.step(
            ride.facts,
            car,
            people_ms=people_ms,
            now_ms=now_ms,
            its_turn=not is_held and first == ride.ride_id,
        )
        now = await _take(scope, tx, ride, step, now_ms)
        live = [now if session.ride_id == ride.ride_id else session for session in live]


async def _take(scope: Scope, tx: Tx, ride: Ride, step: robot_rides.Step, now_ms: int) -> Ride:
    now = ride
    if (step.state, step.reason) != (ride.state, ride.reason):
        now = _moved(ride, step.state, step.reason, now_ms)
    if step.call:
        now = now._replace(called_ms=now_ms)
        await outbox.add(
            tx,
            CALL_CAR,
            CallCar(ride.tenant_id, ride.ride_id, now.state, step.call),
            key=f"{CALL_CAR}:{ride.iot_id}",
        )
    if now != ride:
        await _save_ride(scope, tx, now)
    return now


def _moved(ride: Ride, state: str, reason: str, now_ms: int) -> Ride:
    steps = ride.step_list()
    if state != robot_rides.WAITING or len(steps) < MOST_WAITS:
        steps.append([now_ms, state, reason])
    return ride._replace(
        state=state,
        reason=reason,
        steps=json.dumps(steps),
        since_ms=now_ms if state != ride.state else ride.since_ms,
        ended_ms=None if state in robot_rides.LIVE else now_ms,
    )


async def end(scope: Scope, tx: Tx, ride: Ride, reason: str, now_ms: int) -> None:
    """Whatever it was doing."""
    if ride.ended_ms is None:
        await _save_ride(scope, tx, _moved(ride, robot_rides.ENDED, reason, now_ms))


async def end_of_robot(scope: Scope, tx: Tx, robot_id: int, reason: str, now_ms: int) -> None:
    for ride in await queries.live_of_robot(scope, tx, robot_id):
        await end(scope, tx, ride, reason, now_ms)


async def forget_lift(scope: Scope, tx: Tx, iot_id: str) -> None:
    await people.forget(scope, tx, iot_id=iot_id)
    await _forget_lift.run(tx, scope, lift=iot_id)


async def purge(tx: Tx, now_ms: int) -> None:
    """What ended long ago."""
    await _purge.run(tx, before=now_ms - KEPT_MS)


async def _save_ride(scope: Scope, tx: Tx, ride: Ride) -> None:
    values: dict[str, Any] = {f"to_{name}": value for name, value in ride._asdict().items()}
    names = ("from_floor", "to_floor", "state", "reason", "steps", "since_ms", "heard_ms", "called_ms",
             "request_ms", "ended_ms")  # fmt: skip
    await _save.run(tx, scope, row=ride.ride_id, **{f"to_{name}": values[f"to_{name}"] for name in names})


async def refused_by_lift(scope: Scope, tx: Tx, *, ride_id: int, now_ms: int) -> None:
    """The lift did not take the call."""
    ride = await queries.ride(scope, tx, ride_id)
    if ride is not None:
        await end(scope, tx, ride, "lift_refused", now_ms)
