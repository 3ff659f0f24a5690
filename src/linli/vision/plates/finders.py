"""Finders: where a plate may be. One looks for lines of text, one for plates themselves."""

import math
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from linli.vision import geometry, pictures
from linli.vision.families.network import Network
from linli.vision.plates.looks import Corners

BOXES_MAX: Final = 24
"""No more places of one picture are looked at, the surest first."""
_BRIGHT: Final = 150
"""From so bright highlights on a picture is one by day."""
_PARTS_MAX: Final = 400
"""So many separate parts of a picture are looked at: a picture of noise has thousands."""
type Floats = NDArray[np.float32]


class Box(NamedTuple):
    """A place in pixels of the picture."""

    corners: Corners
    score: float
    is_plate: bool
    """A whole plate, whose lines are not told apart; otherwise one line of text."""

    @property
    def width(self) -> float:
        (x0, y0), (x1, y1) = self.corners[:2]
        return math.hypot(x1 - x0, y1 - y0)

    @property
    def height(self) -> float:
        (x0, y0), (x1, y1) = self.corners[0], self.corners[3]
        return math.hypot(x1 - x0, y1 - y0)


class Finder(Protocol):
    def find(self, image: Image.Image, side: int) -> list[Box]:
        """At most BOXES_MAX places, surest first, looking at the picture with its longer side at `side` pixels."""
        ...


class TextFinder:
    """Differentiable binarization (Liao and others, 2020): a map of how likely each pixel belongs to a line of text."""

    _CELL: Final = 4
    """Pixels of the map that are joined before lines are told apart."""
    _GROWN: Final = 1.6
    """The network is taught lines that are shrunk; by this share of area over perimeter they grow back."""
    _SHORTEST: Final = 5.0

    def __init__(self, network: Network, *, threshold: float, mean: float, std: float, rgb: bool) -> None:
        self._network = network
        self._threshold = threshold
        self._norm: dict[str, Any] = {"mean": mean, "std": std, "rgb": rgb}

    def find(self, image: Image.Image, side: int) -> list[Box]:
        pixels, scale = _whole(image, side, 32)
        (likely,) = self._network.run(pictures.planes(pixels, **self._norm)).values()
        lines = [
            Box(_scaled(corners, 1 / scale), score, is_plate=False)
            for corners, score in self._lines(likely[0, 0])
        ]
        return sorted(lines, key=lambda box: -box.score)[:BOXES_MAX]

    def _lines(self, likely: Floats) -> Iterator[tuple[Corners, float]]:
        sure = likely >= self._threshold
        for ys, xs in _islands(sure, self._CELL):
            if len(xs) < 12:
                continue
            corners, width, height = _around(xs, ys, self._GROWN)
            score = float(likely[ys, xs].mean())
            if min(width, height) >= self._SHORTEST and score >= 0.5:
                yield corners, score


class PlateFinder:
    """RetinaFace with four corners instead of five points of a face: plates themselves, for fixed anchors.

    The family of `clp_det`. No file of it can be fetched here: see the catalogue.
    """

    _LAYERS: Final = ((8, (24, 48)), (16, (96, 192)), (32, (384, 768)))
    """(stride, sides of the anchors of a cell)."""
    _CENTER, _SIZE = 0.1, 0.2
    """Variances of the box code."""

    def __init__(self, network: Network, *, threshold: float, mean: float, std: float, rgb: bool) -> None:
        self._network = network
        self._threshold = threshold
        self._norm: dict[str, Any] = {"mean": mean, "std": std, "rgb": rgb}

    def find(self, image: Image.Image, side: int) -> list[Box]:
        pixels, scale = _whole(image, side, 32)
        outputs = list(self._network.run(pictures.planes(pixels, **self._norm)).values())
        by_width = {value.shape[2]: value[0] for value in outputs}
        boxes, scores, points = by_width[4], by_width[2][:, 1], by_width[8]
        sure = np.flatnonzero(scores >= self._threshold)
        sure = sure[np.argsort(-scores[sure], kind="stable")][: BOXES_MAX * 8]
        if not len(sure):
            return []
        anchors = self._anchors(pixels.shape[1], pixels.shape[0])[sure]
        sides = _sides(anchors, boxes[sure])
        where = anchors[:, None, :2] + points[sure].reshape(-1, 4, 2) * self._CENTER * anchors[:, None, 2:]
        kept = geometry.best_boxes(sides, 0.4, BOXES_MAX)
        return [
            Box(
                _scaled(_in_order(where[index].tolist()), 1 / scale),
                float(scores[sure[index]]),
                is_plate=True,
            )
            for index in kept
        ]

    def _anchors(self, width: int, height: int) -> NDArray[np.float64]:
        """(n, 4): middle and size, in pixels of the network's picture."""
        layers = []
        for stride, sides in self._LAYERS:
            ys, xs = np.mgrid[0 : -(-height // stride), 0 : -(-width // stride)]
            middles = (np.stack([xs, ys], -1).reshape(-1, 1, 2) + 0.5) * stride
            sizes = np.array(sides, np.float64).reshape(1, -1, 1)
            count = (len(middles), len(sides), 2)
            layers.append(
                np.concatenate([np.broadcast_to(middles, count), np.broadcast_to(sizes, count)], -1).reshape(
                    -1, 4
                )
            )
        return np.concatenate(layers)


def _sides(anchors: NDArray[np.float64], boxes: Floats) -> list[geometry.Sides]:
    middles = anchors[:, :2] + boxes[:, :2] * PlateFinder._CENTER * anchors[:, 2:]
    sizes = anchors[:, 2:] * np.exp(np.minimum(boxes[:, 2:] * PlateFinder._SIZE, 8.0))
    upright = np.concatenate([middles - sizes / 2, middles + sizes / 2], 1).tolist()
    return [(left, top, right, bottom) for left, top, right, bottom in upright]


def _whole(image: Image.Image, side: int, step: int) -> tuple[pictures.Pixels, float]:
    """The whole picture, its longer side at most `side`, on a ground whose sides are multiples of `step`."""
    longest = max(image.size)
    side = min(side, -(-longest // step) * step)
    width, height = (max(step, -(-round(length * side / longest) // step) * step) for length in image.size)
    pixels, scale = pictures.fitted(image, width, height)
    return _lit(pixels), scale


def _lit(pixels: pictures.Pixels) -> pictures.Pixels:
    """A dark picture, brighter: networks were taught by day."""
    high = float(np.percentile(pixels[::8, ::8], 98))
    return pixels if high > _BRIGHT else np.array(pictures.curve(0.0, max(high, 8.0)), np.uint8)[pixels]


def _islands(sure: NDArray[np.bool_], cell: int) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """(ys, xs) of the pixels of each connected part. Cells are joined by a walk, so that only few are looked at."""
    height, width = sure.shape
    padded = np.zeros((-(-height // cell) * cell, -(-width // cell) * cell), bool)
    padded[:height, :width] = sure
    blocks = padded.reshape(padded.shape[0] // cell, cell, padded.shape[1] // cell, cell)
    left = set(map(tuple, np.argwhere(blocks.any((1, 3))).tolist()))
    for _ in range(_PARTS_MAX):
        if not left:
            return
        start = left.pop()
        part, edge = [start], [start]
        while edge:
            y, x = edge.pop()
            for near in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if near in left:
                    left.remove(near)
                    part.append(near)
                    edge.append(near)
        cells = np.array(part)
        inside = blocks[cells[:, 0], :, cells[:, 1], :]
        which, ys, xs = np.nonzero(inside)
        yield cells[which, 0] * cell + ys, cells[which, 1] * cell + xs


def _around(xs: NDArray[np.intp], ys: NDArray[np.intp], grown: float) -> tuple[Corners, float, float]:
    """The turned box around pixels, grown; (corners, width, height before growing)."""
    points = np.stack([xs, ys], 1).astype(np.float64) + 0.5
    middle = points.mean(0)
    offsets = points - middle
    (xx, xy), (_, yy) = (offsets.T @ offsets / len(points)).tolist()
    angle = 0.5 * math.atan2(2 * xy, xx - yy)
    if abs(angle) > math.pi / 4:  # text stands upright: a plate does not lie on its side
        angle -= math.copysign(math.pi / 2, angle)
    along = np.array([math.cos(angle), math.sin(angle)])
    across = np.array([-along[1], along[0]])
    reach, rise = offsets @ along, offsets @ across
    left, right, top, bottom = reach.min() - 0.5, reach.max() + 0.5, rise.min() - 0.5, rise.max() + 0.5
    width, height = right - left, bottom - top
    more = width * height * grown / (2 * (width + height))
    places = ((left - more, top - more), (right + more, top - more), (right + more, bottom + more))
    corners = [middle + x * along + y * across for x, y in (*places, (left - more, bottom + more))]
    return _corners([corner.tolist() for corner in corners]), float(width), float(height)


def _in_order(points: list[list[float]]) -> Corners:
    """Any four corners, as `Corners` has them."""
    by_height = sorted(points, key=lambda point: point[1])
    (first, second), (third, fourth) = sorted(by_height[:2]), sorted(by_height[2:], reverse=True)
    return _corners([first, second, third, fourth])


def _corners(points: list[list[float]]) -> Corners:
    (a, b), (c, d), (e, f), (g, h) = points
    return (a, b), (c, d), (e, f), (g, h)


def _scaled(corners: Corners, factor: float) -> Corners:
    return _corners([[x * factor, y * factor] for x, y in corners])
