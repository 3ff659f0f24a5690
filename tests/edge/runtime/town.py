"""A cloud with doors and the rooms of boxes, set up as an installer does, and machines that wait for a box."""

from pathlib import Path
from typing import Any, Final

from linli.delivery.queries import find_row
from linli.domains.access.queries.passes import PassFilter, list_passes
from linli.domains.access.rows import Pass
from linli.domains.access.service import doors, persons, qr
from linli.domains.access.service.kinds import KEY, KEY_CREDENTIAL, QR
from linli.domains.boxes.front.calls import Addresses
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.room import Boxes
from linli.domains.boxes.service import clusters, deployments, devices, gateways, nodes, protocols
from linli.edge.cloud import Identity, activate, load_identity, save_identity
from linli.edge.doors.simulator import SimulatedMachine
from linli.edge.framework.supervisor import State
from linli.edge.runtime.compose import Box
from linli.kernel.clock import SystemClock
from linli.kernel.http import HttpServer
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.protocols.edge_link import MqttAddress
from linli.things.queries.devices import get_device
from linli.things.service import products
from tests.domains.access.platform import AccessPlatform, until

HERE: Final = "127.0.0.1"
PERSON: Final = "50acopfd3a94900494085ed2699e052432c34452"


def jpeg(content: bytes) -> bytes:
    """Bytes that say of themselves that they are a picture of 320 by 240."""
    frame = b"\xff\xc0\x00\x11\x08\x00\xf0\x01\x40\x03" + b"\x01\x22\x00\x02\x11\x01\x03\x11\x01"
    return b"\xff\xd8\xff" + frame[1:] + content + b"\xff\xd9"


def door_name(number: int, ability: str) -> str:
    """DeviceName of an ability of a machine; the first machine's have no number."""
    return f"door.{number}.{ability}" if number else f"door.{ability}"


class Town:
    """`machines` at 127.0.0.1 and on, each with a device for each ability."""

    driver = "door_device"

    def __init__(
        self, platform: AccessPlatform, folder: Path, *, machines: int = 1,
        abilities: tuple[str, ...] = ("qrcode", "card"), port: int = 0,
    ) -> None:  # fmt: skip
        self.platform, self.folder, self.port = platform, folder, port
        self.abilities = abilities
        self.count = machines
        self.line_cut = False
        self.doors: dict[str, str] = {}
        """iotId by DeviceName."""
        self.machines: list[SimulatedMachine] = []

    async def build(self) -> "Town":
        platform = self.platform
        self.partner = await platform.new_partner("物业", communities=(1,))
        await platform.new_community(self.partner, 1)
        async with platform.db.begin() as tx:
            product = await products.create_product(
                self.partner.owner,
                tx,
                values=products.ProductValues(name="门禁一体机", category_code="community/people/aio"),
                ids=platform.ids,
                secrets=platform.secrets,
            )
        self.scope = self.partner.owner
        self.http = HttpServer(self._front)
        await self.http.start()
        self.url = f"http://{HERE}:{self.http.port}"
        self.rooms = Boxes(
            platform.db, platform.clock, platform.ids, platform.secrets, platform.store,
            invoker=platform.things.invoker,
            addresses=Addresses(self.url, lambda host: MqttAddress(host=HERE, port=platform.mqtt_port)),
        )  # fmt: skip
        self.rooms.register(platform.jobs, platform.things.handlers)
        for number in range(self.count):
            ip = f"127.0.0.{number + 1}"
            machine = SimulatedMachine(
                sn=f"12345{number:04}", ip=ip, host=ip, box=(HERE, 0), clock=SystemClock(), ids=Ids()
            )
            await machine.start()
            self.machines.append(machine)
        await self._set_up(product.product_key)
        return self

    @property
    def machine(self) -> SimulatedMachine:
        return self.machines[0]

    async def _front(self, scope: Any, receive: Any, send: Any) -> None:
        if self.line_cut:
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
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
                scope,
                tx,
                form=clusters.ClusterForm(name="北京区域-望月府小区", model="LE-A-B002-SC001"),
                **now,
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
                scope, tx, gateway_id=gateway.gateway_id, driver_id=self.driver,
                config={"host": HERE, "port": self.port}, **made,
            )  # fmt: skip
            for number, machine in enumerate(self.machines):
                for ability in self.abilities:
                    custom: dict[str, Any] = {
                        "accessType": ability, "ip": f"127.0.0.{number + 1}", "port": machine.port
                    }  # fmt: skip
                    if ability == "face":
                        custom["faceCompareMode"] = "device"
                    device = await devices.add(
                        scope,
                        tx,
                        gateway=gateway,
                        protocol=protocol,
                        values=devices.EdgeDeviceValues(
                            product_key=product_key,
                            device_name=door_name(number, ability),
                            alias=ability,
                            custom=custom,
                        ),
                        **made,
                    )
                    self.doors[device.device_name] = device.iot_id
                    await doors.register_door(
                        scope,
                        tx,
                        new=doors.NewDoor(community_id=1, name=f"{number} {ability}", iot_id=device.iot_id),
                        keys=platform.keys,
                        now_ms=made["now_ms"],
                    )
            await deployments.deploy(scope, tx, gateway_id=gateway.gateway_id, **made)
            await persons.save_person(
                scope, tx, identity_id=PERSON, name="王先生", ext_info="{}", now_ms=made["now_ms"]
            )
        self.gateway_id = gateway.gateway_id
        self.node_id, self.serial = node.node_id, node.serial_number
        self.code = nodes.code_of(await self.node(), platform.secrets)

    async def node(self) -> Any:
        return await cluster_queries.node(self.scope, self.platform.db, self.node_id)

    async def state_of(self, iot_id: str) -> str:
        return (await get_device(self.scope, self.platform.db, iot_id=iot_id)).state

    # the box

    async def activate_box(self) -> Identity:
        identity = await activate(
            self.url,
            serial=self.serial,
            code=self.code,
            hardware="0" * 32,
            clock=SystemClock(),
            ids=Ids(),
            report=print,
        )
        save_identity(self.folder / "box", identity)
        return identity

    async def new_box(self, **more: Any) -> Box:
        """In this process, with its first machine connected."""
        await self.activate_box()
        return await self.wake(self.folder / "box", **more)

    async def wake(self, home: Path, **more: Any) -> Box:
        """Run the box of a folder, and let the machine find it."""
        identity = load_identity(home)
        assert identity is not None
        self.box = Box(home, identity, **more)
        await self.box.start()
        await until(lambda: {one.state for one in self.box.supervisor.status()} == {State.RUNNING})
        driver: Any = self.box.supervisor.driver(self.driver)
        self.machine.aim(HERE, driver.port)
        await self.machine.connect()
        return self.box

    # rights and passes

    async def permit(self, device: str, file: bytes) -> None:
        """A permission file as delivery brings it."""
        key = f"{self.scope.tenant}/door-permissions/{device}.json"
        await self.platform.store.put(key, file)
        await self.platform.things.invoker.invoke(
            self.scope, self.doors[device], "syncPermissions",
            {"permissionUrl": self.platform.store.url(key, expires_s=600)}, timeout_s=30,
        )  # fmt: skip

    async def give_code(self) -> str:
        """A code of the person on the door that reads codes.

        Returns when the cloud says that code and key are there: the box reports each key that it is given.
        """
        platform, now = self.platform, self.platform.clock.now_ms()
        door = self.doors["door.qrcode"]
        async with platform.db.begin() as tx:
            code = await qr.generate_code(
                self.scope, tx, identity_id=PERSON, length=32, ids=platform.ids, now_ms=now
            )
            await qr.bind_code(
                self.scope, tx, qr_code=code, identity_id=PERSON, iot_ids=[door],
                right=qr.QrRight(starts_ms=now, ends_ms=now + 86_400_000), keys=platform.keys, now_ms=now,
            )  # fmt: skip

        async def there() -> bool:
            await platform.worker.run_once()
            await platform.reconciler.run_once()
            rows = [
                await find_row(platform.db, device=door, kind=kind, credential=credential)
                for kind, credential in ((QR, code), (KEY, KEY_CREDENTIAL))
            ]
            return all(row is not None and row.status == "transferred" for row in rows)

        await until(there)
        return code

    async def passes(self) -> list[Pass]:
        found = await list_passes(
            self.scope, self.platform.db, where=PassFilter(community_id=1), page=PageRequest()
        )
        return found.data

    async def close(self) -> None:
        if hasattr(self, "box"):
            await self.box.stop()
        for machine in self.machines:
            await machine.close()
        await self.http.stop(grace_seconds=0.1)
