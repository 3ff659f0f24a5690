"""Console: which camera shows a device that sends no pictures of its own."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.rights import Right
from linli.domains.video.queries import views as queries
from linli.domains.video.service import views as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.scope import Scope

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value
VIEW_HISTORY = Kind(name=service.HISTORY_KIND, see=SEE, manage=MANAGE)


class DeviceViewRow(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    camera_id: str
    camera_name: str


class DeviceViewWish(msgspec.Struct, rename="camel", frozen=True):
    camera_id: Annotated[int | None, Meta(description="Of the list of cameras; null: none shows it.")]


view_routes = Routes("/communities/{community_id:int}/device-views", tags=("cameras",))


@view_routes.get(right=SEE)
async def list_device_views(community_id: int, scope: Scope, db: Database) -> list[DeviceViewRow]:
    """Devices of the community that a camera shows, such as plate cameras of lanes."""
    return [
        DeviceViewRow(row.iot_id, str(row.camera_id), row.camera_name)
        for row in await queries.views_of(scope.narrowed(community_id), db, community_id)
    ]


@view_routes.put("/{iot_id:str}", right=MANAGE, status=204, raises=(NotFound, BadInput))
async def set_device_view(
    community_id: int, iot_id: str, data: DeviceViewWish, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Choose the camera, or none; programs that ask for the device's live picture get that camera's."""
    await service.set_view(
        scope, tx, community_id=community_id, iot_id=iot_id, camera_id=data.camera_id, now_ms=clock.now_ms()
    )
