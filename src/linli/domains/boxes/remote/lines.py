"""Ends of tunnels in this process: WebSockets of boxes and browsers, and our own for calls of the console.

An end passes received data to the exchange and sends the exchange's data. It pauses while the other end is slower.
"""

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any, Final, Protocol, cast
from urllib.parse import urlsplit

from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.frame_protocol import CloseReason

from linli.kernel.http import Refused, Switch
from linli.protocols.edge_remote.wire import MAX_MESSAGE
from linli.protocols.websocket import HandshakeRefused, MessageReader, WebSocketError, Whole, accept

TICKET_CHARS: Final = range(20, 129)
PING_SECONDS: Final = 20.0
SILENT_SECONDS: Final = 70.0
"""A line over which nothing came for so long, not even a pong, is dead."""


class End(Protocol):
    """One end, as the exchange sees it."""

    full: bool
    """It is slower than what it is to send."""

    def send(self, data: bytes, text: bool) -> None: ...

    def hold(self) -> None:
        """Take nothing more from this end for now."""

    def go_on(self) -> None: ...

    def close(self, code: int = CloseReason.NORMAL_CLOSURE) -> None: ...


class Heard(Protocol):
    """The exchange, as an end sees it."""

    def came(self, side: str, ticket: str, end: End) -> None: ...

    def heard(self, end: End, data: bytes, text: bool) -> None: ...

    def full(self, end: End) -> None:
        """This end is slower than what it is to send."""

    def drained(self, end: End) -> None: ...

    def lost(self, end: End, *, too_much: bool = False) -> None: ...


def upgrade(
    side: str, prefix: str, exchange: Heard, *, same_origin: bool
) -> Callable[[MutableMapping[str, Any]], Switch]:
    """For the HTTP server, at `prefix`, behind which the ticket stands.

    `same_origin`: only pages of the platform itself; a box sends no Origin.
    """

    def take(scope: MutableMapping[str, Any]) -> Switch:
        ticket = scope["path"].removeprefix(prefix)
        if len(ticket) not in TICKET_CHARS or not ticket.replace("-", "").replace("_", "").isalnum():
            raise Refused(404)
        if same_origin and not _of_our_page(scope["headers"]):
            raise Refused(403)
        try:
            head = accept(scope["headers"], ())
        except HandshakeRefused as refused:
            raise Refused(refused.status) from refused
        return Switch(head, WebSocketEnd(side, ticket, exchange))

    return take


def _of_our_page(headers: list[tuple[bytes, bytes]]) -> bool:
    values = {name: value.decode("latin-1") for name, value in headers if name in (b"origin", b"host")}
    origin = values.get(b"origin")
    return origin is None or urlsplit(origin).netloc == values.get(b"host")


class WebSocketEnd(asyncio.Protocol):
    """A box's or a browser's end."""

    def __init__(self, side: str, ticket: str, exchange: Heard) -> None:
        self._side = side
        self._ticket = ticket
        self._exchange = exchange
        self._frames = Connection(ConnectionType.SERVER)
        self._messages = MessageReader(self._frames, MAX_MESSAGE)
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._last = 0.0
        self._over = False
        self.full = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=256 * 1024)
        self._last = asyncio.get_running_loop().time()
        self._ping()
        self._exchange.came(self._side, self._ticket, self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._tell_lost()

    def _tell_lost(self, *, too_much: bool = False) -> None:
        if not self._over:
            self._over = True
            self._exchange.lost(self, too_much=too_much)

    def data_received(self, data: bytes) -> None:
        self._last = asyncio.get_running_loop().time()
        try:
            for event in self._messages.feed(data):
                match event:
                    case Whole():
                        self._exchange.heard(self, event.data, event.text)
                    case Ping():
                        if not self.full:  # an end that does not read gets no pongs either
                            self._write(event.response())
                    case CloseConnection():
                        self.close(event.code)
                        self._tell_lost()
        except WebSocketError as error:
            self.close(error.code)
            self._tell_lost(too_much=error.code == CloseReason.MESSAGE_TOO_BIG)

    def pause_writing(self) -> None:
        self.full = True
        self._exchange.full(self)

    def resume_writing(self) -> None:
        self.full = False
        self._exchange.drained(self)

    def send(self, data: bytes, text: bool) -> None:
        self._write(TextMessage(data.decode()) if text else BytesMessage(data))

    def hold(self) -> None:
        if self._transport is not None and not self._transport.is_closing() and self._transport.is_reading():
            self._transport.pause_reading()

    def go_on(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._last = asyncio.get_running_loop().time()
            if not self._transport.is_reading():
                self._transport.resume_reading()

    def close(self, code: int = CloseReason.NORMAL_CLOSURE) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._write(CloseConnection(code))
            self._transport.close()

    def _write(self, event: Event) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(self._frames.send(event))

    def _ping(self) -> None:
        loop = asyncio.get_running_loop()
        if self._transport is None or self._transport.is_closing():
            return
        if self._transport.is_reading() and loop.time() - self._last > SILENT_SECONDS:
            self._transport.abort()
            return
        self._write(Ping())
        self._timer = loop.call_later(PING_SECONDS, self._ping)
