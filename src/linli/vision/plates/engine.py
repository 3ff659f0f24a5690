"""The plate engine: pictures are read in a child process of its own, so that no door waits for a lane.

    engine = PlateEngine(folder); await engine.start(); look = await engine.read(picture)

Needs nothing but msgspec on this side. Without models it is Off, and everything else runs.
"""

from pathlib import Path
from typing import Final, Protocol

import msgspec

from linli.vision.engine.ports import NoPicture, State
from linli.vision.engine.worker import Worker
from linli.vision.manifest import PLATES
from linli.vision.plates.looks import PlateLook

PICTURE_BYTES: Final = 8 * 1024 * 1024
"""A larger picture is not looked at."""


class ReadAsk(msgspec.Struct, frozen=True, tag="read", array_like=True):
    picture: bytes


class Plates(Protocol):
    """Reads plates in pictures. Every call raises EngineError."""

    @property
    def state(self) -> State: ...

    async def read(self, picture: bytes) -> PlateLook:
        """Raises NoPicture too."""
        ...


class PlateEngine(Worker):
    """Implements `Plates`. `start` before the first ask, `stop` at the end."""

    def __init__(
        self, models: Path, *, queue: int = 16, timeout_seconds: float = 10.0, memory_mb: int = 1024
    ) -> None:
        super().__init__(
            "linli.vision.plates.child",
            [str(models), str(memory_mb)],
            models,
            PLATES,
            name="plates",
            lines=1,
            queue=queue,
            timeout_seconds=timeout_seconds,
        )

    async def read(self, picture: bytes) -> PlateLook:
        if len(picture) > PICTURE_BYTES:
            raise NoPicture("bytes")
        return await self.ask(ReadAsk(picture), 0, PlateLook)
