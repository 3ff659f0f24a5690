"""MQTT 5: every packet and property both ways, and every way in which a client may have them wrong.

Source: OASIS MQTT 5.0; the vectors are figures of the standard or follow from its tables by hand.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.protocols import mqtt
from linli.protocols.mqtt.properties import RULES, On, Properties
from linli.protocols.mqtt.reasons import ALLOWED

CONNECT5 = bytes.fromhex("100f00044d5154540502003c0000026331")
"""Clean start, keep alive 60, no properties, client id `c1`. (3.1)"""

GOLDEN = [
    ("connect", CONNECT5.hex(), mqtt.Connect("c1", level=5)),
    (
        "connect, session expiry 10",
        "101400044d5154540502003c05110000000a00026331",
        mqtt.Connect("c1", level=5, properties=Properties(session_expiry=10)),
    ),
    (
        "publish on an alias",
        "300a00000323000568692074",
        mqtt.Publish("", b"hi t", properties=Properties(topic_alias=5)),
    ),
    ("puback, short", "40020007", mqtt.Puback(7)),
    ("puback, no subscribers", "4003000710", mqtt.Puback(7, 0x10)),
    ("puback, quota", "4009000797051f00026e6f", mqtt.Puback(7, 0x97, Properties(reason_string="no"))),
    (
        "subscribe with options",
        "820d000a000003612f62010001632e",
        mqtt.Subscribe(10, (("a/b", 1), ("c", 0x2E))),
    ),
    ("unsuback", "b005000a000011", mqtt.Unsuback(10, (0, 0x11))),
    ("disconnect, empty", "e000", mqtt.Disconnect()),
    ("disconnect with will", "e00104", mqtt.Disconnect(4)),
    ("auth", "f00718051500026161", mqtt.Auth(0x18, Properties(auth_method="aa"))),
]


def decode(side: str, wire: bytes) -> list[mqtt.Packet]:
    return mqtt.Decoder(side, level=5).feed(wire)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "wire", "packet"), GOLDEN, ids=[case[0] for case in GOLDEN])
def test_golden_packets_both_ways_and_at_every_cut(name, wire, packet):
    raw = bytes.fromhex(wire)
    side = "client" if isinstance(packet, mqtt.Unsuback) else "server"
    assert mqtt.encode(packet, 5) == raw
    assert decode(side, raw) == [packet]
    for cut in range(1, len(raw)):
        decoder = mqtt.Decoder(side, level=5)
        assert decoder.feed(raw[:cut]) == []
        assert decoder.feed(raw[cut:]) == [packet]


MALFORMED, PROTOCOL, ALIAS = 0x81, 0x82, 0x94


def publish(properties: str, *, head: int = 0x30, topic: str = "000161") -> bytes:
    body = bytes.fromhex(topic + ("0001" if head & 6 else "") + f"{len(properties) // 2:02x}" + properties)
    return bytes([head, len(body)]) + body


def connect(properties: str, *, flags: str = "02", rest: str = "00026331") -> bytes:
    body = bytes.fromhex(f"00044d51545405{flags}003c{len(properties) // 2:02x}{properties}{rest}")
    return bytes([0x10, len(body)]) + body


def subscribe(filters: str, properties: str = "") -> bytes:
    body = bytes.fromhex(f"0001{len(properties) // 2:02x}{properties}{filters}")
    return bytes([0x82, len(body)]) + body


BROKEN = [
    ("unknown property", publish("7f00"), MALFORMED),
    ("property of another packet", publish("110000000a"), MALFORMED),
    ("property cut off", publish("0200"), MALFORMED),
    ("property length beyond the packet", bytes.fromhex("3005000161ff00"), MALFORMED),
    ("property length in too many bytes", bytes.fromhex("3006000161800061"), MALFORMED),
    ("property over its length", bytes.fromhex("3008000161020200ffff"), MALFORMED),
    ("property twice", publish("01000101"), PROTOCOL),
    ("flag of 2", publish("0102"), PROTOCOL),
    ("alias 0", publish("230000"), ALIAS),
    ("no topic and no alias", publish("", topic="0000"), PROTOCOL),
    ("client names a subscription", publish("0b01"), PROTOCOL),
    ("subscription id 0", subscribe("00016101", "0b00"), PROTOCOL),
    ("two subscription ids", subscribe("00016101", "0b010b02"), PROTOCOL),
    ("response topic with wildcard", publish("080003612f23"), PROTOCOL),
    ("topic with wildcard", publish("", topic="000123"), MALFORMED),
    ("content type not UTF-8", publish("030001ff"), MALFORMED),
    ("user property without its value", publish("26000161"), MALFORMED),
    ("QoS 3", publish("", head=0x36), MALFORMED),
    ("DUP at QoS 0", publish("", head=0x38), MALFORMED),
    ("packet id 0", bytes.fromhex("3206000161000000"), MALFORMED),
    ("receive maximum 0", connect("210000"), PROTOCOL),
    ("maximum packet 0", connect("2700000000"), PROTOCOL),
    ("authentication data alone", connect("16000161"), PROTOCOL),
    ("connect with a will's property", connect("1800000001"), MALFORMED),
    ("reserved connect flag", connect("", flags="03"), MALFORMED),
    ("connect with will QoS but no will", connect("", flags="0a"), MALFORMED),
    ("connect longer than its fields", connect("", rest="0002633100"), MALFORMED),
    ("level 6", connect("").replace(b"MQTT\x05", b"MQTT\x06"), 0x84),
    ("reserved option", subscribe("00016140"), MALFORMED),
    ("subscription QoS 3", subscribe("00016103"), PROTOCOL),
    ("retain handling 3", subscribe("00016130"), PROTOCOL),
    ("no local on a share", subscribe("000a2473686172652f672f6104"), PROTOCOL),
    ("share without a filter", subscribe("00082473686172652f6700"), MALFORMED),
    ("subscribe without a filter", subscribe(""), PROTOCOL),
    ("unsubscribe without a filter", bytes.fromhex("a203000100"), PROTOCOL),
    ("puback with a foreign reason", bytes.fromhex("400300018e"), MALFORMED),
    ("puback with more behind", bytes.fromhex("400500010000ff"), MALFORMED),
    ("puback with id 0", bytes.fromhex("40020000"), MALFORMED),
    ("pubrel with wrong flags", bytes.fromhex("60020001"), PROTOCOL),
    ("disconnect with a foreign reason", bytes.fromhex("e00110"), MALFORMED),
    ("disconnect with a server reference cut", bytes.fromhex("e00300021c"), MALFORMED),
    ("auth with a foreign reason", bytes.fromhex("f00187"), MALFORMED),
    ("ping with a body", bytes.fromhex("c00100"), MALFORMED),
    ("a server's packet", bytes.fromhex("2003000000"), PROTOCOL),
    ("packet type 0", bytes.fromhex("000400000000"), PROTOCOL),
    ("too long", bytes.fromhex("30ffffff7f"), 0x95),
]


@pytest.mark.parametrize(("name", "wire", "reason"), BROKEN, ids=[case[0] for case in BROKEN])
def test_broken_packets_are_refused_with_their_reason(name, wire, reason):
    with pytest.raises(mqtt.MqttError) as caught:
        decode("server", mqtt.encode(mqtt.Pingreq()) + wire)
    assert caught.value.reason == reason
    assert caught.value.packets == [mqtt.Pingreq()]


@pytest.mark.parametrize("on", sorted(ALLOWED))
def test_every_reason_code_a_packet_may_carry(on):
    make = {
        "CONNACK": lambda code: mqtt.Connack(code),
        "PUBACK": lambda code: mqtt.Puback(1, code),
        "PUBREC": lambda code: mqtt.Pubrec(1, code),
        "PUBREL": lambda code: mqtt.Pubrel(1, code),
        "PUBCOMP": lambda code: mqtt.Pubcomp(1, code),
        "SUBACK": lambda code: mqtt.Suback(1, (code,)),
        "UNSUBACK": lambda code: mqtt.Unsuback(1, (code,)),
        "DISCONNECT": lambda code: mqtt.Disconnect(code),
        "AUTH": lambda code: mqtt.Auth(code),
    }[on]
    for code in range(256):
        wire = mqtt.encode(make(code), 5)
        if code in ALLOWED[on]:
            assert decode("client", wire) == [make(code)]
        else:
            with pytest.raises(mqtt.MqttError):
                decode("client", wire)


def test_the_level_comes_with_the_connect_even_in_one_read():
    publish5 = mqtt.Publish("a", b"x", 1, 1, properties=Properties(content_type="t"))
    assert mqtt.Decoder().feed(CONNECT5 + mqtt.encode(publish5, 5)) == [
        mqtt.Connect("c1", level=5),
        publish5,
    ]


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)
topics = texts.filter(mqtt.valid_topic)
VALUES = {
    "flag": st.integers(0, 1),
    "word": st.integers(1, 65535),
    "long": st.integers(1, 2**32 - 1),
    "text": texts,
    "binary": st.binary(max_size=20),
    "varint": st.integers(1, 268_435_455),
    "pair": st.tuples(texts, texts),
}


def properties_of(on: On) -> st.SearchStrategy[Properties | None]:
    fields = {}
    for rule in RULES:
        if on not in rule.where or rule.name == "topic_alias":
            continue
        value = topics if rule.name == "response_topic" else VALUES[rule.kind]
        if rule.many:
            most = 1 if on is On.SUBSCRIBE and rule.name == "subscription_ids" else 3
            fields[rule.name] = st.lists(value, max_size=most).map(tuple)
        else:
            fields[rule.name] = st.none() | value

    def build(values: dict) -> Properties | None:
        if values.get("auth_method") is None:
            values.pop("auth_data", None)
        made = Properties(**values)
        return None if made == Properties() else made

    return st.fixed_dictionaries(fields).map(build)


ids = st.integers(1, 65535)
filters = st.sampled_from(["a", "a/+", "#", "$share/g/a/#", "/k/d/user/x"])


def reasons(on: On) -> st.SearchStrategy[int]:
    return st.sampled_from(sorted(ALLOWED[on]))


def acks(on: On, make: type) -> st.SearchStrategy[mqtt.Packet]:
    return st.builds(make, ids, reasons(on), properties_of(on))


FROM_SERVER = st.one_of(
    st.builds(mqtt.Connack, reasons(On.CONNACK), st.booleans(), properties_of(On.CONNACK)),
    st.builds(
        mqtt.Publish,
        topics,
        st.binary(max_size=50),
        st.integers(1, 2),
        ids,
        st.booleans(),
        st.booleans(),
        properties_of(On.PUBLISH),
    ),
    acks(On.PUBACK, mqtt.Puback),
    acks(On.PUBREC, mqtt.Pubrec),
    acks(On.PUBREL, mqtt.Pubrel),
    acks(On.PUBCOMP, mqtt.Pubcomp),
    st.builds(
        mqtt.Suback,
        ids,
        st.lists(reasons(On.SUBACK), min_size=1, max_size=4).map(tuple),
        properties_of(On.SUBACK),
    ),
    st.builds(
        mqtt.Unsuback,
        ids,
        st.lists(reasons(On.UNSUBACK), min_size=1, max_size=4).map(tuple),
        properties_of(On.UNSUBACK),
    ),
    st.builds(mqtt.Disconnect, reasons(On.DISCONNECT), properties_of(On.DISCONNECT)),
    st.builds(mqtt.Auth, reasons(On.AUTH), properties_of(On.AUTH)),
)
FROM_CLIENT = st.one_of(
    st.builds(
        mqtt.Connect,
        texts,
        st.none() | texts,
        st.none() | st.binary(max_size=20),
        st.booleans(),
        st.integers(0, 65535),
        st.none()
        | st.builds(
            mqtt.Will,
            topics,
            st.binary(max_size=20),
            st.integers(0, 2),
            st.booleans(),
            properties_of(On.WILL),
        ),
        st.just(5),
        properties_of(On.CONNECT),
    ),
    st.builds(
        mqtt.Subscribe,
        ids,
        st.lists(
            st.tuples(filters, st.sampled_from([0, 1, 2, 0x09, 0x1A, 0x28])), min_size=1, max_size=4
        ).map(tuple),
        properties_of(On.SUBSCRIBE),
    ),
    st.builds(
        mqtt.Unsubscribe,
        ids,
        st.lists(filters, min_size=1, max_size=4).map(tuple),
        properties_of(On.UNSUBSCRIBE),
    ),
)


@settings(max_examples=400, deadline=None)
@given(FROM_SERVER)
def test_what_a_server_sends_comes_back_the_same(packet):
    assert decode("client", mqtt.encode(packet, 5)) == [packet]


@settings(max_examples=400, deadline=None)
@given(FROM_CLIENT)
def test_what_a_client_sends_comes_back_the_same(packet):
    assert decode("server", mqtt.encode(packet, 5)) == [packet]


@settings(max_examples=400, deadline=None)
@given(FROM_CLIENT | FROM_SERVER, st.data())
def test_a_byte_changed_is_another_packet_or_a_named_refusal(packet, data):
    wire = bytearray(mqtt.encode(packet, 5))
    at = data.draw(st.integers(0, len(wire) - 1))
    wire[at] = data.draw(st.integers(0, 255))
    for side in ("server", "client"):
        try:
            decode(side, bytes(wire))
        except mqtt.MqttError as error:
            assert 0x81 <= error.reason <= 0x95  # noqa: PT017 -- not every change is an error
