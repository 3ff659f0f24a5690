"""What the inbox does when something breaks: nothing acknowledged is lost, nothing comes back for ever."""

import asyncio
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Query, Tx
from linli.kernel.errors import Unavailable
from linli.protocols import mqtt
from linli.things.inbox.batch import Batch
from linli.things.inbox.messages import Message
from linli.things.inbox.posts import Posts
from linli.things.models import points
from tests.things.conftest import Site
from tests.things.device import Device, Platform, until

_values = Query(select(points.c.value).order_by(points.c.seq))


async def values(database: Database) -> list[float]:
    return [value for (value,) in await _values.all(database)]


class Faulty:
    """Stands before `Batch.write`: raises what a test wants."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fail: Any = lambda batch: None
        write = Batch.write

        async def guarded(batch: Batch, tx: Tx) -> None:
            await write(batch, tx)
            if (error := self.fail(batch)) is not None:
                raise error

        monkeypatch.setattr(Batch, "write", guarded)


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Faulty:
    return Faulty(monkeypatch)


def body(value: float, id: str = "1") -> bytes:
    return msgspec.json.encode({"id": id, "params": {"Temperature": value}})


async def test_without_the_database_nothing_is_acknowledged(
    platform: Platform, site: Site, database: Database, faulty: Faulty, clock: ManualClock
) -> None:
    device = await platform.connect(site.device, clean=False)
    faulty.fail = lambda batch: Unavailable() if batch.uplinks else None
    with pytest.raises(TimeoutError):
        await publish_briefly(device, body(1))
    assert await device.closed()
    assert await values(database) == []

    faulty.fail = lambda batch: None
    await clock.advance(1000)
    device = await platform.connect(site.device, clean=False)
    await device.publish(device.topic("thing/event/property/post"), body(1), dup=True)
    assert await values(database) == [1]


async def publish_briefly(device: Device, payload: bytes) -> None:
    async with asyncio.timeout(0.3):
        await device.publish(device.topic("thing/event/property/post"), payload)


async def test_a_message_that_cannot_be_written_takes_no_other_with_it(
    platform: Platform, site: Site, other: Site, database: Database, faulty: Faulty
) -> None:
    def poison(batch: Batch) -> Exception | None:
        found = any(b'"Temperature":13' in uplink.payload for uplink in batch.uplinks)
        return ValueError("no column takes this") if found else None

    faulty.fail = poison
    device, neighbour = await platform.connect(site.device), await platform.connect(other.device)
    topic = device.topic("thing/event/property/post")
    # in one write, so that they reach the inbox together
    device.client.send(
        *(mqtt.Publish(topic, body(v, str(n)), 0, 0) for n, v in enumerate((1, 13, 2), start=1000))
    )
    replies = [msgspec.json.decode((await device.next()).payload) for _ in range(3)]
    assert [(reply["id"], reply["code"]) for reply in replies] == [
        ("1000", 200),
        ("1001", 500),
        ("1002", 200),
    ]
    await neighbour.post({"Temperature": 3})
    assert await values(database) == [1, 2, 3]


async def test_a_reading_that_breaks_is_answered(
    platform: Platform, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(posts: Posts, *args: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Posts, "_keep_event", broken)
    device = await platform.connect(site.device)
    assert (await device.event("passEvent", {"code": 0}))["code"] == 500
    assert (await device.post({"Temperature": 1}))["code"] == 200


async def test_a_listener_that_fails_stops_nothing(
    platform: Platform, site: Site, database: Database
) -> None:
    heard: list[Message] = []

    def broken(messages: list[Message]) -> None:
        raise ZeroDivisionError

    platform.things.ingest.on_committed[:0] = [broken]
    platform.things.ingest.on_committed.append(heard.extend)
    device = await platform.connect(site.device)
    for value in (1, 2):
        assert (await device.post({"Temperature": value}))["code"] == 200
    assert await values(database) == [1, 2]

    async def all_heard() -> bool:
        return [m.values for m in heard if m.kind == "property"] == [{"Temperature": 1}, {"Temperature": 2}]

    await until(all_heard)


async def test_what_has_arrived_is_written_before_the_end(
    platform: Platform, site: Site, database: Database
) -> None:
    device = await platform.connect(site.device)
    topic = device.topic("thing/event/property/post")
    device.client.send(*(mqtt.Publish(topic, body(n), 0, 0) for n in range(40)))
    await device.next()
    await platform.stop()
    assert await values(database) == list(range(40))


async def test_it_ends_without_the_database_too(
    platform: Platform, site: Site, faulty: Faulty, clock: ManualClock
) -> None:
    """What cannot be written is given back once, not for ever."""
    device = await platform.connect(site.device)
    faulty.fail = lambda batch: Unavailable()
    platform.things.switchboard.kick(site.device.product_key, site.device.device_name)
    assert await device.closed()
    ending = asyncio.create_task(platform.things.ingest.stop())
    async with asyncio.timeout(30):
        while not ending.done():  # it may reach its back-off only after some turns of the loop
            await clock.advance(1000)
            await asyncio.sleep(0.01)
