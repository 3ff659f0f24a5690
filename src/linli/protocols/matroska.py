"""A film that is written piece by piece, and can be read up to its last piece however its writing ended. Pure.

Source: RFC 8794 (EBML), RFC 9559 (Matroska); ISO 14496-15, 5.3.3 (the parameters of H.264).
"""

import struct
from typing import Final, NamedTuple

PICTURE, SOUND = 1, 2
"""Numbers of the two tracks."""
CLUSTER_MS: Final = 5_000
_UNKNOWN: Final = b"\x01" + b"\xff" * 7
_EBML, _SEGMENT, _INFO, _TRACKS, _CLUSTER = (
    b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x15\x49\xa9\x66", b"\x16\x54\xae\x6b", b"\x1f\x43\xb6\x75",
)  # fmt: skip
_G711: Final = {"pcma": 6, "pcmu": 7}
"""Format tags of their waves."""


class PictureTrack(NamedTuple):
    codec: str
    """`h264` or `vp8`."""
    size: tuple[int, int] = (16, 16)
    """Of VP8: width and height; H.264 tells them itself, and readers refuse 0."""
    parameters: tuple[bytes, bytes] = (b"", b"")
    """Of H.264: SPS and PPS."""


def head(picture: PictureTrack | None, sound: str) -> bytes:
    """What stands before the first piece. `sound`: `pcma` or `pcmu`, 8,000 samples a second; empty: none."""
    tracks = b""
    if picture is not None:
        h264 = picture.codec == "h264"
        name = b"V_MPEG4/ISO/AVC" if h264 else b"V_VP8"
        private = _element(b"\x63\xa2", _avc(*picture.parameters)) if h264 else b""
        width, height = picture.size
        video = _number(b"\xb0", width) + _number(b"\xba", height)
        tracks += _track(PICTURE, 1, name, private + _element(b"\xe0", video))
    if sound:
        wave = struct.pack("<HHIIHHH", _G711[sound], 1, 8_000, 8_000, 1, 8, 0)
        audio = _element(b"\xb5", struct.pack(">d", 8_000.0)) + _number(b"\x9f", 1) + _number(b"\x62\x64", 8)
        private = _element(b"\x63\xa2", wave)
        tracks += _track(SOUND, 2, b"A_MS/ACM", private + _element(b"\xe1", audio))
    kinds = (b"\x42\x86", 1), (b"\x42\xf7", 1), (b"\x42\xf2", 4), (b"\x42\xf3", 8)
    versions = (b"\x42\x87", 4), (b"\x42\x85", 2)
    ebml = b"".join(_number(*kind) for kind in kinds)
    ebml += _element(b"\x42\x82", b"matroska") + b"".join(_number(*version) for version in versions)
    info = (
        _number(b"\x2a\xd7\xb1", 1_000_000)
        + _element(b"\x4d\x80", b"linli")
        + _element(b"\x57\x41", b"linli")
    )
    return _element(_EBML, ebml) + _SEGMENT + _UNKNOWN + _element(_INFO, info) + _element(_TRACKS, tracks)


class Pieces:
    """The pieces behind the head, in the order of their writing."""

    def __init__(self) -> None:
        self._begin_ms: int | None = None

    def piece(self, track: int, at_ms: int, data: bytes, *, key: bool) -> bytes:
        """`at_ms`: since the film began."""
        begin = b""
        if self._begin_ms is None or not 0 <= at_ms - self._begin_ms <= CLUSTER_MS:
            self._begin_ms = max(0, at_ms)
            begin = _CLUSTER + _UNKNOWN + _number(b"\xe7", self._begin_ms)
        flags = 0x80 if key else 0
        block = bytes((0x80 | track,)) + struct.pack(">hB", at_ms - self._begin_ms, flags) + data
        return begin + _element(b"\xa3", block)


def _track(number: int, kind: int, codec: bytes, more: bytes) -> bytes:
    body = _number(b"\xd7", number) + _number(b"\x73\xc5", number) + _number(b"\x83", kind)
    return _element(b"\xae", body + _element(b"\x86", codec) + more)


def _avc(sps: bytes, pps: bytes) -> bytes:
    return (
        b"\x01" + sps[1:4] + b"\xff\xe1" + len(sps).to_bytes(2) + sps + b"\x01" + len(pps).to_bytes(2) + pps
    )


def _element(name: bytes, body: bytes) -> bytes:
    return name + (len(body) | 1 << 56).to_bytes(8) + body


def _number(name: bytes, value: int) -> bytes:
    return _element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8)))
