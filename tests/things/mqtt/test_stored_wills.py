"""Wills over the death of a front: said once by whoever goes on, and not when the client is back. Both engines."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.protocols import mqtt
from linli.protocols.mqtt import Properties
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.stored_sessions import DatabaseSessionStore
from linli.things.mqtt.stored_wills import DatabaseWills, forget_will
from tests.things.mqtt.backend import APP, PK, app_connect, device_connect
from tests.things.mqtt.conftest import Rig

USER = f"/{PK}/door/user/last"
LATER = mqtt.Will(USER, b"lost", 1, properties=Properties(will_delay=30, content_type="t"))
NOW = mqtt.Will(USER, b"lost", 1)

type Start = Callable[[str], Awaitable[Rig]]


@pytest.fixture
async def start(database: Database) -> AsyncIterator[Start]:
    """Fronts over one database, one after the other. What an earlier one is told no more happens is its death."""
    rigs: list[Rig] = []

    async def one(name: str) -> Rig:
        clock = ManualClock()
        wills = DatabaseWills(database, clock, name)
        rig = Rig(store=DatabaseSessionStore(database, clock), wills=wills)
        rigs.append(rig)
        return await rig.start()

    yield one
    for rig in rigs:
        await rig.stop()


async def written(rig: Rig) -> None:
    """All that the front keeps is in the database."""
    for held in (rig.front._kept_wills, rig.front._store):
        while held._writer is not None:
            await held._writer


def v5(will: mqtt.Will | None, *, expiry: int = 600, clean: bool = False) -> mqtt.Connect:
    properties = Properties(session_expiry=expiry)
    return device_connect("door", will=will, level=5, clean=clean, properties=properties)


async def lose(rig: Rig, connect: mqtt.Connect) -> None:
    client = await rig.connect(connect)
    client.abort()
    await rig.backend.until(lambda: rig.backend.events[-1][0] == Gone.LOST)
    await written(rig)


def said(rig: Rig) -> list[tuple[str, bytes]]:
    return [(uplink.topic.text, uplink.payload) for uplink in rig.backend.uplinks]


async def test_a_delayed_will_outlives_the_front(start):
    one = await start("one")
    await lose(one, v5(LATER))
    two = await start("two")
    await two.ticks(29)
    assert said(two) == []
    await two.ticks(2)
    assert said(two) == [(USER, b"lost")]
    assert two.backend.uplinks[0].extra.message.properties == Properties(content_type="t")
    assert two.backend.uplinks[0].device_no == one.backend.sessions[PK, "door"].device_no
    await written(two)
    three = await start("three")
    await three.ticks(60)
    assert said(three) == [], "once"


@pytest.mark.parametrize(("will", "waits"), [(LATER, 30), (NOW, 1)])
async def test_the_will_of_a_client_that_was_connected_when_its_front_died(start, will, waits):
    one = await start("one")
    await one.connect(v5(will))
    await written(one)
    two = await start("two")
    await two.ticks(waits - 1)
    assert said(two) == []
    await two.ticks(1)
    assert said(two) == [(USER, b"lost")]


async def test_an_apps_will(start):
    one = await start("one")
    topic = f"/app/{APP}/user/last"
    await one.connect(app_connect(will=mqtt.Will(topic, b"lost", 1)))
    await written(one)
    two = await start("two")
    await two.ticks(1)
    assert said(two) == [(topic, b"lost")]


async def test_who_comes_back_is_not_lost(start):
    one = await start("one")
    await lose(one, v5(LATER))
    two = await start("two")
    await two.ticks(10)
    client = await two.connect(v5(None), present=True)
    await two.ticks(60)
    assert said(two) == []
    client.send(mqtt.Disconnect())
    assert await client.closed()
    await written(two)
    three = await start("three")
    await three.ticks(60)
    assert said(three) == []


async def test_who_leaves_in_order_leaves_no_will(start):
    one = await start("one")
    client = await one.connect(v5(LATER))
    client.send(mqtt.Disconnect())
    assert await client.closed()
    await written(one)
    two = await start("two")
    await two.ticks(60)
    assert said(two) == []


async def test_only_the_heir_of_a_front_says_its_wills(start, database):
    one = await start("one")
    await lose(one, v5(LATER))
    wills = DatabaseWills(database, ManualClock(), "three")
    assert await wills.inherit("two") == []
    (kept,) = await wills.inherit("one")
    assert (kept.key, kept.will, kept.delay_s) == ((PK, "door"), LATER, 30)
    assert await wills.inherit("one") == []


async def test_a_deleted_device_says_nothing(start, database):
    one = await start("one")
    await lose(one, v5(LATER))
    async with database.begin() as tx:
        await forget_will(tx, product_key=PK, device_name="door")
    two = await start("two")
    await two.ticks(60)
    assert said(two) == []
