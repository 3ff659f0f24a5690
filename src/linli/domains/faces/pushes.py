"""Messages to subscribers about deliveries: rows of BizDataPushModel 1.1 (spec E 4.4)."""

from typing import Any

import msgspec

from linli.databus.records import insert_record
from linli.delivery.files import FileKey
from linli.delivery.schemas import DeliverySettled
from linli.domains.faces.kinds import FACE
from linli.domains.faces.schemas import DROP_FILE
from linli.kernel import outbox
from linli.kernel.db import Database, Tx
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.protocols.face_data import FaceReport
from linli.things.queries.devices import get_device

MODEL, VERSION = "BizDataPushModel", "1.1"
PUSHED_STATUSES = frozenset(("toBeTransferred", "transferred", "transferDeleted", "needManual"))
LIST_SECONDS = 7 * 86_400
MOST_DATA = 2048
MOST_TEXT = 500
_LEVELS = {"needManual": "ERROR"}
_ADVICE = {
    "needManual": "Three tries failed: check the device's network and the picture, reset the state, deliver again.",
}


class FaceStatusPush:
    """FACE_SYNC_STATUS, written in the transaction that changed the state."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    async def __call__(self, tx: Tx, event: DeliverySettled) -> None:
        if event.kind != FACE or event.status not in PUSHED_STATUSES or not event.community_id:
            return
        before = "toBeTransferred" if event.before == "transferring" else event.before
        data = {
            "identityId": event.subject,
            "faceId": event.credential,
            "status": event.status,
            "preStatus": before,
            "iotId": event.device,  # not in the table, yet the status is a device's (spec E T12)
        }
        await _push(
            tx,
            tenant_id=event.tenant_id,
            community_id=event.community_id,
            event=FaceEvent(
                biz="FACE_SYNC_STATUS",
                about=("FACE_ID", event.credential),
                data=data,
                level=_LEVELS.get(event.status, "INFO"),
                text=_ADVICE.get(event.status, ""),
            ),
            ids=self._ids,
            now_ms=event.at_ms,
        )


async def sync_error(
    tx: Tx, *, tenant_id: str, community_id: int, iot_id: str, code: int, message: str, ids: Ids, now_ms: int
) -> None:
    """DEVICE_SYNC_ERROR: a device refused what it was sent."""
    result = "refused" if code else "timeout"
    data = {"iotId": iot_id, "result": result, "code": code, "message": message[:MOST_TEXT]}
    await _push(
        tx,
        tenant_id=tenant_id,
        community_id=community_id,
        event=FaceEvent(
            biz="DEVICE_SYNC_ERROR",
            about=("IOT_ID", iot_id),
            data=data,
            level="ERROR",
            text="Restart the device when this repeats.",
        ),
        ids=ids,
        now_ms=now_ms,
    )


async def device_list(
    db: Database, objects: ObjectStore, *, tenant_id: str, iot_id: str, report: FaceReport, ids: Ids
) -> None:
    """FACE_DEVICE_PERMS: all faces that a device reports, as a file at an address that is valid for a week."""
    device = await get_device(Scope.system(tenant_id, "faces"), db, iot_id=iot_id)
    if device.community_id is None:
        return
    content = {
        "addFaceInfos": [{"faceId": image.person_id} for image in report.images],
        "failedFaceInfos": [{"faceId": result.person_id} for result in report.failed],
    }
    key = f"{tenant_id}/door-face-told/{iot_id}/{ids.hex(32)}.json"
    await objects.put(key, msgspec.json.encode(content))
    now_ms = db.clock.now_ms()
    more = {
        "dataUrl": objects.url(key, expires_s=LIST_SECONDS),
        "dataUrlExpire": now_ms + LIST_SECONDS * 1000,
    }

    community_id = device.community_id

    async def work(tx: Tx) -> None:
        await outbox.add(tx, DROP_FILE, FileKey(key), due_ms=now_ms + LIST_SECONDS * 1000)
        await _push(
            tx,
            tenant_id=tenant_id,
            community_id=community_id,
            event=FaceEvent(
                biz="FACE_DEVICE_PERMS",
                about=("IOT_ID", iot_id),
                data={"iotId": iot_id, "total": len(report.images)},
                level="INFO",
                text="",
                more=more,
            ),
            ids=ids,
            now_ms=now_ms,
        )

    await db.run(work)


class FaceEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The message to applications."""

    biz: str
    about: tuple[str, str]
    """Kind of id, id."""
    data: dict[str, Any]
    level: str
    text: str
    more: dict[str, Any] | None = None
    """Further fields of the record."""


async def _push(
    tx: Tx, *, tenant_id: str, community_id: int, event: FaceEvent, ids: Ids, now_ms: int
) -> None:
    row = {
        "eventId": str(ids.number(now_ms)),
        "eventTime": now_ms,
        "bizType": event.biz,
        "bizIdType": event.about[0],
        "bizId": event.about[1],
        "data": msgspec.json.encode(event.data).decode()[:MOST_DATA],
        "eventLevel": event.level,
        "eventText": event.text,
        **(event.more or {}),
    }
    await insert_record(
        Scope.system(tenant_id),
        tx,
        model_id=MODEL,
        version=VERSION,
        community_id=community_id,
        source="faces",
        row=row,
    )
