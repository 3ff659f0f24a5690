"""A stand-in for plate models, for tests: a mark at the end of a picture's bytes says what it "shows".

`plate:浙A12345;0.9;blue` is this plate, read with this probability on this ground; `plate:-` shows none. A picture
without a mark shows none either.
"""

import json
import re
from pathlib import Path
from typing import Final

from linli.vision.engine.ports import NoPicture
from linli.vision.manifest import FAKE, PLATES, Model
from linli.vision.plates.looks import Color, Place, PlateLook, Text

MODEL_ID: Final = "fakeplates000000"
_MARK: Final = re.compile(r"plate:([^;]{1,16})(?:;([0-9.]+))?(?:;(blue|green|yellow|white|black))?$")
_STARTS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def marked_plate(picture: bytes, plate: str, probability: float = 0.99, color: Color = "") -> bytes:
    """The picture, showing `plate` to the stand-in."""
    return picture + f"plate:{plate};{probability}{';' if color else ''}{color}".encode()


def fake_plate_models(folder: Path) -> None:
    """Make `folder` a plate model folder of the stand-in."""
    folder.mkdir(parents=True, exist_ok=True)
    models = [{"job": job, "family": FAKE} for job in PLATES]
    (folder / "manifest.json").write_text(json.dumps({"models": models}))


class FakePlates:
    """Reads pictures as `reader.PlateReader` does."""

    def __init__(self) -> None:
        self.model_id = MODEL_ID
        self.models = [Model(job, FAKE) for job in PLATES]

    def read(self, content: bytes) -> PlateLook:
        if not content.startswith(_STARTS):
            raise NoPicture("format")
        mark = _MARK.search(content[-64:].decode(errors="replace"))
        places = []
        if mark is not None and mark[1] != "-":
            corners = ((100.0, 100.0), (300.0, 100.0), (300.0, 160.0), (100.0, 160.0))
            color: Color = next((color for color in _COLORS if color == mark[3]), "")
            places = [Place(corners, [Text(mark[1], float(mark[2] or 0.99))], color)]
        return PlateLook(1280, 720, places, self.model_id)


_COLORS: Final[tuple[Color, ...]] = ("blue", "green", "yellow", "white", "black")
