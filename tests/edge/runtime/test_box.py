"""A whole box: activated by call home, deployed, asked and reporting over the platform's own MQTT."""

import asyncio
import base64
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from linli.edge.cloud import CloudRefused, activate, hardware_id, load_identity, save_identity
from linli.edge.doors.simulator import SimulatedMachine
from linli.edge.framework.supervisor import State
from linli.edge.runtime.compose import Box
from linli.edge.services.keeping import moving
from linli.edge.services.keeping.floors import Obstacle
from linli.kernel.clock import ManualClock, SystemClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.protocols import door_permissions
from linli.protocols.door_permissions import CardPermission, Entry, PermissionFile, QrPermission
from linli.protocols.edge_link import (
    Activated,
    CloudAddress,
    CommunityName,
    DeployedDevice,
    DeployedDriver,
    Deployment,
    GatewayName,
    MqttAddress,
    NodeName,
)
from linli.protocols.qr_rsa import generate_key, seal_code
from linli.things.errors import DeviceOffline, DeviceRefused
from linli.things.inbox.messages import Message
from linli.things.service.devices import Triple
from tests.edge.runtime.small_box import key, until
from tests.edge.runtime.stand_in import StandIn
from tests.things.conftest import make_platform, platform, secrets  # noqa: F401  (fixtures)
from tests.things.device import Platform
from tests.things.gateways.conftest import Estate

pytestmark = pytest.mark.engines("sqlite")
HERE = "127.0.0.1"
ACCESS = {"qr": "qrcode", "card": "card", "ble": "bluetooth"}
CODE = "0123456789abcdef0123456789abcdef"
DAY = 86_400_000


class House:
    """A platform, the stand-in for its `/edge/…`, one machine with a code reader and a card reader, and the box."""

    def __init__(self, running: Platform, estate: Estate, folder: Path) -> None:
        self.platform, self.estate, self.folder = running, estate, folder
        self.stored: list[Message] = []
        running.things.ingest.on_committed.append(self.stored.extend)

    async def build(self) -> "House":
        self.doors = [await self.estate.device(f"door.{kind}") for kind in ACCESS]
        activated = Activated(
            node=NodeName(id="n1", name="北门"), device=key(self.estate.gateway),
            mqtt=MqttAddress(host=HERE, port=self.platform.port), cloud=CloudAddress(base_url="http://x"),
        )  # fmt: skip
        self.cloud = StandIn(activated)
        self.cloud.now_ms = self.estate.database.clock.now_ms
        await self.cloud.start()
        self.cloud.activated = msgspec.structs.replace(activated, cloud=CloudAddress(base_url=self.cloud.url))
        self.machine = SimulatedMachine(
            sn="123456789", ip=HERE, box=(HERE, 0), clock=SystemClock(), ids=Ids()
        )
        await self.machine.start()
        self.deploy(1)
        self.box = await self.new_box()
        return self

    def deploy(self, generation: int, doors: list[Triple] | None = None, **config: Any) -> None:
        devices = [
            DeployedDevice(
                product_key=one.product_key, device_name=one.device_name, device_secret=one.device_secret,
                custom={
                    "ip": HERE, "port": self.machine.port,
                    "accessType": ACCESS[one.device_name.partition(".")[2]],
                },
            )
            for one in (self.doors if doors is None else doors)
        ]  # fmt: skip
        driver = DeployedDriver(id="door_device", config={"host": HERE, "port": 0, **config}, devices=devices)
        self.cloud.deployment = Deployment(
            generation=generation, community=CommunityName(id="c1"), gateway=GatewayName(id="g1", name="gw"),
            drivers=[driver],
        )  # fmt: skip

    async def new_box(self) -> Box:
        home = self.folder / "box"
        identity = load_identity(home)
        if identity is None:
            identity = await activate(
                self.cloud.url, serial="LB-TEST-1", code="CODE-1234", hardware=hardware_id(home),
                clock=SystemClock(), ids=Ids(), report=print,
            )  # fmt: skip
            save_identity(home, identity)
        box = Box(home, identity)
        await box.start()
        return box

    async def door_connects(self) -> None:
        await until(lambda: [one.state for one in self.box.supervisor.status()] == [State.RUNNING])
        driver: Any = self.box.supervisor.driver("door_device")
        self.machine.aim(HERE, driver.port)
        await self.machine.connect()
        await until(lambda: self.box.presence.online == {f"door.{kind}" for kind in ACCESS})

    async def door_returns(self) -> None:
        """It connects anew: a `/connect` of the same second would be one that was heard before."""
        self.machine.faults.clock_off_s += 1
        await self.machine.connect()

    async def online(self) -> None:
        await self.door_connects()
        await self.estate.settled(self.doors, "online")

    async def call(self, door: Triple, service: str, **args: Any) -> Any:
        return await self.platform.things.invoker.invoke(self.estate.scope, door.iot_id, service, args)

    async def permit(self, door: Triple, file: PermissionFile) -> Any:
        self.cloud.files["/files/p.json"] = door_permissions.encode(file)
        return await self.call(door, "syncPermissions", permissionUrl=f"{self.cloud.url}/files/p.json")

    def passes(self) -> list[tuple[str, int, str]]:
        return [
            (one.device.device_name, one.values["code"], one.values["content"])
            for one in self.stored
            if one.kind == "event" and one.identifier == "passEvent"
        ]

    async def close(self) -> None:
        await self.box.stop()
        await self.machine.close()
        await self.cloud.stop()


@pytest.fixture
async def house(
    platform: Platform,  # noqa: F811
    database: Database,
    ids: Ids,
    secrets: Secrets,  # noqa: F811
    tmp_path: Path,
) -> AsyncIterator[House]:
    house = await House(platform, await Estate(database, ids, secrets).build("one"), tmp_path).build()
    yield house
    await house.close()


def qr(code: str = CODE, **right: Any) -> PermissionFile:
    window = {"starts_ms": 0, "ends_ms": 2**42} | right
    return PermissionFile(qr=(Entry.put(QrPermission(code, **window)),))


@pytest.mark.covers("G-C28")
async def test_a_box_is_activated_and_deployed_and_its_doors_come_online(house: House) -> None:
    identity = load_identity(house.folder / "box")
    assert identity is not None
    assert (identity.node_id, identity.serial_number) == ("n1", "LB-TEST-1")
    assert (house.folder / "box" / "identity.json").stat().st_mode & 0o777 == 0o600
    await house.online()
    await until(lambda: len(house.cloud.reports) == 2)
    assert [one.state for one in house.cloud.reports] == ["running", "done"]
    assert [one.state for one in house.cloud.reports[-1].devices] == ["running"] * 3
    status = house.box.status()
    assert status["cloud"]["line"] == "up"
    assert status["drivers"][0]["online"] == 3
    await house.box.pulse.once()
    assert house.cloud.beats[-1].drivers[0].online == 3
    assert house.cloud.beats[-1].generation == 1
    await house.machine.stop()


async def test_wrong_codes_and_serial_numbers_are_told(house: House, tmp_path: Path) -> None:
    for serial, code, said in (
        ("LB-NONE", "CODE-1234", "edge.serial_unknown"),
        ("LB-TEST-1", "WRONG-CODE", "edge.code_wrong"),
    ):
        with pytest.raises(CloudRefused) as refused:
            await activate(
                house.cloud.url,
                serial=serial,
                code=code,
                hardware="0" * 32,
                clock=ManualClock(),
                ids=Ids(),
                report=print,
            )
        assert refused.value.facts["error"] == said


async def test_codes_are_decided_with_the_line_cut_and_told_once_afterwards(house: House) -> None:
    await house.online()
    door = house.doors[0]
    await house.permit(door, qr(max_scans=2))
    house.box.line.cut()
    house.cloud.off = True
    assert await house.machine.scan(CODE) == CODE
    assert await house.machine.scan(CODE) == CODE
    assert await house.machine.scan(CODE) is None
    assert await house.machine.scan("f" * 32) is None
    assert house.passes() == []

    await house.box.stop()  # the power goes, too
    house.box = await house.new_box()
    await house.door_connects()
    assert await house.machine.scan(CODE) is None  # used up is used up
    house.cloud.off = False
    await until(lambda: house.box.queue.backlog == 0)
    assert house.passes() == [
        ("door.qr", 0, CODE), ("door.qr", 0, CODE), ("door.qr", 104, CODE), ("door.qr", 103, "f" * 32),
        ("door.qr", 104, CODE),
    ]  # fmt: skip


async def test_sealed_codes_are_read_at_the_box(house: House) -> None:
    await house.online()
    private = generate_key(512, random.Random(5).getrandbits)
    public = base64.b64encode(private.public.to_spki()).decode()
    await house.platform.things.invoker.set_properties(
        house.estate.scope, house.doors[0].iot_id, {"RSAPublicKey": public}
    )
    await house.permit(house.doors[0], qr())
    now_s = house.box.clock.now_ms() // 1000
    opens = [
        await house.box.doorkeeper.check_qr("door.qr", seal_code(private, CODE, now_s + seconds))
        for seconds in (60, -60)
    ]
    assert [one is not None and one.decision.code for one in opens] == [0, 102]
    assert await house.box.doorkeeper.check_qr("door.qr", "not a code") is None
    await until(lambda: house.box.queue.backlog == 0)
    assert await house.estate.value(house.doors[0], "RSAPublicKey") == public


@pytest.mark.covers("C013", "G-C10")
async def test_cards_are_brought_to_the_door_and_mended_when_it_lost_them(house: House) -> None:
    await house.online()
    door = house.doors[1]
    cards = tuple(Entry.put(CardPermission(card, 0, 2**42, "p1")) for card in ("c1", "c2"))
    await house.permit(door, PermissionFile(cards=cards))
    assert sorted(house.machine.memory.cards) == ["c1", "c2"]
    assert await house.machine.swipe("c1")

    house.machine.memory.cards.clear()  # a factory reset
    await house.door_returns()
    await until(lambda: sorted(house.machine.memory.cards) == ["c1", "c2"])

    house.machine.faults.refuses = "the list is jammed"
    with pytest.raises(DeviceRefused):
        await house.permit(door, PermissionFile(cards=(Entry.delete("c1"),)))
    assert sorted(house.machine.memory.cards) == ["c1", "c2"]
    house.machine.faults.refuses = ""
    await house.door_returns()  # what the door refused is brought at its next connection
    await until(lambda: sorted(house.machine.memory.cards) == ["c2"])
    async with asyncio.timeout(30):
        while await house.box.wishes.counts() != {"held": 1, "removed": 1}:
            await asyncio.sleep(0.01)

    house.machine.faults.refuses = "the list is jammed"
    third = PermissionFile(cards=(Entry.put(CardPermission("c3", 0, 2**42, "p1")),))
    with pytest.raises(DeviceRefused):
        await house.permit(door, third)
    house.machine.faults.refuses = ""
    await house.permit(
        door, third
    )  # asked again, the door is asked again, whenever its own next try would be
    assert sorted(house.machine.memory.cards) == ["c2", "c3"]


@pytest.mark.covers("C013", "G-C16")
async def test_phones_are_brought_to_the_door_and_pass_there(house: House) -> None:
    await house.online()
    phones = PermissionFile(ble_cards=(Entry.put(CardPermission("b1", 0, 2**42, "p1")),))
    await house.permit(house.doors[2], phones)
    assert sorted(house.machine.memory.ble_cards) == ["b1"]
    assert await house.machine.tap("b1")
    await until(lambda: house.box.queue.backlog == 0)
    assert house.passes() == [("door.ble", 0, "b1")]
    house.machine.memory.ble_cards.clear()  # its list cannot be read back: it is sent again
    await house.door_returns()
    await until(lambda: sorted(house.machine.memory.ble_cards) == ["b1"])


@pytest.mark.covers("G-C29")
async def test_calls_go_through_to_the_door_and_its_absence_is_told(house: House) -> None:
    await house.online()
    await house.call(house.doors[1], "remoteOpen")
    assert house.machine.memory.opened == 1
    await house.machine.stop()
    house.box.presence.went_offline("door.card")
    await house.estate.settled([house.doors[1]], "offline")
    with pytest.raises(DeviceOffline):
        await house.call(house.doors[1], "remoteOpen")


async def test_only_what_changed_restarts_and_bad_drivers_are_told(house: House) -> None:
    await house.online()
    driver = house.box.supervisor.driver("door_device")
    await until(lambda: len(house.cloud.reports) == 2)
    house.deploy(2)
    assert house.cloud.deployment is not None
    strange = DeployedDriver(
        id="no_such_driver",
        devices=[msgspec.structs.replace(house.cloud.deployment.drivers[0].devices[0], device_name="x.1")],
    )
    house.cloud.deployment = msgspec.structs.replace(
        house.cloud.deployment, drivers=[*house.cloud.deployment.drivers, strange]
    )
    await house.box.deployer.refresh()
    assert house.box.supervisor.driver("door_device") is driver
    last = house.cloud.reports[-1]
    assert last.state == "failed"
    assert {one.device_name: one.state for one in last.devices} == {
        "door.qr": "running", "door.card": "running", "door.ble": "running", "x.1": "failed"
    }  # fmt: skip
    house.deploy(3, doors=[])
    await house.box.deployer.refresh()
    assert house.box.supervisor.status() == []


async def test_a_box_that_starts_looks_anew_at_what_its_data_waited_for(house: House) -> None:
    """After its drivers were upgraded, the data of a backup counts as restored."""
    home = house.folder / "box"
    await house.box.stop()
    old_driver = Obstacle("protocol", "门禁设备官方协议", "2.9.0", "≥ 2.10.0", "data")
    (home / moving.MOVED).write_bytes(msgspec.json.encode(moving.Moved("SN-1", 1, 2, [old_driver])))
    assert moving.progress(home).state == "waiting_upgrade"
    house.box = await house.new_box()
    assert moving.progress(home).state == "restored"
