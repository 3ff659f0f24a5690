"""A WebSocket that a page or a box opened here: frames in and out, pings, and its end. What is said is its owner's."""

import asyncio
from typing import Final, cast
from urllib.parse import urlsplit

from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, Event, Ping
from wsproto.frame_protocol import CloseReason

from linli.protocols.websocket import MessageReader, WebSocketError, Whole

PING_SECONDS: Final = 20.0
SILENT_SECONDS: Final = 70.0
"""A line over which nothing came for so long, not even a pong, is dead."""

type Headers = list[tuple[bytes, bytes]]


def is_own_page(headers: Headers, *, silent: bool = False) -> bool:
    """Whether a page of the platform itself asks. `silent`: or a program, which sends no Origin as browsers always do.

    Browsers send cookies with a WebSocket of any page of the same site.
    """
    origins = [value.decode("latin-1") for name, value in headers if name == b"origin"]
    hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
    if not origins:
        return silent
    return len(origins) == 1 and [urlsplit(origins[0]).netloc] == hosts


class WebSocketLine(asyncio.Protocol):
    """The server's end. Subclasses hear whole messages in `heard`, and of the end once in `ended`."""

    def __init__(self, *, max_message: int, max_unsent: int) -> None:
        """`max_message`: bytes; a longer one ends the line. `max_unsent`: beyond it the line is `full`."""
        self._frames = Connection(ConnectionType.SERVER)
        self._messages = MessageReader(self._frames, max_message)
        self._max_unsent = max_unsent
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._last = 0.0
        self._over = False
        self.full = False
        """The other end is slower than what it is sent."""

    def heard(self, message: Whole) -> None:
        """A message came."""

    def ended(self, *, too_much: bool) -> None:
        """The line is over. `too_much`: by a message beyond the limit."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=self._max_unsent)
        self._last = asyncio.get_running_loop().time()
        self._ping()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._tell_ended()

    def data_received(self, data: bytes) -> None:
        self._last = asyncio.get_running_loop().time()
        try:
            for event in self._messages.feed(data):
                match event:
                    case Whole():
                        self.heard(event)
                    case Ping():
                        if not self.full:  # an end that does not read gets no pongs either
                            self.write(event.response())
                    case CloseConnection():
                        self.close(event.code)
                        self._tell_ended()
        except WebSocketError as error:
            self.close(error.code)
            self._tell_ended(too_much=error.code == CloseReason.MESSAGE_TOO_BIG)

    def pause_writing(self) -> None:
        self.full = True

    def resume_writing(self) -> None:
        self.full = False

    def write(self, event: Event) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(self._frames.send(event))

    def write_frame(self, frame: bytes) -> None:
        """A whole message that was packed already, for this line and others."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(frame)

    def close(self, code: int = CloseReason.NORMAL_CLOSURE) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self.write(CloseConnection(code))
            self._transport.close()

    def hold(self) -> None:
        """Take nothing more from this end for now; it is not asked for signs of life meanwhile."""
        if self._transport is not None and not self._transport.is_closing() and self._transport.is_reading():
            self._transport.pause_reading()

    def go_on(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._last = asyncio.get_running_loop().time()
            if not self._transport.is_reading():
                self._transport.resume_reading()

    def _tell_ended(self, *, too_much: bool = False) -> None:
        if not self._over:
            self._over = True
            self.ended(too_much=too_much)

    def _ping(self) -> None:
        loop = asyncio.get_running_loop()
        if self._transport is None or self._transport.is_closing():
            return
        if self._transport.is_reading() and loop.time() - self._last > SILENT_SECONDS:
            self._transport.abort()
            return
        self.write(Ping())
        self._timer = loop.call_later(PING_SECONDS, self._ping)
