"""Which cameras show devices that send no pictures of their own."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from linli.domains.video.models import cameras, device_views
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope


class DeviceView(NamedTuple):
    iot_id: str
    camera_iot_id: str
    camera_id: int
    camera_name: str


_camera = Query(
    select(device_views.c.camera_iot_id).where(
        in_scope(device_views), device_views.c.iot_id == bindparam("iot_id")
    )
)
_views = Query(
    select(device_views.c.iot_id, device_views.c.camera_iot_id, cameras.c.camera_id, cameras.c.name)
    .join(
        cameras,
        (cameras.c.iot_id == device_views.c.camera_iot_id)
        & (cameras.c.community_id == device_views.c.community_id),
    )
    .where(
        in_scope(device_views),
        in_scope(cameras),
        device_views.c.community_id == bindparam("community_id", type_=INT),
    )
    .order_by(device_views.c.iot_id)
    .limit(2000),
    DeviceView,
)


async def camera_of(scope: Scope, db: Reader, iot_id: str) -> str:
    """The iotId of the camera that shows a device; empty: none."""
    row = await _camera.one(db, scope, iot_id=iot_id)
    return "" if row is None else str(row[0])


async def views_of(scope: Scope, db: Reader, community_id: int) -> list[DeviceView]:
    """Of a community, with the cameras that are in its list."""
    return await _views.all(db, scope, community_id=community_id)
