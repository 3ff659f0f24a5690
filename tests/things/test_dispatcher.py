"""Domain handlers: in order for each device, once each, poison parked, nothing lost over a restart."""

import asyncio

import msgspec
import pytest
from sqlalchemy import Column, Table, Text, select

from linli.kernel.clock import ManualClock
from linli.kernel.db import INT, Database, Query, Tx, metadata
from linli.kernel.errors import BadInput, NotFound, Unavailable
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.inbox.messages import Message
from linli.things.inbox.parked_messages import count_inbox, drop_parked, list_parked, retry_parked
from linli.things.models import inbox_work
from linli.things.service import devices
from tests.things.conftest import Site
from tests.things.device import Device, MakePlatform, Platform, until

PAGE = PageRequest()
_work = Query(select(inbox_work.c.seq, inbox_work.c.state))


class Book:
    """A handler that notes what it saw, in memory and (to see what is rolled back) as tags of the device."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        self.fail: dict[object, list[Exception]] = {}

    async def event(self, tx: Tx, message: Message) -> None:
        code = message.values["code"]
        await tx.insert(MARKS, {"code": code, "text": message.device.iot_id})
        if failures := self.fail.get(code):
            raise failures.pop(0)
        self.seen.append(code)


MARKS = Table("test_marks", metadata, Column("code", INT, primary_key=True), Column("text", Text))
_marks = Query(select(MARKS.c.code).order_by(MARKS.c.code))


@pytest.fixture(autouse=True)
async def marks(database: Database) -> None:
    await database.run_script(["CREATE TABLE IF NOT EXISTS test_marks (code BIGINT PRIMARY KEY, text TEXT)"])


metadata.remove(MARKS)  # it is this test's own


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
async def handled(make_platform: MakePlatform, book: Book) -> Platform:
    platform = await make_platform()
    platform.things.handlers.on_event("passEvent", book.event)
    return await platform.start()


async def passes(device: Device, *codes: int) -> None:
    for code in codes:
        assert (await device.event("passEvent", {"code": code}))["code"] == 200


async def settle(platform: Platform, clock: ManualClock) -> None:
    """Let handlers finish: the clock runs on while commits take their real time."""
    finished = asyncio.create_task(platform.things.dispatcher.settled())
    async with asyncio.timeout(30):
        while not finished.done():
            await clock.advance(500)
            await asyncio.sleep(0.002)


async def test_messages_are_handled_in_order_and_once(
    handled: Platform, site: Site, database: Database, book: Book, clock: ManualClock
) -> None:
    device = await handled.connect(site.device)
    await passes(device, *range(50))
    await device.event("tamper", {})  # nobody wants it
    await settle(handled, clock)
    assert book.seen == list(range(50))
    assert await _work.all(database) == []


async def test_what_breaks_is_tried_again_and_rolled_back_meanwhile(
    handled: Platform, site: Site, database: Database, book: Book, clock: ManualClock
) -> None:
    book.fail[1] = [RuntimeError("first"), RuntimeError("second")]
    device = await handled.connect(site.device)
    await passes(device, 0, 1, 2)
    await settle(handled, clock)
    assert book.seen == [0, 1, 2]
    assert await _marks.all(database) == [(0,), (1,), (2,)]


@pytest.mark.parametrize("tries", [1, 5])
async def test_poison_is_parked_with_its_reason_and_blocks_nobody(
    handled: Platform, site: Site, other: Site, database: Database, book: Book, clock: ManualClock, tries: int
) -> None:
    error = BadInput(field="code", rule="unknown") if tries == 1 else RuntimeError("broken\0")
    book.fail[1] = [error] * 5
    device = await handled.connect(site.device)
    await passes(device, 0, 1, 2)
    await settle(handled, clock)
    assert book.seen == [0, 2]
    assert await _marks.all(database) == [(0,), (2,)]

    (parked,) = (await list_parked(site.tenant, database, page=PAGE)).data
    assert (parked.iot_id, parked.kind, parked.identifier, parked.tries) == (
        site.device.iot_id, "event", "passEvent", tries,
    )  # fmt: skip
    assert parked.reason == ("bad_input: code: is not known" if tries == 1 else "RuntimeError: broken")
    assert msgspec.json.decode(parked.payload)["params"] == {"code": 1}
    assert await count_inbox(site.tenant, database) == (0, 1)
    # nobody else sees or touches it
    assert (await list_parked(other.tenant, database, page=PAGE)).total == 0
    for act in (retry_parked, drop_parked):
        with pytest.raises(NotFound):
            async with database.begin() as tx:
                await act(other.tenant, tx, iot_id=parked.iot_id, seq=parked.seq)

    book.fail.clear()
    async with database.begin() as tx:
        await retry_parked(site.tenant, tx, iot_id=parked.iot_id, seq=parked.seq)

    async def retried() -> bool:
        return book.seen == [0, 2, 1]

    await until(retried)
    await settle(handled, clock)
    assert await _work.all(database) == []


async def test_a_parked_message_can_be_dropped(
    handled: Platform, site: Site, database: Database, book: Book, clock: ManualClock
) -> None:
    book.fail[1] = [NotFound(what="door", id="x")]
    device = await handled.connect(site.device)
    await passes(device, 1)
    await settle(handled, clock)
    (parked,) = (await list_parked(site.tenant, database, page=PAGE)).data
    async with database.begin() as tx:
        await drop_parked(site.tenant, tx, iot_id=parked.iot_id, seq=parked.seq)
    assert await count_inbox(site.tenant, database) == (0, 0)
    with pytest.raises(NotFound):
        async with database.begin() as tx:
            await drop_parked(site.tenant, tx, iot_id=parked.iot_id, seq=parked.seq)


async def test_an_unreachable_database_is_waited_for(
    handled: Platform, site: Site, book: Book, clock: ManualClock
) -> None:
    book.fail[0] = [Unavailable() for _ in range(8)]
    device = await handled.connect(site.device)
    await passes(device, 0, 1)
    await settle(handled, clock)
    assert book.seen == [0, 1]


async def test_unfinished_messages_are_taken_up_after_a_restart(
    make_platform: MakePlatform, site: Site, database: Database, book: Book, clock: ManualClock
) -> None:
    first = await make_platform()

    async def stuck(tx: Tx, message: Message) -> None:
        raise Unavailable()

    first.things.handlers.on_event("passEvent", stuck)
    first.things.handlers.on_status(stuck)
    await first.start()
    device = await first.connect(site.device)
    await passes(device, 0, 1)
    await device.ask(
        "thing/event/property/batch/post",
        {
            "properties": {},
            "events": {"passEvent": [{"value": {"code": 2}, "time": 5}, {"value": {"code": 3}}]},
        },
    )
    await first.stop()

    second = await make_platform()
    statuses: list[str] = []

    async def status(tx: Tx, message: Message) -> None:
        statuses.append(message.identifier)

    second.things.handlers.on_event("passEvent", book.event)
    second.things.handlers.on_status(status)
    await second.start()
    await settle(second, clock)
    assert book.seen == [0, 1, 2, 3]
    assert statuses == ["online", "offline"]
    assert await _work.all(database) == []


async def test_memory_is_bounded_and_the_rest_is_read_from_the_work_list(
    make_platform: MakePlatform, site: Site, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.things.inbox.dispatcher.KEPT", 3)
    platform = await make_platform()
    platform.things.handlers.on_event("passEvent", book.event)
    await platform.start()
    device = await platform.connect(site.device)
    topic = device.topic("thing/event/passEvent/post")
    for code in range(40):  # faster than one by one
        body = msgspec.json.encode({"id": "1", "params": {"code": code}})
        await device.publish(topic, body)

    async def all_seen() -> bool:
        return len(book.seen) == 40

    await until(all_seen)
    assert book.seen == list(range(40))


async def test_devices_do_not_wait_for_one_another(
    handled: Platform,
    site: Site,
    book: Book,
    database: Database,
    ids: Ids,
    secrets: Secrets,
    clock: ManualClock,
) -> None:
    async with database.begin() as tx:
        second = await devices.create_device(
            site.tenant,
            tx,
            values=devices.DeviceValues(product_key=site.product_key),
            ids=ids,
            secrets=secrets,
        )
    book.fail[0] = [RuntimeError("again")]
    one, two = await handled.connect(site.device), await handled.connect(second)
    await passes(one, 0, 1)
    await passes(two, 2, 3)

    async def others() -> bool:
        return book.seen == [2, 3]

    await until(others)
    await settle(handled, clock)
    assert book.seen == [2, 3, 0, 1]


async def test_handlers_of_a_deleted_device_do_not_run(
    handled: Platform, site: Site, database: Database, book: Book, clock: ManualClock
) -> None:
    book.fail[0] = [RuntimeError("again")]
    device = await handled.connect(site.device)
    await passes(device, 0, 1)
    async with database.begin() as tx:
        await devices.delete_device(Scope.system(site.tenant.tenant_id), tx, iot_id=site.device.iot_id)
    await settle(handled, clock)
    assert book.seen == []
    assert await device.closed()
