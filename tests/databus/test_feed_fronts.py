"""Device feeds over two fronts: whoever listens at one hears devices at the other, and a dead front's feed moves on."""

import asyncio

import pytest

from linli.databus.queues.leases import LEASE_MS
from linli.kernel.db import open_database
from tests.databus.test_mqtt import House, door, feed_of  # noqa: F401  # door is a fixture
from tests.databus.test_webhooks import until

pytestmark = pytest.mark.engines("postgresql")  # SQLite has one process only


@pytest.fixture
async def fronts(database_url, db, clock, ids, secrets):
    """Two processes' worth of platform over one database."""
    second = await open_database(database_url, clock=clock)
    houses = House(db, clock, ids, secrets), House(second, clock, ids, secrets)
    for house in houses:
        await house.start()
    yield houses
    for house in houses:
        await house.stop()
    await second.close()


def temperatures(consumer):
    return [
        one.json["items"]["Temperature"]["value"] for one in consumer.told if one.topic.endswith("/property")
    ]


async def hears(consumer, wanted):
    async def all_there():
        return set(temperatures(consumer)) >= set(wanted)

    await until(all_there, 60)


@pytest.fixture
def known_door(door):  # noqa: F811
    """Made before the fronts start, so that both know it."""
    return door


async def test_a_consumer_at_one_front_hears_a_device_at_another(db, ours, known_door, fronts):
    here, there = fronts
    consumer = await here.consumer(ours)
    await consumer.subscribe(f"/sys/appkey/{ours.app_key}/thing/#")
    await feed_of(db, ours)
    device = await there.platform.connect(known_door)
    for value in range(20):
        await device.post({"Temperature": value})
    await hears(consumer, range(20))
    assert temperatures(consumer) == sorted(temperatures(consumer)), "of one device they come in order"


async def test_what_a_dead_front_did_not_hand_on_comes_from_the_next(db, clock, ours, known_door, fronts):
    dying, living = fronts
    first = await dying.consumer(ours, "first")
    await first.subscribe(f"/sys/appkey/{ours.app_key}/thing/#")
    await feed_of(db, ours)
    device = await living.platform.connect(known_door)
    await device.post({"Temperature": 1})
    await hears(first, [1])
    # It dies without a word: nothing is saved, its lease stays until it lapses.
    dying.feed._rounds._task.cancel()
    for queue in dying.feed._queues.values():
        await queue.close()
    dying.feed._queues.clear()
    for value in range(2, 12):
        await device.post({"Temperature": value})
    second = await living.consumer(ours, "second")
    await second.subscribe(f"/sys/appkey/{ours.app_key}/thing/#")
    for _ in range(LEASE_MS // 1000 + 3):
        await clock.advance(1_000)
        await asyncio.sleep(0.03)
    await hears(second, range(2, 12))
    await device.post({"Temperature": 12})
    await hears(second, [12])
