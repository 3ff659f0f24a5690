"""Configurations over MQTT as node and C devices ask for them, versions, overrides, pushes; both engines."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.pages import PageRequest
from linli.kernel.secrets import Secrets
from linli.things.configs import queries, service
from linli.things.configs.errors import NothingToPush, SameContent
from linli.things.configs.queries import Config, Push
from linli.things.configs.room import Configs
from linli.things.queries.products import get_product
from linli.things.service import devices
from tests.things.conftest import Site
from tests.things.device import Device, MakePlatform, Platform

FIRST, SECOND = '{"volume": 3}', '{\n  "volume": 5\n}'


class House:
    def __init__(
        self, platform: Platform, db: Database, clock: ManualClock, objects: ObjectStore, site: Site, ids: Ids,
        secrets: Secrets,
    ) -> None:  # fmt: skip
        self.platform, self.db, self.clock, self.objects = platform, db, clock, objects
        self.site, self.ids, self.secrets = site, ids, secrets
        work = Jobs()
        Configs(db, platform.things.switchboard, objects, clock).register(
            requests=platform.things.requests, work=work
        )
        self.worker = Worker(db, clock, work)

    async def save(self, content: str, iot_id: str = "") -> Config:
        return await service.save_config(
            self.site.tenant, self.db, product_key=self.site.product_key, content=content, iot_id=iot_id,
            objects=self.objects, ids=self.ids,
        )  # fmt: skip

    async def push(self, batch: int = 100) -> Push:
        async with self.db.begin() as tx:
            return await service.push_config(
                self.site.tenant, tx, product_key=self.site.product_key, batch=batch
            )

    async def counts(self, push: Push) -> dict[Any, int]:
        return await queries.push_counts(self.db, push_no=push.push_no)

    async def product_no(self) -> int:
        return (await get_product(self.site.tenant, self.db, product_key=self.site.product_key)).product_no

    async def device(self, name: str) -> Device:
        async with self.db.begin() as tx:
            triple = await devices.create_device(
                self.site.tenant,
                tx,
                values=devices.DeviceValues(product_key=self.site.product_key, device_name=name),
                ids=self.ids,
                secrets=self.secrets,
            )
        return await self.platform.connect(triple)


@pytest.fixture
async def house(
    make_platform: MakePlatform,
    database: Database,
    clock: ManualClock,
    ids: Ids,
    secrets: Secrets,
    site: Site,
    tmp_path: Path,
) -> House:
    database.clock = clock
    objects = ObjectStore(tmp_path / "objects", b"secret", "http://linli.test", clock)
    made = House(await make_platform(), database, clock, objects, site, ids, secrets)
    await made.platform.start()
    return made


async def get(device: Device) -> dict[str, Any]:
    return await device.ask("thing/config/get", {"configScope": "product", "getType": "file"})


async def pushed(device: Device) -> dict[str, Any]:
    message = await device.next()
    assert message.topic == device.topic("thing/config/push")
    return msgspec.json.decode(message.payload, type=dict)


async def answer(device: Device, call: dict[str, Any], code: int = 200) -> None:
    body = msgspec.json.encode({"id": call["id"], "code": code, "data": {}})
    await device.publish(device.topic("thing/config/push_reply"), body)


async def test_get(house: House) -> None:
    device = await house.platform.connect(house.site.device)
    assert (await get(device))["code"] == 6710
    made = await house.save(FIRST)
    reply = await get(device)
    assert (reply["code"], reply["method"]) == (200, "thing.config.get")
    data = reply["data"]
    assert set(data) == {"configId", "configSize", "sign", "signMethod", "url", "getType"}
    stored = await house.objects.get(house.objects.key_of(data["url"]) or "")
    assert stored.decode() == FIRST
    assert data["sign"] == hashlib.sha256(stored).hexdigest()
    assert (data["configSize"], data["signMethod"], data["getType"]) == (len(stored), "Sha256", "file")
    assert await queries.count_holders(house.site.tenant, house.db, config_no=made.config_no) == 1
    assert (await device.ask("thing/config/get", {"configScope": "device"}))["code"] == 460


async def test_versions_and_the_way_back(house: House) -> None:
    await house.save(FIRST)
    with pytest.raises(SameContent):
        await house.save(FIRST)
    await house.save(SECOND)
    made = await service.restore_config(
        house.site.tenant, house.db, product_key=house.site.product_key, version=1, objects=house.objects,
        ids=house.ids,
    )  # fmt: skip
    assert (made.version, made.content, made.restored_from) == (3, FIRST, 1)
    number = await house.product_no()
    found = await queries.history(house.site.tenant, house.db, product_no=number, page=PageRequest())
    assert [row.version for row in found.data] == [3, 2, 1]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": "' + "x" * 65536 + '"}'])
async def test_what_is_no_configuration(house: House, content: str) -> None:
    with pytest.raises(BadInput):
        await house.save(content)


async def test_one_device_has_its_own(house: House, other: Site) -> None:
    device = await house.platform.connect(house.site.device)
    neighbour = await house.device("neighbour")
    common = await house.save(FIRST)
    own = await house.save(SECOND, house.site.device.iot_id)
    assert (await get(device))["data"]["configId"] == own.config_id
    assert (await get(neighbour))["data"]["configId"] == common.config_id
    (row,) = await queries.overrides(house.site.tenant, house.db, product_no=await house.product_no())
    assert row.iot_id == house.site.device.iot_id
    with pytest.raises(NotFound):
        await house.save(FIRST, other.device.iot_id)
    async with house.db.begin() as tx:
        await service.end_override(
            house.site.tenant, tx, product_key=house.site.product_key, iot_id=house.site.device.iot_id,
            ids=house.ids,
        )  # fmt: skip
    assert (await get(device))["data"]["configId"] == common.config_id


async def test_push_in_batches_with_every_end(house: House) -> None:
    fleet = [await house.device(f"dev-{n}") for n in range(5)]
    with pytest.raises(NothingToPush):
        await house.push()
    made = await house.save(FIRST)
    push = await house.push(batch=2)
    assert push.total == 5
    await house.worker.run_once()
    assert await house.counts(push) == {"sent": 2, "waiting": 3}
    first, second = await pushed(fleet[0]), await pushed(fleet[1])
    assert first["method"] == "thing.config.push"
    assert first["id"].isdigit()
    assert first["params"]["configId"] == made.config_id
    await answer(fleet[0], first)
    await answer(fleet[1], second, 500)
    await answer(fleet[4], second)  # not its own message
    await fleet[3].close()
    await house.clock.advance(1000)
    await house.worker.run_once()
    await pushed(fleet[2])
    await get(fleet[2])
    assert await house.counts(push) == {"taken": 2, "refused": 1, "offline": 1, "waiting": 1}
    await house.clock.advance(1000)
    await house.worker.run_once()
    assert (await house.counts(push))["sent"] == 1
    for _ in range(32):
        await house.clock.advance(1000)
        await house.worker.run_once()
    assert await house.counts(push) == {"taken": 2, "refused": 1, "offline": 1, "silent": 1}
    assert (await queries.get_push(house.site.tenant, house.db, push_no=push.push_no)).state == "finished"
    await answer(fleet[4], await pushed(fleet[4]))
    assert (await house.counts(push))["taken"] == 3, "late, but it is there"
    assert await queries.count_holders(house.site.tenant, house.db, config_no=made.config_no) == 3


async def test_a_push_that_was_stopped_tells_nobody_more(house: House) -> None:
    fleet = [await house.device(f"dev-{n}") for n in range(2)]
    await house.save(FIRST)
    push = await house.push(batch=1)
    await house.worker.run_once()
    async with house.db.begin() as tx:
        await service.cancel_push(house.site.tenant, tx, push_no=push.push_no)
    await house.clock.advance(5000)
    await house.worker.run_once()
    assert await house.counts(push) == {"sent": 1, "waiting": 1}
    assert fleet[1].inbox.empty()
