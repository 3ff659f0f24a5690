"""A sheet of paper with lines and a round seal, as PNG: what the sample applications hand in as their proof."""

import struct
import zlib

WIDTH, HEIGHT = 420, 594
_PAPER, _INK, _SEAL = b"\xfb\xfa\xf5", b"\xb8\xb8\xb8", b"\xc8\x32\x2d"
_CENTRE, _OUTER, _INNER = (300, 470), 58, 52


def certificate() -> bytes:
    rows = b"".join(b"\x00" + b"".join(_pixel(x, y) for x in range(WIDTH)) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _pixel(x: int, y: int) -> bytes:
    distance = (x - _CENTRE[0]) ** 2 + (y - _CENTRE[1]) ** 2
    if _INNER**2 <= distance <= _OUTER**2 or distance < 12**2:
        return _SEAL
    if 60 <= x < 360 and 120 <= y < 400 and y % 28 < 3:
        return _INK
    return _PAPER


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
