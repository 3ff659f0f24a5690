"""Detectors: where faces are in a picture."""

import math
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from linli.vision import geometry, pictures
from linli.vision.families.network import Network

FACES_MAX: Final = 32
"""No more faces of one picture are looked at, surest first."""


class DetectedFace(NamedTuple):
    """A face as a detector tells it, in pixels of the picture."""

    left: float
    top: float
    right: float
    bottom: float
    score: float
    eyes: tuple[tuple[float, float], tuple[float, float]] | None
    """Left and right as the beholder sees them; None from a detector that tells boxes only."""

    def scaled(self, factor: float) -> "DetectedFace":
        """The same face in a picture that is `factor` times as large."""
        eyes = self.eyes
        if eyes is not None:
            (x1, y1), (x2, y2) = eyes
            eyes = ((x1 * factor, y1 * factor), (x2 * factor, y2 * factor))
        sides = (self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)
        return DetectedFace(*sides, self.score, eyes)


class Detector(Protocol):
    def find(self, image: Image.Image) -> list[DetectedFace]:
        """At most `FACES_MAX` faces, surest first."""
        ...


class BlazeFace:
    """MediaPipe's BlazeFace for the back camera, 256 x 256: boxes and six points for 896 anchors."""

    _LAYERS: Final = ((16, 2), (32, 6))
    """(stride, anchors a cell)."""

    def __init__(self, network: Network, *, threshold: float, mean: float, std: float, rgb: bool) -> None:
        self._network = network
        self._least = math.log(threshold / (1 - threshold))
        """The threshold as the network tells it, before it becomes a probability."""
        self._norm: dict[str, Any] = {"mean": mean, "std": std, "rgb": rgb}
        self._side = network.size[0]
        self._layers = [self._centers(stride, times) for stride, times in self._LAYERS]

    def _centers(self, stride: int, times: int) -> list[tuple[float, float]]:
        """Where the anchors of a layer stand."""
        places = [(cell + 0.5) * stride for cell in range(self._side // stride)]
        return [(x, y) for y in places for x in places for _ in range(times)]

    def find(self, image: Image.Image) -> list[DetectedFace]:
        pixels, scale = pictures.fitted(image, self._side, self._side)
        outputs = self._network.run(pictures.planes(pixels, **self._norm)).values()
        # By their shape: scores end in 1, the rest in 16.
        by_shape = {value.shape[1:]: value[0] for value in outputs}
        anchors = [
            _anchor(logit, raw, x, y)
            for centers in self._layers
            for logit, raw, (x, y) in self._sure(
                by_shape[len(centers), 1], by_shape[len(centers), 16], centers
            )
        ]
        anchors.sort(key=lambda anchor: anchor.doubt)
        kept = geometry.best_boxes([anchor.sides for anchor in anchors], 0.3, FACES_MAX)
        return [_face(anchors[index], scale) for index in kept]

    def _sure(
        self, logits: NDArray[np.float32], raw: NDArray[np.float32], centers: list[tuple[float, float]]
    ) -> list[tuple[float, list[float], tuple[float, float]]]:
        """The network's output for the anchors of a layer that see a face, and their places."""
        sure = (logits[:, 0] >= self._least).nonzero()[0].tolist()
        return [(logits.item(anchor), raw[anchor].tolist(), centers[anchor]) for anchor in sure]


class _Anchor(NamedTuple):
    """A place that sees a face, in pixels of the network's picture."""

    doubt: float
    """The logit, negative."""
    sides: geometry.Sides
    raw: list[float]
    """Middle, width and height, then the eyes; places are counted from the anchor's."""
    x: float
    y: float


def _anchor(logit: float, raw: list[float], x: float, y: float) -> _Anchor:
    middle_x, middle_y, across, down = raw[0] + x, raw[1] + y, raw[2] / 2, raw[3] / 2
    sides = (middle_x - across, middle_y - down, middle_x + across, middle_y + down)
    return _Anchor(-logit, sides, raw, x, y)


def _face(anchor: _Anchor, scale: float) -> DetectedFace:
    left, top, right, bottom = anchor.sides
    raw, x, y = anchor.raw, anchor.x, anchor.y
    first, second = ((raw[4] + x) / scale, (raw[5] + y) / scale), ((raw[6] + x) / scale, (raw[7] + y) / scale)
    score = 1 / (1 + math.exp(min(60.0, anchor.doubt)))
    eyes = (first, second) if first[0] <= second[0] else (second, first)
    return DetectedFace(left / scale, top / scale, right / scale, bottom / scale, score, eyes)


class UltraLight:
    """Ultra-light detectors of the RFB family: boxes for fixed anchors, told ready-made and relative to the input."""

    def __init__(self, network: Network, *, threshold: float, mean: float, std: float, rgb: bool) -> None:
        self._network = network
        self._threshold = threshold
        self._norm: dict[str, Any] = {"mean": mean, "std": std, "rgb": rgb}

    def find(self, image: Image.Image) -> list[DetectedFace]:
        width, height = self._network.size
        pixels, scale = pictures.fitted(image, width, height)
        outputs = self._network.run(pictures.planes(pixels, **self._norm)).values()
        scores = next(value[0, :, 1] for value in outputs if value.shape[2] == 2).astype(np.float64)
        boxes = next(value[0] for value in outputs if value.shape[2] == 4).astype(np.float64)
        sure = np.flatnonzero(scores >= self._threshold)
        if not len(sure):
            return []
        order = sure[np.argsort(-scores[sure], kind="stable")]
        tolist = (boxes[order] * np.array([width, height, width, height]) / scale).tolist()
        sides = [(left, top, right, bottom) for left, top, right, bottom in tolist]
        kept = geometry.best_boxes(sides, 0.3, FACES_MAX)
        return [DetectedFace(*sides[index], float(scores[order[index]]), None) for index in kept]
