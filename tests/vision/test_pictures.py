"""Pictures as they come: formats, turned by EXIF, large, broken and made to do harm."""

import contextlib
import io
import zlib

import numpy as np
import pytest
from PIL import Image

from linli.vision import geometry, pictures
from linli.vision.engine import NoPicture


def made(format: str, size=(64, 48), mode="RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 50).convert(mode).save(out, format, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        made("JPEG"), made("PNG"), made("WEBP"), made("BMP"), made("GIF", mode="P"), made("JPEG", mode="CMYK"),
        made("PNG", mode="RGBA"), made("PNG", mode="L"), made("PNG", mode="1"), made("PNG", mode="I;16"),
    ],
)  # fmt: skip
def test_every_format_becomes_rgb(content):
    decoded = pictures.decode(content)
    assert (decoded.image.mode, decoded.width, decoded.height, decoded.scale) == ("RGB", 64, 48, 1.0)


def test_turned_as_exif_says():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    picture = Image.new("RGB", (64, 48))
    picture.paste((255, 0, 0), (0, 0, 64, 8))
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=95)
    upright = pictures.decode(out.getvalue()).image
    assert upright.size == (48, 64)
    assert upright.getpixel((46, 32))[0] > 200


def test_a_large_jpeg_is_decoded_at_a_fraction():
    decoded = pictures.decode(made("JPEG", (4400, 4200), mode="L", quality=30))
    assert (decoded.width, decoded.height, decoded.scale) == (1100, 1050, 4.0)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"comment": b"door 3"}])
@pytest.mark.parametrize(("size", "factor"), [((301, 433), 1), ((613, 801), 2), ((1203, 1999), 4)])
def test_a_plain_jpeg_is_what_reading_its_whole_header_makes_of_it(options, size, factor):
    content = made("JPEG", size, **options)
    decoded = pictures.decode(content, 300)
    opened = Image.open(io.BytesIO(content))
    opened.draft("RGB", (size[0] // factor, size[1] // factor))
    assert decoded.image.size == opened.size == (-(-size[0] // factor), -(-size[1] // factor))
    assert np.array_equal(np.asarray(decoded.image), np.asarray(opened))


@pytest.mark.parametrize(
    ("size", "decoded"),
    [
        ((640, 640), (320, 320)),
        ((500, 700), (500, 700)),
        ((1920, 1280), (960, 640)),
        ((700, 2204), (175, 551)),
    ],
)
def test_a_photograph_keeps_its_longer_side_for_faces_that_are_a_small_part_of_it(size, decoded):
    """A first halving goes by the shorter side, the others by the longer one."""
    content = made("JPEG", size, mode="L", quality=30)
    assert pictures.decode(content, 300, longer_side=540).image.size == decoded


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that would be gigabytes."""
    import struct

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "format"), (b"words", "format"), (b"%PDF-1.7 something", "format"), (made("TIFF"), "format"),
        (made("JPEG")[:-300], "broken"), (made("PNG")[:-40], "broken"), (bomb(60_000, 60_000), "pixels"),
        (bomb(3000, 3000), "broken"), (b"\xff\xd8\xff\xe0" + b"\0" * 40, "format"),
    ],
)  # fmt: skip
def test_what_is_no_picture(content, rule):
    with pytest.raises(NoPicture) as refused:
        pictures.decode(content)
    assert refused.value.rule == rule


def test_bytes_cut_or_changed_anywhere_never_escape():
    whole = made("JPEG", (48, 48), quality=80)
    for at in range(0, len(whole), 37):
        for content in (whole[:at], whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]):
            with contextlib.suppress(NoPicture):
                pictures.decode(content)


@pytest.mark.parametrize("smooth", [True, False])
def test_a_square_shows_what_stands_there(smooth):
    picture = Image.new("RGB", (400, 300))
    picture.paste((0, 255, 0), (200, 100, 300, 200))
    cut = pictures.cut(picture, geometry.square((250, 150), 100, 0.0, 50), 50, smooth=smooth)
    assert cut.reshape(-1, 3).mean(axis=0) == pytest.approx([0, 255, 0], abs=6)
    small = pictures.cut(picture, geometry.square((250, 150), 400, 0.3, 20), 20, smooth=smooth)
    assert small[10, 10, 1] > 200
    assert small[0, 0].max() == 0
    outside = pictures.cut(picture, geometry.square((-500, -500), 100, 0.0, 10), 10, smooth=smooth)
    assert outside.max() == 0


def test_five_points_are_laid_over_a_template():
    angle, scale, shift = 0.4, 2.5, np.array([30.0, -12.0])
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    there = geometry.ARCFACE @ turn.T + shift
    matrix = geometry.laid_over(there, geometry.ARCFACE)
    assert geometry.through(matrix, geometry.ARCFACE) == pytest.approx(there)
