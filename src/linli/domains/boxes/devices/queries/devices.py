"""Devices under a protocol with their state, found by name, address and other fields."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, select

from linli.domains.boxes.devices.forms import Shape, shape_of
from linli.domains.boxes.models import edge_devices
from linli.domains.boxes.queries import drivers as driver_queries
from linli.domains.boxes.rows import EdgeDevice, Protocol
from linli.domains.boxes.service.devices import custom_of
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.entry import Filter
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.queries.devices import DeviceRow, find_devices

STATES: Final = ("unactive", "online", "offline", "disabled")
ORDERS: Final = ("name", "-name", "alias", "-alias", "changed", "-changed", "state", "-state")
_STEP: Final = 500
_d = edge_devices.c
_of_protocol = Query(
    select(edge_devices)
    .where(in_scope(edge_devices), _d.protocol_id == bindparam("protocol_id", type_=INT))
    .order_by(_d.device_name, _d.edge_device_id),
    EdgeDevice,
)
_named = Query(
    select(edge_devices).where(in_scope(edge_devices), any_of(_d.device_name, "device_names")), EdgeDevice
)
_some = Query(
    select(edge_devices).where(
        in_scope(edge_devices),
        _d.protocol_id == bindparam("protocol_id", type_=INT),
        any_of(_d.edge_device_id, "edge_device_ids"),
    ),
    EdgeDevice,
)


class DeviceDetail(NamedTuple):
    """One device as lists show it; `custom` in clear: not for a browser."""

    device: EdgeDevice
    custom: dict[str, Any]
    thing: DeviceRow | None

    @property
    def state(self) -> str:
        """未激活 until it first connected (spec C 8.10)."""
        return self.thing.state if self.thing else "unactive"


async def of_protocol(scope: Scope, db: Reader, protocol_id: int) -> list[EdgeDevice]:
    """By name."""
    return await _of_protocol.all(db, scope, protocol_id=protocol_id)


async def named(scope: Scope, db: Reader, names: Sequence[str]) -> list[EdgeDevice]:
    """Devices of any gateway in the scope with one of these names."""
    wanted = list(dict.fromkeys(names))
    return await _named.all(db, scope, device_names=wanted) if wanted else []


async def some(scope: Scope, db: Reader, protocol_id: int, ids: Sequence[int]) -> list[EdgeDevice]:
    """The devices asked for, in that order. Raises NotFound when one is not there."""
    rows = {
        row.edge_device_id: row
        for row in await _some.all(db, scope, protocol_id=protocol_id, edge_device_ids=list(ids))
    }
    missing = next((device_id for device_id in ids if device_id not in rows), None)
    if missing is not None:
        raise NotFound(what="edge_device", id=missing)
    return [rows[device_id] for device_id in dict.fromkeys(ids)]


async def shape(scope: Scope, db: Reader, protocol: Protocol) -> Shape:
    """The form of a protocol's devices, a package's own included."""
    package = await driver_queries.package_of(scope, db, protocol.driver_id, protocol.version)
    return shape_of(protocol.driver_id, protocol.name, published_form(package.manifest if package else ""))


def published_form(manifest: str) -> dict[str, Any] | None:
    """The schema of a device's configuration that a package brings in its manifest (`deviceForm`)."""
    import json

    try:
        form = json.loads(manifest or "{}").get("deviceForm")
    except (ValueError, AttributeError):
        return None
    return form if isinstance(form, dict) and form else None


async def with_things(
    scope: Scope, db: Reader, rows: Sequence[EdgeDevice], secrets: Secrets
) -> list[DeviceDetail]:
    """Devices with their forms and their things."""
    things: dict[str, DeviceRow] = {}
    for start in range(0, len(rows), _STEP):
        part = [row.iot_id for row in rows[start : start + _STEP]]
        things |= {row.iot_id: row for row in await find_devices(scope, db, iot_ids=part)}
    return [DeviceDetail(row, custom_of(row, secrets), things.get(row.iot_id)) for row in rows]


class EdgeDeviceFilter(Filter, frozen=True):
    """Devices of a protocol, as their list and their workbook are asked for."""

    q: str = ""
    state: str = ""
    access_type: str = ""


def sifted(
    rows: Sequence[DeviceDetail], where: EdgeDeviceFilter, *, bound: bool | None = None
) -> list[DeviceDetail]:
    """The matching devices. `bound`: whether to a space."""
    wanted = where.q.strip().casefold()
    return [
        row
        for row in rows
        if (not where.state or row.state == where.state)
        and (not where.access_type or row.custom.get("accessType") == where.access_type)
        and (bound is None or (row.device.space_id is not None) == bound)
        and (not wanted or wanted in _words(row))
    ]


def _words(row: DeviceDetail) -> str:
    texts = (
        row.custom.get(key) for key in ("ip", "devIp", "brand", "model", "uniqueId", "devId", "deviceId")
    )
    return " ".join(
        str(value) for value in (row.device.device_name, row.device.alias, *texts) if value is not None
    ).casefold()


def ordered(rows: Sequence[DeviceDetail], order: str) -> list[DeviceDetail]:
    """`order` is one of ORDERS."""
    keys = {
        "name": lambda row: (row.device.device_name,),
        "alias": lambda row: (row.device.alias, row.device.device_name),
        "changed": lambda row: (row.device.changed_ms, row.device.edge_device_id),
        "state": lambda row: (STATES.index(row.state), row.device.device_name),
    }
    return sorted(rows, key=keys[order.removeprefix("-")], reverse=order.startswith("-"))
