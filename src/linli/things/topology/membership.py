"""The only code that writes a device's gateway. It also notifies all parts that depend on it."""

from sqlalchemy import bindparam, delete, select, update

from linli.kernel.db import INT, Command, Query, Tx, any_of
from linli.kernel.events import emit
from linli.kernel.scope import Scope
from linli.protocols.linkkit.subdevices import SubKey
from linli.things.changes import Change, tell
from linli.things.events import Sub, TopologyChanged
from linli.things.models import devices
from linli.things.queries.devices import DeviceRow, get_device_by_no
from linli.things.topology import notices
from linli.things.topology.models import found_devices
from linli.things.topology.notices import TopoStatus

_REASON = "the rows were looked up in the scope beforehand"
_lock = Command(
    update(devices).where(any_of(devices.c.device_no, "nos")).values(modified_ms=bindparam("now", type_=INT)),
    unscoped=_REASON,
)
_gateway_of = Query(
    select(devices.c.device_no, devices.c.gateway_no).where(any_of(devices.c.device_no, "nos")),
    unscoped=_REASON,
)
_set_gateway = Command(
    update(devices)
    .where(any_of(devices.c.device_no, "nos"))
    .values(gateway_no=bindparam("gateway", type_=INT), modified_ms=bindparam("now", type_=INT)),
    unscoped=_REASON,
)
_subs = Query(
    select(devices.c.device_no, devices.c.iot_id, devices.c.product_key, devices.c.device_name)
    .where(devices.c.gateway_no == bindparam("gateway_no", type_=INT))
    .order_by(devices.c.device_no),
    Sub,
    unscoped="all sub-devices of a gateway that is going",
)
_forget_found = Command(
    delete(found_devices).where(found_devices.c.gateway_no == bindparam("gateway", type_=INT))
)


def key_of(device: DeviceRow | Sub) -> SubKey:
    return SubKey(device.product_key, device.device_name)


async def gateway_key(tx: Tx, device: DeviceRow) -> SubKey | None:
    """The gateway that a device belongs to."""
    if device.gateway_no is None:
        return None
    scope = Scope.system(device.tenant_id)
    return key_of(await get_device_by_no(scope, tx, device_no=device.gateway_no))


async def join(tx: Tx, gateway: DeviceRow, subs: list[DeviceRow], *, by_gateway: bool) -> list[DeviceRow]:
    """Give devices to a gateway, taking them from others; those that came.

    A gateway that loses one is told. The new one is too, unless it asked for it itself (`by_gateway`).
    """
    numbers = [sub.device_no for sub in subs]
    now = tx.db.clock.now_ms()
    # Two gateways may claim a device at the same time: the second reads the row of the first.
    await _lock.run(tx, nos=numbers, now=now)
    before = dict(await _gateway_of.all(tx, nos=numbers))
    coming = [sub for sub in subs if before.get(sub.device_no, gateway.device_no) != gateway.device_no]
    losing: dict[int, list[DeviceRow]] = {}
    for sub in coming:
        if (held_by := before[sub.device_no]) is not None:
            losing.setdefault(held_by, []).append(sub)
    if not coming:
        return []
    await _set_gateway.run(tx, nos=[sub.device_no for sub in coming], gateway=gateway.device_no, now=now)
    for gateway_no, lost in losing.items():
        loser = await get_device_by_no(Scope.system(gateway.tenant_id), tx, device_no=gateway_no)
        await _tell(tx, loser, TopoStatus.REMOVED, _named(lost), by_gateway=False)
    await _tell(tx, gateway, TopoStatus.ADDED, _named(coming), by_gateway=by_gateway)
    return coming


async def leave(tx: Tx, gateway: DeviceRow, subs: list[DeviceRow], *, by_gateway: bool) -> None:
    """Take devices from the gateway they belong to; they cannot speak through it any more."""
    now = tx.db.clock.now_ms()
    await _set_gateway.run(tx, nos=[sub.device_no for sub in subs], gateway=None, now=now)
    await _tell(tx, gateway, TopoStatus.REMOVED, _named(subs), by_gateway=by_gateway)


async def part(tx: Tx, device: DeviceRow) -> None:
    """The device is going to be deleted: from its gateway, and its own sub-devices from it. Tells both sides."""
    if device.gateway_no is not None:
        scope = Scope.system(device.tenant_id)
        gateway = await get_device_by_no(scope, tx, device_no=device.gateway_no)
        await _emit(tx, gateway, TopoStatus.REMOVED, _named([device]))
    subs = await _subs.all(tx, gateway_no=device.device_no)
    if subs:
        now = tx.db.clock.now_ms()
        await _set_gateway.run(tx, nos=[sub.device_no for sub in subs], gateway=None, now=now)
        await _emit(tx, device, TopoStatus.REMOVED, subs)
    await _forget_found.run(tx, gateway=device.device_no)


def _named(rows: list[DeviceRow]) -> list[Sub]:
    return [Sub(row.device_no, row.iot_id, row.product_key, row.device_name) for row in rows]


async def _tell(tx: Tx, gateway: DeviceRow, status: TopoStatus, subs: list[Sub], *, by_gateway: bool) -> None:
    if not by_gateway:
        notices.topology(tx, key_of(gateway), status, [key_of(sub) for sub in subs])
    await _emit(tx, gateway, status, subs)


async def _emit(tx: Tx, gateway: DeviceRow, status: TopoStatus, subs: list[Sub]) -> None:
    added = status is TopoStatus.ADDED
    if not added:
        for sub in subs:
            tell(tx, Change("device", sub.device_no, sub.product_key, sub.device_name, leaves_gateway=True))
    event = TopologyChanged(
        gateway_no=gateway.device_no,
        iot_id=gateway.iot_id,
        tenant_id=gateway.tenant_id,
        community_id=gateway.community_id,
        project_id=gateway.project_id,
        product_key=gateway.product_key,
        device_name=gateway.device_name,
        change="added" if added else "removed",
        subs=subs,
    )
    await emit(tx, event, key=gateway.iot_id)
