"""A partner with a community, a product of doors, and signed calls about SIP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from linli.domains.intercom import room as intercom
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings, Sip
from linli.things.service import devices
from tests.domains.access.platform import AccessPlatform
from tests.openapi import sample_methods
from tests.openapi.house import Partner, Targets

SIP, GROUP = "/entrance/paas/sipservice/sip", "/entrance/paas/sipservice/group"
SERVER, DOOR = "/entrance/paas/sipserver", "/entrance/paas/videointercom"


@dataclass
class Home:
    platform: AccessPlatform
    partner: Partner
    other: Partner
    product_key: str
    secrets: Secrets

    async def call(self, path: str, *, by: Partner | None = None, **params: Any) -> dict[str, Any]:
        version = "1.0.1" if path.endswith("map/query") else "1.0.0"
        return await (by or self.partner).call(path, version, params)

    async def ok(self, path: str, *, by: Partner | None = None, **params: Any) -> Any:
        answer = await self.call(path, by=by, **params)
        assert answer["code"] == 200, answer
        return answer.get("data")

    async def numbers(self, count: int = 1, kind: int = 0) -> list[str]:
        return [row["sipNumber"] for row in await self.ok(f"{SIP}/add", count=count, type=kind)]

    async def group(self) -> str:
        return str((await self.ok(f"{GROUP}/add", count=1))[0]["groupID"])

    async def delete_device(self, iot_id: str) -> None:
        async with self.platform.db.begin() as tx:
            await devices.delete_device(self.partner.owner, tx, iot_id=iot_id)

    async def take_out(self, iot_id: str) -> None:
        async with self.platform.db.begin() as tx:
            await devices.move_device(self.partner.owner, tx, iot_id=iot_id, community_id=None)

    async def members(self, group: str) -> list[str]:
        return [row["sipNumber"] for row in await self.ok(f"{GROUP}/sip/list", groupID=group)]


@pytest.fixture
async def home(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Home]:
    database.clock = clock
    secrets = Secrets.random()
    settings = Settings(sip=Sip(public_host="sip.example.com"))
    platform = AccessPlatform(
        database, clock, ids, secrets, settings, Targets(), sample_methods, folder=tmp_path / "files"
    )
    intercom.register(database.handlers)
    await platform.start()
    try:
        partner = await platform.new_partner("物业", communities=(1,))
        await platform.new_community(partner, 1)
        other = await platform.new_partner("别家", communities=(2,))
        await platform.new_community(other, 2)
        yield Home(platform, partner, other, await platform.new_product(partner), secrets)
    finally:
        await platform.stop()
