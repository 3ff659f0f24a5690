"""Event streams over a real socket: signed or with a ticket, resumed, confirmed, replayed, stopped."""

import asyncio
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest

from linli.databus import delivery_log, replay, subscriptions
from linli.databus.queues.horizon import Horizon
from linli.databus.sse.http import PREFIX, EventStreams
from linli.databus.sse.tickets import TICKET_MS, Tickets
from linli.databus.subscription_rows import Filters, get_subscription
from linli.kernel import tenancy
from tests.databus.house import DataHouse
from tests.databus.test_webhooks import say, until


class Site(DataHouse):
    """Gateway, data calls and event streams on one port."""

    async def start(self):
        await super().start()
        self.tickets = Tickets(b"key")
        self.streams = EventStreams(self.db, self.clock, Horizon(self.db), self.api.gateway, self.tickets)
        self.streams.start()
        before = self.server.app

        async def app(scope, receive, send):
            await (self.streams if scope["path"].startswith(PREFIX) else before)(scope, receive, send)

        self.server.app = app

    async def stop(self):
        await self.streams.stop()
        await super().stop()

    @asynccontextmanager
    async def stream(self, project, number, *, query="", **headers):
        """The open stream of a subscription, signed by its key."""
        path = f"/subscriptions/{number}/events{query}"
        signed = self.partner(project).headers(path, b"", method="GET")
        async with (
            httpx.AsyncClient(timeout=100) as client,
            client.stream("GET", self.url + path, headers={**signed, **headers}) as answer,
        ):
            yield Events(answer)


class Events:
    def __init__(self, answer):
        self.answer = answer
        self._lines = answer.aiter_lines() if answer.status_code == 200 else None

    async def take(self, count):
        """The next (id, payload)s."""
        found, number = [], None
        async with asyncio.timeout(30):
            async for line in self._lines:
                if line.startswith("id: "):
                    number = int(line[4:])
                elif line.startswith("data: ") and number is not None:
                    found.append((number, msgspec.json.decode(line[6:])))
                    if len(found) == count:
                        return found
        return found

    async def line(self, start):
        """The next line that begins so."""
        async with asyncio.timeout(30):
            async for line in self._lines:
                if line.startswith(start):
                    return line
        return None


@pytest.fixture
async def site(db, clock, ids, secrets, tmp_path):
    site = Site(db, clock, ids, secrets, tmp_path)
    await site.start()
    yield site
    await site.stop()


async def subscribe(db, project, ids, secrets, **filters):
    async with db.begin() as tx:
        number, _ = await subscriptions.create_subscription(
            project.owner,
            tx,
            new=subscriptions.NewQueue(
                app_key=project.app_key, kind="sse", name="screen", filters=Filters(**filters)
            ),
            ids=ids,
            secrets=secrets,
        )
    return number


def ids_of(events):
    return [said["payload"]["ids"][0] for _, said in events]


async def keep_time(clock, condition):
    """Let the stream's own seconds pass until something holds."""

    async def step():
        await clock.advance(250)
        return await condition()

    return await until(step, 30)


@pytest.mark.covers("API-16", "H-21")
async def test_a_stream_goes_on_after_the_last_message_that_the_client_has(
    db, clock, ours, ids, secrets, site
):
    number = await subscribe(db, ours, ids, secrets)
    for n in range(5):
        await say(db, ours, n)
    async with site.stream(ours, number) as events:
        assert events.answer.headers["content-type"].startswith("text/event-stream")
        taken = asyncio.create_task(events.take(5))
        await keep_time(clock, lambda: _done(taken))
        told = taken.result()
        assert ids_of(told) == ["0", "1", "2", "3", "4"]
        assert told[0][1]["topic"] == f"/sys/appkey/{ours.app_key}/community/space/change"
        await say(db, ours, 5)
        taken = asyncio.create_task(events.take(1))
        await keep_time(clock, lambda: _done(taken))
        assert ids_of(taken.result()) == ["5"]
    await say(db, ours, 6)
    # It had processed up to the third only: what came after comes again.
    async with site.stream(ours, number, **{"Last-Event-ID": str(told[2][0])}) as events:
        taken = asyncio.create_task(events.take(4))
        await keep_time(clock, lambda: _done(taken))
        assert ids_of(taken.result()) == ["3", "4", "5", "6"]


async def _done(task):
    return task.done()


async def test_without_memory_a_client_goes_on_where_the_subscription_stands(
    db, clock, ours, ids, secrets, site
):
    number = await subscribe(db, ours, ids, secrets)
    await say(db, ours, 1)
    async with site.stream(ours, number) as events:
        taken = asyncio.create_task(events.take(1))
        await keep_time(clock, lambda: _done(taken))

        async def kept():
            return not (await delivery_log.progress(ours.owner, db, subscription_id=number)).backlog

        await keep_time(clock, kept)
    await say(db, ours, 2)
    async with site.stream(ours, number, query="?ack=manual") as events:
        taken = asyncio.create_task(events.take(1))
        await keep_time(clock, lambda: _done(taken))
        assert ids_of(taken.result()) == ["2"]
        for _ in range(8):
            await clock.advance(500)
            await asyncio.sleep(0.01)
    # Nobody confirmed it, so it comes again; confirmed, it does not.
    assert (await delivery_log.progress(ours.owner, db, subscription_id=number)).backlog == 1
    async with db.begin() as tx:
        await replay.confirm(ours.owner, tx, subscription_id=number, message_id=taken.result()[0][0])
    assert not (await delivery_log.progress(ours.owner, db, subscription_id=number)).backlog


async def test_each_stream_has_its_own_place(db, clock, ours, ids, secrets, site):
    number = await subscribe(db, ours, ids, secrets)
    async with site.stream(ours, number) as one, site.stream(ours, number) as two:
        await one.line(": stream")
        await two.line(": stream")
        assert site.streams.counts() == {number: (ours.tenant_id, 2)}
        await say(db, ours, 7)
        both = asyncio.gather(one.take(1), two.take(1))
        await keep_time(clock, lambda: _done(both))
        assert [ids_of(told) for told in both.result()] == [["7"], ["7"]]


async def test_heartbeats_replay_and_the_end(db, clock, ours, ids, secrets, site):
    number = await subscribe(db, ours, ids, secrets)
    await say(db, ours, 1)
    async with site.stream(ours, number) as events:
        taken = asyncio.create_task(events.take(1))
        await keep_time(clock, lambda: _done(taken))
        beat = asyncio.create_task(events.line(": 1"))
        await keep_time(clock, lambda: _done(beat))
        async with db.begin() as tx:
            await replay.replay_since(ours.owner, tx, subscription_id=number, since_ms=0)
        assert replay.replay_of(await get_subscription(ours.owner, db, subscription_id=number)) is not None
        again = asyncio.create_task(events.take(1))
        await keep_time(clock, lambda: _done(again))
        assert ids_of(again.result()) == ["1"]
        # The stream writes how far it is meanwhile: whoever loses that race begins again, as routes do.
        await db.run(lambda tx: subscriptions.delete_subscription(ours.owner, tx, subscription_id=number))
        ended = asyncio.create_task(events.line('data: {"reason"'))
        await keep_time(clock, lambda: _done(ended))
        assert ended.result() == 'data: {"reason":"deleted"}'


async def test_a_revoked_keys_stream_ends_at_once(db, clock, ours, ids, secrets, site):
    """Without a second passing: the clock stands still."""
    number = await subscribe(db, ours, ids, secrets)
    async with site.stream(ours, number) as events:
        assert await events.line(": stream of")
        async with db.begin() as tx:
            await tenancy.enable_app_key(ours.owner, tx, app_key=ours.app_key, enabled=False)
        assert await events.line("event: closed")
        assert await events.line("data: ") == 'data: {"reason":"disabled"}'


async def test_who_may_open_a_stream(db, clock, ours, theirs, ids, secrets, site):
    number = await subscribe(db, ours, ids, secrets)
    async with site.stream(theirs, number) as events:
        assert events.answer.status_code == 404
    async with site.stream(ours, number + 1) as events:
        assert events.answer.status_code == 404
    async with site.stream(ours, number, **{"Last-Event-ID": "yesterday"}) as events:
        assert events.answer.status_code == 400
    ticket, until_ms = site.tickets.issue(number, ours.app_key, now_ms=clock.now_ms())
    assert until_ms == clock.now_ms() + TICKET_MS
    at = f"{site.url}/subscriptions/{number}/events"
    async with httpx.AsyncClient(timeout=100) as client:
        async with client.stream("GET", at, params={"ticket": ticket}) as answer:
            assert answer.status_code == 200
        assert (await client.get(at)).status_code == 400
        assert (await client.get(at, params={"ticket": ticket[:-1]})).status_code == 401
        assert (
            await client.get(f"{site.url}/subscriptions/{number + 1}/events?ticket={ticket}")
        ).status_code == 401
        await clock.advance(TICKET_MS + 1)
        assert (await client.get(at, params={"ticket": ticket})).status_code == 401
        fresh, _ = site.tickets.issue(number, ours.app_key, now_ms=clock.now_ms())
        async with db.begin() as tx:
            await subscriptions.enable_subscription(ours.owner, tx, subscription_id=number, enabled=False)
        assert (await client.get(at, params={"ticket": fresh})).status_code == 409
        async with db.begin() as tx:
            await tenancy.enable_app_key(ours.owner, tx, app_key=ours.app_key, enabled=False)
        assert (await client.get(at, params={"ticket": fresh})).status_code == 403
