"""`kill -9` of the serving platform while a door rings a home."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from linli.domains.intercom.models import calls
from linli.domains.intercom.rows import CallRow
from linli.domains.intercom.service import numbers
from linli.kernel import tenancy
from linli.kernel.clock import SystemClock
from linli.kernel.db import Query, open_database
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from tests.domains.intercom.sip.phone import Phone
from tests.engines import free_port
from tests.real.platform import Installation

_all = Query(select(calls).order_by(calls.c.id), CallRow, unscoped="a test reads all")


@pytest.mark.slow
async def test_a_ring_becomes_a_missed_call_and_no_phone_is_forgotten(tmp_path: Path) -> None:
    folder, port = tmp_path / "data", free_port()
    folder.mkdir()
    made = Installation(folder, more={"LINLI_SIP_PORT": str(port)})
    await asyncio.to_thread(made.start)
    phones: list[Phone] = []
    try:
        await asyncio.to_thread(made.stop)
        url = f"sqlite:///{folder}/linli.db"
        secrets, ids = Secrets.from_file(folder / "master.key"), Ids()
        db = await open_database(url, clock=SystemClock())
        async with db.begin() as tx:
            tenant_id = await tenancy.create_tenant(tx, name="物业", ids=ids)
            project_id = await tenancy.create_project(Scope.system(tenant_id), tx, name="a", ids=ids)
            scope = Scope(
                tenant_id,
                Caller("app", "a"),
                frozenset(),
                project_id=project_id,
                projects=frozenset([project_id]),
            )
            rows = await numbers.add_accounts(scope, tx, count=2, kind=0, ids=ids, secrets=secrets, now_ms=0)
        await db.close()
        await asyncio.to_thread(made.start)
        for row in rows:
            password = secrets.open(row.password, about=f"sip:{row.number}")
            phones.append(await Phone.open(port, row.number, password))
            assert (await phones[-1].register()).status == 200
        caller, callee = phones
        await caller.call(callee.number)
        await callee.request("INVITE")
        made.kill()
        await asyncio.to_thread(made.start)
        # Nobody logs in again.
        await caller.call(callee.number)
        await callee.request("INVITE")
        await asyncio.to_thread(made.stop)
        db = await open_database(url, clock=SystemClock())
        try:
            first, second = await _all.all(db)
        finally:
            await db.close()
        assert (first.state, first.outcome) == (2, "missed")
        assert first.ended_ms >= first.started_ms
        assert (second.state, second.outcome) == (2, "missed")
    finally:
        for phone in phones:
            phone.close()
        await asyncio.to_thread(made.stop)
