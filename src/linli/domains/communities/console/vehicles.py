"""Console: vehicles of residents: list, add, change, remove, export, and by where the plates are from."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from linli.domains.communities.console.imports import attachment
from linli.domains.communities.console.spaces import root_of
from linli.domains.communities.queries import spaces
from linli.domains.communities.xlsx import vehicles as workbook
from linli.domains.people.queries import vehicles as queries
from linli.domains.people.queries.vehicles import OwnedVehicle
from linli.domains.people.rights import Right
from linli.domains.people.service import vehicles as service
from linli.domains.people.service.vehicles import VehicleForm
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.errors import BadInput
from linli.kernel.i18n import text
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules.plates import is_new_energy

EXPORT_MAX = 20_000
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
    owner_phone: str
    houses: list[str]
    """Where the owner lives."""
    created_ms: int


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


async def _rows(scope: Scope, db: Reader, community_id: int, found: list[OwnedVehicle]) -> list[VehicleRow]:
    homes = await queries.homes(scope, db, community_id, sorted({row.person_id for row in found}))
    ids = sorted({house for row in homes.values() for house in row})
    houses = await spaces.houses_by_id(scope, db, ids)
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
            owner_phone=row.phone or "",
            houses=[houses[one].location for one in homes.get(row.person_id, ()) if one in houses],
            created_ms=row.created_ms,
        )
        for row in found
    ]


class VehicleTemplateRoutes(Controller):
    path = "/vehicles/template.xlsx"
    tags = ("vehicles",)

    @get("/", right=Right.VEHICLES_SEE.value)
    async def empty_workbook(
        self, within: NamedDependency[Scope], language: FromQuery[str | None] = None
    ) -> Response[bytes]:
        """The empty workbook with titles, drop-downs and hints."""
        return attachment(workbook.template(language or within.language), "linli-vehicles.xlsx")


class VehicleRoutes(Controller):
    path = "/communities/{community_id:int}/vehicles"
    tags = ("vehicles",)

    @get("/", right=Right.VEHICLES_SEE.value)
    async def list_vehicles(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        q: Annotated[
            str, QueryParameter(description="A part of the plate, or of the owner's name or phone.")
        ] = "",
        region: Annotated[str, QueryParameter(description="The character of a province.")] = "",
        sort: Annotated[str, QueryParameter(description="created, plate, -plate, name, -name")] = "created",
    ) -> Page[VehicleRow]:
        """Vehicles of a community, the last registered first."""
        if sort not in queries.ORDERS:
            raise BadInput(field="sort", rule="one_of", allowed=", ".join(queries.ORDERS))
        await root_of(within, db, community_id)
        found = await queries.page(
            within, db, community_id, page, order=sort, text=q.strip() or None, region=region or None
        )
        return Page.of(page, found.total, await _rows(within, db, community_id, found.data))

    @get("/regions", right=Right.VEHICLES_SEE.value)
    async def regions(
        self, community_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[VehicleRegion]:
        """How many vehicles are from where, most first."""
        await root_of(within, db, community_id)
        return [
            VehicleRegion(row.region, text(f"plate.region.{row.region}", within.language), row.vehicles)
            for row in await queries.by_region(within, db, community_id)
        ]

    @post("/", right=Right.VEHICLES_MANAGE.value, status_code=201)
    async def add_vehicle(
        self,
        community_id: FromPath[int],
        data: JSONBody[NewVehicleForm],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> AddedVehicle:
        """Register a vehicle of a person that the community knows."""
        await root_of(within, db, community_id)
        form = service.checked(
            VehicleForm(plate=data.plate, brand=data.brand, color=data.color), names=_NAMES
        )
        async with db.begin() as tx:
            (made,) = await service.add(
                within,
                tx,
                community_id=community_id,
                identity_id=data.identity_id,
                forms=[form],
                ids=ids,
                now_ms=clock.now_ms(),
            )
        return AddedVehicle(str(made))

    @put("/{vehicle_id:int}", right=Right.VEHICLES_MANAGE.value, status_code=204)
    async def change_vehicle(
        self,
        community_id: FromPath[int],
        vehicle_id: FromPath[int],
        data: JSONBody[ChangedVehicleForm],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Change plate, brand or colour; what is absent stays."""
        within.allow(community_id)
        form = service.checked(
            VehicleForm(plate=data.plate, brand=data.brand, color=data.color), names=_NAMES
        )
        async with db.begin() as tx:
            await service.change(
                within, tx, community_id=community_id, changes=[(vehicle_id, form)], now_ms=clock.now_ms()
            )

    @post("/remove", right=Right.VEHICLES_MANAGE.value, status_code=204)
    async def remove_vehicles(
        self,
        community_id: FromPath[int],
        data: JSONBody[VehicleIds],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Take vehicles away, all or none."""
        within.allow(community_id)
        service.check_list([*data.ids], limit=service.BULK_MAX)
        async with db.begin() as tx:
            await service.remove(within, tx, community_id=community_id, vehicle_ids=data.ids)

    @get("/export.xlsx", right=Right.VEHICLES_SEE.value)
    async def export(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        q: FromQuery[str] = "",
        region: FromQuery[str] = "",
    ) -> Response[bytes]:
        """What the list shows with the same filters, as a workbook that can be imported again; at most 20,000 rows."""
        await root_of(within, db, community_id)
        found = await queries.page(
            within,
            db,
            community_id,
            PageRequest(1, EXPORT_MAX),
            order="plate",
            text=q.strip() or None,
            region=region or None,
        )
        rows = [
            (row.plate, row.owner_name, row.owner_phone, "、".join(row.houses[:1]), row.brand, row.color)
            for row in await _rows(within, db, community_id, found.data)
        ]
        content = await asyncio.to_thread(workbook.filled, within.language, rows)
        return attachment(content, "linli-vehicles.xlsx")
