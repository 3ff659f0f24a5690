"""Devices under a protocol: the thing is made or taken, put under the box and into its community. Spec C §8.

The values of forms are checked before, by `devices` of this room's catalogue.
"""

import json
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.domains.boxes.errors import DeviceElsewhere
from linli.domains.boxes.models import edge_devices
from linli.domains.boxes.queries import gateways as queries
from linli.domains.boxes.rows import EdgeDevice, Gateway, Protocol, place_of
from linli.domains.boxes.service.products import whole
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.gateways.topology import add_subs, remove_subs
from linli.things.queries.devices import DeviceRow, find_named_devices, get_device
from linli.things.service.devices import DeviceValues, create_device, label_device, move_device

HISTORY: Final = "edge_device"
CUSTOM_BYTES: Final = 64 * 1024


def _values(**values: Any) -> Command:
    return Command(
        update(edge_devices)
        .where(edge_devices.c.edge_device_id == bindparam("row", type_=INT), in_scope(edge_devices))
        .values(changed_ms=bindparam("now", type_=INT), **values)
    )


_change = _values(alias=bindparam("new_alias"), custom_sealed=bindparam("sealed"))
_space = _values(space_id=bindparam("space", type_=INT))
_delete = Command(
    delete(edge_devices).where(
        edge_devices.c.edge_device_id == bindparam("row", type_=INT), in_scope(edge_devices)
    )
)


def sealed_custom(custom: dict[str, Any], iot_id: str, secrets: Secrets) -> str:
    """Raises BadInput."""
    text = json.dumps(custom, ensure_ascii=False, sort_keys=True)
    if len(text.encode()) > CUSTOM_BYTES:
        raise BadInput(field="custom", rule="too_long", limit=CUSTOM_BYTES)
    return secrets.seal(text, about=f"edge_device:{iot_id}")


def custom_of(device: EdgeDevice, secrets: Secrets) -> dict[str, Any]:
    """The form's values in clear. They have vendors' passwords, so they never go to a browser unchanged."""
    return dict(json.loads(secrets.open(device.custom_sealed, about=f"edge_device:{device.iot_id}")))


class EdgeDeviceValues(msgspec.Struct, frozen=True, kw_only=True):
    """The values of a new device behind a gateway."""

    product_key: str
    device_name: str
    alias: str
    custom: dict[str, Any]
    """As its driver's form asks."""


async def add(
    scope: Scope,
    tx: Tx,
    *,
    gateway: Gateway,
    protocol: Protocol,
    values: EdgeDeviceValues,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> EdgeDevice:
    """A device under a protocol of a gateway, effective with the next deployment.

    A thing of that name that is there and behind no gateway is taken; else it is made. Raises BadInput, NotFound,
    DeviceElsewhere, GatewayFull.
    """
    if protocol.gateway_id != gateway.gateway_id:
        raise NotFound(what="edge_protocol", id=protocol.protocol_id)
    tenant = whole(scope)
    iot_id = await _thing(
        tenant=tenant,
        tx=tx,
        gateway=gateway,
        product_key=values.product_key,
        device_name=values.device_name,
        alias=values.alias,
        ids=ids,
        secrets=secrets,
    )
    await add_subs(tenant, tx, gateway_iot_id=gateway.iot_id, iot_ids=[iot_id])
    edge_device = EdgeDevice(
        edge_device_id=ids.number(), **place_of(gateway), gateway_id=gateway.gateway_id,  # type: ignore[arg-type]
        protocol_id=protocol.protocol_id, iot_id=iot_id, product_key=values.product_key, device_name=values.device_name,
        alias=values.alias.strip(), custom_sealed=sealed_custom(values.custom, iot_id, secrets), space_id=None,
        created_ms=now_ms, changed_ms=now_ms,
    )  # fmt: skip
    await tx.insert(edge_devices, edge_device._asdict())
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, edge_device.edge_device_id, edge_device.community_id),
        "created",
        after={"device_name": values.device_name, "alias": edge_device.alias},
        now_ms=now_ms,
    )
    return edge_device


async def _thing(
    tenant: Scope,
    tx: Tx,
    gateway: Gateway,
    product_key: str,
    device_name: str,
    alias: str,
    ids: Ids,
    secrets: Secrets,
) -> str:
    """The iotId of the thing, in the gateway's community. Raises BadInput, NotFound, DeviceElsewhere."""
    devices = await find_named_devices(tenant, tx, product_key=product_key, device_names=[device_name])
    if devices:
        iot_id = devices[0].iot_id
        await _check_free(tenant, tx, gateway, devices[0])
        if alias.strip():
            await label_device(tenant, tx, iot_id=iot_id, nickname=alias.strip())
    else:
        triple = await create_device(
            tenant,
            tx,
            values=DeviceValues(
                product_key=product_key,
                device_name=device_name,
                nickname=alias.strip(),
                project_id=gateway.project_id,
            ),
            ids=ids,
            secrets=secrets,
        )
        iot_id = triple.iot_id
    if gateway.community_id is not None:
        await move_device(tenant, tx, iot_id=iot_id, community_id=gateway.community_id)
    return iot_id


async def _check_free(tenant: Scope, tx: Tx, gateway: Gateway, row: DeviceRow) -> None:
    own = await get_device(tenant, tx, iot_id=gateway.iot_id)
    taken = await queries.device_of(tenant, tx, row.iot_id) is not None
    elsewhere = row.gateway_no not in (None, own.device_no) or row.community_id not in (
        None,
        gateway.community_id,
    )
    if taken or elsewhere or row.project_id not in (None, gateway.project_id):
        raise DeviceElsewhere(field="deviceName", device=row.device_name)


async def change(
    scope: Scope,
    tx: Tx,
    *,
    device: EdgeDevice,
    secrets: Secrets,
    now_ms: int,
    alias: str | None = None,
    custom: dict[str, Any] | None = None,
) -> EdgeDevice:
    """None leaves it as it is. Effective with the next deployment. Raises BadInput."""
    trimmed = device.alias if alias is None else alias.strip()
    sealed = device.custom_sealed if custom is None else sealed_custom(custom, device.iot_id, secrets)
    await _change.run(tx, scope, row=device.edge_device_id, new_alias=trimmed, sealed=sealed, now=now_ms)
    if trimmed != device.alias:
        await label_device(whole(scope), tx, iot_id=device.iot_id, nickname=trimmed)
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, device.edge_device_id, device.community_id),
        "changed",
        before={"alias": device.alias, "changed_ms": device.changed_ms},
        after={"alias": trimmed, "changed_ms": now_ms},
        now_ms=now_ms,
    )
    return device._replace(alias=trimmed, custom_sealed=sealed, changed_ms=now_ms)


async def set_space(
    scope: Scope, tx: Tx, *, device: EdgeDevice, space_id: int | None, now_ms: int
) -> EdgeDevice:
    """Note to which space a device was bound (C108); the binding itself is the caller's."""
    await _space.run(tx, scope, row=device.edge_device_id, space=space_id, now=now_ms)
    return device._replace(space_id=space_id, changed_ms=now_ms)


async def remove(scope: Scope, tx: Tx, *, device: EdgeDevice, now_ms: int) -> None:
    """Take a device from the box, effective there with the next deployment; the thing stays, behind no gateway."""
    await _delete.run(tx, scope, row=device.edge_device_id)
    await remove_subs(
        whole(scope), tx, gateway_iot_id=await _gateway_thing(scope, tx, device), iot_ids=[device.iot_id]
    )
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, device.edge_device_id, device.community_id),
        "deleted",
        before={"device_name": device.device_name, "alias": device.alias},
        now_ms=now_ms,
    )


async def _gateway_thing(scope: Scope, tx: Tx, device: EdgeDevice) -> str:
    return (await queries.gateway(whole(scope), tx, device.gateway_id)).iot_id


async def forget_device(tx: Tx, *, tenant_id: str, iot_id: str) -> None:
    """The thing was deleted: the box is to have it no more."""
    scope = Scope.system(tenant_id, "boxes")
    if (edge_device := await queries.device_of(scope, tx, iot_id)) is not None:
        await _delete.run(tx, scope, row=edge_device.edge_device_id)
