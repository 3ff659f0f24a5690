"""What a pass is to do at the lifts, said as plainly as it can be: rows that are looked through one by one.

Written from the specification (E 5.6, 11 T20; G 3.6), apart from the code that the box runs.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

type Place = tuple[str, str]
"""Floor and room."""


class Target(NamedTuple):
    """A line of a linkage. `kind`: PERSON, IDENTITY, QRCODE or CARD; `value` in clear."""

    kind: str
    value: str
    places: tuple[Place, ...]
    expires_ms: int


@dataclass
class Row:
    """A linkage, or, without a mode, a rule of the console with the homes of everybody behind the lift."""

    number: str
    door: str
    lift: str
    car: str
    start: Place
    mode: str = ""
    targets: list[Target] = field(default_factory=list)
    release: bool = False
    homes: dict[str, list[Place]] = field(default_factory=dict)


@dataclass
class Lift:
    rooms: dict[str, list[str]]
    """Rooms by floor; a floor without rooms has none."""
    off: bool = False
    """Its linkages are switched off."""
    refuses: str = ""
    """Its words."""


class Pass(NamedTuple):
    """`kind`: QRCODE, CARD, or face; `person`: whom the credential belongs to at that door, as far as it knows."""

    door: str
    kind: str
    value: str
    person: str


class Order(NamedTuple):
    lift: str
    service: str
    car: str
    start: Place
    places: tuple[Place, ...]


class Result(NamedTuple):
    row: str
    person: str
    code: int
    places: tuple[Place, ...]


def chosen(row: Row, made: Pass, now_ms: int) -> Target | None:
    """The person's own line, else the line of what was shown; what is over is no line."""
    good = [target for target in row.targets if target.expires_ms == 0 or target.expires_ms > now_ms]
    for target in good:
        if target.kind == "PERSON" and made.person and target.value == made.person:
            return target
    for target in good:
        shown = ("IDENTITY", made.person) if made.kind == "face" else (made.kind, made.value)
        if shown[1] and (target.kind, target.value) == shown:
            return target
    return None


def expected(
    rows: list[Row], lifts: dict[str, Lift], made: Pass, now_ms: int
) -> tuple[list[Order], list[Result]]:
    """Every order that lifts get for a pass, and every result that is told."""
    orders: list[Order] = []
    results: list[Result] = []
    for row in rows:
        if row.door != made.door:
            continue
        lift = lifts[row.lift]
        if row.mode:
            target = chosen(row, made, now_ms)
            if target is None or lift.off:
                continue
            places = tuple((floor, room if lift.rooms.get(floor) else "") for floor, room in target.places)
            wanted = _linked(row, places)
        else:
            places = _homes(row, lift, made.person)
            wanted = [Order(row.lift, "CloudCallElevator", row.car, row.start, ())]
            if places:
                wanted.append(Order(row.lift, "releaseFloors", row.car, ("", ""), places))
        told = () if row.mode == "CALL_ONLY" else places
        if lift.refuses:
            orders.append(wanted[0])
            results.append(Result(row.number, made.person, 99, told if row.mode else ()))
        else:
            orders += wanted
            results.append(Result(row.number, made.person, 0, told))
    return orders, results


def _linked(row: Row, places: tuple[Place, ...]) -> list[Order]:
    none = ("", "")
    if row.mode == "ACTIVATE_ONLY":
        return [Order(row.lift, "activateFloor", row.car, none, places[:1])]
    if row.mode == "RELEASE_ONLY":
        return [Order(row.lift, "releaseFloors", row.car, none, places)]
    if row.mode == "CALL_ONLY":
        return [Order(row.lift, "CloudCallElevator", row.car, row.start, ())]
    if len(places) == 1:
        return [Order(row.lift, "CloudCallElevator", row.car, row.start, places)]
    called = Order(row.lift, "CloudCallElevator", row.car, row.start, ())
    return [called, Order(row.lift, "releaseFloors", row.car, none, places)] if places else [called]


def _homes(row: Row, lift: Lift, person: str) -> tuple[Place, ...]:
    """Each home once; where the lift has the room on one floor and no other, that floor."""
    found: list[Place] = []
    for floor, room in row.homes.get(person, []) if row.release else []:
        at = [name for name, rooms in lift.rooms.items() if room in rooms]
        if len(at) == 1:
            floor = at[0]
        if floor and (floor, room if lift.rooms.get(floor) else "") not in found:
            found.append((floor, room if lift.rooms.get(floor) else ""))
    return tuple(found)


def may_reach(rows: list[Row], lifts: dict[str, Lift], made: Pass, now_ms: int) -> set[str]:
    """Every floor that somebody has a right to with this pass, whatever is made of it."""
    floors: set[str] = set()
    for row in rows:
        for target in row.targets:
            mine = target.value in (made.person, made.value) and target.value != ""
            if mine and (target.expires_ms == 0 or target.expires_ms > now_ms):
                floors |= {floor for floor, _ in target.places}
        for floor, room in row.homes.get(made.person, []):
            at = [name for name, rooms in lifts[row.lift].rooms.items() if room in rooms]
            floors |= {floor, *at[: len(at) == 1]}
    return floors


def order_of(lift: str, service: str, params: dict[str, Any]) -> Order:
    """A call as the lift got it."""
    listed = params.get("floorRoomList", [])
    places = tuple((one["floor"], one.get("room", "")) for one in listed)
    if "TargetFloor" in params:
        places = ((params["TargetFloor"], params.get("TargetRoomNumber", "")),)
    start = (params.get("StartFloor", ""), params.get("StartRoomNumber", ""))
    return Order(lift, service, params.get("ElevatorID", params.get("elevatorId", "")), start, places)
