"""Console: lifts with their cars and floors, what calls them and what became of it, and calling one. Spec E 3.5, 4.6."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from linli.domains.boxes.passage import queries as rule_queries
from linli.domains.boxes.passage.queries import Rule
from linli.domains.boxes.passage.runs import PassageRun, runs_of
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import EdgeDevice
from linli.domains.elevators.errors import LiftOut, LiftRefused, LiftSaysSo, LiftUnreadable
from linli.domains.elevators.queries import lifts as queries
from linli.domains.elevators.queries.states import CarState, exits_of, states_of
from linli.domains.elevators.rows import Floor, Shaft
from linli.domains.elevators.service import calls, shafts, states
from linli.domains.elevators.service.calls import Ride
from linli.domains.elevators.views import LiftCar, lift_cars
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules.lift_states import NORMAL, WHOLE
from linli.things.downlink.invoker import Invoker
from linli.things.errors import DeviceOffline, DeviceRefused, DeviceSilent
from linli.things.queries.devices import DeviceRow, find_devices, get_device

SEE = Right.DEVICES_SEE.value
MOST_LIFTS = 2_000
"""Lifts in sight that a list looks through."""
HISTORY = (Kind(name=states.HISTORY_KIND, see=SEE, manage=Right.DEVICES_MANAGE.value),)


class LiftRow(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    name: str
    community_id: int | None
    online: bool
    mode: Annotated[str, Meta(description="SINGLE, GROUP or ALL; empty: it never told of itself.")]
    read_ms: Annotated[int | None, Meta(description="When it last told of its cars and floors; UTC ms.")]
    cars: list[LiftCar]
    floors: Annotated[int, Meta(description="How many different floors it has.")]
    rules: Annotated[int, Meta(description="Passage rules and linkages that call it.")]
    whole_out: Annotated[
        bool, Meta(description="Something is told of the lift as a whole, not of a car alone.")
    ]


class LiftFloor(msgspec.Struct, rename="camel", frozen=True):
    car: Annotated[str, Meta(description="Number of the car; empty: of every car.")]
    floor: str
    rooms: Annotated[list[str], Meta(description="Which sides or homes it opens to there.")]


class LiftRule(msgspec.Struct, rename="camel", frozen=True):
    """What calls a lift."""

    id: str
    name: str
    door_name: Annotated[str, Meta(description="Empty: the door is no longer behind the gateway.")]
    api: Annotated[bool, Meta(description="An application made it; else it was made in the console.")]
    mode: Annotated[str, Meta(description="CALL_ONLY, CALL_WITH_TARGET, RELEASE_ONLY, ACTIVATE_ONLY")]
    start_floor: str
    delay_seconds: int
    enabled: bool
    targets: Annotated[int, Meta(description="Persons, faces, codes and cards that an application listed.")]


class LiftHomeFloor(msgspec.Struct, rename="camel", frozen=True):
    car: Annotated[str, Meta(description="Number of the car; empty: the whole lift.")]
    floor: str


class LiftDetail(msgspec.Struct, rename="camel", frozen=True):
    lift: LiftRow
    floors: list[LiftFloor]
    rules: list[LiftRule]
    homes: Annotated[list[LiftHomeFloor], Meta(description="Home floors that a person set.")]
    exits: Annotated[
        list[str],
        Meta(description="Where it lets visitors out who leave; empty: not known, so nowhere."),
    ]


class CallWish(msgspec.Struct, rename="camel", frozen=True):
    """A car is to come, and perhaps to go on."""

    start_floor: Annotated[str, Meta(description="Where it is to come, as the lift names the floor.")]
    start_room: Annotated[str, Meta(description="Which side, for cars that open on two.")] = ""
    target_floor: str = ""
    target_room: str = ""


class ServiceWish(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """A car is to run no more, or again."""

    out: bool
    car: Annotated[str, Meta(description="Number of the car; empty: the whole lift.")] = ""
    reason: Annotated[str, Meta(description="Why; residents read it. Required to take it out.")] = ""
    until_ms: Annotated[int | None, Meta(description="UTC ms; null: until it is put back.")] = None


class HomeWish(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """Where cars are sent in an emergency, and where visitors get out who leave."""

    floor: Annotated[str, Meta(description="As the lift names it; empty: as its doors and floors tell.")]
    car: Annotated[str, Meta(description="Number of the car; empty: the whole lift.")] = ""


class Now(NamedTuple):
    """States of cars by lift and car, and the time that they are of."""

    states: Mapping[str, Mapping[str, CarState]]
    ms: int


class LiftFilter(Filter, frozen=True):
    """Lifts, as their list is asked for."""

    community_id: int | None = None
    q: Annotated[str, Meta(description="Part of the name.")] = ""


lift_routes = Routes("/lifts", tags=("lifts",))


@lift_routes.get(right=SEE)
async def list_lifts(
    scope: Scope, db: Database, clock: Clock, page: PageRequest, where: LiftFilter
) -> Page[LiftRow]:
    """Lifts in sight by name: those that told of themselves, and those that a rule calls."""
    if where.community_id is not None:
        scope = scope.narrowed(where.community_id)
    named = await rule_queries.lifts_of_rules(scope, db, most=MOST_LIFTS)
    iot_ids = {*await queries.lift_ids(scope, db, most=MOST_LIFTS), *(row.iot_id for row in named)}
    text = where.q.strip().casefold()
    devices = [
        row for row in await find_devices(scope, db, iot_ids=sorted(iot_ids)) if text in _name(row).casefold()
    ]
    devices.sort(key=lambda row: (_name(row), row.iot_id))
    shown = devices[page.offset : page.offset + page.page_size]
    by_id = await queries.shafts(scope, db, [row.iot_id for row in shown])
    rules = await _rules(scope, db, [row.iot_id for row in shown])
    now = Now(await states_of(scope, db, [row.iot_id for row in shown]), clock.now_ms())
    return Page.of(
        page, len(devices), [_row(row, by_id[row.iot_id], rules[row.iot_id], now) for row in shown]
    )


@lift_routes.get("/{iot_id:str}", right=SEE, raises=(NotFound, BadInput))
async def one_lift(iot_id: str, scope: Scope, db: Database, clock: Clock) -> LiftDetail:
    """A lift with its floors, and what calls it."""
    device = await get_device(scope, db, iot_id=iot_id)
    await calls.require_lift(scope, db, iot_id=iot_id)
    shaft = await queries.shaft(scope, db, iot_id)
    rules = (await _rules(scope, db, [iot_id]))[iot_id]
    doors = await rule_queries.devices_of(scope, db, rules)
    counts = await rule_queries.target_counts(scope, db, [rule.rule_id for rule in rules])
    now = Now(await states_of(scope, db, [iot_id]), clock.now_ms())
    states_by_car = now.states[iot_id]
    return LiftDetail(
        lift=_row(device, shaft, rules, now),
        floors=[_floor(floor) for floor in shaft.floors],
        rules=[_rule(rule, doors.get(rule.door_id), counts.get(rule.rule_id, 0)) for rule in rules],
        homes=[LiftHomeFloor(car, row.home) for car, row in sorted(states_by_car.items()) if row.home],
        exits=exits_of(shaft, states_by_car, [rule.start_floor for rule in rules if rule.enabled]),
    )


@lift_routes.get("/{iot_id:str}/runs", right=SEE, raises=(NotFound,))
async def lift_runs(iot_id: str, scope: Scope, db: Database) -> list[PassageRun]:
    """Each time that a pass was to call it, the newest first, and why it did not come."""
    await get_device(scope, db, iot_id=iot_id)
    return await runs_of(scope, db, await gateway_queries.device_of(scope, db, iot_id))


@lift_routes.post(
    "/{iot_id:str}/read",
    right=SEE,
    raises=(NotFound, BadInput, LiftRefused, LiftUnreadable, DeviceOffline, DeviceSilent, DeviceRefused),
)
async def read_lift(iot_id: str, scope: Scope, db: Database, clock: Clock, invoker: Invoker) -> None:
    """Ask it for its cars and floors now."""
    await calls.require_lift(scope, db, iot_id=iot_id)
    await shafts.read(db, invoker, scope, iot_id=iot_id, now_ms=clock.now_ms())


@lift_routes.post(
    "/{iot_id:str}/call",
    right=Right.DOORS_OPEN.value,
    raises=(
        NotFound,
        BadInput,
        LiftOut,
        LiftRefused,
        LiftUnreadable,
        DeviceOffline,
        DeviceSilent,
        DeviceRefused,
    ),
)
async def call_lift(
    iot_id: str, data: CallWish, scope: Scope, db: Database, clock: Clock, invoker: Invoker
) -> None:
    """Answers once the lift has taken the call; which car comes is the lift's choice. The history keeps who called."""
    ride = Ride(data.start_floor, data.start_room, data.target_floor, data.target_room)
    await calls.call_and_note(scope, db, invoker, iot_id=iot_id, ride=ride, now_ms=clock.now_ms())


@lift_routes.post(
    "/{iot_id:str}/service",
    right=Right.DEVICES_MANAGE.value,
    status=204,
    raises=(NotFound, BadInput, LiftSaysSo, LiftOut),
)
async def set_service(iot_id: str, data: ServiceWish, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Take a car, or the whole lift, out of service with a reason, or put it back. Nobody's pass calls it meanwhile, at
    the box with the line cut, too."""
    await calls.require_lift(scope, tx, iot_id=iot_id)
    now_ms = clock.now_ms()
    if data.out:
        await states.take_out(
            scope, tx, iot_id=iot_id, car=data.car, reason=data.reason, until_ms=data.until_ms, now_ms=now_ms
        )
    else:
        await states.put_back(scope, tx, iot_id=iot_id, car=data.car, now_ms=now_ms)


@lift_routes.put(
    "/{iot_id:str}/home", right=Right.DEVICES_MANAGE.value, status=204, raises=(NotFound, BadInput)
)
async def set_home(iot_id: str, data: HomeWish, scope: Scope, tx: Tx, clock: Clock) -> None:
    """The home floor of a car, or of the whole lift: its cars are sent there in an emergency."""
    await calls.require_lift(scope, tx, iot_id=iot_id)
    await states.set_home(scope, tx, iot_id=iot_id, car=data.car, floor=data.floor, now_ms=clock.now_ms())


async def _rules(scope: Scope, db: Reader, iot_ids: list[str]) -> dict[str, list[Rule]]:
    """What calls each of these lifts; by iotId."""
    edges = {
        row.edge_device_id: iot_id
        for iot_id in iot_ids
        if (row := await gateway_queries.device_of(scope, db, iot_id)) is not None
    }
    rules: dict[str, list[Rule]] = {iot_id: [] for iot_id in iot_ids}
    for rule in await rule_queries.rules_of_lifts(scope, db, sorted(edges)):
        rules[edges[rule.lift_id]].append(rule)
    return rules


def _name(row: DeviceRow) -> str:
    return row.nickname or row.device_name


def _row(device: DeviceRow, shaft: Shaft, rules: list[Rule], now: Now) -> LiftRow:
    return LiftRow(
        iot_id=device.iot_id,
        name=_name(device),
        community_id=device.community_id,
        online=device.state == "online",
        mode="" if shaft.lift is None else shaft.lift.mode,
        read_ms=None if shaft.lift is None else shaft.lift.read_ms,
        cars=lift_cars(shaft, now.states[device.iot_id], now.ms),
        floors=len(shaft.floors_of("")),
        rules=len(rules),
        whole_out=(whole := now.states[device.iot_id].get(WHOLE)) is not None and whole.now(now.ms) != NORMAL,
    )


def _floor(floor: Floor) -> LiftFloor:
    return LiftFloor(floor.elevator_id, floor.floor, floor.room_list())


def _rule(rule: Rule, door: EdgeDevice | None, targets: int) -> LiftRule:
    return LiftRule(
        id=str(rule.rule_id),
        name=rule.name,
        door_name="" if door is None else door.alias or door.device_name,
        api=rule.source == rule_queries.API,
        mode=rule.mode or ("CALL_AND_RELEASE" if rule.release else "CALL_ONLY"),
        start_floor=rule.start_floor,
        delay_seconds=rule.delay_s,
        enabled=bool(rule.enabled),
        targets=targets,
    )
