"""Pictures that examples upload: a plain PNG, and the smallest JPEG that decoders accept as a portrait."""

import base64
import struct
import zlib
from typing import Final

PORTRAIT: Final = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ"
    "EBAQEBAQEBAQEBAQEBAQEBD/wAALCAAgACABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAA"
    "AAAA/9oACAEBAAA/ALQAAAAD/9k="
)
"""32 × 32 pixels of one grey, baseline JPEG."""


def scan(width: int = 96, height: int = 64) -> bytes:
    """A PNG of one colour."""
    rows = b"".join(b"\x00" + b"\xc8\xd2\xdc" * width for _ in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
