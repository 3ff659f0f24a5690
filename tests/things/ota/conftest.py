"""The thing platform with firmware over the air, on a clock that tests move."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols import mqtt
from linli.things.ota import campaigns, firmware, queries
from linli.things.ota.campaign_rows import Campaign, get_campaign
from linli.things.ota.campaigns import NewCampaign
from linli.things.ota.firmware import Firmware, NewFirmware
from linli.things.ota.job_rows import JobRow
from linli.things.ota.room import Ota
from linli.things.service import devices
from linli.things.service.devices import Triple
from tests.things.conftest import Site
from tests.things.device import Device, MakePlatform, Platform, connect_packet
from tests.things.mqtt.backend import Client

MINUTE = 60_000


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


class Factory:
    """One platform with its firmware room; `settle` does all work that is due."""

    def __init__(
        self, platform: Platform, db: Database, clock: ManualClock, objects: ObjectStore, site: Site, ids: Ids,
        secrets: Secrets,
    ) -> None:  # fmt: skip
        self.platform, self.db, self.clock, self.objects = platform, db, clock, objects
        self.site, self.ids, self.secrets = site, ids, secrets
        work = Jobs()
        Ota(db, platform.things.switchboard, objects, clock).register(
            requests=platform.things.requests,
            messages=platform.things.handlers,
            work=work,
            events=db.handlers,
        )
        self.worker = Worker(db, clock, work)

    @property
    def tenant(self) -> Scope:
        return self.site.tenant

    async def settle(self, *, pass_ms: int = 0) -> None:
        if pass_ms:
            await self.clock.advance(pass_ms)
        for _ in range(20):
            if not await self.worker.run_once():
                return
            await self.clock.advance(2)

    async def image(self, version: str = "2.0", body: bytes = b"new" * 5000, **facts: Any) -> Firmware:
        new = NewFirmware(self.site.product_key, version, **({"exempt": True} | facts))
        return await firmware.add_firmware(
            self.tenant, self.db, new=new, chunks=chunks(body), objects=self.objects, ids=self.ids
        )

    async def device(self, name: str) -> Triple:
        async with self.db.begin() as tx:
            return await devices.create_device(
                self.tenant,
                tx,
                values=devices.DeviceValues(product_key=self.site.product_key, device_name=name),
                ids=self.ids,
                secrets=self.secrets,
            )

    async def start(self, image: Firmware, kind: Any = "static", **facts: Any) -> int:
        async with self.db.begin() as tx:
            made = await campaigns.start_campaign(
                self.tenant, tx, new=NewCampaign(image.firmware_no, kind, **facts)
            )
        await self.settle()
        return made.campaign_no

    async def campaign(self, number: int) -> Campaign:
        return await get_campaign(self.tenant, self.db, campaign_no=number)

    async def jobs(self, number: int) -> list[JobRow]:
        found = await queries.list_jobs(self.tenant, self.db, campaign_no=number, page=PageRequest(1, 100))
        return found.data

    async def states(self, number: int) -> list[str]:
        return [row.state for row in await self.jobs(number)]

    async def connect(self, triple: Triple, version: str | None = "1.0") -> Device:
        device = await dial(self.platform.port, triple)
        self.platform._devices.append(device)
        if version is not None:
            await inform(device, version)
        return device


async def dial(port: int, triple: Triple) -> Device:
    """A connection without keep-alive: the clock jumps by minutes."""
    device = Device(await Client.dial(port), triple)
    device.client.send(msgspec.structs.replace(connect_packet(triple), keep_alive=0))
    assert isinstance(await device.client.read(), mqtt.Connack)
    device._reader = asyncio.create_task(device._read())
    return device


async def inform(device: Device, version: str, **params: Any) -> None:
    await say(device, "inform", {"version": version, **params})


async def progress(device: Device, step: Any, desc: str = "") -> None:
    await say(device, "progress", {"step": step, "desc": desc})


async def say(device: Device, what: str, params: dict[str, Any], number: Any = 1) -> None:
    triple = device.triple
    topic = f"/ota/device/{what}/{triple.product_key}/{triple.device_name}"
    await device.publish(topic, msgspec.json.encode({"id": number, "params": params}))


async def notice(device: Device) -> dict[str, Any]:
    """The next upgrade notice; its members as sent."""
    message = await device.next()
    assert message.topic == f"/ota/device/upgrade/{device.triple.product_key}/{device.triple.device_name}"
    return msgspec.json.decode(message.payload, type=dict)


@pytest.fixture
async def factory(
    make_platform: MakePlatform,
    database: Database,
    clock: ManualClock,
    ids: Ids,
    secrets: Secrets,
    site: Site,
    tmp_path: Path,
) -> Factory:
    database.clock = clock
    objects = ObjectStore(tmp_path / "objects", b"secret", "http://linli.test", clock)
    made = Factory(await make_platform(), database, clock, objects, site, ids, secrets)
    await made.platform.start()
    return made
