"""`manifest.json`: the model files of its folder, their family and their input format.

To use another model, write its entry: any ONNX file of a known family, with its own thresholds.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from linli.vision.looks import Thresholds

NAME: Final = "manifest.json"
type Job = Literal["detector", "landmarks", "embedder", "plate_finder", "plate_reader"]
FAMILIES: Final[dict[Job, tuple[str, ...]]] = {
    "detector": ("blazeface", "ultralight"),
    "landmarks": ("facemesh",),
    "embedder": ("arcface112",),
    "plate_finder": ("dbnet", "clp_det"),
    "plate_reader": ("ctc",),
}
FACES: Final[tuple[Job, ...]] = ("detector", "landmarks", "embedder")
PLATES: Final[tuple[Job, ...]] = ("plate_finder", "plate_reader")
"""The jobs of a folder: one for faces, one for plates, so that either can be had without the other."""
FAKE: Final = "fake"
"""A manifest whose models are of this family needs no files: the stand-in of `vision.fake` answers."""


class ManifestError(ValueError):
    """The folder cannot be used; the text says what is wrong with which file."""


class Model(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    job: Job
    family: str
    path: str = ""
    """File in the folder."""
    sha256: str = ""
    origin_sha256: str = ""
    """Of the published file that `path` was converted from; the same network whatever converter wrote it."""
    mean: float = 127.5
    std: float = 127.5
    """The number subtracted from each value of 0 to 255, and the divisor."""
    rgb: bool = True
    threshold: float = 0.5
    """Of a detector: how sure it must be."""
    thresholds: Thresholds | None = None
    """Thresholds of an embedder, for sites without their own."""
    labels: str = ""
    """Of a plate reader whose file does not say what it reads: its characters, one a line."""
    licence: str = ""
    source: str = ""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    models: list[Model]

    def of(self, job: Job) -> Model:
        """Raises ManifestError when there is none, or more than one."""
        models = [model for model in self.models if model.job == job]
        if len(models) != 1:
            raise ManifestError(f"{NAME}: {len(models)} models do the job {job!r}; one must")
        return models[0]

    @property
    def fake(self) -> bool:
        return bool(self.models) and all(model.family == FAKE for model in self.models)


def read(folder: Path, jobs: Sequence[Job] = FACES) -> Manifest:
    """The manifest of a folder, checked for these jobs. Raises ManifestError; FileNotFoundError where there is none."""
    try:
        manifest = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ManifestError(f"{folder / NAME}: {error}") from error
    if manifest.fake:
        return manifest
    for job in jobs:
        model, families = manifest.of(job), FAMILIES[job]
        if model.family not in families:
            raise ManifestError(
                f"{NAME}: {job} is of the unknown family {model.family!r}: {', '.join(families)}"
            )
        if Path(model.path).name != model.path or not model.path:
            raise ManifestError(f"{NAME}: {model.path!r} must be the name of a file in the folder")
    if "embedder" in jobs and manifest.of("embedder").thresholds is None:
        raise ManifestError(f"{NAME}: the embedder needs thresholds (accept, unsure, margin)")
    return manifest


def write(folder: Path, manifest: Manifest) -> None:
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    (folder / NAME).write_bytes(text + b"\n")


def verify(folder: Path, manifest: Manifest) -> list[str]:
    """Faults of the files: a line for each file that is missing or differs from the manifest."""
    faults = []
    for model in manifest.models:
        if model.family == FAKE:
            continue
        try:
            actual = digest(folder / model.path)
        except OSError:
            faults.append(f"{model.path} is missing")
            continue
        if actual != model.sha256:
            faults.append(f"{model.path} is not the file that the manifest names (SHA-256 {actual})")
    return faults


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def model_id(model: Model) -> str:
    """The mark stored with every template: vectors are comparable only if file and preparation are the same."""
    identity = f"{model.origin_sha256 or model.sha256}/{model.family}/{model.mean}/{model.std}/{model.rgb}"
    return hashlib.sha256(identity.encode()).hexdigest()[:16]
