"""Take-over, clean and persistent sessions, downlinks. Source: spec clients b.3, traps 2 and 16; design 4.8."""

import asyncio

from linli.protocols import mqtt
from tests.things.mqtt.backend import APP, PK, app_connect, device_connect, post

SET = f"/sys/{PK}/door/thing/service/property/set"


async def test_the_newer_connection_takes_over_whatever_its_client_id(rig):
    first = await rig.connect(device_connect("door", client_id="c1"))
    second = await rig.connect(device_connect("door", client_id="c2"))
    assert await first.closed()
    assert rig.backend.events == [
        ("connected", PK, "door"),
        ("taken_over", PK, "door"),
        ("connected", PK, "door"),
    ]
    assert rig.switchboard.publish(PK, "door", SET, b"1")
    assert await second.read() == mqtt.Publish(SET, b"1")


async def test_system_topics_need_no_subscription(rig):
    client = await rig.connect(device_connect("door"))
    acks: list[bool] = []
    system = [
        SET,
        f"/shadow/get/{PK}/door",
        f"/ext/rrpc/9/sys/{PK}/door/thing/service/open",
        f"/ota/device/upgrade/{PK}/door",
    ]
    for topic in system:
        assert rig.switchboard.publish(PK, "door", topic, b"x", qos=1, on_ack=acks.append)
    for topic in system:
        got = await client.read()
        assert isinstance(got, mqtt.Publish)
        assert (got.topic, got.qos) == (topic, 1)
        client.send(mqtt.Puback(got.packet_id))
    await client.ping()
    assert acks == [True] * 4


async def test_user_topics_go_by_subscription_one_copy_at_the_highest_granted_qos(rig):
    client = await rig.connect(device_connect("door"))
    topic = f"/{PK}/door/user/get"
    assert not rig.switchboard.publish(PK, "door", topic, b"x", qos=1)
    client.send(mqtt.Subscribe(1, ((topic, 0), (f"/{PK}/door/user/#", 2), (f"/{PK}/door/user/+", 0))))
    assert await client.read() == mqtt.Suback(1, (0, 2, 0))
    assert rig.switchboard.publish(PK, "door", topic, b"x", qos=1)
    assert await client.ping() == [mqtt.Publish(topic, b"x", 1, 1)]
    client.send(mqtt.Unsubscribe(2, (f"/{PK}/door/user/#",)))
    assert await client.read() == mqtt.Unsuback(2)
    assert rig.switchboard.publish(PK, "door", topic, b"y", qos=1)
    assert await client.ping() == [mqtt.Publish(topic, b"y")]


async def test_a_subscribed_system_topic_goes_at_the_granted_qos(rig):
    client = await rig.connect(device_connect("door"))
    client.send(mqtt.Subscribe(1, ((f"/sys/{PK}/door/thing/service/+", 0),)))
    await client.read()
    rig.switchboard.publish(PK, "door", f"/sys/{PK}/door/thing/service/open", b"x", qos=1)
    assert await client.ping() == [mqtt.Publish(f"/sys/{PK}/door/thing/service/open", b"x")]


async def test_own_uplinks_never_come_back(rig):
    client = await rig.connect(device_connect("door"))
    client.send(mqtt.Subscribe(1, ((f"/sys/{PK}/door/#", 1), (f"/{PK}/door/user/#", 1))))
    assert await client.read() == mqtt.Suback(1, (1, 1))
    client.send(post("door", b"{}"), mqtt.Publish(f"/{PK}/door/user/x", b"{}", 1, 2))
    assert {await client.read(), await client.read()} == {mqtt.Puback(1), mqtt.Puback(2)}
    assert await client.ping() == []


async def test_replies_go_by_the_same_connection(rig):
    rig.backend.on_uplinks = lambda uplinks: [u.reply(b"ok:" + u.payload) for u in uplinks]
    client = await rig.connect(device_connect("door"))
    client.send(post("door", b"1"), post("door", b"2", packet_id=2))
    got = [await client.read() for _ in range(4)]
    replies = [packet for packet in got if isinstance(packet, mqtt.Publish)]
    topic = f"/sys/{PK}/door/thing/event/property/post_reply"
    assert replies == [mqtt.Publish(topic, b"ok:1"), mqtt.Publish(topic, b"ok:2")]
    assert [packet for packet in got if packet not in replies] == [mqtt.Puback(1), mqtt.Puback(2)]


async def test_a_device_that_is_away(rig):
    acks: list[bool] = []
    assert not rig.switchboard.publish(PK, "door", SET, b"x", qos=1, queue=True)
    client = await rig.connect(device_connect("door"))
    assert rig.switchboard.publish(PK, "door", SET, b"x", qos=1, on_ack=acks.append, queue=True)
    client.close()
    await rig.backend.until(lambda: len(rig.backend.events) == 2)
    await asyncio.sleep(0)
    assert acks == [False], "a clean session loses what was not acknowledged, and says so"
    assert not rig.switchboard.publish(PK, "door", SET, b"x", qos=1, queue=True)


async def test_a_persistent_session_keeps_filters_and_qos_1(rig):
    acks: list[tuple[str, bool]] = []
    client = await rig.connect(device_connect("door", clean=False))
    topic = f"/{PK}/door/user/get"
    client.send(mqtt.Subscribe(1, ((topic, 1),)))
    await client.read()
    for text in ("a", "b"):
        rig.switchboard.publish(
            PK, "door", SET, text.encode(), qos=1, queue=True, on_ack=lambda ok, t=text: acks.append((t, ok))
        )
    rig.switchboard.publish(PK, "door", SET, b"call", qos=1, on_ack=lambda ok: acks.append(("call", ok)))
    first = [await client.read() for _ in range(3)]
    client.send(mqtt.Puback(first[0].packet_id))
    await client.ping()
    client.abort()
    await rig.backend.until(lambda: len(rig.backend.events) == 2)
    await asyncio.sleep(0)
    assert acks == [("a", True), ("call", False)], (
        "a call with a time-out does not wait for the next connection"
    )

    assert rig.switchboard.publish(PK, "door", topic, b"c", qos=1, queue=True)
    assert rig.switchboard.publish(
        PK, "door", SET, b"late", qos=1, queue=True, expires_ms=rig.clock.now_ms() + 5000
    )
    assert not rig.switchboard.publish(PK, "door", SET, b"d", qos=0, queue=True)
    assert not rig.switchboard.publish(PK, "door", SET, b"e", qos=1)
    assert not rig.switchboard.publish(PK, "door", f"/{PK}/door/user/other", b"f", qos=1, queue=True)
    await rig.ticks(6)
    client = await rig.connect(device_connect("door", clean=False, client_id="another"), present=True)
    got = await client.ping()
    assert got[0] == mqtt.Publish(SET, b"b", 1, first[1].packet_id, dup=True)
    assert [(p.topic, p.payload, p.dup) for p in got[1:]] == [(topic, b"c", False)]
    for packet in got:
        client.send(mqtt.Puback(packet.packet_id))
    await client.ping()
    assert acks[-1] == ("b", True)
    client.send(mqtt.Disconnect())
    await client.closed()
    await rig.connect(device_connect("door", clean=False), present=True)
    clean = await rig.connect(device_connect("door", clean=True))
    assert await clean.ping() == []
    await rig.connect(device_connect("door", clean=False), present=False)


async def test_a_persistent_session_expires(make_rig):
    rig = await make_rig(session_expiry=100)
    client = await rig.connect(device_connect("door", clean=False))
    client.close()
    await rig.backend.until(lambda: len(rig.backend.events) == 2)
    assert rig.switchboard.publish(PK, "door", SET, b"x", qos=1, queue=True)
    await rig.ticks(181)
    assert not rig.switchboard.publish(PK, "door", SET, b"x", qos=1, queue=True)
    assert rig.front.traffic.queued_bytes == 0
    await rig.connect(device_connect("door", clean=False), present=False)


async def test_a_gateway_speaks_for_its_sub_devices_once_they_are_logged_in(rig):
    gateway = await rig.connect(device_connect("gw"))
    session = rig.backend.sessions[(PK, "gw")]
    uplink, downlink = post("sub", b"{}"), f"/sys/{PK}/sub/thing/service/open"
    gateway.send(uplink)
    assert {type(await gateway.read()), type(await gateway.read())} == {mqtt.Puback, mqtt.Publish}
    assert rig.backend.uplinks == []
    assert not rig.switchboard.publish(PK, "sub", downlink, b"x")

    assert rig.switchboard.attach(session, PK, "sub", 77)
    assert rig.switchboard.is_connected(PK, "sub")
    gateway.send(uplink)
    assert await gateway.read() == mqtt.Puback(1)
    assert [u.device_no for u in rig.backend.uplinks] == [77]
    assert rig.switchboard.publish(PK, "sub", downlink, b"x")
    assert await gateway.read() == mqtt.Publish(downlink, b"x")
    gateway.send(mqtt.Subscribe(1, ((f"/sys/{PK}/sub/thing/service/+", 1), (f"/sys/{PK}/other/#", 1))))
    assert await gateway.read() == mqtt.Suback(1, (1, 0x80))

    rig.switchboard.detach(session, PK, "sub")
    assert not rig.switchboard.is_connected(PK, "sub")
    gateway.send(uplink)
    assert len(await gateway.ping()) == 2
    assert len(rig.backend.uplinks) == 1


async def test_a_sub_device_by_itself_does_not_close_its_gateway(rig):
    gateway = await rig.connect(device_connect("gw"))
    rig.switchboard.attach(rig.backend.sessions[(PK, "gw")], PK, "sub", 77)
    own = await rig.connect(device_connect("sub"))
    topic = f"/sys/{PK}/sub/thing/service/open"
    rig.switchboard.publish(PK, "sub", topic, b"1")
    assert await own.read() == mqtt.Publish(topic, b"1")
    gateway.send(post("sub", b"{}"))
    assert await gateway.ping() == [mqtt.Puback(1)]
    own.close()
    await rig.backend.until(lambda: ("lost", PK, "sub") in rig.backend.events)
    rig.switchboard.publish(PK, "sub", topic, b"2")
    assert await gateway.read() == mqtt.Publish(topic, b"2")


async def test_a_gateway_takes_its_sub_devices_with_it(rig):
    gateway = await rig.connect(device_connect("gw"))
    session = rig.backend.sessions[(PK, "gw")]
    rig.switchboard.attach(session, PK, "sub", 77)
    other = await rig.connect(device_connect("gw2"))
    assert rig.switchboard.attach(rig.backend.sessions[(PK, "gw2")], PK, "sub", 77)
    assert session.subs == {}
    other.close()
    await rig.backend.until(lambda: ("lost", PK, "gw2") in rig.backend.events)
    assert not rig.switchboard.is_connected(PK, "sub")
    assert not rig.switchboard.attach(rig.backend.sessions[(PK, "gw2")], PK, "sub", 77)
    assert await gateway.ping() == []


async def test_kick(rig):
    client = await rig.connect(device_connect("door", clean=False))
    assert rig.switchboard.kick(PK, "door")
    assert await client.closed()
    assert not rig.switchboard.kick(PK, "door")
    await rig.connect(device_connect("door", clean=False), present=False)
    gateway = await rig.connect(device_connect("gw"))
    rig.switchboard.attach(rig.backend.sessions[(PK, "gw")], PK, "sub", 77)
    assert rig.switchboard.kick(PK, "sub")
    assert not rig.switchboard.is_connected(PK, "sub")
    assert await gateway.ping() == []


async def test_keep_alive_is_one_and_a_half_times(rig):
    client = await rig.connect(device_connect("door", keep_alive=10))
    await rig.ticks(14)
    assert await client.ping() == []
    await rig.ticks(15)
    assert rig.switchboard.is_connected(PK, "door")
    await rig.ticks(1)
    assert await client.closed()
    assert rig.backend.events[-1] == ("keep_alive", PK, "door")
    quiet = await rig.connect(device_connect("door", keep_alive=0))
    await rig.ticks(200)
    assert await quiet.ping() == []


async def test_a_will_is_an_uplink_when_the_connection_is_lost_but_not_when_it_is_closed(rig):
    will = mqtt.Will(f"/{PK}/door/user/last", b"gone", 1)
    client = await rig.connect(device_connect("door", will=will))
    client.send(mqtt.Disconnect())
    await client.closed()
    client = await rig.connect(device_connect("door", will=will))
    client.abort()
    await rig.backend.until(lambda: rig.backend.uplinks)
    assert [u.payload for u in rig.backend.uplinks] == [b"gone"]
    await rig.connect(device_connect("door", will=mqtt.Will(f"/{PK}/other/user/last", b"lie")))
    rig.switchboard.kick(PK, "door")
    await asyncio.sleep(0)
    assert len(rig.backend.uplinks) == 1
    assert rig.front.traffic.pending == 0


TOPIC = f"/sys/{APP}/dop/model/data/change"


async def test_apps_see_their_own_topics_only(rig):
    app = await rig.connect(app_connect())
    app.send(
        mqtt.Subscribe(
            1, ((TOPIC, 1), ("/sys/999/#", 1), ("#", 1), ("/sys/+/dop/#", 0), (f"/sys/{APP}/+/model/#", 2))
        )
    )
    assert await app.read() == mqtt.Suback(1, (1, 0x80, 0x80, 0x80, 2))
    app.send(mqtt.Publish(TOPIC, b"x", 1, 5))
    assert await app.read() == mqtt.Puback(5)
    assert rig.backend.uplinks == []


async def test_app_messages_go_to_one_consumer_and_come_back_acknowledged(rig):
    acks: list[bool] = []
    ready: list[str] = []
    rig.switchboard.on_app_ready.append(lambda key, session: ready.append(session.key[1]))
    assert not rig.switchboard.publish_app(APP, TOPIC, b"x")
    one, two = await rig.connect(app_connect("one")), await rig.connect(app_connect("two"))
    assert not rig.switchboard.publish_app(APP, TOPIC, b"x")
    for app in (one, two):
        app.send(mqtt.Subscribe(1, ((TOPIC, 1),)))
        await app.read()
    assert ready == ["one", "two"]
    sent = [rig.switchboard.publish_app(APP, TOPIC, b"%d" % n, on_ack=acks.append) for n in range(10)]
    assert sent == [True] * 8 + [False] * 2, "two windows of four"
    first = await one.ping()
    assert len(first) == len(await two.ping()) == 4
    one.send(mqtt.Puback(first[0].packet_id))
    await one.ping()
    assert ready == ["one", "two", "one"]
    assert acks == [True]
    assert rig.switchboard.publish_app(APP, TOPIC, b"again", client_id="one")
    assert not rig.switchboard.publish_app(APP, TOPIC, b"again", client_id="three")
    two.abort()
    await rig.backend.until(lambda: ("lost", APP, "two") in rig.backend.events)
    await asyncio.sleep(0)
    assert acks == [True] + [False] * 4
    assert rig.switchboard.kick_app(APP) == 1
    assert await one.closed()


async def test_an_app_that_does_not_acknowledge_is_dropped_after_30_s(rig):
    acks: list[bool] = []
    app = await rig.connect(app_connect())
    app.send(mqtt.Subscribe(1, ((TOPIC, 1),)))
    await app.read()
    rig.switchboard.publish_app(APP, TOPIC, b"x", on_ack=acks.append)
    await rig.ticks(30)
    assert acks == []
    await rig.ticks(1)
    assert await app.closed()
    assert acks == [False]


async def test_an_app_at_qos_0(rig):
    acks: list[bool] = []
    app = await rig.connect(app_connect())
    app.send(mqtt.Subscribe(1, ((TOPIC, 0),)))
    await app.read()
    assert rig.switchboard.publish_app(APP, TOPIC, b"x", on_ack=acks.append)
    assert await app.read() == mqtt.Publish(TOPIC, b"x")
    assert acks == [True]
