"""Persistent sessions over a restart, on both engines. Source: MQTT 3.1.1, 3.1.2.4 and 4.4."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from linli.kernel.clock import ManualClock
from linli.protocols import mqtt
from linli.things.mqtt import session_rows, stored_sessions
from linli.things.mqtt.store import StoredDownlink
from linli.things.mqtt.stored_sessions import DatabaseSessionStore
from linli.things.mqtt.subscriptions import Subscription
from tests.things.mqtt.backend import PK, device_connect
from tests.things.mqtt.conftest import Rig

KEY = (PK, "door")
SET = f"/sys/{PK}/door/thing/service/property/set"
TOPIC = f"/{PK}/door/user/get"


@asynccontextmanager
async def running(database):
    rig = Rig(store=DatabaseSessionStore(database, ManualClock()))
    await rig.start()
    try:
        yield rig
    finally:
        await rig.stop()


async def test_filters_and_messages_survive_a_restart(database):
    async with running(database) as rig:
        client = await rig.connect(device_connect("door", clean=False))
        client.send(mqtt.Subscribe(1, ((TOPIC, 1), (f"/{PK}/door/user/old", 0))))
        assert await client.read() == mqtt.Suback(1, (1, 0))
        client.send(mqtt.Unsubscribe(2, (f"/{PK}/door/user/old",)))
        assert await client.read() == mqtt.Unsuback(2)
        for text in (b"1", b"2"):
            rig.switchboard.publish(PK, "door", SET, text, qos=1, queue=True)
        rig.switchboard.publish(PK, "door", SET, b"call", qos=1)
        first = await client.read()
        client.send(mqtt.Puback(first.packet_id))
        await client.ping()
        client.abort()
        await rig.backend.until(lambda: len(rig.backend.events) == 2)
        rig.switchboard.publish(PK, "door", TOPIC, b"3", qos=1, queue=True)
        rig.switchboard.publish(
            PK, "door", SET, b"stale", qos=1, queue=True, expires_ms=rig.clock.now_ms() + 10
        )
    async with running(database) as rig:
        await rig.clock.advance(20)
        assert rig.switchboard.publish(PK, "door", TOPIC, b"4", qos=1, queue=True)
        assert not rig.switchboard.publish(PK, "door", f"/{PK}/door/user/old", b"x", qos=1, queue=True)
        client = await rig.connect(device_connect("door", clean=False), present=True)
        got = await client.ping()
        assert [packet.payload for packet in got] == [b"2", b"3", b"4"]
        for packet in got:
            client.send(mqtt.Puback(packet.packet_id))
        await client.ping()
        client.send(mqtt.Disconnect())
        await client.closed()
    async with running(database) as rig:
        client = await rig.connect(device_connect("door", clean=False), present=True)
        assert await client.ping() == []
        clean = await rig.connect(device_connect("door"))
        assert await clean.ping() == []
    async with running(database) as rig:
        await rig.connect(device_connect("door", clean=False), present=False)


async def test_what_was_settled_at_once_is_never_written(database, monkeypatch):
    store = DatabaseSessionStore(database, ManualClock())
    written: list[int] = []
    apply = session_rows.write

    async def watch(tx, changes):
        written.extend(number for change in changes.values() for number in change.queued)
        await apply(tx, changes)

    monkeypatch.setattr(session_rows, "write", watch)
    store.opened(KEY, 60)
    for number in range(1, 101):
        store.queued(KEY, StoredDownlink(number, SET, b"x"))
        if number != 50:
            store.settled(KEY, number)
    await store.close()
    assert written == [50]


@pytest.mark.engines("sqlite")
async def test_a_failed_write_is_tried_again_and_holds_back_what_waits_for_it(database, monkeypatch):
    monkeypatch.setattr(stored_sessions, "RETRY_SECONDS", 0.01)
    store = DatabaseSessionStore(database, ManualClock())
    failures = 2
    apply = session_rows.write
    order: list[str] = []

    async def fail(tx, changes):
        nonlocal failures
        if failures:
            failures -= 1
            order.append("failed")
            raise OSError("disk full")
        await apply(tx, changes)
        order.append("written")

    monkeypatch.setattr(session_rows, "write", fail)
    durable = asyncio.Event()
    store.opened(KEY, 60)
    store.subscribed(KEY, [Subscription(TOPIC, 1)])

    def told() -> None:
        order.append("told")
        durable.set()

    store.when_durable(told)
    async with asyncio.timeout(30):
        await durable.wait()
    assert order == ["failed", "failed", "written", "told"]
    await store.close()
    (stored,) = await DatabaseSessionStore(database, ManualClock()).load()
    assert (stored.key, stored.filters) == (KEY, [Subscription(TOPIC, 1)])


async def test_forgotten_and_begun_again_in_one_write(database):
    store = DatabaseSessionStore(database, ManualClock())
    store.opened(KEY, 60)
    store.subscribed(KEY, [Subscription(TOPIC, 1)])
    store.queued(KEY, StoredDownlink(1, SET, b"x"))
    await store.close()
    store = DatabaseSessionStore(database, ManualClock())
    store.forgotten(KEY)
    store.opened(KEY, 60)
    store.subscribed(KEY, [Subscription(SET, 0)])
    store.gone(KEY, 77, 60)
    await store.close()
    (stored,) = await DatabaseSessionStore(database, ManualClock()).load()
    assert (stored.filters, stored.downlinks, stored.gone_ms) == ([Subscription(SET, 0)], [], 77)
