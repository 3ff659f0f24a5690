"""Squares in pictures, and the turn that lays five points of a face over a template."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

type Points = NDArray[np.float64]
"""(n, 2): x, y in pixels."""
type Sides = tuple[float, float, float, float]
"""left, top, right, bottom of an upright box."""
type Matrix = NDArray[np.float64]
"""(2, 3): pixel of a square → pixel of the picture."""

ARCFACE: Final[Points] = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
"""Where networks of the ArcFace family expect eyes, nose and corners of the mouth in 112 x 112."""


def square(center: tuple[float, float], length: float, angle: float, side: int) -> Matrix:
    """A square of the picture, `length` wide and turned clockwise by `angle` (radians), as `side` x `side` pixels."""
    step = length / side
    cos, sin = math.cos(angle) * step, math.sin(angle) * step
    half = side / 2
    left, top = center[0] - (cos - sin) * half, center[1] - (sin + cos) * half
    return np.array([[cos, -sin, left], [sin, cos, top]])


def laid_over(points: Points, template: Points) -> Matrix:
    """The turn, scale and shift that lays `template` over `points` with the least squares of what is left."""
    # Umeyama 1991, without reflection: complex numbers do it in two dimensions. For a handful of points plain numbers
    # take a quarter of the time that arrays do.
    there = [complex(x, y) for x, y in points.tolist()]
    here = [complex(x, y) for x, y in template.tolist()]
    middle_there, middle_here = sum(there) / len(there), sum(here) / len(here)
    offsets = [point - middle_here for point in here]
    shared = sum(offset.conjugate() * point for offset, point in zip(offsets, there, strict=True))
    factor = shared / sum(abs(offset) ** 2 for offset in offsets)
    shift = middle_there - factor * middle_here
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])


def through(matrix: Matrix, points: Points) -> Points:
    """Points of a square as points of the picture."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def best_boxes(boxes: Sequence[Sides], most_overlap: float, most: int) -> list[int]:
    """Non-maximum suppression: indices of the first `most` of `boxes`, best first, that no better one covers.

    A box is covered where intersection over union exceeds `most_overlap`. Plain numbers: right after a network has run,
    the first use of every array function costs more than going through the few boxes of a face.
    """
    kept: list[int] = []
    for index, box in enumerate(boxes):
        if all(_overlap(box, boxes[better]) <= most_overlap for better in kept):
            kept.append(index)
            if len(kept) == most:
                break
    return kept


def _overlap(box: Sides, other: Sides) -> float:
    """Intersection over union."""
    left, top, right, bottom = box
    other_left, other_top, other_right, other_bottom = other
    across, down = (
        min(right, other_right) - max(left, other_left),
        min(bottom, other_bottom) - max(top, other_top),
    )
    if across <= 0 or down <= 0:
        return 0.0
    shared = across * down
    area = (right - left) * (bottom - top) + (other_right - other_left) * (other_bottom - other_top) - shared
    return shared / max(area, 1e-9)
