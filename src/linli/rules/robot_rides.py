"""A robot's ride in a lift that people use: when it is its turn, what the car is asked, and what ends it.

Humans first. A person's call always goes to the lift at once; a robot's waits until the car stood still and nobody called
for `QUIET_MS`, and gives the car back within `YIELD_MS` of a person's call as long as it is not under way. A wheelchair
that rides by itself has a person in it: it waits for nobody, and robots give way to it.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from linli.rules.lift_states import NORMAL, OVERLOAD

WAITING: Final = "waiting"
COMING: Final = "coming"
"""The car is called to where the robot stands."""
BOARDING: Final = "boarding"
RIDING: Final = "riding"
LEAVING: Final = "leaving"
DONE: Final = "done"
REFUSED: Final = "refused"
ENDED: Final = "ended"
LIVE: Final = (WAITING, COMING, BOARDING, RIDING, LEAVING)
HOLDS: Final = (COMING, BOARDING, RIDING, LEAVING)
"""States that hold the car: one session at most is in one of them."""

ROBOT: Final = "robot"
MOVER: Final = "mover"
WHEELCHAIR: Final = "wheelchair"
KINDS: Final = (ROBOT, MOVER, WHEELCHAIR)
HOLD_S: Final = {ROBOT: 30, MOVER: 60, WHEELCHAIR: 90}
"""Longest that the doors are kept open for one, by kind."""

MOST_KG: Final = 5_000
"""More than any lift for people carries."""
QUIET_MS: Final = 20_000
YIELD_MS: Final = 15_000
WAIT_MS: Final = 600_000
COMING_MS: Final = 180_000
RIDING_MS: Final = 300_000
SILENT_MS: Final = 60_000
"""A robot that says nothing for so long while it stands outside is taken for gone."""
AGAIN_MS: Final = 8_000
"""Doors are kept open by calling the car to the floor where it stands, as often as this."""
RECALL_MS: Final = 30_000


class Car(NamedTuple):
    """As the lift last told. `state`: of `rules.lift_states`, or `offline`; `normal` runs."""

    floor: str
    moving: bool
    state: str = "normal"

    def stands_at(self, floor: str) -> bool:
        return not self.moving and self.floor == floor


class Ride(NamedTuple):
    """What decides of a session. Times are UTC ms."""

    state: str
    kind: str
    from_floor: str
    to_floor: str
    """Empty until the robot is in the car and says where to."""
    hold_s: int
    asked_ms: int
    since_ms: int
    """In this state since then."""
    heard_ms: int
    """Its robot last said something then."""
    called_ms: int = 0
    """The car was last called for it then."""


class Step(NamedTuple):
    """What becomes of a ride; with `call` the car is to come to that floor."""

    state: str
    reason: str = ""
    call: str = ""


def turn(rides: Sequence[tuple[int, int, str]]) -> int | None:
    """Whose turn it is of those that wait: (number, priority, kind) in the order in which they came."""
    if not rides:
        return None
    return min(rides, key=lambda ride: (ride[2] != WHEELCHAIR, -ride[1]))[0]


def is_quiet(kind: str, car: Car, *, people_ms: int, now_ms: int) -> bool:
    """Whether a session may take the car: nobody rides in it, it has room, and nobody called it a moment ago."""
    if car.moving or car.state == OVERLOAD:
        return False
    return kind == WHEELCHAIR or not people_ms or not 0 <= now_ms - people_ms < QUIET_MS


def hold_ends_ms(ride: Ride, people_ms: int) -> int:
    """Until when the doors are kept open; sooner where a person called since."""
    until = ride.since_ms + ride.hold_s * 1000
    if ride.kind != WHEELCHAIR and people_ms >= ride.since_ms - QUIET_MS and people_ms:
        until = min(until, max(people_ms, ride.since_ms) + YIELD_MS)
    return until


def step(ride: Ride, car: Car, *, people_ms: int, now_ms: int, its_turn: bool) -> Step:
    """What follows from what is known now; the same state again where nothing does.

    `people_ms`: when a person last called this car, 0: never. `its_turn`: no other session holds the car, and none goes
    before it.
    """
    stay = Step(ride.state)
    if ride.state not in LIVE:
        return stay
    if car.state not in (NORMAL, OVERLOAD):
        return Step(ENDED, car.state)
    outside = ride.state in (WAITING, COMING, BOARDING)
    if outside and now_ms - ride.heard_ms >= SILENT_MS:
        return Step(ENDED, "silent")
    took = now_ms - ride.since_ms
    match ride.state:
        case "waiting":
            if now_ms - ride.asked_ms >= WAIT_MS:
                return Step(REFUSED, "busy")
            if its_turn and is_quiet(ride.kind, car, people_ms=people_ms, now_ms=now_ms):
                return Step(COMING, call=ride.from_floor)
            return Step(WAITING, _why(car, its_turn=its_turn))
        case "coming":
            if car.stands_at(ride.from_floor) and car.state != OVERLOAD:
                return Step(BOARDING)
            if took >= COMING_MS:
                return Step(ENDED, "no_car")
            again = not car.moving and now_ms - ride.called_ms >= RECALL_MS
            return Step(COMING, call=ride.from_floor if again else "")
        case "boarding":
            if _is_too_heavy(ride, car, ride.from_floor):
                return Step(ENDED, OVERLOAD)
            if ride.to_floor:
                return Step(RIDING, call=ride.to_floor)
            return _hold(ride, car, "not_boarded", people_ms, now_ms)
        case "riding":
            if _is_too_heavy(ride, car, ride.from_floor):
                return Step(ENDED, OVERLOAD)
            if car.stands_at(ride.to_floor):
                return Step(LEAVING)
            if took >= RIDING_MS:
                return Step(ENDED, "no_arrival")
            again = not car.moving and now_ms - ride.called_ms >= RECALL_MS
            return Step(RIDING, call=ride.to_floor if again else "")
        case _:
            return _hold(ride, car, "not_left", people_ms, now_ms)


def _is_too_heavy(ride: Ride, car: Car, floor: str) -> bool:
    """The robot made it so, and gets out again: not one of the people. In a wheelchair sits one."""
    return car.state == OVERLOAD and ride.kind != WHEELCHAIR and car.stands_at(floor)


def _hold(ride: Ride, car: Car, reason: str, people_ms: int, now_ms: int) -> Step:
    floor = ride.to_floor if ride.state == LEAVING else ride.from_floor
    if car.floor != floor:  # people took it: it is not called back
        return Step(ENDED, "car_left")
    until = hold_ends_ms(ride, people_ms)
    if now_ms >= until:
        return Step(ENDED, reason)
    return Step(ride.state, call=floor if now_ms - max(ride.called_ms, ride.since_ms) >= AGAIN_MS else "")


def _why(car: Car, *, its_turn: bool) -> str:
    if not its_turn:
        return "another_robot"
    if car.state == OVERLOAD:
        return "car_full"
    return "car_moves" if car.moving else "people_call"
