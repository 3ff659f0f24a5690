"""The live stream over a WebSocket: what `GET /live` answers, one message for each event.

A browser opens six connections to a host at most, streams of all its windows among them, so that pages with a few of
them would wait for each other; WebSockets are not counted there. The request goes through the same application as the
stream, so that the same session, rights and scopes decide.
"""

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any, Final, cast
from urllib.parse import urlsplit

from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, Event, Ping, TextMessage
from wsproto.frame_protocol import CloseReason

from linli.kernel.http import ASGIApp, Message, Refused, Switch
from linli.protocols.websocket import HandshakeRefused, MessageReader, WebSocketError, Whole, accept

PATH: Final = "/api/console/live"
REFUSED: Final = 4000
"""With the HTTP status added: why the stream was not opened, as the code of our Close."""
PING_SECONDS: Final = 20.0
SILENT_SECONDS: Final = 70.0
"""A line over which nothing came for so long, not even a pong, is dead."""
_MOST_HEARD: Final = 1024
_MOST_UNSENT: Final = 64 * 1024
_OF_THE_HANDSHAKE: Final = (b"upgrade", b"connection", b"sec-websocket-")


def upgrade(app: ASGIApp) -> Callable[[MutableMapping[str, Any]], Switch]:
    """For the HTTP server, at `PATH`: only for pages of the platform itself."""

    def take(scope: MutableMapping[str, Any]) -> Switch:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if not _of_our_page(headers):
            raise Refused(403)
        try:
            head = accept(headers, ())
        except HandshakeRefused as refused:
            raise Refused(refused.status) from refused
        asked = [(name, value) for name, value in headers if not name.startswith(_OF_THE_HANDSHAKE)]
        return Switch(head, LiveSocket(app, {**scope, "headers": asked}))

    return take


def _of_our_page(headers: list[tuple[bytes, bytes]]) -> bool:
    """Browsers send the cookie with a WebSocket of any page of the same site; they always say which page it is of."""
    origins = [value.decode("latin-1") for name, value in headers if name == b"origin"]
    hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
    return len(origins) == 1 and [urlsplit(origins[0]).netloc] == hosts


class LiveSocket(asyncio.Protocol):
    """One page's end."""

    def __init__(self, app: ASGIApp, scope: MutableMapping[str, Any]) -> None:
        self._app = app
        self._scope = scope
        self._frames = Connection(ConnectionType.SERVER)
        self._messages = MessageReader(self._frames, _MOST_HEARD)
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._last = 0.0
        self._asked = False
        self._gone = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._status = 0
        self._begun = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=_MOST_UNSENT)
        loop = asyncio.get_running_loop()
        self._last = loop.time()
        self._timer = loop.call_later(PING_SECONDS, self._ping)
        self._task = loop.create_task(self._run())

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._gone.set()
        self._room.set()

    def data_received(self, data: bytes) -> None:
        """The page has nothing to say: what it does say ends the line."""
        self._last = asyncio.get_running_loop().time()
        try:
            for event in self._messages.feed(data):
                match event:
                    case Whole():
                        self._close(CloseReason.POLICY_VIOLATION)
                    case Ping():
                        if self._room.is_set():  # an end that does not read gets no pongs either
                            self._write(event.response())
                    case CloseConnection():
                        self._close(event.code)
        except WebSocketError as error:
            self._close(error.code)

    def pause_writing(self) -> None:
        self._room.clear()

    def resume_writing(self) -> None:
        self._room.set()

    async def _run(self) -> None:
        try:
            await self._app(self._scope, self._receive, self._send)
        finally:
            self._close(
                CloseReason.NORMAL_CLOSURE if self._status == 200 else REFUSED + (self._status or 500)
            )

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        elif self._status == 200:
            *events, self._begun = (self._begun + message.get("body", b"")).split(b"\n\n")
            for event in events:
                await self._room.wait()
                self._write(TextMessage(event.decode()))
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._end()

    def _end(self) -> None:
        self._gone.set()
        self._close(CloseReason.NORMAL_CLOSURE if self._status == 200 else REFUSED + (self._status or 500))

    def _write(self, event: Event) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(self._frames.send(event))

    def _close(self, code: int) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._write(CloseConnection(code))
            self._transport.close()

    def _ping(self) -> None:
        loop = asyncio.get_running_loop()
        if self._transport is None or self._transport.is_closing():
            return
        if loop.time() - self._last > SILENT_SECONDS:
            self._transport.abort()
            return
        self._write(Ping())
        self._timer = loop.call_later(PING_SECONDS, self._ping)
