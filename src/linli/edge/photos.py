"""Photos of passes on the disk of the box. The file service with keep times (spec H 3) is to come: nothing purges yet."""

import asyncio
import re
from pathlib import Path
from typing import Final

from linli.kernel.ids import Ids

_ID: Final = re.compile(r"[0-9a-f-]{36}")


class Photos:
    """One file a photo, by an id that cannot be guessed."""

    def __init__(self, folder: Path, ids: Ids) -> None:
        self._folder = folder
        self._ids = ids

    async def keep(self, photo: bytes) -> str:
        photo_id = self._ids.request_id()
        await asyncio.to_thread(self._write, photo_id, photo)
        return photo_id

    async def find(self, photo_id: str) -> bytes | None:
        if not _ID.fullmatch(photo_id):
            return None
        return await asyncio.to_thread(self._read, photo_id)

    def _path(self, photo_id: str) -> Path:
        return self._folder / photo_id[:2] / photo_id

    def _write(self, photo_id: str, photo: bytes) -> None:
        path = self._path(photo_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(photo)
        part.replace(path)

    def _read(self, photo_id: str) -> bytes | None:
        try:
            return self._path(photo_id).read_bytes()
        except FileNotFoundError:
            return None
