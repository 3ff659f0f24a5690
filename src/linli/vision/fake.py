"""A stand-in for the models, for tests: deterministic, without files, numpy or Pillow.

A mark at the end of a picture's bytes says what it "shows": `face:alice` is a good picture of alice,
`face:alice;blur,pose` a picture that is refused for these reasons, `face:-` shows nobody. A picture without a mark
shows a person chosen by its hash.
"""

import hashlib
import json
import math
import re
import struct
from pathlib import Path
from typing import Final

from linli.vision.engine.ports import NoPicture
from linli.vision.looks import COUNT, REASONS, Face, Look, Thresholds, Use
from linli.vision.manifest import FACES, FAKE, Model

MODEL_ID: Final = "fake000000000000"
DIMENSIONS: Final = 16
THRESHOLDS: Final = Thresholds(accept=0.8, unsure=0.6, margin=0.08)
_MARK = re.compile(rb"face:([^;]{1,64})(?:;([a-z,]*))?$")
_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"BM")


def marked(picture: bytes, who: str, *reasons: str) -> bytes:
    """The picture, showing `who` to the stand-in."""
    return picture + f"face:{who}{';' if reasons else ''}{','.join(reasons)}".encode()


def vector_of(who: str) -> bytes:
    """A unit vector; those of different names are nearly orthogonal."""
    digest = hashlib.shake_256(who.encode()).digest(DIMENSIONS * 2)
    values = [value - 32768 for (value,) in struct.iter_unpack("<H", digest)]
    length = math.sqrt(sum(value * value for value in values))
    return struct.pack(f"<{DIMENSIONS}f", *(value / length for value in values))


def fake_models(folder: Path) -> None:
    """Make `folder` a model folder of the stand-in."""
    folder.mkdir(parents=True, exist_ok=True)
    models = [{"job": job, "family": "fake"} for job in FACES]
    (folder / "manifest.json").write_text(json.dumps({"models": models}))


class FakePipeline:
    """Looks at pictures as `pipeline.Pipeline` does."""

    model_id = MODEL_ID
    dimensions = DIMENSIONS
    thresholds = THRESHOLDS
    models = tuple(Model(job, FAKE) for job in FACES)

    def look(self, picture: bytes, *, use: Use = "enrol", embed: bool = True) -> Look:
        if not picture.startswith(_STARTS):
            raise NoPicture("format")
        match = _MARK.search(picture[-160:])
        who = match[1].decode(errors="replace") if match else hashlib.sha256(picture).hexdigest()
        listed = match[2].decode().split(",") if match and match[2] else []
        reasons = [reason for reason in REASONS if reason in listed]
        if who == "-":
            return Look(640, 640, [], [COUNT], [], self.model_id, b"")
        faces = [_face(320.0)] if COUNT not in reasons else [_face(320.0), _face(200.0)]
        vector = vector_of(who) if embed else b""
        advice = [reason for reason in listed if reason == "cover"]
        return Look(640, 640, faces, reasons, advice, self.model_id, vector)

    def glance(self, picture: bytes) -> bytes:
        return self.look(picture, use="search").vector

    def embed_crop(self, picture: bytes) -> Look:
        return self.look(picture)


def _face(side: float) -> Face:
    eyes = [(side * 0.8, 260.0), (side * 1.2, 260.0)]
    mouth = [(side * 0.85, 400.0), (side * 1.15, 400.0)]
    points = [*eyes, (side, 330.0), *mouth]
    return Face(
        left=160.0,
        top=160.0,
        width=side,
        height=side,
        score=0.99,
        points=points,
        yaw=0.0,
        pitch=0.0,
        roll=0.0,
        sharpness=400.0,
        brightness=128.0,
        contrast=50.0,
    )
