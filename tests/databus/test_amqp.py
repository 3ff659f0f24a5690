"""Consumers over AMQP 1.0: RabbitMQ 4, a standard client, and both sides killed."""

import asyncio
import re
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import msgspec
import pytest
from proton import Delivery

from linli.databus import deliveries, delivery_log, subscriptions
from linli.databus.amqp import pump
from linli.databus.amqp.auth import PREFIX, RabbitAuth, password
from linli.databus.amqp.broker import Broker, broker_address
from linli.databus.amqp.guard import Guard
from linli.databus.hub import Hub
from linli.databus.queues import presence
from linli.databus.subscription_rows import Filters, get_subscription
from linli.databus.webhook.pump import Limits
from linli.kernel.clock import SystemClock
from linli.kernel.db import open_database
from linli.kernel.http import HttpServer
from linli.kernel.pages import PageRequest
from linli.kernel.secrets import Secrets
from tests.databus.amqp_consumer import AmqpConsumer
from tests.databus.conftest import make_project
from tests.databus.test_webhooks import say, until
from tests.engines import RabbitMQ, free_port

pytestmark = [pytest.mark.xdist_group("rabbitmq"), pytest.mark.timeout(120)]
KILLS = 4
GUIDES = Path(__file__).parents[2] / "docs" / "guides"


@pytest.fixture(scope="module")
def auth_port():
    return free_port()


@pytest.fixture(scope="module")
def rabbit(auth_port):
    with RabbitMQ.running(f"http://127.0.0.1:{auth_port}{PREFIX}") as node:
        yield node


@pytest.fixture(autouse=True)
def settling(request, monkeypatch):
    """Where the node is killed, a new queue rests for as long as it takes to be remembered; else for a moment."""
    if request.function is not test_nothing_is_lost_when_rabbitmq_is_killed:
        monkeypatch.setattr(pump, "NEW_QUEUE_MS", 300)


@pytest.fixture
async def logins(db, secrets, auth_port):
    server = HttpServer(RabbitAuth(db, secrets, SystemClock()), port=auth_port)
    await server.start()
    yield server
    await server.stop(grace_seconds=1)


@asynccontextmanager
async def hub_of(db, secrets, rabbit):
    # RabbitMQ's time is the machine's, so the hub's is too.
    hub = Hub(db, SystemClock(), secrets, limits=Limits(), broker=Broker(rabbit.url), rng=Random(1))
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()


async def subscribe(db, project, ids, secrets, name="bus", **filters):
    async with db.begin() as tx:
        number, _ = await subscriptions.create_subscription(
            project.owner,
            tx,
            new=subscriptions.NewQueue(
                app_key=project.app_key, kind="amqp", name=name, filters=Filters(**filters)
            ),
            ids=ids,
            secrets=secrets,
        )
    return number


async def handed_over(db, project, number):
    """Everything told is in RabbitMQ, which takes five seconds for a new queue."""

    async def done():
        return not (await delivery_log.progress(project.owner, db, subscription_id=number)).backlog

    await until(done, 60)


@pytest.mark.covers("B096", "B097", "H-21")
async def test_consumers_of_one_key_compete_and_what_one_leaves_unacknowledged_comes_again(
    db, ours, ids, secrets, rabbit, logins
):
    number = await subscribe(db, ours, ids, secrets)
    async with hub_of(db, secrets, rabbit):
        for n in range(30):
            await say(db, ours, n)
        await handed_over(db, ours, number)
        # It takes some and acknowledges none.
        lazy = AmqpConsumer(ours.app_key, ours.app_secret, rabbit.port, number, credit=10)
        await lazy.wait_for(10)
        busy = AmqpConsumer(ours.app_key, ours.app_secret, rabbit.port, number, credit=100)

        async def all_there():
            return len(lazy.told) + len(busy.told) >= 30

        await until(all_there, 60)
        assert sorted([*lazy.texts(), *busy.texts()], key=int) == [str(n) for n in range(30)]
        busy.accept_all()
        left = set(lazy.texts())
        await lazy.close()
        await busy.wait_for(30)
        assert set(busy.texts()[30 - len(left) :]) == left
        busy.accept_all()
        (message, *_) = busy.told
        assert message.properties["topic"] == f"/sys/appkey/{ours.app_key}/community/space/change"
        assert message.content_type == "application/json"
        await busy.close()


async def test_who_does_not_acknowledge_within_30_seconds_is_disconnected_and_another_gets_it(
    db, clock, ours, ids, secrets, rabbit, logins
):
    number = await subscribe(db, ours, ids, secrets)
    guard = Guard(clock, broker_address(rabbit.url))
    await guard.start("127.0.0.1", 0)
    async with hub_of(db, secrets, rabbit):
        await say(db, ours, 1)
        await handed_over(db, ours, number)
        stuck = AmqpConsumer(ours.app_key, ours.app_secret, guard.port, number)
        await stuck.wait_for(1)
        await clock.advance(29_000)
        await asyncio.sleep(0.1)
        assert not stuck.ended
        await say(db, ours, 2)
        await stuck.wait_for(2)
        await clock.advance(2_000)
        other = AmqpConsumer(ours.app_key, ours.app_secret, guard.port, number)
        assert sorted(await other.wait_for(2)) == ["1", "2"]
        assert stuck.refused or stuck.ended
        other.accept_all()
        await asyncio.sleep(0.3)
        await clock.advance(60_000)
        await asyncio.sleep(0.1)
        assert not other.ended
        await other.close()
        await stuck.close()
    await guard.stop()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_guides_tell_the_same_commands(language):
    assert commands_of(language) == commands_of("en")


def commands_of(language):
    """Of `rabbitmqctl`, and the URL that goes with them, as docs/guides/subscriptions says them."""
    text = (GUIDES / f"subscriptions.{language}.md").read_text("utf-8")
    (url,) = re.findall(r'^url = "(amqp://.*)"$', text, re.MULTILINE)
    return re.findall(r"^rabbitmqctl .*$", text, re.MULTILINE), url


async def test_the_user_that_the_guide_makes_can_do_all_that_the_platform_does(
    db, ours, ids, secrets, rabbit, logins
):
    lines, url = commands_of("en")
    assert len(lines) == 2
    for line in lines:  # the node has a user of that name already
        await asyncio.to_thread(rabbit.control, line.replace(" linli ", " guided "))
    url = url.replace("//linli:", "//guided:").replace(":5672/", f":{rabbit.port}/")
    number = await subscribe(db, ours, ids, secrets)
    hub = Hub(db, SystemClock(), secrets, limits=Limits(), broker=Broker(url), rng=Random(1))
    await hub.start()
    try:
        await say(db, ours, 1)
        await handed_over(db, ours, number)
        consumer = AmqpConsumer(ours.app_key, ours.app_secret, rabbit.port, number)
        assert await consumer.wait_for(1) == ["1"]
        consumer.accept_all()
        await consumer.close()
    finally:
        await hub.stop()


async def test_nothing_is_lost_when_rabbitmq_is_killed(db, ours, ids, secrets, rabbit, logins):
    number = await subscribe(db, ours, ids, secrets)
    async with hub_of(db, secrets, rabbit):
        for n in range(5):
            await say(db, ours, n)

        await handed_over(db, ours, number)
        rabbit.kill()
        for n in range(5, 10):
            await say(db, ours, n)

        async def failing():
            row = await get_subscription(ours.owner, db, subscription_id=number)
            return row.failing_since_ms is not None and row.last_error == "broker"

        await until(failing, 60)
        assert (await delivery_log.progress(ours.owner, db, subscription_id=number)).backlog == 5
        await asyncio.to_thread(rabbit.start)
        heard: set[str] = set()
        async with asyncio.timeout(60):
            while heard != {str(n) for n in range(10)}:
                consumer = AmqpConsumer(ours.app_key, ours.app_secret, rabbit.port, number, credit=100)
                # The node takes connections a little before it knows its queues.
                while not (consumer.refused or consumer.ended) and heard != {str(n) for n in range(10)}:
                    consumer.accept_all()
                    heard |= set(consumer.texts())
                    await asyncio.sleep(0.05)
                await consumer.close()


@pytest.mark.slow
@pytest.mark.engines("sqlite", "postgresql")
async def test_what_is_on_its_way_when_the_platform_is_killed_comes(
    database_url, tmp_path, ids, rabbit, auth_port
):
    """Killed between a record's commit, RabbitMQ's confirmation and the note of it; a consumer holds some."""
    key_file, chance = tmp_path / "master.key", Random(7)
    secrets = Secrets.from_file(key_file)
    db = await open_database(database_url, clock=SystemClock())
    project = await make_project(db, ids, secrets, "killed", (101,), (101,))
    number = await subscribe(db, project, ids, secrets)
    logins = HttpServer(RabbitAuth(db, secrets, SystemClock()), port=auth_port)
    await logins.start()
    async with hub_of(db, secrets, rabbit):  # makes the queue
        await asyncio.sleep(0)
    committed, on_their_way = set(), 0
    early = None
    for _ in range(KILLS):
        victim = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.databus.victim", database_url, str(key_file), project.tenant_id,
            rabbit.url, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(60):
            assert await victim.stdout.readline() == b"ready\n"
            for _ in range(chance.randint(20, 150)):
                committed.add(int(await victim.stdout.readline()))
        await asyncio.sleep(chance.uniform(0, 0.05))
        victim.kill()
        committed |= {int(line) for line in (await victim.stdout.read()).splitlines() if line}
        await victim.wait()
        on_their_way += (await delivery_log.progress(project.owner, db, subscription_id=number)).backlog
        if early is None:
            early = AmqpConsumer(project.app_key, project.app_secret, rabbit.port, number, credit=5)
    await early.close()  # what it held goes back
    consumer = AmqpConsumer(project.app_key, project.app_secret, rabbit.port, number, credit=100_000)
    async with hub_of(db, secrets, rabbit):
        await handed_over(db, project, number)

        async def all_came():
            told = {
                change
                for message in consumer.told
                for change in msgspec.json.decode(bytes(message.body))["dataIds"]
            }
            return committed <= {int(one) for one in told}

        await until(all_came, 30)
        consumer.accept_all()
    await consumer.close()
    await logins.stop(grace_seconds=1)
    await db.close()
    assert on_their_way, "no kill came in the midst of anything"


async def test_a_key_reads_its_own_queues_and_does_nothing_else(
    db, ours, theirs, ids, secrets, rabbit, logins
):
    mine = await subscribe(db, ours, ids, secrets)
    async with hub_of(db, secrets, rabbit) as hub:
        await say(db, ours, 1)

        await handed_over(db, ours, mine)
        stranger = AmqpConsumer(theirs.app_key, theirs.app_secret, rabbit.port, mine)
        stranger.address = f"/queues/{ours.app_key}.{mine}"
        wrong = AmqpConsumer(ours.app_key, "another secret", rabbit.port, mine)

        async def both_refused():
            return stranger.refused and wrong.refused

        await until(both_refused, 60)
        assert not stranger.told
        assert not wrong.told
        consumer = AmqpConsumer(ours.app_key, ours.app_secret, rabbit.port, mine)
        await consumer.wait_for(1)
        consumer.accept_all()

        async def counted():
            return (await presence.consumers(ours.owner, db, now_ms=hub._clock.now_ms())).get(mine) == 1

        await until(counted, 60)
        await consumer.close()
        await stranger.close()
        await wrong.close()


class Failing(AmqpConsumer):
    """Fails at every message: hands each back as not worked off (modified, delivery-failed)."""

    def on_message(self, event):
        super().on_message(event)
        event.delivery.local.failed = True
        event.delivery.update(Delivery.MODIFIED)
        event.delivery.settle()


@pytest.mark.covers("API-16")
async def test_what_is_handed_out_16_times_in_vain_is_parked_and_can_be_sent_again(
    db, ours, ids, secrets, rabbit, logins
):
    number = await subscribe(db, ours, ids, secrets)
    async with hub_of(db, secrets, rabbit):
        bad = await say(db, ours, 1)
        await handed_over(db, ours, number)
        consumer = Failing(ours.app_key, ours.app_secret, rabbit.port, number, credit=100)

        async def parked():
            return await deliveries.list_deliveries(
                ours.owner, db, subscription_id=number, state="parked", page=PageRequest(1, 10)
            )

        (row,) = await until(parked, 60)
        assert (row.change_id, row.attempts, row.reason) == (bad, 16, "unacknowledged")
        await consumer.close()
        assert len(consumer.told) >= 16
        assert set(consumer.texts()) == {"1"}
        well = AmqpConsumer(ours.app_key, ours.app_secret, rabbit.port, number)
        await asyncio.sleep(0.5)
        assert not well.told, "a dead letter leaves the queue"
        async with db.begin() as tx:
            await deliveries.try_again(ours.owner, tx, subscription_id=number, change_id=bad)
        assert await well.wait_for(1) == ["1"]
        well.accept_all()
        assert await until(lambda: _none_parked(db, ours, number))
        await well.close()


async def _none_parked(db, project, number):
    return not (await delivery_log.progress(project.owner, db, subscription_id=number)).parked


async def test_the_answers_to_rabbitmqs_questions(db, ours, theirs, secrets, clock):
    auth = RabbitAuth(db, secrets, clock)
    key, now = ours.app_key, clock.now_ms()
    good = password(ours.app_secret, name="n", timestamp_ms=now)

    async def says(question, **asked):
        return await auth.allows(question, {"username": key, **asked})

    assert await says("user", password=good)
    assert await says("vhost", vhost="/")
    queue = {"vhost": "/", "resource": "queue", "name": f"{key}.7"}
    assert await says("resource", **queue, permission="read")
    for permission in ("write", "configure"):
        assert not await says("resource", **queue, permission=permission)
    for name in (f"{theirs.app_key}.7", f"dead.{key}.7", key):
        assert not await says("resource", **{**queue, "name": name}, permission="read")
    assert not await says("resource", vhost="/", resource="exchange", name="amq.topic", permission="read")
    assert not await says("topic", vhost="/", resource="topic", name="amq.topic", permission="write")
    for wrong in (
        "",
        f"n|timestamp={now}|00",
        good[:-1],
        good.replace(f"timestamp={now}", f"timestamp={now + 1}"),
        ours.app_secret,
    ):
        assert not await says("user", password=wrong)
    assert not await auth.allows("user", {"username": "nobody", "password": good})


async def test_a_password_ages_and_is_good_once(db, ours, secrets, clock):
    auth = RabbitAuth(db, secrets, clock)

    async def lets_in(timestamp_ms):
        made = password(ours.app_secret, name="n", timestamp_ms=timestamp_ms)
        return await auth.allows("user", {"username": ours.app_key, "password": made})

    now = clock.now_ms()
    window = 5 * 60_000
    for old in (1_000_000_000, now - window - 1, now + window + 1):  # the first: 2001, in seconds
        assert not await lets_in(old)
    assert await lets_in(now - window)
    assert not await lets_in(now - window)  # overheard
    assert not await RabbitAuth(db, secrets, clock).allows(  # by a process that began since
        "user",
        {
            "username": ours.app_key,
            "password": password(ours.app_secret, name="n", timestamp_ms=now - window),
        },
    )
    await clock.advance(2 * 3600_000)  # a clock that jumps ahead and comes back forgets nothing
    assert await lets_in(clock.now_ms())
    assert not await RabbitAuth(db, secrets, type(clock)(now)).allows(
        "user",
        {
            "username": ours.app_key,
            "password": password(ours.app_secret, name="n", timestamp_ms=now - window),
        },
    )
