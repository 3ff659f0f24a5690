"""A device's message meets other units of work: stored once, handled once, at once."""

import asyncio
import itertools

import pytest
from sqlalchemy import Column, MetaData, Table, Text, select

from linli.kernel.db import INT, Database, Query, Tx
from linli.kernel.db.partitions import create_all
from linli.things.inbox.messages import Message
from linli.things.models import inbox, inbox_work
from tests.losing import Losing, losing
from tests.things.conftest import Site
from tests.things.device import MakePlatform

pytestmark = pytest.mark.engines("postgresql")

tables = MetaData()
marks = Table("race_marks", tables, Column("code", INT, primary_key=True), Column("text", Text))
_marks = Query(select(marks.c.code).order_by(marks.c.code))
_work = Query(select(inbox_work.c.seq))
_stored = Query(select(inbox.c.seq).where(inbox.c.identifier == "passEvent"))


async def mark(tx: Tx, message: Message) -> None:
    await tx.insert(marks, {"code": message.values["code"], "text": message.device.iot_id})


async def test_whichever_statement_is_lost_a_message_is_stored_and_handled_once_and_at_once(
    make_platform: MakePlatform, site: Site, database: Database
) -> None:
    """The clock stands still: what waits for another try would never be handled."""
    await create_all(database, database.clock.now_ms(), tables)
    platform = await make_platform()
    platform.things.handlers.on_event("passEvent", mark)
    await platform.start()
    device = await platform.connect(site.device)

    async def whole(code: int, at: int) -> Losing:
        with losing(at) as state:
            assert (await device.event("passEvent", {"code": code}))["code"] == 200
            await asyncio.wait_for(platform.things.dispatcher.settled(), 30)
        return state

    await whole(0, 0)  # a first message brings more than its own
    lost = []
    for code in itertools.count(1):  # work beside it may add a statement to one message and not to the next
        state = await whole(code, code)
        assert await _marks.all(database) == [(one,) for one in range(code + 1)], state
        if not state.lost:
            break
        lost.append(state.lost)
    assert any("race_marks" in statement for statement in lost)
    assert len(await _stored.all(database)) == code + 1
    assert await _work.all(database) == []
