"""The libraries of one model on disk, each in a folder of its own."""

import fcntl
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from linli.vision.engine.ports import Change
from linli.vision.index.exact import ExactIndex
from linli.vision.looks import Hit

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}")


_PLACES = 256


def take_place(root: Path) -> Path:
    """A folder below `root` that no other process uses, the same again after a restart where it is free.

    Held until this process ends. Raises OSError when there is none.
    """
    for number in range(_PLACES):
        place = root / str(number)
        place.mkdir(parents=True, exist_ok=True)
        lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        return place
    raise OSError(f"every place in {root} is in use")


class DiskShelf:
    """`root/<model id>/<library>`. Folders of other models go: their vectors compare with nothing any more."""

    def __init__(self, root: Path, model_id: str, dimensions: int) -> None:
        self._root = root / model_id
        self._dimensions = dimensions
        self._open: dict[str, ExactIndex] = {}
        self._root.mkdir(parents=True, exist_ok=True)
        for other in root.iterdir():
            if other.is_dir() and other != self._root:
                shutil.rmtree(other, ignore_errors=True)

    def mark(self, library: str) -> int:
        index = self._index(library, make=False)
        return index.mark if index is not None else 0

    def feed(self, library: str, changes: Sequence[Change], *, mark: int, afresh: bool = False) -> int:
        index = self._index(library, make=True)
        assert index is not None
        if afresh:
            index.clear()
        index.feed(((change.id, change.vector) for change in changes), mark=mark)
        return len(index)

    def search(self, library: str, vectors: Sequence[bytes], *, limit: int = 5) -> list[list[Hit]]:
        index = self._index(library, make=False)
        if index is None:
            return [[] for _ in vectors]
        rankings = index.search(vectors, limit=limit)
        return [[Hit(id, score) for id, score in hits] for hits in rankings]

    def forget(self, library: str) -> None:
        folder = self._folder(library)
        if (index := self._open.pop(library, None)) is not None:
            index.close()
        shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        for index in self._open.values():
            index.close()
        self._open.clear()

    def _folder(self, library: str) -> Path:
        if not _NAME.fullmatch(library):
            raise ValueError(f"{library!r} is no name of a library")
        return self._root / library

    def _index(self, library: str, *, make: bool) -> ExactIndex | None:
        index = self._open.get(library)
        if index is None:
            folder = self._folder(library)
            if not make and not folder.is_dir():
                return None
            index = self._open[library] = ExactIndex(folder, self._dimensions)
        return index
