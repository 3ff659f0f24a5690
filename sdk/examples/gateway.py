"""A gateway brings a sub-device in, logs it in over its own line and speaks for it."""

import asyncio
import os

from linli_sdk.device import AsyncDevice, Endpoint, Triple, example_values


async def main() -> None:
    endpoint = Endpoint(os.environ["LINLI_HOST"], int(os.environ["LINLI_MQTT_PORT"]))
    names = ("PRODUCT_KEY", "DEVICE_NAME", "DEVICE_SECRET")
    own = Triple(*(os.environ[f"LINLI_GATEWAY_{name}"] for name in names))
    meter = Triple(*(os.environ[f"LINLI_{name}"] for name in names))
    async with AsyncDevice(endpoint, own, gateway=True) as gateway:
        await gateway.topo_add([meter])
        sub = gateway.sub(meter)
        await gateway.login(sub)
        await sub.post_properties(example_values(await sub.model()))
        print("behind it:", await gateway.topo())
        await gateway.logout(sub)


asyncio.run(main())
