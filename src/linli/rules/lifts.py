"""What a pass does at a lift: for whom, and which services of the lift in which order. Spec E 5.6, 11 T20; G 3.6."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

CALL: Final = "CloudCallElevator"
RELEASE: Final = "releaseFloors"
LIGHT: Final = "activateFloor"
AWAIT: Final = "awaitElevator"
"""Asked of lifts of the box alone, after a call: what became of it. Those that do not see their cars do not know it."""
NOT_COME: Final = -5
"""`code` of a call that was taken, and the car did not come."""
LIES: Final = -6
"""`code` of a call whose car tells a floor that cannot be true."""
GROUND: Final = ("1", "G", "L", "1F", "F1", "01", "0")
"""Names of the floor to leave a house by, where nobody said which one it is."""
DOWN_AFTER_MS: Final = 30 * 60_000
"""How long after the end of their visit visitors still get down."""


class Stop(NamedTuple):
    """A floor in the lift's own name, and which side of the car opens there; empty: the lift has one side."""

    floor: str
    room: str = ""


class Order(NamedTuple):
    """A service of the lift with its inputs."""

    service: str
    params: dict[str, Any]


def exit_floors(home: str, floors: Sequence[str], starts: Sequence[str]) -> list[str]:
    """Where a lift lets people out who only want to leave, in its own names; empty: not known, so nowhere.

    `home`: as a person set it. `floors`: in the lift's order, from below. `starts`: where passes call the lift to. The
    home floor, and what is below it where a pass calls the lift, such as a garage.
    """
    if not home:
        ground = [floor for floor in GROUND if floor in (floors or starts)]
        home = next((floor for floor in ground if floor in starts), ground[0] if ground else "")
    if not home:
        return []
    below = floors[: floors.index(home)] if home in floors else ()
    return [home, *(floor for floor in below if floor in starts)]


def counts(expires_ms: int, now_ms: int) -> bool:
    """Whether a row still counts; 0: always."""
    return not expires_ms or now_ms < expires_ms


def target_of[T](
    persons: Mapping[str, T],
    credentials: Mapping[str, T],
    person: str,
    mark: str,
    is_good: Callable[[T], bool],
) -> T | None:
    """The row of the person goes before the row of the credential shown; one that is no good is none at all."""
    for rows, key in ((persons, person), (credentials, mark)):
        row = rows.get(key) if key else None
        if row is not None and is_good(row):
            return row
    return None


def orders(mode: str, elevator: str, start: Stop, stops: Sequence[Stop]) -> list[Order]:
    """In order; what follows is not sent where one is refused.

    A call carries one target; several are freed once the call is taken. Without a target the car only comes.
    """
    car = _filled({"elevatorId": elevator})
    listed = [_filled({"floor": stop.floor, "room": stop.room}) for stop in stops]
    if mode == "RELEASE_ONLY":
        return [Order(RELEASE, {**car, "floorRoomList": listed})]
    if mode == "ACTIVATE_ONLY":
        return [Order(LIGHT, {**car, "floorRoomList": listed[:1]})]
    call = {"ElevatorID": elevator, "StartFloor": start.floor, "StartRoomNumber": start.room}
    if mode == "CALL_WITH_TARGET" and len(stops) == 1:
        call |= {"TargetFloor": stops[0].floor, "TargetRoomNumber": stops[0].room}
    called = [Order(CALL, _filled(call))]
    if mode == "CALL_WITH_TARGET" and len(stops) > 1:
        called.append(Order(RELEASE, {**car, "floorRoomList": listed}))
    return called


def _filled(values: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
