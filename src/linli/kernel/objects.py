"""Files: pictures, permission lists, firmware, imports. A folder by default, behind URLs that are signed and expire.

Keys look like `<tenant>/<kind>/<name>`; they are checked, so that no key leaves the folder. A file appears under its
key only when it is whole (written aside, synced, renamed).
"""

import asyncio
import contextlib
import hashlib
import hmac
import os
import re
import secrets as system_secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from linli.kernel.clock import Clock
from linli.kernel.disk import sync_folder, telling_full_disk
from linli.kernel.errors import BadInput, Forbidden, NotFound, TooLarge

Method = Literal["GET", "PUT"]

_PART = ".part"

_KEY = re.compile(
    r"[0-9A-Za-z一-鿿][0-9A-Za-z一-鿿._@=+-]{0,199}(/[0-9A-Za-z一-鿿_][0-9A-Za-z一-鿿._@=+-]{0,199}){0,9}"
)

_NAME_BYTES = 240
"""A file system takes 255; a Chinese character needs three."""

_BROKEN_AFTER_S = 86_400


class UrlExpired(Forbidden):
    code = "url_expired"


class Stored(NamedTuple):
    key: str
    size: int
    etag: str
    """md5 of the content in hex, as object stores tell it."""


def check_key(key: str) -> str:
    """The key, if it is a good one. Raises BadInput for traversal, odd characters, length and depth."""
    if not _KEY.fullmatch(key) or ".." in key or any(len(n.encode()) > _NAME_BYTES for n in key.split("/")):
        raise BadInput(field="key", rule="format", example="tenant/picture/name.jpg")
    return key


class ObjectStore:
    """Objects in a folder. `base_url` is how the outside reaches `/files/…` on this platform."""

    def __init__(self, folder: Path, secret: bytes, base_url: str, clock: Clock) -> None:
        self._folder = folder
        self._secret = secret
        self.base_url = base_url.rstrip("/")
        self._clock = clock
        self.guard: Callable[[], object] | None = None
        """Called before anything is stored; what it raises refuses it (kernel.disk)."""
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, key: str) -> Path:
        """Where the object lies. Raises BadInput."""
        return self._folder / check_key(key)

    def check_room(self) -> None:
        """Raises DiskFull when the disk is nearly full."""
        if self.guard is not None:
            self.guard()

    async def put(self, key: str, content: bytes) -> Stored:
        """Store or replace an object, durably. Raises BadInput, DiskFull."""
        self.check_room()
        return await asyncio.to_thread(self._put, key, content)

    def _put(self, key: str, content: bytes) -> Stored:
        aside = self.aside(key)
        try:
            with telling_full_disk(), aside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self.publish(aside, key)
        finally:
            aside.unlink(missing_ok=True)
        return Stored(key, len(content), hashlib.md5(content, usedforsecurity=False).hexdigest())

    def aside(self, key: str) -> Path:
        """Where to write what becomes `key` when it is whole. Raises BadInput."""
        target = self.path(key)
        try:
            with telling_full_disk():
                target.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise BadInput(field="key", rule="taken") from None
        return target.parent / f".{system_secrets.token_hex(8)}{_PART}"

    def publish(self, aside: Path, key: str) -> None:
        """Give a whole and synced file its key, durably. Raises BadInput, DiskFull."""
        target = self.path(key)
        try:
            with telling_full_disk():
                aside.replace(target)
                sync_folder(target.parent)
        except (IsADirectoryError, NotADirectoryError):
            raise BadInput(field="key", rule="taken") from None

    def remove_broken(self) -> int:
        """Remove what uploads left that a kill broke off more than a day ago; how many."""
        found = 0
        for part in self._folder.rglob(f".*{_PART}"):
            with contextlib.suppress(FileNotFoundError):
                if part.stat().st_mtime < time.time() - _BROKEN_AFTER_S:
                    part.unlink()
                    found += 1
        return found

    async def get(self, key: str, *, limit: int = 64 * 1024 * 1024) -> bytes:
        """The whole object. Raises NotFound, TooLarge."""

        def read() -> bytes:
            path = self.path(key)
            try:
                if path.stat().st_size > limit:
                    raise TooLarge(limit=limit)
                return path.read_bytes()
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                raise NotFound(what="file", id=key) from None

        return await asyncio.to_thread(read)

    async def size(self, key: str) -> int | None:
        """Bytes stored under `key`, or None."""
        path = self.path(key)
        return await asyncio.to_thread(lambda: path.stat().st_size if path.is_file() else None)

    async def delete(self, key: str) -> None:
        """Remove an object; none there is as good."""
        path = self.path(key)

        def remove() -> None:
            with contextlib.suppress(FileNotFoundError, IsADirectoryError, NotADirectoryError):
                path.unlink()

        await asyncio.to_thread(remove)

    async def delete_all(self, owner: str) -> None:
        """Remove everything whose key begins with `owner/`, as a tenant's id does. Raises BadInput."""
        folder = self.path(f"{owner}/x").parent
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def url(self, key: str, *, expires_s: int = 3600, method: Method = "GET", limit: int = 0) -> str:
        """A URL that works for one method until it expires; for PUT, `limit` bounds the bytes taken (0: 10 MiB)."""
        check_key(key)
        expires = self._clock.now_ms() // 1000 + expires_s
        rest = f"expires={expires}&limit={limit}&method={method}"
        return f"{self.base_url}/files/{quote(key)}?{rest}&signature={self._sign(key, rest)}"

    def check(self, key: str, query: str, method: str) -> int:
        """Verify the query part of a signed URL; the byte limit for PUT. Raises UrlExpired, Forbidden."""
        fields = {name: values[0] for name, values in parse_qs(query).items()}
        try:
            rest = f"expires={int(fields['expires'])}&limit={int(fields['limit'])}&method={fields['method']}"
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
        return int(fields["limit"]) or 10 * 1024 * 1024

    def key_of(self, url: str) -> str | None:
        """The key behind one of our own URLs, else None."""
        parts = urlsplit(url)
        _, found, key = parts.path.partition("/files/")
        return key if found else None

    def _sign(self, key: str, rest: str) -> str:
        return hmac.digest(self._secret, f"{key}?{rest}".encode(), hashlib.sha256).hex()[:40]
