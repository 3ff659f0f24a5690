"""The processes that look at pictures, as the settings say."""

from linli.kernel.settings import Settings
from linli.ops.face_models import models_folder, plate_models_folder
from linli.vision.engine.process import ProcessEngine
from linli.vision.plates.engine import PlateEngine


def face_engine_of(settings: Settings) -> ProcessEngine:
    return ProcessEngine(
        models_folder(settings),
        settings.data_path / "faces",
        queue=settings.faces.queue,
        timeout_seconds=settings.faces.timeout_seconds,
        memory_mb=settings.faces.memory_mb,
    )


def plate_engine_of(settings: Settings) -> PlateEngine:
    return PlateEngine(
        plate_models_folder(settings),
        queue=settings.plates.queue,
        timeout_seconds=settings.plates.timeout_seconds,
        memory_mb=settings.plates.memory_mb,
    )
