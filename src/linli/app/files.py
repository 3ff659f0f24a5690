"""`/files/<key>`: objects by signed URL. GET and HEAD with ranges, PUT within the limit that was signed."""

import asyncio
import hashlib
import mimetypes
import os
import re
import secrets
from pathlib import Path
from urllib.parse import unquote

from linli.app.http import HttpScope, answer
from linli.kernel.disk import telling_full_disk
from linli.kernel.errors import BadInput, Forbidden, LinliError, NotFound, TooLarge, Unavailable
from linli.kernel.http import Receive, Send
from linli.kernel.objects import ObjectStore

PREFIX = "/files/"
_CHUNK = 262_144
_STATUS = {NotFound: 404, Forbidden: 403, TooLarge: 413, BadInput: 400, Unavailable: 503}
_RANGE = re.compile(rb"bytes=(\d*)-(\d*)")


class Files:
    """Serves an ObjectStore. What it sends is never run by a browser as a page of this origin."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def __call__(self, scope: HttpScope, receive: Receive, send: Send) -> None:
        key = unquote(scope["raw_path"].decode("latin-1").removeprefix(PREFIX))
        method: str = scope["method"]
        try:
            if method not in ("GET", "HEAD", "PUT"):
                await answer(send, 405, headers=((b"allow", b"GET, HEAD, PUT"),))
                return
            limit = self._store.check(key, scope["query_string"].decode("latin-1"), method)
            if method == "PUT":
                await self._put(key, limit, scope, receive, send)
            else:
                await self._get(key, scope, send)
        except LinliError as error:
            status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
            await answer(
                send, status, error.text().encode(), ((b"content-type", b"text/plain; charset=utf-8"),)
            )

    async def _get(self, key: str, scope: HttpScope, send: Send) -> None:
        path = self._store.path(key)
        size = await self._store.size(key)
        if size is None:
            raise NotFound(what="file", id=key)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        headers = [
            (b"content-type", kind.encode()),
            (b"accept-ranges", b"bytes"),
            (b"x-content-type-options", b"nosniff"),
            (b"content-security-policy", b"default-src 'none'; sandbox"),
            (b"cache-control", b"private, max-age=300"),
        ]
        start, end = 0, size - 1
        asked = next((v for n, v in scope["headers"] if n == b"range"), None)
        status = 200
        if asked is not None and (match := _RANGE.fullmatch(asked)) and match.group(0) != b"bytes=-":
            first, last = match.groups()
            start = int(first) if first else max(size - int(last), 0)
            end = min(int(last), size - 1) if first and last else size - 1
            if start > end:
                await answer(send, 416, headers=((b"content-range", b"bytes */%d" % size),))
                return
            status = 206
            headers.append((b"content-range", b"bytes %d-%d/%d" % (start, end, size)))
        headers.append((b"content-length", b"%d" % (end - start + 1)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body"})
            return
        with await asyncio.to_thread(path.open, "rb") as file:
            file.seek(start)
            left = end - start + 1
            while left > 0:
                chunk = await asyncio.to_thread(file.read, min(_CHUNK, left))
                if not chunk:
                    raise ConnectionError("the file became shorter while it was sent")
                left -= len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": left > 0})
        if end < start:
            await send({"type": "http.response.body"})

    async def _put(self, key: str, limit: int, scope: HttpScope, receive: Receive, send: Send) -> None:
        declared = next((int(v) for n, v in scope["headers"] if n == b"content-length"), 0)
        if declared > limit:
            raise TooLarge(limit=limit)
        target = self._store.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.parent / f".{secrets.token_hex(8)}.part"
        digest, size, more = hashlib.md5(usedforsecurity=False), 0, True
        self._store.check_room()
        try:
            with telling_full_disk(), aside.open("wb") as file:
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ConnectionError("the upload broke off")
                    body: bytes = message.get("body", b"")
                    more = message.get("more_body", False)
                    size += len(body)
                    if size > limit:
                        raise TooLarge(limit=limit)
                    digest.update(body)
                    await asyncio.to_thread(file.write, body)
                await asyncio.to_thread(_sync, file.fileno())
            _publish(aside, target)
        finally:
            aside.unlink(missing_ok=True)
        await answer(send, 200, headers=((b"etag", b'"%s"' % digest.hexdigest().encode()),))


def _sync(handle: int) -> None:
    os.fsync(handle)


def _publish(aside: Path, target: Path) -> None:
    aside.replace(target)
