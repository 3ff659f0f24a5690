"""Residents call the lift to their own floor. Spec C C016, A RES-10."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.elevators.errors import CalledTooOften, LiftOut, LiftRefused, LiftUnreadable
from linli.domains.elevators.queries.homes import lifts_of_home
from linli.domains.elevators.service import calls, home_calls, states
from linli.domains.elevators.service.calls import Ride
from linli.domains.elevators.service.waits import usual_wait_s
from linli.domains.elevators.views import LiftCar, lift_cars
from linli.domains.people.queries.residence import Resident
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.rules.lift_states import State
from linli.things.downlink.invoker import Invoker
from linli.things.errors import DeviceOffline, DeviceRefused, DeviceSilent


class MyLift(msgspec.Struct, rename="camel", frozen=True):
    """A lift at one's home."""

    house_id: str
    iot_id: str
    name: str
    online: bool
    floor: Annotated[str, Meta(description="Of the home, as the lift names it.")]
    way_out: Annotated[str, Meta(description="The floor of the door below; empty: not known.")]
    cars: list[LiftCar]
    service: Annotated[State, Meta(description="normal: a car would come; else why none does.")]
    usual_seconds: Annotated[
        int | None, Meta(description="A car usually takes so long to come at this hour; null: not known.")
    ]


class LiftWish(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """The car comes to the home's floor."""

    out: Annotated[bool, Meta(description="Go on to the door's floor.")] = False


list_routes = Routes("/communities/{community_id:int}/lifts", tags=("lifts",))
routes = Routes("/houses/{house_id:int}/lifts", tags=("lifts",))


@list_routes.get(raises=(NotFound,))
async def my_lifts(community_id: int, resident: Resident, db: Database, clock: Clock) -> list[MyLift]:
    """Lifts at the homes that one lives in there, with where their cars are."""
    scope = resident.scope(community_id)
    return [
        MyLift(
            str(home.house_id),
            lift.iot_id,
            lift.name,
            lift.online,
            lift.floor,
            lift.way_out,
            lift_cars(lift.shaft, lift.states, clock.now_ms()),
            lift.service,
            await usual_wait_s(
                scope, db, iot_id=lift.iot_id, community_id=community_id, now_ms=clock.now_ms()
            ),
        )
        for home in resident.living_in
        if home.community_id == community_id
        for lift in await lifts_of_home(scope, db, home, now_ms=clock.now_ms())
    ]


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
)
async def call_lift(
    house_id: int,
    iot_id: str,
    data: LiftWish,
    resident: Resident,
    db: Database,
    clock: Clock,
    invoker: Invoker,
) -> None:
    """Answers once the lift has taken the call. It comes to the home's own floor, and goes to no other but the door's.

    A home calls six times a minute at most."""
    home = resident.home(house_id)
    scope = resident.at(home)
    lifts = await lifts_of_home(scope, db, home, now_ms=clock.now_ms())
    lift = next((lift for lift in lifts if lift.iot_id == iot_id), None)
    if lift is None:
        raise NotFound(what="lift", id=iot_id)
    now_ms, community_id = clock.now_ms(), home.community_id
    await states.require_car(scope, db, iot_id=iot_id, floors=[lift.floor], now_ms=now_ms)
    async with db.begin() as tx:
        await home_calls.count(scope, tx, house_id=house_id, community_id=community_id, now_ms=now_ms)
    ride = Ride(lift.floor, lift.room, lift.way_out if data.out else "")
    await calls.call_and_note(scope, db, invoker, iot_id=iot_id, ride=ride, now_ms=now_ms)


ROUTES = (list_routes, routes)
