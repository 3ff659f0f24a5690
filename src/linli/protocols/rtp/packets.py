"""RTP packets. Source: RFC 3550, 5.1 and 5.3.1.

 0               1               2               3
|V=2|P|X|  CC   |M|     PT      |       sequence number         |
|                           timestamp                           |
|                             SSRC                              |
|                  CSRC, 0 to 15 times                          |
|  profile (X)    |  words that follow |  words ...             |
|  payload ...                             | padding | its length |
"""

import struct
from typing import Final, NamedTuple

MAX_PACKET: Final = 2048
"""Bytes: more than any network carries in one piece."""
HEAD_BYTES: Final = 12
_HEAD: Final = struct.Struct("!BBHII")
_RTCP_TYPES: Final = range(64, 96)
"""Payload types that would read as RTCP (RFC 5761, 4)."""


class Head(NamedTuple):
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    """In units of the clock rate of the payload type."""
    ssrc: int


def read_head(data: bytes) -> Head | None:
    """The fixed part of a packet; None for what is no RTP."""
    if not HEAD_BYTES <= len(data) <= MAX_PACKET:
        return None
    first, second, sequence, timestamp, ssrc = _HEAD.unpack_from(data)
    kind = second & 0x7F
    if first >> 6 != 2 or kind in _RTCP_TYPES:
        return None
    return Head(kind, second > 0x7F, sequence, timestamp, ssrc)


def payload(data: bytes) -> bytes | None:
    """What a packet with a good head carries; None when its lengths contradict each other."""
    first = data[0]
    start = HEAD_BYTES + 4 * (first & 0x0F)
    if first & 0x10:
        if len(data) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4])
    end = len(data)
    if first & 0x20:
        if not 0 < data[-1] <= end - HEAD_BYTES:
            return None
        end -= data[-1]
    return data[start:end] if start <= end else None


def build_packet(head: Head, body: bytes) -> bytes:
    """A packet without extension, padding or contributing sources."""
    second = head.payload_type | (0x80 if head.marker else 0)
    return _HEAD.pack(0x80, second, head.sequence, head.timestamp, head.ssrc) + body
