"""One request and its answer: the ASGI `receive` and `send` of one call of the application."""

import asyncio
from typing import Any, Protocol

from linli.kernel.http.heads import STATUS_LINES, date_header
from linli.kernel.http.types import Message

PAUSE_ABOVE = 262_144
"""Bytes of a request body held before the application takes them."""


class Disconnected(ConnectionError):
    """The client went away while the answer was being written."""


class Line(Protocol):
    """The interface of the connection for an exchange."""

    write_paused: bool

    @property
    def stopping(self) -> bool:
        """The listener stops: an answer is the last one of its connection."""
        ...

    def write(self, data: bytes) -> None: ...

    async def drained(self) -> None:
        """Return once the client takes more."""
        ...

    def resume_reading(self) -> None: ...

    def exchange_finished(self, exchange: "Exchange", keep_alive: bool) -> None: ...


class Exchange:
    __slots__ = (
        "_body",
        "_chunked",
        "_chunks",
        "_complete",
        "_connection",
        "_disconnected",
        "_finished",
        "_has_length",
        "_head",
        "_keep_alive",
        "_lengthless",
        "_started",
        "_taken",
        "_waiter",
        "expect_continue",
        "head_only",
        "scope",
    )

    def __init__(
        self,
        connection: Line,
        scope: dict[str, Any],
        *,
        head_only: bool,
        keep_alive: bool,
        chunks: bool,
    ) -> None:
        """`chunks`: the client understands chunked answers; the end of another's long answer is the connection's."""
        self.scope = scope
        self.head_only = head_only
        self.expect_continue = False
        self._connection = connection
        self._keep_alive = keep_alive
        self._body = bytearray()
        self._complete = False
        self._taken = False
        self._disconnected = False
        self._waiter: asyncio.Future[None] | None = None
        self._head = b""
        self._has_length = False
        self._lengthless = False
        self._started = False
        self._chunks = chunks
        self._chunked = False
        self._finished = False

    # what the connection feeds

    def feed(self, data: bytes) -> int:
        """Take a piece of the body; the bytes now held."""
        self._body += data
        self._wake()
        return len(self._body)

    def end_of_body(self) -> None:
        self._complete = True
        self._wake()

    def disconnect(self) -> None:
        self._disconnected = True
        self._wake()

    @property
    def finished(self) -> bool:
        return self._finished

    @property
    def started(self) -> bool:
        return self._started

    @property
    def disconnected(self) -> bool:
        return self._disconnected

    @property
    def body_complete(self) -> bool:
        return self._complete

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # what the application calls

    async def receive(self) -> Message:
        while not (self._body or self._complete or self._disconnected):
            if self.expect_continue:
                self.expect_continue = False
                self._connection.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await self._wait()
        if not self._taken and (self._body or self._complete):
            data = bytes(self._body)
            self._body.clear()
            self._taken = self._complete
            if not self._complete:
                self._connection.resume_reading()
            return {"type": "http.request", "body": data, "more_body": not self._complete}
        while not (self._disconnected or self._finished):
            await self._wait()
        return {"type": "http.disconnect"}

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    async def send(self, message: Message) -> None:
        if self._disconnected:
            raise Disconnected
        if message["type"] == "http.response.start":
            self._start(message)
            return
        if self._finished:
            raise RuntimeError("the answer is already complete")
        body: bytes = message.get("body", b"")
        more: bool = message.get("more_body", False)
        connection = self._connection
        if self._head:
            head = self._head
            if not self._has_length and not self._lengthless:
                if not more:
                    head = b"%sContent-Length: %d\r\n" % (head, len(body))
                elif self._chunks:
                    self._chunked = True
                    head += b"Transfer-Encoding: chunked\r\n"
            connection.write(head + b"\r\n" + self._framed(body))
            self._head = b""
        elif not self.head_only:
            connection.write(self._framed(body))
        if more:
            if connection.write_paused:
                await connection.drained()
            return
        if self._chunked and not self.head_only:
            connection.write(b"0\r\n\r\n")
        self._finished = True
        self._wake()
        connection.exchange_finished(self, self._keep_alive)

    def _start(self, message: Message) -> None:
        if self._started:
            raise RuntimeError("the answer has already begun")
        status: int = message["status"]
        parts = [STATUS_LINES[status], date_header()]
        lines = 2
        for name, value in message.get("headers", ()):
            lower = name.lower()
            if lower == b"content-length":
                name = b"Content-Length"
                self._has_length = True
            elif lower == b"connection":
                self._keep_alive = self._keep_alive and value.lower() != b"close"
                continue
            elif lower in (b"transfer-encoding", b"date"):
                continue
            parts += (name, b": ", value, b"\r\n")
            lines += 1
        if not self._complete or self._connection.stopping:
            self._keep_alive = False
        if not self._keep_alive:
            parts.append(b"Connection: close\r\n")
            lines += 1
        head = b"".join(parts)
        if head.count(b"\n") != lines or head.count(b"\r") != lines:
            raise ValueError("a header of the answer holds a line break")
        if status in (204, 304):
            self.head_only = self._lengthless = True  # RFC 9110, 8.6
        self._head = head
        self._started = True

    def _framed(self, body: bytes) -> bytes:
        if self.head_only or not body:
            return b""
        return b"%x\r\n%s\r\n" % (len(body), body) if self._chunked else body
