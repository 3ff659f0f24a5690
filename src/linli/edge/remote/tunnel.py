"""The box's end of a tunnel: it opens a WebSocket to the cloud with the ticket from the cloud, and serves one kind.

The box never listens for this. A tunnel ends when either side ends it, when the cloud stays silent, or after its time.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final, Protocol
from urllib.parse import SplitResult, urlsplit

import h11
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, RejectConnection, Request, TextMessage
from wsproto.frame_protocol import CloseReason
from wsproto.handshake import H11Handshake
from wsproto.utilities import ProtocolError

from linli.kernel import telemetry
from linli.protocols.edge_remote.wire import MAX_MESSAGE, WireError
from linli.protocols.websocket import MessageReader, WebSocketError, Whole

log = telemetry.logger(__name__)

OPEN_SECONDS: Final = 10.0
PING_SECONDS: Final = 20.0
SILENCE_SECONDS: Final = 60.0
"""The cloud answers pings; a line that says nothing for so long is dead."""
_MOST_AT_ONCE: Final = 65_536


class TunnelClosed(Exception):
    """The tunnel could not be opened, or has ended."""


class Serves(Protocol):
    """The handling of frames by a kind of tunnel. `hear` may wait, and so holds the sender back."""

    async def run(self) -> None:
        """Return when there is nothing more to serve."""
        ...

    async def hear(self, data: bytes, text: bool) -> None: ...

    async def stop(self) -> None: ...


class Line:
    """An open WebSocket, from the client's side."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, frames: Connection
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._frames = frames
        self._messages = MessageReader(frames, MAX_MESSAGE)
        self._closing = False

    @classmethod
    async def open(cls, url: str, *, headers: Mapping[str, str]) -> "Line":
        """`url`: http(s) or ws(s). Raises TunnelClosed."""
        parts = urlsplit(url)
        secure = parts.scheme in ("https", "wss")
        host, port = parts.hostname or "", parts.port or (443 if secure else 80)
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                context = ssl.create_default_context() if secure else None
                reader, writer = await asyncio.open_connection(host, port, ssl=context)
                try:
                    frames = await _shaken(reader, writer, _request(parts, port, headers))
                except BaseException:
                    writer.close()
                    raise
        except (OSError, TimeoutError, ValueError, ProtocolError, h11.ProtocolError) as error:
            raise TunnelClosed(f"{host}:{port}: {str(error) or type(error).__name__}") from error
        return cls(reader, writer, frames)

    async def messages(self) -> list[Whole]:
        """The next ones; empty at the end. Raises WebSocketError, TimeoutError."""
        if self._closing:
            return []
        ready = list(self._answered(b""))  # what came behind the handshake's answer
        while not ready and not self._closing:
            async with asyncio.timeout(SILENCE_SECONDS):
                data = await self._reader.read(_MOST_AT_ONCE)
            if not data:
                return []
            ready = list(self._answered(data))
        return ready

    def _answered(self, data: bytes) -> Iterator[Whole]:
        """The messages that are now complete; other frames are answered."""
        for event in self._messages.feed(data):
            match event:
                case Whole():
                    yield event
                case Ping():
                    self._write(event.response())
                case CloseConnection():
                    self.close(event.code)

    async def send(self, data: bytes, text: bool) -> None:
        """Waits while the line is slower than we are. Raises ConnectionError when it is gone."""
        self._write(TextMessage(data.decode()) if text else BytesMessage(data))
        await self._writer.drain()

    async def ping(self) -> None:
        while True:
            await asyncio.sleep(PING_SECONDS)
            self._write(Ping())

    def _write(self, event: Event) -> None:
        if self._closing or self._writer.is_closing():
            raise ConnectionResetError("the tunnel is closed")
        self._writer.write(self._frames.send(event))

    def close(self, code: int = CloseReason.NORMAL_CLOSURE) -> None:
        if not self._closing:
            self._closing = True
            if not self._writer.is_closing():
                self._writer.write(self._frames.send(CloseConnection(code)))
                self._writer.close()

    async def closed(self) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(2):
                await self._writer.wait_closed()


def _request(parts: SplitResult, port: int, headers: Mapping[str, str]) -> Request:
    """Raises ValueError where a name or a path cannot be written."""
    host = parts.hostname or ""
    named = f"[{host}]" if ":" in host else host.encode("idna").decode()
    return Request(
        host=f"{named}:{port}",
        target=parts.path + (f"?{parts.query}" if parts.query else ""),
        extra_headers=[(name.encode(), value.encode()) for name, value in headers.items()],
    )


async def _shaken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request) -> Connection:
    """The connection once the other side agreed. Raises OSError, ProtocolError."""
    handshake = H11Handshake(ConnectionType.CLIENT)
    writer.write(handshake.send(request))
    while handshake.connection is None:
        data = await reader.read(_MOST_AT_ONCE)
        if not data:
            raise ConnectionResetError("no answer")
        handshake.receive_data(data)
        for event in handshake.events():
            if isinstance(event, RejectConnection):
                raise ConnectionRefusedError(f"HTTP {event.status_code}")
    return handshake.connection


async def serve(
    line: Line, make: Callable[[Callable[[bytes, bool], Awaitable[None]]], Awaitable[Serves]]
) -> None:
    """Serve a line until one side ends it. The service is stopped in any case."""
    code: int = CloseReason.NORMAL_CLOSURE
    served = await make(line.send)
    tasks = {
        asyncio.create_task(served.run(), name="tunnel-run"),
        asyncio.create_task(_hear(line, served), name="tunnel-hear"),
        asyncio.create_task(line.ping(), name="tunnel-ping"),
    }
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            error = task.exception()
            if isinstance(error, WebSocketError):
                code = error.code
            elif isinstance(error, WireError):
                code = CloseReason.POLICY_VIOLATION
            elif error is not None and not isinstance(error, (ConnectionError, TimeoutError)):
                log.error("a tunnel failed", exc_info=error)
                code = CloseReason.POLICY_VIOLATION
    finally:
        for task in tasks:
            task.cancel()
        try:  # each step also where we are cancelled in the one before it: a shell must not stay behind
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            try:
                await served.stop()
            finally:
                line.close(code)
        await line.closed()


async def _hear(line: Line, served: Serves) -> None:
    while messages := await line.messages():
        for message in messages:
            await served.hear(message.data, message.text)
