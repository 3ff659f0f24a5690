"""RTCP: what a relay reads of compound packets, and the one that it sends itself.

Source: RFC 3550, 6.1 and 6.4; RFC 4585, 6.1 and 6.3.1 (picture loss); RFC 5104, 4.3.1 (full intra request).
"""

import struct
from typing import Final, NamedTuple

from .packets import MAX_PACKET

_COMMON: Final = struct.Struct("!BBH")
_BLOCK: Final = struct.Struct("!IIIIII")
_SENDER, _RECEIVER, _PAYLOAD_FEEDBACK = 200, 201, 206
_TYPES: Final = range(192, 224)
_PLI, _FIR = 1, 4
_SENDER_INFO: Final = 20
"""Bytes between the SSRC of a sender report and its blocks."""


class Report(NamedTuple):
    """What a receiver says about a stream that it gets."""

    of: int
    """SSRC of the stream."""
    lost_fraction: int
    """Since its last report, in 256ths."""
    lost: int
    """In all; negative when duplicates came."""
    jitter: int
    """In units of the stream's clock rate."""


class PictureLoss(NamedTuple):
    """A receiver asks for a whole picture of this stream."""

    of: int


def is_rtcp(data: bytes) -> bool:
    """Whether a packet is RTCP rather than RTP, where both share a port."""
    return len(data) >= 8 and data[0] >> 6 == 2 and data[1] in _TYPES


def read_compound(data: bytes) -> tuple[Report | PictureLoss, ...] | None:
    """What a compound packet says, as far as a relay needs it; kinds that it does not know are passed over.

    None: its lengths contradict each other, or it does not begin as RTCP does.
    """
    if len(data) > MAX_PACKET or not is_rtcp(data):
        return None
    parts: list[Report | PictureLoss] = []
    at, end = 0, len(data)
    while at < end:
        if end - at < 8:
            return None
        first, kind, words = _COMMON.unpack_from(data, at)
        after = at + 4 + 4 * words
        if first >> 6 != 2 or after > end or words < 1:
            return None
        if kind in (_SENDER, _RECEIVER):
            blocks = at + 8 + (_SENDER_INFO if kind == _SENDER else 0)
            if blocks + 24 * (first & 0x1F) > after:
                return None
            parts += _reports(data, blocks, first & 0x1F)
        elif kind == _PAYLOAD_FEEDBACK and words >= 2:
            if first & 0x1F == _PLI:
                parts.append(PictureLoss(int.from_bytes(data[at + 8 : at + 12])))
            elif first & 0x1F == _FIR and words >= 4:
                parts.append(PictureLoss(int.from_bytes(data[at + 12 : at + 16])))
        at = after
    return tuple(parts)


def _reports(data: bytes, at: int, count: int) -> list[Report]:
    reports = []
    for number in range(count):
        of, lost, _, jitter, _, _ = _BLOCK.unpack_from(data, at + 24 * number)
        in_all = lost & 0xFFFFFF
        reports.append(Report(of, lost >> 24, in_all - (1 << 24) if in_all >> 23 else in_all, jitter))
    return reports


def build_picture_loss(sender: int, of: int) -> bytes:
    """Ask for a whole picture: an empty receiver report, then the feedback (RFC 4585, 3.1)."""
    return struct.pack("!BBHIBBHII", 0x80, _RECEIVER, 1, sender, 0x81, _PAYLOAD_FEEDBACK, 2, sender, of)
