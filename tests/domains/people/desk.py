"""The console over the platform that partners call: one database, both surfaces."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from linli.console.parts import Parts
from linli.console.sources import SERVICES
from linli.domains.access.queries.card_holders import CardNumbers
from linli.domains.communities.service.importer import Importer
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts, ownership, passwords
from linli.kernel.outbox import Jobs, Worker
from tests.console.conftest import PASSWORD, Browser
from tests.domains.people.conftest import Home

_HASHED: dict[str, str] = {}


def parts_of(home: Home) -> Parts:
    platform = home.platform
    return Parts(
        db=platform.db,
        clock=platform.clock,
        ids=platform.ids,
        secrets=platform.secrets,
        objects=platform.store,
        settings=platform.settings,
        services={
            **dict.fromkeys(SERVICES),
            "card_holders": CardNumbers(),
            "importer": Importer(platform.db, platform.store, platform.ids, platform.clock, platform.secrets),
        },
    )


@asynccontextmanager
async def importing(home: Home) -> AsyncIterator[None]:
    """Somebody works on the imports that are handed in."""
    platform, jobs = home.platform, Jobs()
    Importer(platform.db, platform.store, platform.ids, platform.clock, platform.secrets).register(jobs)
    worker = Worker(platform.db, platform.clock, jobs)
    await worker.start()
    try:
        yield
    finally:
        await worker.stop()


async def log_in_as(home: Home, login: str, role: Role | None = None, **place: Any) -> int:
    """A log-in with a role; the account's id."""
    platform = home.platform
    if PASSWORD not in _HASHED:
        _HASHED[PASSWORD] = await accounts.hash_password(PASSWORD)
    now_ms = platform.clock.now_ms()
    async with platform.db.begin() as tx:
        account_id = await accounts.create_account(
            tx,
            login=login,
            password_hash=_HASHED[PASSWORD],
            proven=True,
            name=login,
            ids=platform.ids,
            now_ms=now_ms,
        )
        if role is not None:
            await accounts.grant_role(
                tx, account_id=account_id, role=role, now_ms=now_ms, tenant_id=home.partner.tenant_id, **place
            )
    return account_id


@asynccontextmanager
async def browser_of(home: Home, login: str, *, address: str = "192.0.2.7") -> AsyncIterator[Browser]:
    """Signed in with a password."""
    async with Browser(parts_of(home), address=address) as browser:
        answer = await browser.sign_in(login)
        assert answer.status_code == 200, answer.text
        yield browser


@asynccontextmanager
async def administrator_of(home: Home) -> AsyncIterator[Browser]:
    await log_in_as(home, "13700000001", Role.TENANT_ADMIN)
    async with browser_of(home, "13700000001") as browser:
        yield browser


async def set_password(home: Home, phone: str) -> None:
    """Give the log-in of a phone the test's password."""
    platform = home.platform
    account = await accounts.find_account(platform.db, phone)
    assert account is not None, phone
    async with platform.db.begin() as tx:
        now_ms = platform.clock.now_ms()
        await ownership.prove(tx, account_id=account.id, now_ms=now_ms)
        await passwords.set_password(
            tx, account_id=account.id, password_hash=_HASHED[PASSWORD], now_ms=now_ms
        )
