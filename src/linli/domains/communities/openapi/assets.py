"""Open API: assets of a house. Spec B §3.5, A015-A018."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.openapi.wire import space_number
from linli.domains.communities.queries import spaces as queries
from linli.domains.communities.service import assets
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.openapi.registry import Contract, method

type HouseId = Annotated[str | int, Meta(description="房屋（空间）id / house (space) id")]
type AssetType = Annotated[
    int, Meta(description="1 车位 2 车库 3 储藏室 / 1 parking space, 2 garage, 3 storage room")
]
type AssetName = Annotated[
    str, Meta(description="编号 / number of the parking space, garage or storage room")
]


class AssetAdd(msgspec.Struct, rename="camel"):
    house_id: HouseId
    type: AssetType
    name: AssetName


@method(
    "/solution/community/household/spaceasset/add",
    "1.0.1",
    service="community",
    raises=(NotFound, BadInput, assets.AssetNameTaken),
    title="新增房屋资产",
    title_en="Add an asset to a house",
    contract=Contract(source="spec B 3.5 A015"),
)
async def add_asset(data: AssetAdd, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> str:
    """The id of the asset."""
    asset_id = await assets.add(
        scope,
        tx,
        house_id=space_number(data.house_id, "house"),
        type=data.type,
        name=data.name,
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return str(asset_id)


class AssetUpdate(msgspec.Struct, rename="camel"):
    house_id: HouseId
    asset_id: Annotated[str | int, Meta(description="资产 id / asset id")]
    type: Annotated[int | None, Meta(description="1 车位 2 车库 3 储藏室 / type")] = None
    name: Annotated[str | None, Meta(description="编号 / number")] = None


@method(
    "/solution/community/household/spaceasset/update",
    "1.0.1",
    service="community",
    raises=(NotFound, BadInput, assets.AssetNameTaken),
    title="更新房屋资产",
    title_en="Update a house asset",
    contract=Contract(source="spec B 3.5 A016"),
)
async def update_asset(data: AssetUpdate, scope: Scope, tx: Tx, clock: Clock) -> None:
    await assets.change(
        scope,
        tx,
        house_id=space_number(data.house_id, "house"),
        asset_id=space_number(data.asset_id, "asset"),
        type=data.type,
        name=data.name,
        now_ms=clock.now_ms(),
    )


class AssetNamed(msgspec.Struct, rename="camel"):
    house_id: HouseId
    asset_id: Annotated[str | int, Meta(description="资产 id / asset id")]


@method(
    "/solution/community/household/spaceasset/delete",
    "1.0.1",
    service="community",
    raises=(NotFound,),
    title="删除房屋资产",
    title_en="Delete a house asset",
    contract=Contract(source="spec B 3.5 A017"),
)
async def delete_asset(data: AssetNamed, scope: Scope, tx: Tx, clock: Clock) -> None:
    house_id, asset_id = space_number(data.house_id, "house"), space_number(data.asset_id, "asset")
    await assets.remove(scope, tx, house_id=house_id, asset_id=asset_id, now_ms=clock.now_ms())


class AssetsOfHouse(msgspec.Struct, rename="camel"):
    house_id: HouseId


class AssetInfo(msgspec.Struct, rename="camel"):
    asset_id: Annotated[int, Meta(description="资产 id / asset id")]
    type: AssetType
    name: AssetName


@method(
    "/solution/community/household/spaceasset/list",
    "1.0.1",
    service="community",
    raises=(NotFound,),
    title="查询房屋资产",
    title_en="List the assets of a house",
    contract=Contract(source="spec B 3.5 A018"),
)
async def list_assets(data: AssetsOfHouse, scope: Scope, db: Database) -> list[AssetInfo]:
    house = await queries.house(scope, db, space_number(data.house_id, "house"))
    rows = await queries.assets(scope, db, house.space_id)
    return [AssetInfo(row.asset_id, row.type, row.name) for row in rows]
