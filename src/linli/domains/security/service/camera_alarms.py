"""Alarms that cameras tell of, by GB/T 28181 or by ONVIF to a box: one row while the same goes on, and how often it came.

Its time is the platform's, as that of recordings is; what the camera's clock said stands beside it.
"""

from typing import Any, Final

import msgspec

from linli.domains.security.queries import happened
from linli.domains.security.rows import CAMERA_KINDS, CAMERA_REPORT, LAST_REPORT
from linli.domains.security.service import alarms
from linli.domains.video.events import CameraAlarmed
from linli.kernel.db import Tx
from linli.kernel.errors import Conflict, NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.protocols.edge_link import SecurityReport
from linli.things.queries.devices import get_device

QUIET_MS: Final = 60_000
"""After so long without it, it is another alarm."""
LONGEST_MS: Final = 600_000
"""So that one that never ends does not sink in the list."""
_SAME_AS: Final = {CAMERA_KINDS + 506: 2, CAMERA_KINDS + 508: 12}
"""Area intrusion and loitering have numbers of their own in the source."""


class AlarmMoved(Conflict):
    """The row was handled, or counted by another process, meanwhile: it is read once more."""

    code = "security.alarm_moved"


def event_type_of(event: CameraAlarmed) -> int:
    number = CAMERA_KINDS + event.method * 100 + event.kind
    return _SAME_AS.get(number, number)


async def take(tx: Tx, event: CameraAlarmed, *, objects: ObjectStore, now_ms: int, scene: str = "") -> None:
    """Nothing of a camera that is gone, or stands in no community. `now_ms`: when it was told. `scene`: its picture."""
    scope = Scope.system(event.tenant_id, "security")
    try:
        device = await get_device(scope, tx, iot_id=event.iot_id)
    except NotFound:
        return
    if device.community_id is None:
        return
    event_type = event_type_of(event)
    before = await happened.told_by_camera(
        scope, tx, event.iot_id, event_type=event_type, since_ms=now_ms - LONGEST_MS
    )
    if before is not None and now_ms - before.facts.get("lastMs", 0) <= QUIET_MS:
        facts = before.facts
        if event.report_id in (before.event_id, facts.get(LAST_REPORT)):
            return  # a box that lost the answer told it again
        facts |= {
            "times": facts.get("times", 1) + event.times,
            "lastMs": now_ms,
            LAST_REPORT: event.report_id,
        }
        if not await alarms.repeat(scope, tx, before, facts):
            raise AlarmMoved(id=before.alarm_id)
        return
    ext_info: dict[str, Any] = {
        "alarmMethod": event.method,
        "alarmType": event.kind,
        "alarmPriority": event.priority,
        "alarmTime": event.camera_time,
        "alarmDescription": event.text,
        "deviceId": event.code,
    }
    details: dict[str, Any] = {
        "times": event.times,
        "lastMs": now_ms,
        "cameraTime": event.camera_time,
        "priority": event.priority,
        "description": event.text,
        "code": event.code,
    }
    report = SecurityReport(
        id=CAMERA_REPORT + event.report_id,
        kind="alarm",
        product_key=device.product_key,
        device_name=device.device_name,
        at_s=now_ms // 1000,
        event_id=event.report_id,
        event_type=event_type,
        scene=scene,
        details={name: value for name, value in details.items() if value},
        ext_info=msgspec.json.encode({name: value for name, value in ext_info.items() if value}).decode(),
    )
    await alarms.take(scope, tx, device, report, objects=objects, now_ms=now_ms)
