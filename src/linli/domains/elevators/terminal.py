"""Lifts at an indoor terminal: a home's comes to its own floor, which is set there first; the office's to any floor.

Source: spec A RES-10, PM-18.
"""

from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from linli.domains.boxes.passage import queries as rule_queries
from linli.domains.elevators.errors import CalledTooOften, LiftOut, LiftRefused, LiftUnreadable
from linli.domains.elevators.queries import lifts as queries
from linli.domains.elevators.queries.homes import lifts_of_home
from linli.domains.elevators.queries.states import states_of
from linli.domains.elevators.service import calls, home_calls, states
from linli.domains.elevators.service.calls import Ride
from linli.domains.elevators.service.waits import usual_wait_s
from linli.domains.elevators.views import LiftCar, lift_cars
from linli.domains.intercom.queries.screens import BoundTerminal
from linli.domains.intercom.service import screens
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.rules.lift_states import State
from linli.things.downlink.invoker import Invoker
from linli.things.errors import DeviceOffline, DeviceRefused, DeviceSilent
from linli.things.queries.devices import find_devices

MOST_LIFTS = 50
_MOST_FLOOR = 16


class TerminalLift(msgspec.Struct, rename="camel", frozen=True):
    """A lift that can be called here."""

    iot_id: str
    name: str
    online: bool
    floor: Annotated[str, Meta(description="The home's, as the lift names it; empty at the office.")]
    floors: Annotated[
        list[str], Meta(description="At the office: where it can be called to; empty: not known.")
    ]
    cars: list[LiftCar]
    service: Annotated[
        State, Meta(description="At a home: normal where a car would come; else why none does.")
    ]
    usual_seconds: Annotated[
        int | None, Meta(description="A car usually takes so long to come at this hour; null: not known.")
    ]


class OwnFloor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The floor at which the terminal is."""

    floor: Annotated[str, Meta(max_length=_MOST_FLOOR)]


class FloorWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the car is to come."""

    floor: Annotated[
        str,
        Meta(
            max_length=_MOST_FLOOR,
            description="At the office. A home's lift comes to the floor that was set.",
        ),
    ] = ""


class _Home(NamedTuple):
    community_id: int
    house_id: int
    identity_id: str


class _Lift(NamedTuple):
    shown: TerminalLift
    room: str = ""


routes = Routes("/lifts", tags=("lifts",))


@routes.get()
async def own_lifts(terminal: BoundTerminal, db: Database, clock: Clock) -> list[TerminalLift]:
    """A home's own lifts; at the office, those of the community."""
    return [lift.shown for lift in await _lifts(terminal, db, clock.now_ms())]


@routes.put("/floor", raises=(BadInput,))
async def set_own_floor(data: OwnFloor, terminal: BoundTerminal, tx: Tx, clock: Clock) -> None:
    """Say at which floor the terminal is. Only the home's own, where a lift's rules or rooms say which that is."""
    floor = data.floor.strip()
    if not floor:
        raise BadInput(field="floor", rule="blank")
    if not terminal.at_home:
        raise BadInput(field="floor", rule="terminal_no_home")
    floors = {lift.shown.floor for lift in await _lifts(terminal, tx, clock.now_ms())}
    if not floors:
        raise BadInput(field="floor", rule="terminal_no_lift")
    if floor not in floors:
        raise BadInput(field="floor", rule="terminal_floor", allowed=", ".join(sorted(floors)))
    await screens.set_floor(tx, screen=terminal.screen, floor=floor)


@routes.post(
    "/{iot_id:str}/call",
    raises=(
        NotFound,
        BadInput,
        CalledTooOften,
        LiftOut,
        LiftRefused,
        LiftUnreadable,
        DeviceOffline,
        DeviceSilent,
        DeviceRefused,
    ),
    status=204,
)
async def call_lift(
    iot_id: str, data: FloorWish, terminal: BoundTerminal, db: Database, clock: Clock, invoker: Invoker
) -> None:
    """Answers once the lift has taken the call. Six times a minute at most for a home, and for the office."""
    now_ms, row = clock.now_ms(), terminal.terminal
    lift = next((lift for lift in await _lifts(terminal, db, now_ms) if lift.shown.iot_id == iot_id), None)
    if lift is None:
        raise NotFound(what="lift", id=iot_id)
    floor = terminal.screen.floor if terminal.at_home else data.floor.strip()
    if not floor:
        raise BadInput(field="floor", rule="terminal_floor_first" if terminal.at_home else "blank")
    if terminal.at_home and floor != lift.shown.floor:
        raise BadInput(field="floor", rule="terminal_floor", allowed=lift.shown.floor)
    await states.require_car(terminal.scope, db, iot_id=iot_id, floors=[floor], now_ms=now_ms)
    counted = row.space_id if row.space_id is not None else -row.community_id  # no house is called so
    async with db.begin() as tx:
        await home_calls.count(
            terminal.scope, tx, house_id=counted, community_id=row.community_id, now_ms=now_ms
        )
    ride = Ride(floor, lift.room)
    await calls.call_and_note(terminal.scope, db, invoker, iot_id=iot_id, ride=ride, now_ms=now_ms)


async def _lifts(terminal: BoundTerminal, db: Reader, now_ms: int) -> list[_Lift]:
    scope, row = terminal.scope, terminal.terminal
    if row.space_id is None:
        return await _of_office(terminal, db, now_ms)
    home = _Home(row.community_id, row.space_id, row.identity_id)
    return [
        _Lift(
            TerminalLift(
                lift.iot_id,
                lift.name,
                lift.online,
                lift.floor,
                [],
                lift_cars(lift.shaft, lift.states, now_ms),
                lift.service,
                await _usual(terminal, db, lift.iot_id, now_ms),
            ),
            lift.room,
        )
        for lift in await lifts_of_home(scope, db, home, now_ms=now_ms)
    ]


async def _of_office(terminal: BoundTerminal, db: Reader, now_ms: int) -> list[_Lift]:
    scope = terminal.scope
    named = await rule_queries.lifts_of_rules(scope, db, most=MOST_LIFTS)
    iot_ids = {*await queries.lift_ids(scope, db, most=MOST_LIFTS), *(row.iot_id for row in named)}
    devices = await find_devices(scope, db, iot_ids=sorted(iot_ids))
    shafts = await queries.shafts(scope, db, [row.iot_id for row in devices])
    rows = await states_of(scope, db, [row.iot_id for row in devices])
    return [
        _Lift(
            TerminalLift(
                row.iot_id,
                row.nickname or row.device_name,
                row.state == "online",
                "",
                list(shafts[row.iot_id].floors_of("")),
                lift_cars(shafts[row.iot_id], rows[row.iot_id], now_ms),
                "normal",
                await _usual(terminal, db, row.iot_id, now_ms),
            )
        )
        for row in sorted(devices, key=lambda row: (row.nickname or row.device_name, row.iot_id))
    ]


async def _usual(terminal: BoundTerminal, db: Reader, iot_id: str, now_ms: int) -> int | None:
    return await usual_wait_s(
        terminal.scope, db, iot_id=iot_id, community_id=terminal.terminal.community_id, now_ms=now_ms
    )


ROUTES = (routes,)
