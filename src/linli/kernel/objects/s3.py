"""Objects in a bucket of an S3-compatible store (MinIO, Ceph, Garage, OSS, COS, AWS …). Implements `Shelf`.

Large streams go in parts, so that memory holds one part; what broke off is given up, or swept up a day later.
"""

import asyncio
import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

import httpx

from linli.kernel.errors import NotFound
from linli.kernel.objects.s3_requests import Refused, S3Requests, parsed, text_in
from linli.kernel.objects.shelf import Opened, StoreUnavailable
from linli.kernel.settings import Objects

PART_BYTES: Final = 8 * 1024 * 1024
"""S3 wants at least 5 MiB in every part but the last, and takes 10,000 of them: objects of up to 78 GiB."""
_CHUNK: Final = 262_144
_BROKEN_AFTER_S: Final = 86_400
_PAGE: Final = "1000"


class S3Shelf:
    """`secret_key` comes from the settings or the file they name (`secret_of`)."""

    kind = "s3"

    def __init__(
        self,
        settings: Objects,
        secret_key: str,
        *,
        now: Callable[[], float] = time.time,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._requests = S3Requests(settings, secret_key, now=now, transport=transport)
        self._prefix = f"{settings.prefix.strip('/')}/" if settings.prefix.strip("/") else ""
        self._now = now

    def presigned(self, key: str, expires_s: int) -> str:
        """A URL by which anybody reads the object from the store itself."""
        return self._requests.presigned(self._prefix + key, expires_s)

    async def put(self, key: str, content: bytes) -> None:
        await self._requests.send("PUT", self._prefix + key, content=content)

    async def receive(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        parts = _parts(chunks)
        first = await anext(parts, b"")
        if len(first) < PART_BYTES:
            await self.put(key, first)
            return
        name = self._prefix + key
        begun = await self._requests.send("POST", name, query={"uploads": ""})
        upload = {"uploadId": text_in(_read(begun.content), "UploadId")}
        try:
            tags = [await self._part(name, upload, 1, first)]
            async for part in parts:
                tags.append(await self._part(name, upload, len(tags) + 1, part))
            listed = "".join(
                f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(tag)}</ETag></Part>"
                for number, tag in enumerate(tags, 1)
            )
            body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
            done = await self._requests.send("POST", name, query=upload, content=body)
            # Once it has begun to answer, the store can only tell of a failure in the body.
            if (said := text_in(_read(done.content), "Code")) and b"<Error>" in done.content:
                raise StoreUnavailable(reason=said)
        except BaseException:
            await asyncio.shield(self._give_up(name, upload))
            raise

    async def _part(self, name: str, upload: dict[str, str], number: int, content: bytes) -> str:
        query = {"partNumber": str(number), **upload}
        answer = await self._requests.send("PUT", name, query=query, content=content)
        return str(answer.headers.get("etag", ""))

    async def _give_up(self, name: str, upload: dict[str, str]) -> None:
        with contextlib.suppress(StoreUnavailable):  # `remove_broken` comes by tomorrow
            await self._requests.send("DELETE", name, query=upload)

    @asynccontextmanager
    async def open(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[Opened]:
        headers = {}
        if start or end is not None:
            headers["range"] = f"bytes={start}-{'' if end is None else end}"
        async with AsyncExitStack() as held:
            asked = self._requests.stream("GET", self._prefix + key, headers=headers)
            try:
                answer = await held.enter_async_context(asked)
            except Refused as refused:
                if refused.status == 404 and refused.error != "NoSuchBucket":
                    raise NotFound(what="file", id=key) from None
                raise
            size = int(answer.headers.get("content-length", 0))
            if answer.status_code == 206:
                size = int(answer.headers.get("content-range", "").rpartition("/")[2] or size)
            yield Opened(size, answer.aiter_raw(_CHUNK))

    @asynccontextmanager
    async def on_disk(self, key: str) -> AsyncIterator[Path]:
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="linli-object-"))
        try:
            path = folder / Path(key).name
            async with self.open(key) as opened:
                with path.open("wb") as file:
                    async for chunk in opened.chunks:
                        await asyncio.to_thread(file.write, chunk)
            yield path
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def size(self, key: str) -> int | None:
        try:
            answer = await self._requests.send("HEAD", self._prefix + key)
        except Refused as refused:
            if refused.status == 404:
                return None
            raise
        return int(answer.headers.get("content-length", 0))

    async def delete(self, key: str) -> None:
        try:
            await self._requests.send("DELETE", self._prefix + key)
        except Refused as refused:
            if refused.status != 404 or refused.error == "NoSuchBucket":
                raise

    async def delete_all(self, owner: str) -> None:
        async for key, _ in self._pages(f"{owner}/"):
            await self.delete(key)

    def listed(self) -> AsyncIterator[tuple[str, int]]:
        return self._pages("")

    async def _pages(self, under: str) -> AsyncIterator[tuple[str, int]]:
        query = {"list-type": "2", "max-keys": _PAGE, "prefix": self._prefix + under}
        while True:
            page = _read((await self._requests.send("GET", query=query)).content)
            for one in page.iter():
                if one.tag.rpartition("}")[2] == "Contents":
                    name = text_in(one, "Key").removeprefix(self._prefix)
                    if name and not name.endswith("/"):
                        yield name, int(text_in(one, "Size") or 0)
            more = text_in(page, "NextContinuationToken")
            if text_in(page, "IsTruncated") != "true" or not more:
                return
            query["continuation-token"] = more

    async def remove_broken(self) -> int:
        try:
            answer = await self._requests.send("GET", query={"uploads": "", "prefix": self._prefix})
        except Refused:
            return 0  # not every store tells of uploads under way; such stores have rules of their own
        found = 0
        for one in _read(answer.content).iter():
            if one.tag.rpartition("}")[2] != "Upload":
                continue
            begun = datetime.fromisoformat(text_in(one, "Initiated").replace("Z", "+00:00"))
            if begun.timestamp() < self._now() - _BROKEN_AFTER_S:
                await self._give_up(text_in(one, "Key"), {"uploadId": text_in(one, "UploadId")})
                found += 1
        return found

    async def check(self) -> None:
        nothing = f"{self._prefix}.check/"  # no key of ours begins like this: the answer is short
        await self._requests.send("GET", query={"list-type": "2", "max-keys": "1", "prefix": nothing})

    async def close(self) -> None:
        await self._requests.close()


def secret_of(settings: Objects) -> str:
    """The secret key, from the settings or from the file they name. Raises StoreUnavailable."""
    if not settings.secret_file:
        return settings.secret_key
    try:
        return Path(os.path.expanduser(settings.secret_file)).read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise StoreUnavailable(reason=f"{settings.secret_file} cannot be read") from error


async def _parts(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Pieces of PART_BYTES, the last one shorter; none of an empty stream."""
    held = bytearray()
    async for chunk in chunks:
        held += chunk
        while len(held) >= PART_BYTES:
            yield bytes(held[:PART_BYTES])
            del held[:PART_BYTES]
    if held:
        yield bytes(held)


def _read(body: bytes) -> Element:
    try:
        return parsed(body)
    except ParseError as error:
        raise StoreUnavailable(reason="its answer is no XML") from error
