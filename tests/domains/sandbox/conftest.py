"""The whole platform on loopback, and integrators who are signed in to its console."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.app.platform import Platform
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.settings import Disk, Http, Mqtt, Settings

PASSWORD = "correct horse battery"


@dataclass
class Desk:
    """One platform; `browsers` by log-in. The keeper rests: `look_after` is one round of it."""

    platform: Platform
    clock: ManualClock
    tenants: list[str] = field(default_factory=list)
    browsers: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def look_after(self) -> None:
        await self.platform.sandbox.keeper.run()

    async def until(self, condition: Callable[[], Awaitable[Any]]) -> Any:
        """What is worked on in the background comes, while the clock stands."""
        async with asyncio.timeout(30):
            while not (found := await condition()):
                await asyncio.sleep(0.01)
        return found

    async def person(self, login: str, tenant: str) -> httpx.AsyncClient:
        platform = self.platform
        hashed = await accounts.hash_password(PASSWORD)
        now_ms = platform.clock.now_ms()
        async with platform.db.begin() as tx:
            account = await accounts.create_account(
                tx,
                login=login,
                password_hash=hashed,
                proven=True,
                name=login,
                ids=platform.ids,
                now_ms=now_ms,
            )
            await accounts.grant_role(
                tx, account_id=account, role=Role.TENANT_ADMIN, tenant_id=tenant, now_ms=now_ms
            )
        browser = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{platform.http.port}/api/console",
            headers={"x-linli-request": "1", "accept-language": "en"},
            trust_env=False,
            timeout=100,
        )
        assert (await browser.post("/session", json={"login": login, "password": PASSWORD})).is_success
        self.browsers[login] = browser
        return browser


@pytest.fixture
async def desk(database_url: str, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Desk]:
    settings = Settings(
        data_dir=str(tmp_path / "data"),
        database_url=database_url,
        http=Http(port=0),
        mqtt=Mqtt(port=0),
        disk=Disk(reserve_mb=0),
    )
    platform = await Platform.open(settings, clock)
    await platform.start()
    await platform.sandbox.keeper.stop()
    platform.objects.base_url = f"http://127.0.0.1:{platform.http.port}"
    made = Desk(platform, clock)
    try:
        async with platform.db.begin() as tx:
            made.tenants = [
                await tenancy.create_tenant(tx, name=name, ids=platform.ids) for name in ("甲物业", "乙物业")
            ]
        await made.person("13800000001", made.tenants[0])
        yield made
    finally:
        for browser in made.browsers.values():
            await browser.aclose()
        await platform.stop()


@pytest.fixture
def browser(desk: Desk) -> httpx.AsyncClient:
    return desk.browsers["13800000001"]
