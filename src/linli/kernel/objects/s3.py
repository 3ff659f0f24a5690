"""Objects in a bucket of an S3-compatible store (MinIO, Ceph, Garage, OSS, COS, AWS …), by obstore. Implements `Shelf`.

Large streams go in parts, with at most two in memory. A broken upload is aborted, or removed a day later.
"""

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import obstore

from linli.kernel.errors import NotFound
from linli.kernel.objects.s3_bucket import Bucket
from linli.kernel.objects.s3_unfinished import remove_unfinished
from linli.kernel.objects.shelf import Opened
from linli.kernel.settings import Objects

if TYPE_CHECKING:
    from obstore import AsyncWritableFile, BytesStream, GetOptions

PART_BYTES: Final = 8 * 1024 * 1024
"""S3 wants at least 5 MiB in every part but the last, and takes 10,000 of them: objects of up to 78 GiB."""
_SLOWEST: Final = 128 * 1024
"""Bytes a second: a part may take so long to leave before its answer is waited for."""
_CHUNK: Final = 262_144
_BROKEN_AFTER_S: Final = 86_400
_PAGE: Final = 1000
_LONGEST_S: Final = 7 * 86_400
"""S3 takes no URL that is good for longer."""


class S3Shelf:
    """`secret_key` comes from the settings or the file they name (`choice.secret_of`)."""

    kind = "s3"

    def __init__(
        self,
        settings: Objects,
        secret_key: str,
        *,
        now: Callable[[], float] = time.time,
        first_wait_s: float = 0.2,
    ) -> None:
        """`first_wait_s`: before a failed request is tried again."""
        self._bucket = Bucket(settings, secret_key, first_wait_s=first_wait_s)
        self._store = self._bucket.store()
        self._writes = self._bucket.store(silence_s=settings.timeout_seconds + PART_BYTES / _SLOWEST)
        self._prefix = f"{settings.prefix.strip('/')}/" if settings.prefix.strip("/") else ""
        self._now = now

    def presigned(self, key: str, expires_s: int) -> str:
        """A URL by which anybody reads the object from the store itself."""
        good_for = timedelta(seconds=max(1, min(expires_s, _LONGEST_S)))
        return obstore.sign(self._store, "GET", self._prefix + key, good_for)

    async def put(self, key: str, content: bytes) -> None:
        if len(content) <= PART_BYTES:
            with self._bucket.translate_errors():
                await self._writes.put_async(self._prefix + key, content, use_multipart=False)
        else:
            async with self._writer(key) as writer:
                await self._write(writer, content)

    async def receive(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        async with self._writer(key) as writer:
            async for chunk in chunks:
                await self._write(writer, chunk)

    @asynccontextmanager
    async def _writer(self, key: str) -> "AsyncIterator[AsyncWritableFile]":
        """The object is there when the block ends well, and else nothing of it."""
        writer = obstore.open_writer_async(
            self._writes, self._prefix + key, buffer_size=PART_BYTES, max_concurrency=1
        )
        try:
            yield writer
            with self._bucket.translate_errors():
                await writer.close()
        except BaseException as error:
            giving_up = asyncio.ensure_future(writer.__aexit__(type(error), error, None))
            with contextlib.suppress(Exception):  # `remove_broken` comes by tomorrow
                await asyncio.shield(giving_up)
            raise

    async def _write(self, writer: "AsyncWritableFile", content: bytes) -> None:
        with self._bucket.translate_errors():
            await writer.write(content)

    @asynccontextmanager
    async def open(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[Opened]:
        options: GetOptions = {}
        if end is not None:
            options["range"] = (start, end + 1)
        elif start:
            options["range"] = {"offset": start}
        with self._bucket.translate_errors(key):
            answer = await self._store.get_async(self._prefix + key, options=options)
        chunks = self._chunks(answer.stream(_CHUNK))
        try:
            yield Opened(answer.meta["size"], chunks)
        finally:
            await chunks.aclose()

    async def _chunks(self, stream: "BytesStream") -> AsyncGenerator[bytes]:
        with self._bucket.translate_errors():
            async for chunk in stream:
                yield chunk

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
            with self._bucket.translate_errors(key):
                return (await self._store.head_async(self._prefix + key))["size"]
        except NotFound:
            return None

    async def delete(self, key: str) -> None:
        with contextlib.suppress(NotFound), self._bucket.translate_errors(key):
            await self._store.delete_async(self._prefix + key)

    async def delete_all(self, owner: str) -> None:
        async for key, _ in self._below(owner):
            await self.delete(key)

    def listed(self) -> AsyncIterator[tuple[str, int]]:
        return self._below("")

    async def _below(self, folder: str) -> AsyncIterator[tuple[str, int]]:
        with self._bucket.translate_errors():
            async for page in self._store.list((self._prefix + folder) or None, chunk_size=_PAGE):
                for entry in page:
                    if entry["path"].startswith(self._prefix):
                        yield entry["path"].removeprefix(self._prefix), entry["size"]

    async def remove_broken(self) -> int:
        return await remove_unfinished(self._bucket, self._prefix, before_s=self._now() - _BROKEN_AFTER_S)

    async def check(self) -> None:
        async for _ in self._below(".check"):  # no key of ours begins like this: the answer is short
            break

    async def close(self) -> None:
        pass
