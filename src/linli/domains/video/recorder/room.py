"""What routes ask of the recorder: off until a process records."""

from collections.abc import MutableMapping
from typing import Any

from linli.domains.video.errors import VideoOff
from linli.domains.video.recorder.films import Films
from linli.domains.video.recorder.keeper import Recorder
from linli.kernel.http import Send


class Recordings:
    """`open` where cameras register; until then there is nothing."""

    def __init__(self) -> None:
        self.recorder: Recorder | None = None
        self._films: Films | None = None

    def open(self, recorder: Recorder, films: Films) -> None:
        self.recorder, self._films = recorder, films

    @property
    def films(self) -> Films:
        """Raises VideoOff."""
        if self._films is None:
            raise VideoOff()
        return self._films

    async def serve(self, scope: MutableMapping[str, Any], send: Send) -> None:
        """A file, for who has a ticket. Raises VideoOff."""
        await self.films(scope, send)
