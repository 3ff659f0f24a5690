"""Assets of a house: parking spaces, garages, storage rooms. Spec B §3.5, A015-A018."""

from sqlalchemy import bindparam, delete, select, update

from linli.domains.communities import space_rules as rules
from linli.domains.communities.models import house_assets
from linli.domains.communities.queries import spaces as queries
from linli.domains.communities.rows import Asset, House
from linli.kernel import history
from linli.kernel.db import INT, Command, Query, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope


class AssetNameTaken(Conflict):
    code = "asset.name_taken"


_by_id = Query(
    select(house_assets.c.asset_id, house_assets.c.house_id, house_assets.c.type, house_assets.c.name).where(
        in_scope(house_assets),
        house_assets.c.asset_id == bindparam("asset_id", type_=INT),
        house_assets.c.house_id == bindparam("house_id", type_=INT),
    ),
    Asset,
)
_by_name = Query(
    select(house_assets.c.asset_id).where(
        in_scope(house_assets),
        house_assets.c.house_id == bindparam("house_id", type_=INT),
        house_assets.c.type == bindparam("type", type_=INT),
        house_assets.c.name == bindparam("name"),
    )
)
_set = Command(
    update(house_assets)
    .where(house_assets.c.asset_id == bindparam("row", type_=INT), in_scope(house_assets))
    .values(
        type=bindparam("new_type", type_=INT),
        name=bindparam("new_name"),
        changed_ms=bindparam("now", type_=INT),
    )
)
_delete = Command(
    delete(house_assets).where(house_assets.c.asset_id == bindparam("row", type_=INT), in_scope(house_assets))
)


async def _checked(scope: Scope, tx: Tx, house_id: int, type: int, name: str, *, but: int = 0) -> str:
    """The name in clean spelling. Raises BadInput, AssetNameTaken."""
    if type not in rules.ASSET_TYPES:
        raise BadInput(field="type", rule="range", low=1, high=3)
    name = rules.clean_name(name)
    if problem := rules.name_problem(name):
        raise BadInput(field="name", rule=problem, limit=rules.NAME_MAX)
    holder = await _by_name.scalar(tx, scope, house_id=house_id, type=type, name=name)
    if holder is not None and holder != but:
        raise AssetNameTaken(field="name", name=name)
    return name


async def add(scope: Scope, tx: Tx, *, house_id: int, type: int, name: str, ids: Ids, now_ms: int) -> int:
    """A new asset of a house; its id. Raises NotFound, BadInput, AssetNameTaken."""
    await queries.space(scope, tx, house_id, lock=True)
    house = await queries.house(scope, tx, house_id)
    name = await _checked(scope, tx, house_id, type, name)
    asset_id = ids.number()
    row = {
        "asset_id": asset_id,
        "tenant_id": scope.tenant,
        "community_id": house.community_id,
        "house_id": house_id,
        "type": type,
        "name": name,
        "created_ms": now_ms,
        "changed_ms": now_ms,
    }
    await tx.insert(house_assets, row)
    await _note(scope, tx, house, "asset_added", asset_id, now_ms, after=(type, name))
    return asset_id


async def _note(
    scope: Scope,
    tx: Tx,
    house: House | Asset,
    action: str,
    asset_id: int,
    now_ms: int,
    *,
    before: tuple[int, str] | None = None,
    after: tuple[int, str] | None = None,
) -> int | None:
    """The history of a house tells of its assets: the field says which kind of asset, the value its number."""
    space_id = house.space_id if isinstance(house, House) else house.house_id
    community_id = (await queries.house(scope, tx, space_id)).community_id
    kept = {"asset_id": asset_id, "type": before[0], "name": before[1]} if before else None
    return await history.note(
        scope,
        tx,
        history.Record("space", space_id, community_id),
        action,
        now_ms=now_ms,
        kept=kept,
        before={f"asset_{before[0]}": before[1]} if before else None,
        after={f"asset_{after[0]}": after[1]} if after else None,
    )


async def change(
    scope: Scope, tx: Tx, *, house_id: int, asset_id: int, type: int | None, name: str | None, now_ms: int
) -> None:
    """Change the fields that are given. Raises NotFound, BadInput, AssetNameTaken."""
    await queries.space(scope, tx, house_id, lock=True)
    asset = await _asset(scope, tx, house_id, asset_id)
    new_type = asset.type if type is None else type
    new_name = await _checked(
        scope, tx, house_id, new_type, asset.name if name is None else name, but=asset_id
    )
    await _set.run(tx, scope, row=asset_id, new_type=new_type, new_name=new_name, now=now_ms)
    was, now = (asset.type, asset.name), (new_type, new_name)
    if was != now:
        await _note(scope, tx, asset, "asset_changed", asset_id, now_ms, before=was, after=now)


async def remove(scope: Scope, tx: Tx, *, house_id: int, asset_id: int, now_ms: int) -> int:
    """Take an asset away; the number of the change. Raises NotFound."""
    asset = await _asset(scope, tx, house_id, asset_id)
    await _delete.run(tx, scope, row=asset_id)
    change_no = await _note(
        scope, tx, asset, "asset_removed", asset_id, now_ms, before=(asset.type, asset.name)
    )
    assert change_no is not None  # always a difference
    return change_no


async def _asset(scope: Scope, tx: Tx, house_id: int, asset_id: int) -> Asset:
    asset = await _by_id.one(tx, scope, asset_id=asset_id, house_id=house_id)
    if asset is None:
        raise NotFound(what="asset", id=asset_id)
    return asset
