"""Vehicles that persons of a community keep. Spec B §3.10.

A removed vehicle can be put back: its row stays, and its plate is free for others meanwhile. It goes for good with its
owner's data.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.domains.people.events import VehiclesChanged
from linli.domains.people.models import vehicles
from linli.domains.people.person_rules import MOVED_IN
from linli.domains.people.queries import persons, residents
from linli.domains.people.queries import vehicles as queries
from linli.domains.people.queries.vehicles import Vehicle
from linli.domains.people.rows import Person
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, any_of, in_scope, update_of
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.events import emit
from linli.kernel.history import Change
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules.plates import clean_plate, is_plate, plate_region

A_PERSON: Final = 10
"""The most vehicles of a person in a community, and the most vehicles in a call."""
COLORS: Final = range(12)
"""CAR_COLOR of spec B §2.1."""
BRAND_MAX: Final = 32
BULK_MAX: Final = 1000
HISTORY: Final = "vehicle"
"""Kind of these records in the history."""
REMOVED, LEFT, RESTORED = "deleted", "owner_left", "restored"
"""Actions in the history: removed; removed with its owner's move-out; registered again."""
_FACTS: Final = ("plate", "brand", "color")


class PlateTaken(Conflict):
    """Another vehicle of the community has this plate."""

    code = "vehicle.plate_taken"


class TooManyVehicles(Conflict):
    code = "vehicle.too_many"


class OwnerMovedOut(Conflict):
    """The vehicle left with its owner, and comes back with them."""

    code = "vehicle.owner_moved_out"


class VehicleForm(msgspec.Struct, frozen=True, kw_only=True):
    """The data of a vehicle. None says nothing: a change leaves what it was."""

    plate: str | None = None
    brand: str | None = None
    color: int | None = None


_change = update_of(
    vehicles,
    ("plate", "region", "brand", "color", "created_ms", "changed_ms"),
    vehicles.c.vehicle_id == bindparam("row", type_=INT),
    in_scope(vehicles),
)
_mark = Command(
    update(vehicles)
    .where(any_of(vehicles.c.vehicle_id, "rows"), in_scope(vehicles))
    .values(deleted_ms=bindparam("at_ms", type_=INT))
)
_purge = Command(delete(vehicles).where(any_of(vehicles.c.vehicle_id, "rows"), in_scope(vehicles)))


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
        await history.note(
            scope, tx, record_of(row), "created", now_ms=now_ms, after={**_facts(row), "owner": identity_id}
        )
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
        changed = vehicle._replace(
            plate=plate,
            brand=form.brand if form.brand is not None else vehicle.brand,
            color=form.color if form.color is not None else vehicle.color,
        )
        await _write(scope, tx, vehicle, changed, now_ms)
        plates += [vehicle.plate, plate]
    await emit(tx, VehiclesChanged(scope.tenant, community_id, sorted(set(plates))))
    return [vehicle_id for vehicle_id, _ in changes]


async def _write(scope: Scope, tx: Tx, was: Vehicle, now: Vehicle, now_ms: int) -> None:
    await _change.run(
        tx,
        scope,
        row=now.vehicle_id,
        region=plate_region(now.plate),
        created_ms=was.created_ms if now.plate == was.plate else now_ms,  # its owner sees stays since then
        changed_ms=now_ms,
        **_facts(now),
    )
    await history.note(
        scope, tx, record_of(now), "changed", now_ms=now_ms, before=_facts(was), after=_facts(now)
    )


async def remove(scope: Scope, tx: Tx, *, community_id: int, vehicle_ids: list[int], now_ms: int) -> None:
    """Take vehicles away, all or none; `restore` puts one back. Raises NotFound."""
    vehicle_rows = [
        await queries.vehicle(scope, tx, vehicle_id, community_id=community_id)
        for vehicle_id in dict.fromkeys(vehicle_ids)
    ]
    await _set_registered(scope, tx, vehicle_rows, REMOVED, now_ms)


async def restore(scope: Scope, tx: Tx, *, community_id: int, vehicle_id: int, now_ms: int) -> None:
    """Register a removed vehicle again; one that is registered stays as it is.

    Raises NotFound (also for an owner whom the community no longer knows), PlateTaken, TooManyVehicles, OwnerMovedOut.
    """
    scope.allow(community_id)
    vehicle = await queries.vehicle(scope, tx, vehicle_id, community_id=community_id, removed=True)
    if not vehicle.deleted_ms:
        return
    here = scope.narrowed(community_id)
    if vehicle.person_id not in await persons.persons_by_id(here, tx, [vehicle.person_id]):
        raise NotFound(what="resident", id=vehicle.person_id)
    ties = await residents.ties_of_person(here, tx, vehicle.person_id)
    if ties and all(tie.status != MOVED_IN for tie in ties):
        raise OwnerMovedOut()
    owned = await queries.of_person(scope, tx, community_id, vehicle.person_id)
    if len(owned) >= A_PERSON:
        raise TooManyVehicles(field="vehicleList", limit=A_PERSON, held=len(owned))
    if await queries.by_plates(scope, tx, community_id, [vehicle.plate]):
        raise PlateTaken(field="plateNumber", plate=vehicle.plate)
    await _set_registered(scope, tx, [vehicle], RESTORED, now_ms)


async def undo_change(scope: Scope, tx: Tx, change: Change, *, ids: Ids, now_ms: int) -> None:
    """Take back that a vehicle was changed or removed. Raises what `change` and `restore` raise."""
    assert change.community_id is not None  # every vehicle has one
    vehicle_id = int(change.target)
    if change.action != "changed":
        await restore(scope, tx, community_id=change.community_id, vehicle_id=vehicle_id, now_ms=now_ms)
        return
    vehicle = await queries.vehicle(scope, tx, vehicle_id, community_id=change.community_id)
    before = {name: was for name, (was, _) in change.differences.items()}
    back = vehicle._replace(**before)
    if back.plate != vehicle.plate and await queries.by_plates(scope, tx, vehicle.community_id, [back.plate]):
        raise PlateTaken(field="plateNumber", plate=back.plate)
    await _write(scope, tx, vehicle, back, now_ms)
    await _tell(scope, tx, [vehicle, back])


async def put_back(scope: Scope, tx: Tx, was: list[Vehicle], *, now_ms: int) -> None:
    """Give existing vehicles their old description back; their plates stay."""
    there = (
        await queries.by_ids(scope, tx, was[0].community_id, [row.vehicle_id for row in was]) if was else {}
    )
    for vehicle in was:
        await _write(scope, tx, there[vehicle.vehicle_id], vehicle, now_ms)
    await _tell(scope, tx, was)


async def remove_rows(scope: Scope, tx: Tx, vehicle_rows: list[Vehicle], *, now_ms: int) -> None:
    """Remove existing vehicles of one community."""
    await _set_registered(scope, tx, vehicle_rows, REMOVED, now_ms)


async def leave(scope: Scope, tx: Tx, *, community_id: int, person_id: int, now_ms: int) -> list[Vehicle]:
    """Remove the vehicles of a person who left; others may register the plates now. Returns the vehicles."""
    vehicle_rows = await queries.of_person(scope, tx, community_id, person_id)
    await _set_registered(scope, tx, vehicle_rows, LEFT, now_ms)
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
        removed = {
            vehicle.plate: vehicle
            for vehicle in await queries.removed_of_persons(scope, tx, community_id, [person.id])
        }
        kept = [removed[form.plate] for form in free if form.plate in removed]
        await _set_registered(scope, tx, kept, RESTORED, now_ms)
        new = [form for form in free if form.plate not in removed]
        await add(
            scope, tx, community_id=community_id, identity_id=identity_id, forms=new, ids=ids, now_ms=now_ms
        )
    back = [form.plate or "" for form in free]
    return back, [plate for plate in plates if plate not in back]


async def leave_many(scope: Scope, tx: Tx, *, community_id: int, person_ids: list[int], now_ms: int) -> None:
    """As `leave`, of many persons at once."""
    vehicle_rows = await queries.of_persons(scope, tx, community_id, person_ids)
    await _set_registered(scope, tx, vehicle_rows, LEFT, now_ms)


async def come_back_many(
    scope: Scope, tx: Tx, *, community_id: int, person_ids: list[int], left_ms: int, now_ms: int
) -> None:
    """Undo `leave_many` of `left_ms`. A plate that somebody registered meanwhile stays theirs."""
    rows = await queries.removed_of_persons(scope, tx, community_id, person_ids)
    left = [row for row in rows if row.deleted_ms == left_ms]
    if left:
        taken = await queries.by_plates(scope, tx, community_id, [row.plate for row in left])
        free = [row for row in left if row.plate not in taken]
        await _set_registered(scope, tx, free, RESTORED, now_ms)


async def forget(scope: Scope, tx: Tx, *, community_id: int, person_ids: list[int]) -> None:
    """Delete everything that was kept of the vehicles of erased persons, removed ones too."""
    registered = await queries.of_persons(scope, tx, community_id, person_ids)
    rows = [*registered, *await queries.removed_of_persons(scope, tx, community_id, person_ids)]
    if rows:
        await _purge.run(tx, scope, rows=[row.vehicle_id for row in rows])
    for row in rows:
        await history.forget(scope, tx, HISTORY, row.vehicle_id)
    await _tell(scope, tx, registered)


def record_of(vehicle: Vehicle) -> history.Record:
    return history.Record(HISTORY, vehicle.vehicle_id, vehicle.community_id)


def _facts(vehicle: Vehicle) -> dict[str, Any]:
    return {name: getattr(vehicle, name) for name in _FACTS}


async def _set_registered(
    scope: Scope, tx: Tx, vehicle_rows: list[Vehicle], action: str, now_ms: int
) -> None:
    if not vehicle_rows:
        return
    community_id, rows = vehicle_rows[0].community_id, [vehicle.vehicle_id for vehicle in vehicle_rows]
    await _mark.run(tx, scope, rows=rows, at_ms=0 if action == RESTORED else now_ms)
    await history.note_many(scope, tx, HISTORY, rows, action, community_id=community_id, now_ms=now_ms)
    await _tell(scope, tx, vehicle_rows)


async def _tell(scope: Scope, tx: Tx, vehicle_rows: Iterable[Vehicle]) -> None:
    plates = {vehicle.plate: vehicle.community_id for vehicle in vehicle_rows}
    if plates:
        await emit(tx, VehiclesChanged(scope.tenant, next(iter(plates.values())), sorted(plates)))


async def owner(scope: Scope, tx: Tx, community_id: int, identity_id: str) -> Person:
    """The person, if this community knows them. Raises NotFound."""
    return await persons.person(scope.narrowed(community_id), tx, identity_id)


def check_list(vehicle_ids: list[object], *, limit: int = A_PERSON) -> None:
    """How many vehicles one call may name. Raises BadInput."""
    if not vehicle_ids:
        raise BadInput(field="vehicleList", rule="required")
    if len(vehicle_ids) > limit:
        raise BadInput(field="vehicleList", rule="too_many_items", limit=limit)
