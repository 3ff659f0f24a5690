"""Vehicles that persons of a community keep. Spec B §3.10."""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete

from linli.domains.people.events import VehiclesChanged
from linli.domains.people.models import vehicles
from linli.domains.people.queries import persons
from linli.domains.people.queries import vehicles as queries
from linli.domains.people.queries.vehicles import Vehicle
from linli.domains.people.rows import Person
from linli.kernel.db import INT, Command, Tx, any_of, in_scope, update_of
from linli.kernel.errors import BadInput, Conflict
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules.plates import clean_plate, is_plate, plate_region

A_PERSON: Final = 10
"""Vehicles of one person in one community, and vehicles in one call."""
COLORS: Final = range(12)
"""CAR_COLOR of spec B §2.1."""
BRAND_MAX: Final = 32
BULK_MAX: Final = 1000


class PlateTaken(Conflict):
    """Another vehicle of the community has this plate."""

    code = "vehicle.plate_taken"


class TooManyVehicles(Conflict):
    code = "vehicle.too_many"


class VehicleForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a vehicle. None says nothing: a change leaves what it was."""

    plate: str | None = None
    brand: str | None = None
    color: int | None = None


_change = update_of(
    vehicles,
    ("plate", "region", "brand", "color", "changed_ms"),
    vehicles.c.vehicle_id == bindparam("row", type_=INT),
    in_scope(vehicles),
)
_delete = Command(delete(vehicles).where(any_of(vehicles.c.vehicle_id, "rows"), in_scope(vehicles)))


def checked(
    form: VehicleForm, *, field: str = "", names: tuple[str, str, str] = ("plateNumber", "brand", "color")
) -> VehicleForm:
    """A vehicle in clean spelling. `field` stands before the wire names in errors. Raises BadInput."""
    plate, brand = form.plate, form.brand
    if plate is not None:
        plate = clean_plate(plate)
        if not plate:
            raise BadInput(field=field + names[0], rule="required")
        if not is_plate(plate):
            raise BadInput(field=field + names[0], rule="plate", example="浙A12345")
    if brand is not None:
        brand = " ".join(brand.split())
        if len(brand) > BRAND_MAX:
            raise BadInput(field=field + names[1], rule="too_long", limit=BRAND_MAX)
        if not brand.isprintable():
            raise BadInput(field=field + names[1], rule="control_character")
    if form.color is not None and form.color not in COLORS:
        raise BadInput(field=field + names[2], rule="range", low=COLORS[0], high=COLORS[-1])
    return VehicleForm(plate=plate, brand=brand, color=form.color)


async def add(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    identity_id: str,
    forms: list[VehicleForm],
    ids: Ids,
    now_ms: int,
) -> list[int]:
    """Give a person vehicles, all or none; their ids in the order given. `forms` are checked and have plates.

    Raises NotFound (a person that the community does not know), BadInput, PlateTaken, TooManyVehicles.
    """
    scope.allow(community_id)
    person = await owner(scope, tx, community_id, identity_id)
    plates = [form.plate or "" for form in forms]
    if len(set(plates)) < len(plates):
        twice = next(plate for plate in plates if plates.count(plate) > 1)
        raise PlateTaken(field="plateNumber", plate=twice)
    owned = await queries.of_person(scope, tx, community_id, person.id)
    if len(owned) + len(forms) > A_PERSON:
        raise TooManyVehicles(field="vehicleList", limit=A_PERSON, held=len(owned))
    if taken := await queries.by_plates(scope, tx, community_id, plates):
        raise PlateTaken(field="plateNumber", plate=min(taken))
    vehicle_ids = []
    for form in forms:
        plate = form.plate or ""
        row = Vehicle(
            vehicle_id=ids.number(),
            tenant_id=scope.tenant,
            community_id=community_id,
            person_id=person.id,
            plate=plate,
            region=plate_region(plate),
            brand=form.brand or "",
            color=form.color,
            created_ms=now_ms,
            changed_ms=now_ms,
        )
        await tx.insert(vehicles, row._asdict())
        vehicle_ids.append(row.vehicle_id)
    await emit(tx, VehiclesChanged(scope.tenant, community_id, plates))
    return vehicle_ids


async def change(
    scope: Scope, tx: Tx, *, community_id: int, changes: list[tuple[int, VehicleForm]], now_ms: int
) -> list[int]:
    """Change vehicles, all or none; their ids. Raises NotFound, PlateTaken."""
    plates: list[str] = []
    for vehicle_id, form in changes:
        vehicle = await queries.vehicle(scope, tx, vehicle_id, community_id=community_id)
        plate = form.plate if form.plate is not None else vehicle.plate
        if plate != vehicle.plate and await queries.by_plates(scope, tx, community_id, [plate]):
            raise PlateTaken(field="plateNumber", plate=plate)
        await _change.run(
            tx,
            scope,
            row=vehicle_id,
            plate=plate,
            region=plate_region(plate),
            brand=form.brand if form.brand is not None else vehicle.brand,
            color=form.color if form.color is not None else vehicle.color,
            changed_ms=now_ms,
        )
        plates += [vehicle.plate, plate]
    await emit(tx, VehiclesChanged(scope.tenant, community_id, sorted(set(plates))))
    return [vehicle_id for vehicle_id, _ in changes]


async def remove(scope: Scope, tx: Tx, *, community_id: int, vehicle_ids: list[int]) -> None:
    """Take vehicles away, all or none. Raises NotFound."""
    vehicle_rows = [
        await queries.vehicle(scope, tx, vehicle_id, community_id=community_id)
        for vehicle_id in dict.fromkeys(vehicle_ids)
    ]
    await _drop(scope, tx, vehicle_rows)


async def put_back(scope: Scope, tx: Tx, was: list[Vehicle], *, now_ms: int) -> None:
    """Give existing vehicles their old description back; their plates stay."""
    rows = [{"row": vehicle.vehicle_id, **vehicle._replace(changed_ms=now_ms)._asdict()} for vehicle in was]
    if rows:
        await _change.run_many(tx, rows, scope)
        plates = sorted(vehicle.plate for vehicle in was)
        await emit(tx, VehiclesChanged(scope.tenant, was[0].community_id, plates))


async def remove_rows(scope: Scope, tx: Tx, vehicle_rows: list[Vehicle]) -> None:
    """Remove existing vehicles of one community."""
    await _drop(scope, tx, vehicle_rows)


async def leave(scope: Scope, tx: Tx, *, community_id: int, person_id: int) -> list[Vehicle]:
    """Remove the vehicles of a person who left; others may register the plates now. Returns the vehicles."""
    vehicle_rows = await queries.of_person(scope, tx, community_id, person_id)
    await _drop(scope, tx, vehicle_rows)
    return vehicle_rows


async def come_back(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    identity_id: str,
    forms: Sequence[VehicleForm],
    ids: Ids,
    now_ms: int,
) -> tuple[list[str], list[str]]:
    """Register a person's former vehicles again; returns (plates registered, plates that others have now)."""
    plates = [form.plate or "" for form in forms]
    taken = await queries.by_plates(scope, tx, community_id, plates) if plates else {}
    free = [form for form in forms if form.plate not in taken]
    person = await owner(scope, tx, community_id, identity_id) if free else None
    if person is not None:
        owned = await queries.of_person(scope, tx, community_id, person.id)
        free = free[: max(A_PERSON - len(owned), 0)]
        await add(
            scope, tx, community_id=community_id, identity_id=identity_id, forms=free, ids=ids, now_ms=now_ms
        )
    back = [form.plate or "" for form in free]
    return back, [plate for plate in plates if plate not in back]


async def leave_many(scope: Scope, tx: Tx, *, community_id: int, person_ids: list[int]) -> None:
    """As `leave`, of many persons at once."""
    await _drop(scope, tx, await queries.of_persons(scope, tx, community_id, person_ids))


async def _drop(scope: Scope, tx: Tx, vehicle_rows: list[Vehicle]) -> None:
    if vehicle_rows:
        await _delete.run(tx, scope, rows=[vehicle.vehicle_id for vehicle in vehicle_rows])
        await emit(
            tx,
            VehiclesChanged(
                scope.tenant, vehicle_rows[0].community_id, sorted(vehicle.plate for vehicle in vehicle_rows)
            ),
        )


async def owner(scope: Scope, tx: Tx, community_id: int, identity_id: str) -> Person:
    """The person, if this community knows them. Raises NotFound."""
    return await persons.person(scope.narrowed(community_id), tx, identity_id)


def check_list(vehicle_ids: list[object], *, limit: int = A_PERSON) -> None:
    """How many vehicles one call may name. Raises BadInput."""
    if not vehicle_ids:
        raise BadInput(field="vehicleList", rule="required")
    if len(vehicle_ids) > limit:
        raise BadInput(field="vehicleList", rule="too_many_items", limit=limit)
