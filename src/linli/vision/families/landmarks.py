"""Landmarks: the points of a face, and from them where it looks."""

import math
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from linli.vision import geometry, pictures
from linli.vision.families.detectors import Found
from linli.vision.families.network import Network


class Shape(NamedTuple):
    points: NDArray[np.float64]
    """(5, 2): left eye, right eye, nose, left and right corner of the mouth, as the beholder sees them."""
    box: tuple[float, float, float, float]
    """left, top, right, bottom of the face from forehead to chin."""
    yaw: float
    pitch: float
    roll: float
    """Degrees, as `looks.Face` tells them."""
    certainty: float
    """0 to 1: whether there is a face at all."""
    crop: pictures.Pixels
    """The face upright in a square, its box in the middle, `AROUND` times as large as the box."""


AROUND: Final = 1.5
"""How much larger than the detector's box the square of a face is; as the network was trained."""


_UPRIGHT: Final = math.radians(8)
"""The network was trained on faces that lean by so much."""


class Landmarker(Protocol):
    def shape(self, image: Image.Image, found: Found, *, smooth: bool = True) -> Shape:
        """`smooth`: the crop is good enough to be judged (`pictures.cut`)."""
        ...


class FaceMesh:
    """MediaPipe's face mesh: 468 points in three dimensions, in a square of 192 around the face."""

    _VALUES: Final = 468 * 3
    _MARKS: Final = np.array([33, 133, 159, 145, 362, 263, 386, 374, 1, 61, 291])
    """Four points around each eye, the tip of the nose, both corners of the mouth."""
    _RIM: Final = np.array([10, 152, 234, 454])
    """Top of the forehead, chin, the beholder's left and right end of the face."""
    _PITCH_AT_REST: Final = 0.0

    def __init__(self, network: Network, *, mean: float, std: float, rgb: bool) -> None:
        self._network = network
        self._norm: dict[str, Any] = {"mean": mean, "std": std, "rgb": rgb}
        self._side = network.size[0]

    def shape(self, image: Image.Image, found: Found, *, smooth: bool = True) -> Shape:
        angle = 0.0
        if found.eyes is not None:
            (x1, y1), (x2, y2) = found.eyes
            angle = math.atan2(y2 - y1, x2 - x1)
            if abs(angle) < _UPRIGHT:
                angle = 0.0  # an upright square is cut out in half the time
        shape = self._look(image, found, angle, smooth)
        if found.eyes is None and abs(shape.roll) > 10:
            # A detector without eyes does not tell how far to turn the square; the first look does.
            shape = self._look(image, found, math.radians(shape.roll), smooth)
        return shape

    def _look(self, image: Image.Image, found: Found, angle: float, smooth: bool) -> Shape:
        length = max(found.right - found.left, found.bottom - found.top) * AROUND
        center = ((found.left + found.right) / 2, (found.top + found.bottom) / 2)
        matrix = geometry.square(center, length, angle, self._side)
        crop = pictures.cut(image, matrix, self._side, smooth=smooth)
        outputs = self._network.run(pictures.planes(crop, **self._norm))
        mesh = next(value for value in outputs.values() if value.size == self._VALUES)
        mesh = mesh.reshape(-1, 3).astype(np.float64)
        flag = next((float(value.ravel()[0]) for value in outputs.values() if value.size == 1), 1.0)
        flat = geometry.through(matrix, mesh[:, :2])
        box = (*np.minimum.reduce(flat).tolist(), *np.maximum.reduce(flat).tolist())
        yaw, pitch, roll = self._angles(mesh[self._RIM].tolist())
        pitch, roll = pitch - self._PITCH_AT_REST, roll + math.degrees(angle)
        return Shape(_five(flat[self._MARKS].tolist()), box, yaw, pitch, roll, flag, crop)

    def _angles(self, rim: list[list[float]]) -> tuple[float, float, float]:
        # x to the right, y down, z away from the camera: right x down points into the head.
        top, chin, left, right = rim
        ax, ay, az = (there - here for there, here in zip(right, left, strict=True))
        dx, dy, dz = (there - here for there, here in zip(chin, top, strict=True))
        inward = (ay * dz - az * dy, az * dx - ax * dz, ax * dy - ay * dx)
        length = math.hypot(*inward) or 1.0
        yaw = math.degrees(math.atan2(-inward[0], inward[2]))
        pitch = math.degrees(math.asin(max(-1.0, min(1.0, inward[1] / length))))
        return yaw, pitch, math.degrees(math.atan2(ay, ax))


def _five(marks: list[list[float]]) -> NDArray[np.float64]:
    """The middle of each eye, nose and corners of the mouth, of `FaceMesh._MARKS` in pixels."""
    eyes = [[sum(x for x, _ in eye) / 4, sum(y for _, y in eye) / 4] for eye in (marks[:4], marks[4:8])]
    return np.array(eyes + marks[8:])
