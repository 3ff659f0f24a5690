"""The child process that reads plates: `python -m linli.vision.plates.child MODELS MEGABYTES`."""

import sys
from pathlib import Path
from typing import Protocol

import msgspec

from linli.vision import manifest as manifests
from linli.vision.engine.ports import State
from linli.vision.engine.serving import Work, serve
from linli.vision.manifest import PLATES, Model
from linli.vision.plates.engine import ReadAsk
from linli.vision.plates.fake import FakePlates
from linli.vision.plates.looks import PlateLook

_asks = msgspec.msgpack.Decoder(ReadAsk)


class Reader(Protocol):
    """`reader.PlateReader`, or the stand-in of `fake`."""

    @property
    def model_id(self) -> str: ...
    @property
    def models(self) -> list[Model]: ...
    def read(self, content: bytes) -> PlateLook: ...


def load(folder: Path) -> Reader:
    """The models of a folder, each checked against its SHA-256. Raises ManifestError, FileNotFoundError."""
    manifest = manifests.read(folder, PLATES)
    if manifest.fake:
        return FakePlates()
    from linli.vision.plates import loading  # ONNX Runtime and Pillow, which the stand-in does without

    return loading.load(folder, manifest)


def main(arguments: list[str]) -> int:
    models, megabytes = Path(arguments[0]), int(arguments[1])

    def begin() -> tuple[State, Work]:
        reader = load(models)
        state = State(reader.model_id, 0, None, reader.models)
        return state, lambda body: reader.read(_asks.decode(body).picture)

    return serve(begin, megabytes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
