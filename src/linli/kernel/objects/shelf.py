"""Where the bytes of objects lie. A shelf knows whole objects by key; it checks neither keys nor who asks."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import NamedTuple, Protocol

from linli.kernel.errors import Unavailable


class StoreUnavailable(Unavailable):
    """The object store cannot be used; `reason` says why in words fit for a log and a health page."""

    code = "objects.unavailable"


class Opened(NamedTuple):
    """An object being read."""

    size: int
    chunks: AsyncIterator[bytes]
    """Of the part that was asked for."""


class Shelf(Protocol):
    """An object appears under its key only when it is whole; a key holds the old object or the new, never a mixture."""

    kind: str
    """folder or s3."""

    async def put(self, key: str, content: bytes) -> None:
        """Store or replace, durably. Raises BadInput when the key's place is taken, DiskFull, StoreUnavailable."""

    async def receive(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """The same from a stream of unknown length; nothing is stored when `chunks` raises."""

    def open(self, key: str, start: int = 0, end: int | None = None) -> AbstractAsyncContextManager[Opened]:
        """Read from byte `start` to byte `end`, both included. Raises NotFound, StoreUnavailable."""

    def on_disk(self, key: str) -> AbstractAsyncContextManager[Path]:
        """A file with the object's content, for as long as the block lasts; not to be written. Raises NotFound."""

    async def size(self, key: str) -> int | None:
        """Bytes stored under `key`, or None."""

    async def delete(self, key: str) -> None:
        """Remove an object; none there is as good."""

    async def delete_all(self, owner: str) -> None:
        """Remove everything whose key begins with `owner/`."""

    def listed(self) -> AsyncIterator[tuple[str, int]]:
        """(key, bytes) of every object, in order."""

    async def remove_broken(self) -> int:
        """Remove what uploads left that broke off more than a day ago; how many."""

    async def check(self) -> None:
        """Raises StoreUnavailable when objects can be neither read nor written now."""

    async def close(self) -> None:
        """Let connections go."""
