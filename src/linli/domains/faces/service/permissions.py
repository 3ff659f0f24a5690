"""Grant faces to devices and withdraw them, in batches, as desired state (spec E C4, C5; B 3.14)."""

from typing import NamedTuple

from linli.delivery import queries as deliveries
from linli.delivery import service as delivery
from linli.delivery.schemas import FOREVER_MS, Grant, GrantRow
from linli.domains.access.errors import DoorUnknown
from linli.domains.access.queries.doors import doors_of_community, find_doors
from linli.domains.access.service.doors import adopt_doors
from linli.domains.access.service.keys import DoorKeys
from linli.domains.communities.queries import spaces
from linli.domains.communities.space_rules import path_ids
from linli.domains.faces.kinds import FACE, SOURCE, body_of
from linli.domains.faces.queries import images as queries
from linli.domains.faces.rows import Image
from linli.domains.faces.service import consents, images
from linli.domains.faces.service.users import user_of
from linli.kernel.db import Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.things.queries.devices import find_devices
from linli.things.queries.products import get_product_by_no

MOST_USERS = MOST_SCOPES = 10
IOT_ID, SPACE_ID = "IOT_ID", "SPACE_ID"
SCOPE_TYPES = (IOT_ID, SPACE_ID, "SPACE")
"""`SPACE` is our reading of a name that is missing in the source (spec E T9)."""
SERVICE = "SyncFaceData"


class FaceDevice(NamedTuple):
    """A device with a face library."""

    iot_id: str
    community_id: int


async def add(
    scope: Scope,
    tx: Tx,
    *,
    user_type: str,
    user_ids: list[str],
    scope_type: str,
    scope_ids: list[str],
    keys: DoorKeys,
    now_ms: int,
) -> int:
    """Grant users' faces to devices, all or none. Returns the number of devices.

    Raises BadInput, PersonUnknown, DoorUnknown.
    """
    face_images = await _images(scope, tx, user_type, user_ids)
    devices = await devices_of(
        scope, tx, scope_type=scope_type, scope_ids=scope_ids, keys=keys, now_ms=now_ms
    )
    for image in sorted(face_images, key=lambda image: image.face_id):
        for community_id in sorted({device.community_id for device in devices}):
            await images.put_templates(scope, tx, image, now_ms=now_ms, also=community_id)
    for device, image in _in_lock_order(devices, face_images):
        await give(scope, tx, image=image, device=device, now_ms=now_ms)
    return len(devices)


async def remove(
    scope: Scope,
    tx: Tx,
    *,
    user_type: str,
    user_ids: list[str],
    scope_type: str,
    scope_ids: list[str],
    keys: DoorKeys,
    now_ms: int,
) -> int:
    """Withdraw users' faces from devices. The pictures stay. Raises as `add`, but a picture need not exist."""
    _check_batch("userIdList", user_ids, MOST_USERS)
    devices = await devices_of(
        scope, tx, scope_type=scope_type, scope_ids=scope_ids, keys=keys, now_ms=now_ms
    )
    face_images = []
    for number, user_id in enumerate(user_ids):
        user = await user_of(scope, tx, user_type=user_type, user_id=user_id, field=f"userIdList[{number}]")
        image = await queries.image_of_user(
            scope, tx, owner=user.owner, user_type=user.user_type, user_id=user.user_id
        )
        if image is not None:
            face_images.append(image)
    for device, image in _in_lock_order(devices, face_images):
        await take(scope, tx, image=image, device=device, now_ms=now_ms)
    return len(devices)


def _in_lock_order(devices: list[FaceDevice], face_images: list[Image]) -> list[tuple[FaceDevice, Image]]:
    """Each face on each device, door by door: the order in which everybody locks doors' rows."""
    return [
        (device, image)
        for device in sorted(set(devices))
        for image in sorted(face_images, key=lambda image: image.face_id)
    ]


async def give(scope: Scope, tx: Tx, *, image: Image, device: FaceDevice, now_ms: int) -> None:
    """Grant one face to one device."""
    consent = await queries.consent_of(tx, image_id=image.id)
    ends_ms = consents.window_end(image, consent)
    if ends_ms is not None and ends_ms <= now_ms:
        return
    await delivery.grant(scope, tx, await _wish(tx, image, device, ends_ms), now_ms=now_ms)


async def take(scope: Scope, tx: Tx, *, image: Image, device: FaceDevice, now_ms: int) -> None:
    await delivery.revoke(scope, tx, await _wish(tx, image, device, None), now_ms=now_ms, reason="removed")


async def renew(tx: Tx, *, image: Image, old_face_id: str, now_ms: int) -> None:
    """Deliver a changed picture, name, policy or end to the devices that have a grant for this face."""
    scope = Scope.system(image.tenant_id, "faces")
    consent = await queries.consent_of(tx, image_id=image.id)
    ends_ms = consents.window_end(image, consent)
    grants: list[GrantRow] = await deliveries.live_grants_of.all(
        tx, scope, source=SOURCE, kind=FACE, credential=old_face_id
    )
    for row in grants:
        device = FaceDevice(row.target, row.community_id)
        if old_face_id != image.face_id:
            old = await _wish(tx, image._replace(face_id=old_face_id), device, None)
            await delivery.revoke(scope, tx, old, now_ms=now_ms, reason="picture_changed")
        await delivery.grant(scope, tx, await _wish(tx, image, device, ends_ms), now_ms=now_ms)
    if old_face_id != image.face_id:
        # Pass scopes and groups grant the new id again in place of the old one.
        await delivery.revoke_credential(
            scope, tx, kind=FACE, credential=old_face_id, now_ms=now_ms, reason="picture_changed"
        )


async def devices_of(
    scope: Scope, tx: Tx, *, scope_type: str, scope_ids: list[str], keys: DoorKeys, now_ms: int
) -> list[FaceDevice]:
    """The face devices that a call names. Raises BadInput, DoorUnknown, NotFound (a space)."""
    if scope_type not in SCOPE_TYPES:
        raise BadInput(field="scopeType", rule="one_of", allowed=", ".join(SCOPE_TYPES[:2]))
    _check_batch("scopeIdList", scope_ids, MOST_SCOPES)
    if scope_type == IOT_ID:
        devices_by_id = await face_devices(scope, tx, iot_ids=scope_ids)
        for number, iot_id in enumerate(scope_ids):
            if iot_id not in devices_by_id:
                if not await find_devices(scope, tx, iot_ids=[iot_id]):
                    raise DoorUnknown(iot_id)
                raise BadInput(field=f"scopeIdList[{number}]", rule="no_face_device")
        await adopt_doors(scope, tx, iot_ids=list(devices_by_id), keys=keys, now_ms=now_ms)
        return list(devices_by_id.values())
    return await _of_spaces(scope, tx, scope_ids)


async def face_devices(scope: Scope, db: Reader, *, iot_ids: list[str]) -> dict[str, FaceDevice]:
    """The `iot_ids` with a face library that are in a community of the scope."""
    products: dict[int, bool] = {}
    devices_by_id = {}
    for device in await find_devices(scope, db, iot_ids=iot_ids) if iot_ids else []:
        if device.community_id is None or not scope.allows(device.community_id):
            continue
        if device.product_no not in products:
            product = await get_product_by_no(scope, db, product_no=device.product_no)
            products[device.product_no] = f'"{SERVICE}"' in product.tsl
        if products[device.product_no]:
            devices_by_id[device.iot_id] = FaceDevice(device.iot_id, device.community_id)
    return devices_by_id


async def _of_spaces(scope: Scope, tx: Tx, scope_ids: list[str]) -> list[FaceDevice]:
    """Face doors in the named spaces or below."""
    wanted: dict[int, set[int]] = {}
    for number, text in enumerate(scope_ids):
        if not (text.isascii() and text.isdecimal() and len(text) <= 18):
            raise BadInput(field=f"scopeIdList[{number}]", rule="format", example="1024")
        space = await spaces.space(scope, tx, int(text))
        wanted.setdefault(space.community_id, set()).add(space.space_id)
    doors = []
    for community_id, named in wanted.items():
        here = await doors_of_community(scope, tx, community_id=community_id)
        placed = sorted({door.space_id for door in here if door.space_id is not None})
        paths = await spaces.spaces_by_id(scope, tx, placed)
        roots = await spaces.root_ids(scope, tx, [community_id])
        whole = roots.get(community_id) in named
        for door in here:
            place = paths.get(door.space_id) if door.space_id is not None else None
            if whole or (place is not None and named & set(path_ids(place.path))):
                doors.append(door.iot_id)
    return list((await face_devices(scope, tx, iot_ids=doors)).values())


async def _images(scope: Scope, tx: Tx, user_type: str, user_ids: list[str]) -> list[Image]:
    _check_batch("userIdList", user_ids, MOST_USERS)
    face_images = []
    for number, user_id in enumerate(user_ids):
        field = f"userIdList[{number}]"
        user = await user_of(scope, tx, user_type=user_type, user_id=user_id, field=field)
        try:
            face_images.append(await images.image_of(scope, tx, user=user))
        except NotFound:
            raise BadInput(field=field, rule="no_face_image") from None
    return face_images


def _check_batch(field: str, values: list[str], most: int) -> None:
    if not values:
        raise BadInput(field=field, rule="required")
    if len(values) > most:
        raise BadInput(field=field, rule="too_many_items", limit=most)


async def _wish(tx: Tx, image: Image, device: FaceDevice, ends_ms: int | None) -> Grant:
    return Grant(
        community_id=device.community_id,
        source=SOURCE,
        kind=FACE,
        subject=image.identity_id or image.user_id,
        credential=image.face_id,
        target=device.iot_id,
        ends_ms=FOREVER_MS if ends_ms is None else ends_ms,
        content=body_of(image, await zone_of(tx, device.community_id)),
    )


async def doors_named(scope: Scope, db: Reader, iot_ids: list[str]) -> dict[str, str]:
    """iotId → name of the door, else of its device."""
    doors = await find_doors(scope, db, iot_ids=iot_ids)
    named = {iot_id: door.name for iot_id, door in doors.items()}
    for device in await find_devices(
        scope, db, iot_ids=[iot_id for iot_id in iot_ids if iot_id not in named]
    ):
        named[device.iot_id] = device.nickname or device.device_name
    return named
