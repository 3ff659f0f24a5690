"""Webhooks against a real receiver: signed, in order, again until they get through, never to the wrong place."""

import asyncio
import contextlib
import socket
import struct
import threading
from contextlib import asynccontextmanager
from random import Random

import msgspec
import pytest

from linli.databus import changes, deliveries, delivery_log, records, replay, subscriptions, topics
from linli.databus import hub as hub_module
from linli.databus.hub import Hub
from linli.databus.queues import leases
from linli.databus.queues import pump as pump_module
from linli.databus.subscription_rows import Filters, get_subscription
from linli.databus.topics import CommunityChange, Kind
from linli.databus.webhook import signing
from linli.databus.webhook.pump import Limits, WebhookStopped
from linli.databus.webhook.sender import Sender
from linli.kernel import tenancy
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from tests.databus.attempts import attempts_of
from tests.databus.receiver import Receiver
from tests.databus.test_records import DOOR_MODEL, entrance

SECRET = "a secret of the integrator's own"


@asynccontextmanager
async def hub_of(db, clock, secrets, **limits):
    hub = Hub(
        db,
        clock,
        secrets,
        limits=Limits(allow_private=True, timeout_seconds=2.0, **limits),
        rng=Random(1),
    )
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()


@pytest.fixture
def rare_polls(monkeypatch):
    """For tests that let days pass: a manual clock wakes every sleeper on its way. Leases last as long, since hours
    go by between two turns of the loop that renews them."""
    monkeypatch.setattr(hub_module, "POLL_SECONDS", 1800.0)
    monkeypatch.setattr(pump_module, "POLL_SECONDS", 1800.0)
    monkeypatch.setattr(leases, "LEASE_MS", 90 * 86_400_000)


async def let_pass(clock, ms):
    """Move the clock by steps that leave the sender time to do what falls due."""
    while ms > 0:
        await clock.advance(min(ms, 1000))
        await asyncio.sleep(0.01)
        ms -= 1000


async def subscribe(db, project, ids, secrets, url, **filters):
    async with db.begin() as tx:
        number, _ = await subscriptions.create_webhook(
            project.owner,
            tx,
            app_key=project.app_key,
            name=f"hook {url}",
            url=url,
            filters=Filters(**filters),
            ids=ids,
            secrets=secrets,
            secret=SECRET,
        )
    return number


async def insert(db, project, n=0, community=101):
    async with db.begin() as tx:
        return await records.insert_record(
            project.owner, tx, model_id=DOOR_MODEL, row=entrance(n), community_id=community
        )


async def say(db, project, number, community=101, kind=Kind.SPACE):
    change = CommunityChange(community, [str(number)], "insert")
    async with db.begin() as tx:
        return await changes.publish(tx, kind, community, change, tenant_id=project.tenant_id)


async def until(condition, seconds=20):
    async with asyncio.timeout(seconds):
        while not (value := await condition()):
            await asyncio.sleep(0.005)
    return value


@pytest.mark.covers("B095")
async def test_a_new_record_is_told_at_once_signed_and_can_be_fetched(db, ours, ids, secrets, clock):
    async with Receiver() as receiver, hub_of(db, clock, secrets):
        await subscribe(db, ours, ids, secrets, receiver.url)
        record = await insert(db, ours)
        (told,) = await receiver.wait_for(1, seconds=1)
    assert told.path == "/hook?from=linli"
    assert told.json == {
        "modelId": DOOR_MODEL,
        "dataIds": [record],
        "operateType": "insert",
        "appId": "",
    }
    assert told.headers["x-linli-topic"] == f"/sys/appkey/{ours.app_key}/dop/model/data/change"
    assert told.headers["x-linli-app-key"] == ours.app_key
    assert told.headers["x-linli-attempt"] == "1"
    assert signing.verify(
        SECRET,
        told.headers["x-linli-timestamp"],
        told.body,
        told.headers["x-linli-signature"],
        now_ms=clock.now_ms(),
    )
    stale = clock.now_ms() + signing.MAX_AGE_MS + 1
    given = told.headers["x-linli-signature"]
    assert not signing.verify(SECRET, told.headers["x-linli-timestamp"], told.body, given, now_ms=stale)
    assert not signing.verify(
        SECRET, told.headers["x-linli-timestamp"], told.body + b" ", given, now_ms=clock.now_ms()
    )


async def test_the_payloads_and_topics_of_communities(db, ours, ids, secrets, clock):
    async with Receiver() as receiver, hub_of(db, clock, secrets):
        await subscribe(db, ours, ids, secrets, receiver.url)
        for kind in topics.COMMUNITY_KINDS:
            await say(db, ours, 7, kind=kind)
        got = await receiver.wait_for(3)
    assert {one.headers["x-linli-topic"] for one in got} == {
        f"/sys/appkey/{ours.app_key}/community/{kind}/change" for kind in ("space", "message", "user")
    }
    assert all(one.json == {"communityId": 101, "ids": ["7"], "type": "insert"} for one in got)


async def test_only_granted_communities_and_wanted_kinds_are_told(db, ours, theirs, ids, secrets, clock):
    async with Receiver() as receiver, hub_of(db, clock, secrets):
        await subscribe(
            db, ours, ids, secrets, receiver.url, kinds=("data", "space"), models=("iot_park_fee",)
        )
        await say(db, ours, 1, community=102)
        await say(db, theirs, 2, community=201)
        await say(db, ours, 3, kind=Kind.USER)
        await insert(db, ours)
        await say(db, ours, 4)
        (told,) = await receiver.wait_for(1)
        assert told.json["ids"] == ["4"]
        async with db.begin() as tx:
            await tenancy.grant_community(ours.owner, tx, project_id=ours.project_id, community_id=102)
        await say(db, ours, 5, community=102)
        assert (await receiver.wait_for(2))[1].json["ids"] == ["5"]
        async with db.begin() as tx:
            await tenancy.enable_app_key(ours.owner, tx, app_key=ours.app_key, enabled=False)
        await say(db, ours, 6)
        await asyncio.sleep(0.05)
        async with db.begin() as tx:
            await tenancy.enable_app_key(ours.owner, tx, app_key=ours.app_key, enabled=True)
        await say(db, ours, 7)
        assert [one.json["ids"] for one in (await receiver.wait_for(4))[2:]] == [["6"], ["7"]]


async def test_nothing_is_told_that_was_not_committed(db, ours, ids, secrets, clock):
    async with Receiver() as receiver, hub_of(db, clock, secrets):
        await subscribe(db, ours, ids, secrets, receiver.url)
        with pytest.raises(RuntimeError):
            async with db.begin() as tx:
                await records.insert_record(
                    ours.owner, tx, model_id=DOOR_MODEL, row=entrance(), community_id=101
                )
                raise RuntimeError
        await say(db, ours, 9)
        assert [one.json.get("ids") for one in await receiver.wait_for(1)] == [["9"]]


async def test_messages_about_one_thing_keep_their_order_and_others_go_beside_them(
    db, ours, ids, secrets, clock
):
    async def slowly(request):
        await asyncio.sleep(0.002)
        return 200

    async with Receiver(slowly) as receiver, hub_of(db, clock, secrets):
        await subscribe(db, ours, ids, secrets, receiver.url)
        async with db.begin() as tx:
            for number in range(30):
                change = CommunityChange(101, [str(number)], "insert")
                kind = (Kind.SPACE, Kind.USER)[number % 2]
                await changes.publish(tx, kind, 101, change, tenant_id=ours.tenant_id)
        got = await receiver.wait_for(30)
    for parity in (0, 1):
        numbers = [int(one.json["ids"][0]) for one in got if int(one.json["ids"][0]) % 2 == parity]
        assert numbers == list(range(parity, 30, 2))
    assert receiver.most_open == 2


async def test_a_failed_message_comes_again_later_and_later_until_it_gets_through(
    db, ours, ids, secrets, clock
):
    refused: list[str] = []

    def answer(request):
        number = request.json["ids"][0]
        if number == "1" and refused.count(number) < 3:
            refused.append(number)
            return 500, b"no room at the inn"
        return 200

    async with Receiver(answer) as receiver, hub_of(db, clock, secrets):
        hook = await subscribe(db, ours, ids, secrets, receiver.url)
        await say(db, ours, 1)
        await say(db, ours, 2)
        await receiver.wait_for(2)
        waits = []
        for tries in (1, 2, 3):
            rows = await until(lambda tries=tries: _waiting_after(db, ours, hook, tries))
            waits.append(rows[0].next_ms - clock.now_ms())
            await let_pass(clock, waits[-1] - 1)
            assert len(receiver.received) == 1 + tries
            await say(db, ours, 100 + tries)  # others are not held up
            await receiver.wait_for(2 + tries)
            receiver.received.pop()
            await clock.advance(1)
            await receiver.wait_for(2 + tries)
        assert [one.headers["x-linli-attempt"] for one in receiver.received if one.json["ids"] == ["1"]] == [
            "1",
            "2",
            "3",
            "4",
        ]
        assert len({one.headers["x-linli-message-id"] for one in receiver.received}) == 2
        assert [800 <= waits[0] <= 1200, 4000 <= waits[1] <= 6000, 12_000 <= waits[2] <= 18_000] == [True] * 3
        done = await until(lambda: _advanced(db, ours, hook, clock))
        log = [row for row in await attempts_of(db, hook) if not row.ok]
        assert [(row.attempt, row.status, row.reason, row.excerpt) for row in reversed(log)] == [
            (n, 500, "status", "no room at the inn") for n in (1, 2, 3)
        ]
        assert done.waiting == 0


async def _waiting_after(db, project, hook, tries):
    rows = await deliveries.list_deliveries(
        project.owner, db, subscription_id=hook, state="retry", page=PageRequest(1, 10)
    )
    return [row for row in rows if row.attempts == tries]


async def _settled(db, project, hook):
    now = await delivery_log.progress(project.owner, db, subscription_id=hook)
    return now if now.backlog == 0 and now.waiting == 0 else None


async def test_a_dead_endpoint_is_probed_with_one_message_at_a_time_and_catches_up(
    db, ours, ids, secrets, clock, rare_polls
):
    receiver = Receiver()
    await receiver.start()
    async with hub_of(db, clock, secrets):
        hook = await subscribe(db, ours, ids, secrets, receiver.url)
        await receiver.stop()
        for number in range(40):
            await say(db, ours, number)
        for _ in range(60):
            await clock.advance(60_000)
            await asyncio.sleep(0.002)

        async def tried_enough():  # an attempt takes as long as the machine needs, however far the clock is
            await clock.advance(60_000)
            tried = await attempts_of(db, hook)
            return tried if len(tried) >= 5 else None

        tried = await until(tried_enough)
        assert len(tried) < 20
        assert {(row.reason, row.status) for row in tried} == {("connect", None)}
        row = await get_subscription(ours.owner, db, subscription_id=hook)
        assert row.failing_since_ms is not None
        await receiver.start()
        await clock.advance(7_200_000)
        await until(lambda: _advanced(db, ours, hook, clock))
        await receiver.stop()
    assert {one.json["ids"][0] for one in receiver.received} == {str(n) for n in range(40)}
    row = await get_subscription(ours.owner, db, subscription_id=hook)
    assert row.failing_since_ms is None


async def _advanced(db, project, hook, clock):
    await clock.advance(2000)
    return await _settled(db, project, hook)


async def test_a_message_that_never_gets_through_is_parked_with_its_reason_and_can_be_sent_again(
    db, ours, ids, secrets, clock, rare_polls
):
    well = False

    def answer(request):
        return 200 if well or request.json["ids"] != ["bad"] else (422, b"cannot read this")

    async with Receiver(answer) as receiver, hub_of(db, clock, secrets):
        hook = await subscribe(db, ours, ids, secrets, receiver.url)
        bad = await say(db, ours, "bad")

        async def parked():
            await clock.advance(3_600_000)
            await say(db, ours, "good")
            return await deliveries.list_deliveries(
                ours.owner, db, subscription_id=hook, state="parked", page=PageRequest(1, 10)
            )

        (row,) = await until(parked, seconds=20)
        assert (row.change_id, row.attempts, row.reason) == (bad, 12, "status")
        well = True
        before = len(receiver.received)
        async with db.begin() as tx:
            await deliveries.try_again(ours.owner, tx, subscription_id=hook, change_id=bad)
        await until(lambda: _seen(receiver, before, "bad"))
        await until(lambda: _advanced(db, ours, hook, clock))
        assert (await delivery_log.progress(ours.owner, db, subscription_id=hook)).parked == 0


async def _seen(receiver, start, name):
    return [one for one in receiver.received[start:] if one.json["ids"] == [name]]


async def test_an_endpoint_that_fails_for_days_is_stopped_and_its_owner_told(
    db, ours, ids, secrets, clock, rare_polls
):
    told: list[WebhookStopped] = []

    async def note(tx, event):
        told.append(event)

    db.handlers.inline(WebhookStopped, note)
    async with Receiver(lambda _: 503) as receiver, hub_of(db, clock, secrets):
        hook = await subscribe(db, ours, ids, secrets, receiver.url)
        for number in range(4):
            await say(db, ours, number)

        async def stopped():
            await clock.advance(3_600_000)
            row = await get_subscription(ours.owner, db, subscription_id=hook)
            return None if row.enabled else row

        row = await until(stopped, seconds=20)
        assert row.stopped_reason == "failing"
        assert [(event.subscription_id, event.reason) for event in told] == [(hook, "status")]
        calls = len(receiver.received)
        await say(db, ours, 99)
        await clock.advance(3_600_000)
        await asyncio.sleep(0.05)
        # What was under way when it was stopped may still arrive.
        assert "99" not in {one.json["ids"][0] for one in receiver.received}
        receiver.answer = lambda _: 200
        async with db.begin() as tx:
            await subscriptions.enable_subscription(ours.owner, tx, subscription_id=hook, enabled=True)
        await until(lambda: _advanced(db, ours, hook, clock))
        assert {one.json["ids"][0] for one in receiver.received[calls:]} == {"0", "1", "2", "3", "99"}


@pytest.mark.parametrize(
    "answer, reason, status",
    [
        (lambda _: 404, "status", 404),
        (lambda _: 302, "redirect", 302),
        (lambda _: None, "timeout", None),
    ],
)
async def test_what_counts_as_a_failure(db, ours, ids, secrets, clock, answer, reason, status):
    async with Receiver(answer) as receiver:
        hub = Hub(db, clock, secrets, limits=Limits(allow_private=True, timeout_seconds=0.1), rng=Random(1))
        await hub.start()
        try:
            hook = await subscribe(db, ours, ids, secrets, receiver.url)
            await say(db, ours, 1)
            (row,) = await until(lambda: attempts_of(db, hook))
        finally:
            await hub.stop()
    assert (row.ok, row.reason, row.status) == (0, reason, status)
    assert len(receiver.received) == 1


async def test_an_endpoint_that_resets_every_connection_only_fails():
    """In some of them the reset comes in the moment of connecting, where the client breaks in its own way."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)

        def reset_all() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    connection.close()

        thread = threading.Thread(target=reset_all)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
        sender = Sender(url, allow_private=True, timeout_seconds=5)
        outcomes = [await sender.post(b"{}", {}) for _ in range(500)]
        await sender.close()
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert {outcome.reason for outcome in outcomes} <= {"connect", "broken"}
    assert not any(outcome.ok for outcome in outcomes)


async def test_private_addresses_are_refused_at_connect_unless_the_operator_allows_them(
    db, ours, ids, secrets, clock
):
    async with Receiver() as receiver:
        hub = Hub(db, clock, secrets, limits=Limits(allow_private=False), rng=Random(1))
        await hub.start()
        try:
            by_name = receiver.url.replace("127.0.0.1", "localhost")
            for url in (receiver.url, by_name):
                hook = await subscribe(db, ours, ids, secrets, url)
                await say(db, ours, 1)
                rows = await until(lambda hook=hook: attempts_of(db, hook))
                assert rows[0].reason == "address_private"
        finally:
            await hub.stop()
        assert receiver.received == []


async def test_a_test_message_reaches_its_own_subscription_only(db, ours, ids, secrets, clock):
    async with Receiver() as one, Receiver() as other, hub_of(db, clock, secrets):
        hook = await subscribe(db, ours, ids, secrets, one.url, kinds=("space",))
        await subscribe(db, ours, ids, secrets, other.url)
        async with db.begin() as tx:
            await replay.send_test(ours.owner, tx, subscription_id=hook)
        (told,) = await one.wait_for(1)
        assert told.json["type"] == "test"
        assert told.headers["x-linli-topic"] == f"/sys/appkey/{ours.app_key}/test"
        await say(db, ours, 1)
        assert (await other.wait_for(1))[0].json["ids"] == ["1"]


async def test_replay_from_a_point_in_time(db, ours, ids, secrets, clock):
    async with Receiver() as receiver, hub_of(db, clock, secrets):
        hook = await subscribe(db, ours, ids, secrets, receiver.url)
        for number in range(6):
            await say(db, ours, number)
            await clock.advance(1000)
        await receiver.wait_for(6)
        since = clock.now_ms() - 3500
        await until(lambda: _advanced(db, ours, hook, clock))
        async with db.begin() as tx:
            await replay.replay_since(ours.owner, tx, subscription_id=hook, since_ms=since)
        again = (await receiver.wait_for(9))[6:]
        assert [one.json["ids"][0] for one in again] == ["3", "4", "5"]
        await until(lambda: _advanced(db, ours, hook, clock))


@pytest.mark.covers("H-21")
async def test_what_was_in_flight_at_a_crash_comes_again(db, ours, ids, secrets, clock):
    """The sender dies between the POST and the row that says so."""

    async def never(request):
        await asyncio.sleep(3600)

    async with Receiver(never) as receiver:
        hub = Hub(db, clock, secrets, limits=Limits(allow_private=True), rng=Random(1))
        await hub.start()
        hook = await subscribe(db, ours, ids, secrets, receiver.url)
        await say(db, ours, 1)
        await receiver.wait_for(1)
        await hub.stop()
        row = await get_subscription(ours.owner, db, subscription_id=hook)
        receiver.answer = lambda _: 200
        async with hub_of(db, clock, secrets):
            got = await receiver.wait_for(2)
            assert got[0].headers["x-linli-message-id"] == got[1].headers["x-linli-message-id"]
            await until(lambda: _advanced(db, ours, hook, clock))
        after = await get_subscription(ours.owner, db, subscription_id=hook)
        assert after.cursor_id > row.cursor_id


async def test_subscriptions_belong_to_their_project(db, ours, theirs, ids, secrets):
    mine = await subscribe(db, ours, ids, secrets, "https://example.com/a")
    async with db.begin() as tx:
        for act in (
            subscriptions.delete_subscription(theirs.owner, tx, subscription_id=mine),
            subscriptions.enable_subscription(theirs.owner, tx, subscription_id=mine, enabled=False),
            replay.send_test(theirs.owner, tx, subscription_id=mine),
            replay.replay_since(theirs.owner, tx, subscription_id=mine, since_ms=0),
            deliveries.try_again(theirs.owner, tx, subscription_id=mine, change_id=1),
            subscriptions.create_webhook(
                theirs.owner,
                tx,
                app_key=ours.app_key,
                name="x",
                url="https://example.com",
                filters=Filters(),
                ids=ids,
                secrets=secrets,
            ),
        ):
            with pytest.raises(NotFound):
                await act
    assert (await get_subscription(ours.scope, db, subscription_id=mine)).enabled == 1


@pytest.mark.parametrize(
    "changed, field",
    [
        ({"url": "ftp://example.com"}, "url"),
        ({"url": "https://user:pass@example.com"}, "url"),
        ({"url": "https://example.com:99999/"}, "url"),
        ({"url": "https:///path"}, "url"),
        ({"url": "https://exa mple.com"}, "url"),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"secret": "short"}, "secret"),
        ({"filters": Filters(kinds=("weather",))}, "kinds[0]"),
        ({"filters": Filters(models=("NoModel",))}, "models[0]"),
    ],
)
async def test_a_bad_webhook_is_refused_naming_the_field(db, ours, ids, secrets, changed, field):
    given = {
        "app_key": ours.app_key,
        "name": "hook",
        "url": "https://example.com/",
        "filters": Filters(),
        "ids": ids,
        "secrets": secrets,
        **changed,
    }
    async with db.begin() as tx:
        with pytest.raises(BadInput) as caught:
            await subscriptions.create_webhook(ours.owner, tx, **given)
    assert caught.value.field == field


async def test_secrets_are_sealed_and_survive_a_change(db, ours, ids, secrets):
    number = await subscribe(db, ours, ids, secrets, "https://example.com/a")
    async with db.begin() as tx:
        await subscriptions.change_subscription(
            ours.owner,
            tx,
            subscription_id=number,
            name="renamed",
            url="https://example.com/b",
            filters=Filters(kinds=("space",)),
            secrets=secrets,
        )
    row = await get_subscription(ours.owner, db, subscription_id=number)
    assert SECRET not in msgspec.json.encode(row).decode()
    assert secrets.open(row.secret, about=row.about) == SECRET
    assert (row.name, row.url, row.filters.kinds) == ("renamed", "https://example.com/b", ("space",))


def test_scope_of_a_worker_is_narrow():
    assert Scope.system("T").tenant == "T"
