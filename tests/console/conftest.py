"""The console's app on a test database, called over HTTP as the pages call it."""

import random
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest

from linli.console.app import console_app
from linli.console.parts import Parts
from linli.console.sources import SERVICES
from linli.domains.access.queries.card_holders import CardNumbers
from linli.domains.accounts import setup_code
from linli.domains.accounts.sample_logins import SampleLogins
from linli.domains.people.queries.person_names import PersonNames
from linli.domains.people.service import codes, sms_outbox
from linli.domains.people.service.sms_outbox import OutboxSms
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings

PASSWORD = "correct horse battery"
SETUP = {
    "tenantName": "和美物业",
    "name": "王伟",
    "login": "13800138000",
    "password": PASSWORD,
    "projectName": "演示项目",
}


@pytest.fixture
def parts(database: Database, clock: ManualClock, tmp_path: Path) -> Parts:
    database.clock = clock
    secrets = Secrets.random()
    return Parts(
        db=database,
        clock=clock,
        ids=Ids(random.Random(7), clock.now_ms),
        secrets=secrets,
        objects=ObjectStore(tmp_path / "files", secrets.derived("files"), "http://linli.test", clock),
        settings=msgspec.structs.replace(Settings(), data_dir=str(tmp_path)),
        services={
            **dict.fromkeys(SERVICES),
            "card_holders": CardNumbers(),
            "subject_names": PersonNames(),
            "sample_logins": SampleLogins(),
        },
    )


def open_to_all(parts: Parts) -> Parts:
    """An installation where whoever has a phone registers and founds."""
    sign_in = msgspec.structs.replace(parts.settings.sign_in, registration="open")
    settings = msgspec.structs.replace(parts.settings, sign_in=sign_in)
    return Parts(**{**vars(parts), "settings": settings})


class Browser(httpx.AsyncClient):
    """One browser: keeps cookies and sends what our pages send."""

    def __init__(self, parts: Parts, *, address: str = "192.0.2.7") -> None:
        transport = httpx.ASGITransport(console_app(parts), client=(address, 50000))  # type: ignore[arg-type]
        super().__init__(
            transport=transport,
            base_url="http://linli.test/api/console",
            headers={"x-linli-request": "1", "accept-language": "en"},
        )

    async def sign_in(self, login: str = SETUP["login"], password: str = PASSWORD) -> httpx.Response:
        return await self.post("/session", json={"login": login, "password": password})


@pytest.fixture
async def browser(parts: Parts) -> AsyncIterator[Browser]:
    async with Browser(parts) as browser:
        yield browser


@pytest.fixture
async def administrator(browser: Browser, parts: Parts) -> Browser:
    """A browser signed in as the operator and tenant administrator that the wizard made."""
    code = setup_code.ensure(setup_code.file_of(parts.settings))
    answer = await browser.post("/setup", json={**SETUP, "code": code})
    assert answer.status_code == 201, answer.text
    return browser


@pytest.fixture
def worker(parts: Parts) -> Worker:
    """Sends messages to the operator's page when told to run."""
    jobs = Jobs()
    codes.register(jobs, OutboxSms(parts.db, parts.secrets, parts.ids), parts.secrets, parts.clock)
    return Worker(parts.db, parts.clock, jobs)


async def codes_sent(parts: Parts, worker: Worker) -> list[str]:
    """Codes on the operator's page, the latest first."""
    await worker.run_once()
    found = await sms_outbox.waiting(parts.db, secrets=parts.secrets)
    return [match[0] for _, text in found if (match := re.search(r"\d{6}", text))]
