"""The rules for photos on the wire: JPEG or PNG, at least 120 by 120, at most 1 MiB. Source: spec G 2 and 7.

Only headers are read, so that this needs no picture library and no hostile picture is decoded.
"""

from typing import Final

from linli.protocols.door_http.codes import Code, Refused
from linli.protocols.door_http.interfaces import PHOTO_BYTES

LEAST_PIXELS: Final = 120
_PNG = b"\x89PNG\r\n\x1a\n"
_NO_FRAME = frozenset((0xC4, 0xC8, 0xCC))
"""Among C0 to CF the markers that begin no frame (ITU-T T.81, table B.1)."""


def check_photo(photo: bytes) -> tuple[int, int]:
    """(width, height) in pixels. Raises Refused (5)."""
    if len(photo) > PHOTO_BYTES:
        raise Refused(Code.BAD_PARAMETER, "photo has more than 1 MB")
    size = _png_size(photo) if photo.startswith(_PNG) else _jpeg_size(photo)
    if size is None:
        raise Refused(Code.BAD_PARAMETER, "photo must be JPEG or PNG")
    if min(size) < LEAST_PIXELS:
        raise Refused(Code.BAD_PARAMETER, f"photo must have at least {LEAST_PIXELS} by {LEAST_PIXELS} pixels")
    return size


def _png_size(photo: bytes) -> tuple[int, int] | None:
    if len(photo) < 24 or photo[12:16] != b"IHDR":
        return None
    return int.from_bytes(photo[16:20]), int.from_bytes(photo[20:24])


def _jpeg_size(photo: bytes) -> tuple[int, int] | None:
    if not photo.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at + 9 <= len(photo):
        if photo[at] != 0xFF:
            return None
        marker = photo[at + 1]
        if marker == 0xFF or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
        elif 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            return int.from_bytes(photo[at + 7 : at + 9]), int.from_bytes(photo[at + 5 : at + 7])
        else:
            at += 2 + max(int.from_bytes(photo[at + 2 : at + 4]), 2)
    return None
