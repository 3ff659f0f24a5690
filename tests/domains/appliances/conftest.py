"""A tenant with a cluster, a box and its gateway, at the room's services."""

import random
from dataclasses import dataclass
from typing import Any

import pytest

from linli.domains.appliances.queries import gateways as gateway_queries
from linli.domains.appliances.rows import Cluster, EdgeDevice, Gateway, Node, Protocol
from linli.domains.appliances.service import clusters, devices, gateways, nodes, protocols
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.things.service import products

MODEL = "LE-A-B002-SC001"
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
                self.scope, tx, gateway=self.gateway, protocol=self.protocol, product_key=self.product_key,
                device_name=name, alias=f"门 {name}",
                custom={"accessType": "card", "ip": "10.0.0.9", "port": 80, **custom}, **self.makes,
            )  # fmt: skip

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
            scope, tx, name="北京区域-望月府小区", model=MODEL, ids=ids, now_ms=clock.now_ms()
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
            scope, tx, name="刷卡门禁", ids=ids, secrets=secrets, category_code="community/people/card"
        )
    return Site(
        db, clock, ids, secrets, scope, project_id, cluster, node, gateway, protocol, product.product_key
    )


@pytest.fixture
async def site(database: Database, clock: ManualClock) -> Site:
    return await build(database, clock)
