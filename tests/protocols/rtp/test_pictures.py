"""Whole pictures out of packets, whatever is lost, late or malformed."""

import random

from hypothesis import given
from hypothesis import strategies as st

from linli.protocols import rtp
from linli.sim.voip.picture import Clip, payloads


def packets(count: int, first: int = 65_530) -> list[tuple[rtp.Head, bytes]]:
    clip, listed, sequence = Clip(), [], first
    for number in range(count):
        parts = payloads(clip.next())
        for place, part in enumerate(parts):
            head = rtp.Head(96, place == len(parts) - 1, sequence & 0xFFFF, number * 9_000, 7)
            listed.append((head, part))
            sequence += 1
    return listed


def taken(listed: list[tuple[rtp.Head, bytes]]) -> list[rtp.Picture]:
    pictures = rtp.H264Pictures()
    return [picture for head, body in listed if (picture := pictures.take(head, body)) is not None]


def test_every_picture_comes_whole_over_the_end_of_the_numbers() -> None:
    found = taken(packets(12))
    assert [picture.timestamp for picture in found] == [number * 9_000 for number in range(12)]
    assert [picture.key for picture in found] == [number % 5 == 0 for number in range(12)]
    key = found[0].data
    at, kinds = 0, []
    while at < len(key):
        size = int.from_bytes(key[at : at + 4])
        kinds.append(key[at + 4] & 0x1F)
        at += 4 + size
    assert (kinds, at) == ([7, 8, 5], len(key))


def test_after_a_gap_nothing_is_shown_before_a_whole_picture() -> None:
    listed = packets(12)
    lost = next(place for place, (head, _) in enumerate(listed) if head.timestamp == 9_000)
    found = taken([*listed[:lost], *listed[lost + 1 :]])
    assert [picture.timestamp // 9_000 for picture in found] == [0, 5, 6, 7, 8, 9, 10, 11]


def test_a_torn_whole_picture_is_none_and_late_and_doubled_packets_do_no_harm() -> None:
    listed = packets(6)
    assert [picture.timestamp for picture in taken([*listed[:5], *listed[6:]])] == [5 * 9_000]
    doubled = [each for each in listed for _ in range(2)]
    assert taken(doubled) == taken(listed)
    assert taken([*listed, *listed[:3]]) == taken(listed)


def test_parameters_told_by_the_description_count() -> None:
    listed = packets(1)
    units = [body for _, body in listed if body[0] & 0x1F in (7, 8)]
    rest = [(head._replace(sequence=place), body) for place, (head, body) in enumerate(listed[2:])]
    assert not taken(rest)
    pictures = rtp.H264Pictures()
    for unit in units:
        pictures.know(unit)
    assert [pictures.take(head, body) for head, body in rest][-1] is not None


def vp8(data: bytes, sequence: int, *, first: bool = True, last: bool = True) -> tuple[rtp.Head, bytes]:
    descriptor = bytes((0x80 | (0x10 if first else 0), 0x80, 0x81, 0x02))  # X; I with 15 bits
    return rtp.Head(97, last, sequence, 90_000, 7), descriptor + data


def test_vp8_tells_its_size_and_keeps_what_belongs_together() -> None:
    key = b"\x10\x02\x00\x9d\x01\x2a" + (320).to_bytes(2, "little") + (240).to_bytes(2, "little") + b"rest"
    pictures = rtp.Vp8Pictures()
    assert pictures.take(*vp8(b"\x11delta", 9)) is None, "nothing is shown before a key picture"
    assert pictures.take(*vp8(key[:8], 10, last=False)) is None
    picture = pictures.take(*vp8(key[8:], 11, first=False))
    assert picture is not None
    assert (picture.key, picture.data, pictures.size) == (True, key, (320, 240))


@given(st.lists(st.tuples(st.binary(max_size=40), st.booleans()), max_size=40), st.integers(0, 9))
def test_whatever_comes_breaks_nothing(bodies: list[tuple[bytes, bool]], seed: int) -> None:
    numbers = random.Random(seed)
    for pictures in (rtp.H264Pictures(), rtp.Vp8Pictures()):
        for place, (body, marker) in enumerate(bodies):
            head = rtp.Head(96, marker, (place + numbers.randrange(3)) & 0xFFFF, numbers.randrange(3), 1)
            pictures.take(head, body)


def test_a_picture_without_end_is_given_up() -> None:
    pictures = rtp.H264Pictures()
    body = b"\x7c\x05" + bytes(1_400)
    for place in range(4_000):
        assert pictures.take(rtp.Head(96, False, place & 0xFFFF, 1, 1), body) is None
    assert pictures.take(rtp.Head(96, True, 4_000, 1, 1), body) is None
