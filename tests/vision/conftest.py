"""The models and pictures that these tests look at; without them they are skipped by name."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from linli.ops.face_models import cache_folder, status
from linli.vision import pipeline
from linli.vision.engine.process import ProcessEngine
from tests.vision import shipped


def models_or_skip() -> Path:
    folder = cache_folder()
    if not status(folder)["ready"]:
        pytest.skip("face models are not here (./linli test fetches them; or: ./linli models --cache fetch)")
    return folder


@pytest.fixture(scope="session")
def models() -> Path:
    return models_or_skip()


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
