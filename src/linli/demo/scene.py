"""What the sample's cameras see: a place with somebody who walks by, and the time of day. Drawn without an encoder."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from linli.protocols import h26x
from linli.sim.gb28181.clip import CLOCK
from linli.sim.voip.picture import KEY_EVERY, RATE, Clip

WIDTH, HEIGHT = 320, 192
_SKY, _GROUND, _DARK, _LIGHT = 150, 96, 40, 225
_CLOTH: Final = 88
_STEP: Final = 6
_BAR: Final = 3
"""Of a digit's seven bars: top, upper left, upper right, middle, lower left, lower right, bottom."""
_DIGITS: Final = (0x77, 0x24, 0x5D, 0x6D, 0x2E, 0x6B, 0x7B, 0x25, 0x7F, 0x6F)
_BARS: Final = (
    (0, 0, 9, 3),
    (0, 0, 3, 9),
    (6, 0, 9, 9),
    (0, 7, 9, 10),
    (0, 8, 3, 17),
    (6, 8, 9, 17),
    (0, 14, 9, 17),
)


def seen(
    now: Callable[[], datetime], *, shade: int, covered: Callable[[], bool] = bool
) -> Iterator[h26x.Picture]:
    """Ten pictures a second, of which two are new. `shade`: of the colour, 0 to 255, so that cameras differ.

    While it is `covered` only the clock that the camera writes is seen.
    """
    clip = Clip(WIDTH, HEIGHT, shade=shade)
    count = 0
    while True:
        if count % KEY_EVERY == 0:
            at_time = now()
            clip.put(_image(at_time, int(at_time.timestamp() * 2), shade, covered()))
        units = tuple(clip.next())
        at = count * CLOCK // RATE
        yield h26x.Picture(len(units) > 1, at, at, units)
        count += 1


def _image(now: datetime, step: int, shade: int, covered: bool) -> bytes:
    """I420."""
    horizon = HEIGHT * 5 // 12
    luma = bytearray(bytes((_SKY,)) * (WIDTH * horizon) + bytes((_GROUND,)) * (WIDTH * (HEIGHT - horizon)))

    def fill(left: int, top: int, right: int, bottom: int, value: int) -> None:
        left, right = max(0, left), min(WIDTH, right)
        if left < right:
            for line in range(top, bottom):
                luma[line * WIDTH + left : line * WIDTH + right] = bytes((value,)) * (right - left)

    for house in range(4):
        left = house * 84 + shade % 40
        fill(left, horizon - 34 - 7 * (house % 3), left + 62, horizon, 118)
        for window in range(3):
            fill(left + 7 + 18 * window, horizon - 24, left + 18 + 18 * window, horizon - 10, _SKY + 30)
    x = (step * _STEP + shade) % (WIDTH + 40) - 20
    fill(x, horizon + 20, x + 12, horizon + 32, _LIGHT - 40)
    fill(x - 3, horizon + 32, x + 15, horizon + 62, _DARK + 30)
    leg = 4 if step % 2 else 0
    fill(x - leg, horizon + 62, x + 5 - leg, horizon + 88, _DARK)
    fill(x + 7 + leg, horizon + 62, x + 12 + leg, horizon + 88, _DARK)

    if covered:
        fill(0, 0, WIDTH, HEIGHT, _CLOTH)
    fill(8, 6, 118, 31, _DARK)
    at = 13
    for mark in now.strftime("%H:%M:%S"):
        if mark == ":":
            fill(at, 14, at + _BAR, 17, _LIGHT)
            fill(at, 21, at + _BAR, 24, _LIGHT)
            at += 7
            continue
        bars = _DIGITS[int(mark)]
        for number, (left, top, right, bottom) in enumerate(_BARS):
            if bars >> number & 1:
                fill(at + left, 10 + top, at + right, 10 + bottom, _LIGHT)
        at += 14
    quarter = WIDTH * HEIGHT // 4
    return bytes(luma) + bytes((112 + shade // 8,)) * quarter + bytes((144 - shade // 8,)) * quarter
