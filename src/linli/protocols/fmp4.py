"""Fragmented MP4 with one track of H.264, for Media Source Extensions, HLS and recordings.

Source: ISO/IEC 14496-12, 8 (boxes) and 14496-15, 5 (avc1). Times in units of 1/90,000 s.
"""

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from . import h26x

TIMESCALE: Final = 90_000
_KEY, _OTHER = 0x02000000, 0x01010000
"""Sample flags: depends on none, and is a sync sample; or the contrary."""
_UNITY: Final = struct.pack("!9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


class Sample(NamedTuple):
    duration: int
    key: bool
    shift: int
    """pts less dts."""
    data: bytes
    """Units, each behind its length in four bytes."""


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return (8 + len(body)).to_bytes(4) + kind + body


def _full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, (version << 24 | flags).to_bytes(4), *parts)


def head(sps: bytes, pps: bytes) -> bytes:
    """What stands before all fragments (ftyp, moov). Raises h26x.Unreadable."""
    shape = h26x.read_shape(sps)
    entry = _box(
        b"avc1",
        bytes(6), b"\x00\x01", bytes(16), struct.pack("!HH", shape.width, shape.height),
        b"\x00\x48\x00\x00\x00\x48\x00\x00", bytes(4), b"\x00\x01", bytes(32), b"\x00\x18\xff\xff",
        _box(b"avcC", h26x.configuration(sps, pps)),
    )  # fmt: skip
    table = _box(
        b"stbl",
        _full(b"stsd", 0, 0, b"\x00\x00\x00\x01", entry),
        _full(b"stts", 0, 0, bytes(4)),
        _full(b"stsc", 0, 0, bytes(4)),
        _full(b"stsz", 0, 0, bytes(8)),
        _full(b"stco", 0, 0, bytes(4)),
    )
    place = _box(b"dinf", _full(b"dref", 0, 0, b"\x00\x00\x00\x01", _full(b"url ", 0, 1)))
    media = _box(
        b"mdia",
        _full(b"mdhd", 0, 0, struct.pack("!IIIIHH", 0, 0, TIMESCALE, 0, 0x55C4, 0)),
        _full(b"hdlr", 0, 0, bytes(4), b"vide", bytes(12), b"camera\x00"),
        _box(b"minf", _full(b"vmhd", 0, 1, bytes(8)), place, table),
    )
    size = struct.pack("!II", shape.width << 16, shape.height << 16)
    track = _full(b"tkhd", 0, 3, struct.pack("!IIIII", 0, 0, 1, 0, 0), bytes(16), _UNITY, size)
    movie = struct.pack("!IIIIIH", 0, 0, TIMESCALE, 0, 0x10000, 0x100) + bytes(10) + _UNITY
    return _box(b"ftyp", b"isom", b"\x00\x00\x02\x00", b"isomiso5avc1mp41") + _box(
        b"moov",
        _full(b"mvhd", 0, 0, movie, bytes(24), b"\x00\x00\x00\x02"),
        _box(b"trak", track, media),
        _box(b"mvex", _full(b"trex", 0, 0, struct.pack("!IIIII", 1, 1, 0, 0, 0))),
    )


def fragment(number: int, start: int, samples: Sequence[Sample]) -> bytes:
    """One fragment. `number` counts from 1; `start`: dts of the first sample."""
    return b"".join(fragment_parts(number, start, samples))


def fragment_parts(number: int, start: int, samples: Sequence[Sample]) -> list[bytes]:
    """The same in parts, for who writes them one after the other: pictures are not copied."""
    entries = b"".join(
        struct.pack("!IIIi", sample.duration, len(sample.data), _KEY if sample.key else _OTHER, sample.shift)
        for sample in samples
    )
    track = _full(b"tfhd", 0, 0x20000, b"\x00\x00\x00\x01") + _full(b"tfdt", 1, 0, start.to_bytes(8))
    runs = 12 + 8 + len(entries)
    offset = 8 + 16 + 8 + len(track) + runs + 8
    run = _full(b"trun", 1, 0xF01, struct.pack("!Ii", len(samples), offset), entries)
    boxes = _box(b"moof", _full(b"mfhd", 0, 0, number.to_bytes(4)), _box(b"traf", track, run))
    pictures = [sample.data for sample in samples]
    size = 8 + sum(map(len, pictures))
    return [boxes + size.to_bytes(4) + b"mdat", *pictures]


class Extent(NamedTuple):
    """Where a fragment lies among others, and what is in it."""

    at: int
    """Its first byte."""
    moof: int
    """Bytes of what stands before its pictures."""
    size: int
    start: int
    """dts of its first picture."""
    duration: int
    key: bool
    """Whether playing can begin with it."""


def box_head(data: bytes) -> tuple[bytes, int]:
    """Kind and size of the box that begins with these eight bytes. Raises h26x.Unreadable: there is none."""
    if len(data) < 8:
        raise h26x.Unreadable("a box is cut off")
    size = int.from_bytes(data[:4])
    if size < 8:
        raise h26x.Unreadable("a box without a size")
    return data[4:8], size


def _inside(data: bytes, *path: bytes) -> tuple[int, int]:
    """First and last byte of what is in the first box by that path. Raises h26x.Unreadable."""
    begin, end = 0, len(data)
    for wanted in path:
        while True:
            kind, size = box_head(data[begin : min(end, begin + 8)])
            if begin + size > end:
                raise h26x.Unreadable("a box is cut off")
            if kind == wanted:
                begin, end = begin + 8, begin + size
                break
            begin += size
    return begin, end


def read_fragment(moof: bytes, at: int, pictures: int) -> Extent:
    """A fragment of `fragment`, by its `moof` and the size of its `mdat`. Raises h26x.Unreadable."""
    time_at, _ = _inside(moof, b"moof", b"traf", b"tfdt")
    run_at, run_end = _inside(moof, b"moof", b"traf", b"trun")
    count = int.from_bytes(moof[run_at + 4 : run_at + 8])
    entries = moof[run_at + 12 : run_end]
    if not count or len(entries) != 16 * count:
        raise h26x.Unreadable("a run of pictures of another form")
    duration = sum(int.from_bytes(entries[entry : entry + 4]) for entry in range(0, len(entries), 16))
    key = int.from_bytes(entries[8:12]) == _KEY
    start = int.from_bytes(moof[time_at + 4 : time_at + 12])
    return Extent(at, len(moof), len(moof) + pictures, start, duration, key)


def renumbered(moof: bytes, number: int, start: int) -> bytes:
    """The same with another number and time. Raises h26x.Unreadable."""
    number_at, _ = _inside(moof, b"moof", b"mfhd")
    time_at, _ = _inside(moof, b"moof", b"traf", b"tfdt")
    changed = bytearray(moof)
    changed[number_at + 4 : number_at + 8] = number.to_bytes(4)
    changed[time_at + 4 : time_at + 12] = start.to_bytes(8)
    return bytes(changed)
