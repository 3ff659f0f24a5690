"""Devices that serve as doors: registered by serial number or iotId, moved, removed."""

import msgspec
from sqlalchemy import bindparam, delete

from linli.delivery import service as delivery
from linli.delivery.schemas import Grant
from linli.domains.access.errors import DoorUnknown, ProviderMismatch, SerialNumberUnknown
from linli.domains.access.events import DoorMoved, DoorRegistered, DoorRemoved
from linli.domains.access.models import doors
from linli.domains.access.queries import doors as queries
from linli.domains.access.queries.places import check_place
from linli.domains.access.queries.settings import settings_of
from linli.domains.access.rows import Door
from linli.domains.access.service.alarms import end_alarms_of
from linli.domains.access.service.guessing import forget_guesses
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.kinds import KEY, KEY_CREDENTIAL, KeyBody, encode
from linli.domains.access.service.readings import forget_door_reading
from linli.kernel.db import Command, Tx, in_scope, update_of
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.queries.devices import DeviceRow, find_devices, find_named_devices, get_device
from linli.things.queries.products import get_product_by_no
from linli.things.serials.queries import find_serial_number, serial_number_of
from linli.things.serials.service import SerialNumberEntry, list_serial_numbers
from linli.things.service.devices import DEVICE_NAME, DeviceValues, Triple, assign_community, create_device

EXIT = "EXIT"
DIRECTIONS = ("ENTRANCE", EXIT)
LIFTS = frozenset(f"community/people/{name}" for name in ("elevator", "elevators", "elc"))
"""Categories of lift controllers (spec D 2.2)."""
MAX_NAME = 64
MAX_EXT_INFO = 1024
COMMUNITY_DOORS = "community_doors"
"""Target type of grants that hold on every door of a community."""

_delete = Command(delete(doors).where(doors.c.iot_id == bindparam("of_door"), in_scope(doors)))
_describe = update_of(
    doors,
    ("name", "space_id", "direction", "ext_info", "changed_ms"),
    doors.c.iot_id == bindparam("of_door"),
    in_scope(doors),
)


class NewDoor(msgspec.Struct, frozen=True, kw_only=True):
    """A device that becomes a door of a community: named by serial number or by iotId."""

    community_id: int
    name: str
    sn: str = ""
    iot_id: str = ""
    direction: str = "ENTRANCE"
    """ENTRANCE or EXIT."""
    space_id: int | None = None
    ext_info: str = ""


async def register_door(scope: Scope, tx: Tx, *, new: NewDoor, keys: DoorKeys, now_ms: int) -> Door:
    """Make a device a door of a community and have its public key set. A door that exists gets the new description.

    Named by serial number or by iotId. Raises SerialNumberUnknown, DoorUnknown, ProviderMismatch, NotFound (community
    or space), DeviceBoundElsewhere, BadInput.
    """
    scope.allow(new.community_id)
    _check(new.name, new.direction, new.ext_info)
    await check_place(scope, tx, space_id=new.space_id, community_id=new.community_id)
    device = await _device_of(scope, tx, sn=new.sn, iot_id=new.iot_id)
    provider = await settings_of(scope, tx, community_id=new.community_id)
    if not provider.takes(device.product_key):
        raise ProviderMismatch(field="sn", provider=provider.provider)
    device = await assign_community(_whole(scope), tx, iot_id=device.iot_id, community_id=new.community_id)
    listed = await serial_number_of(scope, tx, product_key=device.product_key, device_name=device.device_name)
    door = Door(
        iot_id=device.iot_id,
        tenant_id=device.tenant_id,
        community_id=new.community_id,
        product_key=device.product_key,
        device_name=device.device_name,
        name=new.name.strip(),
        space_id=new.space_id,
        direction=new.direction,
        sn=listed.sn if listed else new.sn,
        ext_info=new.ext_info,
        created_ms=now_ms,
        changed_ms=now_ms,
    )
    await _add(scope, tx, door, keys, now_ms)
    return door


async def register_new_door(
    scope: Scope,
    tx: Tx,
    *,
    new: NewDoor,
    product_key: str,
    keys: DoorKeys,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> tuple[Door, Triple | None]:
    """Register a door by its serial number, listing the number and making the device where they are not known.

    The second value is what a device made now must be set up with; it is shown only this once. A device of the product
    that is named like the serial number is taken for the door. Raises as `register_door`, and NotFound for an
    unknown product.
    """
    new = msgspec.structs.replace(new, sn=new.sn.strip())
    if not new.sn:
        raise BadInput(field="sn", rule="blank")
    triple = None
    if await find_serial_number(scope, tx, sn=new.sn) is None:
        if not product_key:
            raise SerialNumberUnknown(new.sn)
        like_sn = await find_named_devices(_whole(scope), tx, product_key=product_key, device_names=[new.sn])
        if not like_sn:
            usable = new.sn if DEVICE_NAME.fullmatch(new.sn) else None
            triple = await create_device(
                _whole(scope),
                tx,
                values=DeviceValues(product_key=product_key, device_name=usable, nickname=new.name),
                ids=ids,
                secrets=secrets,
            )
        entry = SerialNumberEntry(new.sn, product_key, triple.device_name if triple else new.sn)
        await list_serial_numbers(scope, tx, entries=[entry], now_ms=now_ms)
    door = await register_door(scope, tx, new=new, keys=keys, now_ms=now_ms)
    return door, triple


async def adopt_doors(
    scope: Scope, tx: Tx, *, iot_ids: list[str], keys: DoorKeys, now_ms: int
) -> dict[str, Door]:
    """The doors behind `iot_ids`, by iotId; those missing are no doors of the scope.

    A device that an integrator put into the community without registering it here is a door when its thing model
    has the door's services; it becomes one now, named after its alias, as an entrance.
    """
    doors_by_id = await queries.find_doors(scope, tx, iot_ids=iot_ids)
    missing = [iot_id for iot_id in iot_ids if iot_id not in doors_by_id]
    devices = await find_devices(scope, tx, iot_ids=missing) if missing else []
    for device in sorted(devices, key=lambda device: device.iot_id):
        if device.community_id is None or not scope.allows(device.community_id):
            continue
        product = await get_product_by_no(scope, tx, product_no=device.product_no)
        if '"syncPermissions"' not in product.tsl:
            continue
        provider = await settings_of(scope, tx, community_id=device.community_id)
        if not provider.takes(device.product_key):
            continue  # one provider a community, no mixing
        door = Door(
            iot_id=device.iot_id,
            tenant_id=device.tenant_id,
            community_id=device.community_id,
            product_key=device.product_key,
            device_name=device.device_name,
            name=device.nickname or device.device_name,
            space_id=None,
            direction="ENTRANCE",
            sn="",
            ext_info="",
            created_ms=now_ms,
            changed_ms=now_ms,
        )
        await _add(scope, tx, door, keys, now_ms)
        doors_by_id[door.iot_id] = door
    return doors_by_id


async def describe_door(
    scope: Scope,
    tx: Tx,
    *,
    iot_id: str,
    name: str,
    direction: str,
    space_id: int | None,
    ext_info: str,
    now_ms: int,
) -> None:
    """Change how a door is called and where it is. Raises DoorUnknown, NotFound (the space), BadInput."""
    _check(name, direction, ext_info)
    door = await queries.get_door(scope, tx, iot_id=iot_id)
    await check_place(scope, tx, space_id=space_id, community_id=door.community_id)
    if not await _describe.run(
        tx,
        scope,
        of_door=iot_id,
        name=name.strip(),
        space_id=space_id,
        direction=direction,
        ext_info=ext_info,
        changed_ms=now_ms,
    ):
        raise DoorUnknown(iot_id)
    if space_id != door.space_id:
        await emit(tx, DoorMoved(door.tenant_id, door.community_id, iot_id), key=iot_id)


async def remove_door(scope: Scope, tx: Tx, *, iot_id: str) -> None:
    """Take a door out of its community; every right on it ends after the commit. Raises DoorUnknown."""
    door = await queries.get_door(scope, tx, iot_id=iot_id)
    await forget_door(scope, tx, door=door)
    await assign_community(scope, tx, iot_id=iot_id, community_id=None)


async def forget_door(scope: Scope, tx: Tx, *, door: Door) -> None:
    """The device is already elsewhere or deleted: drop the door and have its rights ended."""
    await _delete.run(tx, scope, of_door=door.iot_id)
    await forget_door_reading(tx, iot_id=door.iot_id)
    await forget_guesses(scope, tx, iot_id=door.iot_id)
    await end_alarms_of(scope, tx, iot_id=door.iot_id, now_ms=tx.db.clock.now_ms())
    await delivery.expand_scope(tx, target_type=COMMUNITY_DOORS, target=str(door.community_id))
    await emit(tx, DoorRemoved(door.tenant_id, door.community_id, door.iot_id), key=door.iot_id)


async def _device_of(scope: Scope, tx: Tx, *, sn: str, iot_id: str) -> DeviceRow:
    if bool(sn) == bool(iot_id):
        raise BadInput(field="sn", rule="one_of", allowed="sn, iotId")
    try:
        if iot_id:
            return await get_device(scope, tx, iot_id=iot_id)
        listed = await find_serial_number(scope, tx, sn=sn)
        if listed is None:
            raise SerialNumberUnknown(sn)
        # A person who reads a door's number may take the door for their community while it is in none.
        device = await get_device(
            _whole(scope), tx, product_key=listed.product_key, device_name=listed.device_name
        )
        if device.community_id is not None and not scope.allows(device.community_id):
            raise SerialNumberUnknown(sn)
        return device
    except SerialNumberUnknown:
        raise
    except NotFound:
        raise (DoorUnknown(iot_id) if iot_id else SerialNumberUnknown(sn)) from None


def _whole(scope: Scope) -> Scope:
    """The caller's whole tenant: devices in no community yet are out of sight of those who see some only."""
    return Scope(scope.tenant, scope.caller, language=scope.language)


async def _add(scope: Scope, tx: Tx, door: Door, keys: DoorKeys, now_ms: int) -> None:
    door_row = await queries.find_door(scope, tx, iot_id=door.iot_id)
    await tx.upsert(
        doors,
        [door._asdict()],
        keys=("iot_id",),
        update=("community_id", "name", "space_id", "direction", "sn", "ext_info", "changed_ms"),
    )
    key = await keys.ensure(scope, tx, community_id=door.community_id, now_ms=now_ms)
    wish = Grant(
        community_id=door.community_id,
        source="access",
        kind=KEY,
        credential=KEY_CREDENTIAL,
        target=door.iot_id,
        content=encode(KeyBody(key.public_key)),
    )
    await delivery.grant(scope, tx, wish, now_ms=now_ms)
    if door_row is None:
        await delivery.expand_scope(tx, target_type=COMMUNITY_DOORS, target=str(door.community_id))
        await emit(tx, DoorRegistered(door.tenant_id, door.community_id, door.iot_id), key=door.iot_id)
    elif door_row.space_id != door.space_id:
        await emit(tx, DoorMoved(door.tenant_id, door.community_id, door.iot_id), key=door.iot_id)


def _check(name: str, direction: str, ext_info: str) -> None:
    if not name.strip():
        raise BadInput(field="name", rule="blank")
    if len(name) > MAX_NAME:
        raise BadInput(field="name", rule="too_long", limit=MAX_NAME)
    if direction not in DIRECTIONS:
        raise BadInput(field="direction", rule="one_of", allowed=", ".join(DIRECTIONS))
    if len(ext_info) > MAX_EXT_INFO:
        raise BadInput(field="extInfo", rule="too_long", limit=MAX_EXT_INFO)
