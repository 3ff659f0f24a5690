"""Detectors: where faces are in a picture."""

import math
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from linli.vision import geometry, pictures
from linli.vision.families.network import Network


class Found(NamedTuple):
    """A face as a detector tells it, in pixels of the picture."""

    left: float
    top: float
    right: float
    bottom: float
    score: float
    eyes: tuple[tuple[float, float], tuple[float, float]] | None
    """Left and right as the beholder sees them; None from a detector that tells boxes only."""

    def scaled(self, factor: float) -> "Found":
        """The same face in a picture that is `factor` times as large."""
        eyes = self.eyes
        if eyes is not None:
            (x1, y1), (x2, y2) = eyes
            eyes = ((x1 * factor, y1 * factor), (x2 * factor, y2 * factor))
        sides = (self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)
        return Found(*sides, self.score, eyes)


class Detector(Protocol):
    def find(self, image: Image.Image) -> list[Found]:
        """Faces, surest first."""
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
        self._anchors = self._make_anchors()

    def _make_anchors(self) -> NDArray[np.float64]:
        layers = []
        for stride, times in self._LAYERS:
            cells = self._side // stride
            rows, columns = np.mgrid[:cells, :cells]
            centers = np.column_stack([columns.ravel(), rows.ravel()]) + 0.5
            layers.append(np.repeat(centers * stride, times, axis=0))
        return np.concatenate(layers)

    def find(self, image: Image.Image) -> list[Found]:
        pixels, scale = pictures.fitted(image, self._side, self._side)
        outputs = list(self._network.run(pictures.planes(pixels, **self._norm)).values())
        # By their shape: scores end in 1, the rest in 16; the finer layer has more anchors.
        by_size = sorted(outputs, key=lambda value: -value.shape[1])
        logits = np.concatenate([value[0, :, 0] for value in by_size if value.shape[2] == 1])
        raw = np.concatenate([value[0] for value in by_size if value.shape[2] == 16])
        sure = np.flatnonzero(logits >= self._least)
        if not len(sure):
            return []
        raw, anchors = raw[sure].astype(np.float64), self._anchors[sure]
        scores = 1 / (1 + np.exp(-np.clip(logits[sure].astype(np.float64), -60, 60)))
        centers, sizes = raw[:, :2] + anchors, raw[:, 2:4]
        boxes = np.column_stack([centers - sizes / 2, centers + sizes / 2])
        found = []
        for index in geometry.best_boxes(boxes, scores, 0.3):
            left, top, right, bottom = boxes[index] / scale
            first, second = (raw[index, 4:8].reshape(2, 2) + anchors[index]) / scale
            eyes = (tuple(first), tuple(second)) if first[0] <= second[0] else (tuple(second), tuple(first))
            found.append(Found(left, top, right, bottom, float(scores[index]), eyes))
        return found


class UltraLight:
    """Ultra-light detectors of the RFB family: boxes for fixed anchors, told ready-made and relative to the input."""

    def __init__(self, network: Network, *, threshold: float, mean: float, std: float, rgb: bool) -> None:
        self._network = network
        self._threshold = threshold
        self._norm: dict[str, Any] = {"mean": mean, "std": std, "rgb": rgb}

    def find(self, image: Image.Image) -> list[Found]:
        width, height = self._network.size
        pixels, scale = pictures.fitted(image, width, height)
        outputs = self._network.run(pictures.planes(pixels, **self._norm)).values()
        scores = next(value[0, :, 1] for value in outputs if value.shape[2] == 2).astype(np.float64)
        boxes = next(value[0] for value in outputs if value.shape[2] == 4).astype(np.float64)
        sure = np.flatnonzero(scores >= self._threshold)
        if not len(sure):
            return []
        boxes = boxes[sure] * np.array([width, height, width, height]) / scale
        scores = scores[sure]
        kept = geometry.best_boxes(boxes, scores, 0.3)
        found = []
        for index in kept:
            left, top, right, bottom = map(float, boxes[index])
            found.append(Found(left, top, right, bottom, float(scores[index]), None))
        return found
