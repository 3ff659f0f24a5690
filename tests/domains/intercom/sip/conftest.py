"""The SIP front on loopback sockets, with accounts in the database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from linli.domains.intercom.service import numbers
from linli.domains.intercom.sip.front import SipFront
from linli.domains.intercom.sip.log import CallLog
from linli.kernel import tenancy
from linli.kernel.clock import SystemClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Sip
from tests.domains.intercom.sip.phone import Phone


def call_log(db: Database, ids: Ids) -> CallLog:
    return CallLog(db, SystemClock(), ids, process="main")


@dataclass
class Exchange:
    db: Database
    ids: Ids
    secrets: Secrets
    scope: Scope
    other: Scope
    front: SipFront
    phones: list[Phone] = field(default_factory=list)

    async def account(self, *, kind: int = 0, scope: Scope | None = None) -> tuple[str, str]:
        async with self.db.begin() as tx:
            (row,) = await numbers.add_accounts(
                scope or self.scope, tx, count=1, kind=kind, ids=self.ids, secrets=self.secrets, now_ms=0
            )
        return row.number, self.secrets.open(row.password, about=f"sip:{row.number}")

    async def phone(self, *, scope: Scope | None = None, registered: bool = True, kind: int = 0) -> Phone:
        phone = await Phone.open(self.front.port, *await self.account(kind=kind, scope=scope))
        self.phones.append(phone)
        if registered:
            assert (await phone.register()).status == 200
        return phone

    async def group(self, *members: Phone) -> str:
        async with self.db.begin() as tx:
            (row,) = await numbers.add_groups(self.scope, tx, count=1, ids=self.ids, now_ms=0)
            await numbers.add_members(
                self.scope, tx, group_id=row.group_id, numbers=[phone.number for phone in members], now_ms=0
            )
        return row.group_id

    async def restart(self) -> None:
        await self.front.stop()
        self.front = SipFront(
            Sip(host="127.0.0.1", port=self.front.port),
            self.db,
            SystemClock(),
            self.secrets,
            call_log(self.db, self.ids),
            host="127.0.0.1",
        )
        await self.front.start()


@pytest.fixture
async def exchange(database: Database, ids: Ids) -> AsyncIterator[Exchange]:
    secrets = Secrets.random()
    scopes = []
    async with database.begin() as tx:
        tenant_id = await tenancy.create_tenant(tx, name="物业", ids=ids)
        owner = Scope.system(tenant_id)
        for name in ("a", "b"):
            project_id = await tenancy.create_project(owner, tx, name=name, ids=ids)
            scopes.append(
                Scope(
                    tenant_id,
                    Caller("app", name),
                    frozenset(),
                    project_id=project_id,
                    projects=frozenset([project_id]),
                )
            )
    front = SipFront(
        Sip(host="127.0.0.1", port=0),
        database,
        SystemClock(),
        secrets,
        call_log(database, ids),
        host="127.0.0.1",
    )
    await front.start()
    exchange = Exchange(database, ids, secrets, scopes[0], scopes[1], front)
    try:
        yield exchange
    finally:
        for phone in exchange.phones:
            phone.close()
        await exchange.front.stop()
