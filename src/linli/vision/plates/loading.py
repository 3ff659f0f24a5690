"""Loads the plate models of a folder."""

from pathlib import Path
from typing import Any

from linli.vision import manifest as manifests
from linli.vision.families.network import Network
from linli.vision.manifest import Manifest, ManifestError
from linli.vision.plates.ctc import Ctc
from linli.vision.plates.finders import Finder, PlateFinder, TextFinder
from linli.vision.plates.reader import PlateReader


def load(folder: Path, manifest: Manifest) -> PlateReader:
    """Each file is checked against its SHA-256. Raises ManifestError."""
    if faults := manifests.verify(folder, manifest):
        raise ManifestError("; ".join(faults))
    finding, reading = manifest.of("plate_finder"), manifest.of("plate_reader")
    try:
        network = Network(folder / finding.path)
        fed: dict[str, Any] = {"mean": finding.mean, "std": finding.std, "rgb": finding.rgb}
        finder: Finder = (
            PlateFinder(network, threshold=finding.threshold, **fed)
            if finding.family == "clp_det"
            else TextFinder(network, threshold=finding.threshold, **fed)
        )
        reader = Ctc(
            Network(folder / reading.path),
            alphabet=reading.labels,
            mean=reading.mean,
            std=reading.std,
            rgb=reading.rgb,
        )
    except Exception as error:  # any exception of the runtime for a file that is no such model
        raise ManifestError(f"a model cannot be loaded: {error}") from error
    return PlateReader(finder, reader, model_id=manifests.model_id(reading), models=manifest.models)
