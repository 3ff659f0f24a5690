"""MPEG program streams, both ways: what cameras by GB28181 send. Bounded; what is broken is skipped up to the next code.

Source: ISO/IEC 13818-1, 2.5 (packs, system header, stream map) and 2.4.3.6 (PES); GB/T 28181-2016, annex C.1.

 00 00 01 BA  pack, its clock        00 00 01 BB  system header      00 00 01 BC  which stream is what
 00 00 01 E0  picture: length, flags, times, bytes                   00 00 01 C0  sound, alike
"""

from typing import Final, Literal, NamedTuple

from .h26x import Picture

MOST_BYTES: Final = 1024 * 1024
"""That wait for the end of a packet."""
H264, H265 = 0x1B, 0x24
_CODE: Final = b"\x00\x00\x01"
_PACK, _SYSTEM, _MAP, _END = 0xBA, 0xBB, 0xBC, 0xB9
_FULL: Final = 65_000
"""Bytes of one written packet."""

Kind = Literal["picture", "sound"]


class Packet(NamedTuple):
    kind: Kind
    times: tuple[int, int] | None
    """pts and dts in units of 1/90,000 s; None: goes on with the one before."""
    data: bytes


class Demuxer:
    """`stream_type`: of the picture, as the stream's map says; None before one came."""

    def __init__(self) -> None:
        self.stream_type: int | None = None
        self.skipped = 0
        """Bytes that belonged to nothing."""
        self._parts: list[bytes] = []
        """What waits for more; put together once that is there."""
        self._size = 0
        self._wanted = 0
        """Bytes of the part of the stream that they begin, where its length is known."""

    def lost(self) -> None:
        """Something is missing."""
        self.skipped += self._size
        self._keep(b"")

    def _keep(self, rest: bytes) -> None:
        self._parts = [rest] if rest else []
        self._size = len(rest)
        self._wanted = 0

    def feed(self, data: bytes) -> list[Packet]:
        self._parts.append(data)
        self._size += len(data)
        packets: list[Packet] = []
        if self._size < self._wanted:
            return packets
        buffer = data if len(self._parts) == 1 else b"".join(self._parts)
        at = wanted = 0
        while True:
            begin = buffer.find(_CODE, at)
            if begin < 0:
                self.skipped += max(0, len(buffer) - 2 - at)
                at = max(at, len(buffer) - 2)
                break
            self.skipped += begin - at
            end = _end_of(buffer, begin)
            if end is None:
                at, wanted = begin, _wanted(buffer, begin)
                break
            if end < 0:
                at = begin + 3
                continue
            self._read(buffer, begin, end, packets)
            at = end
        self._keep(buffer[at:])
        self._wanted = wanted
        if self._size > MOST_BYTES:
            self.lost()
        return packets

    def _read(self, buffer: bytes, begin: int, end: int, packets: list[Packet]) -> None:
        code = buffer[begin + 3]
        if code == _MAP:
            self._read_map(buffer[begin + 6 : end])
        elif code >> 4 == 0xE or code >> 5 == 0b110:
            packet = _read_packet("picture" if code >> 4 == 0xE else "sound", buffer, begin, end)
            if packet is not None:
                packets.append(packet)

    def _read_map(self, body: bytes) -> None:
        if len(body) < 6:
            return
        at = 4 + int.from_bytes(body[2:4])
        last = min(len(body), at + 2 + int.from_bytes(body[at : at + 2]))
        at += 2
        while at + 4 <= last:
            if body[at + 1] >> 4 == 0xE:
                self.stream_type = body[at]
            at += 4 + int.from_bytes(body[at + 2 : at + 4])


def _end_of(buffer: bytes, begin: int) -> int | None:
    """Where the part that begins here ends; None: it is not all there; -1: it is none."""
    if len(buffer) < begin + 6:
        return None
    code = buffer[begin + 3]
    if code == _PACK:
        if buffer[begin + 4] >> 6 != 1:
            return begin + 12 if len(buffer) >= begin + 12 else None  # as MPEG-1 has it
        if len(buffer) < begin + 14:
            return None
        end = begin + 14 + (buffer[begin + 13] & 7)
        return end if len(buffer) >= end else None
    if code == _END:
        return begin + 4
    if code < _SYSTEM:
        return -1
    length = int.from_bytes(buffer[begin + 4 : begin + 6])
    if length == 0 and code >> 4 == 0xE:
        # Not allowed, and yet some do: up to the next code of this layer.
        return _next_code(buffer, begin + 6)
    end = begin + 6 + length
    return end if len(buffer) >= end else None


def _wanted(buffer: bytes, begin: int) -> int:
    """How many bytes the part that begins here has; 0: it does not say."""
    if len(buffer) < begin + 6 or buffer[begin + 3] < _SYSTEM:
        return 0
    length = int.from_bytes(buffer[begin + 4 : begin + 6])
    return 6 + length if length else 0


def _next_code(buffer: bytes, at: int) -> int | None:
    while (at := buffer.find(_CODE, at)) >= 0:
        if at + 3 >= len(buffer):
            return None
        if buffer[at + 3] >= _END:
            return at
        at += 3
    return None


def _read_packet(kind: Kind, buffer: bytes, begin: int, end: int) -> Packet | None:
    if end < begin + 9 or buffer[begin + 6] >> 6 != 2:
        return None
    flags, size = buffer[begin + 7] >> 6, buffer[begin + 8]
    start = begin + 9 + size
    if start > end:
        return None
    times = None
    if flags & 2 and size >= 5:
        pts = dts = _read_time(buffer[begin + 9 : begin + 14])
        if flags == 3 and size >= 10:
            dts = _read_time(buffer[begin + 14 : begin + 19])
        times = (pts, dts)
    return Packet(kind, times, buffer[start:end])


def _read_time(data: bytes) -> int:
    return (data[0] >> 1 & 7) << 30 | data[1] << 22 | data[2] >> 1 << 15 | data[3] << 7 | data[4] >> 1


def _time(mark: int, time: int) -> bytes:
    time &= (1 << 33) - 1
    return bytes(
        (
            mark << 4 | time >> 29 & 14 | 1,
            time >> 22 & 255,
            time >> 14 & 254 | 1,
            time >> 7 & 255,
            time << 1 & 254 | 1,
        )
    )


def _pack(time: int) -> bytes:
    time &= (1 << 33) - 1
    clock = (
        0b01 << 46 | (time >> 30 & 7) << 43 | 1 << 42 | (time >> 15 & 0x7FFF) << 27 | 1 << 26
        | (time & 0x7FFF) << 11 | 1 << 10 | 1
    )  # fmt: skip
    return b"\x00\x00\x01\xba" + clock.to_bytes(6) + b"\x00\x4e\x23\xf8"


_SYSTEM_HEAD: Final = bytes.fromhex("000001bb000c80a791 04e17f e0e0e8 c0c020".replace(" ", ""))


def _map(stream_type: int) -> bytes:
    streams = bytes((stream_type, 0xE0, 0, 0, 0x90, 0xC0, 0, 0))
    body = b"\xe1\xff\x00\x00" + len(streams).to_bytes(2) + streams
    head = _CODE + bytes((_MAP,)) + (len(body) + 4).to_bytes(2) + body
    return head + _checksum(head).to_bytes(4)


def _checksum(data: bytes) -> int:
    """CRC-32 of ISO/IEC 13818-1, annex A."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc & 0x80000000 else 0)) & 0xFFFFFFFF
    return crc


_MAPS: Final = {kind: _map(kind) for kind in (H264, H265)}


def write(picture: Picture, *, mapped: bool = True, stream_type: int = H264) -> bytes:
    """A picture as a camera sends it: one pack; before a key picture system header and map, unless not `mapped`."""
    head = _pack(picture.dts)
    if picture.key and mapped:
        head += _SYSTEM_HEAD + _MAPS[stream_type]
    data = b"".join(b"\x00" + _CODE + unit for unit in picture.units)
    parts = [head]
    for at in range(0, len(data), _FULL):
        piece = data[at : at + _FULL]
        times = b"\x80\x00\x00"
        if at == 0:
            times = b"\x80\xc0\x0a" + _time(3, picture.pts) + _time(1, picture.dts)
        parts += [_CODE, b"\xe0", (len(times) + len(piece)).to_bytes(2), times, piece]
    return b"".join(parts)
