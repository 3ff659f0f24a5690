"""Live pages served by one process hear of what happens in another."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from linli.app.live import MOST_A_SECOND, LiveRelay
from linli.console.hub import MISSED, Hub
from linli.kernel.clock import ManualClock
from linli.kernel.db import open_database
from linli.kernel.processes import Mail, Processes
from linli.kernel.scope import Caller, Scope

pytestmark = pytest.mark.engines("postgresql")
TENANT = "A" * 32


@pytest.fixture
async def open_hub(database_url: str, clock: ManualClock) -> AsyncIterator[Callable[[], Awaitable[Hub]]]:
    stops: list[Callable[[], Awaitable[None]]] = []

    async def make() -> Hub:
        db = await open_database(database_url, clock=clock)
        processes = Processes(db, clock, name="front")
        mail, hub = Mail(db, clock, processes.name), Hub()
        relay = LiveRelay(hub, db.signals, processes, mail, clock)
        await processes.enter()
        await mail.start()
        await relay.start()
        stops.extend((relay.stop, mail.stop, processes.stop, db.close))
        return hub

    yield make
    for stop in stops:
        await stop()


async def watched(hub: Hub, topic: str) -> None:
    async with asyncio.timeout(30):
        while not hub.watched(topic):
            await asyncio.sleep(0.01)


async def test_events_reach_pages_of_other_processes(open_hub: Callable[[], Awaitable[Hub]]) -> None:
    here, there = await open_hub(), await open_hub()
    assert here.idle
    page = there.subscribe({"pass": Scope(TENANT, Caller("staff", "1"))}, account_id=1)
    stranger = there.subscribe({"pass": Scope("B" * 32, Caller("staff", "2"))}, account_id=1)
    await watched(here, "pass")
    assert not here.watched("device")
    here.publish("device", {"no": 1}, tenant_id=TENANT)
    here.publish("pass", {"no": 2}, tenant_id=TENANT)
    event = await page.next(30)
    assert event is not None
    assert (event.topic, event.body) == ("pass", b'{"no":2}')
    assert await stranger.next(0.05) is None


async def test_what_was_too_much_is_told_as_missed(open_hub: Callable[[], Awaitable[Hub]]) -> None:
    here, there = await open_hub(), await open_hub()
    page = there.subscribe({"pass": Scope(TENANT, Caller("staff", "1"))}, account_id=1)
    await watched(here, "pass")
    for number in range(MOST_A_SECOND + 50):
        here.publish("pass", {"no": number}, tenant_id=TENANT)
    topics = set()
    while not topics >= {"pass", MISSED}:
        event = await page.next(30)
        assert event is not None
        topics.add(event.topic)
    assert topics == {"pass", MISSED}
    there.leave(page)
    async with asyncio.timeout(30):
        while here.watched("pass"):
            await asyncio.sleep(0.01)
