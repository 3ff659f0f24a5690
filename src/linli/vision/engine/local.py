"""An engine in the caller's own process: for tests, and for the child that stands behind `engine.process`."""

from collections.abc import Sequence
from typing import Protocol

from linli.vision.engine.ports import Change, Off, State
from linli.vision.looks import Hit, Look, Thresholds, Use
from linli.vision.manifest import Model


class Looker(Protocol):
    """The engine for pictures: `pipeline.Pipeline`, or the stand-in of `fake`."""

    @property
    def model_id(self) -> str: ...
    @property
    def dimensions(self) -> int: ...
    @property
    def thresholds(self) -> Thresholds: ...
    @property
    def models(self) -> Sequence[Model]: ...
    def look(self, picture: bytes, *, use: Use = "enrol", embed: bool = True) -> Look: ...
    def glance(self, picture: bytes) -> bytes:
        """The vector of the largest face and nothing else; empty when there is none."""
        ...

    def embed_crop(self, picture: bytes) -> Look: ...


class Shelf(Protocol):
    """Where libraries are: `index.shelf.DiskShelf` on disk, `MemoryShelf` here."""

    def mark(self, library: str) -> int: ...
    def feed(self, library: str, changes: Sequence[Change], *, mark: int, afresh: bool = False) -> int: ...
    def search(self, library: str, vectors: Sequence[bytes], *, limit: int = 5) -> list[list[Hit]]: ...
    def forget(self, library: str) -> None: ...


class MemoryShelf:
    """Libraries in memory, searched one by one without numpy: some hundred faces."""

    def __init__(self) -> None:
        self._libraries: dict[str, dict[str, memoryview[float]]] = {}
        self._marks: dict[str, int] = {}

    def mark(self, library: str) -> int:
        return self._marks.get(library, 0)

    def feed(self, library: str, changes: Sequence[Change], *, mark: int, afresh: bool = False) -> int:
        libraries = self._libraries.setdefault(library, {})
        if afresh:
            libraries.clear()
        for change in changes:
            if change.vector:
                libraries[change.id] = memoryview(change.vector).cast("f")
            else:
                libraries.pop(change.id, None)
        self._marks[library] = mark
        return len(libraries)

    def search(self, library: str, vectors: Sequence[bytes], *, limit: int = 5) -> list[list[Hit]]:
        libraries = self._libraries.get(library, {})
        answers = []
        for vector in vectors:
            asked = memoryview(vector).cast("f")
            hits = [
                Hit(id, sum(a * b for a, b in zip(asked, kept, strict=True)))
                for id, kept in libraries.items()
            ]
            answers.append(sorted(hits, key=lambda hit: -hit.score)[:limit])
        return answers

    def forget(self, library: str) -> None:
        self._libraries.pop(library, None)
        self._marks.pop(library, None)


def find(looker: Looker, shelf: Shelf, library: str, picture: bytes, *, crop: bool, limit: int) -> list[Hit]:
    """Raises NoPicture."""
    vector = looker.embed_crop(picture).vector if crop else looker.glance(picture)
    (hits,) = shelf.search(library, [vector], limit=limit) if vector else [[]]
    return hits


class LocalEngine:
    """Implements `ports.Engine` by plain calls."""

    def __init__(self, looker: Looker, shelf: Shelf | None = None) -> None:
        self._looker = looker
        self._shelf = shelf or MemoryShelf()

    @property
    def state(self) -> State:
        looker = self._looker
        return State(looker.model_id, looker.dimensions, looker.thresholds, list(looker.models))

    async def look(self, picture: bytes, *, use: Use = "enrol", embed: bool = True) -> Look:
        return self._looker.look(picture, use=use, embed=embed)

    async def embed_crop(self, picture: bytes) -> Look:
        return self._looker.embed_crop(picture)

    async def find(self, library: str, picture: bytes, *, crop: bool = False, limit: int = 5) -> list[Hit]:
        return find(self._looker, self._shelf, library, picture, crop=crop, limit=limit)

    async def mark(self, library: str) -> int:
        return self._shelf.mark(library)

    async def feed(self, library: str, changes: Sequence[Change], *, mark: int, afresh: bool = False) -> int:
        return self._shelf.feed(library, changes, mark=mark, afresh=afresh)

    async def search(self, library: str, vectors: Sequence[bytes], *, limit: int = 5) -> list[list[Hit]]:
        return self._shelf.search(library, vectors, limit=limit)

    async def forget(self, library: str) -> None:
        self._shelf.forget(library)


class NoEngine:
    """The engine of a platform without models: every question is answered with Off."""

    def __init__(self, reason: str) -> None:
        self.state = State("", 0, None, [], reason, "no_models")

    async def look(self, picture: bytes, *, use: Use = "enrol", embed: bool = True) -> Look:
        raise Off(self.state.reason)

    async def embed_crop(self, picture: bytes) -> Look:
        raise Off(self.state.reason)

    async def find(self, library: str, picture: bytes, *, crop: bool = False, limit: int = 5) -> list[Hit]:
        raise Off(self.state.reason)

    async def mark(self, library: str) -> int:
        raise Off(self.state.reason)

    async def feed(self, library: str, changes: Sequence[Change], *, mark: int, afresh: bool = False) -> int:
        raise Off(self.state.reason)

    async def search(self, library: str, vectors: Sequence[bytes], *, limit: int = 5) -> list[list[Hit]]:
        raise Off(self.state.reason)

    async def forget(self, library: str) -> None:
        raise Off(self.state.reason)
