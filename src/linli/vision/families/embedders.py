"""Embedders: they make two pictures of one face comparable."""

import math
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from linli.vision import geometry, pictures
from linli.vision.families.network import Network


class Embedder(Protocol):
    @property
    def dimensions(self) -> int: ...

    def embed(self, image: Image.Image, points: NDArray[np.float64]) -> NDArray[np.float32]:
        """The vector of length 1 of the face whose five points are given."""
        ...

    def embed_crop(self, image: Image.Image) -> NDArray[np.float32]:
        """The vector of a picture that is a face and nothing else."""
        ...


class ArcFace112:
    """Any network that takes 112 x 112 aligned on five points: MobileFaceNet, ArcFace and their kin."""

    SIDE: Final = 112

    def __init__(self, network: Network, *, mean: float, std: float, rgb: bool) -> None:
        self._network = network
        self._norm: dict[str, Any] = {"mean": mean, "std": std, "rgb": rgb}
        self.dimensions = int(self._vector(np.zeros((self.SIDE, self.SIDE, 3), np.uint8)).size)

    def embed(self, image: Image.Image, points: NDArray[np.float64]) -> NDArray[np.float32]:
        matrix = geometry.laid_over(points, geometry.ARCFACE)
        return self._vector(pictures.cut(image, matrix, self.SIDE))

    def embed_crop(self, image: Image.Image) -> NDArray[np.float32]:
        return self._vector(np.asarray(image.resize((self.SIDE, self.SIDE), Image.Resampling.BILINEAR)))

    def _vector(self, pixels: pictures.Pixels) -> NDArray[np.float32]:
        (values,) = self._network.run(pictures.planes(pixels, **self._norm)).values()
        vector = np.asarray(values, np.float32).ravel()
        length = max(math.sqrt(float(vector @ vector)), 1e-12)
        return np.divide(vector, length, dtype=np.float32)
