"""Say which camera shows a device that sends no pictures of its own."""

from typing import Final

from sqlalchemy import bindparam, delete, or_

from linli.domains.video.models import device_views
from linli.domains.video.queries import cameras
from linli.domains.video.queries.gb28181 import channels_of
from linli.kernel import history
from linli.kernel.db import Command, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.things.queries.devices import get_device

HISTORY_KIND: Final = "device_view"
_delete = Command(
    delete(device_views).where(in_scope(device_views), device_views.c.iot_id == bindparam("device"))
)
_forget = Command(
    delete(device_views).where(
        in_scope(device_views),
        or_(
            device_views.c.iot_id == bindparam("device"), device_views.c.camera_iot_id == bindparam("device")
        ),
    )
)


async def set_view(
    scope: Scope, tx: Tx, *, community_id: int, iot_id: str, camera_id: int | None, now_ms: int
) -> None:
    """None: no camera shows it any more. Raises NotFound, BadInput for a camera without pictures here."""
    device = await get_device(scope, tx, iot_id=iot_id)
    if device.community_id != community_id:
        raise NotFound(what="device", id=iot_id)
    name = ""
    if camera_id is None:
        await _delete.run(tx, scope, device=iot_id)
    else:
        camera = await cameras.camera(scope, tx, camera_id, community_id=community_id)
        if camera.iot_id not in await channels_of(scope, tx, [camera.iot_id]):
            raise BadInput(field="cameraId", rule="video.no_pictures")
        name = camera.name
        row = {
            "iot_id": iot_id,
            "tenant_id": device.tenant_id,
            "community_id": community_id,
            "camera_iot_id": camera.iot_id,
            "changed_ms": now_ms,
        }
        await tx.upsert(
            device_views, [row], keys=("iot_id",), update=("community_id", "camera_iot_id", "changed_ms")
        )
    record = history.Record(HISTORY_KIND, iot_id, community_id)
    await history.note(scope, tx, record, "changed", now_ms=now_ms, before={}, after={"camera": name})


async def forget(tx: Tx, *, tenant_id: str, iot_id: str) -> None:
    """A device or a camera that is gone, or stands elsewhere now."""
    await _forget.run(tx, Scope.system(tenant_id, "video"), device=iot_id)
