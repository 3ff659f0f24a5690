"""Vehicles of persons: of one, by plate, lists of a community, and how many from where."""

from typing import Annotated, Any, Final, NamedTuple

from msgspec import Meta
from sqlalchemy import bindparam, func, literal_column, or_, select

from linli.domains.people.models import house_members, persons, vehicles
from linli.domains.people.person_rules import MOVED_IN
from linli.domains.people.queries.persons import like
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.entry import Filter
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules.plates import clean_plate


class Vehicle(NamedTuple):
    """A row of `resident_vehicles`, in the order of the columns."""

    vehicle_id: int
    tenant_id: str
    community_id: int
    person_id: int
    plate: str
    region: str
    brand: str
    color: int | None
    created_ms: int
    changed_ms: int
    deleted_ms: int = 0


class OwnedVehicle(NamedTuple):
    """A vehicle and whose it is."""

    vehicle_id: int
    community_id: int
    person_id: int
    plate: str
    region: str
    brand: str
    color: int | None
    created_ms: int
    deleted_ms: int
    identity_id: str
    name: str
    phone: str | None


class RegionCount(NamedTuple):
    region: str
    """The character of a province, or another region of `rules.plates`."""
    vehicles: int


SHORTEST_PLATE: Final = 3
MOST_OWNERS: Final = 100
_v, _p = vehicles.c, persons.c
_here = _v.community_id == bindparam("community_id", type_=INT)
_registered = _v.deleted_ms == literal_column("0")  # as the unique index has it, so that it serves
_removed = _v.deleted_ms > 0
_by_id = Query(
    select(vehicles).where(in_scope(vehicles), _v.vehicle_id == bindparam("vehicle_id", type_=INT), _here),
    Vehicle,
)
_of_person = Query(
    select(vehicles)
    .where(in_scope(vehicles), _here, _registered, _v.person_id == bindparam("person_id", type_=INT))
    .order_by(_v.created_ms, _v.vehicle_id),
    Vehicle,
)
_of_persons = Query(
    select(vehicles).where(in_scope(vehicles), _here, _registered, any_of(_v.person_id, "person_ids")),
    Vehicle,
)
_removed_of_persons = Query(
    select(vehicles)
    .where(in_scope(vehicles), _here, _removed, any_of(_v.person_id, "person_ids"))
    .order_by(_v.deleted_ms, _v.vehicle_id),
    Vehicle,
)
_by_ids = Query(
    select(vehicles).where(in_scope(vehicles), _here, _registered, any_of(_v.vehicle_id, "vehicle_ids")),
    Vehicle,
)
_by_plates = Query(
    select(vehicles).where(in_scope(vehicles), _here, _registered, any_of(_v.plate, "plates")), Vehicle
)
_of_plate = Query(
    select(
        _v.vehicle_id, _v.community_id, _v.person_id, _v.plate, _v.region, _v.brand, _v.color, _v.created_ms,
        _v.deleted_ms, _p.identity_id, _p.name, _p.phone,
    )
    .join(persons, _p.id == _v.person_id)
    .where(
        in_scope(vehicles),
        or_(bindparam("community_id", type_=INT) == 0, _here),
        _registered,
        _v.plate.like(bindparam("plate_text"), escape="\\"),
    )
    .order_by(_v.plate, _v.vehicle_id)
    .limit(bindparam("limit", type_=INT)),
    OwnedVehicle,
    heavy=True,
)  # fmt: skip
_regions = Query(
    select(_v.region, func.count().label("vehicles"))
    .where(in_scope(vehicles), _here, _registered)
    .group_by(_v.region)
    .order_by(func.count().desc(), _v.region),
    RegionCount,
)
_joined = (
    select(
        _v.vehicle_id, _v.community_id, _v.person_id, _v.plate, _v.region, _v.brand, _v.color, _v.created_ms,
        _v.deleted_ms, _p.identity_id, _p.name, _p.phone,
    )
    .join(persons, _p.id == _v.person_id)
    .where(in_scope(vehicles), _here)
)  # fmt: skip
_homes = Query(
    select(house_members.c.person_id, house_members.c.house_id)
    .where(
        in_scope(house_members),
        house_members.c.community_id == bindparam("community_id", type_=INT),
        any_of(house_members.c.person_id, "person_ids"),
        house_members.c.status == MOVED_IN,
    )
    .order_by(house_members.c.person_id, house_members.c.created_ms)
)
_FILTERS: dict[str, Any] = {
    "text": or_(
        _v.plate.like(bindparam("plate_text"), escape="\\"),
        _p.name.like(bindparam("text"), escape="\\"),
        _p.phone.like(bindparam("text"), escape="\\"),
    ),
    "whole": or_(
        _v.plate.like(bindparam("plate_text"), escape="\\"),
        _p.name.like(bindparam("whole"), escape="\\"),
        _p.phone == bindparam("whole_phone"),
    ),
    "region": _v.region == bindparam("region"),
    "owners": any_of(_p.identity_id, "owners"),
}
_ORDERS: dict[str, Any] = {
    "created": (_v.created_ms.desc(), _v.vehicle_id.desc()),
    "removed": (_v.deleted_ms.desc(), _v.vehicle_id.desc()),
    "plate": (_v.plate,),
    "-plate": (_v.plate.desc(),),
    "name": (_p.name, _v.plate),
    "-name": (_p.name.desc(), _v.plate),
}
ORDERS = tuple(_ORDERS)
_pages: dict[tuple[frozenset[str], str, bool], tuple[Query[OwnedVehicle], Query[Any]]] = {}


def _page(filters: frozenset[str], order: str, removed: bool) -> tuple[Query[OwnedVehicle], Query[Any]]:
    """(rows, count) for one set of filters; each set is compiled once, so that the engine can use its indexes."""
    key = (filters, order, removed)
    if key not in _pages:
        base = _joined.where(
            _removed if removed else _registered, *(_FILTERS[name] for name in sorted(filters))
        )
        rows = base.order_by(*_ORDERS[order])
        rows = rows.limit(bindparam("limit", type_=INT)).offset(bindparam("offset", type_=INT))
        _pages[key] = Query(rows, OwnedVehicle), Query(base.with_only_columns(func.count()))
    return _pages[key]


async def vehicle(
    scope: Scope, db: Reader, vehicle_id: int, *, community_id: int, removed: bool = False
) -> Vehicle:
    """Raises NotFound, also for a removed vehicle unless `removed`."""
    vehicle_row = await _by_id.one(db, scope, vehicle_id=vehicle_id, community_id=community_id)
    if vehicle_row is None or (vehicle_row.deleted_ms and not removed):
        raise NotFound(what="vehicle", id=vehicle_id)
    return vehicle_row


async def of_person(scope: Scope, db: Reader, community_id: int, person_id: int) -> list[Vehicle]:
    return await _of_person.all(db, scope, community_id=community_id, person_id=person_id)


async def of_persons(scope: Scope, db: Reader, community_id: int, person_ids: list[int]) -> list[Vehicle]:
    return await _of_persons.all(db, scope, community_id=community_id, person_ids=person_ids)


async def removed_of_persons(
    scope: Scope, db: Reader, community_id: int, person_ids: list[int]
) -> list[Vehicle]:
    """Vehicles that were taken away from these persons, those of the last time last."""
    return await _removed_of_persons.all(db, scope, community_id=community_id, person_ids=person_ids)


async def by_ids(scope: Scope, db: Reader, community_id: int, vehicle_ids: list[int]) -> dict[int, Vehicle]:
    """The given vehicles that the community has."""
    rows = await _by_ids.all(db, scope, community_id=community_id, vehicle_ids=vehicle_ids)
    return {row.vehicle_id: row for row in rows}


async def by_plates(scope: Scope, db: Reader, community_id: int, plates: list[str]) -> dict[str, Vehicle]:
    """By cleaned plate, those that the community has."""
    rows = await _by_plates.all(db, scope, community_id=community_id, plates=plates)
    return {row.plate: row for row in rows}


async def of_plate(
    scope: Scope, db: Reader, text: str, *, community_id: int = 0, limit: int = 500
) -> list[OwnedVehicle]:
    """Registered vehicles by a part of the plate, in the scope or in one community. Of less than three characters:
    none, because nearly all plates have them."""
    plate = clean_plate(text)
    if len(plate) < SHORTEST_PLATE:
        return []
    binds = {"plate_text": like(plate), "community_id": community_id, "limit": limit}
    return await _of_plate.all(db, scope, **binds)


async def by_region(scope: Scope, db: Reader, community_id: int) -> list[RegionCount]:
    """Registered vehicles by where their plates are from, most first (CON-04)."""
    return await _regions.all(db, scope, community_id=community_id)


class VehicleFilter(Filter, frozen=True):
    """Vehicles of a community."""

    q: Annotated[str, Meta(description="A part of the plate, or of the owner's name or phone.")] = ""
    region: Annotated[str, Meta(description="The character of a province.")] = ""
    owner: Annotated[str, Meta(description="identityId of whose they are; several by comma.")] = ""


ALL: Final = VehicleFilter()


async def page(
    scope: Scope,
    db: Reader,
    community_id: int,
    request: PageRequest,
    *,
    where: VehicleFilter = ALL,
    order: str = "created",
    removed: bool = False,
    by_phone: bool = True,
) -> Page[OwnedVehicle]:
    """Vehicles of a community, registered or `removed`; `order` is one of ORDERS.

    `by_phone`: a part of the owner's phone fits the text too, and not only the whole one.
    """
    text = where.q.strip()
    words = "text" if by_phone else "whole"
    binds: dict[str, Any] = {words: like(text) if text else None, "region": where.region or None}
    if where.owner:
        binds["owners"] = [part for part in where.owner.split(",") if part][:MOST_OWNERS]
    binds = {key: value for key, value in binds.items() if value is not None}
    rows, count = _page(frozenset(binds), order, removed)
    if text:
        binds["plate_text"] = like(clean_plate(text) or text)
        if not by_phone:
            binds["whole_phone"] = text
    binds["community_id"] = community_id
    total = int(await count.scalar(db, scope, **binds))
    return Page.of(request, total, await rows.all(db, scope, **binds, **request.binds))


async def homes(scope: Scope, db: Reader, community_id: int, person_ids: list[int]) -> dict[int, list[int]]:
    """Person id → ids of the houses of the community in which they live."""
    houses_by_person: dict[int, list[int]] = {}
    for person_id, house_id in await _homes.all(db, scope, community_id=community_id, person_ids=person_ids):
        houses_by_person.setdefault(person_id, []).append(house_id)
    return houses_by_person
