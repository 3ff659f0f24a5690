"""Random and mangled streams: the decoder yields packets or MqttError, never another error, never differently by cut."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from linli.protocols import mqtt

ids = st.integers(1, 65535)
text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
names = text.filter(mqtt.valid_topic)
wanted = st.sampled_from(["a", "+", "a/+/b", "#", "/sys/pk/dn/#", "小区"])
publishes = st.builds(
    lambda topic, payload, qos, packet_id, retain, dup: mqtt.Publish(
        topic, payload, qos, packet_id if qos else 0, retain, dup and qos > 0
    ),
    names,
    st.binary(max_size=300),
    st.integers(0, 2),
    ids,
    st.booleans(),
    st.booleans(),
)
wills = st.builds(mqtt.Will, names, st.binary(max_size=20), st.integers(0, 2), st.booleans())


@st.composite
def connects(draw):
    username = draw(st.none() | text)
    password = draw(st.none() | st.binary(max_size=40)) if username is not None else None
    return mqtt.Connect(
        draw(text),
        username,
        password,
        draw(st.booleans()),
        draw(st.integers(0, 65535)),
        draw(st.none() | wills),
        draw(st.sampled_from([3, 4])),
    )


client_packets = st.one_of(
    publishes,
    st.builds(mqtt.Puback, ids),
    st.builds(mqtt.Pubrec, ids),
    st.builds(mqtt.Pubrel, ids),
    st.builds(mqtt.Pubcomp, ids),
    st.builds(
        lambda i, f: mqtt.Subscribe(i, tuple(f)),
        ids,
        st.lists(st.tuples(wanted, st.integers(0, 2)), min_size=1, max_size=5),
    ),
    st.builds(lambda i, f: mqtt.Unsubscribe(i, tuple(f)), ids, st.lists(wanted, min_size=1, max_size=5)),
    st.just(mqtt.Pingreq()),
    st.just(mqtt.Disconnect()),
)


def run(chunks: list[bytes]) -> tuple[list[mqtt.Packet], str | None]:
    decoder = mqtt.Decoder(max_packet=4096)
    found: list[mqtt.Packet] = []
    for chunk in chunks:
        try:
            found += decoder.feed(chunk)
        except mqtt.MqttError as error:
            return found + error.packets, error.fault
    return found, None


def cut(wire: bytes, marks: list[int]) -> list[bytes]:
    edges = [0, *sorted(mark % (len(wire) + 1) for mark in marks), len(wire)]
    return [wire[a:b] for a, b in pairwise(edges)]


@given(connects(), st.lists(client_packets, max_size=20), st.lists(st.integers(0, 5000), max_size=10))
def test_what_was_encoded_is_decoded_however_it_is_cut(connect, packets, marks):
    wire = mqtt.encode(connect) + b"".join(map(mqtt.encode, packets))
    assert run(cut(wire, marks)) == ([connect, *packets], None)


@settings(max_examples=400)
@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=6))
def test_random_bytes(wire, marks):
    assert run(cut(wire, marks)) == run([wire])


@settings(max_examples=400)
@given(
    st.lists(st.one_of(connects(), client_packets), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=4),
    st.lists(st.integers(0, 2000), max_size=6),
)
def test_mangled_packets(packets, changes, marks):
    wire = bytearray(b"".join(map(mqtt.encode, packets)))
    for at, byte in changes:
        wire[at % len(wire)] = byte
    assert run(cut(bytes(wire), marks)) == run([bytes(wire)])
