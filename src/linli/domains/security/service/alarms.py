"""Alarms: written once for each target, told to subscribers and pages, handled by a person, erased in time."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import bindparam, delete

from linli.databus import records
from linli.domains.security.events import SecurityAlarmed
from linli.domains.security.models import alarms, views
from linli.domains.security.queries import happened as queries
from linli.domains.security.rows import CAMERA_KINDS, HANDLED, OPEN, Alarm
from linli.kernel.db import INT, Command, Tx, any_of, in_scope, update_of
from linli.kernel.errors import BadInput
from linli.kernel.events import emit
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.zones import zones_of
from linli.protocols.edge_link import SecurityReport
from linli.protocols.event_api import OTHER
from linli.rules.schedules import SITE_ZONE
from linli.things.queries.devices import DeviceRow

MODEL: Final = "securityAlarmEvent"
STOP: Final = 2
NOTE_MOST: Final = 200
VERDICTS: Final = ("real", "false", "drill")
CLOUD_OTHER: Final = 255
URL_SECONDS: Final = 7 * 86_400
"""How long subscribers find a picture by the link of a record."""
_handle = update_of(
    alarms,
    ("state", "verdict", "note", "handled_by", "handled_ms"),
    alarms.c.alarm_id == bindparam("row", type_=INT),
    in_scope(alarms),
)
_repeat = update_of(
    alarms,
    ("details",),
    alarms.c.alarm_id == bindparam("row", type_=INT),
    alarms.c.state == OPEN,
    alarms.c.details == bindparam("before"),
    in_scope(alarms),
)
_drop = Command(
    delete(alarms).where(any_of(alarms.c.alarm_id, "rows")),
    unscoped="pictures of every tenant are erased in time",
)
_UNKNOWNS: Final = (
    "gender", "glass", "mask", "targetType", "plateColor", "vehicleColor", "type",
)  # fmt: skip


async def take(
    scope: Scope, tx: Tx, device: DeviceRow, report: SecurityReport, *, objects: ObjectStore, now_ms: int
) -> int | None:
    """Write a target; None: it was taken before. A stop (2) closes what its start left open."""
    if await queries.is_known(scope, tx, report.id):
        return None
    alarm = Alarm(
        alarm_id=0,
        tenant_id=scope.tenant,
        community_id=device.community_id,
        iot_id=device.iot_id,
        report_id=report.id,
        event_id=report.event_id,
        event_type=report.event_type,
        status=report.status,
        confidence=report.confidence,
        corners=msgspec.json.encode(report.corners).decode() if report.corners else "",
        details=msgspec.json.encode(report.details).decode(),
        ext_info=report.ext_info,
        scene_key=report.scene,
        target_key=report.target,
        face_key=report.library_face,
        at_ms=report.at_s * 1000,
        created_ms=now_ms,
        state=HANDLED if report.status == STOP else OPEN,
        verdict="",
        note="",
        handled_by="",
        handled_ms=now_ms if report.status == STOP else None,
    )
    row = alarm._asdict()
    del row["alarm_id"]
    alarm_id = await tx.insert(alarms, row) or 0
    zone = (await zones_of(tx, [device.community_id]))[device.community_id] or SITE_ZONE
    record = record_of(alarm, device, objects=objects, zone=zone)
    await records.insert_record(
        scope, tx, model_id=MODEL, row=record, community_id=device.community_id, source="security"
    )
    await _tell(tx, alarm._replace(alarm_id=alarm_id))
    return alarm_id


async def repeat(scope: Scope, tx: Tx, alarm: Alarm, details: dict[str, Any]) -> bool:
    """The same goes on: its row says so, and recordings around it go on. False: the row is another one meanwhile."""
    text = msgspec.json.encode(details).decode()
    if not await _repeat.run(tx, scope, row=alarm.alarm_id, before=alarm.details, details=text):
        return False
    await _tell(tx, alarm)
    return True


def record_of(alarm: Alarm, device: DeviceRow, *, objects: ObjectStore, zone: str) -> dict[str, Any]:
    """The record `securityAlarmEvent` 1.2: JSON as text, 255 for what is unknown, the source's spellings.

    Kinds of GB/T 28181 that the source has no number for are 100; what the camera told is in `extInfo`.
    """

    def url(key: str) -> str:
        return objects.url(key, expires_s=URL_SECONDS) if key else ""

    block = {
        name: CLOUD_OTHER if name in _UNKNOWNS and value == OTHER else value
        for name, value in ({} if alarm.by_camera else alarm.facts).items()
    }
    if alarm.face_key:
        block["facePicUrl"] = url(alarm.face_key)
    target: dict[str, Any] = {}
    if alarm.target_key:
        target["objPicUrl"] = url(alarm.target_key)
    if alarm.corners:
        left, top, right, bottom = msgspec.json.decode(alarm.corners, type=list[int])
        target |= {
            "letfTopX": str(left),
            "leftTopY": top,
            "rightBottomX": str(right),
            "rightBottomY": str(bottom),
        }
    block_text = msgspec.json.encode(block).decode() if block else ""
    if block:
        target["objectExtInfo"] = block_text
    local = datetime.fromtimestamp(alarm.at_ms / 1000, ZoneInfo(zone))
    record: dict[str, Any] = {
        "productKey": device.product_key,
        "deviceName": device.device_name,
        "eventType": str(OTHER if alarm.event_type >= CAMERA_KINDS else alarm.event_type),
        "eventTime": local.strftime("%Y-%m-%d %H:%M:%S"),
        "eventId": alarm.event_id,
        "eventStatus": "" if alarm.status is None else str(alarm.status),
        "confidence": alarm.confidence,
        "picSceneUrl": url(alarm.scene_key),
        "objectInfo": msgspec.json.encode([target]).decode() if target else "",
        "extInfo": alarm.ext_info or block_text,
    }
    return {name: value for name, value in record.items() if value not in ("", None)}


async def handle(
    scope: Scope, tx: Tx, *, community_id: int, alarm_id: int, verdict: str, note: str, now_ms: int
) -> None:
    """By a person, with all targets of its event. Once more changes the words. Raises NotFound, BadInput."""
    if verdict not in VERDICTS:
        raise BadInput(field="verdict", rule="one_of", allowed=", ".join(VERDICTS))
    note = " ".join(note.split())
    if len(note) > NOTE_MOST:
        raise BadInput(field="note", rule="too_long", limit=NOTE_MOST)
    alarm = await queries.alarm(scope, tx, alarm_id, community_id=community_id)
    for target in await queries.targets_of(scope, tx, alarm):
        done = target._replace(
            state=HANDLED,
            verdict=verdict,
            note=note,
            handled_by=f"{scope.caller.kind}:{scope.caller.id}",
            handled_ms=now_ms,
        )
        await _handle.run(tx, scope, row=target.alarm_id, **done._asdict())
        await _tell(tx, done)


async def note_view(
    scope: Scope, tx: Tx, *, community_id: int | None, what: str, target: str, now_ms: int
) -> None:
    """Somebody looks at a picture of people, or searches by one. `what`: alarm, capture, face, search, scene."""
    row = {
        "tenant_id": scope.tenant,
        "community_id": community_id,
        "caller": f"{scope.caller.kind}:{scope.caller.id}",
        "what": what,
        "target": target,
        "at_ms": now_ms,
    }
    await tx.insert(views, row)


async def _tell(tx: Tx, alarm: Alarm) -> None:
    await emit(
        tx,
        SecurityAlarmed(
            alarm.tenant_id,
            alarm.community_id,
            alarm.alarm_id,
            alarm.iot_id,
            alarm.event_type,
            alarm.at_ms,
            alarm.state,
        ),
    )


async def drop(tx: Tx, alarm_ids: list[int]) -> None:
    await _drop.run(tx, rows=alarm_ids)
