"""The result of one look at a picture. These structs also travel between the platform and the child that runs models."""

from typing import Final, Literal

import msgspec

COUNT: Final = "count"
SIZE: Final = "size"
POSE: Final = "pose"
BLUR: Final = "blur"
LIGHT: Final = "light"
COVER: Final = "cover"
"""Something may cover the face. Advisory: no model for it can be trusted, so it never refuses a picture."""
REASONS: Final = (COUNT, SIZE, POSE, BLUR, LIGHT)
"""Why a picture is refused, in the order in which they are told."""

type Use = Literal["enrol", "search"]
"""The purpose of a picture: a picture to store must be better than one to search with."""


class Face(msgspec.Struct, frozen=True, array_like=True):
    """One face. Lengths are pixels of the upright picture, angles degrees."""

    left: float
    top: float
    width: float
    height: float
    score: float
    """How sure the detector is, 0 to 1."""
    points: list[tuple[float, float]]
    """Left eye, right eye, tip of the nose, left and right corner of the mouth, as the beholder sees them."""
    yaw: float
    """Positive: the face looks to the beholder's right."""
    pitch: float
    """Positive: the face looks up."""
    roll: float
    """Positive: the head leans clockwise."""
    sharpness: float
    """Variance of the Laplacian of the face at 128 px, as if its contrast were 40. Sharp faces have 40 to 900."""
    brightness: float
    """Mean grey of the face, 0 to 255."""
    contrast: float
    """Standard deviation of its grey."""
    certainty: float = 1.0
    """How sure the landmarks are that this is a face, 0 to 1."""


class Look(msgspec.Struct, frozen=True, array_like=True):
    """The faces in a picture, largest first, and the verdict on the picture."""

    width: int
    height: int
    faces: list[Face]
    reasons: list[str]
    """Why the picture does not do for its use, of REASONS; empty: it does."""
    advice: list[str]
    """Remarks that are no refusals: `cover`."""
    model_id: str
    """The embedder of `vector`; vectors of different models are never compared."""
    vector: bytes
    """Of the largest face, little-endian float32 of length 1; empty when there is no face or none was asked for."""

    @property
    def good(self) -> bool:
        return not self.reasons

    @property
    def face(self) -> Face | None:
        """The largest face."""
        return self.faces[0] if self.faces else None


HEAD = (0.15, 0.30, 0.15, 0.10)
"""How far hair, ears and chin reach beyond a face's box: left, top, right, bottom, as shares of its sides."""


def inside(face: Face, width: int, height: int) -> float:
    """How much of a face's box lies in the picture, 0 to 1."""
    across = min(face.left + face.width, width) - max(face.left, 0.0)
    down = min(face.top + face.height, height) - max(face.top, 0.0)
    return max(0.0, across) * max(0.0, down) / max(face.width * face.height, 1e-9)


def head_share(face: Face, width: int, height: int) -> float:
    """The head's part of the picture, 0 to 1, for rules about the face's area."""
    left, top, right, bottom = HEAD
    across = min(face.left + face.width * (1 + right), width) - max(face.left - face.width * left, 0.0)
    down = min(face.top + face.height * (1 + bottom), height) - max(face.top - face.height * top, 0.0)
    return max(0.0, across) * max(0.0, down) / max(1, width * height)


class Hit(msgspec.Struct, frozen=True, array_like=True):
    """One answer of a library: the id it was kept under and the cosine, -1 to 1."""

    id: str
    score: float


class Thresholds(msgspec.Struct, frozen=True):
    """Cosines that a site decides by. Measured defaults come with the model (catalogue)."""

    accept: float
    """From here on it is the same person…"""
    unsure: float
    """…from here on it may be: a person has to look."""
    margin: float
    """How far the second best must stay behind for the best to be certain."""


type Verdict = Literal["match", "unsure", "stranger"]


def decide(hits: list[Hit], thresholds: Thresholds) -> Verdict:
    """The person of a face, by the best hits of a library (best first, ids of different persons)."""
    if not hits or hits[0].score < thresholds.unsure:
        return "stranger"
    ahead = hits[0].score - hits[1].score if len(hits) > 1 else 2.0
    if hits[0].score >= thresholds.accept and ahead >= thresholds.margin:
        return "match"
    return "unsure"
