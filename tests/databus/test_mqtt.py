"""Consumers of an appKey over MQTT: durable queues, competing consumers, topics they may not hear."""

import asyncio
from random import Random

import pytest

from linli.databus import subscriptions, topics
from linli.databus.feed.room import DeviceFeed
from linli.databus.hub import Hub
from linli.databus.subscription_rows import MQTT, list_subscriptions
from linli.databus.webhook.pump import Limits
from linli.kernel.db import Command
from linli.kernel.scope import Caller, Scope
from linli.things import models as thing_models
from linli.things.service import devices, products
from tests.databus.consumer import Consumer
from tests.databus.test_webhooks import insert, say, until
from tests.things.conftest import DOOR_TSL
from tests.things.device import Platform


class House:
    """The thing platform with its MQTT front, and the data bus beside it."""

    def __init__(self, db, clock, ids, secrets):
        self.db, self.clock, self.ids, self.secrets = db, clock, ids, secrets
        self.consumers = []

    async def start(self):
        self.platform = Platform.on(
            self.db, self.clock, self.ids, self.secrets, topics_of=topics.may_subscribe
        )
        things = self.platform.things
        self.hub = Hub(
            self.db, self.clock, self.secrets, limits=Limits(), publisher=things.switchboard, rng=Random(1)
        )
        self.feed = DeviceFeed(self.db, self.clock, things.switchboard, lambda: iter(things.fleet))
        things.ingest.on_committed.append(self.feed.committed)

        def ready(app_key, session):
            self.hub.app_ready(app_key, session)
            self.feed.app_ready(app_key, session)

        things.switchboard.on_app_ready.append(ready)
        await self.hub.start()
        await self.feed.start()
        await self.platform.start()

    async def stop(self):
        for consumer in self.consumers:
            await consumer.close()
        await self.platform.stop()
        await self.feed.stop()
        await self.hub.stop()

    async def consumer(self, project, name="c1"):
        consumer = Consumer(project, self.platform.port, name, now_ms=self.clock.now_ms())
        self.consumers.append(consumer)
        assert await consumer.connect() == 0
        return consumer


@pytest.fixture
async def house(db, clock, ids, secrets):
    house = House(db, clock, ids, secrets)
    await house.start()
    yield house
    await house.stop()


async def queues_of(db, project, count):
    async def there():
        rows = [row for row in await list_subscriptions(project.owner, db) if row.kind == MQTT]
        return rows if len(rows) >= count else None

    return await until(there)


@pytest.mark.covers("B095")
async def test_data_changes_come_on_both_spellings_of_the_topic(db, ours, house):
    both = [
        f"/sys/{ours.app_key}/dop/model/data/change",
        f"/sys/appkey/{ours.app_key}/dop/model/data/change",
    ]
    consumer = await house.consumer(ours)
    for topic in both:
        assert await consumer.subscribe(topic) == 1
    await queues_of(db, ours, 2)
    record = await insert(db, ours)
    told = await consumer.wait_for(2)
    assert sorted(one.topic for one in told) == sorted(both)
    expected = {
        "modelId": "iot_entrance_event_model",
        "dataIds": [record],
        "operateType": "insert",
        "appId": "",
    }
    assert all(one.json == expected for one in told)


async def test_community_topics_and_their_alias(db, ours, theirs, house):
    consumer = await house.consumer(ours)
    assert await consumer.subscribe(f"/sys/appkey/{ours.app_key}/community/+/change") == 1
    assert await consumer.subscribe(f"/sys/community/{ours.app_key}/space/change") == 1
    await queues_of(db, ours, 4)
    await say(db, ours, 1, community=102)
    await say(db, theirs, 2, community=201)
    await say(db, ours, 3)
    told = await consumer.wait_for(2)
    assert {one.topic for one in told} == {
        f"/sys/appkey/{ours.app_key}/community/space/change",
        f"/sys/community/{ours.app_key}/space/change",
    }
    assert all(one.json == {"communityId": 101, "ids": ["3"], "type": "insert"} for one in told)


async def test_a_key_hears_its_own_topics_only(ours, theirs, house):
    consumer = await house.consumer(ours)
    for foreign in (
        f"/sys/appkey/{theirs.app_key}/#",
        f"/sys/{theirs.app_key}/dop/model/data/change",
        "/sys/appkey/+/community/space/change",
        "#",
        "/sys/a1DevProdKy/dev/thing/event/property/post",
    ):
        assert await consumer.subscribe(foreign) == 128


async def test_what_happens_while_nobody_listens_waits_for_the_next_consumer(db, ours, house):
    topic = f"/sys/appkey/{ours.app_key}/community/user/change"
    first = await house.consumer(ours, "first")
    await first.subscribe(topic)
    await queues_of(db, ours, 1)
    await say(db, ours, 1, kind="user")
    await first.wait_for(1)
    await first.close()
    for number in range(2, 30):
        await say(db, ours, number, kind="user")
    second = await house.consumer(ours, "second")
    await second.subscribe(topic)
    told = [one.json["ids"][0] for one in await second.wait_for(28)]
    assert told[-28:] == [str(number) for number in range(2, 30)]


@pytest.mark.covers("B097")
async def test_each_message_goes_to_one_of_the_consumers_of_a_key(db, ours, house):
    topic = f"/sys/appkey/{ours.app_key}/community/space/change"
    consumers = [await house.consumer(ours, f"c{number}") for number in range(3)]
    for consumer in consumers:
        await consumer.subscribe(topic)
    await queues_of(db, ours, 1)
    for number in range(60):
        await say(db, ours, number)

    async def all_there():
        return sum(len(one.told) for one in consumers) >= 60

    await until(all_there)
    await asyncio.sleep(0.05)
    heard = [one.json["ids"][0] for consumer in consumers for one in consumer.told]
    assert sorted(heard, key=int) == [str(number) for number in range(60)]


async def test_the_place_of_a_queue_survives_a_restart(db, ours, house, clock):
    topic = f"/sys/appkey/{ours.app_key}/community/space/change"
    consumer = await house.consumer(ours)
    await consumer.subscribe(topic)
    await queues_of(db, ours, 1)
    for number in range(5):
        await say(db, ours, number)
    await consumer.wait_for(5)
    await house.stop()
    await say(db, ours, 5)
    house.consumers.clear()
    await house.start()
    again = await house.consumer(ours)
    await again.subscribe(topic)

    async def heard():
        return {one.json["ids"][0] for one in again.told}

    async def caught_up():
        return "5" in await heard()

    await until(caught_up)
    # On PostgreSQL the cursor follows a moment later, so more may come again.
    assert {"0", "1", "2", "3"}.isdisjoint(await heard()) or db.engine == "postgresql"


@pytest.fixture
async def door(db, ours, ids, secrets):
    """A door of the granted community."""
    tenant = Scope(ours.tenant_id, Caller("operator", "o"))
    async with db.begin() as tx:
        product = await products.create_product(
            tenant,
            tx,
            values=products.ProductValues(name="门禁", tsl=DOOR_TSL, category_code="c", category_name="n"),
            ids=ids,
            secrets=secrets,
        )
        triple = await devices.create_device(
            tenant,
            tx,
            values=devices.DeviceValues(product_key=product.product_key, device_name="lobby"),
            ids=ids,
            secrets=secrets,
        )
        place = thing_models.devices.update().values(community_id=101, project_id=None)
        await Command(place, unscoped="test").run(tx)
    return triple


async def feed_of(db, project):
    async def there():
        rows = [row for row in await list_subscriptions(project.owner, db) if row.stream == "things"]
        return rows[0] if rows else None

    return await until(there)


async def test_device_messages_are_live_for_the_keys_that_see_the_device(db, ours, theirs, door, house):
    root = f"/sys/appkey/{ours.app_key}/thing"
    consumer, stranger = await house.consumer(ours), await house.consumer(theirs)
    assert await consumer.subscribe(f"{root}/#") == 1
    assert await stranger.subscribe(f"/sys/appkey/{theirs.app_key}/thing/#") == 1
    await feed_of(db, ours)
    await feed_of(db, theirs)
    device = await house.platform.connect(door)
    await device.post({"Temperature": 21.5})
    await device.event("passEvent", {"value": {"code": 0, "type": "CARD"}})
    status, posted, event = (await consumer.wait_for(3))[:3]
    where = f"{root}/{door.product_key}/{door.device_name}"
    assert (status.topic, status.json["status"]) == (f"{where}/status", "online")
    assert posted.topic == f"{where}/property"
    assert posted.json["items"]["Temperature"]["value"] == 21.5
    assert posted.json["iotId"] == door.iot_id
    assert event.topic == f"{where}/event/passEvent"
    assert event.json["value"] == {"code": 0, "type": "CARD"}
    assert stranger.told == []


async def test_a_consumer_that_asks_for_qos_0_hears_everything_while_it_is_there(db, ours, door, house):
    consumer = await house.consumer(ours)
    assert await consumer.subscribe(f"/sys/appkey/{ours.app_key}/thing/#", 0) == 0
    await feed_of(db, ours)
    device = await house.platform.connect(door)
    for value in range(30):
        await device.post({"Temperature": value})
    told = [one.json for one in await consumer.wait_for(31) if one.topic.endswith("/property")]
    assert [one["items"]["Temperature"]["value"] for one in told] == list(range(30))


async def test_missed_device_messages_are_served_from_the_table_then_live_again(db, ours, door, house, clock):
    root = f"/sys/appkey/{ours.app_key}/thing"
    first = await house.consumer(ours, "first")
    await first.subscribe(f"{root}/+/+/property")
    await feed_of(db, ours)
    device = await house.platform.connect(door)
    await device.post({"Temperature": 1})
    await first.wait_for(1)
    await first.close()
    for value in range(2, 12):
        await device.post({"Temperature": value})
    second = await house.consumer(ours, "second")
    await second.subscribe(f"{root}/#")

    def values():
        return [
            one.json["items"]["Temperature"]["value"]
            for one in second.told
            if one.topic.endswith("/property")
        ]

    async def caught_up():
        return values()[-1:] == [11]

    await until(caught_up)
    await device.post({"Temperature": 12})

    async def live():
        return values()[-1:] == [12]

    await until(live)
    assert values()[-11:] == list(range(2, 13))


async def test_the_place_of_a_feed_is_saved_now_and_then(db, ours, door, house, clock):
    root = f"/sys/appkey/{ours.app_key}/thing"
    consumer = await house.consumer(ours)
    await consumer.subscribe(f"{root}/#")
    before = await feed_of(db, ours)
    device = await house.platform.connect(door)
    await device.post({"Temperature": 1})
    await consumer.wait_for(2)

    async def moved():
        await clock.advance(1000)
        return (await feed_of(db, ours)).cursor_id > before.cursor_id

    await until(moved)


async def test_a_deleted_queue_is_let_go(db, ours, house):
    consumer = await house.consumer(ours)
    await consumer.subscribe(f"/sys/appkey/{ours.app_key}/community/space/change")
    (row,) = await queues_of(db, ours, 1)
    async with db.begin() as tx:
        await subscriptions.delete_subscription(ours.owner, tx, subscription_id=row.id)
    await asyncio.sleep(0.05)
    await say(db, ours, 1)
    await asyncio.sleep(0.05)
    assert consumer.told == []
