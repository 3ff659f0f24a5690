"""The floors of lifts behind the box, as their lifts name them, and whose floors a pass frees. Spec G 3.6, C C016."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.protocols.edge_link import LiftFloor, Linkage, PassageRule, PassageRules
from linli.rules import lifts

INFO_MS: Final = 10 * 60_000
"""How long the lift's list of floors and rooms is taken for true."""


class Lifts(Protocol):
    async def call(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]: ...


class _Info(NamedTuple):
    """A lift's floors as it lists them."""

    at_ms: int
    floors: Mapping[str, str]
    """By room, of rooms that are on one floor."""
    with_rooms: frozenset[str]
    answered: bool = True
    """False: the lift did not say."""


class LiftFloors:
    def __init__(self, callers: Lifts, clock: Clock) -> None:
        self._lifts = callers
        self._clock = clock
        self._info: dict[str, _Info] = {}

    def clear(self) -> None:
        """Ask every lift again."""
        self._info.clear()

    async def stops(self, lift: str, floors: Sequence[LiftFloor]) -> list[lifts.Stop]:
        """A room stands only where the lift has rooms (spec G 3.6); one that does not say takes what was written."""
        if not any(floor.room for floor in floors):
            return [lifts.Stop(floor.floor) for floor in floors]
        info = await self._lift_info(lift)
        return [
            lifts.Stop(floor.floor, floor.room if not info.answered or floor.floor in info.with_rooms else "")
            for floor in floors
        ]

    async def targets(self, lift: str, homes: Sequence[LiftFloor]) -> list[dict[str, str]]:
        """Floors as this lift names them; a room stands only where the lift has rooms (spec G 3.6)."""
        info = await self._lift_info(lift)
        targets: dict[tuple[str, str], dict[str, str]] = {}
        for home in homes:
            floor = info.floors.get(home.room) or home.floor
            if not floor:
                continue
            room = home.room if floor in info.with_rooms else ""
            targets[floor, room] = filled({"floor": floor, "roomNumber": room})
        return list(targets.values())

    async def _lift_info(self, lift: str) -> _Info:
        """A lift that cannot say is asked again with the next pass."""
        info, now = self._info.get(lift), self._clock.steady_ms()
        if info is not None and now - info.at_ms < INFO_MS:
            return info
        try:
            rows = (await self._lifts.call(lift, "QueryElevatorInfo", {})).get("FloorRoomInfo")
        except LinliError:
            rows = None
        if rows is None:
            return _Info(now, {}, frozenset(), answered=False)
        floors_of: dict[str, set[str]] = {}
        for row in rows:
            if row.get("RoomNumber"):
                floors_of.setdefault(str(row["RoomNumber"]), set()).add(str(row["Floor"]))
        # A number that is on several floors (the sides of a car: 01, 02) tells of no home.
        homes = {room: next(iter(floors)) for room, floors in floors_of.items() if len(floors) == 1}
        with_rooms = frozenset[str]().union(*floors_of.values())
        lift_info = self._info[lift] = _Info(now, homes, with_rooms)
        return lift_info


def floors_of(rule: PassageRule, person: str, now_ms: int) -> list[LiftFloor]:
    """Where a person lives, and where they are expected now."""
    expected = [
        visit.floor for visit in rule.visitors.get(person, ()) if visit.starts_ms <= now_ms < visit.ends_ms
    ]
    return [*rule.persons.get(person, ()), *expected]


def exits_of(rules: PassageRules, rule: PassageRule | Linkage) -> list[str]:
    orders = rules.lifts.get(rule.lift)
    return [] if orders is None else orders.exits


def ways_down(rule: PassageRule, exits: Sequence[str], person: str, now_ms: int) -> list[LiftFloor]:
    """Where visitors upstairs are let out, also for a while after their visit; nowhere for everybody else.

    A pass at a door by which people come in leads up, and not here.
    """
    if rule.start_floor in exits:
        return []
    visits = rule.visitors.get(person, ())
    leaves = any(visit.starts_ms <= now_ms < visit.ends_ms + lifts.DOWN_AFTER_MS for visit in visits)
    return [LiftFloor(floor=floor) for floor in exits] if leaves else []


def filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
