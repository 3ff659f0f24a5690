"""Linkages in the form of rules that a lift's gateway keeps itself: one a person and lift. Source: spec G 3.5-3.6, A28.

A rule of the protocol names no door, and says whom by `userId` alone. So a gateway can only keep linkages whose door is
a reader of its own machine, and of these only the rows of persons. All else stays with the box.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from linli.protocols.edge_link import (
    ACTIVATE_ONLY,
    CALL_ONLY,
    IN_CAR,
    LiftOrders,
    Linkage,
    LinkageTarget,
    PassageRules,
)

type Content = dict[str, Any]

LONGEST_ID: Final = 30
"""Of a linkage that is told by its rules' ids; a longer one stands there as a digest."""
_LONGEST_PERSON: Final = 64
"""Bytes of `userId`."""


class LiftFloors(NamedTuple):
    """A lift's floors, as it lists them."""

    grouped: bool
    """It chooses the car itself: none may be named."""
    single: bool
    """The car must be named, where there are several."""
    cars: int
    floors: frozenset[tuple[str, str]]
    """(car, floor)"""
    with_rooms: frozenset[str]
    """Floors where a room must be named (R* of G 3.6)."""

    def has(self, car: str, floor: str) -> bool:
        cars = {"", car}
        return any(name == floor and (not car or of in cars) for of, name in self.floors)


class Wanted(NamedTuple):
    """What a gateway is to keep. `unfit`: why (a code) the box goes on with a person's rule itself, by ruleId."""

    rules: dict[str, Content]
    unfit: dict[str, str]


def floors_of(info: Mapping[str, Any]) -> LiftFloors:
    """From the outputs of `QueryElevatorInfo`."""
    rows = [row for row in info.get("FloorRoomInfo") or () if row.get("Floor")]
    return LiftFloors(
        grouped=info.get("ElevatorMode") == "GROUP",
        single=info.get("ElevatorMode") == "SINGLE",
        cars=len(info.get("ElevatorInfo") or ()),
        floors=frozenset((str(row.get("ElevatorID") or ""), str(row["Floor"])) for row in rows),
        with_rooms=frozenset(str(row["Floor"]) for row in rows if row.get("RoomNumber")),
    )


def rule_id(linkage: Linkage, person: str) -> str:
    """The same for the same person as long as the linkage is there; it tells the linkage."""
    mark = hashlib.sha256(f"{linkage.id}\n{linkage.elevator}\n{person}".encode()).hexdigest()[:24]
    return f"{_short(linkage.id)}.{mark}"


def _short(linkage_id: str) -> str:
    if len(linkage_id) <= LONGEST_ID and "." not in linkage_id:
        return linkage_id
    return hashlib.sha256(linkage_id.encode()).hexdigest()[:LONGEST_ID]


def linkage_of(rule: str, linkages: Iterable[Linkage]) -> str:
    """The linkage of a rule that we wrote, also of one that is gone; empty: somebody else's rule."""
    short, dot, mark = rule.rpartition(".")
    if not dot or len(mark) != 24:
        return ""
    return next((linkage.id for linkage in linkages if _short(linkage.id) == short), short)


def in_service(rules: PassageRules) -> list[Linkage]:
    """Linkages of lifts and cars that may be called: an emergency, or a person, takes the others' rules away."""
    return [
        linkage for linkage in rules.linkages if not _is_out(rules.lifts.get(linkage.lift), linkage.elevator)
    ]


def _is_out(orders: LiftOrders | None, car: str) -> bool:
    return orders is not None and (orders.emergency or bool({"", car} & orders.out.keys()))


def on_the_machine(
    linkages: Iterable[Linkage], siblings: Callable[[str], Sequence[str]]
) -> dict[str, list[Linkage]]:
    """By lift, the linkages of readers of its own machine; by their number, so that the first is always the same."""
    by_lift: dict[str, list[Linkage]] = {}
    for linkage in sorted(linkages, key=lambda linkage: linkage.id):
        if linkage.door in siblings(linkage.lift):
            by_lift.setdefault(linkage.lift, []).append(linkage)
    return by_lift


def covering(linkages: Sequence[Linkage]) -> dict[tuple[str, str], str]:
    """By (linkage, person), the rule that serves them: the first linkage's where several say the same."""
    covers: dict[tuple[str, str], str] = {}
    for rows in _by_person(linkages).values():
        first, person = rows[0]
        shared = rule_id(first, person)
        alike = {_content_of(linkage, person) for linkage, _ in rows}
        for linkage, _ in rows:
            covers[linkage.id, person] = shared if len(alike) == 1 else rule_id(linkage, person)
    return covers


def wanted_of(linkages: Sequence[Linkage], lift: LiftFloors, now_ms: int) -> Wanted:
    """Of one lift. Where linkages of its readers differ for a person, the box alone knows which reader it was."""
    wanted = Wanted({}, {})
    for rows in _by_person(linkages).values():
        first, person = rows[0]
        target = first.persons[person]
        if target.expires_ms and target.expires_ms <= now_ms:
            continue
        key = rule_id(first, person)
        if len({_content_of(linkage, person) for linkage, _ in rows}) > 1:
            wanted.unfit[key] = "readers_differ"
            continue
        why = _unfit(first, target, person, lift)
        if why:
            wanted.unfit[key] = why
        else:
            wanted.rules[key] = _content(first, target, person, lift)
    return wanted


def next_end_ms(linkages: Iterable[Linkage], now_ms: int) -> int | None:
    """When the next target ends, UTC ms."""
    ends = (target.expires_ms for linkage in linkages for target in linkage.persons.values())
    return min((end for end in ends if end > now_ms), default=None)


def same(wanted: Content, reported: Content) -> bool:
    """What is not said and what is said as nothing are the same."""
    return _plain(wanted) == _plain(reported)


def _plain(content: Content) -> Content:
    plain = {name: value for name, value in content.items() if name not in ("type", "ruleId")}
    stops = [
        {name: value for name, value in stop.items() if value}
        for stop in plain.get("targetFloorRoomList") or ()
    ]
    plain["targetFloorRoomList"] = sorted(stops, key=lambda stop: sorted(stop.items()))
    return {name: value for name, value in plain.items() if value not in (None, "", 0, "0", [])}


def _by_person(linkages: Sequence[Linkage]) -> dict[tuple[str, str], list[tuple[Linkage, str]]]:
    """By (car, person)."""
    rows: dict[tuple[str, str], list[tuple[Linkage, str]]] = {}
    for linkage in linkages:
        for person in linkage.persons:
            rows.setdefault((linkage.elevator, person), []).append((linkage, person))
    return rows


def _content_of(linkage: Linkage, person: str) -> tuple[Any, ...]:
    target = linkage.persons[person]
    floors = tuple((floor.floor, floor.room) for floor in target.floors)
    start = (linkage.start_floor, linkage.start_room)
    return linkage.mode, *start, linkage.delay_s, floors, target.expires_ms


def _unfit(linkage: Linkage, target: LinkageTarget, person: str, lift: LiftFloors) -> str:
    """Why a rule of this content cannot be given to a gateway: a code, and what it is about; empty: it can."""
    if len(person.encode()) > _LONGEST_PERSON:
        return "long_person"
    if lift.single and lift.cars > 1 and not linkage.elevator:
        return "no_car"
    stops = [] if linkage.mode == CALL_ONLY else [(stop.floor, stop.room) for stop in target.floors]
    if linkage.mode != CALL_ONLY and not stops:
        return "no_target"
    if linkage.mode not in IN_CAR:
        stops = [(linkage.start_floor, linkage.start_room), *stops]
    for floor, room in stops:
        if not lift.has("" if lift.grouped else linkage.elevator, floor):
            return f"no_floor {floor}"
        if floor in lift.with_rooms and not room:
            return f"no_room {floor}"
    return ""


def _content(linkage: Linkage, target: LinkageTarget, person: str, lift: LiftFloors) -> Content:
    def room_at(floor: str, room: str) -> str:
        return room if floor in lift.with_rooms else ""

    stops = [] if linkage.mode == CALL_ONLY else target.floors[: 1 if linkage.mode == ACTIVATE_ONLY else None]
    listed = [_filled({"floor": stop.floor, "roomNumber": room_at(stop.floor, stop.room)}) for stop in stops]
    content = {
        "userId": person,
        "elevatorId": "" if lift.grouped else linkage.elevator,
        "controlMode": linkage.mode,
        "targetFloorRoomList": listed,
        "delaySeconds": linkage.delay_s,
        "expiryTime": str(target.expires_ms) if target.expires_ms else "",
    }
    if linkage.mode not in IN_CAR:
        content["startFloor"] = linkage.start_floor
        content["startRoom"] = room_at(linkage.start_floor, linkage.start_room)
    return _filled(content)


def _filled(values: Mapping[str, Any]) -> Content:
    return {name: value for name, value in values.items() if value}
