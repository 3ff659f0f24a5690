"""What is measured of one picture: light, detail, where its edges are and how they run. Pure, of small grey pictures."""

import hashlib
import math
from collections import Counter
from typing import Final

import msgspec

from linli.media.stills import GREY_HEIGHT, GREY_WIDTH

WIDTH: Final = GREY_WIDTH // 2
HEIGHT: Final = GREY_HEIGHT // 2
BINS: Final = 12
"""Directions of edges, over half a turn: who turns on a lamp may turn an edge's dark side round."""
STRONG: Final = 0x80
_LEAST_STRONG: Final = 8
_LEAST_WEAK: Final = 5
_STRONG_SHARE: Final = 0.80
_WEAK_SHARE: Final = 0.62
_FLAT: Final = 4
"""A gradient below this is of noise and of the codec."""
_BORDER: Final = GREY_HEIGHT // 8
"""Rows above and below where cameras write time and name: they go on when the picture does not."""


class Sight(msgspec.Struct, frozen=True, array_like=True):
    """Grey levels are 0 to 255."""

    mean: float
    low: int
    """A twentieth of it is darker."""
    high: int
    """A twentieth of it is lighter."""
    energy: float
    """Mean difference of neighbours in the coarse picture."""
    fine: float
    """Sharpness of the sharpest tenth, as a share of its contrast: what goes first out of focus."""
    flat: float
    """Share of it without any edge."""
    edges: bytes
    """A byte a place, 80 × 45: 0 none, else 1 + direction; with STRONG where it is one of the sharpest fifth."""
    mark: str
    """Equal only when the middle of two pictures is the same to the last bit."""

    @property
    def spread(self) -> int:
        return self.high - self.low

    @property
    def strong(self) -> list[int]:
        """Places of the sharpest edges."""
        return [place for place, edge in enumerate(self.edges) if edge & STRONG]


def sight_of(planes: bytes) -> Sight:
    """`planes`: as `stills.grey` makes them, the picture and below it its fine detail."""
    size = GREY_WIDTH * GREY_HEIGHT
    grey, detail = planes[:size], planes[size : 2 * size]
    low, high = _percentiles(grey)
    small = _halved(grey)
    edges, energy, steep, flat = _edges(small)
    border = _BORDER * GREY_WIDTH
    mark = hashlib.blake2b(grey[border:-border] + detail[border:-border], digest_size=16).hexdigest()
    tenth = sorted(detail)[-size // 10 :]
    fine = sum(tenth) / len(tenth) / max(steep, 1.0)
    return Sight(
        round(sum(grey) / size, 1), low, high, round(energy, 2), round(fine, 3), round(flat, 3), edges, mark
    )


def _percentiles(grey: bytes) -> tuple[int, int]:
    counts, seen, low = Counter(grey), 0, -1
    for level in range(256):
        seen += counts[level]
        if low < 0 and seen * 20 >= len(grey):
            low = level
        if seen * 20 >= len(grey) * 19:
            return low, level
    return low, 255


def _halved(grey: bytes) -> list[int]:
    """Sums of two by two, so four times the level."""
    small: list[int] = []
    for row in range(0, GREY_HEIGHT - 1, 2):
        upper = grey[row * GREY_WIDTH : (row + 1) * GREY_WIDTH]
        lower = grey[(row + 1) * GREY_WIDTH : (row + 2) * GREY_WIDTH]
        small += [
            a + b + c + d for a, b, c, d in zip(upper[::2], upper[1::2], lower[::2], lower[1::2], strict=True)
        ]
    return small


def _edges(small: list[int]) -> tuple[bytes, float, float, float]:
    """Edges, mean gradient, that of the steepest tenth, share of places without one. `small`: four times the level."""
    sizes = [0] * (WIDTH * HEIGHT)
    across, down = sizes[:], sizes[:]
    inner: list[int] = []
    for row in range(1, HEIGHT - 1):
        begin = row * WIDTH
        for place in range(begin + 1, begin + WIDTH - 1):
            x = small[place + 1] - small[place - 1]
            y = small[place + WIDTH] - small[place - WIDTH]
            across[place], down[place] = x, y
            sizes[place] = size = abs(x) + abs(y)
            inner.append(size)
    inner.sort()
    strong = max(_LEAST_STRONG * 4, inner[int(len(inner) * _STRONG_SHARE)])
    weak = max(_LEAST_WEAK * 4, inner[int(len(inner) * _WEAK_SHARE)])
    edges = bytearray(WIDTH * HEIGHT)
    for place, size in enumerate(sizes):
        if size >= weak:
            turn = math.atan2(down[place], across[place]) / math.pi  # -1 to 1, of half a turn
            edges[place] = 1 + int((turn % 1.0) * BINS) % BINS | (STRONG if size >= strong else 0)
    flat = sum(1 for size in inner if size < _FLAT * 4) / len(inner)
    tenth = inner[-len(inner) // 10 :]
    return bytes(edges), sum(inner) / len(inner) / 4, sum(tenth) / len(tenth) / 4, flat
