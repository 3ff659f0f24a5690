"""The codec against recorded packets: both directions, every cut of the frame, broken frames."""

import json
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from linli.protocols import mqtt
from linli.protocols.mqtt.decode import read_length
from linli.protocols.mqtt.encode import pubacks, publish, remaining_length

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))


def packet_of(case: dict[str, Any]) -> mqtt.Packet:
    kind, fields = case["packet"]
    fields = dict(fields)
    for name in ("payload", "password"):
        if name in fields:
            fields[name] = fields[name].encode()
    if "will" in fields:
        fields["will"] = mqtt.Will(**{**fields["will"], "payload": fields["will"]["payload"].encode()})
    if "filters" in fields:
        fields["filters"] = tuple(f if isinstance(f, str) else tuple(f) for f in fields["filters"])
    if "codes" in fields:
        fields["codes"] = tuple(fields["codes"])
    packet: mqtt.Packet = getattr(mqtt, kind)(**fields)
    return packet


@pytest.mark.parametrize("case", VECTORS["packets"], ids=itemgetter("name"))
def test_both_directions_and_every_cut(case):
    wire, packet = bytes.fromhex(case["hex"]), packet_of(case)
    assert mqtt.encode(packet) == wire
    assert mqtt.Decoder(case["side"]).feed(wire) == [packet]
    for cut in range(1, len(wire)):
        decoder = mqtt.Decoder(case["side"])
        assert decoder.feed(wire[:cut]) == []
        assert decoder.feed(wire[cut:]) == [packet]
        assert decoder.unfinished == 0
    decoder = mqtt.Decoder(case["side"])
    byte_by_byte = [packet for at in range(len(wire)) for packet in decoder.feed(wire[at : at + 1])]
    assert byte_by_byte == [packet]


@pytest.mark.parametrize("side", ["server", "client"])
def test_many_packets_in_one_buffer_at_every_cut(side):
    cases = [case for case in VECTORS["packets"] if case["side"] == side and case["packet"][0] != "Connect"]
    wire, packets = (
        b"".join(bytes.fromhex(case["hex"]) for case in cases),
        [packet_of(case) for case in cases],
    )
    for cut in range(len(wire) + 1):
        decoder = mqtt.Decoder(side)
        assert decoder.feed(wire[:cut]) + decoder.feed(wire[cut:]) == packets


@pytest.mark.parametrize("case", VECTORS["broken"], ids=itemgetter("name"))
def test_broken_packets_are_refused_and_what_came_before_is_kept(case):
    wire = bytes.fromhex(case["hex"])
    before = bytes.fromhex("c000")
    with pytest.raises(mqtt.MqttError) as caught:
        mqtt.Decoder(case["side"]).feed(before + wire)
    assert caught.value.fault == case["fault"]
    assert caught.value.packets == [mqtt.Pingreq()]


def test_a_broken_packet_is_refused_at_every_cut():
    for case in VECTORS["broken"]:
        wire = bytes.fromhex(case["hex"])
        for cut in range(len(wire)):
            decoder = mqtt.Decoder(case["side"])
            with pytest.raises(mqtt.MqttError):
                decoder.feed(wire[:cut])
                decoder.feed(wire[cut:])


@pytest.mark.parametrize(("length", "wire"), VECTORS["lengths"]["cases"])
def test_remaining_length(length, wire):
    assert remaining_length(length).hex() == wire
    assert read_length(bytes.fromhex(wire), 0) == (length, len(wire) // 2)
    for cut in range(len(wire) // 2):
        assert read_length(bytes.fromhex(wire)[:cut], 0) is None


def test_lengths_that_do_not_fit():
    with pytest.raises(ValueError, match="remaining length"):
        remaining_length(268_435_456)
    with pytest.raises(ValueError, match="65535"):
        publish("x" * 65536, b"")


def test_too_large_is_known_from_the_header():
    decoder = mqtt.Decoder(max_packet=1000)
    wire = publish("a/b", b"x" * 1000, 1, 1)
    with pytest.raises(mqtt.MqttError) as caught:
        decoder.feed(wire[:4])
    assert caught.value.fault is mqtt.Fault.TOO_LARGE


def test_a_large_packet_in_small_pieces_is_joined_once():
    wire = publish("a/b", bytes(range(256)) * 800, 1, 7)
    decoder = mqtt.Decoder()
    found = [packet for at in range(0, len(wire), 7) for packet in decoder.feed(wire[at : at + 7])]
    assert found == [mqtt.Publish("a/b", bytes(range(256)) * 800, 1, 7)]


def test_pubacks_are_puback_after_puback():
    ids = [1, 2, 65535, 300]
    assert pubacks(ids) == b"".join(mqtt.encode(mqtt.Puback(i)) for i in ids)
    assert pubacks([]) == b""


def test_mqtt_31_may_set_dup_on_subscribe():
    decoder = mqtt.Decoder()
    connect = mqtt.encode(mqtt.Connect("old", level=3))
    subscribe = bytearray(mqtt.encode(mqtt.Subscribe(1, (("a", 0),))))
    subscribe[0] |= 0x08
    assert decoder.feed(connect + bytes(subscribe))[1] == mqtt.Subscribe(1, (("a", 0),))
    with pytest.raises(mqtt.MqttError):
        mqtt.Decoder().feed(bytes(subscribe))


def test_topics_of_one_connection_are_remembered_within_bounds():
    decoder = mqtt.Decoder()
    for number in range(2000):
        (packet,) = decoder.feed(publish(f"t/{number}", b""))
        assert packet == mqtt.Publish(f"t/{number}", b"")
    assert len(decoder._topics) <= 512
