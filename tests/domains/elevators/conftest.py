"""A site with a box, a door at the unit, and a lift gateway whose floors have names of their own; signed calls."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from linli.domains.access.service import doors
from linli.domains.boxes.front.calls import Addresses
from linli.domains.boxes.room import Boxes
from linli.domains.boxes.service import clusters, deployments, devices, gateways, nodes, protocols
from linli.edge.doors.simulator import SimulatedMachine
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock, SystemClock
from linli.kernel.db import Database
from linli.kernel.http import HttpServer
from linli.kernel.ids import Ids
from linli.protocols.door_http.messages.elevators import Elevators
from linli.protocols.edge_link import MqttAddress
from linli.things.service import products
from tests.domains.access.estate import Estate, open_estate
from tests.edge.runtime.town import HERE, Town
from tests.openapi.house import Partner

DEVICE, USER = "/elevator/entrance/device", "/elevator/entrance/user"
CALL, INVOKE = "/elevator/control/elevator/call", "/cloud/thing/service/invoke"
FLOORS = {
    "elevatorMode": "ALL",
    "floorInfoList": [
        {"elevatorId": "X", "elevatorName": "1号梯", "isDualCardDoor": True, "floorInfo": [
            {"floor": "B1"}, {"floor": "G"}, {"floor": "1"}, {"floor": "3A"},
            {"floor": "10", "roomList": ["01", "02"]}, {"floor": "11", "roomList": ["02"]}, {"floor": "12"},
            {"floor": "roof"},
        ]},
        {"elevatorId": "Y", "isDualCardDoor": False, "floorInfo": [{"floor": "1"}, {"floor": "10"}]},
    ],
}  # fmt: skip


class LiftSite(Town):
    """`door.unit` reads codes, cards and faces; `lift.gateway` calls cars X and Y."""

    driver = "door_terminal"

    estate: Estate

    async def build(self) -> "LiftSite":
        platform = self.platform
        self.scope = self.estate.tenant
        self.http = HttpServer(self._front)
        await self.http.start()
        self.url = f"http://{HERE}:{self.http.port}"
        self.rooms = Boxes(
            platform.db, platform.clock, platform.ids, platform.secrets, platform.store,
            invoker=platform.things.invoker,
            addresses=Addresses(self.url, lambda host: MqttAddress(host=HERE, port=platform.mqtt_port)),
        )  # fmt: skip
        self.rooms.register(platform.jobs, platform.things.handlers)
        for number in (1, 2):
            ip = f"127.0.0.{number}"
            machine = SimulatedMachine(
                sn=f"12345{number:04}", ip=ip, host=ip, box=(HERE, 0), clock=SystemClock(), ids=Ids()
            )
            await machine.start()
            self.machines.append(machine)
        self.partner = await self.another_key()
        async with platform.db.begin() as tx:
            product = await products.create_product(
                self.scope,
                tx,
                values=products.ProductValues(name="门禁一体机", category_code="community/people/aio"),
                ids=platform.ids,
                secrets=platform.secrets,
            )
        await self._set_up(product.product_key)
        return self

    async def _set_up(self, product_key: str) -> None:
        platform, scope = self.platform, self.scope
        now: dict[str, Any] = {"ids": platform.ids, "now_ms": platform.clock.now_ms()}
        made = {**now, "secrets": platform.secrets}
        place = {"project_id": self.partner.project_id, "community_id": self.estate.community}
        async with platform.db.begin() as tx:
            form = clusters.ClusterForm(name="人梯联动", model="LE-A-B002-SC001", **place)
            cluster = await clusters.create(scope, tx, form=form, **now)
            node = await nodes.add(
                scope, tx, cluster_id=cluster.cluster_id, name="lifts-01", serial_number="SN-LIFT-1", **made
            )
            gateway = await gateways.create(scope, tx, node_id=node.node_id, name="网关", **now)
            protocol = await protocols.add(
                scope, tx, gateway_id=gateway.gateway_id, driver_id=self.driver,
                config={"host": HERE, "port": 0}, **made,
            )  # fmt: skip
            for name, machine, abilities in (
                ("door.unit", self.machines[0], ["card", "qrcode"]),
                ("lift.gateway", self.machines[1], ["card", "qrcode", "elevator"]),
            ):
                lift = name == "lift.gateway"
                custom = {
                    "ip": f"127.0.0.{1 + lift}", "port": machine.port, "abilities": abilities,
                    "elevatorConnected": int(lift),
                }  # fmt: skip
                values = devices.EdgeDeviceValues(
                    product_key=product_key, device_name=name, alias=name, custom=custom
                )
                device = await devices.add(
                    scope, tx, gateway=gateway, protocol=protocol, values=values, **made
                )
                self.doors[name] = device.iot_id
            await doors.register_door(
                scope,
                tx,
                new=doors.NewDoor(
                    community_id=self.estate.community, name="1单元门", iot_id=self.doors["door.unit"]
                ),
                keys=platform.keys,
                now_ms=made["now_ms"],
            )
            await deployments.deploy(scope, tx, gateway_id=gateway.gateway_id, **made)
        self.machines[1].memory.lifts = msgspec.convert(FLOORS, Elevators)
        self.machines[1].memory.keeps_rules = False
        self.gateway_id = gateway.gateway_id
        self.node_id, self.serial = node.node_id, node.serial_number
        self.code = nodes.code_of(await self.node(), platform.secrets)

    @property
    def door(self) -> str:
        return self.doors["door.unit"]

    @property
    def person(self) -> str:
        return self.estate.owner

    @property
    def lift(self) -> str:
        return self.doors["lift.gateway"]

    async def call(self, path: str, version: str, **params: Any) -> dict[str, Any]:
        return await self.partner.call(path, version, params)

    async def ok(self, path: str, version: str, **params: Any) -> Any:
        answer = await self.call(path, version, **params)
        assert answer["code"] == 200, answer
        return answer.get("data")

    async def linkage(self, mode: str = "CALL_WITH_TARGET", **more: Any) -> str:
        place = {"triggerElevatorId": "X"} if mode in ("RELEASE_ONLY", "ACTIVATE_ONLY") else {}
        place = place or {"triggerFloor": "1"}
        wish = {"controlMode": mode, "elevatorIotId": self.lift, "triggerIotId": self.door, **place, **more}
        return str(await self.ok(f"{DEVICE}/add", "1.0.2", **wish))

    async def another_key(self) -> Partner:
        """Of the same company and for the same community, but of another project."""
        platform, owner = self.platform, self.scope
        async with platform.db.begin() as tx:
            project_id = await tenancy.create_project(
                owner, tx, name=f"项目{platform.ids.hex(8)}", ids=platform.ids
            )
            key, secret = await tenancy.create_app_key(
                owner, tx, project_id=project_id, ids=platform.ids, secrets=platform.secrets
            )
            await tenancy.grant_community(
                owner, tx, project_id=project_id, community_id=self.estate.community
            )
        return Partner(platform, owner.tenant, project_id, key, secret)

    async def with_box(self) -> None:
        """The box runs, and the lift told it its floors."""
        await self.new_box()
        driver: Any = self.box.supervisor.driver(self.driver)
        self.machines[1].aim(HERE, driver.port)
        await self.machines[1].connect()


@pytest.fixture
async def site(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[LiftSite]:
    async with open_estate(database, clock, ids, tmp_path) as estate:
        site = LiftSite(estate.platform, tmp_path)
        site.estate = estate
        await site.build()
        try:
            yield site
        finally:
            await site.close()
