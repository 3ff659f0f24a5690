"""Reads of cameras, imports and clearings."""

from typing import Any

from sqlalchemy import bindparam, func, or_, select

from linli.domains.video.models import camera_batch_rows, camera_batches, cameras
from linli.domains.video.rows import Batch, BatchRow, Camera
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.entry import Filter
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_c = cameras.c
_here = _c.community_id == bindparam("community_id", type_=INT)
_by_id = Query(
    select(cameras).where(in_scope(cameras), _here, _c.camera_id == bindparam("camera_id", type_=INT)), Camera
)
_some = Query(select(cameras).where(in_scope(cameras), _here, any_of(_c.camera_id, "camera_ids")), Camera)
_all = Query(select(cameras).where(in_scope(cameras), _here).order_by(_c.camera_id), Camera)
_of_devices = Query(select(cameras).where(in_scope(cameras), _here, any_of(_c.iot_id, "iot_ids")), Camera)
_of_device = Query(select(cameras).where(in_scope(cameras), _c.iot_id == bindparam("iot_id")), Camera)
_devices = Query(select(_c.iot_id).where(in_scope(cameras), _here))
_groups = Query(
    select(_c.group_name, func.count())
    .where(in_scope(cameras), _here, _c.group_name != "")
    .group_by(_c.group_name)
    .order_by(_c.group_name)
)
_FILTERS: dict[str, Any] = {
    "text": or_(
        *(
            func.lower(column).like(bindparam("text"), escape="\\")
            for column in (
                _c.name,
                _c.device_name,
                _c.ip,
                _c.nvr_ip,
                _c.brand,
                _c.product_model,
                _c.address,
                _c.manager,
            )
        )
    ),
    "status": _c.status == bindparam("status", type_=INT),
    "protocol": _c.protocol == bindparam("protocol", type_=INT),
    "group_name": _c.group_name == bindparam("group_name"),
}
_ORDERS: dict[str, Any] = {
    "-changed": (_c.changed_ms.desc(), _c.camera_id.desc()),
    "changed": (_c.changed_ms, _c.camera_id),
    "name": (_c.name, _c.camera_id),
    "-name": (_c.name.desc(), _c.camera_id),
    "device": (_c.device_name, _c.camera_id),
    "-device": (_c.device_name.desc(), _c.camera_id),
    "group": (_c.group_name, _c.name, _c.camera_id),
    "-group": (_c.group_name.desc(), _c.name, _c.camera_id),
    "installed": (_c.installed_on, _c.camera_id),
    "-installed": (_c.installed_on.desc(), _c.camera_id),
}
ORDERS = tuple(_ORDERS)
_pages: dict[tuple[frozenset[str], str], tuple[Query[Camera], Query[Any]]] = {}

_b = camera_batches.c
_batch = Query(
    select(camera_batches).where(
        in_scope(camera_batches),
        _b.community_id == bindparam("community_id", type_=INT),
        _b.batch_id == bindparam("batch_id", type_=INT),
    ),
    Batch,
)
_batches = select(camera_batches).where(
    in_scope(camera_batches), _b.community_id == bindparam("community_id", type_=INT)
)
_batch_page = Query(
    _batches.order_by(_b.created_ms.desc(), _b.batch_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Batch,
)
_batch_count = Query(_batches.with_only_columns(func.count()))
_batch_rows = Query(
    select(camera_batch_rows)
    .where(
        in_scope(camera_batch_rows),
        camera_batch_rows.c.batch_id == bindparam("batch_id", type_=INT),
    )
    .order_by(camera_batch_rows.c.position),
    BatchRow,
)


def _page(filters: frozenset[str], order: str) -> tuple[Query[Camera], Query[Any]]:
    """(rows, count) for one set of filters; each set is compiled once."""
    key = (filters, order)
    if key not in _pages:
        base = select(cameras).where(in_scope(cameras), _here, *(_FILTERS[name] for name in sorted(filters)))
        rows = base.order_by(*_ORDERS[order])
        rows = rows.limit(bindparam("limit", type_=INT)).offset(bindparam("offset", type_=INT))
        _pages[key] = Query(rows, Camera), Query(base.with_only_columns(func.count()))
    return _pages[key]


def like(text: str) -> str:
    """A pattern for `text` anywhere, in any case."""
    escaped = text.casefold().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def camera(scope: Scope, db: Reader, camera_id: int, *, community_id: int) -> Camera:
    """Raises NotFound."""
    if (camera_row := await _by_id.one(db, scope, camera_id=camera_id, community_id=community_id)) is None:
        raise NotFound(what="camera", id=camera_id)
    return camera_row


async def cameras_by_id(
    scope: Scope, db: Reader, community_id: int, camera_ids: list[int]
) -> dict[int, Camera]:
    rows = await _some.all(db, scope, community_id=community_id, camera_ids=camera_ids)
    return {row.camera_id: row for row in rows}


async def all_of_community(scope: Scope, db: Reader, community_id: int) -> list[Camera]:
    return await _all.all(db, scope, community_id=community_id)


async def of_devices(scope: Scope, db: Reader, community_id: int, iot_ids: list[str]) -> dict[str, Camera]:
    """By iotId. Devices without information in the community are left out."""
    rows = await _of_devices.all(db, scope, community_id=community_id, iot_ids=iot_ids)
    return {row.iot_id: row for row in rows}


async def of_device(scope: Scope, db: Reader, iot_id: str) -> list[Camera]:
    """The information of a device, in any community of the scope."""
    return await _of_device.all(db, scope, iot_id=iot_id)


async def known_devices(scope: Scope, db: Reader, community_id: int) -> set[str]:
    """iotIds of a community's cameras that have information."""
    return {iot_id for (iot_id,) in await _devices.all(db, scope, community_id=community_id)}


async def groups(scope: Scope, db: Reader, community_id: int) -> list[tuple[str, int]]:
    """(name, cameras) of each group, by name."""
    return [(name, number) for name, number in await _groups.all(db, scope, community_id=community_id)]


class CameraFilter(Filter, frozen=True):
    """Cameras of a community, as its list and its workbook are asked for."""

    q: str = ""
    status: int | None = None
    protocol: int | None = None
    group: str = ""


async def page(
    scope: Scope, db: Reader, community_id: int, request: PageRequest, *, where: CameraFilter, order: str
) -> Page[Camera]:
    """Cameras of a community. `order` is one of ORDERS."""
    text = where.q.strip()
    asked: dict[str, Any] = {
        "text": like(text) if text else None,
        "status": where.status,
        "protocol": where.protocol,
        "group_name": where.group or None,
    }
    binds = {key: value for key, value in asked.items() if value is not None}
    rows, total_query = _page(frozenset(binds), order)
    binds["community_id"] = community_id
    total = int(await total_query.scalar(db, scope, **binds))
    return Page.of(request, total, await rows.all(db, scope, **binds, **request.binds))


async def batch(scope: Scope, db: Reader, batch_id: int, *, community_id: int) -> Batch:
    """An import or clearing. Raises NotFound."""
    if (batch_row := await _batch.one(db, scope, batch_id=batch_id, community_id=community_id)) is None:
        raise NotFound(what="camera_batch", id=batch_id)
    return batch_row


async def batches(scope: Scope, db: Reader, community_id: int, request: PageRequest) -> Page[Batch]:
    """Imports and clearings of a community, the latest first."""
    total = int(await _batch_count.scalar(db, scope, community_id=community_id))
    rows = await _batch_page.all(db, scope, community_id=community_id, **request.binds)
    return Page.of(request, total, rows)


async def batch_rows(scope: Scope, db: Reader, batch_id: int) -> list[BatchRow]:
    return await _batch_rows.all(db, scope, batch_id=batch_id)
