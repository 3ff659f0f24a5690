"""A tenant with a cluster, a box and its gateway, at the room's services."""

import itertools
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from linli.domains.boxes.front.app import EdgeFront
from linli.domains.boxes.front.calls import Addresses, EdgeCalls
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import Cluster, EdgeDevice, Gateway, Node, Protocol
from linli.domains.boxes.service import clusters, devices, gateways, nodes, protocols
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import (
    DEPLOYMENT,
    HEARTBEAT,
    Activated,
    Deployment,
    HeartbeatAnswer,
    MqttAddress,
    report_path,
    signed_headers,
)
from linli.things.service import products

MODEL = "LE-A-B002-SC001"
BRINGS = {
    "edge_cluster": "2.10.0", "device_access": "2.10.0", "collaboration": "3.1.0", "passage": "3.1.0",
    "face_recognition": "1.0.0",
}  # fmt: skip
"""Components of the double below."""
SERIAL = "SN-20261127-01"


@dataclass
class Site:
    """One box with a door driver. `scope` is that of somebody who sees the whole tenant."""

    db: Database
    clock: ManualClock
    ids: Ids
    secrets: Secrets
    scope: Scope
    project_id: str
    cluster: Cluster
    node: Node
    gateway: Gateway
    protocol: Protocol
    product_key: str

    @property
    def now_ms(self) -> int:
        return self.clock.now_ms()

    @property
    def makes(self) -> dict[str, Any]:
        """What every maker asks for."""
        return {"ids": self.ids, "secrets": self.secrets, "now_ms": self.now_ms}

    async def door(self, name: str, **custom: Any) -> EdgeDevice:
        async with self.db.begin() as tx:
            return await devices.add(
                self.scope,
                tx,
                gateway=self.gateway,
                protocol=self.protocol,
                values=devices.EdgeDeviceValues(
                    product_key=self.product_key,
                    device_name=name,
                    alias=f"门 {name}",
                    custom={"accessType": "card", "ip": "10.0.0.9", "port": 80, **custom},
                ),
                **self.makes,
            )

    async def reread(self) -> Gateway:
        return await gateway_queries.gateway(self.scope, self.db, self.gateway.gateway_id)


async def build(db: Database, clock: ManualClock, *, serial: str = SERIAL, seed: int = 3) -> Site:
    db.clock = clock
    ids, secrets = Ids(random.Random(seed), clock.now_ms), Secrets.random()
    made: dict[str, Any] = {"ids": ids, "secrets": secrets, "now_ms": clock.now_ms()}
    async with db.begin() as tx:
        tenant = await tenancy.create_tenant(tx, name=f"物业{seed}", ids=ids)
        scope = Scope(tenant, Caller("staff", "7"))
        project_id = await tenancy.create_project(scope, tx, name="项目", ids=ids)
        cluster = await clusters.create(
            scope,
            tx,
            form=clusters.ClusterForm(name="北京区域-望月府小区", model=MODEL),
            ids=ids,
            now_ms=clock.now_ms(),
        )
        node = await nodes.add(
            scope, tx, cluster_id=cluster.cluster_id, name="jinanwangyuefu-01", serial_number=serial, **made
        )
        gateway = await gateways.create(
            scope, tx, node_id=node.node_id, name="望月府网关", ids=ids, now_ms=clock.now_ms()
        )
        protocol = await protocols.add(
            scope, tx, gateway_id=gateway.gateway_id, driver_id="door_device", **made
        )
        product = await products.create_product(
            scope,
            tx,
            values=products.ProductValues(name="刷卡门禁", category_code="community/people/card"),
            ids=ids,
            secrets=secrets,
        )
    return Site(
        db, clock, ids, secrets, scope, project_id, cluster, node, gateway, protocol, product.product_key
    )


@pytest.fixture
async def site(database: Database, clock: ManualClock) -> Site:
    return await build(database, clock)


class Box:
    """What a box says over HTTP, signed as it signs. `answer` of each call is checked by its caller."""

    def __init__(self, front: EdgeFront, site: Site, *, hardware: str = "hw-0123456789abcdef") -> None:
        transport = httpx.ASGITransport(front)  # type: ignore[arg-type]
        self.http = httpx.AsyncClient(transport=transport, base_url="http://linli.test")
        self.site = site
        self.hardware = hardware
        self.identity: Activated | None = None
        self._nonces = itertools.count(1)

    async def activate(self, **said: Any) -> httpx.Response:
        site = self.site
        node = await cluster_queries.node(site.scope, site.db, site.node.node_id)
        body = {
            "serialNumber": node.serial_number, "activationCode": nodes.code_of(node, site.secrets),
            "model": node.model, "hardwareId": self.hardware, "version": "0.1.0", "nonce": "n" * 16,
            "time": site.now_ms, **said,
        }  # fmt: skip
        answer = await self.http.post("/edge/activate", json=body)
        if answer.status_code == 200:
            self.take(answer)
        return answer

    def take(self, answer: httpx.Response) -> None:
        self.identity = msgspec.json.decode(answer.content, type=Activated)

    async def call(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        nonce: str = "",
        time_ms: int = 0,
        **headers: str,
    ) -> httpx.Response:
        assert self.identity is not None
        signed = signed_headers(
            self.identity.device.device_secret, method, target, node=self.identity.node.id,
            time_ms=time_ms or self.site.clock.now_ms(), body=body,
            nonce=nonce or f"{self.hardware}-{next(self._nonces)}",
        )  # fmt: skip
        return await self.http.request(method, target, content=body, headers={**signed, **headers})

    async def deployment(self) -> Deployment:
        answer = await self.call("GET", DEPLOYMENT)
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=Deployment)

    async def report(self, generation: int, state: str = "done", **more: Any) -> None:
        body = json.dumps({"state": state, "percent": 100, **more}).encode()
        answer = await self.call("POST", report_path(generation), body)
        assert answer.status_code == 200, answer.text

    async def beat(self, **said: Any) -> HeartbeatAnswer:
        body = json.dumps({"version": "0.1.0", "bootedMs": 1, **said}).encode()
        answer = await self.call("POST", HEARTBEAT, body)
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=HeartbeatAnswer)

    async def settle(self) -> Deployment:
        """Take what is wanted, report it done, and tell that what is to run does."""
        found = await self.deployment()
        await self.report(found.generation)
        await self.tell(found)
        return found

    async def tell(self, found: Deployment, **failing: str) -> None:
        """A heartbeat with the state of every component, and why those fail that do."""
        on = {wanted.code for wanted in found.components or () if wanted.on} | {"edge_cluster"}
        components = [
            {
                "code": code, "version": version, "why": failing.get(code, ""),
                "state": "failed" if code in failing else "running" if code in on else "stopped",
            }
            for code, version in BRINGS.items()
        ]  # fmt: skip
        await self.beat(generation=found.generation, components=components)


def front_of(site: Site, objects: ObjectStore) -> EdgeFront:
    front = EdgeFront(site.db, site.clock, site.secrets)
    addresses = Addresses("http://linli.test", lambda host: MqttAddress(host=host, port=1883))
    EdgeCalls(site.db, site.clock, site.ids, site.secrets, objects, addresses).register(front)
    return front


@pytest.fixture
def objects(tmp_path: Path, clock: ManualClock) -> ObjectStore:
    return ObjectStore(tmp_path / "files", b"s" * 32, "http://linli.test", clock)


@pytest.fixture
def front(site: Site, objects: ObjectStore) -> EdgeFront:
    return front_of(site, objects)


@pytest.fixture
def box(front: EdgeFront, site: Site) -> Box:
    return Box(front, site)
