"""Devices at lanes: bound by id, or added by the number on their back; one a lane, one lane each. Spec B A095, A096."""

from typing import Final

import msgspec
from sqlalchemy import bindparam, delete

from linli.delivery import service as delivery
from linli.domains.communities.rows import Space
from linli.domains.communities.space_rules import path_ids
from linli.domains.parking.errors import (
    DeviceTaken,
    LaneDeviceUnknown,
    LaneTaken,
    NoLaneDevice,
    SerialUnknown,
)
from linli.domains.parking.kinds import SPACE_LANES, target_of
from linli.domains.parking.models import lane_devices
from linli.domains.parking.queries import lanes as queries
from linli.domains.parking.queries.settings import require_own
from linli.domains.parking.rows import LaneDevice
from linli.kernel.db import Command, Tx, in_scope, update_of
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.queries.devices import DeviceRow, find_named_devices, get_device
from linli.things.queries.products import get_product, get_product_by_no
from linli.things.serials.queries import find_serial_number, serial_number_of
from linli.things.serials.service import SerialNumberEntry, list_serial_numbers
from linli.things.service.devices import (
    DEVICE_NAME,
    DeviceValues,
    Triple,
    assign_community,
    create_device,
    label_device,
)

MAX_NAME: Final = 64
GATE: Final = '"OperatGate"'
"""What the thing model of every device of a lane has."""
_delete = Command(
    delete(lane_devices).where(lane_devices.c.iot_id == bindparam("of_device"), in_scope(lane_devices))
)
_rename = update_of(
    lane_devices,
    ("name", "changed_ms"),
    lane_devices.c.iot_id == bindparam("of_device"),
    in_scope(lane_devices),
)


class NewLaneDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device by the number on its back, the name people give it, and the lane where it stands."""

    lane_id: int
    sn: str
    name: str
    product_key: str = ""
    """Needed when the serial number is not listed yet."""


async def bind(
    scope: Scope, tx: Tx, *, iot_id: str, lane_id: int, now_ms: int, name: str = "", field: str = "iotId"
) -> LaneDevice:
    """Bind a device to a lane. The same again changes nothing but the name, if one is given.

    Raises NotFound (lane), LaneDeviceUnknown, NoLaneDevice, LaneTaken, DeviceTaken, DeviceBoundElsewhere, ServiceOff,
    OtherProvider, BadInput.
    """
    lane = await queries.lane(scope, tx, lane_id)
    scope.allow(lane.community_id)
    await require_own(scope, tx, community_id=lane.community_id)
    try:
        device = await get_device(scope, tx, iot_id=iot_id)
    except NotFound:
        raise LaneDeviceUnknown(iot_id) from None
    if GATE not in (await get_product_by_no(scope, tx, product_no=device.product_no)).tsl:
        raise NoLaneDevice(field)
    there = await queries.find_at(scope, tx, lane_id=lane_id)
    if there is not None and there.iot_id != device.iot_id:
        raise LaneTaken()
    elsewhere = await queries.find_device(_whole(scope), tx, iot_id=device.iot_id)
    if elsewhere is not None and elsewhere.lane_id != lane_id:
        raise DeviceTaken()
    device = await assign_community(scope, tx, iot_id=device.iot_id, community_id=lane.community_id)
    listed = await serial_number_of(scope, tx, product_key=device.product_key, device_name=device.device_name)
    shown = name.strip() or (there.name if there else "") or device.nickname or lane.name
    row = LaneDevice(
        lane_id=lane_id,
        tenant_id=device.tenant_id,
        community_id=lane.community_id,
        iot_id=device.iot_id,
        product_key=device.product_key,
        device_name=device.device_name,
        name=shown[:MAX_NAME],
        sn=listed.sn if listed else "",
        created_ms=there.created_ms if there else now_ms,
        changed_ms=now_ms,
    )
    await tx.upsert(lane_devices, [row._asdict()], keys=("lane_id",), update=("name", "sn", "changed_ms"))
    if there is None:
        await _reach(tx, lane)
    return row


async def add(
    scope: Scope, tx: Tx, *, new: NewLaneDevice, ids: Ids, secrets: Secrets, now_ms: int
) -> tuple[LaneDevice, Triple | None]:
    """Bind a device named by its serial number, listing the number and making the device where they are not known.

    The second value is what a device made now must be set up with, shown only this once. Raises as `bind`, and
    SerialUnknown, NotFound (product).
    """
    sn, name = new.sn.strip(), new.name.strip()
    if not sn:
        raise BadInput(field="sn", rule="blank")
    if not name:
        raise BadInput(field="name", rule="blank")
    if len(name) > MAX_NAME:
        raise BadInput(field="name", rule="too_long", limit=MAX_NAME)
    triple = None
    if await find_serial_number(scope, tx, sn=sn) is None:
        triple = await _list_number(scope, tx, new, sn, name, ids, secrets, now_ms)
    listed = await find_serial_number(scope, tx, sn=sn)
    assert listed is not None
    device = await _device(scope, tx, listed.product_key, listed.device_name, sn)
    lane = await queries.lane(scope, tx, new.lane_id)
    if device.community_id is None:
        # Whoever reads the number off a device that is in no community may take it for their own.
        scope.allow(lane.community_id)
        await assign_community(_whole(scope), tx, iot_id=device.iot_id, community_id=lane.community_id)
    row = await bind(
        scope, tx, iot_id=device.iot_id, lane_id=new.lane_id, now_ms=now_ms, name=name, field="sn"
    )
    return row, triple


async def rename(scope: Scope, tx: Tx, *, iot_id: str, name: str, now_ms: int) -> None:
    """Change the name people give a device. Raises LaneDeviceUnknown, BadInput."""
    if not name.strip() or len(name.strip()) > MAX_NAME:
        raise BadInput(field="name", rule="blank" if not name.strip() else "too_long", limit=MAX_NAME)
    if not await _rename.run(tx, scope, of_device=iot_id, name=name.strip(), changed_ms=now_ms):
        raise LaneDeviceUnknown(iot_id)
    await label_device(scope, tx, iot_id=iot_id, nickname=name.strip())


async def unbind(scope: Scope, tx: Tx, *, iot_id: str) -> None:
    """Take a device off its lane. It stays in the community; what it held is taken off it. Raises LaneDeviceUnknown."""
    await forget(scope, tx, row=await queries.lane_device(scope, tx, iot_id=iot_id))


async def forget(scope: Scope, tx: Tx, *, row: LaneDevice) -> None:
    """The device is no lane's any more: its rights end after the commit."""
    await _delete.run(tx, scope, of_device=row.iot_id)
    try:
        lane = await queries.lane(Scope.system(row.tenant_id, SPACE_LANES), tx, row.lane_id)
    except NotFound:
        return
    await _reach(tx, lane)


async def _reach(tx: Tx, lane: Space) -> None:
    """The lanes of every space around this one have changed."""
    first, *more = (target_of(lane.community_id, space_id) for space_id in path_ids(lane.path))
    await delivery.expand_scope(tx, target_type=SPACE_LANES, target=first, more=more)


async def _list_number(
    scope: Scope, tx: Tx, new: NewLaneDevice, sn: str, name: str, ids: Ids, secrets: Secrets, now_ms: int
) -> Triple | None:
    if not new.product_key:
        raise SerialUnknown(sn)
    if GATE not in (await get_product(_whole(scope), tx, product_key=new.product_key)).tsl:
        raise NoLaneDevice("productKey")
    triple = None
    like_sn = await find_named_devices(_whole(scope), tx, product_key=new.product_key, device_names=[sn])
    if not like_sn:
        values = DeviceValues(
            product_key=new.product_key,
            device_name=sn if DEVICE_NAME.fullmatch(sn) else None,
            nickname=name,
        )
        triple = await create_device(_whole(scope), tx, values=values, ids=ids, secrets=secrets)
    entry = SerialNumberEntry(sn, new.product_key, triple.device_name if triple else sn)
    await list_serial_numbers(scope, tx, entries=[entry], now_ms=now_ms)
    return triple


async def _device(scope: Scope, tx: Tx, product_key: str, device_name: str, sn: str) -> DeviceRow:
    try:
        device = await get_device(_whole(scope), tx, product_key=product_key, device_name=device_name)
    except NotFound:
        raise SerialUnknown(sn) from None
    if device.community_id is not None and not scope.allows(device.community_id):
        raise SerialUnknown(sn)
    return device


def _whole(scope: Scope) -> Scope:
    """The caller's whole tenant: devices in no community yet are out of sight of those who see some only."""
    return Scope(scope.tenant, scope.caller, language=scope.language)
