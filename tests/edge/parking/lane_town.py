"""A platform, a box that was activated with it, and lane cameras that push to the box: the whole way on real sockets."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec

from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.service import clusters, components, deployments, devices, gateways, nodes, protocols
from linli.domains.communities.console.communities import WIRE
from linli.domains.communities.service import creation
from linli.edge.cloud import activate, load_identity, save_identity
from linli.edge.drivers.plate_camera_push.simulator import SimulatedCamera
from linli.edge.framework.supervisor import State
from linli.edge.runtime.compose import Box
from linli.kernel import tenancy
from linli.kernel.clock import SystemClock
from linli.kernel.db import Tx
from linli.kernel.ids import Ids
from linli.protocols.edge_link import CloudAddress, MqttAddress
from linli.servicebus.service import ProviderForm, save_provider
from linli.things.service import products
from tests.edge.parking.site_box import LOT, MODEL, PORTS, SITE
from tests.edge.runtime.small_box import until
from tests.servicebus.conftest import Bench

HERE: Final = "127.0.0.1"
DRIVER: Final = "plate_camera_push"
CAMERAS: Final = {"lane.in": "d85b1269-8f942256", "lane.out": "eff50e18-e3d3862b"}


class LaneClock(SystemClock):
    """The time at the lanes, which a test moves on; calls to the cloud are signed with the true one."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms


class Wire(httpx.AsyncBaseTransport):
    """The box's way to the cloud, which a test cuts."""

    def __init__(self) -> None:
        self.cut = False
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.cut:
            raise httpx.ConnectError("the line is cut")
        return await self._inner.handle_async_request(request)


class LaneTown:
    serials: Mapping[str, str] = CAMERAS

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench = bench
        self.folder = folder
        self.platform = bench.platform
        self.clock = LaneClock()
        self.wire = Wire()
        self.cameras: dict[str, Any] = {
            name: SimulatedCamera(serial) for name, serial in self.serials.items()
        }
        self.iot_ids: dict[str, str] = {}
        self.protocol_ids: dict[str, int] = {}

    async def build(self, site: Any = SITE, **more: str) -> "LaneTown":
        """What installer and operator do in the console."""
        platform, scope = self.platform, self.bench.owner
        now: dict[str, Any] = {"ids": platform.ids, "now_ms": platform.clock.now_ms()}
        sealed: dict[str, Any] = {**now, "secrets": platform.secrets}
        async with platform.db.begin() as tx:
            community = await creation.create(
                scope, tx, wanted=creation.NewCommunity(name="望月府"), wire=WIRE, **now
            )
            self.community_id = community.community_id
            await tenancy.grant_community(
                scope, tx, project_id=self.bench.project_id, community_id=self.community_id
            )
            site = await self.place(tx, site)
            product = await products.create_product(
                scope,
                tx,
                values=products.ProductValues(name="车道相机", category_code="community/car/lprc"),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            cluster = await clusters.create(
                scope,
                tx,
                form=clusters.ClusterForm(
                    name="望月府", model="LE-A-B002-SC001", community_id=self.community_id
                ),
                **now,
            )
            self.cluster_id = cluster.cluster_id
            node = await nodes.add(
                scope, tx, cluster_id=cluster.cluster_id, name="wangyuefu-01", serial_number="SN-20261201-01", **sealed
            )  # fmt: skip
            gateway = await gateways.create(scope, tx, node_id=node.node_id, name="望月府网关", **now)
            for code, params in (
                ("edge_cluster", {}),
                ("device_access", {}),
                ("collaboration_vehicle", {}),
                ("passage_vehicle", {"site": json.dumps(site, ensure_ascii=False), **more}),
            ):
                form = components.InstallForm(params=params)
                await components.install(
                    scope, tx, cluster_id=cluster.cluster_id, code=code, form=form, **sealed
                )
            self.gateway_id, self.product_key = gateway.gateway_id, product.product_key
            for driver in sorted({self.driver_of(name) for name in self.serials}):
                protocol = await protocols.add(
                    scope, tx, gateway_id=gateway.gateway_id, driver_id=driver,
                    config={"host": HERE, "port": 0, "silentSeconds": 60, **self.config_of(driver)}, **sealed,
                )  # fmt: skip
                self.protocol_ids[driver] = protocol.protocol_id
                for name in self.serials:
                    if self.driver_of(name) != driver:
                        continue
                    device = await devices.add(
                        scope, tx, gateway=gateway, protocol=protocol,
                        values=devices.EdgeDeviceValues(
                            product_key=product.product_key, device_name=name, alias=name,
                            custom=self.custom_of(name),
                        ),
                        **sealed,
                    )  # fmt: skip
                    self.iot_ids[name] = device.iot_id
            await deployments.deploy(scope, tx, gateway_id=gateway.gateway_id, **sealed)
            provider = ProviderForm(
                model_id=MODEL, name="边缘主机", kind="edge", iot_id=node.iot_id, timeout_ms=8000
            )
            await save_provider(scope, tx, provider, provider_no=None, known_models=frozenset((MODEL,)))
        self.node_id, self.serial = node.node_id, node.serial_number
        await self.activate(self.folder / "box", "0" * 32)
        return self

    async def activate(self, home: Path, hardware: str) -> None:
        """As the installer does, with the code that the console shows."""
        platform = self.platform
        node = await cluster_queries.node(self.bench.owner, platform.db, self.node_id)
        code = nodes.code_of(node, platform.secrets)
        identity = await activate(
            f"http://{HERE}:{platform.http.port}", serial=node.serial_number, code=code, hardware=hardware,
            clock=SystemClock(), ids=Ids(), report=print,
        )  # fmt: skip
        # The platform's port was not known when its settings were written.
        here = CloudAddress(base_url=f"http://{HERE}:{platform.http.port}")
        activated = msgspec.structs.replace(
            identity.activated, cloud=here, mqtt=MqttAddress(host=HERE, port=platform.mqtt_port)
        )
        save_identity(home, msgspec.structs.replace(identity, activated=activated))

    def driver_of(self, name: str) -> str:
        return DRIVER

    def config_of(self, driver: str) -> dict[str, Any]:
        return {"cometSeconds": 1} if driver == DRIVER else {}

    def custom_of(self, name: str) -> dict[str, Any]:
        return {"serialNumber": self.serials[name], "display": "gbk"}

    async def place(self, tx: Tx, site: Any) -> Any:
        """The site with what the community has of it."""
        return site

    async def wake(self, home: Path | None = None) -> Box:
        """Run the box, and let the cameras find it."""
        home = home or self.folder / "box"
        identity = load_identity(home)
        assert identity is not None
        self.box = Box(home, identity, ports=PORTS, transport=self.wire)
        self.box.parking.room.clock = self.clock
        await self.box.start()
        # Each of them: they are deployed one after the other, and the first may run before the next is there.
        wanted = {(self.driver_of(name), State.RUNNING) for name in self.serials}
        await until(lambda: {(each.driver, each.state) for each in self.box.supervisor.status()} == wanted)
        await until(lambda: self.box.parking.running and self.box.line.up)
        for name, camera in self.cameras.items():
            await self.meet(name, camera)
        await until(lambda: set(self.serials) <= self.box.presence.online)
        return self.box

    async def meet(self, name: str, camera: Any) -> None:
        driver: Any = self.box.supervisor.driver(self.driver_of(name))
        camera.box = (HERE, driver.port)
        await (camera.start() if isinstance(camera, SimulatedCamera) else camera.live())

    async def stop_box(self) -> None:
        for camera in self.cameras.values():
            await camera.stop()
        await self.box.stop()

    async def stop(self) -> None:
        for camera in self.cameras.values():
            await camera.close()
        if hasattr(self, "box"):
            await self.box.stop()

    @property
    def entry(self) -> Any:
        return self.cameras["lane.in"]

    @property
    def way_out(self) -> Any:
        return self.cameras["lane.out"]

    async def ask(self, method: str, **params: Any) -> tuple[int, Any]:
        """Of a cloud application, over the service bus."""
        answer = await self.bench.caller.call(f"/{MODEL}/{method}", "1.0.0", params)
        return answer.code, answer.data

    async def file(self, record: dict[str, Any], model: str, field: str) -> bytes:
        """A record's file, as a partner fetches it."""
        names = {
            "modelId": model,
            "attrName": field,
            "fileName": record[field],
            "scopeId": record["scope_id"],
        }
        link = await self.bench.caller.call("/data/model/data/download", "0.0.1", names)
        assert link.code == 200, link
        url = urlsplit(link.data["url"] if isinstance(link.data, dict) else link.data)
        answer = await self.bench.client.get(f"{url.path}?{url.query}")
        assert answer.status_code == 200
        return answer.content

    async def records(self, model: str, number: int) -> list[dict[str, Any]]:
        """The records of a model as the partner's open API tells them, oldest first, once there are as many."""
        items: list[dict[str, Any]] = []
        async with asyncio.timeout(30):
            while len(items) < number:
                await asyncio.sleep(0.02)
                answer = await self.bench.caller.call("/data/model/data/query", "0.0.3", {"modelId": model})
                assert answer.code == 200, answer
                items = answer.data["items"]
        assert len(items) == number, items
        return items[::-1]


__all__ = ["LOT", "LaneTown"]
