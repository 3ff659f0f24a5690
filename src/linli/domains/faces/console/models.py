"""The models of the face engine as its page tells them: which are here, where they come from, whether they run."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.vision.catalogue import BY_NAME, DEFAULTS, KNOWN, CatalogueEntry
from linli.vision.engine import State
from linli.vision.gates import GATES
from linli.vision.manifest import Model


class FaceModel(msgspec.Struct, rename="camel", frozen=True):
    job: Annotated[str, Meta(description="detector, landmarks, embedder")]
    name: Annotated[
        str, Meta(description="By which `linli models fetch` knows it; its family for an own one.")
    ]
    title: str
    family: str
    file: str
    sha256: Annotated[str, Meta(description="Of the file that runs.")]
    origin_sha256: Annotated[str, Meta(description="Of the published file that it was converted from.")]
    source: str
    licence: str
    remarks: Annotated[str, Meta(description="What an operator should know before using it.")]
    state: Literal["loaded", "present", "missing"]


class FaceGate(msgspec.Struct, rename="camel", frozen=True):
    """The lowest quality of a picture. Degrees, pixels from forehead to chin, grey from 0 to 255."""

    use: str
    height: float
    yaw: float
    pitch: float
    roll: float
    sharpness: float
    darkest: float
    brightest: float
    contrast: float
    alone: bool


def models_of(state: State) -> list[FaceModel]:
    """The models in the folder, and for each job without a model the one that would be fetched."""
    here = [_row(model, "loaded" if state.model_id else "present") for model in state.models]
    jobs = {model.job for model in state.models}
    return here + [_default_row(BY_NAME[name]) for job, name in DEFAULTS.items() if job not in jobs]


def gates() -> list[FaceGate]:
    return [
        FaceGate(
            use=use,
            height=gate.height,
            yaw=gate.yaw,
            pitch=gate.pitch,
            roll=gate.roll,
            sharpness=gate.sharpness,
            darkest=gate.darkest,
            brightest=gate.brightest,
            contrast=gate.contrast,
            alone=gate.alone,
        )
        for use, gate in GATES.items()
    ]


def _row(model: Model, state: Literal["loaded", "present"]) -> FaceModel:
    published = model.origin_sha256 or model.sha256
    release = next((release for release in KNOWN if release.parts[0].sha256 == published), None)
    return FaceModel(
        job=model.job,
        name=release.name if release else model.family,
        title=release.title if release else model.path or model.family,
        family=model.family,
        file=model.path,
        sha256=model.sha256,
        origin_sha256=model.origin_sha256,
        source=model.source,
        licence=model.licence,
        remarks=release.remarks if release else "",
        state=state,
    )


def _default_row(release: CatalogueEntry) -> FaceModel:
    return FaceModel(
        job=release.model.job,
        name=release.name,
        title=release.title,
        family=release.model.family,
        file="",
        sha256="",
        origin_sha256=release.parts[0].sha256,
        source=release.package,
        licence=release.licence,
        remarks=release.remarks,
        state="missing",
    )
