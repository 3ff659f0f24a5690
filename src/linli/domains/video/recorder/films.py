"""Files of recordings for those who got a ticket: `/vod/{number}.mp4`, whole or from a moment on, and a ZIP of a joined
MP4.

A file is named by the number of its row; where it lies follows from the row. Each answer is for one range of one file.
"""

import asyncio
import re
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, quote

from linli.domains.video.queries import recording as queries
from linli.domains.video.recorder.film_stills import FilmStills
from linli.domains.video.recorder.ledger import Ledger
from linli.domains.video.recording_rows import Segment
from linli.domains.video.service import looks
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.http import Send
from linli.kernel.scope import Scope
from linli.kernel.telemetry import logger
from linli.media.recorder import files
from linli.media.recorder.exported import Export
from linli.media.recorder.joined import Joined

log = logger(__name__)
LIFE_MS: Final = 3_600_000
DOWNLOAD_LIFE_MS: Final = 300_000
MOST: Final = 2_000
ALIVE_MS: Final = 15_000
DOWNLOAD: Final = "download"
_ENCODED_AT_ONCE: Final = 2
_RANGE: Final = re.compile(rb"bytes=(\d{1,15})-(\d{0,15})")


@dataclass(slots=True, eq=False)
class FilmTicket:
    """For a span of one camera."""

    tenant_id: str
    iot_id: str
    begin_ms: int
    end_ms: int
    until_ms: int
    alive: Callable[[], Awaitable[bool]]
    joined: Joined | None = None
    name: str = ""
    export: Export | None = None
    """Of `joined`, as it is sent."""
    view_id: int = 0
    """Where it is kept that it was taken away."""
    looked_ms: int = 0
    token: str = field(default_factory=lambda: secrets.token_urlsafe(18))


class Films:
    def __init__(self, db: Database, clock: Clock, ledger: Ledger) -> None:
        self._db = db
        self._clock = clock
        self.ledger = ledger
        self.stills = FilmStills(ledger)
        self._encoding = ThreadPoolExecutor(_ENCODED_AT_ONCE, thread_name_prefix="masked films")
        """Apart, so that the recorder's threads do not wait for FFmpeg."""
        self._tickets: OrderedDict[str, FilmTicket] = OrderedDict()

    def give(self, ticket: FilmTicket) -> FilmTicket:
        while len(self._tickets) >= MOST:
            self._tickets.popitem(last=False)
        ticket.looked_ms = self._clock.now_ms()
        self._tickets[ticket.token] = ticket
        return ticket

    async def _ticket(self, token: str) -> FilmTicket | None:
        """None: it never was, is over, or who got it may not look any more."""
        ticket, now_ms = self._tickets.get(token), self._clock.now_ms()
        if ticket is None or now_ms > ticket.until_ms:
            return None
        if now_ms - ticket.looked_ms > ALIVE_MS:
            if not await ticket.alive():
                self._tickets.pop(token, None)
                return None
            ticket.looked_ms = now_ms
        return ticket

    async def __call__(self, scope: MutableMapping[str, Any], send: Send) -> None:
        query = _query(scope)
        ticket = await self._ticket(query.get("token", [""])[0][:64])
        if ticket is None:
            await _refuse(send, 403, b'{"code":"video.token_unknown"}')
            return
        name = str(scope["path"]).rpartition("/")[2].removesuffix(".mp4")
        if name == DOWNLOAD and ticket.joined is not None:
            self._tickets.pop(ticket.token, None)  # once
            await self._send_joined(scope, send, ticket)
            return
        segment = await self._segment(ticket, name)
        if segment is None:
            await _refuse(send, 404, b'{"code":"not_found"}')
            return
        await self._send_segment(scope, send, segment, query.get("at", [""])[0])

    async def _segment(self, ticket: FilmTicket, name: str) -> Segment | None:
        if ticket.joined is not None or not name.isascii() or not name.isdigit() or len(name) > 18:
            return None
        segment = await queries.segment(Scope.system(ticket.tenant_id, "video"), self._db, int(name))
        if segment is None or segment.iot_id != ticket.iot_id:
            return None
        inside = segment.end_ms >= ticket.begin_ms and segment.begin_ms < ticket.end_ms
        return segment if inside else None

    async def _send_segment(
        self, scope: MutableMapping[str, Any], send: Send, segment: Segment, at: str
    ) -> None:
        path = self.ledger.path(segment)
        try:
            there = await self.ledger.blocking(lambda: files.contents(path))
        except OSError:
            await _refuse(send, 404, b'{"code":"not_found"}')
            return
        if at.isascii() and at.isdigit() and len(at) < 9 and there.extents:
            first = there.extents[files.begin_of(there, int(at) * 90)].at
            ranges = [(0, there.head), (first, there.size - first)]
            await self._send(scope, send, path, ranges, [])
            return
        asked = next((value for name, value in scope["headers"] if name == b"range"), b"")
        match = _RANGE.fullmatch(asked)
        if match is None:
            await self._send(scope, send, path, [(0, there.size)], [(b"accept-ranges", b"bytes")])
            return
        begin = int(match[1])
        end = min(int(match[2]) if match[2] else there.size - 1, there.size - 1)
        if begin > end:
            await _refuse(send, 416, b"", ((b"content-range", b"bytes */%d" % there.size),))
            return
        part = (b"content-range", b"bytes %d-%d/%d" % (begin, end, there.size))
        await self._send(scope, send, path, [(begin, end - begin + 1)], [part], status=206)

    async def _send(
        self,
        scope: MutableMapping[str, Any],
        send: Send,
        path: Path,
        ranges: list[tuple[int, int]],
        headers: list[tuple[bytes, bytes]],
        *,
        status: int = 200,
    ) -> None:
        size = sum(part for _, part in ranges)
        await send(_start(status, size, headers))
        await self._body(scope, send, files.read_parts(path, ranges))

    async def _send_joined(self, scope: MutableMapping[str, Any], send: Send, ticket: FilmTicket) -> None:
        assert ticket.export is not None
        name = quote(ticket.name)
        saved = (b"content-disposition", f"attachment; filename*=UTF-8''{name}".encode())
        await send(_start(200, None, [saved], b"application/zip"))
        await self._body(scope, send, iter(ticket.export), partial(self._keep_hash, ticket))

    async def _keep_hash(self, ticket: FilmTicket) -> None:
        assert ticket.export is not None
        keep = partial(looks.keep_hash, view_id=ticket.view_id, sha256=ticket.export.sha256)
        try:
            await self._db.run(keep)
        except Exception:  # the file is whole, and its manifest says the same
            log.exception("the hash of an exported recording could not be kept")

    async def _body(
        self,
        scope: MutableMapping[str, Any],
        send: Send,
        parts: Iterator[bytes],
        over: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        threads = self.ledger.threads if over is None else self._encoding
        if scope["method"] != "HEAD":
            loop = asyncio.get_running_loop()
            while data := await loop.run_in_executor(threads, lambda: next(parts, b"")):
                await send({"type": "http.response.body", "body": data, "more_body": True})
                await asyncio.sleep(0)
            if over is not None:
                await over()
        await send({"type": "http.response.body", "body": b""})


def _query(scope: MutableMapping[str, Any]) -> dict[str, list[str]]:
    try:
        return parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=10)
    except ValueError:
        return {}


def _start(
    status: int, size: int | None, headers: list[tuple[bytes, bytes]], kind: bytes = b"video/mp4"
) -> dict[str, Any]:
    always = [
        (b"content-type", kind),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if size is not None:
        always.append((b"content-length", b"%d" % size))
    return {"type": "http.response.start", "status": status, "headers": [*always, *headers]}


async def _refuse(send: Send, status: int, body: bytes, more: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
