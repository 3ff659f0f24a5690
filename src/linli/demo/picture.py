"""Pictures that the sample hands in, as PNG: a sheet of paper with lines and a round seal, and a plan of the ground."""

import struct
import zlib
from collections.abc import Callable
from typing import Final

WIDTH, HEIGHT = 420, 594
_PAPER, _INK, _SEAL = b"\xfb\xfa\xf5", b"\xb8\xb8\xb8", b"\xc8\x32\x2d"
PLAN_WIDTH, PLAN_HEIGHT = 640, 440
_LAWN, _PATH, _STREET, _POND = b"\xdd\xe8\xd5", b"\xef\xec\xe4", b"\xd6\xd6\xd4", b"\xc3\xdc\xea"
_SKIN = b"\xec\xc9\xae"
_ROOF, _WALL = b"\xe9\xdf\xd2", b"\xb4\xa6\x94"
BUILDINGS: Final = (
    (50, 60, 190, 66),
    (400, 60, 190, 66),
    (400, 250, 190, 66),
    (250, 350, 90, 56),
    (50, 160, 120, 40),
)
"""(left, top, width, height) on the plan: three with flats, the club house, the garage."""
_CENTRE, _OUTER, _INNER = (300, 470), 58, 52


def certificate() -> bytes:
    """The proof of the sample's applications."""
    return _png(WIDTH, HEIGHT, _pixel)


def plan() -> bytes:
    """The sample's ground from above: lawn, paths, three buildings of two units, a club house, a garage."""
    return _png(PLAN_WIDTH, PLAN_HEIGHT, _ground)


def portrait(number: int) -> bytes:
    """A drawn head before a plain ground; each number has colours of its own. Nobody's face."""
    hair = bytes((40 + 23 * number % 120, 30 + 11 * number % 60, 25 + 7 * number % 50))
    shirt = bytes((60 + 41 * number % 160, 80 + 67 * number % 140, 120 + 29 * number % 110))

    def pixel(x: int, y: int) -> bytes:
        if (x - 100) ** 2 / 52**2 + (y - 92) ** 2 / 66**2 <= 1:
            if y < 58:
                return hair
            eye = min((x - 80) ** 2, (x - 120) ** 2) + (y - 86) ** 2 <= 30
            mouth = abs(x - 100) <= 18 and abs(y - 124) <= 3
            return b"\x32\x28\x28" if eye or mouth else _SKIN
        return shirt if (x - 100) ** 2 / 88**2 + (y - 215) ** 2 / 60**2 <= 1 else b"\xe4\xe8\xec"

    return _png(200, 200, pixel)


def _png(width: int, height: int, pixel: Callable[[int, int], bytes]) -> bytes:
    rows = b"".join(b"\x00" + b"".join(pixel(x, y) for x in range(width)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _ground(x: int, y: int) -> bytes:
    if x < 14 or y < 14 or x >= PLAN_WIDTH - 14 or y >= PLAN_HEIGHT - 14:
        return _STREET
    for left, top, width, height in BUILDINGS:
        if left <= x < left + width and top <= y < top + height:
            edge = x - left < 3 or y - top < 3 or left + width - x <= 3 or top + height - y <= 3
            return _WALL if edge else _ROOF
    if abs(x - PLAN_WIDTH // 2) < 12 or abs(y - PLAN_HEIGHT // 2) < 12:
        return _PATH
    if (x - 150) ** 2 + (y - 330) ** 2 < 34**2:
        return _POND
    return _LAWN


def _pixel(x: int, y: int) -> bytes:
    distance = (x - _CENTRE[0]) ** 2 + (y - _CENTRE[1]) ** 2
    if _INNER**2 <= distance <= _OUTER**2 or distance < 12**2:
        return _SEAL
    if 60 <= x < 360 and 120 <= y < 400 and y % 28 < 3:
        return _INK
    return _PAPER


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
