"""Console: vehicles of residents: list, add, change, remove, export, and by where the plates are from."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Response
from msgspec import Meta

from linli.domains.communities.console.imports import attachment
from linli.domains.communities.console.spaces import root_of
from linli.domains.communities.queries import spaces
from linli.domains.communities.xlsx import vehicles as workbook
from linli.domains.people.phones import PhoneSight
from linli.domains.people.queries import vehicles as queries
from linli.domains.people.queries.vehicles import OwnedVehicle
from linli.domains.people.rights import Right, Rights
from linli.domains.people.service import vehicles as service
from linli.domains.people.service.vehicles import OwnerMovedOut, PlateTaken, TooManyVehicles, VehicleForm
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput
from linli.kernel.i18n import text
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules.plates import is_new_energy

EXPORT_MAX = 20_000
DELETED = "deleted"
_NAMES = ("plate", "brand", "color")


class VehicleRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    plate: Annotated[str, Meta(description="In capitals, without separators.")]
    region: str
    """The character of the plate's province."""
    new_energy: bool
    brand: str
    color: Annotated[int | None, Meta(description="CAR_COLOR, 0 to 11")]
    identity_id: str
    owner_name: str
    owner_phone: Annotated[str, Meta(description="Masked without the right to whole phones.")]
    houses: list[str]
    """Where the owner lives."""
    house_ids: Annotated[list[str], Meta(description="Ids of these houses, in the same order.")]
    created_ms: int
    deleted_ms: Annotated[int, Meta(description="When it was removed; 0: it is registered.")]


class NewVehicleForm(msgspec.Struct, rename="camel", frozen=True):
    identity_id: str
    plate: str
    brand: str = ""
    color: int | None = None


class ChangedVehicleForm(msgspec.Struct, rename="camel", frozen=True):
    plate: str | None = None
    brand: str | None = None
    color: int | None = None


class AddedVehicle(msgspec.Struct, rename="camel", frozen=True):
    id: str


class VehicleIds(msgspec.Struct, rename="camel", frozen=True):
    ids: Annotated[list[int], Meta(description="At most 1000.")]


class VehicleRegion(msgspec.Struct, rename="camel", frozen=True):
    region: str
    name: str
    vehicles: int


async def _rows(
    scope: Scope, db: Reader, community_id: int, owned_vehicles: list[OwnedVehicle], phones: PhoneSight
) -> list[VehicleRow]:
    homes = await queries.homes(scope, db, community_id, sorted({row.person_id for row in owned_vehicles}))
    ids = sorted({house for row in homes.values() for house in row})
    houses = await spaces.houses_by_id(scope, db, ids)

    def lived_in(row: OwnedVehicle) -> list[int]:
        return [house_id for house_id in homes.get(row.person_id, ()) if house_id in houses]

    return [
        VehicleRow(
            id=str(row.vehicle_id),
            plate=row.plate,
            region=row.region,
            new_energy=is_new_energy(row.plate),
            brand=row.brand,
            color=row.color,
            identity_id=row.identity_id,
            owner_name=row.name,
            owner_phone=phones.shown(row.phone),
            houses=[houses[house_id].location for house_id in lived_in(row)],
            house_ids=[str(house_id) for house_id in lived_in(row)],
            created_ms=row.created_ms,
            deleted_ms=row.deleted_ms,
        )
        for row in owned_vehicles
    ]


vehicle_template_routes = Routes("/vehicles/template.xlsx", tags=("vehicles",))


@vehicle_template_routes.get(right=Right.VEHICLES_SEE)
async def empty_workbook(scope: Scope, language: str | None = None) -> Response[bytes]:
    """The empty workbook with titles, drop-downs and hints."""
    return attachment(workbook.template(language or scope.language), "linli-vehicles.xlsx")


vehicle_routes = Routes("/communities/{community_id:int}/vehicles", tags=("vehicles",))


class VehicleListFilter(queries.VehicleFilter, frozen=True):
    """The filter of the list, with its order."""

    state: Annotated[str, Meta(description="deleted: those that were removed.")] = ""
    sort: Annotated[
        str, Meta(description="created, removed, plate, -plate, name, -name; removed ones: the last first.")
    ] = ""


@vehicle_routes.get(right=Right.VEHICLES_SEE)
async def list_vehicles(
    community_id: int,
    where: VehicleListFilter,
    page: PageRequest,
    scope: Scope,
    db: Database,
    rights: Rights,
) -> Page[VehicleRow]:
    """Vehicles of a community, the last registered first."""
    if where.sort and where.sort not in queries.ORDERS:
        raise BadInput(field="sort", rule="one_of", allowed=", ".join(queries.ORDERS))
    if where.state not in ("", DELETED):
        raise BadInput(field="state", rule="one_of", allowed=DELETED)
    await root_of(scope, db, community_id)
    removed = where.state == DELETED
    order = where.sort or ("removed" if removed else "created")
    phones = PhoneSight(rights, scope, community_id)
    by_phone = phones.finds(where.q)
    matches = await queries.page(
        scope, db, community_id, page, where=where, order=order, removed=removed, by_phone=by_phone
    )
    return Page.of(page, matches.total, await _rows(scope, db, community_id, matches.data, phones))


@vehicle_routes.get("/regions", right=Right.VEHICLES_SEE)
async def regions(community_id: int, scope: Scope, db: Database) -> list[VehicleRegion]:
    """How many vehicles are from where, most first."""
    await root_of(scope, db, community_id)
    return [
        VehicleRegion(row.region, text(f"plate.region.{row.region}", scope.language), row.vehicles)
        for row in await queries.by_region(scope, db, community_id)
    ]


@vehicle_routes.post(right=Right.VEHICLES_MANAGE, raises=(PlateTaken, TooManyVehicles))
async def add_vehicle(
    community_id: int, data: NewVehicleForm, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> AddedVehicle:
    """Register a vehicle of a person that the community knows."""
    await root_of(scope, tx, community_id)
    form = service.checked(VehicleForm(plate=data.plate, brand=data.brand, color=data.color), names=_NAMES)
    (vehicle_id,) = await service.add(
        scope,
        tx,
        community_id=community_id,
        identity_id=data.identity_id,
        forms=[form],
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return AddedVehicle(str(vehicle_id))


@vehicle_routes.put("/{vehicle_id:int}", right=Right.VEHICLES_MANAGE, raises=(PlateTaken,))
async def change_vehicle(
    community_id: int, vehicle_id: int, data: ChangedVehicleForm, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Change plate, brand or colour; absent fields stay as they are."""
    form = service.checked(VehicleForm(plate=data.plate, brand=data.brand, color=data.color), names=_NAMES)
    await service.change(
        scope, tx, community_id=community_id, changes=[(vehicle_id, form)], now_ms=clock.now_ms()
    )


@vehicle_routes.post("/remove", right=Right.VEHICLES_MANAGE)
async def remove_vehicles(community_id: int, data: VehicleIds, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Take vehicles away, all or none; each can be put back."""
    service.check_list([*data.ids], limit=service.BULK_MAX)
    await service.remove(scope, tx, community_id=community_id, vehicle_ids=data.ids, now_ms=clock.now_ms())


@vehicle_routes.post(
    "/{vehicle_id:int}/restore",
    right=Right.VEHICLES_MANAGE,
    raises=(PlateTaken, TooManyVehicles, OwnerMovedOut),
)
async def restore_vehicle(community_id: int, vehicle_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Register a removed vehicle again, if its owner is still here and nobody else has the plate."""
    await root_of(scope, tx, community_id)
    await service.restore(scope, tx, community_id=community_id, vehicle_id=vehicle_id, now_ms=clock.now_ms())


@vehicle_routes.get("/export.xlsx", right=Right.VEHICLES_SEE)
async def export(
    community_id: int, where: queries.VehicleFilter, scope: Scope, db: Database, rights: Rights
) -> Response[bytes]:
    """The rows of the list with the same filters, as a workbook that can be imported again; at most 20,000 rows."""
    await root_of(scope, db, community_id)
    whole = PageRequest(1, EXPORT_MAX)
    phones = PhoneSight(rights, scope, community_id)
    by_phone = phones.finds(where.q)
    page = await queries.page(scope, db, community_id, whole, where=where, order="plate", by_phone=by_phone)
    rows = [
        (row.plate, row.owner_name, row.owner_phone, "、".join(row.houses[:1]), row.brand, row.color)
        for row in await _rows(scope, db, community_id, page.data, phones)
    ]
    content = await asyncio.to_thread(workbook.filled, scope.language, rows)
    return attachment(content, "linli-vehicles.xlsx")
