"""The installation that is attacked: `linli serve` over TLS, two companies, and people of each kind with a log-in."""

import asyncio
import json
import re
import ssl
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import bindparam, select

from linli.app.platform import Platform
from linli.domains.access.service import doors
from linli.domains.people.models.persons import persons
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts, sms_outbox
from linli.kernel import tenancy
from linli.kernel.clock import SystemClock
from linli.kernel.db import Query, open_database
from linli.kernel.secrets import Secrets
from linli.ops.tls import Authority
from tests.campaigns.caller import Caller
from tests.campaigns.site import PASSWORD, Site, make_site, settings_of
from tests.real.platform import START_SECONDS, Installation

ADMINISTRATOR = "13800138000"
OPERATOR, GUARD, MANAGER, STRANGER = "13700000001", "13700000002", "13700000003", "13700000009"
RESIDENT, NEIGHBOUR = "13600000001", "13600000002"
CANARY = "金丝雀住户"
"""The resident's name: whoever reads it has read something of the attacked company."""
TOKEN = ("/solution/community/paas/token/get", "1.0.0")
SAVE_MEMBER = ("/solution/community/paas/house/member/save", "1.0.5")
HEADERS = {"x-linli-request": "1", "accept-language": "en"}
_person_number = Query(
    select(persons.c.id).where(persons.c.identity_id == bindparam("identity")),
    unscoped="the attacked company's own resident",
)


@dataclass
class SecureInstallation(Installation):
    """One whose web is served over TLS, by a certificate of its own authority."""

    trust: ssl.SSLContext | None = None

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.http_port}"

    def wait_ready(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5, context=self.trust) as answer:
                    if json.load(answer)["ready"]:
                        return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"linli serve did not get ready:\n{self.log()}")


def secure_installation(folder: Path, database: str, **settings: str) -> SecureInstallation:
    """In `folder`, which is made; `settings` as environment variables."""
    authority = Authority(folder / "tls")
    now_ms = SystemClock().now_ms()
    authority.create("attacked", now_ms=now_ms)
    authority.issue(["localhost", "127.0.0.1"], now_ms=now_ms)
    more = {
        "LINLI_TLS_CERTIFICATE": str(authority.server_certificate),
        "LINLI_TLS_KEY": str(authority.server_key),
        "LINLI_WEBHOOKS_ALLOW_PRIVATE": "false",
        **settings,
    }
    trust = ssl.create_default_context(cafile=str(authority.certificate))
    return SecureInstallation(folder / "data", database, more=more, trust=trust)


@dataclass
class Target:
    """What an attacker may know of it, and the browsers of those who attack or are attacked."""

    installation: SecureInstallation
    site: Site
    stranger_tenant: str = ""
    hurry: bool = False
    """Leave out what waits for minutes."""
    browsers: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    parts: AsyncExitStack = field(default_factory=AsyncExitStack)
    person: str = ""
    """identityId of the resident."""

    def new_browser(self) -> httpx.AsyncClient:
        """Of nobody yet; closed by whoever asked for it."""
        assert self.installation.trust is not None
        return httpx.AsyncClient(
            base_url=f"{self.installation.url}/api/console", headers=HEADERS, verify=self.installation.trust,
            trust_env=False, timeout=30,
        )  # fmt: skip

    def caller(self, client: httpx.AsyncClient) -> Caller:
        """The integrator's key, used by `client`, whose base is the installation's address."""
        return Caller(client, self.site.app_key, self.site.secret)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        assert self.installation.trust is not None
        async with httpx.AsyncClient(
            base_url=self.installation.url, verify=self.installation.trust, trust_env=False, timeout=30
        ) as client:
            yield client

    async def code_for(self, phone: str) -> str:
        """The latest one-time code sent to a phone, as its owner reads it."""
        secrets = Secrets.from_file(self.installation.folder / "master.key")
        database = await open_database(settings_of(self.installation).database)
        try:
            async with asyncio.timeout(20):
                while True:
                    for row, text in await sms_outbox.waiting(database, secrets=secrets):
                        if row.phone == phone and (code := re.search(r"\d{6}", text)):
                            return code[0]
                    await asyncio.sleep(0.05)
        finally:
            await database.close()

    async def move_in(self) -> None:
        """A resident of the first house, registered by the company, and their own log-in."""
        async with self.client() as client:
            caller = self.caller(client)
            token = await caller.ok(*TOKEN, {"communityId": self.site.community_id})
            caller.cloud_token = token["cloudToken"]
            house = str(self.site.houses[0])
            wish = {"houseSpaceId": house, "name": CANARY, "type": 1, "mobile": RESIDENT}
            self.person = (await caller.ok(*SAVE_MEMBER, wish))["identityId"]
        database = await open_database(settings_of(self.installation).database)
        try:
            account = await accounts.find_account(database, RESIDENT)
            number = int(await _person_number.scalar(database, identity=self.person))
            assert account is not None
            async with database.begin() as tx:
                await accounts.link_person(
                    tx, account_id=account.id, tenant_id=self.site.tenant_id, person_id=number
                )
        finally:
            await database.close()

    async def sign_in(self, name: str, login: str, password: str = PASSWORD) -> httpx.AsyncClient:
        browser = await self.parts.enter_async_context(self.new_browser())
        answer = await browser.post("/session", json={"login": login, "password": password})
        assert answer.status_code == 200, answer.text
        self.browsers[name] = browser
        return browser


async def make_target(installation: SecureInstallation) -> Target:
    """Set up before anything is served."""
    site = await make_site(installation, doors=1, meters=2, houses=4)
    target = Target(installation, site)
    platform = await Platform.open(settings_of(installation))
    try:
        hashed, now_ms = await accounts.hash_password(PASSWORD), platform.clock.now_ms()
        async with platform.db.begin() as tx:
            target.stranger_tenant = await tenancy.create_tenant(tx, name="陌生公司", ids=platform.ids)
            grants: dict[str, dict[str, Any]] = {
                OPERATOR: {"role": Role.OPERATOR},
                STRANGER: {"role": Role.TENANT_ADMIN, "tenant_id": target.stranger_tenant},
                GUARD: {
                    "role": Role.STAFF, "tenant_id": site.tenant_id, "community_id": site.community_id,
                },
                MANAGER: {
                    "role": Role.COMMUNITY_MANAGER, "tenant_id": site.tenant_id,
                    "community_id": site.community_id,
                },
            }  # fmt: skip
            for login, grant in grants.items():
                number = await accounts.create_account(
                    tx,
                    login=login,
                    password_hash=hashed,
                    proven=True,
                    name=login,
                    ids=platform.ids,
                    now_ms=now_ms,
                )
                await accounts.grant_role(tx, account_id=number, now_ms=now_ms, **grant)
            await doors.register_door(
                site.owner,
                tx,
                new=doors.NewDoor(community_id=site.community_id, name="北门", iot_id=site.iot_ids["door-0"]),
                keys=platform.door_keys,
                now_ms=now_ms,
            )
            await accounts.create_account(
                tx,
                login=RESIDENT,
                password_hash=hashed,
                proven=True,
                name="住户",
                ids=platform.ids,
                now_ms=now_ms,
            )
    finally:
        await platform.db.close()
    return target


@asynccontextmanager
async def serving(target: Target) -> AsyncIterator[Target]:
    """Started, with everybody signed in, until the block ends."""
    await asyncio.to_thread(target.installation.start)
    try:
        async with target.parts:
            for name, login in {
                "administrator": ADMINISTRATOR, "operator": OPERATOR, "guard": GUARD, "manager": MANAGER,
                "stranger": STRANGER,
            }.items():  # fmt: skip
                await target.sign_in(name, login)
            await target.move_in()
            await target.sign_in("resident", RESIDENT)
            yield target
    finally:
        await asyncio.to_thread(target.installation.stop)
