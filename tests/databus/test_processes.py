"""Several processes over one database: one sender a queue, taken over when its process dies; devices at other fronts."""

import asyncio
from random import Random

import pytest

from linli.databus import deliveries, replay, subscriptions, thing_log
from linli.databus.deliveries import LeaseLost, Result
from linli.databus.hub import Hub
from linli.databus.queues.leases import LEASE_MS, Leases
from linli.databus.subscription_rows import Filters, find_by_id
from linli.databus.webhook.pump import Limits
from linli.kernel.db import open_database
from tests.databus.receiver import Receiver
from tests.databus.test_webhooks import insert, say, subscribe, until


@pytest.fixture
async def second(database_url, clock):
    """The same database as another process has it. SQLite has one process only."""
    other = await open_database(database_url, clock=clock)
    yield other
    await other.close()


def hub_on(db, clock, secrets):
    return Hub(db, clock, secrets, limits=Limits(allow_private=True, timeout_seconds=2.0), rng=Random(1))


@pytest.mark.engines("postgresql")
async def test_one_process_holds_a_lease_until_it_lapses(db, second, clock, ours, ids, secrets):
    number = await subscribe(db, ours, ids, secrets, "http://127.0.0.1:9/")
    one, two = Leases(db, clock), Leases(second, clock)
    assert await one.renew({number}) == {number}
    assert await two.renew({number}) == frozenset()
    clock._now_ms += LEASE_MS - 1
    assert one.leased() == {number}
    assert await two.renew({number}) == frozenset()
    clock._now_ms += 1
    assert one.leased() == frozenset()
    assert await two.renew({number}) == {number}
    assert await one.renew({number}) == frozenset()
    # Whoever does not want it any more lets go, without waiting.
    await two.renew(set())
    assert await one.renew({number}) == {number}


@pytest.mark.engines("postgresql")
async def test_only_the_holder_writes_progress(db, second, clock, ours, ids, secrets):
    number = await subscribe(db, ours, ids, secrets, "http://127.0.0.1:9/")
    one, two = Leases(db, clock), Leases(second, clock)
    await one.renew({number})
    clock._now_ms += LEASE_MS
    await two.renew({number})
    failed = Result(5, False, 1, clock.now_ms(), 0, 500, "status", "", "retry", 0, False)

    async def write(who):
        async with db.begin() as tx:
            await deliveries.write_down(
                tx,
                subscription_id=number,
                tenant_id=ours.tenant_id,
                results=[failed],
                progress=deliveries.Progress(cursor_id=9, generation=0, failing_since_ms=None, last_error=""),
                log_successes=True,
                who=who,
            )

    with pytest.raises(LeaseLost):
        await write(one.who)
    assert not await deliveries.waiting(db, subscription_id=number)
    await write(two.who)
    assert set(await deliveries.waiting(db, subscription_id=number)) == {5}
    assert (await find_by_id(db, subscription_id=number)).cursor_id == 9


@pytest.mark.engines("postgresql")
async def test_each_message_is_sent_by_one_of_two_processes_and_the_second_takes_over(
    db, second, clock, ours, ids, secrets
):
    async with Receiver() as receiver:
        first, other = hub_on(db, clock, secrets), hub_on(second, clock, secrets)
        await first.start()
        await other.start()
        await subscribe(db, ours, ids, secrets, receiver.url)
        for n in range(20):
            await insert(db if n % 2 else second, ours, n)
        await receiver.wait_for(20, 20)
        await asyncio.sleep(0.1)
        assert len(receiver.received) == 20
        assert sorted(len(hub._pumps) for hub in (first, other)) == [0, 1]
        dead = first if first._pumps else other
        living = other if dead is first else first
        # It dies without a word: its tasks end, its lease stays.
        dead._rounds._task.cancel()
        for pump in dead._pumps.values():
            for task in pump._tasks:
                task.cancel()
        await say(db, ours, 1)

        async def taken_over():  # whoever lives looks by the clock, and then does what takes real time
            await clock.advance(1_000)
            return len(receiver.received) >= 21

        await until(taken_over, 30)
        assert len(living._pumps) == 1
        await living.stop()


async def test_what_devices_send_is_in_the_log_only_for_who_takes_it(db, clock, ours, ids, secrets):
    log = thing_log.ThingLog(db, clock)
    await log.load()
    assert not log._wanted
    async with db.begin() as tx:
        await subscriptions.create_subscription(
            ours.owner,
            tx,
            new=subscriptions.NewQueue(
                app_key=ours.app_key, kind="sse", name="all business", filters=Filters()
            ),
            ids=ids,
            secrets=secrets,
        )
    await log.load()
    assert not log._wanted
    async with db.begin() as tx:
        await subscriptions.create_subscription(
            ours.owner,
            tx,
            new=subscriptions.NewQueue(
                app_key=ours.app_key,
                kind="sse",
                name="devices",
                filters=Filters(kinds=("property", "status"), products=("a1Door",)),
            ),
            ids=ids,
            secrets=secrets,
        )
    await log.load()
    assert set(log._wanted) == {(ours.tenant_id, "property"), (ours.tenant_id, "status")}


async def test_a_replay_is_followed_and_stopped(db, clock, ours, ids, secrets):
    for n in range(4):
        await say(db, ours, n)
    number = await subscribe(db, ours, ids, secrets, "http://127.0.0.1:9/")
    began = (await find_by_id(db, subscription_id=number)).cursor_id
    assert replay.replay_of(await find_by_id(db, subscription_id=number)) is None
    async with db.begin() as tx:
        await replay.replay_since(ours.owner, tx, subscription_id=number, since_ms=0)
    row = await find_by_id(db, subscription_id=number)
    assert row.cursor_id < began
    assert replay.replay_of(row).done == 0
    half = row._replace(cursor_id=(row.replay_from_id + row.replay_to_id) // 2)
    assert 0 < replay.replay_of(half).done < 1
    async with db.begin() as tx:
        await replay.stop_replay(ours.owner, tx, subscription_id=number)
    row = await find_by_id(db, subscription_id=number)
    assert row.cursor_id == began
    assert replay.replay_of(row) is None
