"""Objects by key, and the signed URLs by which the outside reaches them.

Keys look like `<tenant>/<kind>/<name>`; they are checked, so that no key leaves the shelf.
"""

import hashlib
import hmac
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from linli.kernel.clock import Clock
from linli.kernel.errors import BadInput, Forbidden, TooLarge
from linli.kernel.objects.folder import FolderShelf
from linli.kernel.objects.shelf import Opened, Shelf

Method = Literal["GET", "PUT"]

_KEY = re.compile(
    r"[0-9A-Za-z一-鿿][0-9A-Za-z一-鿿._@=+-]{0,199}(/[0-9A-Za-z一-鿿_][0-9A-Za-z一-鿿._@=+-]{0,199}){0,9}"
)

_NAME_BYTES = 240
"""A file system takes 255; a Chinese character needs three."""


class UrlExpired(Forbidden):
    code = "url_expired"


class Stored(NamedTuple):
    key: str
    size: int
    etag: str
    """md5 of the content in hex, as object stores tell it."""
    sha256: str
    """In hex."""


class Permit(NamedTuple):
    """The use that a signed URL allows."""

    limit: int
    """Bytes of a PUT."""
    device: str
    """The only device that may have the file (`objects.handing`); empty: every caller with the URL."""
    starts: bytes = b""
    """First bytes that a PUT must have."""


def check_key(key: str) -> str:
    """The key, if it is a good one. Raises BadInput for traversal, odd characters, length and depth."""
    if not _KEY.fullmatch(key) or ".." in key or any(len(n.encode()) > _NAME_BYTES for n in key.split("/")):
        raise BadInput(field="key", rule="format", example="tenant/picture/name.jpg")
    return key


class ObjectStore:
    """Objects on a shelf; a path is a shelf in that folder.

    `base_url` is how the outside reaches `/files/…` on this platform.
    """

    def __init__(self, shelf: Shelf | Path, secret: bytes, base_url: str, clock: Clock) -> None:
        self.shelf: Shelf = FolderShelf(shelf) if isinstance(shelf, Path) else shelf
        self._secret = secret
        self.base_url = base_url.rstrip("/")
        self._clock = clock
        self.guard: Callable[[], object] | None = None
        """Called before an object is stored; an exception refuses it (kernel.disk)."""
        self.direct: Callable[[str, int], str] | None = None
        """Makes the URL of (key, seconds) that leads to the store itself; None: readers come through the platform."""

    def check_room(self) -> None:
        """Raises DiskFull when the disk is nearly full."""
        if self.guard is not None:
            self.guard()

    async def put(self, key: str, content: bytes) -> Stored:
        """Store or replace an object, durably. Raises BadInput, DiskFull, StoreUnavailable.

        NotFound while `delete_all` takes the owner's objects away.
        """
        check_key(key)
        self.check_room()
        await self.shelf.put(key, content)
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return Stored(key, len(content), digest, hashlib.sha256(content).hexdigest())

    async def receive(self, key: str, chunks: AsyncIterator[bytes], *, limit: int) -> Stored:
        """Store a stream of at most `limit` bytes under a key; when it raises or is too long, nothing is stored.

        Raises BadInput, DiskFull, StoreUnavailable, TooLarge.
        """
        check_key(key)
        self.check_room()
        md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal size
            async for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise TooLarge(limit=limit)
                md5.update(chunk)
                sha256.update(chunk)
                yield chunk

        await self.shelf.receive(key, counted())
        return Stored(key, size, md5.hexdigest(), sha256.hexdigest())

    async def get(self, key: str, *, limit: int = 64 * 1024 * 1024) -> bytes:
        """The whole object. Raises NotFound, TooLarge, StoreUnavailable."""
        async with self.shelf.open(check_key(key)) as opened:
            if opened.size > limit:
                raise TooLarge(limit=limit)
            return b"".join([chunk async for chunk in opened.chunks])

    def open(self, key: str, start: int = 0, end: int | None = None) -> AbstractAsyncContextManager[Opened]:
        """Read from byte `start` to byte `end`, both included. Raises BadInput, NotFound, StoreUnavailable."""
        return self.shelf.open(check_key(key), start, end)

    def on_disk(self, key: str) -> AbstractAsyncContextManager[Path]:
        """A file with the object's content while the block lasts, for libraries that read files.

        Raises BadInput, NotFound, StoreUnavailable.
        """
        return self.shelf.on_disk(check_key(key))

    async def size(self, key: str) -> int | None:
        """Bytes stored under `key`, or None."""
        return await self.shelf.size(check_key(key))

    async def delete(self, key: str) -> None:
        """Remove an object; none there is as good."""
        await self.shelf.delete(check_key(key))

    async def delete_all(self, owner: str) -> None:
        """Remove everything whose key begins with `owner/`, as a tenant's id does. Raises BadInput."""
        check_key(f"{owner}/x")
        await self.shelf.delete_all(owner)

    async def remove_broken(self) -> int:
        """Remove what uploads left that broke off more than a day ago; how many."""
        return await self.shelf.remove_broken()

    def url(
        self,
        key: str,
        *,
        expires_s: int = 3600,
        method: Method = "GET",
        limit: int = 0,
        device: str = "",
        starts: bytes = b"",
    ) -> str:
        """A URL that works for one method until it expires; for PUT, `limit` bounds the bytes taken (0: 10 MiB), and
        `starts` are the first of them, such as those of every JPEG.

        `device`: it is good once, for the first that comes (`objects.handing`), and always through the platform.
        """
        check_key(key)
        if method == "GET" and self.direct is not None and not device:
            return self.direct(key, expires_s)
        expires = self._clock.now_ms() // 1000 + expires_s
        rest = _signed_part(device, expires, limit, method, starts.hex())
        return f"{self.base_url}/files/{quote(key)}?{rest}&signature={self._sign(key, rest)}"

    def check(self, key: str, query: str, method: str) -> Permit:
        """Verify the query part of a signed URL. Raises UrlExpired, Forbidden."""
        fields = {name: values[0] for name, values in parse_qs(query).items()}
        try:
            device = fields.get("device", "")
            starts = fields.get("starts", "")
            rest = _signed_part(
                device, int(fields["expires"]), int(fields["limit"]), fields["method"], starts
            )
            given = fields["signature"]
        except (KeyError, ValueError):
            raise Forbidden() from None
        wanted = "GET" if method == "HEAD" else method
        if (
            not hmac.compare_digest(self._sign(key, rest).encode(), given.encode())
            or fields["method"] != wanted
        ):
            raise Forbidden()
        if int(fields["expires"]) < self._clock.now_ms() // 1000:
            raise UrlExpired()
        return Permit(int(fields["limit"]) or 10 * 1024 * 1024, device, bytes.fromhex(starts))

    def key_of(self, url: str) -> str | None:
        """The key behind one of our own URLs, else None."""
        parts = urlsplit(url)
        _, separator, key = parts.path.partition("/files/")
        return key if separator else None

    def _sign(self, key: str, rest: str) -> str:
        return hmac.digest(self._secret, f"{key}?{rest}".encode(), hashlib.sha256).hex()[:40]


def _signed_part(device: str, expires_s: int, limit: int, method: str, starts: str) -> str:
    rest = f"expires={expires_s}&limit={limit}&method={method}" + (f"&starts={starts}" if starts else "")
    return f"device={quote(device, safe='')}&{rest}" if device else rest
