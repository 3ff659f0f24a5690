"""Landmarks: the points of a face, and from them where it looks."""

import math
from functools import cached_property
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from linli.vision import geometry, pictures
from linli.vision.families.detectors import DetectedFace
from linli.vision.families.network import Network


class Shape:
    """A face by its mesh, in pixels of the picture.

    Box and angles are worked out when they are asked for: a door needs five points, and right after a network has run
    the processor's cache holds none of the code that follows.
    """

    def __init__(
        self, mesh: NDArray[np.float32], matrix: geometry.Matrix, certainty: float, crop: pictures.Pixels
    ) -> None:
        self._mesh = mesh
        self._matrix = matrix
        self.certainty = certainty
        """0 to 1: whether there is a face at all."""
        self.crop = crop
        """The face in a square, its box in the middle, `AROUND` times as large as the box."""

    @cached_property
    def points(self) -> NDArray[np.float64]:
        """(5, 2): left eye, right eye, nose, left and right corner of the mouth, as the beholder sees them."""
        marks = self._mesh[_MARKS, :2].tolist()
        eyes = [[sum(x for x, _ in eye) / 4, sum(y for _, y in eye) / 4] for eye in (marks[:4], marks[4:8])]
        (a, b, left), (c, d, top) = self._matrix.tolist()
        return np.array([(a * x + b * y + left, c * x + d * y + top) for x, y in eyes + marks[8:]])

    @cached_property
    def box(self) -> geometry.Sides:
        """Of the face from forehead to chin."""
        flat = geometry.through(self._matrix, self._mesh[:, :2].astype(np.float64))
        (left, top), (right, bottom) = flat.min(axis=0).tolist(), flat.max(axis=0).tolist()
        return left, top, right, bottom

    @cached_property
    def angles(self) -> tuple[float, float, float]:
        """Yaw, pitch and roll in degrees, as `looks.Face` tells them."""
        # x to the right, y down, z away from the camera: right x down points into the head.
        top, chin, left, right = self._mesh[_RIM].tolist()
        ax, ay, az = (there - here for there, here in zip(right, left, strict=True))
        dx, dy, dz = (there - here for there, here in zip(chin, top, strict=True))
        inward = (ay * dz - az * dy, az * dx - ax * dz, ax * dy - ay * dx)
        length = math.hypot(*inward) or 1.0
        yaw = math.degrees(math.atan2(-inward[0], inward[2]))
        pitch = math.degrees(math.asin(max(-1.0, min(1.0, inward[1] / length))))
        (cos, _, _), (sin, _, _) = self._matrix.tolist()
        return yaw, pitch, math.degrees(math.atan2(ay, ax) + math.atan2(sin, cos))


_MARKS: Final = np.array([33, 133, 159, 145, 362, 263, 386, 374, 1, 61, 291])
"""Four points around each eye, the tip of the nose, both corners of the mouth."""
_RIM: Final = np.array([10, 152, 234, 454])
"""Top of the forehead, chin, the beholder's left and right end of the face."""

AROUND: Final = 1.5
"""How much larger than the detector's box the square of a face is; as the network was trained."""
_UPRIGHT: Final = math.radians(8)
"""The network was trained on faces that lean by so much."""


class Landmarker(Protocol):
    def shape(self, image: Image.Image, face: DetectedFace, *, smooth: bool = True) -> Shape:
        """`smooth`: the crop is good enough to be judged (`pictures.cut`)."""
        ...


class FaceMesh:
    """MediaPipe's face mesh: 468 points in three dimensions, in a square of 192 around the face."""

    _VALUES: Final = 468 * 3

    def __init__(self, network: Network, *, mean: float, std: float, rgb: bool) -> None:
        self._network = network
        self._norm: dict[str, Any] = {"mean": mean, "std": std, "rgb": rgb}
        self._side = network.size[0]

    def shape(self, image: Image.Image, face: DetectedFace, *, smooth: bool = True) -> Shape:
        angle = 0.0
        if face.eyes is not None:
            (x1, y1), (x2, y2) = face.eyes
            angle = math.atan2(y2 - y1, x2 - x1)
            if abs(angle) < _UPRIGHT:
                angle = 0.0  # an upright square is cut out in half the time
        shape = self._look(image, face, angle, smooth)
        if face.eyes is None and abs(shape.angles[2]) > 10:
            # A detector without eyes does not tell how far to turn the square; the first look does.
            shape = self._look(image, face, math.radians(shape.angles[2]), smooth)
        return shape

    def _look(self, image: Image.Image, face: DetectedFace, angle: float, smooth: bool) -> Shape:
        length = max(face.right - face.left, face.bottom - face.top) * AROUND
        center = ((face.left + face.right) / 2, (face.top + face.bottom) / 2)
        matrix = geometry.square(center, length, angle, self._side)
        crop = pictures.cut(image, matrix, self._side, smooth=smooth)
        outputs = self._network.run(pictures.planes(crop, **self._norm))
        mesh = next(value for value in outputs.values() if value.size == self._VALUES).reshape(-1, 3)
        flag = next((value.item() for value in outputs.values() if value.size == 1), 1.0)
        return Shape(mesh, matrix, flag, crop)
