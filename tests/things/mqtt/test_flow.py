"""Acknowledgement after commit, its order, and that nothing grows without bound. Source: design 4.2."""

import asyncio
import random

from linli.protocols import mqtt
from linli.protocols.mqtt.encode import publish
from linli.things.mqtt import metrics
from tests.things.mqtt.backend import PK, device_connect, post


async def test_puback_waits_for_the_commit_and_keeps_the_order(rig):
    rig.backend.holding = True
    client = await rig.connect(device_connect("door"))
    client.send(*(post("door", b"%d" % n, packet_id=n) for n in range(1, 21)))
    assert await client.ping() == []
    held = rig.backend.kept[:]
    shuffled = held[1:]
    random.Random(1).shuffle(shuffled)
    for uplink in shuffled:
        rig.switchboard.done([uplink])
    assert await client.ping() == [], "the first is not committed"
    rig.switchboard.done(held[:1])
    assert await client.ping() == [mqtt.Puback(n) for n in range(1, 21)]


async def test_one_write_carries_the_acknowledgements_of_a_commit(rig, monkeypatch):
    rig.backend.holding = True
    client = await rig.connect(device_connect("door"))
    client.send(*(post("door", b"x", packet_id=n) for n in range(1, 33)))
    await client.ping()
    connection = rig.backend.sessions[(PK, "door")].connection
    writes: list[bytes] = []

    class Recording:
        def __getattr__(self, name):
            return getattr(real, name)

        def write(self, data):
            writes.append(data)
            real.write(data)

    real, connection._transport = connection._transport, Recording()
    rig.backend.finish()
    await asyncio.sleep(0)
    assert len(writes) == 1
    assert len(await client.ping()) == 32


async def test_refused_uplinks_close_the_connection_and_come_again(rig):
    rig.backend.holding = True
    client = await rig.connect(device_connect("door"))
    client.send(post("door", b"1"), post("door", b"2", packet_id=2))
    await client.ping()
    first, second = rig.backend.kept
    rig.switchboard.done([first])
    rig.switchboard.refuse([second])
    assert rig.backend.events[-1] == ("refused", PK, "door")
    assert await client.closed()
    assert rig.front.traffic.pending == 0


async def test_a_backend_that_raises_closes_the_connection(rig, monkeypatch):
    client = await rig.connect(device_connect("door"))

    def fail(uplinks):
        raise RuntimeError

    monkeypatch.setattr(rig.backend, "accept", fail)
    client.send(post("door", b"1"))
    assert await client.closed()
    assert rig.front.traffic.pending == 0


async def test_qos_2_is_taken_once(rig):
    client = await rig.connect(device_connect("door", clean=False))
    message = post("door", b"x", 2, 9)
    client.send(message)
    assert await client.read() == mqtt.Pubrec(9)
    client.abort()
    await rig.backend.until(lambda: len(rig.backend.events) == 2)
    client = await rig.connect(device_connect("door", clean=False), present=True)
    message.dup = True
    client.send(message)
    assert await client.read() == mqtt.Pubrec(9)
    client.send(mqtt.Pubrel(9))
    assert await client.read() == mqtt.Pubcomp(9)
    assert len(rig.backend.uplinks) == 1
    client.send(message)
    assert await client.read() == mqtt.Pubrec(9)
    assert len(rig.backend.uplinks) == 2


async def test_a_connection_is_not_read_from_beyond_its_bound(make_rig):
    rig = await make_rig(max_pending=10)
    rig.backend.holding = True
    client = await rig.connect(device_connect("door"))
    wire = [mqtt.encode(post("door", b"x" * 1000, packet_id=n)) for n in range(1, 2001)]
    writing = asyncio.create_task(_drain(client, wire))
    await rig.backend.until(lambda: len(rig.backend.uplinks) > 10)
    await asyncio.sleep(0.1)
    taken = len(rig.backend.uplinks)
    assert taken < 1000, "what one read of the socket brought, and no more"
    await asyncio.sleep(0.05)
    assert len(rig.backend.uplinks) == taken
    rig.backend.holding = False
    rig.backend.finish()
    got = [await client.read() for _ in range(2000)]
    assert got == [mqtt.Puback(n) for n in range(1, 2001)]
    await writing
    assert rig.front.traffic.pending == rig.front.traffic.pending_bytes == 0


async def _drain(client, wire):
    for at in range(0, len(wire), 50):
        client.send(*wire[at : at + 50])
        await client.writer.drain()


async def test_over_the_total_nobody_is_read_from(make_rig):
    rig = await make_rig(max_pending_total=50)
    rig.backend.holding = True
    one, two = await rig.connect(device_connect("d1")), await rig.connect(device_connect("d2"))
    one.send(*(post("d1", b"x", packet_id=n) for n in range(1, 61)))
    await rig.backend.until(lambda: len(rig.backend.uplinks) >= 60)
    two.send(post("d2", b"x"))
    three = await rig.dial()
    three.send(device_connect("d3"))
    await asyncio.sleep(0.05)
    assert len(rig.backend.uplinks) == 60
    assert len(rig.backend.events) == 2
    rig.backend.finish()
    assert await three.read() == mqtt.Connack(0)
    await rig.backend.until(lambda: len(rig.backend.uplinks) == 61)


async def test_uplinks_of_lost_connections_still_count(make_rig):
    rig = await make_rig(max_pending_total=50)
    rig.backend.holding = True
    one = await rig.connect(device_connect("d1"))
    one.send(*(post("d1", b"x", packet_id=n) for n in range(1, 61)))
    await rig.backend.until(lambda: len(rig.backend.uplinks) >= 60)
    rig.switchboard.kick(PK, "d1")
    assert rig.front.traffic.pending == 60
    assert rig.front.traffic.paused
    rig.backend.finish()
    assert rig.front.traffic.pending == 0
    assert not rig.front.traffic.paused


async def test_downlinks_wait_for_the_window_and_then_are_refused(make_rig):
    rig = await make_rig(max_inflight=3, max_queued=5)
    client = await rig.connect(device_connect("door"))
    topic = f"/sys/{PK}/door/thing/service/open"
    sent = [rig.switchboard.publish(PK, "door", topic, b"%d" % n, qos=1) for n in range(10)]
    assert sent == [True] * 8 + [False] * 2
    got: list[bytes] = []
    while len(got) < 8:
        for packet in await client.ping():
            got.append(packet.payload)
            client.send(mqtt.Puback(packet.packet_id))
    assert got == [b"%d" % n for n in range(8)]
    assert rig.front.traffic.queued_bytes == 0


async def test_bytes_that_wait_are_bounded_for_one_and_for_all(make_rig):
    rig = await make_rig(max_inflight=1, max_queued_bytes=100, max_queued_total_bytes=150)
    await rig.connect(device_connect("d1"))
    await rig.connect(device_connect("d2"))

    def send(name: str, size: int) -> bool:
        return rig.switchboard.publish(PK, name, f"/sys/{PK}/{name}/thing/service/x", b"x" * size, qos=1)

    assert send("d1", 1)
    assert send("d2", 1)
    assert send("d1", 100)
    assert not send("d1", 1)
    assert send("d2", 50)
    assert not send("d2", 1)


async def test_who_does_not_read_is_dropped(make_rig):
    rig = await make_rig(write_high_water=10_000, max_inflight=1000)
    client = await rig.connect(device_connect("door", clean=False))
    client.writer.transport.pause_reading()
    topic, body = f"/sys/{PK}/door/thing/service/open", b"x" * 1000
    count = 0
    for _ in range(100):
        for _ in range(200):
            count += rig.switchboard.publish(PK, "door", topic, body)
        await asyncio.sleep(0)
    connection = rig.backend.sessions[(PK, "door")].connection
    assert connection.blocked
    assert count < 20_000
    assert len(connection._out) < 300
    assert not rig.switchboard.publish(PK, "door", topic, body)
    assert rig.switchboard.publish(PK, "door", topic, body, qos=1, queue=True), "QoS 1 waits"
    await rig.ticks(31)
    assert rig.backend.events[-1] == ("slow", PK, "door")
    client.abort()
    client = await rig.connect(device_connect("door", clean=False), present=True)
    assert await client.ping() == [mqtt.Publish(topic, body, 1, 1)]


async def test_a_slow_reader_that_recovers_gets_what_waited(make_rig):
    rig = await make_rig(write_high_water=10_000)
    client = await rig.connect(device_connect("door"))
    client.writer.transport.pause_reading()
    topic, body = f"/sys/{PK}/door/thing/service/open", b"x" * 1000
    connection = rig.backend.sessions[(PK, "door")].connection
    while not connection.blocked:
        rig.switchboard.publish(PK, "door", topic, body)
        await asyncio.sleep(0)
    rig.switchboard.publish(PK, "door", topic, b"last", qos=1)
    client.writer.transport.resume_reading()
    async with asyncio.timeout(30):
        while True:
            packet = await client.read()
            if isinstance(packet, mqtt.Publish) and packet.payload == b"last":
                break
    assert await client.ping() == []


async def test_packets_beyond_the_size_end_the_connection(make_rig):
    rig = await make_rig(max_packet=5000, max_packet_unknown=1000)
    stranger = await rig.dial()
    stranger.send(device_connect("x" * 1200))
    assert await stranger.closed()
    client = await rig.connect(device_connect("door"))
    client.send(post("door", b"x" * 4900))
    assert await client.read() == mqtt.Puback(1)
    client.send(post("door", b"fine", packet_id=2), publish("a", b"x" * 5000)[:10])
    assert await client.read() == mqtt.Puback(2)
    assert await client.closed()
    assert rig.backend.events[-1] == ("protocol", PK, "door")


async def test_figures_are_told_once_a_tick(rig):
    before = metrics.UPLINKS._value.get()
    client = await rig.connect(device_connect("door"))
    client.send(post("door", b"1"), post("other", b"2", packet_id=2))
    await client.ping()
    await rig.ticks(1)
    assert metrics.UPLINKS._value.get() == before + 2
    assert (metrics.CONNECTIONS._value.get(), metrics.SESSIONS._value.get()) == (1, 1)
