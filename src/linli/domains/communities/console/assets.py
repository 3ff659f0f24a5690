"""Console: parking spaces, garages and storage rooms of a house."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.console.spaces import Undoable
from linli.domains.communities.queries import spaces as queries
from linli.domains.communities.service import assets
from linli.domains.communities.service.assets import AssetNameTaken
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope


class AssetRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    type: Annotated[int, Meta(description="1 parking space, 2 garage, 3 storage room")]
    name: str


class AssetForm(msgspec.Struct, rename="camel", frozen=True):
    type: int
    name: str


asset_routes = Routes("/communities/{community_id:int}/houses/{house_id:int}/assets", tags=("spaces",))


@asset_routes.get(right=Right.HOUSES_SEE)
async def list_assets(community_id: int, house_id: int, scope: Scope, db: Database) -> list[AssetRow]:
    """Assets that belong to a house."""
    house = await queries.house(scope, db, house_id)
    rows = await queries.assets(scope, db, house.space_id)
    return [AssetRow(str(row.asset_id), row.type, row.name) for row in rows]


@asset_routes.post(right=Right.HOUSES_MANAGE, raises=(AssetNameTaken,))
async def add(
    community_id: int, house_id: int, data: AssetForm, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> AssetRow:
    """Add a parking space, garage or storage room to a house."""
    asset_id = await assets.add(
        scope, tx, house_id=house_id, type=data.type, name=data.name, ids=ids, now_ms=clock.now_ms()
    )
    return AssetRow(str(asset_id), data.type, data.name.strip())


@asset_routes.put("/{asset_id:int}", right=Right.HOUSES_MANAGE, raises=(AssetNameTaken,))
async def change(
    community_id: int, house_id: int, asset_id: int, data: AssetForm, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Change an asset of a house."""
    await assets.change(
        scope, tx, house_id=house_id, asset_id=asset_id, type=data.type, name=data.name, now_ms=clock.now_ms()
    )


@asset_routes.delete("/{asset_id:int}", right=Right.HOUSES_MANAGE)
async def remove(
    community_id: int, house_id: int, asset_id: int, scope: Scope, tx: Tx, clock: Clock
) -> Undoable:
    """Take an asset from a house."""
    change = await assets.remove(scope, tx, house_id=house_id, asset_id=asset_id, now_ms=clock.now_ms())
    return Undoable(str(change))
