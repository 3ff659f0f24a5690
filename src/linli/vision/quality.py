"""Whether a picture of a face does for its use, and if not, why. Measured in docs/guides/faces-on-doors.en.md."""

from typing import Final, NamedTuple

import numpy as np

from linli.vision import pictures
from linli.vision.families.landmarks import AROUND, Shape
from linli.vision.gates import GATES
from linli.vision.looks import BLUR, COUNT, COVER, LIGHT, POSE, REASONS, SIZE, Face, Use, inside

_USUAL_CONTRAST: Final = 40.0
"""Sharpness is told as if the face had this contrast, so that a dark picture is not called blurred."""


class Measured(NamedTuple):
    sharpness: float
    brightness: float
    contrast: float


def measure(shape: Shape) -> Measured:
    """Sharpness and light of a face, on the 128 px in the middle of its upright square."""
    edge = round(len(shape.crop) * (1 - 1 / AROUND) / 2)
    grey = pictures.grey(shape.crop[edge:-edge, edge:-edge])
    edges = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    contrast = float(grey.std())
    sharpness = float(edges.var()) * (_USUAL_CONTRAST / max(contrast, 1.0)) ** 2
    return Measured(sharpness, float(grey.mean()), contrast)


def judge(faces: list[Face], use: Use, *, width: int, height: int) -> tuple[list[str], list[str]]:
    """(reasons why it does not do, advice); `faces` largest first. Source: spec B 2.7.6 for what is asked."""
    gate = GATES[use]
    if not faces:
        return [COUNT], []
    face = faces[0]
    whole = inside(face, width, height)
    failed = {
        COUNT: gate.alone and len(faces) > 1,
        SIZE: face.height < gate.height or whole < gate.whole,
        POSE: abs(face.yaw) > gate.yaw or abs(face.pitch) > gate.pitch or abs(face.roll) > gate.roll,
        BLUR: face.sharpness < gate.sharpness,
        LIGHT: not gate.darkest <= face.brightness <= gate.brightest or face.contrast < gate.contrast,
    }
    advice = [COVER] if 0.5 <= face.certainty < 0.9 else []
    return [reason for reason in REASONS if failed[reason]], advice


def largest_first(faces: list[Face]) -> list[Face]:
    return sorted(faces, key=lambda face: -float(np.sqrt(face.width * face.height)))
