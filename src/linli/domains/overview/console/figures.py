"""Web routes of the overview: figures by subject, and the map."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, MultipartBody, QueryParameter

from linli.domains.communities.post_policy import PICTURE_BYTES
from linli.domains.communities.queries import communities
from linli.domains.communities.service import uploads
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
from linli.kernel.db import Database
from linli.kernel.errors import TooLarge
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings

CommunityId = Annotated[int, QueryParameter(name="communityId")]
LAST_VEHICLES = 14


class PlaceForm(msgspec.Struct, rename="camel", frozen=True):
    lng: float
    lat: float


class PlanFile(msgspec.Struct):
    file: UploadFile


class FigureRoutes(Controller):
    path = "/overview"
    tags = ("overview",)

    @get("/population", right="residents.use")
    async def population(
        self, within: NamedDependency[Scope], db: NamedDependency[Database], community_id: CommunityId
    ) -> Population:
        """Who is in the community (CON-01)."""
        return await queries.population(within.narrowed(community_id), db, community_id)

    @get("/houses", right="houses.use")
    async def houses(
        self, within: NamedDependency[Scope], db: NamedDependency[Database], community_id: CommunityId
    ) -> Housing:
        """What the community is built of (CON-02)."""
        return await queries.housing_of(within.narrowed(community_id), db, community_id)

    @get("/traffic", right="communities.use")
    async def traffic(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        community_id: CommunityId,
    ) -> Days:
        """Today's persons and vehicles, and this week beside the mean of the four before (CON-03)."""
        here = within.narrowed(community_id)
        community = await communities.community(here, db, community_id)
        weeks = calendar.weeks(clock.now_ms(), community.time_zone)
        return await queries.traffic(here, db, community_id, weeks)

    @get("/vehicles", right="vehicles.use")
    async def vehicles(
        self, within: NamedDependency[Scope], db: NamedDependency[Database], community_id: CommunityId
    ) -> list[Share]:
        """Registered vehicles by the region of their plates, most first (CON-04)."""
        found = await vehicles.by_region(within.narrowed(community_id), db, community_id)
        return [Share(row.region, row.vehicles) for row in found]

    @get("/vehicle-passes", right="communities.use")
    async def vehicle_passes(
        self, within: NamedDependency[Scope], db: NamedDependency[Database], community_id: CommunityId
    ) -> list[VehiclePass]:
        """The last vehicles at the barriers, newest first."""
        return await queries.vehicle_passes(
            within.narrowed(community_id), db, community_id, limit=LAST_VEHICLES
        )


class MapRoutes(Controller):
    path = "/communities/{community_id:int}/map"
    tags = ("overview",)

    @get("/", right="communities.use")
    async def show(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        objects: NamedDependency[ObjectStore],
        settings: NamedDependency[Settings],
        clock: NamedDependency[Clock],
        community_id: FromPath[int],
    ) -> CommunityMap:
        """Devices where they stand, with state and alarm (CON-05)."""
        return await map_view.community_map(
            within.narrowed(community_id),
            db,
            objects,
            community_id=community_id,
            tiles=settings.map.tiles,
            now_ms=clock.now_ms(),
        )

    @get("/candidates", right="devices.manage")
    async def candidates(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        community_id: FromPath[int],
        kind: FromQuery[PlaceKind],
        q: FromQuery[str] = "",
    ) -> list[Candidate]:
        """Devices of a kind that do not stand on the map yet."""
        here = within.narrowed(community_id)
        await communities.community(here, db, community_id)
        return await map_view.candidates(here, db, community_id=community_id, kind=kind, keyword=q.strip())

    @put("/devices/{iot_id:str}", right="devices.manage", status_code=204)
    async def place(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        community_id: FromPath[int],
        iot_id: FromPath[str],
        data: JSONBody[PlaceForm],
    ) -> None:
        """Put a device on the map, or move it."""
        async with db.begin() as tx:
            await service.place(
                within,
                tx,
                community_id=community_id,
                iot_id=iot_id,
                lng=data.lng,
                lat=data.lat,
                now_ms=clock.now_ms(),
            )

    @delete("/devices/{iot_id:str}", right="devices.manage")
    async def take_off(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        community_id: FromPath[int],
        iot_id: FromPath[str],
    ) -> None:
        """Take a device off the map."""
        async with db.begin() as tx:
            await service.take_off(within, tx, community_id=community_id, iot_id=iot_id)

    @post("/plan", right="devices.manage", status_code=204)
    async def set_plan(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        objects: NamedDependency[ObjectStore],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
        community_id: FromPath[int],
        metres: FromQuery[float],
        data: MultipartBody[PlanFile],
    ) -> None:
        """Show the community on a picture of its own, `metres` wide on the ground; at most 2 MB."""
        here = within.narrowed(community_id)
        await communities.community(here, db, community_id)
        service.check_width(metres)
        content = await data.file.read(PICTURE_BYTES + 1)
        if len(content) > PICTURE_BYTES:
            raise TooLarge(limit=f"{PICTURE_BYTES // 1024} KiB")
        kept = await uploads.keep(
            here, db, objects, content=content, biz_code=uploads.DEFAULT, community_id=community_id, tmp_key="",
            field="file", ids=ids, now_ms=clock.now_ms(),
        )  # fmt: skip
        async with db.begin() as tx:
            await service.set_plan(
                here, tx, community_id=community_id, upload=kept, metres=metres, now_ms=clock.now_ms()
            )

    @delete("/plan", right="devices.manage")
    async def drop_plan(
        self, within: NamedDependency[Scope], db: NamedDependency[Database], community_id: FromPath[int]
    ) -> None:
        """Show the map instead."""
        async with db.begin() as tx:
            await service.drop_plan(within, tx, community_id=community_id)
