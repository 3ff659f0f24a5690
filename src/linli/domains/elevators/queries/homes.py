"""Lifts that bring somebody home: what calls them, and at which floor the home is. Spec E 5.6, C C016."""

from typing import NamedTuple, Protocol

from linli.domains.boxes.passage import queries as rule_queries
from linli.domains.boxes.passage.queries import PERSON, Rule
from linli.domains.communities import space_rules
from linli.domains.communities.queries import spaces
from linli.domains.elevators.queries import lifts as queries
from linli.domains.elevators.queries.states import CarState, exits_of, states_of, words
from linli.domains.elevators.rows import Shaft
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.protocols.edge_link import floor_of
from linli.rules.lift_states import State, choose
from linli.things.queries.devices import find_devices


class Dwelling(Protocol):
    """A house, and the person in it for whom an application may have listed floors."""

    @property
    def community_id(self) -> int: ...

    @property
    def house_id(self) -> int: ...

    @property
    def identity_id(self) -> str: ...


class HomeLift(NamedTuple):
    """A lift at the floor of a home."""

    iot_id: str
    name: str
    online: bool
    floor: str
    room: str
    """Which side of the car opens there; empty: the lift does not tell sides apart."""
    way_out: str
    """The floor of the door; empty: not known."""
    shaft: Shaft
    states: dict[str, CarState]
    """By number of the car."""
    exits: list[str]
    """Where it lets people out who only want to leave."""
    service: State
    """Normal where a car would come to the home, else why none does."""


async def lifts_of_home(scope: Scope, db: Reader, home: Dwelling, *, now_ms: int) -> list[HomeLift]:
    """Those that an enabled rule calls for who lives in this house; `scope`: the home's community.

    The lift's own list of rooms goes before the rule's table, and that before what the house's number says. A lift on
    which the home has no floor is left out, so nobody calls it to a floor that is not their own.
    """
    rules = [
        rule for rule in await rule_queries.rules_of_community(scope, db, home.community_id) if rule.enabled
    ]
    if not rules:
        return []
    edges = await rule_queries.devices_of(scope, db, rules)
    iot_ids = {number: edges[number].iot_id for number in {rule.lift_id for rule in rules} & edges.keys()}
    devices = {row.iot_id: row for row in await find_devices(scope, db, iot_ids=sorted(iot_ids.values()))}
    shafts = await queries.shafts(scope, db, sorted(devices))
    states = await states_of(scope, db, sorted(devices))
    house = await spaces.space(scope, db, home.house_id)
    by_id: dict[str, HomeLift] = {}
    for rule in rules:
        device = devices.get(iot_ids.get(rule.lift_id, ""))
        if device is None or device.iot_id in by_id:
            continue
        shaft = shafts[device.iot_id]
        if rule.source == rule_queries.API:
            floor, room = await _listed(scope, db, rule, home.identity_id, now_ms)
        elif rule.unit_id is None or rule.unit_id in space_rules.path_ids(house.path):
            floor, room = _own_floor(shaft, rule, house.name)
        else:
            continue
        if floor and (not shaft.floors or floor in shaft.floors_of("")):
            name = device.nickname or device.device_name
            rows = states[device.iot_id]
            starts = [row.start_floor for row in rules if iot_ids.get(row.lift_id) == device.iot_id]
            by_id[device.iot_id] = HomeLift(
                device.iot_id, name, device.state == "online", floor, room, rule.start_floor, shaft, rows,
                exits_of(shaft, rows, starts),
                _service(shaft, rows, floor, now_ms),
            )  # fmt: skip
    return sorted(by_id.values(), key=lambda lift: (lift.name, lift.iot_id))


def _service(shaft: Shaft, rows: dict[str, CarState], floor: str, now_ms: int) -> State:
    served = {car.elevator_id: list(shaft.floors_of(car.elevator_id)) for car in shaft.cars}
    mode = "" if shaft.lift is None else shaft.lift.mode
    return choose(words(rows.values(), now_ms), served, mode=mode, car="", floors=[floor]).state


async def _listed(scope: Scope, db: Reader, rule: Rule, identity_id: str, now_ms: int) -> tuple[str, str]:
    """The one floor that an application listed for the person; with several it cannot be known which is home."""
    target = await rule_queries.target(scope, db, rule.rule_id, PERSON, identity_id)
    if target is None or (target.expires_ms and target.expires_ms <= now_ms):
        return "", ""
    floors = target.floor_list()
    return floors[0] if len(floors) == 1 else ("", "")


def _own_floor(shaft: Shaft, rule: Rule, house: str) -> tuple[str, str]:
    at = {floor.floor for floor in shaft.floors if house in floor.room_list()}
    if len(at) == 1:  # on several floors it names a side of the car, and no home
        return at.pop(), house
    return rule.floor_table().get(house) or floor_of(house), ""
