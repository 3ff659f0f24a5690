"""A platform on real sockets with a community, cameras, a box of its own and a simulated adapter; signed calls."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.app.platform import Platform
from linli.domains.boxes.service import clusters, components, gateways, nodes
from linli.domains.communities.console.communities import WIRE
from linli.domains.communities.service import creation
from linli.domains.video.service import cameras as video
from linli.edge.cloud import activate, load_identity, save_identity
from linli.edge.events.kit import Adapter
from linli.edge.events.simulated import SimulatedBrand
from linli.edge.runtime.compose import Box
from linli.edge.runtime.lan import Ports
from linli.kernel import tenancy
from linli.kernel.clock import SystemClock
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller as ScopeCaller
from linli.kernel.scope import Scope
from linli.kernel.settings import DeviceAuth, Disk, Http, Mqtt, Pictures, Settings, Webhooks
from linli.things.queries.devices import DeviceRow, get_device
from linli.things.service import devices, products
from linli.things.service.devices import Triple
from linli.vision.fake import fake_models
from tests.campaigns.caller import Answer, Caller
from tests.edge.runtime.small_box import until
from tests.ports import free_port

HERE = "127.0.0.1"
ADAPTER_IP = "127.0.0.1"
VERSIONS = {
    "setPicCaptureTask": "1.0.3",
    "getPicCaptureTask": "1.0.1",
    "removeCaptureTask": "1.0.1",
    "getPicRecord": "1.0.1",
    "scenePicRecordUpload": "1.0.1",
}


def jpeg(content: bytes) -> bytes:
    """Bytes that say of themselves that they are a picture of 320 by 240, showing whom `content` ends with."""
    frame = b"\xff\xc0\x00\x11\x08\x00\xf0\x01\x40\x03" + b"\x01\x22\x00\x02\x11\x01\x03\x11\x01"
    return b"\xff\xd8\xff" + frame[1:] + content


@dataclass
class Site:
    platform: Platform
    folder: Path
    client: httpx.AsyncClient
    owner: Scope
    community: int
    caller: Caller
    project_id: str
    product_key: str
    cameras: dict[str, str] = field(default_factory=dict)
    """iotId by DeviceName."""
    box: Box | None = None
    node_id: int = 0
    cluster_id: int = 0
    _stops: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def now(self) -> int:
        return self.platform.clock.now_ms()

    async def new_camera(self, name: str, **existing: Any) -> Triple:
        """`known`: what is entered about it; a camera of Hikvision by default."""
        async with self.platform.db.begin() as tx:
            created = await devices.create_device(
                self.owner,
                tx,
                values=devices.DeviceValues(
                    product_key=self.product_key, device_name=name, project_id=self.project_id
                ),
                ids=self.platform.ids,
                secrets=self.platform.secrets,
            )
            await devices.assign_community(self.owner, tx, iot_id=created.iot_id, community_id=self.community)
            values = {"name": name, "brand": "海康威视", "protocol": 1, **existing}
            await video.add(
                self.owner, tx, community_id=self.community, iot_id=created.iot_id, values=values,
                ids=self.platform.ids, secrets=self.platform.secrets, now_ms=self.now,
            )  # fmt: skip
        self.cameras[name] = created.iot_id
        return created

    async def device(self, name: str) -> DeviceRow:
        return await get_device(self.owner, self.platform.db, iot_id=self.cameras[name])

    async def call(self, method: str, /, **params: Any) -> Answer:
        return await self.caller.call(
            f"/smartSecurityService/{method}", VERSIONS.get(method, "1.0.0"), params
        )

    async def on(self, camera: str, method: str, /, **params: Any) -> Answer:
        """A call about a camera."""
        return await self.call(method, productKey=self.product_key, deviceName=camera, **params)

    async def records(self, model: str) -> list[dict[str, Any]]:
        answer = await self.caller.call(
            "/data/model/data/query",
            "0.0.3",
            {
                "modelId": model,
                "pageNum": 1,
                "pageSize": 50,
                "scopeId": self.scope_id,
                "conditions": [],
                "returnFields": ["*"],
            },
        )
        assert answer.ok, answer.body
        rows: list[dict[str, Any]] = answer.data.get("items") or answer.data.get("data") or []
        return rows

    scope_id: str = ""

    # the box and its adapter

    async def new_box(self) -> Box:
        """Set up, activated over HTTP, its component installed; 5080 is any free port."""
        platform, scope = self.platform, self.owner
        created: dict[str, Any] = {
            "ids": platform.ids, "secrets": platform.secrets, "now_ms": self.now
        }  # fmt: skip
        async with platform.db.begin() as tx:
            cluster = await clusters.create(
                scope, tx, ids=platform.ids, now_ms=self.now,
                form=clusters.ClusterForm(
                    name="望月府", model="LE-A-B002-SC001", community_id=self.community, project_id=self.project_id
                ),
            )  # fmt: skip
            node = await nodes.add(
                scope, tx, cluster_id=cluster.cluster_id, name="wangyuefu-01", serial_number="SN-1", **created
            )
            await gateways.create(
                scope, tx, node_id=node.node_id, name="网关", ids=platform.ids, now_ms=self.now
            )
            for code in ("edge_cluster", "smart_security"):
                await components.install(
                    scope,
                    tx,
                    cluster_id=cluster.cluster_id,
                    code=code,
                    form=components.InstallForm(),
                    **created,
                )
        self.node_id, self.cluster_id = node.node_id, cluster.cluster_id
        identity = await activate(
            f"http://{HERE}:{platform.http.port}", serial="SN-1", code=nodes.code_of(node, platform.secrets),
            hardware="0" * 32, clock=SystemClock(), ids=Ids(), report=lambda text: None,
        )  # fmt: skip
        save_identity(self.folder / "box", identity)
        return await self.wake(self.folder / "box")

    async def wake(self, home: Path) -> Box:
        """Run the box of a folder."""
        identity = load_identity(home)
        assert identity is not None
        ports = Ports(host=HERE, files=(0, 0), console=0, mqtt=0, route=0, events=0)
        self.box = Box(home, identity, ports=ports)
        await self.box.start()
        self._stops.append(self.box.stop)
        await until(lambda: self.events.port and self.box is not None and self.box.line.up)
        return self.box

    @property
    def events(self) -> Any:
        assert self.box is not None
        assert self.box.lan is not None
        return self.box.lan.events_api

    async def new_adapter(
        self, brand: SimulatedBrand, folder: str = "adapter", ip: str = ADAPTER_IP
    ) -> Adapter:
        """Logged in, with its cameras, and known to the platform."""
        app = f"http://{HERE}:{self.events.port}"
        adapter = Adapter(brand, self.folder / folder, SystemClock(), ip=ip, app=app)
        await adapter.start()
        self._stops.append(adapter.stop)
        await until(adapter.ready.is_set)
        await self.adapter_known(brand.manufacture)
        return adapter

    async def adapter_known(self, manufacture: str) -> None:
        """Until the platform knows of the adapter."""
        from linli.domains.security.queries import boxes

        async def existing() -> bool:
            rows = await boxes.adapters_in(self.owner, self.platform.db, self.community)
            return any(row.manufacture == manufacture and row.reached for row in rows)

        await soon(existing)

    async def close(self) -> None:
        for stop in reversed(self._stops):
            await stop()


async def soon(met: Callable[[], Awaitable[object]], seconds: float = 60) -> None:
    import asyncio

    async with asyncio.timeout(seconds):
        while not await met():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def opened(folder: Path, url: str, *, models: bool = False) -> AsyncIterator[Site]:
    if models:
        fake_models(folder / "data" / "models")
    port = free_port()
    settings = Settings(
        data_dir=str(folder / "data"),
        database_url=url,
        http=Http(port=port),
        mqtt=Mqtt(port=0),
        device_auth=DeviceAuth(port=0),
        webhooks=Webhooks(allow_private=True),
        pictures=Pictures(allow_private=True),
        disk=Disk(reserve_mb=0),
    )
    platform = await Platform.open(settings, SystemClock())
    await platform.start()
    client = httpx.AsyncClient(base_url=f"http://{HERE}:{port}", trust_env=False, timeout=100)
    async with platform.db.begin() as tx:
        tenant_id = await tenancy.create_tenant(tx, name="物业", ids=platform.ids)
        owner = Scope(tenant_id, ScopeCaller("staff", "1"))
        project_id = await tenancy.create_project(owner, tx, name="集成", ids=platform.ids)
        app_key, secret = await tenancy.create_app_key(
            owner, tx, project_id=project_id, ids=platform.ids, secrets=platform.secrets
        )
        community = await creation.create(
            owner, tx, wanted=creation.NewCommunity(name="望月府", city="杭州市", address="紫荆花路1号"),
            wire=WIRE, ids=platform.ids, now_ms=platform.clock.now_ms(),
        )  # fmt: skip
        await tenancy.grant_community(owner, tx, project_id=project_id, community_id=community.community_id)
        product = await products.create_product(
            owner, tx, values=products.ProductValues(name="网络摄像机", category_code="community/security/ipcamera"),
            ids=platform.ids, secrets=platform.secrets,
        )  # fmt: skip
    site = Site(
        platform, folder, client, owner, community.community_id, Caller(client, app_key, secret), project_id,
        product.product_key, scope_id=str(community.scope_id),
    )  # fmt: skip
    try:
        yield site
    finally:
        await site.close()
        await client.aclose()
        await platform.stop()


@pytest.fixture
async def site(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with opened(tmp_path, database_url) as created:
        yield created


@pytest.fixture
async def seeing(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    """With models, and no box: the platform itself serves its cameras."""
    async with opened(tmp_path, database_url, models=True) as created:
        yield created
