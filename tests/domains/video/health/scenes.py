"""A street as a camera sees it, drawn in grey and made H.264 by FFmpeg: by day and night, and with each fault."""

import random
from functools import cache
from typing import NamedTuple

from tests.clips import ffmpeg

WIDTH, HEIGHT = 640, 360


class Scene(NamedTuple):
    light: float = 1.0
    """Of the sun; at 0.15 it is night."""
    lamps: bool = False
    shift: int = 0
    """Columns that the lens was turned by."""
    car: int = 0
    """Width of one that stands near the lens, in columns; 0: none."""
    people: int = 0
    rain: int = 0
    noise: float = 2.0
    """Of the sensor, grey levels."""
    sun: int = 0
    """Shadows: where the sun stands, -1, 0 or 1."""
    blur: float = 0.0
    """Sigma in columns of 640."""
    fill: int = -1
    """All of it in this grey: a cap, a cloth, a torch."""
    seed: int = 1


Rows = list[bytearray]


def _box(rows: Rows, x: int, y: int, width: int, height: int, level: int) -> None:
    left, right = max(0, x), min(WIDTH, x + width)
    for row in rows[max(0, y) : max(0, min(HEIGHT, y + height))]:
        if right > left:
            row[left:right] = bytes([level]) * (right - left)


@cache
def _street(shift: int) -> tuple[bytes, ...]:
    """What does not move."""
    rows: Rows = [bytearray([200 - y // 4]) * WIDTH for y in range(HEIGHT)]
    chance = random.Random(7)
    for number in range(-3, 9):
        x, top = number * 118 - shift, 40 + chance.randrange(60)
        level = 90 + chance.randrange(90)
        _box(rows, x, top, 104, 200 - top + 20, level)
        for floor in range(top + 10, 196, 24):
            for window in range(x + 8, x + 92, 22):
                _box(rows, window, floor, 12, 14, 40 + chance.randrange(50))
    _box(rows, 0, 220, WIDTH, 140, 105)
    _box(rows, 0, 216, WIDTH, 6, 160)
    for number in range(-6, 16):
        _box(rows, number * 80 - shift, 286, 44, 6, 215)
    for number in range(-2, 7):
        x = number * 171 - shift
        _box(rows, x + 60, 90, 5, 160, 45)
        _box(rows, x + 40, 84, 44, 7, 50)
    for number in range(-2, 6):
        x = number * 203 - shift
        for _ in range(420):
            _box(rows, x + chance.randrange(66), 130 + chance.randrange(86), 3, 3, 40 + chance.randrange(90))
    return tuple(map(bytes, rows))


def grey(scene: Scene) -> bytes:
    chance = random.Random(scene.seed)
    if scene.fill >= 0:
        rows = [bytearray([scene.fill]) * WIDTH for _ in range(HEIGHT)]
    else:
        rows = [bytearray(row) for row in _street(scene.shift)]
        for x in range(-40, WIDTH, 118) if scene.sun else ():
            for depth in range(40):
                _box(rows, x + scene.sun * depth, 222 + depth, 70, 1, 70)
        for _ in range(scene.people):
            x, y = chance.randrange(WIDTH), 230 + chance.randrange(80)
            _box(rows, x, y, 14, 44, 30 + chance.randrange(170))
        table = bytes(min(255, int(level * scene.light)) for level in range(256))
        rows = [bytearray(row.translate(table)) for row in rows]
        if scene.lamps:
            for x in range(62 - 2 * 171, WIDTH, 171):
                for depth in range(0, 120, 4):
                    reach = 10 + depth
                    for row in rows[90 + depth : 94 + depth]:
                        for column in range(
                            max(0, x - scene.shift - reach), min(WIDTH, x - scene.shift + reach)
                        ):
                            row[column] = min(255, row[column] + 60 - depth // 3)
        if scene.car:
            left = WIDTH // 2 - scene.car // 2
            _box(rows, left, 60, scene.car, 260, 60)
            _box(rows, left + 30, 90, scene.car - 60, 70, 130)
            _box(rows, left + 20, 220, 60, 30, 210)
        for _ in range(scene.rain):
            _box(rows, chance.randrange(WIDTH), chance.randrange(HEIGHT), 1, 14, 190)
    if scene.noise:
        drops = bytes(min(255, max(0, round(128 + chance.gauss(0, scene.noise)))) for _ in range(9973))
        for number, row in enumerate(rows):
            begin = (number * 613 + scene.seed * 211) % (len(drops) - WIDTH)
            for column, drop in enumerate(drops[begin : begin + WIDTH]):
                row[column] = min(255, max(0, row[column] + drop - 128))
    return b"".join(rows)


@cache
def key_picture(scene: Scene, width: int = 1280) -> bytes:
    """H.264 of one picture, as a camera sends it."""
    blur = f",gblur=sigma={scene.blur * width / WIDTH:.2f}" if scene.blur else ""
    return ffmpeg(
        "-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-i", "-",
        "-vf", f"scale={width}:-2{blur},format=yuv420p", "-c:v", "libx264", "-preset", "ultrafast",
        "-crf", "26", "-frames:v", "1", "-f", "h264", "-", data=grey(scene),
    )  # fmt: skip
