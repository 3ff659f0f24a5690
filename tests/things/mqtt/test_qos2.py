"""QoS 2 both ways: exactly once, over lost connections and restarts. Source: MQTT 3.1.1 and 5.0, 4.3.3 and 4.4."""

from contextlib import asynccontextmanager

import pytest

from linli.kernel.clock import ManualClock
from linli.protocols import mqtt
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.stored_sessions import DatabaseSessionStore
from tests.things.mqtt.backend import APP, PK, app_connect, device_connect, post
from tests.things.mqtt.conftest import Rig

USER = f"/{PK}/door/user/get"
LASTING = device_connect("door", clean=False)


@asynccontextmanager
async def running(database):
    rig = Rig(store=DatabaseSessionStore(database, ManualClock()))
    await rig.start()
    try:
        yield rig
    finally:
        await rig.stop()


async def lost(rig: Rig) -> None:
    rig.clients[-1].abort()
    await rig.backend.until(lambda: rig.backend.events[-1][0] == Gone.LOST)


@pytest.fixture(params=[4, 5])
def level(request):
    return request.param


def lasting(level: int) -> mqtt.Connect:
    properties = mqtt.Properties(session_expiry=600) if level == 5 else None
    return device_connect("door", clean=False, level=level, properties=properties)


async def test_a_message_is_taken_once_however_often_it_comes(rig, level):
    client = await rig.connect(lasting(level))
    for _ in range(3):
        client.send(post("door", b"1", 2, 7))
        assert await client.read() == mqtt.Pubrec(7)
    client.send(mqtt.Pubrel(7))
    assert await client.read() == mqtt.Pubcomp(7)
    client.send(post("door", b"1", 2, 7))
    assert await client.read() == mqtt.Pubrec(7)
    assert rig.backend.payloads() == [b"1", b"1"]


async def test_pubrec_comes_after_the_commit(rig):
    rig.backend.holding = True
    client = await rig.connect(LASTING)
    client.send(post("door", b"1", 2, 7))
    assert await client.ping() == []
    client.send(post("door", b"1", 2, 7))  # impatient
    assert await client.ping() == []
    rig.backend.finish()
    assert await client.ping() == [mqtt.Pubrec(7)]
    assert rig.backend.payloads() == [b"1"]


async def test_committed_after_the_client_came_back(rig):
    rig.backend.holding = True
    client = await rig.connect(LASTING)
    client.send(post("door", b"1", 2, 7))
    await client.ping()
    await lost(rig)
    client = await rig.connect(LASTING, present=True)
    again = post("door", b"1", 2, 7)
    again.dup = True
    client.send(again)
    assert await client.ping() == []
    rig.backend.finish()
    assert await client.read() == mqtt.Pubrec(7)
    assert rig.backend.payloads() == [b"1"]


async def test_what_was_not_stored_may_come_again(rig):
    rig.backend.holding = True
    client = await rig.connect(LASTING)
    client.send(post("door", b"1", 2, 7))
    await client.ping()
    rig.switchboard.refuse(rig.backend.kept)
    assert await client.closed()
    rig.backend.holding = False
    client = await rig.connect(LASTING, present=True)
    client.send(post("door", b"1", 2, 7))
    assert await client.read() == mqtt.Pubrec(7)
    assert rig.backend.payloads() == [b"1", b"1"]


async def test_taken_once_over_a_restart(database):
    async with running(database) as rig:
        client = await rig.connect(LASTING)
        client.send(post("door", b"1", 2, 7))
        assert await client.read() == mqtt.Pubrec(7)
    async with running(database) as rig:
        client = await rig.connect(LASTING, present=True)
        again = post("door", b"1", 2, 7)
        again.dup = True
        client.send(again)
        assert await client.read() == mqtt.Pubrec(7)
        client.send(mqtt.Pubrel(7))
        assert await client.read() == mqtt.Pubcomp(7)
        assert rig.backend.payloads() == []
    async with running(database) as rig:
        client = await rig.connect(LASTING, present=True)
        client.send(post("door", b"2", 2, 7))
        assert await client.read() == mqtt.Pubrec(7)
        assert rig.backend.payloads() == [b"2"]


async def subscribed(rig: Rig, connect: mqtt.Connect = LASTING, *, present: bool = False):
    client = await rig.connect(connect, present=present)
    client.send(mqtt.Subscribe(1, ((USER, 2),)))
    assert (await client.read()).codes == (2,)
    return client


async def speak(rig: Rig, *payloads: bytes) -> None:
    speaker = await rig.connect(app_connect())
    for number, payload in enumerate(payloads, 1):
        speaker.send(mqtt.Publish(USER, payload, 2, number))
        assert await speaker.read() == mqtt.Pubrec(number)
        speaker.send(mqtt.Pubrel(number))
        assert await speaker.read() == mqtt.Pubcomp(number)


async def test_from_an_app_to_a_device(rig, level):
    client = await subscribed(rig, lasting(level))
    await speak(rig, b"1")
    assert await client.read() == mqtt.Publish(USER, b"1", 2, 1)
    client.send(mqtt.Pubrec(1))
    assert await client.read() == mqtt.Pubrel(1)
    client.send(mqtt.Pubrec(1))
    assert await client.read() == mqtt.Pubrel(1)
    client.send(mqtt.Pubcomp(1))
    assert await client.ping() == []
    assert not rig.backend.sessions[PK, "door"].outbox.inflight


async def test_each_step_goes_on_after_a_lost_connection(rig):
    await subscribed(rig)
    await speak(rig, b"1")
    rig.clients.append(rig.clients[0])
    await lost(rig)
    client = await rig.connect(LASTING, present=True)
    assert await client.read() == mqtt.Publish(USER, b"1", 2, 1, dup=True)
    client.send(mqtt.Pubrec(1))
    assert await client.read() == mqtt.Pubrel(1)
    await lost(rig)
    client = await rig.connect(LASTING, present=True)
    assert await client.read() == mqtt.Pubrel(1)
    client.send(mqtt.Pubcomp(1))
    await client.ping()
    await lost(rig)
    client = await rig.connect(LASTING, present=True)
    assert await client.ping() == []


async def test_each_step_goes_on_after_a_restart(database):
    async with running(database) as rig:
        client = await subscribed(rig)
        await speak(rig, b"1", b"2")
        assert await client.read() == mqtt.Publish(USER, b"1", 2, 1)
        assert await client.read() == mqtt.Publish(USER, b"2", 2, 2)
        client.send(mqtt.Pubrec(1))
        assert await client.read() == mqtt.Pubrel(1)
    async with running(database) as rig:
        client = await rig.connect(LASTING, present=True)
        assert await client.read() == mqtt.Pubrel(1)
        assert await client.read() == mqtt.Publish(USER, b"2", 2, 2, dup=True)
        client.send(mqtt.Pubcomp(1), mqtt.Pubrec(2))
        assert await client.read() == mqtt.Pubrel(2)
        client.send(mqtt.Pubcomp(2))
        await client.ping()
    async with running(database) as rig:
        client = await rig.connect(LASTING, present=True)
        assert await client.ping() == []


async def test_an_app_that_releases_what_is_not_there(rig):
    client = await rig.connect(app_connect())
    client.send(mqtt.Pubrel(9), mqtt.Pubrec(8), mqtt.Pubcomp(7))
    assert await client.ping() == [mqtt.Pubcomp(9), mqtt.Pubrel(8)]


async def test_apps_among_themselves(rig):
    topic = f"/app/{APP}/user/x"
    one = await rig.connect(app_connect("c1"))
    one.send(mqtt.Subscribe(1, ((topic, 2),)))
    await one.read()
    two = await rig.connect(app_connect("c2"))
    two.send(mqtt.Publish(topic, b"x", 2, 5))
    assert await two.read() == mqtt.Pubrec(5)
    assert await one.read() == mqtt.Publish(topic, b"x", 2, 1)
