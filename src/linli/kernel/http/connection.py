"""One client connection: parses requests, runs the application for each in turn, and keeps every limit."""

import asyncio
import time
from collections import deque
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import httptools
import msgspec

from linli.kernel import telemetry
from linli.kernel.http.exchange import PAUSE_ABOVE, STATUS_LINES, Exchange

if TYPE_CHECKING:
    from linli.kernel.http.server import HttpServer

log = telemetry.logger(__name__)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    header_bytes: int = 32_768
    header_count: int = 100
    body_bytes: int = 64 * 1024 * 1024
    """Hard bound of any request body; applications set tighter ones."""
    header_seconds: float = 10.0
    """From the first byte of a request to the end of its headers."""
    body_seconds: float = 30.0
    """Between two pieces of a body."""
    idle_seconds: float = 75.0
    pipelined: int = 16
    connections: int = 10_000


LINGER_SECONDS = 2.0
_EAGER_BODY = 65_536
"""Requests with shorter bodies reach the application whole, and only then."""


class _Date:
    second = 0
    header = b""


def date_header() -> bytes:
    now = int(time.time())
    if now != _Date.second:
        _Date.second, _Date.header = now, f"Date: {formatdate(now, usegmt=True)}\r\n".encode()
    return _Date.header


class Connection(asyncio.Protocol):
    def __init__(self, server: "HttpServer") -> None:
        self._server = server
        self._limits = server.limits
        self._loop = server.loop
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._header_bytes = 0
        self._length: int | None = None
        self._expect = False
        self._upgrade = False
        self._raw_left = 0
        """Bytes of a body still to come that the parser does not see, as it stops after an offer to upgrade."""
        self._body_bytes = 0
        self._reading: Exchange | None = None
        self._waiting: deque[Exchange] = deque()
        self._running: Exchange | None = None
        self._task: asyncio.Task[None] | None = None
        self._paused = False
        self._closing = False
        self._lingering = False
        self._began: float | None = None
        """When the headers now being read began to arrive."""
        self._drain_waiters: list[asyncio.Future[None]] = []
        self.write_paused = False
        self.date_header = date_header
        self._base: dict[str, Any] = {}
        self.active_since = time.monotonic()
        """Last progress, for the sweep that ends slow and idle connections."""

    # transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class is no subclass of it
        client, local = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        secure = transport.get_extra_info("sslcontext") is not None
        self._base = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "https" if secure else "http",
            "root_path": "",
            "client": tuple(client[:2]) if client else None,
            "server": tuple(local[:2]) if local else None,
        }
        if not self._server.opened(self):
            self._refuse(503)

    def connection_lost(self, error: Exception | None) -> None:
        self._closing = True
        self._server.closed(self)
        for exchange in (self._running, self._reading, *self._waiting):
            if exchange is not None:
                exchange.disconnect()
        self._waiting.clear()
        self.resume_writing()

    def eof_received(self) -> bool:
        return False

    def pause_writing(self) -> None:
        self.write_paused = True

    def resume_writing(self) -> None:
        self.write_paused = False
        waiters, self._drain_waiters = self._drain_waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def drained(self) -> None:
        if self.write_paused and not self._closing:
            waiter = self._loop.create_future()
            self._drain_waiters.append(waiter)
            await waiter

    def write(self, data: bytes) -> None:
        if not self._closing:
            self._transport.write(data)

    def resume_reading(self) -> None:
        if self._paused and not self._closing and len(self._waiting) < self._limits.pipelined:
            self._paused = False
            self._transport.resume_reading()

    def _pause_reading(self) -> None:
        if not self._paused and not self._closing:
            self._paused = True
            self._transport.pause_reading()

    # parsing

    def data_received(self, data: bytes) -> None:
        if self._lingering:
            return
        self.active_since = self._server.now
        while data:
            try:
                if self._raw_left:
                    data = self._raw_body(data)
                    continue
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                # Offers of h2c or websocket are declined by going on in HTTP/1.1 (RFC 9110, 7.8).
                data = data[upgrade.args[0] :]
                self._parser = httptools.HttpRequestParser(self)
                continue
            except (httptools.HttpParserError, httptools.HttpParserCallbackError) as error:
                if not self._closing:
                    self._refuse(error.__context__.status if isinstance(error.__context__, _Refused) else 400)
            return

    def _raw_body(self, data: bytes) -> bytes:
        piece, rest = data[: self._raw_left], data[self._raw_left :]
        self._raw_left -= len(piece)
        self.on_body(piece)
        if not self._raw_left:
            self.on_message_complete()
        return rest

    def on_message_begin(self) -> None:
        self._began = self._server.now
        self._url = b""
        self._headers = []
        self._header_bytes = self._body_bytes = 0
        self._length = None
        self._expect = self._upgrade = False

    def on_url(self, url: bytes) -> None:
        self._url += url
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        self._count(len(name) + len(value) + 4)
        headers = self._headers
        headers.append((name, value))
        if len(headers) > self._limits.header_count:
            raise _Refused(431)
        if name == b"content-length":
            self._length = int(value)
        elif name == b"expect" and value.lower() == b"100-continue":
            self._expect = True
        elif name == b"upgrade":
            self._upgrade = True

    def _count(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > self._limits.header_bytes:
            raise _Refused(431)

    def on_headers_complete(self) -> None:
        self._began = None
        if self._length is not None and self._length > self._limits.body_bytes:
            raise _Refused(413)
        path, _, query = self._url.partition(b"?")
        if not path.startswith(b"/"):
            # absolute-form, as proxies send it
            path = b"/" + path.partition(b"://")[2].partition(b"/")[2] if b"://" in path else path or b"/"
        method = self._parser.get_method().decode("ascii")
        scope = {
            **self._base,
            "method": method,
            "path": path.decode("latin-1") if b"%" not in path else unquote(path.decode("latin-1")),
            "raw_path": path,
            "query_string": query,
            "headers": self._headers,
        }
        exchange = Exchange(
            self,
            scope,
            head_only=method == "HEAD",
            keep_alive=self._parser.should_keep_alive() and not self._server.stopping,
        )
        exchange.expect_continue = self._expect
        self._reading = exchange
        if self._upgrade and self._length:
            self._raw_left = self._length
        chunked = self._length is None and any(name == b"transfer-encoding" for name, _ in self._headers)
        if self._expect or chunked or (self._length or 0) > _EAGER_BODY:
            self._offer(exchange)

    def on_body(self, body: bytes) -> None:
        exchange = self._reading
        assert exchange is not None
        self._body_bytes += len(body)
        if self._body_bytes > self._limits.body_bytes:
            raise _Refused(413)
        if exchange.feed(body) > PAUSE_ABOVE:
            self._pause_reading()

    def on_message_complete(self) -> None:
        if self._raw_left:
            return
        exchange, self._reading = self._reading, None
        assert exchange is not None
        exchange.end_of_body()
        if exchange is not self._running and exchange not in self._waiting and not exchange.finished:
            self._offer(exchange)

    # running

    def _offer(self, exchange: Exchange) -> None:
        if self._running is None:
            self._run(exchange)
        else:
            self._waiting.append(exchange)
            if len(self._waiting) >= self._limits.pipelined:
                self._pause_reading()

    def _run(self, exchange: Exchange) -> None:
        self._running = exchange
        # Started at once, without a turn of the loop: most calls finish in this very step.
        task = asyncio.Task(self._call(exchange), loop=self._loop, eager_start=True)
        if not task.done():
            self._task = task
            self._server.tasks.add(task)
            task.add_done_callback(self._server.tasks.discard)

    async def _call(self, exchange: Exchange) -> None:
        try:
            await self._server.app(exchange.scope, exchange.receive, exchange.send)
        except (ConnectionError, asyncio.CancelledError):
            self._abort()
            return
        except Exception:
            log.exception("the application failed on %s", exchange.scope["path"])
        if not exchange.finished:
            if exchange.started:
                self._abort()
            else:
                self._refuse(500)

    def exchange_finished(self, exchange: Exchange, keep_alive: bool) -> None:
        self._running = None
        self._task = None
        self.active_since = self._server.now
        if not exchange.body_complete:
            self._linger()
        elif not keep_alive or self._server.stopping:
            self._close()
        elif self._waiting:
            self._loop.call_soon(self._next)
        elif self._paused:
            self.resume_reading()

    def _next(self) -> None:
        if self._waiting and self._running is None and not self._closing:
            self._run(self._waiting.popleft())
            self.resume_reading()

    # ends

    def check(self, now: float) -> None:
        """End the connection when it makes no progress. Called about once a second."""
        waited = now - self.active_since
        if self._lingering:
            if waited > LINGER_SECONDS:
                self._abort()
        elif self._began is not None:
            if now - self._began > self._limits.header_seconds:
                self._refuse(408)
        elif self._reading is not None:
            if waited > self._limits.body_seconds and not self._paused:
                self._refuse(408)
        elif self._running is None and waited > self._limits.idle_seconds:
            self._close()

    def shutdown(self) -> None:
        """Close now if nothing is running; else after the answer."""
        if self._running is None:
            self._close()

    def _refuse(self, status: int) -> None:
        if not self._closing and not (self._running and self._running.started):
            self.write(
                STATUS_LINES[status] + date_header() + b"Content-Length: 0\r\nConnection: close\r\n\r\n"
            )
        if self._reading is not None:
            self._reading.disconnect()
        self._linger()

    def _linger(self) -> None:
        """Close, but read on for a moment: closing with unread data would reset the answer away (RFC 9112, 9.6)."""
        if self._closing:
            return
        self._lingering = True
        self.active_since = self._server.now
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._close()

    def _close(self) -> None:
        self._closing = True
        self._transport.close()

    def _abort(self) -> None:
        self._closing = True
        self._transport.abort()


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
