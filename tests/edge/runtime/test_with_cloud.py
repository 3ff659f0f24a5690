"""Box and cloud, both real: set up in the console's rooms, activated, deployed; then the line is cut."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.delivery.queries import find_row
from linli.domains.access.queries.passes import PassFilter, list_passes
from linli.domains.access.rows import Pass
from linli.domains.access.service import doors, persons, qr
from linli.domains.access.service.kinds import QR
from linli.domains.appliances.front.calls import Addresses
from linli.domains.appliances.queries import clusters as cluster_queries
from linli.domains.appliances.room import Appliances
from linli.domains.appliances.service import clusters, deployments, devices, gateways, nodes, protocols
from linli.edge.cloud import activate, load_identity, save_identity
from linli.edge.doors.simulator import SimulatedMachine
from linli.edge.framework.supervisor import State
from linli.edge.runtime.compose import Box
from linli.kernel.clock import ManualClock, SystemClock
from linli.kernel.db import Database
from linli.kernel.http import HttpServer
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.protocols.edge_link import MqttAddress
from tests.domains.access.platform import AccessPlatform, until
from tests.openapi import sample_methods
from tests.openapi.house import Targets

HERE = "127.0.0.1"
PERSON = "50acopfd3a94900494085ed2699e052432c34452"
JPEG = b"\xff\xd8\xff" + b"a pass" * 50
pytestmark = pytest.mark.engines("sqlite")


class Town:
    """A platform with doors and the rooms of boxes; one box with a machine that reads codes and cards."""

    def __init__(self, platform: AccessPlatform, folder: Path) -> None:
        self.platform, self.folder = platform, folder

    async def build(self) -> "Town":
        platform = self.platform
        self.partner = await platform.new_partner("物业", communities=(1,))
        await platform.new_community(self.partner, 1)
        product_key = await platform.new_product(self.partner)
        self.scope = self.partner.owner
        self.line_cut = False
        self.http = HttpServer(self._front)
        await self.http.start()
        self.url = f"http://{HERE}:{self.http.port}"
        self.rooms = Appliances(
            platform.db, platform.clock, platform.ids, platform.secrets, platform.store,
            invoker=platform.things.invoker,
            addresses=Addresses(self.url, lambda host: MqttAddress(host=HERE, port=platform.mqtt_port)),
        )  # fmt: skip
        self.rooms.register(platform.jobs)
        self.machine = SimulatedMachine(
            sn="123456789", ip=HERE, box=(HERE, 0), clock=SystemClock(), ids=Ids()
        )
        await self.machine.start()
        await self._set_up(product_key)
        return self

    async def _front(self, scope: Any, receive: Any, send: Any) -> None:
        if self.line_cut:
            raise ConnectionError("cut")
        await self.rooms.front(scope, receive, send)

    async def _set_up(self, product_key: str) -> None:
        """What an installer does in the console."""
        platform, scope = self.platform, self.scope
        made: dict[str, Any] = {
            "ids": platform.ids, "secrets": platform.secrets, "now_ms": platform.clock.now_ms()
        }  # fmt: skip
        now: dict[str, Any] = {"ids": platform.ids, "now_ms": made["now_ms"]}
        async with platform.db.begin() as tx:
            cluster = await clusters.create(
                scope, tx, name="北京区域-望月府小区", model="LE-A-B002-SC001", **now
            )
            node = await nodes.add(
                scope,
                tx,
                cluster_id=cluster.cluster_id,
                name="jinanwangyuefu-01",
                serial_number="SN-20261127-01",
                **made,
            )
            gateway = await gateways.create(scope, tx, node_id=node.node_id, name="望月府网关", **now)
            protocol = await protocols.add(
                scope,
                tx,
                gateway_id=gateway.gateway_id,
                driver_id="door_device",
                config={"host": HERE, "port": 0},
                **made,
            )
            self.doors = []
            for ability in ("qrcode", "card"):
                device = await devices.add(
                    scope, tx, gateway=gateway, protocol=protocol, product_key=product_key, device_name=f"door.{ability}",
                    alias=ability, custom={"accessType": ability, "ip": HERE, "port": self.machine.port}, **made,
                )  # fmt: skip
                self.doors.append(device.iot_id)
                await doors.register_door(
                    scope, tx, community_id=1, name=f"北门 {ability}", iot_id=device.iot_id, keys=platform.keys,
                    now_ms=made["now_ms"],
                )  # fmt: skip
            await deployments.deploy(scope, tx, gateway_id=gateway.gateway_id, **made)
            await persons.save_person(
                scope, tx, identity_id=PERSON, name="王先生", ext_info="{}", now_ms=made["now_ms"]
            )
        self.node_id, self.serial = node.node_id, node.serial_number
        self.gateway_id = gateway.gateway_id
        self.code = nodes.code_of(
            await cluster_queries.node(scope, platform.db, node.node_id), platform.secrets
        )

    async def new_box(self, **more: Any) -> Box:
        identity = await activate(
            self.url,
            serial=self.serial,
            code=self.code,
            hardware="0" * 32,
            clock=SystemClock(),
            ids=Ids(),
            said=print,
        )
        home = self.folder / "box"
        save_identity(home, identity)
        return await self.wake(home, **more)

    async def wake(self, home: Path, **more: Any) -> Box:
        """Run the box of a folder, and let the machine find it."""
        identity = load_identity(home)
        assert identity is not None
        self.box = Box(home, identity, **more)
        await self.box.start()
        await until(lambda: [one.state for one in self.box.supervisor.status()] == [State.RUNNING])
        driver: Any = self.box.supervisor.driver("door_device")
        self.machine.aim(HERE, driver.port)
        await self.machine.connect()
        return self.box

    async def give_code(self) -> str:
        """A code of the person on the door that reads codes, and until the cloud says it is there."""
        platform, now = self.platform, self.platform.clock.now_ms()
        async with platform.db.begin() as tx:
            code = await qr.generate_code(
                self.scope, tx, identity_id=PERSON, length=32, ids=platform.ids, now_ms=now
            )
            await qr.bind_code(
                self.scope, tx, qr_code=code, identity_id=PERSON, iot_ids=[self.doors[0]],
                right=qr.QrRight(starts_ms=now, ends_ms=now + 86_400_000), keys=platform.keys, now_ms=now,
            )  # fmt: skip

        async def there() -> bool:
            await platform.worker.run_once()
            await platform.reconciler.run_once()
            row = await find_row(platform.db, device=self.doors[0], kind=QR, credential=code)
            return row is not None and row.status == "transferred"

        await until(there)
        return code

    async def passes(self) -> list[Pass]:
        found = await list_passes(
            self.scope, self.platform.db, where=PassFilter(community_id=1), page=PageRequest()
        )
        return found.data

    async def close(self) -> None:
        await self.box.stop()
        await self.machine.close()
        await self.http.stop(grace_seconds=0.1)


@pytest.fixture
async def town(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Town]:
    database.clock = clock
    platform = AccessPlatform(
        database,
        clock,
        ids,
        Secrets.random(),
        Settings(),
        Targets(),
        sample_methods,
        folder=tmp_path / "files",
    )
    await platform.start()
    town = await Town(platform, tmp_path).build()
    try:
        yield town
    finally:
        await town.close()
        await platform.stop()


@pytest.mark.covers("C004", "C012", "G-C14")
async def test_a_code_opens_with_the_line_cut_and_the_pass_arrives_once(town: Town) -> None:
    box = await town.new_box()
    code = await town.give_code()
    node = await cluster_queries.node(town.scope, town.platform.db, town.node_id)
    await box.pulse.once()
    node = await cluster_queries.node(town.scope, town.platform.db, town.node_id)
    assert node.state == "running"
    await until(lambda: box.queue.backlog == 0)

    box.line.cut()
    town.line_cut = True
    assert await town.machine.scan(code) is not None
    assert await town.machine.scan("0" * 32) is None
    await asyncio.sleep(0.05)
    assert await town.passes() == []
    assert box.queue.backlog == 2

    town.line_cut = False
    box.line.mend()
    await until(lambda: box.queue.backlog == 0)

    async def told() -> bool:
        return len(await town.passes()) == 2

    await until(told)
    unknown, opened = await town.passes()
    assert (opened.code, opened.identity_id, opened.name, opened.type) == (0, PERSON, "王先生", "QRCODE")
    assert (unknown.code, unknown.identity_id) == (103, "")
