"""Squares in pictures, and the turn that lays five points of a face over a template."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

type Points = NDArray[np.float64]
"""(n, 2): x, y in pixels."""
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
    turn = np.array([[cos, -sin], [sin, cos]])
    start = np.array(center) - turn @ np.array([half, half])
    return np.column_stack([turn, start])


def laid_over(points: Points, template: Points) -> Matrix:
    """The turn, scale and shift that lays `template` over `points` with the least squares of what is left."""
    # Umeyama 1991, without reflection: complex numbers do it in two dimensions.
    there = points[:, 0] + 1j * points[:, 1]
    here = template[:, 0] + 1j * template[:, 1]
    middle_there, middle_here = there.mean(), here.mean()
    offset = here - middle_here
    factor = np.vdot(offset, there - middle_there) / np.vdot(offset, offset)
    shift = middle_there - factor * middle_here
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])


def through(matrix: Matrix, points: Points) -> Points:
    """Points of a square as points of the picture."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def overlap(box: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of (left, top, right, bottom) with each of `others`."""
    left_top = np.maximum(box[:2], others[:, :2])
    right_bottom = np.minimum(box[2:], others[:, 2:])
    shared = np.prod(np.clip(right_bottom - left_top, 0, None), axis=1)
    area = np.prod(box[2:] - box[:2]) + np.prod(others[:, 2:] - others[:, :2], axis=1) - shared
    return shared / np.maximum(area, 1e-9)


def best_boxes(boxes: NDArray[np.float64], scores: NDArray[np.float64], most_overlap: float) -> list[int]:
    """Non-maximum suppression: indices of boxes that no better box covers, best first."""
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(int(best))
        order = order[overlap(boxes[best], boxes[order]) <= most_overlap]
    return kept
