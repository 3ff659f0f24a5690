"""The SDK's device examples run as they stand on the demo, whatever product their device is of."""

import asyncio
import os
import sys
from pathlib import Path

from linli.kernel.db import Tx
from linli.kernel.pages import PageRequest
from linli.things.queries.products import list_products
from linli.things.service import devices, products
from linli.things.service.devices import Triple
from tests.demo.conftest import Sample

SDK = Path(__file__).parents[2] / "sdk"
NAMES = ("PRODUCT_KEY", "DEVICE_NAME", "DEVICE_SECRET")


def names_of(triple: Triple, prefix: str = "LINLI") -> dict[str, str]:
    values = (triple.product_key, triple.device_name, triple.device_secret)
    return {f"{prefix}_{name}": value for name, value in zip(NAMES, values, strict=True)}


async def run(sample: Sample, example: str, variables: dict[str, str]) -> str:
    given = {
        "PYTHONPATH": str(SDK / "src"), "LINLI_HOST": "127.0.0.1", "LINLI_SECONDS": "0",
        "LINLI_MQTT_PORT": str(sample.platform.mqtt_port),
    }  # fmt: skip
    program = await asyncio.create_subprocess_exec(
        sys.executable, str(SDK / "examples" / example), env={**os.environ, **given, **variables},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(100):
        said, faults = await program.communicate()
    assert program.returncode == 0, faults.decode()
    return said.decode()


async def test_the_device_examples_run_on_every_product_of_the_demo(sample: Sample) -> None:
    platform, tenant = sample.platform, sample.site.tenant

    async def make(tx: Tx, product_key: str, name: str) -> Triple:
        values = devices.DeviceValues(product_key=product_key, device_name=name)
        return await devices.create_device(
            tenant, tx, values=values, ids=platform.ids, secrets=platform.secrets
        )

    async def furnish(tx: Tx) -> tuple[list[Triple], Triple]:
        rows = (await list_products(tenant, tx, page=PageRequest(1, 100), node_type=0)).data
        there = [await make(tx, row.product_key, "example") for row in rows]
        values = products.ProductValues(name="例网关", node_type=1)
        gateway = await products.create_product(
            tenant, tx, values=values, ids=platform.ids, secrets=platform.secrets
        )
        return there, await make(tx, gateway.product_key, "gateway")

    there, gateway = await platform.db.run(furnish)
    assert len(there) >= 4
    for triple in there:
        assert "online" in await run(sample, "device.py", names_of(triple))
    first, last = there[0], there[-1]
    assert "tags {'floor': '3'}" in await run(sample, "shadow.py", names_of(first))
    both = names_of(last) | names_of(gateway, "LINLI_GATEWAY")
    assert "behind it" in await run(sample, "gateway.py", both)
