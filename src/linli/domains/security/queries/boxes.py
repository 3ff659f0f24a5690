"""Adapters, and cameras as boxes tell of them."""

from sqlalchemy import bindparam, select

from linli.domains.security.models import adapters, cameras
from linli.domains.security.rows import Adapter, SecurityCamera
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope

_a, _c = adapters.c, cameras.c
_of_node = Query(
    select(adapters)
    .where(in_scope(adapters), _a.node_id == bindparam("node_id", type_=INT))
    .order_by(_a.manufacture),
    Adapter,
)
_of_community = Query(
    select(adapters)
    .where(in_scope(adapters), _a.community_id == bindparam("community_id", type_=INT))
    .order_by(_a.manufacture, _a.node_id),
    Adapter,
)
_cameras = Query(select(cameras).where(in_scope(cameras), any_of(_c.iot_id, "iot_ids")), SecurityCamera)


async def adapters_of_node(scope: Scope, db: Reader, node_id: int) -> list[Adapter]:
    return await _of_node.all(db, scope, node_id=node_id)


async def adapters_in(scope: Scope, db: Reader, community_id: int) -> list[Adapter]:
    return await _of_community.all(db, scope, community_id=community_id)


async def cameras_by_id(scope: Scope, db: Reader, iot_ids: list[str]) -> dict[str, SecurityCamera]:
    rows = await _cameras.all(db, scope, iot_ids=iot_ids)
    return {row.iot_id: row for row in rows}


async def camera_of(scope: Scope, db: Reader, iot_id: str) -> SecurityCamera | None:
    return (await cameras_by_id(scope, db, [iot_id])).get(iot_id)
