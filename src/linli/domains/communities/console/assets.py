"""Console: parking spaces, garages and storage rooms of a house."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from linli.domains.communities.console.spaces import Undoable
from linli.domains.communities.queries import spaces as queries
from linli.domains.communities.service import assets
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope


class AssetRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    type: Annotated[int, Meta(description="1 parking space, 2 garage, 3 storage room")]
    name: str


class AssetSaid(msgspec.Struct, rename="camel", frozen=True):
    type: int
    name: str


class AssetRoutes(Controller):
    path = "/communities/{community_id:int}/houses/{house_id:int}/assets"
    tags = ("spaces",)

    @get("/", right=Right.HOUSES_SEE.value)
    async def list_assets(
        self,
        community_id: FromPath[int],
        house_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> list[AssetRow]:
        """What belongs to a house beside the house."""
        here = within.narrowed(community_id)
        house = await queries.house(here, db, house_id)
        rows = await queries.assets(here, db, house.space_id)
        return [AssetRow(str(row.asset_id), row.type, row.name) for row in rows]

    @post("/", right=Right.HOUSES_MANAGE.value, status_code=201)
    async def add(
        self,
        community_id: FromPath[int],
        house_id: FromPath[int],
        data: JSONBody[AssetSaid],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> AssetRow:
        """Add a parking space, garage or storage room to a house."""
        async with db.begin() as tx:
            asset_id = await assets.add(
                within.narrowed(community_id),
                tx,
                house_id=house_id,
                type=data.type,
                name=data.name,
                ids=ids,
                now_ms=clock.now_ms(),
            )
        return AssetRow(str(asset_id), data.type, data.name.strip())

    @put("/{asset_id:int}", right=Right.HOUSES_MANAGE.value, status_code=204)
    async def change(
        self,
        community_id: FromPath[int],
        house_id: FromPath[int],
        asset_id: FromPath[int],
        data: JSONBody[AssetSaid],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Change an asset of a house."""
        async with db.begin() as tx:
            await assets.change(
                within.narrowed(community_id),
                tx,
                house_id=house_id,
                asset_id=asset_id,
                type=data.type,
                name=data.name,
                now_ms=clock.now_ms(),
            )

    @delete("/{asset_id:int}", right=Right.HOUSES_MANAGE.value, status_code=200)
    async def remove(
        self,
        community_id: FromPath[int],
        house_id: FromPath[int],
        asset_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> Undoable:
        """Take an asset from a house."""
        async with db.begin() as tx:
            change = await assets.remove(
                within.narrowed(community_id), tx, house_id=house_id, asset_id=asset_id, now_ms=clock.now_ms()
            )
        return Undoable(str(change))
