"""What a robot hears of the lifts in its zone."""

from collections.abc import Sequence

from linli.domains.elevators.robots import queries, sessions
from linli.domains.elevators.robots.rmf import (
    DOOR_CLOSED,
    DOOR_OPEN,
    DOWN,
    MODE_AGV,
    MODE_HUMAN,
    MODE_OFFLINE,
    MODES,
    OTHERS,
    STOPPED,
    UNKNOWN,
    UP,
    LiftState,
    SessionState,
    time_of,
)
from linli.domains.elevators.robots.rows import Ride, Robot, Zone
from linli.domains.elevators.robots.sessions import OFFLINE, Place
from linli.domains.elevators.rows import Car
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.rules import robot_rides
from linli.rules.lift_states import NORMAL, OVERLOAD


async def lift_states(scope: Scope, db: Reader, robot: Robot, *, now_ms: int) -> list[LiftState]:
    """Of every lift in its zone; nobody else's session is named."""
    lifts = []
    for zone in robot.zones():
        at = await sessions.place(scope, db, zone.iot_id, now_ms)
        if at.community_id != robot.community_id:
            continue
        holders = [
            ride
            for ride in await queries.live_of_lift(scope, db, zone.iot_id)
            if ride.state in robot_rides.HOLDS and (not zone.car or ride.elevator_id in ("", zone.car))
        ]
        lifts.append(_state(robot, zone, at, holders, now_ms))
    return lifts


async def session_state(scope: Scope, db: Reader, robot: Robot) -> SessionState | None:
    """Of the newest session that it has or had."""
    live = await queries.live_of_robot(scope, db, robot.robot_id)
    ride = live[0] if live else await queries.newest_of_robot(scope, db, robot.robot_id)
    if ride is None:
        return None
    name = Zone(ride.iot_id, ride.elevator_id, ()).lift_name
    return SessionState(name, ride.session_id, ride.state, ride.reason)


def _state(robot: Robot, zone: Zone, at: Place, rides: Sequence[Ride], now_ms: int) -> LiftState:
    own = next((ride for ride in rides if ride.robot_id == robot.robot_id), None)
    there = at.shaft.floors_of(zone.car)
    fact = at.car(zone.car, own.floor if own else "")
    row = next(
        (
            car
            for car in at.shaft.cars
            if zone.car in ("", car.elevator_id) and fact and car.position == fact.floor
        ),
        None,
    )
    state = fact.state if fact else OFFLINE
    runs = state in (NORMAL, OVERLOAD)
    open_for = own is not None and own.state in (robot_rides.BOARDING, robot_rides.LEAVING)
    return LiftState(
        lift_time=time_of(now_ms),
        lift_name=zone.lift_name,
        available_floors=[floor for floor in there if floor in zone.floors],
        current_floor=fact.floor if fact else "",
        destination_floor=own.floor if own else "",
        door_state=DOOR_OPEN if open_for and fact and own and fact.stands_at(own.floor) else DOOR_CLOSED,
        motion_state=_motion(row),
        available_modes=[MODE_HUMAN, MODE_AGV],
        current_mode=(MODE_AGV if rides else MODE_HUMAN) if runs else MODES.get(state, MODE_OFFLINE),
        session_id=own.session_id if own else OTHERS if rides else "",
    )


def _motion(car: Car | None) -> int:
    if car is None or car.motion < 0:
        return UNKNOWN
    if car.motion == 0:
        return STOPPED
    return {1: UP, 2: DOWN}.get(car.direction, UNKNOWN)
