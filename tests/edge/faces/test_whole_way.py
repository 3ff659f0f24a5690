"""From the open API to a door behind a box and back: the platform on real sockets, the box as it runs on site.

The platform's calls are those for any face door; the box's pictures are put where the platform's front puts them.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from linli.domains.access.pass_details import capture_folder
from linli.edge.cloud import Identity
from linli.edge.doors.simulator import SimulatedMachine
from linli.edge.framework.supervisor import State
from linli.edge.runtime.compose import Box
from linli.kernel.clock import SystemClock
from linli.kernel.ids import Ids
from linli.protocols import edge_link
from linli.protocols.edge_link import (
    Activated,
    CloudAddress,
    CommunityName,
    DeployedDevice,
    DeployedDriver,
    Deployment,
    DeviceKey,
    GatewayName,
    MqttAddress,
    NodeName,
)
from linli.things.service import devices, products
from linli.vision.engine.local import LocalEngine
from linli.vision.fake import FakePipeline, marked
from tests.domains.access.platform import until
from tests.domains.faces.conftest import home  # noqa: F401 - fixture
from tests.domains.faces.home import ANNA, BORIS, Home, as_text
from tests.edge.runtime.stand_in import StandIn
from tests.protocols.door_http.test_door_http import photo

RECORD = "iotx_face_record_model"
HERE = "127.0.0.1"
pytestmark = pytest.mark.engines("sqlite")


class Front(StandIn):
    """The platform's `/edge/…`; pictures of passes go to the object store, as there."""

    def __init__(self, activated: Activated, home: Home, iot_id: str) -> None:  # noqa: F811
        super().__init__(activated)
        self.stored: dict[str, bytes] = {}
        self._folder = capture_folder(home.partner.tenant_id, iot_id)

    def _signed(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        if path != edge_link.PICTURES:
            return super()._signed(path, body, headers)
        key = f"{self._folder}/{len(self.stored)}.jpg"
        self.stored[key] = body
        return 200, msgspec.json.encode(edge_link.PictureTaken(photo_id=key))


class FaceHouse:
    """One door behind one box, known to the platform as a face door."""

    def __init__(self, home: Home, folder: Path) -> None:  # noqa: F811
        self.home, self.folder = home, folder

    async def build(self, **custom: Any) -> "FaceHouse":
        platform, partner = self.home.platform, self.home.partner
        self.iot_id, door = await self.home.new_door(online=False)
        triple = door.link.triple
        async with platform.db.begin() as tx:
            product = await products.create_product(
                partner.owner,
                tx,
                values=products.ProductValues(name="网关", node_type=1),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            gateway = await devices.create_device(
                partner.owner,
                tx,
                values=devices.DeviceValues(product_key=product.product_key, device_name="gw-01"),
                ids=platform.ids,
                secrets=platform.secrets,
            )
        key = DeviceKey(
            product_key=product.product_key, device_name="gw-01", device_secret=gateway.device_secret
        )
        activated = Activated(
            node=NodeName(id="n1", name="北门"), device=key, cloud=CloudAddress(base_url="http://x"),
            mqtt=MqttAddress(host=HERE, port=platform.mqtt_port),
        )  # fmt: skip
        self.front = Front(activated, self.home, self.iot_id)
        await self.front.start()
        self.machine = SimulatedMachine(
            sn="123456789", ip=HERE, box=(HERE, 0), clock=SystemClock(), ids=Ids()
        )
        await self.machine.start()
        custom = {"ip": HERE, "port": self.machine.port, "accessType": "face", **custom}
        device = DeployedDevice(
            product_key=triple.product_key, device_name=triple.device_name, device_secret=triple.device_secret,
            custom=custom,
        )  # fmt: skip
        driver = DeployedDriver(id="door_device", config={"host": HERE, "port": 0}, devices=[device])
        self.front.deployment = Deployment(
            generation=1,
            community=CommunityName(id="c1"),
            gateway=GatewayName(id="g1", name="gw"),
            drivers=[driver],
        )
        known = msgspec.structs.replace(activated, cloud=CloudAddress(base_url=self.front.url))
        self.box = Box(
            self.folder / "box", Identity(serial_number="LB-1", activated=known, activated_ms=0),
            engine=LocalEngine(FakePipeline()),
        )  # fmt: skip
        await self.box.start()
        await until(lambda: [one.state for one in self.box.supervisor.status()] == [State.RUNNING])
        running: Any = self.box.supervisor.driver("door_device")
        self.machine.aim(HERE, running.port)
        await self.machine.connect()
        await until(lambda: triple.device_name in self.box.presence.online)
        return self

    async def close(self) -> None:
        await self.box.stop()
        await self.machine.close()
        await self.front.stop()

    async def save(self, user_id: str, who: str, **more: Any) -> str:
        """Save somebody's picture on the platform; the faceId."""
        content = as_text(marked(photo(), who))
        await self.home.ok(
            "/face/paas/image/save", "1.2.0", userType="IDENTITY", userId=user_id, imageBase64=content, **more
        )
        return await self.home.face_id(user_id)


@pytest.fixture
async def house(home: Home, tmp_path: Path) -> AsyncIterator[FaceHouse]:  # noqa: F811
    house = await FaceHouse(home, tmp_path).build()
    yield house
    await house.close()


@pytest.mark.covers("G-C04", "G-C05", "C011")
async def test_a_face_of_the_cloud_opens_a_door_behind_a_box_and_its_pass_is_a_record(
    house: FaceHouse,
) -> None:
    home, machine = house.home, house.machine  # noqa: F811
    anna, boris = await house.save(ANNA, "anna"), await house.save(BORIS, "boris", policy="DENY")
    await home.give([ANNA, BORIS], [house.iot_id])
    for user in (ANNA, BORIS):
        await home.until_status(user, house.iot_id, "transferred")
    found = await machine.show_face(marked(photo(), "anna"), "36.5")
    assert found is not None
    assert (found.face_id, found.name) == (anna, "安娜")
    house.box.line.cut()
    assert await machine.show_face(marked(photo(), "boris")) is None
    assert await machine.show_face(marked(photo(), "mallory")) is None

    async def told() -> bool:
        return len(await home.records(RECORD)) == 3

    house.box.line.mend()
    await until(told, 60)
    passed, refused, stranger = reversed(await home.records(RECORD))
    assert (passed["userId"], passed["iotId"], passed["mediaType"]) == (ANNA, house.iot_id, "face")
    codes = [json.loads(one["eventExtInfo"])["code"] for one in (passed, refused, stranger)]
    assert (codes, refused["userId"], refused["policy"]) == ([0, 506, 505], BORIS, "DENY")
    assert list(house.front.stored.values()) == [marked(photo(), who) for who in ("anna", "boris", "mallory")]
    assert [key in passed["pictureUrl"] for key in house.front.stored] == [True, False, False]

    await home.take([ANNA], [house.iot_id])
    await home.until_status(ANNA, house.iot_id, "transferDeleted")
    assert await machine.show_face(marked(photo(), "anna")) is None
    assert boris != anna


@pytest.mark.covers("G-C06", "G-C08", "G-C07")
async def test_a_door_that_compares_itself_confirms_to_the_cloud_and_its_pass_is_a_record(
    home: Home,  # noqa: F811
    tmp_path: Path,
) -> None:
    house = await FaceHouse(home, tmp_path).build(faceCompareMode="device")
    try:
        anna = await house.save(ANNA, "anna")
        house.machine.faults.refuses = "library is locked"
        await home.give([ANNA], [house.iot_id])
        await home.until_status(ANNA, house.iot_id, "facePushError")
        house.machine.faults.refuses = ""

        async def taken() -> bool:
            await home.platform.clock.advance(500)
            return (await home.statuses(ANNA))[house.iot_id] == "transferred"

        await until(taken, 60)
        assert set(house.machine.memory.library) == {anna}
        await house.machine.own_face_pass(anna, marked(photo(), "anna"), "0.87", "36.5")

        async def told() -> bool:
            return len(await home.records(RECORD)) == 1

        await until(told, 60)
        (passed,) = await home.records(RECORD)
        assert (passed["userId"], json.loads(passed["eventExtInfo"])["code"]) == (ANNA, 0)
        (key,) = house.front.stored
        assert key in passed["pictureUrl"]
        # What the door lost is brought to it, and what it should not have is taken away, when it comes again.
        house.machine.memory.library = {"stranger": house.machine.memory.library[anna]}
        house.machine.faults.clock_off_s += 1
        await house.machine.connect()
        await until(lambda: set(house.machine.memory.library) == {anna}, 60)
    finally:
        await house.close()
