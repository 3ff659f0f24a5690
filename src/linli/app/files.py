"""`/files/<key>`: objects by signed URL. GET and HEAD with ranges, PUT within the limit that was signed.

A file for a device can be fetched once (`objects.handing`): only the address that begins to fetch may finish.
"""

import mimetypes
import re
from collections.abc import AsyncIterator, Collection
from urllib.parse import unquote

from linli.app.http import HttpScope, answer, caller_address
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, Forbidden, LinliError, NotFound, TooLarge, Unavailable
from linli.kernel.http import Receive, Send, known_caller
from linli.kernel.objects import ObjectStore, Permit
from linli.kernel.objects.one_time import hand

PREFIX = "/files/"
_STATUS = {NotFound: 404, Forbidden: 403, TooLarge: 413, BadInput: 400, Unavailable: 503}
_SAVED = frozenset(("application/octet-stream", "application/pdf"))
"""Files that a browser saves and does not open."""
_RANGE = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")


class Files:
    """Serves an ObjectStore. A browser never runs its answers as a page of this origin."""

    def __init__(self, store: ObjectStore, db: Database, proxies: Collection[str] = ()) -> None:
        """`proxies`: addresses whose X-Forwarded-For is believed."""
        self._store = store
        self._db = db
        self._proxies = frozenset(proxies)

    async def __call__(self, scope: HttpScope, receive: Receive, send: Send) -> None:
        key = unquote(scope["raw_path"].decode("latin-1").removeprefix(PREFIX))
        method: str = scope["method"]
        try:
            if method not in ("GET", "HEAD", "PUT"):
                await answer(send, 405, headers=((b"allow", b"GET, HEAD, PUT"),))
                return
            permit = self._store.check(key, scope["query_string"].decode("latin-1"), method)
            known_caller(scope)
            if method == "PUT":
                await self._put(key, permit, scope, receive, send)
            else:
                if permit.device and method == "GET":
                    await self._hand(key, permit.device, scope)
                await self._get(key, scope, send, kept=not permit.device)
        except LinliError as error:
            status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
            await answer(
                send, status, error.text().encode(), ((b"content-type", b"text/plain; charset=utf-8"),)
            )

    async def _hand(self, key: str, device: str, scope: HttpScope) -> None:
        """Raises NotFound when the file no longer exists, Forbidden for all but the first."""
        if await self._store.size(key) is None:
            raise NotFound(what="file", id=key)
        address = caller_address(scope, self._proxies)
        now_ms = self._db.clock.now_ms()
        if not await hand(self._db, key=key, device=device, address=address, now_ms=now_ms):
            raise Forbidden()

    async def _get(self, key: str, scope: HttpScope, send: Send, *, kept: bool) -> None:
        head = scope["method"] == "HEAD"
        asked = next((v for n, v in scope["headers"] if n == b"range"), None)
        size = await self._store.size(key) if head or asked else None
        if (head or asked) and size is None:
            raise NotFound(what="file", id=key)
        part = _range(scope, size) if size is not None else None
        if size is not None and part is not None and part[0] > part[1]:
            await answer(send, 416, headers=((b"content-range", b"bytes */%d" % size),))
            return
        if head:
            assert size is not None
            start, end = part or (0, size - 1)
            await send(_start(key, size, start, end, partial=part is not None, kept=kept))
            await send({"type": "http.response.body"})
            return
        async with self._store.open(key, *(part or ())) as opened:
            start, end = part or (0, opened.size - 1)
            await send(_start(key, opened.size, start, end, partial=part is not None, kept=kept))
            async for chunk in opened.chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body"})

    async def _put(self, key: str, permit: Permit, scope: HttpScope, receive: Receive, send: Send) -> None:
        declared = next((int(v) for n, v in scope["headers"] if n == b"content-length"), 0)
        if declared > permit.limit:
            raise TooLarge(limit=permit.limit)

        async def chunks() -> AsyncIterator[bytes]:
            more, first = True, b""
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ConnectionError("the upload broke off")
                more = message.get("more_body", False)
                body = message.get("body", b"")
                if len(first) < len(permit.starts):
                    first += body[: len(permit.starts)]
                    if first[: len(permit.starts)] != permit.starts[: len(first)] or (
                        not more and len(first) < len(permit.starts)
                    ):
                        raise BadInput(field="file", rule="file_kind")
                yield body

        stored = await self._store.receive(key, chunks(), limit=permit.limit)
        await answer(send, 200, headers=((b"etag", b'"%s"' % stored.etag.encode()),))


def _start(key: str, size: int, start: int, end: int, *, partial: bool, kept: bool) -> dict[str, object]:
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    headers = [
        (b"content-type", kind.encode()),
        (b"accept-ranges", b"bytes"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; sandbox; frame-ancestors 'none'"),
        (b"cache-control", b"private, max-age=300" if kept else b"no-store"),
        (b"content-length", b"%d" % (end - start + 1)),
    ]
    if kind in _SAVED:
        headers.append((b"content-disposition", b"attachment"))
    if partial:
        headers.append((b"content-range", b"bytes %d-%d/%d" % (start, end, size)))
    return {"type": "http.response.start", "status": 206 if partial else 200, "headers": headers}


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
