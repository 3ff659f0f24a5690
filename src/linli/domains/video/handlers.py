"""Reactions of video: to devices that leave or are deleted, and to changes that go on the data bus."""

from linli.databus import records
from linli.databus.conditions import Condition
from linli.domains.video.events import CamerasChanged
from linli.domains.video.queries.health import health_of
from linli.domains.video.queries.recording import plan_of
from linli.domains.video.service import health, masks, recording, uppers
from linli.domains.video.service.cameras import forget_device
from linli.domains.video.service.gb28181 import forget_thing
from linli.domains.video.service.views import forget
from linli.kernel.db import Tx
from linli.kernel.scope import Scope
from linli.things.events import DeviceDeleted, DeviceMoved

MODEL = "VideoDeviceInfo"
_STEP = 100
"""Devices in one statement. Apps may have inserted several rows for each."""


async def device_moved(tx: Tx, event: DeviceMoved) -> None:
    """Inline: delete the information of a device that leaves its community."""
    await forget_device(
        tx,
        tenant_id=event.tenant_id,
        iot_id=event.iot_id,
        stays_in=event.community_id,
        now_ms=tx.db.clock.now_ms(),
    )
    await forget(tx, tenant_id=event.tenant_id, iot_id=event.iot_id)
    await uppers.forget(tx, tenant_id=event.tenant_id, iot_id=event.iot_id, stays_in=event.community_id)
    plan = await plan_of(Scope.system(event.tenant_id, "video"), tx, event.iot_id)
    if plan is not None and plan.community_id != event.community_id:
        await recording.forget(tx, tenant_id=event.tenant_id, iot_id=event.iot_id)
    seen = await health_of(Scope.system(event.tenant_id, "video"), tx, event.iot_id)
    if seen is not None and seen.community_id != event.community_id:
        await health.forget(tx, tenant_id=event.tenant_id, iot_id=event.iot_id)


async def device_deleted(tx: Tx, event: DeviceDeleted) -> None:
    """Inline: delete the information of a deleted device, and the way to its pictures."""
    await forget_thing(tx, tenant_id=event.tenant_id, iot_id=event.iot_id)
    await forget(tx, tenant_id=event.tenant_id, iot_id=event.iot_id)
    await recording.forget(tx, tenant_id=event.tenant_id, iot_id=event.iot_id)
    await health.forget(tx, tenant_id=event.tenant_id, iot_id=event.iot_id)
    await masks.forget(tx, tenant_id=event.tenant_id, iot_id=event.iot_id)
    await uppers.forget(tx, tenant_id=event.tenant_id, iot_id=event.iot_id, stays_in=None)
    await forget_device(
        tx, tenant_id=event.tenant_id, iot_id=event.iot_id, stays_in=None, now_ms=tx.db.clock.now_ms()
    )


async def to_data_bus(tx: Tx, event: CamerasChanged) -> None:
    """Inline: write changes to the data model VideoDeviceInfo, which integrators read (spec B §2.11, B060)."""
    scope = Scope.system(event.tenant_id, "video")
    here = event.community_id
    device_ids = [row["deviceId"] for row in event.written] + list(event.removed)
    for start in range(0, len(device_ids), _STEP):
        gone = Condition(field_name="deviceId", operate="in", value=device_ids[start : start + _STEP])
        await records.delete_records(scope, tx, model_id=MODEL, conditions=[gone], community_id=here)
    rows = [{name: value for name, value in row.items() if value not in (None, "")} for row in event.written]
    await records.insert_records(scope, tx, model_id=MODEL, rows=rows, community_id=here, source="video")
