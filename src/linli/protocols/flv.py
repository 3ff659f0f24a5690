"""FLV with H.264 alone, as HTTP-FLV and RTMP carry it. Source: Adobe Flash Video File Format 10.1, annex E."""

from typing import Final

from . import h26x

HEAD: Final = b"FLV\x01\x01\x00\x00\x00\x09\x00\x00\x00\x00"
VIDEO: Final = 9


def tag(kind: int, time_ms: int, body: bytes) -> bytes:
    """With the size of the tag behind it."""
    time_ms &= 0xFFFFFFFF
    head = (
        bytes((kind,))
        + len(body).to_bytes(3)
        + (time_ms & 0xFFFFFF).to_bytes(3)
        + bytes((time_ms >> 24, 0, 0, 0))
    )
    return head + body + (11 + len(body)).to_bytes(4)


def configuration(sps: bytes, pps: bytes) -> bytes:
    """The body of the tag that stands before all pictures."""
    return b"\x17\x00\x00\x00\x00" + h26x.configuration(sps, pps)


def picture(data: bytes, *, key: bool, shift_ms: int) -> bytes:
    """The body of a picture's tag. `data`: units, each behind its length; `shift_ms`: pts less dts."""
    return (b"\x17\x01" if key else b"\x27\x01") + (shift_ms & 0xFFFFFF).to_bytes(3) + data
