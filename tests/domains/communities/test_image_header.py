import struct

import pytest

from linli.domains.communities.image_header import read
from tests.domains.communities.test_openapi_communities import picture


def jpeg(width, height, *, before=b""):
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9) + before + frame + b"\xff\xd9"


PICTURES = {
    "png": (picture(640, 480), "image/png", 640, 480),
    "jpeg": (jpeg(800, 600), "image/jpeg", 800, 600),
    "jpeg with tables and fill bytes": (
        jpeg(8, 6, before=b"\xff\xc4\x00\x04ab\xff\xff\xfe\x00\x05abc"), "image/jpeg", 8, 6,
    ),
    "gif": (b"GIF89a" + struct.pack("<HH", 20, 10) + b"rest", "image/gif", 20, 10),
    "bmp upside down": (b"BM" + bytes(16) + struct.pack("<ii", 30, -40), "image/bmp", 30, 40),
    "webp lossy": (b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 100, 50), "image/webp", 100, 50),
    "webp lossless": (
        b"RIFF\0\0\0\0WEBPVP8L" + bytes(4) + b"\x2f" + struct.pack("<I", 99 | 49 << 14), "image/webp", 100, 50,
    ),
    "webp extended": (
        b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + (99).to_bytes(3, "little") + (49).to_bytes(3, "little"), "image/webp",
        100, 50,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_pictures(name):
    content, kind, width, height = PICTURES[name]
    found = read(content)
    assert found is not None
    assert (found.content_type, found.width, found.height) == (kind, width, height)


@pytest.mark.parametrize("name", PICTURES)
def test_every_cut_is_read_or_refused_but_never_fails(name):
    content = PICTURES[name][0]
    for cut in range(len(content)):
        read(content[:cut])


@pytest.mark.parametrize(
    "content", [b"", b"MZ", b"<svg/>", b"%PDF-1.7", b"\xff\xd8\xff", b"RIFF\0\0\0\0WAVEfmt "]
)
def test_what_is_no_picture(content):
    assert read(content) is None
