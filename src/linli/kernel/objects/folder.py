"""Objects in a folder. A file is written aside, synced and renamed."""

import asyncio
import contextlib
import os
import secrets as system_secrets
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from linli.kernel.disk import sync_folder, telling_full_disk
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.objects.shelf import Opened, StoreUnavailable

_PART: Final = ".part"
_BROKEN_AFTER_S: Final = 86_400
_CHUNK: Final = 262_144
_ABSENT: Final = (FileNotFoundError, IsADirectoryError, NotADirectoryError)


class FolderShelf:
    """Implements `Shelf`."""

    kind = "folder"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, key: str) -> Path:
        return self.folder / key

    async def put(self, key: str, content: bytes) -> None:
        await asyncio.to_thread(self._put, key, content)

    def _put(self, key: str, content: bytes) -> None:
        aside = self._aside(key)
        try:
            with telling_full_disk(), aside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self._publish(aside, key)
        except FileNotFoundError:
            # Its owner's folder was removed meanwhile: that is no fault of the caller.
            raise NotFound(what="file", id=key) from None
        finally:
            aside.unlink(missing_ok=True)

    async def receive(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        aside = self._aside(key)
        try:
            with telling_full_disk(), aside.open("wb") as file:
                async for chunk in chunks:
                    await asyncio.to_thread(file.write, chunk)
                file.flush()
                await asyncio.to_thread(os.fsync, file.fileno())
            await asyncio.to_thread(self._publish, aside, key)
        except FileNotFoundError:
            raise NotFound(what="file", id=key) from None
        finally:
            aside.unlink(missing_ok=True)

    def _aside(self, key: str) -> Path:
        target = self.path(key)
        try:
            with telling_full_disk():
                target.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise BadInput(field="key", rule="taken") from None
        except FileNotFoundError:
            raise NotFound(what="file", id=key) from None
        return target.parent / f".{system_secrets.token_hex(8)}{_PART}"

    def _publish(self, aside: Path, key: str) -> None:
        target = self.path(key)
        try:
            with telling_full_disk():
                aside.replace(target)
                sync_folder(target.parent)
        except (IsADirectoryError, NotADirectoryError):
            raise BadInput(field="key", rule="taken") from None

    @asynccontextmanager
    async def open(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[Opened]:
        try:
            file = await asyncio.to_thread(self.path(key).open, "rb")
        except _ABSENT:
            raise NotFound(what="file", id=key) from None
        with file:
            size = os.fstat(file.fileno()).st_size
            file.seek(start)
            left = (size if end is None else min(end + 1, size)) - start

            async def chunks(left: int = left) -> AsyncIterator[bytes]:
                while left > 0:
                    chunk = await asyncio.to_thread(file.read, min(_CHUNK, left))
                    if not chunk:
                        raise ConnectionError("the file became shorter while it was read")
                    left -= len(chunk)
                    yield chunk

            yield Opened(size, chunks())

    @asynccontextmanager
    async def on_disk(self, key: str) -> AsyncIterator[Path]:
        if await self.size(key) is None:
            raise NotFound(what="file", id=key)
        yield self.path(key)

    async def size(self, key: str) -> int | None:
        path = self.path(key)
        return await asyncio.to_thread(lambda: path.stat().st_size if path.is_file() else None)

    async def delete(self, key: str) -> None:
        def remove() -> None:
            with contextlib.suppress(*_ABSENT):
                self.path(key).unlink()

        await asyncio.to_thread(remove)

    async def delete_all(self, owner: str) -> None:
        await asyncio.to_thread(shutil.rmtree, self.folder / owner, ignore_errors=True)

    async def listed(self) -> AsyncIterator[tuple[str, int]]:
        for place, folders, names in os.walk(self.folder):
            folders.sort()
            threads = await asyncio.to_thread(self._sizes, Path(place), sorted(names))
            for pair in threads:
                yield pair

    def _sizes(self, place: Path, names: list[str]) -> list[tuple[str, int]]:
        sizes = []
        for name in names:
            if not name.endswith(_PART):
                with contextlib.suppress(FileNotFoundError):
                    file = place / name
                    sizes.append((file.relative_to(self.folder).as_posix(), file.stat().st_size))
        return sizes

    async def remove_broken(self) -> int:
        return await asyncio.to_thread(self._remove_broken)

    def _remove_broken(self) -> int:
        count = 0
        for part in self.folder.rglob(f".*{_PART}"):
            with contextlib.suppress(FileNotFoundError):
                if part.stat().st_mtime < time.time() - _BROKEN_AFTER_S:
                    part.unlink()
                    count += 1
        return count

    async def check(self) -> None:
        if not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK):
            raise StoreUnavailable(reason=f"{self.folder} cannot be read and written")

    async def close(self) -> None:
        pass
