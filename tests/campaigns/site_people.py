"""People with pictures who come to the doors of the site campaign."""

from dataclasses import dataclass
from pathlib import Path

from linli.vision.fake import marked
from tests.protocols.door_http.test_door_http import photo
from tests.vision import shipped


@dataclass(frozen=True)
class Visitor:
    """`kept` is the picture that the platform has, `shown` what doors take of the same person."""

    face_id: str
    kept: bytes
    shown: tuple[bytes, ...]


@dataclass(frozen=True)
class Stranger:
    shown: tuple[bytes, ...]


def people(*, real: bool) -> list[Visitor | Stranger]:
    """Of shipped photographs where `real`, else pictures that the stand-in reads."""
    if not real:
        names = ("alice", "bob", "carol", "dave")
        known = [Visitor(name, marked(photo(), name), (marked(photo(640, 480), name),)) for name in names]
        return [*known, Stranger((marked(photo(), "mallory"),))]
    found = shipped.pictures()
    return [
        Visitor("obama", found["obama.jpg"], (found["obama2.jpg"], found["obama3.jpg"])),
        Visitor("biden", found["biden.jpg"], (found["biden.jpg"],)),
        Visitor("astronaut", found["astronaut.png"], (found["astronaut.png"],)),
        Stranger((found["sample1.jpg"], found["sample3.jpg"], found["sample5.jpg"])),
    ]


def models() -> Path:
    """Where the working copy's models are."""
    from linli.ops.face_models import cache_folder

    return cache_folder()
