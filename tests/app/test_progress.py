"""Two platforms behind a balancer: a page that asks one sees how far the other is. On PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.app.platform import Platform
from linli.domains.accounts import setup_code
from linli.domains.people.service import company_data as organisation_data
from linli.domains.people.service.company_data import SUBJECT
from linli.kernel import tenancy
from linli.kernel.scope import Scope
from linli.kernel.settings import Disk, Http, Mqtt, Objects, Process, Settings
from tests.console.conftest import SETUP

pytestmark = pytest.mark.engines("postgresql")


@pytest.fixture
async def pair(
    database_url: str, tmp_path: Path, object_settings: Objects
) -> AsyncIterator[tuple[Platform, Platform]]:
    """Two processes that share a database, a master key and the objects."""
    found = []
    for name in ("first", "second"):
        running = await Platform.open(
            Settings(
                data_dir=str(tmp_path / "data"),
                database_url=database_url,
                http=Http(port=0),
                mqtt=Mqtt(port=0),
                disk=Disk(reserve_mb=0),
                objects=object_settings,
                process=Process(name=name),
            )
        )
        await running.start()
        found.append(running)
    yield found[0], found[1]
    for running in found:
        await running.stop()


def client(platform: Platform, cookies: httpx.Cookies | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{platform.http.port}/api/console",
        headers={"x-linli-request": "1"},
        cookies=cookies,
        trust_env=False,
    )


async def told(asked: httpx.AsyncClient, state: str) -> dict[str, Any]:
    """What a page sees as soon as it is in that state."""
    async with asyncio.timeout(30):
        while True:
            seen: dict[str, Any] = (await asked.get("/organisation/export/progress")).json()
            if seen["state"] == state and (state != "writing" or seen["rows"]):
                return seen
            await asyncio.sleep(0.05)


@pytest.mark.covers("ONB-18")
async def test_an_export_is_followed_at_another_process_to_its_end_or_its_death(
    pair: tuple[Platform, Platform], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pair
    goes_on = asyncio.Event()
    archive = organisation_data._archive

    async def slow(*what: Any) -> AsyncIterator[bytes]:
        """A company with so much data that it takes until it is told to go on."""
        async for piece in archive(*what):
            yield piece
            if what[-1].rows:
                await goes_on.wait()

    monkeypatch.setattr(organisation_data, "_archive", slow)
    async with client(one) as here:
        code = setup_code.ensure(one.settings.data_path / setup_code.FILE_NAME)
        made = await here.post("/setup", json={**SETUP, "code": code})
        assert made.status_code == 201, made.text
        async with client(two, here.cookies) as there:
            assert (await there.get("/organisation/export/progress")).json()["state"] == "none"
            fetched = asyncio.create_task(here.get("/organisation/export"))
            seen = await told(there, "writing")
            assert 0 < seen["rows"] < seen["expectedRows"]
            goes_on.set()
            sent = await fetched
            seen = await told(there, "done")
            assert (seen["rows"], seen["bytes"]) == (seen["expectedRows"], len(sent.content))

            # As a kill -9 leaves it: told as going on, and no sign of life from its process.
            (tenant,) = await tenancy.list_tenants(one.db)
            killed = one.board.telling(Scope.system(tenant.id), SUBJECT, "counting", kept=True)
            await killed.__aenter__()
            await told(there, "counting")
            await one.processes.stop()
            await told(there, "interrupted")
            await killed.__aexit__(None, None, None)
