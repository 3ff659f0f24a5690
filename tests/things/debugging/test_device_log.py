"""The log of a device: every source in one order, found by kind, time and text, page by page; notes of what was handled
and refused."""

import asyncio

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.protocols import mqtt
from linli.things.debugging import trace
from linli.things.debugging.device_log import LogKind, LogPage, LogSearch, find_entries
from linli.things.debugging.notes import MOST_REFUSED, Notes
from linli.things.debugging.refused_uplinks import cause_of, find_refused, list_refused
from linli.things.device_logs.lines import Line
from linli.things.device_logs.service import keep_lines
from linli.things.inbox.commits import Commits
from linli.things.inbox.messages import Message
from linli.things.inbox.refusals import Refusal
from linli.things.queries.devices import get_device
from tests.things.conftest import Site
from tests.things.device import MakePlatform, Platform


async def number(database: Database, site: Site) -> int:
    return (await get_device(site.tenant, database, iot_id=site.device.iot_id)).device_no


@pytest.fixture
async def told(platform: Platform, site: Site, database: Database, clock: ManualClock, ids: Ids) -> int:
    """A device that said and was told something of everything, a second apart; its number."""
    device = await platform.connect(site.device)
    await clock.advance(1_000)
    await device.post({"Temperature": 21.5, "Label": "marble hall"})
    await clock.advance(1_000)
    await device.post({"Nobody": 1})
    await clock.advance(1_000)
    await device.event("tamper", {"value": {}})
    await clock.advance(1_000)
    device.answers["thing.service.remoteOpen"] = lambda params: {}
    await platform.things.invoker.invoke(site.tenant, site.device.iot_id, "remoteOpen", {})
    await clock.advance(1_000)
    device_no = await number(database, site)
    async with database.begin() as tx:
        line = Line(clock.now_ms(), 3, "net", "4103", "t-1", "no route")
        await keep_lines(tx, device_no=device_no, lines=[line], ids=ids, now_ms=clock.now_ms())
    await platform.things.notes.flush()
    return device_no


async def search(database: Database, device_no: int, *kinds: LogKind, **given: object) -> LogPage:
    wanted = LogSearch()._replace(**given, **({"kinds": kinds} if kinds else {}))
    return await find_entries(database, device_no=device_no, search=wanted)


async def test_every_source_is_in_one_order(told: int, database: Database) -> None:
    found = await search(database, told)
    assert [entry.kind for entry in found.entries] == [
        "own", "down", "event", "refused", "property", "status",
    ]  # fmt: skip
    assert [entry.state for entry in found.entries] == [
        "ERROR", "answered", "handled", "refused", "handled", "handled",
    ]  # fmt: skip
    assert found.next is None
    assert found.entries[3].reason == "Nobody: is not in the thing model"
    assert found.entries[0].trace == "t-1"


async def test_pages_go_on_where_the_last_one_ended(told: int, database: Database) -> None:
    whole = [entry.place for entry in (await search(database, told)).entries]
    seen, before = [], None
    while True:
        page = await search(database, told, most=1, **({"before": before} if before else {}))
        seen += [entry.place for entry in page.entries]
        before = page.next
        if before is None:
            break
    assert seen == whole


@pytest.mark.parametrize(
    "given, kinds",
    [
        ({"needle": "MARBLE"}, ["property"]),
        ({"needle": "no route"}, ["own"]),
        ({"needle": "not in the thing model"}, ["refused"]),
        ({"needle": "nowhere"}, []),
        ({"kinds": ("event", "status")}, ["event", "status"]),
        ({"kinds": ("ota",)}, []),
    ],
    ids=str,
)
async def test_it_is_found_by_text_and_kind(
    told: int, database: Database, given: dict[str, object], kinds: list[str]
) -> None:
    found = await search(database, told, **given)
    assert [entry.kind for entry in found.entries] == kinds


async def test_it_is_found_by_time_and_by_id(told: int, database: Database) -> None:
    whole = (await search(database, told)).entries
    event = whole[2]
    only = await search(database, told, low_ms=event.at_ms, high_ms=event.at_ms + 500)
    assert only.entries == [event]
    assert (await search(database, told, needle=event.trace)).entries == [event]


async def test_refused_uplinks_are_kept_with_what_was_wrong(
    told: int, database: Database, site: Site, other: Site
) -> None:
    page = await list_refused(site.tenant, database, device_no=0, text="thing model", page=PageRequest(1, 20))
    (row,) = page.data
    assert (page.total, row.iot_id, cause_of(row.reason)) == (1, site.device.iot_id, "unknown")
    assert row.topic.endswith("/thing/event/property/post")
    assert b'"Nobody"' in row.payload
    assert await find_refused(other.tenant, database, device_no=told, seq=row.seq) is None
    nothing = await list_refused(other.tenant, database, device_no=0, text="", page=PageRequest(1, 20))
    assert nothing.total == 0


async def test_who_handled_a_message_and_how_long_it_took_is_noted(
    make_platform: MakePlatform, site: Site, database: Database
) -> None:
    platform = await make_platform()

    async def ring(tx: Tx, message: Message) -> None:
        if message.identifier == "passEvent":
            raise LinliError()

    platform.things.handlers.on_event("tamper", ring)
    platform.things.handlers.on_event("passEvent", ring)
    await platform.start()
    device = await platform.connect(site.device)
    await device.event("tamper", {"value": {}})
    await device.event("passEvent", {"value": {"code": 1}})
    await device.post({"LightSwitch": 1})
    await platform.things.dispatcher.settled()
    await platform.things.notes.flush()
    device_no = await number(database, site)
    rows = {}
    for entry in (await search(database, device_no, "event", "property")).entries:
        _, seq = trace.read_batch_id(entry.trace) or (0, 0)
        row = await trace.find_uplink(database, device_no=device_no, seq=seq)
        assert row is not None
        rows[row.identifier or row.kind] = row
    assert rows["tamper"].done_ms is not None
    assert (rows["tamper"].handlers or "").endswith(".ring")
    assert (rows["passEvent"].state, rows["passEvent"].done_ms) == ("parked", None)
    assert (rows["property"].state, rows["property"].done_ms) == (None, None)


async def test_a_commit_is_known_to_every_process_once_it_is_written_down(
    platform: Platform, site: Site, database: Database
) -> None:
    device = await platform.connect(site.device)
    await device.post({"LightSwitch": 1})
    (entry,) = (await search(database, await number(database, site), "property")).entries
    commit = await platform.things.ingest.commits.find(database, entry.number)
    assert commit is not None
    assert commit.first_seq <= entry.number <= commit.last_seq
    await platform.things.notes.flush()
    elsewhere = Commits()
    assert await elsewhere.find(database, entry.number) == commit
    assert await elsewhere.find(database, entry.number + 10**9) is None
    assert await elsewhere.find(database, entry.number - 10**9) is None


@pytest.mark.engines("sqlite", "postgresql")
async def test_processes_commit_side_by_side(database: Database, ids: Ids, clock: ManualClock) -> None:
    # Their batches overlap in numbers; whose a message is, its slot tells.
    notes = {slot: Notes(database, Commits(), ids, clock) for slot in (3, 5)}
    base = Ids.number_at(clock.now_ms())
    for slot, one in notes.items():
        one._commits.note(base + slot, base + 64 * 20 + slot, clock.now_ms() + slot, 2)
        one._commits.note(base + 64 * 30 + slot, base + 64 * 31 + slot, clock.now_ms() + 10 + slot, 2)
        await one.flush()
    for slot in notes:
        found = await Commits().find(database, base + 64 * 20 + slot)
        assert found is not None
        assert found.at_ms == clock.now_ms() + slot
        assert await Commits().find(database, base + 64 * 25 + slot) is None


@pytest.mark.engines("sqlite", "postgresql")
async def test_turns_at_once_write_each_commit_once_and_keep_what_comes_meanwhile(
    database: Database, ids: Ids, clock: ManualClock
) -> None:
    commits = Commits()
    notes = Notes(database, commits, ids, clock)
    base = Ids.number_at(clock.now_ms())
    commits.note(base, base + 64, clock.now_ms(), 2)
    turns = [asyncio.ensure_future(notes.flush()) for _ in range(3)]
    await asyncio.sleep(0)
    commits.note(base + 128, base + 192, clock.now_ms(), 2)
    await asyncio.gather(*turns)
    await notes.flush()
    assert not commits.any
    for number in (base, base + 128):
        assert await Commits().find(database, number) is not None


async def test_a_turn_that_was_stopped_after_its_commit_is_written_again(
    database: Database, ids: Ids, clock: ManualClock
) -> None:
    commits = Commits()
    notes = Notes(database, commits, ids, clock)
    base = Ids.number_at(clock.now_ms())
    commits.note(base, base + 64, clock.now_ms(), 2)
    async with database.begin() as tx:
        await commits.write(tx)  # and the task is cancelled before it forgets
    commits.note(base + 128, base + 192, clock.now_ms(), 2)
    await notes.flush()
    assert not commits.any
    for number in (base, base + 128):
        assert await Commits().find(database, number) is not None


async def test_a_flood_of_refusals_is_noted_in_part(database: Database, ids: Ids, clock: ManualClock) -> None:
    notes = Notes(database, Commits(), ids, clock)
    for place in range(MOST_REFUSED + 50):
        notes.refused(Refusal(1, clock.now_ms(), "/t", b"{}", f"refusal {place}"))
    await notes.flush()
    found = await find_entries(database, device_no=1, search=LogSearch(kinds=("refused",), most=1_000))
    assert len(found.entries) == MOST_REFUSED


async def test_a_topic_that_is_not_the_devices_own_is_among_its_refused_messages(
    platform: Platform, site: Site, database: Database
) -> None:
    device = await platform.connect(site.device)
    theirs = f"/sys/{site.device.product_key}/somebody-else/thing/event/property/post"
    await device.publish(theirs, b'{"params":{}}')
    assert (await device.next()).topic.startswith("/ext/error/")
    device.client.send(mqtt.Subscribe(77, (("/sys/a1aaaaaaaaa/x/#", 0), (device.topic("#"), 0))))
    await device.post({"Nobody": 1})
    await platform.things.notes.flush()
    device_no = await number(database, site)
    page = await list_refused(site.tenant, database, device_no=device_no, text="", page=PageRequest(1, 10))
    told = {row.topic: (cause_of(row.reason), row.reason.partition(":")[0], row.payload) for row in page.data}
    assert told[theirs] == ("topic", "publish not allowed", b'{"params":{}}')
    assert told["/sys/a1aaaaaaaaa/x/#"] == ("topic", "subscribe not allowed", b"")
    assert [cause for cause, _, _ in told.values()].count("unknown") == 1
    assert len(told) == 3
