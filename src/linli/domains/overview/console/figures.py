"""Web routes of the overview: figures by subject, and the map."""

import msgspec
from litestar.datastructures import UploadFile

from linli.domains.communities.console.picture_files import keep_picture
from linli.domains.communities.queries import communities
from linli.domains.overview import calendar, map_view, queries, service
from linli.domains.overview.schemas import (
    Candidate,
    CommunityMap,
    Days,
    Housing,
    PlaceKind,
    Population,
    Share,
    VehiclePass,
)
from linli.domains.people.queries import vehicles
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Form, Routes
from linli.kernel.errors import NotFound, TooLarge
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings
from linli.things.topology.outages import Boxes

CommunityId = int
LAST_VEHICLES = 14


class PlaceForm(msgspec.Struct, rename="camel", frozen=True):
    lng: float
    lat: float


class PlanFile(msgspec.Struct):
    file: UploadFile


figure_routes = Routes("/overview", tags=("overview",))


@figure_routes.get("/population", right="residents.use")
async def population(scope: Scope, db: Database, community_id: CommunityId) -> Population:
    """The persons of the community in figures (CON-01)."""
    return await queries.population(scope.narrowed(community_id), db, community_id)


@figure_routes.get("/houses", right="houses.use")
async def houses(scope: Scope, db: Database, community_id: CommunityId) -> Housing:
    """The spaces of the community in figures (CON-02)."""
    return await queries.housing_of(scope.narrowed(community_id), db, community_id)


@figure_routes.get("/traffic", right="communities.use", raises=(NotFound,))
async def traffic(scope: Scope, db: Database, clock: Clock, community_id: CommunityId) -> Days:
    """Today's persons and vehicles, and this week beside the mean of the four before (CON-03)."""
    here = scope.narrowed(community_id)
    community = await communities.community(here, db, community_id)
    weeks = calendar.weeks(clock.now_ms(), community.time_zone)
    return await queries.traffic(here, db, community_id, weeks)


@figure_routes.get("/vehicles", right="vehicles.use", name="vehicles")
async def count_vehicles(scope: Scope, db: Database, community_id: CommunityId) -> list[Share]:
    """Registered vehicles by the region of their plates, most first (CON-04)."""
    region_counts = await vehicles.by_region(scope.narrowed(community_id), db, community_id)
    return [Share(row.region, row.vehicles) for row in region_counts]


@figure_routes.get("/vehicle-passes", right="communities.use")
async def vehicle_passes(scope: Scope, db: Database, community_id: CommunityId) -> list[VehiclePass]:
    """The last vehicles at the barriers, newest first."""
    return await queries.vehicle_passes(scope.narrowed(community_id), db, community_id, limit=LAST_VEHICLES)


map_routes = Routes("/communities/{community_id:int}/map", tags=("overview",))


@map_routes.get(right="communities.use", raises=(NotFound,))
async def show(
    scope: Scope,
    db: Database,
    objects: ObjectStore,
    boxes: Boxes,
    settings: Settings,
    clock: Clock,
    community_id: int,
) -> CommunityMap:
    """Devices where they stand, with state and alarm (CON-05)."""
    return await map_view.community_map(
        scope,
        db,
        objects,
        boxes,
        community_id=community_id,
        tiles=settings.map.tiles,
        now_ms=clock.now_ms(),
    )


@map_routes.get("/candidates", right="devices.manage", raises=(NotFound,))
async def candidates(
    scope: Scope, db: Database, community_id: int, kind: PlaceKind, q: str = ""
) -> list[Candidate]:
    """Devices of a kind that do not stand on the map yet."""
    await communities.community(scope, db, community_id)
    return await map_view.candidates(scope, db, community_id=community_id, kind=kind, keyword=q.strip())


@map_routes.put("/devices/{iot_id:str}", right="devices.manage", raises=(NotFound,))
async def place(scope: Scope, tx: Tx, clock: Clock, community_id: int, iot_id: str, data: PlaceForm) -> None:
    """Put a device on the map, or move it."""
    await service.place(
        scope,
        tx,
        community_id=community_id,
        iot_id=iot_id,
        lng=data.lng,
        lat=data.lat,
        now_ms=clock.now_ms(),
    )


@map_routes.delete("/devices/{iot_id:str}", right="devices.manage", raises=(NotFound,))
async def take_off(scope: Scope, tx: Tx, community_id: int, iot_id: str) -> None:
    """Take a device off the map."""
    await service.take_off(scope, tx, community_id=community_id, iot_id=iot_id)


@map_routes.post("/plan", right="devices.manage", raises=(NotFound, TooLarge))
async def set_plan(
    scope: Scope,
    db: Database,
    objects: ObjectStore,
    ids: Ids,
    community_id: int,
    metres: float,
    data: Form[PlanFile],
) -> None:
    """Show the community on a picture of its own, `metres` wide on the ground; at most 2 MB."""
    await communities.community(scope, db, community_id)
    service.check_width(metres)
    kept = await keep_picture(scope, db, objects, data.file, ids=ids, community_id=community_id)
    async with db.begin() as tx:
        await service.set_plan(
            scope, tx, community_id=community_id, upload=kept, metres=metres, now_ms=db.clock.now_ms()
        )


@map_routes.delete("/plan", right="devices.manage", raises=(NotFound,))
async def drop_plan(scope: Scope, tx: Tx, community_id: int) -> None:
    """Show the map instead."""
    await service.drop_plan(scope, tx, community_id=community_id)
