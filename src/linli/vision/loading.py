"""Loads a model folder of any family as an engine for pictures."""

from pathlib import Path

from linli.vision import manifest as manifests
from linli.vision.engine.local import Looker
from linli.vision.fake import FakePipeline


def load(folder: Path) -> Looker:
    """The models of a folder, each checked against its SHA-256. Raises ManifestError, FileNotFoundError."""
    manifest = manifests.read(folder)
    if manifest.fake:
        return FakePipeline()
    from linli.vision import pipeline  # ONNX Runtime and Pillow, which the stand-in does without

    return pipeline.load(folder, manifest)
