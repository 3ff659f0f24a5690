"""Erase faces: picture, template and every device's copy, with a list of confirmations.

The list has the devices of the time of the request. They stay listed until they confirm, however long they are away.
"""

from sqlalchemy import bindparam, select, update

from linli.delivery import queries as deliveries
from linli.delivery import service as delivery
from linli.delivery.schemas import DeliverySettled, DesiredFilter
from linli.domains.access.queries.doors import find_doors
from linli.domains.faces.kinds import FACE
from linli.domains.faces.models import erasure_devices, erasures
from linli.domains.faces.rows import Erasure, ErasureDevice, Image
from linli.domains.faces.service import consents, enrolment, images, staff_rows
from linli.domains.faces.service.images import DROP_PICTURE, PictureKey
from linli.kernel import outbox
from linli.kernel.db import INT, Command, Query, Tx
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.sync import State
from linli.things.queries.devices import find_devices

GONE = "transferDeleted"
MOST_DEVICES = 5000

_HERE = "an erasure is found by the face it is of, in a transaction of its own tenant"
_open_of_face = Query(
    select(erasures)
    .where(
        erasures.c.tenant_id == bindparam("tenant"),
        erasures.c.face_id == bindparam("face"),
        erasures.c.finished_ms.is_(None),
    )
    .with_for_update(),
    Erasure,
    unscoped=_HERE,
)
_confirm = Command(
    update(erasure_devices)
    .where(
        erasure_devices.c.erasure_id == bindparam("erasure", type_=INT),
        erasure_devices.c.iot_id == bindparam("device"),
        erasure_devices.c.confirmed_ms.is_(None),
    )
    .values(confirmed_ms=bindparam("now", type_=INT)),
    unscoped=_HERE,
)
_waiting = Query(
    select(erasure_devices.c.iot_id)
    .where(
        erasure_devices.c.erasure_id == bindparam("erasure", type_=INT),
        erasure_devices.c.confirmed_ms.is_(None),
        erasure_devices.c.gone_ms.is_(None),
    )
    .limit(1),
    unscoped=_HERE,
)
_open_of_device = Query(
    select(erasure_devices.c.erasure_id).where(
        erasure_devices.c.tenant_id == bindparam("tenant"),
        erasure_devices.c.iot_id == bindparam("device"),
        erasure_devices.c.confirmed_ms.is_(None),
    ),
    unscoped=_HERE,
)
_gone = Command(
    update(erasure_devices)
    .where(
        erasure_devices.c.tenant_id == bindparam("of_tenant"),
        erasure_devices.c.iot_id == bindparam("device"),
        erasure_devices.c.confirmed_ms.is_(None),
    )
    .values(gone_ms=bindparam("now", type_=INT)),
    unscoped=_HERE,
)
_finish = Command(
    update(erasures)
    .where(erasures.c.id == bindparam("erasure", type_=INT), erasures.c.finished_ms.is_(None))
    .values(finished_ms=bindparam("now", type_=INT)),
    unscoped=_HERE,
)
_picture_gone = Command(
    update(erasures)
    .where(erasures.c.id == bindparam("erasure", type_=INT))
    .values(picture_ms=bindparam("now", type_=INT)),
    unscoped=_HERE,
)


async def erase(scope: Scope, tx: Tx, *, image: Image, reason: str, now_ms: int) -> int:
    """Erase a live picture everywhere. Returns the erasure's id. The caller has checked their right to the user."""
    whole = Scope.system(image.tenant_id, "faces")
    devices = await _holders(whole, tx, image.face_id)
    await delivery.revoke_credential(
        whole, tx, kind=FACE, credential=image.face_id, now_ms=now_ms, reason=reason
    )
    await enrolment.drop(whole, tx, face_id=image.face_id, now_ms=now_ms)
    await images.blank(scope, tx, image, now_ms=now_ms)
    await images.forget_person_face(whole, tx, image, now_ms=now_ms)
    await consents.end(scope, tx, image_id=image.id, reason=reason, now_ms=now_ms)
    await staff_rows.drop_person(tx, tenant_id=image.tenant_id, identity_id=image.identity_id)
    row = Erasure(
        id=0,
        tenant_id=image.tenant_id,
        community_id=image.community_id,
        image_id=image.id,
        face_id=image.face_id,
        identity_id=image.identity_id,
        reason=reason,
        caller=f"{scope.caller.kind}:{scope.caller.id}",
        asked_ms=now_ms,
        picture_ms=None,
        finished_ms=None if devices else now_ms,
    )._asdict()
    del row["id"]
    erasure_id = await tx.insert(erasures, row)
    assert erasure_id is not None
    await tx.insert_many(
        erasure_devices, [device._replace(erasure_id=erasure_id)._asdict() for device in devices]
    )
    await outbox.add(tx, DROP_PICTURE, PictureKey(image.tenant_id, image.object_key, erasure_id))
    if reason == "erased":
        for key in await consents.forget_proofs(tx, image_id=image.id):
            await outbox.add(tx, DROP_PICTURE, PictureKey(image.tenant_id, key))
    return erasure_id


async def delivered(tx: Tx, event: DeliverySettled) -> None:
    """Inline handler: a device confirmed that a face is gone."""
    if event.kind != FACE or event.status != GONE:
        return
    for erasure in await _open_of_face.all(tx, tenant=event.tenant_id, face=event.credential):
        confirmed = await _confirm.run(tx, erasure=erasure.id, device=event.device, now=event.at_ms)
        if confirmed and not await _waiting.all(tx, erasure=erasure.id):
            await _finish.run(tx, erasure=erasure.id, now=event.at_ms)


async def device_gone(tx: Tx, *, tenant_id: str, iot_id: str, now_ms: int) -> None:
    """Note in the lists when a device was deleted: it will not confirm."""
    open_erasures = await _open_of_device.all(tx, tenant=tenant_id, device=iot_id)
    await _gone.run(tx, of_tenant=tenant_id, device=iot_id, now=now_ms)
    for (erasure_id,) in open_erasures:
        if not await _waiting.all(tx, erasure=erasure_id):
            await _finish.run(tx, erasure=erasure_id, now=now_ms)


async def picture_dropped(tx: Tx, *, erasure_id: int, now_ms: int) -> None:
    """Note that the bytes are deleted."""
    await _picture_gone.run(tx, erasure=erasure_id, now=now_ms)


async def _holders(scope: Scope, tx: Tx, face_id: str) -> list[ErasureDevice]:
    """Devices that have the face, or may have it."""
    wanted = DesiredFilter(credential=face_id, kinds=(FACE,))
    page = await deliveries.list_rows(scope, tx, wanted=wanted, page=PageRequest(1, MOST_DEVICES))
    rows = [row for row in page.data if not (row.state == State.REMOVED and not row.reported)]
    # What was never sent is on no device: its row ends at once and needs no confirmation.
    rows = [row for row in rows if row.reported or row.state == State.SENDING]
    iot_ids = [row.device for row in rows]
    doors = await find_doors(scope, tx, iot_ids=iot_ids)
    devices = {device.iot_id: device for device in await find_devices(scope, tx, iot_ids=iot_ids)}
    holders = []
    for row in rows:
        door, device = doors.get(row.device), devices.get(row.device)
        name = door.name if door else (device.nickname or device.device_name) if device else row.device
        holders.append(ErasureDevice(0, row.device, row.tenant_id, row.community_id, name, None, None))
    return holders
