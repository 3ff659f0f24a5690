"""Clients that lie, shout and break the protocol: they are cut off, the others notice nothing."""

import asyncio
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.protocols import mqtt
from linli.protocols.mqtt.encode import publish
from tests.things.mqtt.backend import PK, Client, device_connect, post


@pytest.mark.parametrize(
    "wire",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"\x10\xff\xff\xff\xff\x01",
        b"\x10\xff\xff\xff\x7f",
        mqtt.encode(mqtt.Pingreq()),
        publish("a", b"x"),
        b"\x10\x00",
        b"\x00" * 50,
    ],
)
async def test_what_is_no_connect(rig, wire):
    client = await rig.dial()
    client.send(wire)
    assert await client.closed()
    assert rig.backend.events == []


@pytest.mark.parametrize(
    "wire",
    [
        mqtt.encode(device_connect("door")),
        mqtt.encode(mqtt.Connack()),
        bytes.fromhex("36060003612f620001"),
        bytes.fromhex("30050003612f23"),
        bytes.fromhex("82020001"),
        b"\xff\x05",
    ],
)
async def test_what_ends_an_open_connection_after_what_came_before_it(rig, wire):
    client = await rig.connect(device_connect("door"))
    other = await rig.connect(device_connect("other"))
    client.send(post("door", b"1"), wire, post("door", b"2", packet_id=2))
    assert await client.read() == mqtt.Puback(1)
    assert await client.closed()
    assert [uplink.payload for uplink in rig.backend.uplinks] == [b"1"]
    assert rig.backend.events[-1] == ("protocol", PK, "door")
    assert await other.ping() == []


async def test_acknowledgements_nobody_waits_for_are_ignored(rig):
    client = await rig.connect(device_connect("door"))
    client.send(mqtt.Puback(77), mqtt.Puback(77), mqtt.Pubrel(9), mqtt.Unsubscribe(3, ("nothing",)))
    assert await client.ping() == [mqtt.Pubcomp(9), mqtt.Unsuback(3)]


OTHERS = [
    f"/sys/{PK}/other/thing/event/property/post",
    "/sys/other/door/thing/event/property/post",
    f"/{PK}/other/user/x",
    f"/shadow/update/{PK}/other",
    f"/ota/device/inform/{PK}/other",
    f"/ext/session/{PK}/other/combine/login",
    f"/ext/rrpc/1/sys/{PK}/other/thing/service/x",
    f"/ext/ntp/{PK}/other/request",
    f"/sys/{PK}/door.x/thing/event/property/post",
    "$SYS/broker/x",
    "test/topic",
    "/",
]


async def test_publishing_for_others_is_acknowledged_told_and_dropped(rig):
    client = await rig.connect(device_connect("door"))
    for number, topic in enumerate(OTHERS, 1):
        client.send(mqtt.Publish(topic, b"lie", 1, number))
    client.send(post("door", b"true", packet_id=99))
    got = await client.ping()
    assert [p for p in got if isinstance(p, mqtt.Puback)] == [mqtt.Puback(n) for n in [*range(1, 13), 99]]
    told = [p for p in got if isinstance(p, mqtt.Publish)]
    assert {p.topic for p in told} == {f"/ext/error/{PK}/door"}
    first = json.loads(told[0].payload)
    assert (first["code"], first["data"]) == (520, {"productKey": PK, "deviceName": "other"})
    assert [uplink.payload for uplink in rig.backend.uplinks] == [b"true"]


FILTERS = ["#", "/#", "+/+", "/sys/#", f"/sys/{PK}/#", f"/sys/{PK}/+/thing/#", "/sys/+/door/#", f"/+/{PK}/door/x",
           f"/sys/{PK}/other/#", "/ext/rrpc/#", "/ext/#", "$SYS/#", "$share/g/#", f"/{PK}/+/user/x"]  # fmt: skip


async def test_listening_to_others_is_refused(rig):
    client = await rig.connect(device_connect("door"))
    client.send(mqtt.Subscribe(1, tuple((text, 1) for text in FILTERS)))
    assert await client.read() == mqtt.Suback(1, (0x80,) * len(FILTERS))
    await rig.connect(device_connect("other"))
    rig.switchboard.publish(PK, "other", f"/sys/{PK}/other/thing/service/open", b"x")
    assert await client.ping() == []


async def test_who_keeps_trying_is_closed(make_rig):
    rig = await make_rig(max_denied=20)
    client = await rig.connect(device_connect("door"))
    for number in range(1, 50):
        client.send(mqtt.Publish(OTHERS[0], b"lie", 1, number))
        await client.writer.drain()
    assert await client.closed()
    assert rig.backend.events[-1] == ("not_allowed", PK, "door")
    assert rig.front.traffic.pending == 0


async def test_filters_of_one_session_are_bounded(make_rig):
    rig = await make_rig(max_filters=10)
    client = await rig.connect(device_connect("door"))
    client.send(mqtt.Subscribe(1, tuple((f"/{PK}/door/user/{n}", 0) for n in range(12))))
    assert await client.read() == mqtt.Suback(1, (0,) * 10 + (0x80,) * 2)
    client.send(mqtt.Subscribe(2, ((f"/{PK}/door/user/3", 1),)))
    assert await client.read() == mqtt.Suback(2, (1,))


async def test_topics_without_end_do_not_grow_the_memory(rig):
    client = await rig.connect(device_connect("door"))
    for start in range(0, 3000, 100):
        client.send(*(mqtt.Publish(f"/{PK}/door/user/{n}", b"") for n in range(start, start + 100)))
        await client.ping()
    connection = rig.backend.sessions[(PK, "door")].connection
    assert len(connection._rights) <= 512
    for n in range(2000):
        rig.switchboard.publish(PK, "door", f"/{PK}/door/user/{n}", b"")
    assert len(rig.backend.sessions[(PK, "door")].subscriptions._answers) <= 256


async def test_qos_2_without_release_is_bounded(make_rig):
    rig = await make_rig(max_incoming=20)
    client = await rig.connect(device_connect("door"))
    for number in range(1, 40):
        client.send(post("door", b"x", 2, number))
    assert await client.closed()
    assert len(rig.backend.uplinks) <= 20


async def test_connections_that_come_and_go_leave_nothing(rig):
    for _ in range(100):
        client = await rig.connect(device_connect("door"))
        client.send(post("door", b"x"))
        client.abort()
    await rig.backend.until(lambda: rig.backend.events[-1][0] == "lost")
    async with asyncio.timeout(30):
        while rig.front.traffic.connections:
            await asyncio.sleep(0.01)
    assert not rig.switchboard.clients.devices
    assert not rig.switchboard.clients.routes
    assert rig.front.traffic.pending == 0


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=6), st.booleans())
async def test_any_bytes_end_in_an_open_or_a_closed_connection(rig, chunks, connected):
    client = await rig.connect(device_connect("door")) if connected else await rig.dial()
    try:
        for chunk in chunks:
            client.send(chunk)
            await client.writer.drain()
        client.writer.write_eof()
        assert await client.closed()
    except (ConnectionError, mqtt.MqttError):
        pass
    finally:
        client.abort()
    good = await Client.dial(rig.port)
    good.send(device_connect("good"))
    assert isinstance(await good.read(), mqtt.Connack)
    good.abort()
