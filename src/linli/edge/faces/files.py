"""The platform's files: downloads from signed addresses, and the address for reports. And the library's pictures on
disk."""

import asyncio
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """Both raise OSError when the address does not answer, or answers with more than `limit` bytes."""

    async def get(self, url: str, *, limit: int) -> bytes: ...

    async def put(self, url: str, content: bytes) -> None: ...


def file_name(person_id: str, md5: str) -> str:
    """Of a picture: known before its row is, so that the file is on disk when the row is committed."""
    return hashlib.sha256(f"{person_id}/{md5}".encode()).hexdigest()[:40]


class LibraryPictures:
    """One file a picture. Doors fetch them, and a changed model needs them again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, name: str, content: bytes) -> None:
        """On disk when it returns. Raises OSError."""
        await asyncio.to_thread(self._write, name, content)

    async def find(self, name: str) -> bytes | None:
        return await asyncio.to_thread(self._read, name)

    async def drop(self, names: Iterable[str]) -> None:
        await asyncio.to_thread(self._unlink, list(names))

    async def keep_only(self, names: set[str]) -> int:
        """Delete files that no row names: they stay when the process is killed between a commit and its files. How many
        went."""
        return await asyncio.to_thread(self._keep_only, names)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    def _write(self, name: str, content: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def _read(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def _unlink(self, names: list[str]) -> None:
        for name in names:
            self._path(name).unlink(missing_ok=True)

    def _keep_only(self, names: set[str]) -> int:
        strays = [path for path in self._folder.glob("*/*") if path.name not in names]
        for path in strays:
            path.unlink(missing_ok=True)
        return len(strays)
