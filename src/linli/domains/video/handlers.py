"""What video reacts to: devices that leave or are deleted; and how what changed reaches the data bus."""

from linli.databus import records
from linli.databus.conditions import Condition
from linli.domains.video.events import CamerasChanged
from linli.domains.video.service.cameras import forget_device
from linli.kernel.db import Tx
from linli.kernel.scope import Scope
from linli.things.events import DeviceDeleted, DeviceMoved

MODEL = "VideoDeviceInfo"
_STEP = 100
"""Devices of one condition: apps may have put in several rows of each."""


async def device_moved(tx: Tx, event: DeviceMoved) -> None:
    """Inline: what is known of a camera belongs to its community."""
    await forget_device(
        tx,
        tenant_id=event.tenant_id,
        iot_id=event.iot_id,
        stays_in=event.community_id,
        now_ms=tx.db.clock.now_ms(),
    )


async def device_deleted(tx: Tx, event: DeviceDeleted) -> None:
    """Inline: nothing is known of a device that is no more."""
    await forget_device(
        tx, tenant_id=event.tenant_id, iot_id=event.iot_id, stays_in=None, now_ms=tx.db.clock.now_ms()
    )


async def to_data_bus(tx: Tx, event: CamerasChanged) -> None:
    """Inline: integrators read the same in the data model VideoDeviceInfo (spec B §2.11, B060)."""
    scope = Scope.system(event.tenant_id, "video")
    here = event.community_id
    told = [row["deviceId"] for row in event.written] + list(event.removed)
    for start in range(0, len(told), _STEP):
        gone = Condition(field_name="deviceId", operate="in", value=told[start : start + _STEP])
        await records.delete_records(scope, tx, model_id=MODEL, conditions=[gone], community_id=here)
    rows = [{name: value for name, value in row.items() if value not in (None, "")} for row in event.written]
    await records.insert_records(scope, tx, model_id=MODEL, rows=rows, community_id=here, source="video")
