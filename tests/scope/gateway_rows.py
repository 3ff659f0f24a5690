"""A connected gateway of a lot with sub-devices, a device to add, and one that it found."""

import asyncio
import json
from typing import Any

import paho.mqtt.client as paho

from linli.app.platform import Platform
from linli.protocols.linkkit import signatures
from linli.things.gateways import topology
from linli.things.queries.devices import get_device
from linli.things.service import devices, products
from linli.things.topology.models import found_devices
from tests.scope.town import Lot


async def add_gateway(platform: Platform, lot: Lot, port: int) -> paho.Client:
    """Its client, which agrees to whatever it is asked."""
    owner, project = lot.project.owner, lot.project
    async with platform.db.begin() as tx:
        make: dict[str, Any] = {"ids": platform.ids, "secrets": platform.secrets}
        product = await products.create_product(
            owner, tx, values=products.ProductValues(name=f"网关 {lot.name}", node_type=1), **make
        )
        gateway = await devices.create_device(
            owner, tx, values=devices.DeviceValues(product_key=product.product_key), **make
        )
        lot.gateway = gateway.iot_id
        for name in ("sub_device", "coming_sub", "leaving_sub"):
            sub = await devices.create_device(
                owner,
                tx,
                values=devices.DeviceValues(product_key=lot.product, device_name=f"{name}-{lot.name}"),
                **make,
            )
            setattr(lot, name, sub.iot_id)
        for iot_id in (lot.gateway, lot.sub_device, lot.coming_sub, lot.leaving_sub):
            await devices.assign_community(owner, tx, iot_id=iot_id, community_id=project.community)
        subs = [lot.sub_device, lot.leaving_sub]
        await topology.add_subs(owner, tx, gateway_iot_id=lot.gateway, iot_ids=subs)
        row = await get_device(owner, tx, iot_id=lot.gateway)
        found = {"gateway_no": row.device_no, "product_key": lot.product, "device_name": f"found-{lot.name}"}
        now_ms = platform.clock.now_ms()
        await tx.insert(found_devices, found | {"first_ms": now_ms, "last_ms": now_ms})
    online = asyncio.Event()
    loop = asyncio.get_running_loop()
    client = paho.Client(f"{gateway.device_name}|securemode=3,signmethod=hmacsha256|")
    text = signatures.device_text(gateway.device_name, gateway.device_name, gateway.product_key, None)
    client.username_pw_set(
        f"{gateway.device_name}&{gateway.product_key}", signatures.sign(gateway.device_secret, text)
    )

    def answer(client: paho.Client, user: Any, message: paho.MQTTMessage) -> None:
        if message.topic.endswith("/thing/gateway/permit"):
            reply = {"id": json.loads(message.payload)["id"], "code": 200, "data": {}}
            client.publish(f"{message.topic}_reply", json.dumps(reply))

    client.on_message = answer
    client.on_connect = lambda *_: loop.call_soon_threadsafe(online.set)
    client.connect_async("127.0.0.1", port)
    client.loop_start()
    async with asyncio.timeout(30):
        await online.wait()
    return client
