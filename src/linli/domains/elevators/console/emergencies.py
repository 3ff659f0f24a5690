"""Console: declaring an emergency of lifts, what each car answered, and its end."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.boxes.passage.words import in_words
from linli.domains.communities.queries import spaces
from linli.domains.elevators.errors import NoLiftToLock
from linli.domains.elevators.queries import emergencies as queries
from linli.domains.elevators.queries.emergencies import Emergency, EmergencyCar
from linli.domains.elevators.service import emergencies as service
from linli.domains.people.queries.callers import caller_names
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.queries.devices import find_devices

SEE = Right.DEVICES_SEE.value


class HomewardCar(msgspec.Struct, rename="camel", frozen=True):
    """A car that an emergency sends home."""

    iot_id: str
    lift: Annotated[str, Meta(description="Name of the lift.")]
    car: Annotated[str, Meta(description="Number of the car; empty: the lift was never read.")]
    home_floor: Annotated[str, Meta(description="Empty: not known.")]
    result: Annotated[
        str, Meta(description="waiting, sent (it took the call), home, refused, silent (no answer)")
    ]
    words: Annotated[str, Meta(description="What it answered, or why it was not reached.")]
    tries: int
    at_ms: Annotated[int | None, Meta(description="UTC ms")]


class LiftEmergency(msgspec.Struct, rename="camel", frozen=True):
    id: str
    community_id: int | None
    place: Annotated[str, Meta(description="Building or unit; empty: the whole community.")]
    reason: Annotated[str, Meta(description="In words; of an input the name of its device.")]
    by_device: bool
    started_by: str
    started_ms: int
    ended_by: str
    ended_ms: Annotated[int | None, Meta(description="UTC ms; null: it goes on.")]
    cars: list[HomewardCar]


class EmergencyWish(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    community_id: int
    reason: str
    confirm: Annotated[str, Meta(description="The community's name, once more by hand.")]
    space_id: Annotated[int | None, Meta(description="A building or a unit; null: all lifts.")] = None


class EmergencyStarted(msgspec.Struct, rename="camel", frozen=True):
    id: str


class EmergencyFilter(Filter, frozen=True):
    community_id: int | None = None


class PlaceFilter(Filter, frozen=True):
    community_id: int
    space_id: int | None = None


emergency_routes = Routes("/lift-emergencies", tags=("lifts",))


@emergency_routes.get(right=SEE)
async def list_emergencies(
    scope: Scope, db: Database, page: PageRequest, where: EmergencyFilter
) -> Page[LiftEmergency]:
    """Those that go on, then the newest, with each car."""
    listed = await queries.page(scope, db, community_id=where.community_id or 0, page=page)
    cars = await queries.cars_of(scope, db, [row.emergency_id for row in listed.data])
    names = await _lift_names(scope, db, {car.iot_id for car in cars})
    people = await caller_names(db, {who for row in listed.data for who in (row.started_by, row.ended_by)})
    places = await spaces.names(scope, db, [row.space_id for row in listed.data if row.space_id is not None])
    rows = []
    for row in listed.data:
        own = [_car(car, names, scope.language) for car in cars if car.emergency_id == row.emergency_id]
        rows.append(_row(row, own, people, places))
    return Page.of(page, listed.total, rows)


@emergency_routes.get("/preview", right=Right.DOORS_OPEN.value, raises=(NotFound, BadInput))
async def preview(scope: Scope, db: Database, where: PlaceFilter) -> list[HomewardCar]:
    """The cars that an emergency of this place would send home, and where to."""
    lifts = await queries.lifts_at(scope, db, community_id=where.community_id, space_id=where.space_id)
    return [
        HomewardCar(
            lift.device.iot_id, lift.device.nickname or lift.device.device_name, car, lift.home_of(car),
            queries.WAITING, "", 0, None,
        )
        for lift in lifts
        for car in lift.cars
    ]  # fmt: skip


@emergency_routes.post(right=Right.DOORS_OPEN.value, status=201, raises=(NotFound, BadInput, NoLiftToLock))
async def declare(data: EmergencyWish, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> EmergencyStarted:
    """All cars there are sent home, and nobody calls them until a person ends it: not the open API, not this console, no
    resident, and no pass at a box."""
    emergency_id = await service.declare(
        scope, tx, community_id=data.community_id, space_id=data.space_id, reason=data.reason,
        confirm=data.confirm, ids=ids, now_ms=clock.now_ms(),
    )  # fmt: skip
    return EmergencyStarted(str(emergency_id))


@emergency_routes.post(
    "/{emergency_id:int}/send-again", right=Right.DOORS_OPEN.value, status=204, raises=(NotFound,)
)
async def send_again(emergency_id: int, scope: Scope, tx: Tx) -> None:
    """Send the cars home that are not there yet."""
    await service.send_again(scope, tx, emergency_id=emergency_id)


@emergency_routes.post(
    "/{emergency_id:int}/end", right=Right.DOORS_OPEN.value, status=204, raises=(NotFound,)
)
async def end(emergency_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Lifts are called again."""
    await service.end(scope, tx, emergency_id=emergency_id, now_ms=clock.now_ms())


async def _lift_names(scope: Scope, db: Reader, iot_ids: Iterable[str]) -> dict[str, str]:
    rows = await find_devices(scope, db, iot_ids=sorted(iot_ids))
    return {row.iot_id: row.nickname or row.device_name for row in rows}


def _car(car: EmergencyCar, names: dict[str, str], language: str) -> HomewardCar:
    words = in_words(car.words, language).words
    return HomewardCar(
        car.iot_id, names.get(car.iot_id, ""), car.elevator_id, car.home_floor, car.result, words,
        car.tries, car.at_ms,
    )  # fmt: skip


def _row(
    row: Emergency, cars: list[HomewardCar], people: dict[str, str], places: dict[int, str]
) -> LiftEmergency:
    return LiftEmergency(
        id=str(row.emergency_id),
        community_id=row.community_id,
        place="" if row.space_id is None else places.get(row.space_id, ""),
        reason=row.reason,
        by_device=row.source == service.DEVICE,
        started_by=people.get(row.started_by, ""),
        started_ms=row.started_ms,
        ended_by=people.get(row.ended_by, ""),
        ended_ms=row.ended_ms,
        cars=cars,
    )
