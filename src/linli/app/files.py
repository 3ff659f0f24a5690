"""`/files/<key>`: objects by signed URL. GET and HEAD with ranges, PUT within the limit that was signed."""

import asyncio
import hashlib
import mimetypes
import os
import re
from urllib.parse import unquote

from linli.app.http import HttpScope, answer
from linli.kernel.disk import telling_full_disk
from linli.kernel.errors import BadInput, Forbidden, LinliError, NotFound, TooLarge, Unavailable
from linli.kernel.http import Receive, Send
from linli.kernel.objects import ObjectStore

PREFIX = "/files/"
_CHUNK = 262_144
_STATUS = {NotFound: 404, Forbidden: 403, TooLarge: 413, BadInput: 400, Unavailable: 503}
_RANGE = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")


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
        try:
            file = await asyncio.to_thread(path.open, "rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise NotFound(what="file", id=key) from None
        with file:
            size = os.fstat(file.fileno()).st_size
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            headers = [
                (b"content-type", kind.encode()),
                (b"accept-ranges", b"bytes"),
                (b"x-content-type-options", b"nosniff"),
                (b"content-security-policy", b"default-src 'none'; sandbox"),
                (b"cache-control", b"private, max-age=300"),
            ]
            start, end, status = 0, size - 1, 200
            if (part := _range(scope, size)) is not None:
                start, end = part
                if start > end:
                    await answer(send, 416, headers=((b"content-range", b"bytes */%d" % size),))
                    return
                status = 206
                headers.append((b"content-range", b"bytes %d-%d/%d" % (start, end, size)))
            headers.append((b"content-length", b"%d" % (end - start + 1)))
            await send({"type": "http.response.start", "status": status, "headers": headers})
            left = 0 if scope["method"] == "HEAD" else end - start + 1
            file.seek(start)
            while left > 0:
                chunk = await asyncio.to_thread(file.read, min(_CHUNK, left))
                if not chunk:
                    raise ConnectionError("the file became shorter while it was sent")
                left -= len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body"})

    async def _put(self, key: str, limit: int, scope: HttpScope, receive: Receive, send: Send) -> None:
        declared = next((int(v) for n, v in scope["headers"] if n == b"content-length"), 0)
        if declared > limit:
            raise TooLarge(limit=limit)
        self._store.check_room()
        aside = self._store.aside(key)
        digest, size, more = hashlib.md5(usedforsecurity=False), 0, True
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
            await asyncio.to_thread(self._store.publish, aside, key)
        finally:
            aside.unlink(missing_ok=True)
        await answer(send, 200, headers=((b"etag", b'"%s"' % digest.hexdigest().encode()),))


def _range(scope: HttpScope, size: int) -> tuple[int, int] | None:
    """First and last byte asked for, the first after the last when there is none such; None: the whole file.

    Several ranges, other units and nonsense are answered with the whole (RFC 9110, 14.2).
    """
    asked = next((v for n, v in scope["headers"] if n == b"range"), b"")
    match = _RANGE.fullmatch(asked)
    if match is None or asked == b"bytes=-":
        return None
    first, last = match.groups()
    if not first:
        return max(size - int(last), 0) if int(last) else size, size - 1
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last), size - 1) if last else size - 1


def _sync(handle: int) -> None:
    os.fsync(handle)
