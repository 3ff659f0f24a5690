"""The face engine in a child process.

Searches and changes of libraries come first, then doors' requests, then other pictures. A door's picture and its search
are one request; otherwise the search would wait for the next door's picture.
"""

from collections.abc import Sequence
from pathlib import Path

from linli.vision.engine.frames import CropAsk, FeedAsk, FindAsk, ForgetAsk, LookAsk, MarkAsk, SearchAsk
from linli.vision.engine.ports import Change
from linli.vision.engine.worker import Worker
from linli.vision.looks import Hit, Look, Use

_SEARCHES, _FINDS, _PICTURES = range(3)
"""Lines of requests, in the order in which they are served."""


class ProcessEngine(Worker):
    """Implements `ports.Engine`. `start` before the first ask, `stop` at the end; without models it is Off."""

    def __init__(
        self,
        models: Path,
        libraries: Path,
        *,
        queue: int = 64,
        timeout_seconds: float = 10.0,
        memory_mb: int = 1024,
    ) -> None:
        super().__init__(
            "linli.vision.engine.child",
            [str(models), str(libraries), str(memory_mb)],
            models,
            name="faces",
            lines=3,
            queue=queue,
            timeout_seconds=timeout_seconds,
        )

    async def look(self, picture: bytes, *, use: Use = "enrol", embed: bool = True) -> Look:
        return await self.ask(LookAsk(picture, use, embed), _PICTURES, Look)

    async def embed_crop(self, picture: bytes) -> Look:
        return await self.ask(CropAsk(picture), _PICTURES, Look)

    async def find(self, library: str, picture: bytes, *, crop: bool = False, limit: int = 5) -> list[Hit]:
        return await self.ask(FindAsk(library, picture, crop, limit), _FINDS, list[Hit])

    async def mark(self, library: str) -> int:
        return await self.ask(MarkAsk(library), _SEARCHES, int)

    async def feed(self, library: str, changes: Sequence[Change], *, mark: int, afresh: bool = False) -> int:
        return await self.ask(FeedAsk(library, list(changes), mark, afresh), _SEARCHES, int)

    async def search(self, library: str, vectors: Sequence[bytes], *, limit: int = 5) -> list[list[Hit]]:
        return await self.ask(SearchAsk(library, list(vectors), limit), _SEARCHES, list[list[Hit]])

    async def forget(self, library: str) -> None:
        await self.ask(ForgetAsk(library), _SEARCHES, type(None))
