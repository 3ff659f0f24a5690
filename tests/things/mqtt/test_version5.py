"""What MQTT 5 adds: properties, reasons, aliases, options. Source: OASIS MQTT 5.0, sections as named."""

import pytest

from linli.protocols import mqtt
from linli.protocols.linkkit import signatures
from linli.protocols.mqtt import Properties, Reason
from linli.things.mqtt.close_reasons import Gone
from tests.things.mqtt.backend import APP, APP_SECRET, PK, app_connect, device_connect, post
from tests.things.mqtt.conftest import Rig

SET = f"/sys/{PK}/door/thing/service/property/set"
POST_REPLY = f"/sys/{PK}/door/thing/event/property/post_reply"
USER = f"/{PK}/door/user/x"
OWN = f"/app/{APP}/user/x"


def device(name: str = "door", **options) -> mqtt.Connect:
    properties = Properties(**options.pop("properties", {}))
    return device_connect(name, level=5, properties=properties, **options)


def app(client_id: str = "c1", **options) -> mqtt.Connect:
    return app_connect(client_id, level=5, properties=Properties(**options))


async def connack(rig: Rig, connect: mqtt.Connect) -> mqtt.Connack:
    client = await rig.dial(5)
    client.send(connect)
    answer = await client.read()
    assert isinstance(answer, mqtt.Connack)
    return answer


async def test_what_the_connack_tells(make_rig):
    rig = await make_rig(max_keep_alive=600, session_expiry=1000, max_aliases=7, max_incoming=9)
    answer = await connack(
        rig, device(keep_alive=3600, properties={"session_expiry": 5000, "request_response": 1})
    )
    assert answer == mqtt.Connack(
        0,
        False,
        Properties(
            session_expiry=1000,
            receive_maximum=9,
            maximum_packet=rig.switchboard.limits.max_packet,
            topic_alias_maximum=7,
            server_keep_alive=600,
            response_information=f"/{PK}/door/user/",
            retain_available=1,
            wildcard_available=1,
            subscription_ids_available=1,
            shared_available=1,
        ),
    )


async def test_a_client_without_id_gets_one(rig):
    password = signatures.sign(APP_SECRET, "", "hmacsha256").encode()
    one, other = [await connack(rig, mqtt.Connect("", APP, password, level=5)) for _ in range(2)]
    assert one.properties.assigned_client_id.startswith("auto-")
    assert one.properties.assigned_client_id != other.properties.assigned_client_id
    assert len(rig.front.traffic.connections) == 2


@pytest.mark.parametrize(
    ("connect", "reason"),
    [
        (device(secret="wrong"), Reason.BAD_USER_NAME_OR_PASSWORD),
        (device("off"), Reason.NOT_AUTHORIZED),
        (device(properties={"auth_method": "SCRAM"}), Reason.BAD_AUTHENTICATION_METHOD),
        (mqtt.Connect("x", "&", b"", level=5), Reason.CLIENT_ID_NOT_VALID),
    ],
)
async def test_refusals_have_reasons(rig, connect, reason):
    rig.backend.off = {"off"}
    assert (await connack(rig, connect)).code == reason


async def test_broken_packets_are_told_their_reason(rig):
    client = await rig.dial(5)
    client.send(device(properties={"receive_maximum": 0}))
    assert await client.read() == mqtt.Connack(Reason.PROTOCOL_ERROR)
    assert await client.closed()
    client = await rig.connect(device())
    client.send(bytes.fromhex("f00187"))
    assert (await client.read()).reason == Reason.MALFORMED_PACKET
    assert await client.closed()


async def test_session_expiry(rig):
    """3.1.2.11.2: the session outlives its connection by what was asked, whatever Clean Start says."""
    client = await rig.connect(device(clean=True, properties={"session_expiry": 100}))
    client.send(mqtt.Subscribe(1, ((USER, 1),)))
    await client.read()
    client.abort()
    await rig.backend.until(lambda: rig.backend.events[-1][0] == Gone.LOST)
    await rig.ticks(90)
    client = await rig.connect(device(clean=False, properties={"session_expiry": 100}), present=True)
    client.send(mqtt.Disconnect(properties=Properties(session_expiry=10)))
    await client.closed()
    await rig.ticks(11)
    client = await rig.connect(device(clean=False), present=False)
    client.abort()
    await rig.backend.until(lambda: rig.backend.events[-1][0] == Gone.LOST)
    await rig.connect(device(clean=False), present=False)


async def test_clean_start_ends_what_was(rig):
    client = await rig.connect(device(properties={"session_expiry": 100}))
    client.send(mqtt.Disconnect())
    await client.closed()
    await rig.connect(device(clean=True, properties={"session_expiry": 100}), present=False)


async def test_a_session_of_no_length_may_not_be_made_longer_at_its_end(rig):
    client = await rig.connect(device())
    client.send(mqtt.Disconnect(properties=Properties(session_expiry=10)))
    assert (await client.read()).reason == Reason.PROTOCOL_ERROR


async def test_acknowledgements_carry_reasons(rig):
    client = await rig.connect(device())
    client.send(post("door", b"1"), post("other", b"2", packet_id=2), post("other", b"3", 2, 3))
    answers = [packet for packet in await client.ping() if not isinstance(packet, mqtt.Publish)]
    told = Properties(reason_string="this topic is not yours")
    assert answers == [
        mqtt.Puback(1),
        mqtt.Puback(2, Reason.NOT_AUTHORIZED, told),
        mqtt.Pubrec(3, Reason.NOT_AUTHORIZED, told),
    ]
    client.send(mqtt.Pubrel(3), mqtt.Unsubscribe(4, ("/nothing",)))
    assert await client.read() == mqtt.Pubcomp(3, Reason.PACKET_ID_NOT_FOUND)
    assert await client.read() == mqtt.Unsuback(4, (Reason.NO_SUBSCRIPTION_EXISTED,))
    client.send(mqtt.Subscribe(5, ((USER, 2), ("/sys/+/+/#", 1))))
    assert await client.read() == mqtt.Suback(5, (2, Reason.NOT_AUTHORIZED))


async def test_problem_information_can_be_declined(rig):
    client = await rig.connect(device(properties={"request_problem": 0}))
    client.send(post("other", b"2", packet_id=2))
    answers = [packet for packet in await client.ping() if not isinstance(packet, mqtt.Publish)]
    assert answers == [mqtt.Puback(2, Reason.NOT_AUTHORIZED)]


async def test_a_quiet_client_is_told_that_nobody_listens(rig):
    client = await rig.connect(app())
    client.send(mqtt.Publish(OWN, b"x", 1, 1))
    assert await client.read() == mqtt.Puback(1, Reason.NO_MATCHING_SUBSCRIBERS)


# --- the front ends it ---


async def test_taken_over(rig):
    first = await rig.connect(device(client_id="c1"))
    await rig.connect(device(client_id="c2"))
    assert (await first.read()).reason == Reason.SESSION_TAKEN_OVER
    assert await first.closed()


async def test_kicked(rig):
    client = await rig.connect(device())
    rig.switchboard.kick(PK, "door")
    assert (await client.read()).reason == Reason.ADMINISTRATIVE_ACTION


async def test_silent_too_long(rig):
    client = await rig.connect(device(keep_alive=10))
    await rig.ticks(16)
    assert (await client.read()).reason == Reason.KEEP_ALIVE_TIMEOUT
    assert rig.backend.events[-1][0] == Gone.KEEP_ALIVE


async def test_a_packet_too_large(make_rig):
    rig = await make_rig(max_packet=2000)
    client = await rig.connect(device())
    client.send(mqtt.Publish(USER, b"x" * 2000, 1, 1))
    assert (await client.read()).reason == Reason.PACKET_TOO_LARGE


async def test_more_at_qos_2_than_agreed(make_rig):
    rig = await make_rig(max_incoming=2)
    client = await rig.connect(device())
    client.send(*(post("door", b"x", 2, number) for number in (1, 2)))
    assert await client.ping() == [mqtt.Pubrec(1), mqtt.Pubrec(2)]
    client.send(post("door", b"x", 2, 3))
    assert (await client.read()).reason == Reason.RECEIVE_MAXIMUM_EXCEEDED


async def test_the_front_stops(make_rig):
    rig = await make_rig()
    client = await rig.connect(device())
    for connection in list(rig.front.traffic.connections):
        connection.close(Gone.STOPPED)
    assert (await client.read()).reason == Reason.SERVER_SHUTTING_DOWN


@pytest.mark.parametrize("packet", [device(), mqtt.Auth(0x19, Properties(auth_method="x"))])
async def test_what_may_not_come_now(rig, packet):
    client = await rig.connect(device())
    client.send(packet)
    assert (await client.read()).reason == Reason.PROTOCOL_ERROR


# --- topic aliases (3.3.2.3.4) ---


async def test_the_clients_aliases(rig):
    client = await rig.connect(device())
    first = post("door", b"1")
    first.properties = Properties(topic_alias=3)
    client.send(first, mqtt.Publish("", b"2", 1, 2, properties=Properties(topic_alias=3)))
    assert [await client.read(), await client.read()] == [mqtt.Puback(1), mqtt.Puback(2)]
    assert rig.backend.payloads() == [b"1", b"2"]


@pytest.mark.parametrize(("alias", "reason"), [(33, Reason.TOPIC_ALIAS_INVALID), (5, Reason.PROTOCOL_ERROR)])
async def test_an_alias_too_high_or_of_nothing(rig, alias, reason):
    client = await rig.connect(device())
    client.send(mqtt.Publish("", b"2", 1, 2, properties=Properties(topic_alias=alias)))
    assert (await client.read()).reason == reason


async def test_our_aliases(rig):
    rig.backend.on_uplinks = lambda uplinks: [uplink.reply(b"ok") for uplink in uplinks]
    client = await rig.connect(device(properties={"topic_alias_maximum": 1}))
    client.send(post("door", b"1", 0), post("door", b"2", 0))
    assert await client.read() == mqtt.Publish(POST_REPLY, b"ok", properties=Properties(topic_alias=1))
    assert await client.read() == mqtt.Publish("", b"ok", properties=Properties(topic_alias=1))
    rig.switchboard.publish(PK, "door", SET, b"set", qos=1)
    assert await client.read() == mqtt.Publish(SET, b"set", 1, 1)


# --- what the client takes ---


async def test_receive_maximum_is_our_window(rig):
    client = await rig.connect(device(properties={"receive_maximum": 2, "session_expiry": 60}))
    for number in range(4):
        rig.switchboard.publish(PK, "door", SET, str(number).encode(), qos=1, queue=True)
    got = await client.ping()
    assert [packet.payload for packet in got] == [b"0", b"1"]
    client.send(mqtt.Puback(got[0].packet_id))
    assert [packet.payload for packet in await client.ping()] == [b"2"]


async def test_nothing_larger_than_the_client_takes(rig):
    client = await rig.connect(device(properties={"maximum_packet": 100}))
    acks: list[bool] = []
    assert rig.switchboard.publish(PK, "door", SET, b"x" * 100, qos=1, on_ack=acks.append)
    rig.switchboard.publish(PK, "door", SET, b"small", qos=1)
    assert [packet.payload for packet in await client.ping()] == [b"small"]
    assert acks == [False]


# --- subscriptions (3.8.3.1) ---


async def test_properties_pass_from_client_to_client(rig):
    listener = await rig.connect(app("c1"))
    listener.send(mqtt.Subscribe(1, ((USER, 2),), Properties(subscription_ids=(77,))))
    assert await listener.read() == mqtt.Suback(1, (2,))
    sent = Properties(
        payload_format=1,
        message_expiry=60,
        content_type="text/plain",
        response_topic=f"/{PK}/door/user/answer",
        correlation_data=b"\x01\x02",
        user_properties=(("a", "1"), ("a", "2")),
    )
    speaker = await rig.connect(device(clean=False))
    speaker.send(mqtt.Publish(USER, "灯".encode(), 1, 1, properties=sent))
    assert await speaker.read() == mqtt.Puback(1)
    got = await listener.read()
    assert isinstance(got, mqtt.Publish)
    assert (got.topic, got.payload, got.qos) == (USER, "灯".encode(), 1)
    assert got.properties == Properties(
        subscription_ids=(77,), **{n: getattr(sent, n) for n in sent.__struct_fields__ if getattr(sent, n)}
    )
    assert rig.backend.uplinks[-1].payload == "灯".encode()  # and it is an uplink as ever


async def test_overlapping_filters_are_one_copy_with_all_identifiers(rig):
    listener = await rig.connect(app("c1"))
    listener.send(mqtt.Subscribe(1, ((USER, 0),), Properties(subscription_ids=(1,))))
    listener.send(mqtt.Subscribe(2, ((f"/{PK}/+/user/#", 1),), Properties(subscription_ids=(2,))))
    await listener.read()
    await listener.read()
    speaker = await rig.connect(device())
    speaker.send(mqtt.Publish(USER, b"x", 1, 1))
    got = await listener.read()
    assert isinstance(got, mqtt.Publish)
    assert got.qos == 1
    assert sorted(got.properties.subscription_ids) == [1, 2]
    assert await listener.ping() == []


async def test_message_expiry_counts_down_while_it_waits(rig):
    listener = await rig.connect(device("ear", properties={"session_expiry": 600}, client_id="e"))
    mine = f"/{PK}/ear/user/x"
    listener.send(mqtt.Subscribe(1, ((mine, 1),)))
    await listener.read()
    listener.abort()
    await rig.backend.until(lambda: rig.backend.events[-1][0] == Gone.LOST)
    speaker = await rig.connect(app())
    speaker.send(mqtt.Publish(mine, b"long", 1, 1, properties=Properties(message_expiry=60)))
    speaker.send(mqtt.Publish(mine, b"short", 1, 2, properties=Properties(message_expiry=5)))
    await speaker.read()
    await speaker.read()
    await rig.clock.advance(20_000)
    listener = await rig.connect(
        device("ear", clean=False, properties={"session_expiry": 600}, client_id="e"), present=True
    )
    assert await listener.ping() == [
        mqtt.Publish(mine, b"long", 1, 1, properties=Properties(message_expiry=40))
    ]


async def test_no_local(rig):
    client = await rig.connect(app())
    client.send(mqtt.Subscribe(1, ((OWN, 1), (f"/app/{APP}/user/y", 1 | mqtt.NO_LOCAL))))
    await client.read()
    client.send(mqtt.Publish(OWN, b"x"), mqtt.Publish(f"/app/{APP}/user/y", b"y"))
    assert [packet.payload for packet in await client.ping()] == [b"x"]


async def test_retain_as_published_and_retain_handling(rig):
    client = await rig.connect(app())
    kept = f"/app/{APP}/user/kept"
    client.send(mqtt.Publish(kept, b"1", 1, 1, retain=True))
    await client.read()

    async def subscribe(options: int) -> list[mqtt.Packet]:
        client.send(mqtt.Subscribe(9, ((kept, options),)))
        await client.read()
        await client.ping()  # what is retained is read in a task of its own
        return await client.ping()

    client.send(mqtt.Subscribe(2, ((kept, 0x20),)))  # never
    assert await client.ping() == [mqtt.Suback(2, (0,))]
    assert await client.ping() == []
    client.send(mqtt.Unsubscribe(3, (kept,)), mqtt.Subscribe(4, ((kept, 0x10),)))  # if new
    got = [*await client.ping(), *await client.ping()]
    assert got[2:] == [mqtt.Publish(kept, b"1", retain=True)]
    client.send(mqtt.Subscribe(5, ((kept, 0x10),)))
    assert [*await client.ping(), *await client.ping()] == [mqtt.Suback(5, (0,))]
    client.send(mqtt.Publish(kept, b"2", 0, retain=True))
    assert await client.ping() == [mqtt.Publish(kept, b"2")]
    client.send(mqtt.Subscribe(6, ((kept, 0x20 | mqtt.RETAIN_AS_PUBLISHED),)))
    await client.ping()
    client.send(mqtt.Publish(kept, b"3", 0, retain=True))
    assert await client.ping() == [mqtt.Publish(kept, b"3", retain=True)]


# --- wills (3.1.3.2) ---


async def test_a_delayed_will_waits_for_the_client_to_come_back(rig):
    will = mqtt.Will(USER, b"lost", 1, properties=Properties(will_delay=30, content_type="t"))
    listener = await rig.connect(app())
    listener.send(mqtt.Subscribe(1, ((USER, 1),)))
    await listener.read()
    options = {"will": will, "properties": {"session_expiry": 600}}
    client = await rig.connect(device(**options))
    client.abort()
    await rig.backend.until(lambda: rig.backend.events[-1][0] == Gone.LOST)
    await rig.ticks(20)
    client = await rig.connect(
        device(clean=False, **{**options, "properties": {"session_expiry": 600}}), present=True
    )
    await rig.ticks(20)
    assert await listener.ping() == []
    client.abort()
    await rig.backend.until(lambda: rig.backend.events[-1][0] == Gone.LOST)
    await rig.ticks(31)
    got = await listener.read()
    assert got == mqtt.Publish(USER, b"lost", 1, 1, properties=Properties(content_type="t"))


async def test_a_delayed_will_is_said_when_the_session_ends_before(rig):
    will = mqtt.Will(USER, b"lost", 0, properties=Properties(will_delay=300))
    client = await rig.connect(device(will=will, properties={"session_expiry": 600}))
    client.abort()
    await rig.backend.until(lambda: rig.backend.events[-1][0] == Gone.LOST)
    await rig.connect(device(clean=True))
    assert rig.backend.uplinks[-1].payload == b"lost"


@pytest.mark.parametrize(("reason", "said"), [(0, 0), (Reason.DISCONNECT_WITH_WILL, 1)])
async def test_a_client_that_leaves_says_whether_its_will_holds(rig, reason, said):
    client = await rig.connect(device(will=mqtt.Will(USER, b"bye")))
    client.send(mqtt.Disconnect(reason))
    await client.closed()
    assert len(rig.backend.uplinks) == said
