"""A served platform with its administrator, and a working box of theirs."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.app.platform import Platform
from linli.domains.accounts import setup_code
from linli.domains.boxes.rows import EdgeDevice, Node
from linli.domains.boxes.service import clusters, devices, gateways, nodes, protocols
from linli.kernel.scope import Caller, Scope
from linli.kernel.settings import Disk, Http, Mqtt, Objects, Settings
from linli.sim.link import Triple
from linli.things.queries.devices import get_device
from linli.things.service import products
from linli.things.service.devices import read_secret
from tests.console.conftest import SETUP
from tests.domains.boxes.conftest import MODEL, SERIAL
from tests.domains.boxes.remote.working_box import WorkingBox, working_box


@pytest.fixture
async def platform(database_url: str, tmp_path: Path, object_settings: Objects) -> AsyncIterator[Platform]:
    settings = Settings(
        data_dir=str(tmp_path / "data"), database_url=database_url, http=Http(port=0), mqtt=Mqtt(port=0),
        disk=Disk(reserve_mb=0), objects=object_settings,
    )  # fmt: skip
    running = await Platform.open(settings)
    await running.start()
    running.objects.base_url = f"http://127.0.0.1:{running.http.port}"
    yield running
    await running.stop()


@pytest.fixture
async def browser(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in as the operator and administrator whom the wizard made."""
    base = f"http://127.0.0.1:{platform.http.port}/api/console"
    headers = {"x-linli-request": "1", "accept-language": "en"}
    async with httpx.AsyncClient(base_url=base, headers=headers, trust_env=False, timeout=100) as client:
        code = setup_code.ensure(platform.settings.data_path / setup_code.FILE_NAME)
        answer = await client.post("/setup", json={**SETUP, "code": code})
        assert answer.status_code == 201, answer.text
        yield client


@dataclass
class Site:
    """What belongs to one box."""

    platform: Platform
    browser: httpx.AsyncClient
    scope: Scope
    node: Node
    door: EdgeDevice
    box: WorkingBox

    @property
    def at(self) -> str:
        return f"/edge/nodes/{self.node.node_id}"

    async def beat(self, **more: Any) -> None:
        async with self.platform.db.begin() as tx:
            await self.platform.edge_remote.heartbeat(tx, self.node, self.box.beat(**more))


async def activated(
    platform: Platform, scope: Scope, *, serial: str = SERIAL, device: str = "dev:1", **place: Any
) -> tuple[Node, EdgeDevice, Triple]:
    """A node with its gateway, one door, and the box's identity."""
    made: dict[str, Any] = {
        "ids": platform.ids,
        "secrets": platform.secrets,
        "now_ms": platform.clock.now_ms(),
    }
    timed = {"ids": platform.ids, "now_ms": platform.clock.now_ms()}
    async with platform.db.begin() as tx:
        cluster = await clusters.create(
            scope, tx, form=clusters.ClusterForm(name="望月府小区", model=MODEL, **place), **timed
        )
        node = await nodes.add(
            scope, tx, cluster_id=cluster.cluster_id, name="wangyuefu-01", serial_number=serial, **made
        )
        gateway = await gateways.create(scope, tx, node_id=node.node_id, name="望月府网关", **timed)
        protocol = await protocols.add(
            scope, tx, gateway_id=gateway.gateway_id, driver_id="door_device", **made
        )
        product = await products.create_product(
            scope,
            tx,
            values=products.ProductValues(name="刷卡门禁", category_code="community/people/card"),
            ids=platform.ids,
            secrets=platform.secrets,
        )
        door = await devices.add(
            scope,
            tx,
            gateway=gateway,
            protocol=protocol,
            values=devices.EdgeDeviceValues(
                product_key=product.product_key, device_name=device, alias="东门", custom={"ip": "127.0.0.1"}
            ),
            **made,
        )
        await nodes.values_of(state="running", activated_ms=made["now_ms"]).run(
            tx, scope, row=node.node_id, now=made["now_ms"]
        )
        secret = await read_secret(scope, tx, iot_id=node.iot_id, secrets=platform.secrets)
    return node, door, Triple(node.product_key, node.device_name, secret)


@pytest.fixture
async def site(platform: Platform, browser: httpx.AsyncClient, tmp_path: Path) -> AsyncIterator[Site]:
    session = (await browser.get("/session")).json()
    scope = Scope(session["tenant"]["id"], Caller("staff", session["accountId"]))
    node, door, triple = await activated(platform, scope)
    base = f"http://127.0.0.1:{platform.http.port}"
    async with working_box(
        tmp_path / "box", platform.clock, triple, cloud=base, mqtt_port=platform.mqtt_port, devices=("dev:1",)
    ) as box:
        async with asyncio.timeout(30):  # who is online is written a moment later
            while (await get_device(scope, platform.db, iot_id=node.iot_id)).state != "online":
                await asyncio.sleep(0.02)
        yield Site(platform, browser, scope, node, door, box)
