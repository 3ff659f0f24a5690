"""Records of passes by face, for subscribers and traces, with the door's snapshot (spec E 4.3, B 2.4, 2.7)."""

from typing import Any

import msgspec

from linli.databus.files import adopt_file
from linli.databus.records import insert_record
from linli.databus.scopes import scope_id_of
from linli.domains.access.events import PassRecorded
from linli.domains.access.pass_details import capture_key
from linli.domains.access.ports import FaceOwner
from linli.domains.access.queries.doors import find_door
from linli.domains.communities.queries import spaces
from linli.domains.faces.queries.images import images_by_face
from linli.domains.faces.rows import Image
from linli.kernel.db import Reader, Tx
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope

RECORD, RECORD_VERSION = "iotx_face_record_model", "1.4"
SEEN, SEEN_VERSION = "CustomerFlowBasicFaceData", "1.1"
SNAPSHOT_SECONDS = 30 * 86_400
"""As long as the data bus keeps the records."""
FACE_VALID_MS = 30 * 86_400_000
_USER_TYPES = {"IDENTITY": "IDENTITY_ID", "OPEN": "OPEN_ID", "YUNDUN": "OPEN_ID", "PHONE": "OPEN_ID"}


class FaceOwnerLookup:
    """Implements `access.ports.FaceOwners`."""

    async def owner(self, db: Reader, *, tenant_id: str, face_id: str) -> FaceOwner | None:
        image = (await images_by_face(Scope.system(tenant_id), db, [face_id])).get(face_id)
        if image is None or not image.live:
            return None
        return FaceOwner(image.identity_id or image.user_id, image.user_name, image.user_ext)


class FacePasses:
    """Inline handler of PassRecorded."""

    def __init__(self, objects: ObjectStore, ids: Ids) -> None:
        self._objects = objects
        self._ids = ids

    async def __call__(self, tx: Tx, event: PassRecorded) -> None:
        if event.type != "FACE":
            return
        scope = Scope.system(event.tenant_id, "faces")
        image = (await images_by_face(scope, tx, [event.credential])).get(event.credential)
        capture = capture_key(event.tenant_id, event.iot_id, event.ext_info)
        await self._record(scope, tx, event, image, capture)
        await self._seen(scope, tx, event, image, capture)

    async def _record(
        self, scope: Scope, tx: Tx, event: PassRecorded, image: Image | None, capture: str
    ) -> None:
        door = await find_door(scope, tx, iot_id=event.iot_id)
        roots = await spaces.root_ids(scope, tx, [event.community_id])
        product, device = (door.product_key, door.device_name) if door else ("", "")
        row: dict[str, Any] = {
            "eventId": str(event.pass_id),
            "gmtCreate": tx.db.clock.now_ms(),
            "eventTime": event.passed_ms,
            "userId": image.user_id if image else "",
            "userType": _USER_TYPES[image.user_type] if image else "OPEN_ID",
            "iotId": event.iot_id,
            "spaceId": str(door.space_id or "") if door else "",
            "rootSpaceId": str(roots.get(event.community_id, "")),
            "deviceExtInfo": msgspec.json.encode({"productKey": product, "deviceName": device}).decode(),
            "userExtInfo": image.user_ext if image else "",
            "mediaType": "face",
            "source": "人居",
            "policy": image.policy if image else "",
            "eventExtInfo": msgspec.json.encode({"code": event.code, "message": event.message}).decode(),
        }
        if capture:
            row["pictureUrl"] = self._objects.url(capture, expires_s=SNAPSHOT_SECONDS)
        await insert_record(
            scope,
            tx,
            model_id=RECORD,
            version=RECORD_VERSION,
            community_id=event.community_id,
            source="faces",
            row=row,
        )

    async def _seen(
        self, scope: Scope, tx: Tx, event: PassRecorded, image: Image | None, capture: str
    ) -> None:
        """Write the record of a sighting, of a known person or a stranger. Traces are made of these."""
        door = await find_door(scope, tx, iot_id=event.iot_id)
        row: dict[str, Any] = {
            "iotId": event.iot_id,
            "productKey": door.product_key if door else "",
            "deviceName": door.device_name if door else "",
            "gender": "unknown",
            "recordTime": event.passed_ms,
        }
        if image is not None:
            row |= {"faceId": image.face_id, "faceIdEffectiveTime": event.passed_ms + FACE_VALID_MS}
        if capture:
            row["image"] = await adopt_file(
                scope,
                tx,
                model_id=SEEN,
                attr_name="image",
                community_id=event.community_id,
                scope_id=await scope_id_of(scope, tx, community_id=event.community_id),
                object_key=capture,
                ids=self._ids,
            )
        await insert_record(
            scope,
            tx,
            model_id=SEEN,
            version=SEEN_VERSION,
            community_id=event.community_id,
            source="faces",
            row=row,
        )
