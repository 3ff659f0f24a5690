"""Devices that a gateway met in its network (`thing/list/found`), until somebody adopts them."""

from typing import Final

from sqlalchemy import bindparam, delete, select

from linli.kernel.db import INT, Command, Tx
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.linkkit.subdevices import SubKey, read_names
from linli.things.gateways.caller import asking, read
from linli.things.gateways.topology import add_subs, get_gateway
from linli.things.inbox.request import Request
from linli.things.service.devices import DeviceValues, create_device
from linli.things.topology import queries
from linli.things.topology.models import found_devices

KEPT: Final = 500
"""For one gateway; those it met longest ago give way."""

_of_gateway = found_devices.c.gateway_no == bindparam("gateway", type_=INT)
_kept_since = (
    select(found_devices.c.last_ms)
    .where(_of_gateway)
    .order_by(found_devices.c.last_ms.desc())
    .limit(1)
    .offset(KEPT - 1)
    .scalar_subquery()
)
_trim = Command(delete(found_devices).where(_of_gateway, found_devices.c.last_ms < _kept_since))
_forget = Command(
    delete(found_devices).where(
        _of_gateway,
        found_devices.c.product_key == bindparam("key"),
        found_devices.c.device_name == bindparam("name"),
    )
)


async def note_found(tx: Tx, request: Request) -> None:
    """`[name, …]`: remember them. The devices need not exist yet. Raises RequestRefused."""
    _, gateway = await asking(tx, request)
    rows = [
        {
            "gateway_no": gateway.device_no,
            "product_key": entry.product_key,
            "device_name": entry.device_name,
            "first_ms": request.now_ms,
            "last_ms": request.now_ms,
        }
        for entry in read(read_names, request.post.params)
    ]
    await tx.upsert(
        found_devices, rows, keys=("gateway_no", "product_key", "device_name"), update=("last_ms",)
    )
    await _trim.run(tx, gateway=gateway.device_no)


async def adopt(
    scope: Scope,
    tx: Tx,
    *,
    gateway_iot_id: str,
    product_key: str,
    device_name: str,
    ids: Ids,
    secrets: Secrets,
) -> str:
    """Put a device that the gateway met under it, making the device if there is none yet; its iotId.

    The gateway is told and logs it in. Raises NotFound (also for a product of somebody else), NotAGateway, BadInput,
    SubIsGateway, GatewayFull.
    """
    gateway = await get_gateway(scope, tx, iot_id=gateway_iot_id)
    key = SubKey(product_key, device_name)
    if not await _forget.run(tx, gateway=gateway.device_no, key=product_key, name=device_name):
        raise NotFound(what="device", id=device_name)
    tenant = Scope(scope.tenant, scope.caller, language=scope.language)
    device = (await queries.named_devices(tenant, tx, [key])).get(key)
    if device is not None and device.community_id is not None:
        scope.allow(device.community_id)
    if device is None:
        triple = await create_device(
            tenant,
            tx,
            values=DeviceValues(product_key=product_key, device_name=device_name),
            ids=ids,
            secrets=secrets,
        )
        iot_id = triple.iot_id
    else:
        iot_id = device.iot_id
    await add_subs(tenant, tx, gateway_iot_id=gateway_iot_id, iot_ids=[iot_id])
    return iot_id
