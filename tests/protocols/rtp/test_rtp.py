"""RTP packets, reports, key presses and what is counted of them."""

import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.protocols import rtp

HEAD = rtp.Head(96, True, 0xFFFE, 0xFFFFFF00, 0xDEADBEEF)


def test_a_packet_there_and_back():
    wire = rtp.build_packet(HEAD, b"body")
    assert wire.hex() == "80e0fffeffffff00deadbeef" + b"body".hex()
    assert rtp.read_head(wire) == HEAD
    assert rtp.payload(wire) == b"body"


def test_sources_extension_and_padding_are_no_payload():
    plain = bytearray(rtp.build_packet(HEAD, b""))
    plain[0] |= 0x20 | 0x10 | 2
    wire = bytes(plain) + bytes(8) + b"\xbe\xde\x00\x01\x10\x00\x00\x00" + b"body" + b"\0\0\x03"
    assert rtp.payload(wire) == b"body"
    assert [rtp.payload(wire[:cut]) for cut in range(12, 28)] == [None] * 16


@pytest.mark.parametrize(
    "wire",
    [b"", b"\x80" * 11, b"\x40" + bytes(11), b"\x80\xc8" + bytes(10), b"\x80\x08" + bytes(3000)],
    ids=["nothing", "short", "version 1", "a report", "too long"],
)
def test_no_rtp(wire):
    assert rtp.read_head(wire) is None


def test_a_compound_report():
    block = struct.pack("!IIIIII", 7, 0x40FFFFFE, 100, 33, 0, 0)
    sender = b"\x81\xc8\x00\x0c" + struct.pack("!IIIIII", 5, 1, 2, 3, 4, 5) + block
    source = b"\x81\xca\x00\x02" + struct.pack("!I", 5) + b"\x01\x00\x00\x00"
    full = b"\x84\xce\x00\x04" + struct.pack("!IIII", 5, 0, 9, 0)
    assert rtp.read_compound(sender + source + full) == (rtp.Report(7, 0x40, -2, 33), rtp.PictureLoss(9))
    assert rtp.read_compound(rtp.build_picture_loss(1, 2)) == (rtp.PictureLoss(2),)


@pytest.mark.parametrize(
    "wire",
    [
        b"\x80\xc9\x00\x00" + bytes(4),
        b"\x9f\xc9\x00\x01" + bytes(4),
        b"\x80\xc9\x00\x01" + bytes(5),
        b"\x80\x08" + bytes(20),
    ],
    ids=["a packet without a sender", "blocks that are not there", "a rest", "rtp"],
)
def test_no_report(wire):
    assert rtp.read_compound(wire) is None


def test_a_press_is_one_key_however_many_packets_say_it():
    digits = rtp.Digits()
    taken = []
    for stamp, key in ((160, "5"), (1600, "#"), (160, "5"), (3200, "D")):
        head = rtp.Head(101, False, 1, stamp, 9)
        taken += [
            digits.take(head, rtp.build_event(key, ended=ended, duration=400)) for ended in (False, True)
        ]
    assert taken == ["5", None, "#", None, None, None, "D", None]
    assert rtp.read_event(b"\x10\x0a\x00\xa0") is None
    assert rtp.read_event(b"\x05\x0a") is None


def test_loss_over_the_turn_of_the_numbers():
    reception = rtp.Reception()
    for number in range(65_000, 66_000):
        if number % 10:
            reception.take(rtp.Head(8, False, number & 0xFFFF, number * 160, 1), number * 160)
    assert (reception.packets, reception.lost, reception.jitter) == (900, 99, 0)
    reception.take(rtp.Head(8, False, 5, 0, 2), 0)  # another source
    assert (reception.packets, reception.lost) == (901, 99)


def test_order_and_jitter():
    reception = rtp.Reception()
    numbers = list(range(200))
    for at in range(0, 200, 4):
        numbers[at : at + 4] = reversed(numbers[at : at + 4])
    dice = random.Random(1)
    for number in numbers:
        reception.take(rtp.Head(8, False, number, number * 160, 1), number * 160 + dice.choice((0, 80)))
    assert reception.lost <= 3  # those before the first that came
    assert 20 < reception.jitter < 60


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\x80", b"\x90\x08", b"\xb3\x60", b"\x81\xc8", b"\x80\xce\x00\x02"]),
)
def test_anything_is_read_or_refused(tail: bytes, begin: bytes):
    wire = begin + tail
    head = rtp.read_head(wire)
    if head is not None:
        body = rtp.payload(wire)
        assert body is None or len(body) <= len(wire) - 12
        rtp.Digits().take(head, body or b"")
        rtp.Reception().take(head, 0)
    rtp.read_compound(wire)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 65_535), st.integers(0, 2**32 - 1), st.integers(0, 3)), max_size=50))
def test_counts_never_go_wrong(packets):
    reception = rtp.Reception()
    for number, stamp, ssrc in packets:
        reception.take(rtp.Head(8, False, number, stamp, ssrc), 0)
        assert reception.lost >= 0
        assert reception.jitter >= 0
    assert reception.packets == len(packets)
