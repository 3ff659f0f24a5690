"""The models and pictures that these tests look at; without them they are skipped by name."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from linli.ops.face_models import cache_folder, plate_cache_folder, status
from linli.vision import manifest as manifests
from linli.vision import pipeline
from linli.vision.engine.process import ProcessEngine
from linli.vision.manifest import PLATES
from linli.vision.plates import loading
from linli.vision.plates.reader import PlateReader
from tests.vision import shipped
from tests.vision.plate_pictures import FONT


def models_or_skip() -> Path:
    folder = cache_folder()
    if not status(folder)["ready"]:
        pytest.skip("face models are not here (./linli test fetches them; or: ./linli models --cache fetch)")
    return folder


@pytest.fixture(scope="session")
def models() -> Path:
    return models_or_skip()


@pytest.fixture(scope="session")
def plate_models() -> Path:
    folder = plate_cache_folder()
    if not status(folder, PLATES)["ready"]:
        pytest.skip("plate models are not here (./linli test fetches them)")
    if not FONT.is_file():
        pytest.skip("Debian's fonts-noto-cjk is not here: no plate can be drawn")
    return folder


@pytest.fixture(scope="session")
def plates(plate_models: Path) -> PlateReader:
    return loading.load(plate_models, manifests.read(plate_models, PLATES))


@pytest.fixture(scope="session")
def pictures() -> dict[str, bytes]:
    found = shipped.pictures()
    if not found:
        pytest.skip("the pictures that packages ship are not here (./linli test fetches them)")
    return found


@pytest.fixture(scope="session")
def faces(models: Path) -> pipeline.Pipeline:
    return pipeline.load(models)


@pytest.fixture
async def engine(models: Path, tmp_path: Path) -> AsyncIterator[ProcessEngine]:
    engine = ProcessEngine(models, tmp_path / "libraries")
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()
