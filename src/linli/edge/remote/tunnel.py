"""The box's end of a tunnel: it opens a WebSocket to the cloud with the ticket it was told, and serves one kind.

The box never listens for this. A tunnel ends when either side ends it, when the cloud stays silent, or after its time.
"""

import asyncio
import contextlib
import os
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol
from urllib.parse import urlsplit

from linli.kernel import telemetry
from linli.protocols import websocket_client as client
from linli.protocols.edge_remote.wire import MAX_MESSAGE, WireError
from linli.protocols.websocket import CloseCode, Frame, MessageReader, Opcode, WebSocketError

log = telemetry.logger(__name__)

OPEN_SECONDS: Final = 10.0
PING_SECONDS: Final = 20.0
SILENCE_SECONDS: Final = 60.0
"""The cloud answers pings; a line that says nothing for so long is dead."""


class TunnelClosed(Exception):
    """The tunnel could not be opened, or is no more."""


class Serves(Protocol):
    """What one kind of tunnel does with frames. `hear` may wait, and so holds the sender back."""

    async def run(self) -> None:
        """Return when there is nothing more to serve."""
        ...

    async def hear(self, data: bytes, text: bool) -> None: ...

    async def stop(self) -> None: ...


class Line:
    """An open WebSocket, from the client's side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._messages = MessageReader(MAX_MESSAGE, masked=False)
        self._closing = False

    @classmethod
    async def open(cls, url: str, *, headers: Mapping[str, str], tls: ssl.SSLContext | None = None) -> "Line":
        """`url`: http(s) or ws(s). Raises TunnelClosed."""
        parts = urlsplit(url)
        secure = parts.scheme in ("https", "wss")
        host, port = parts.hostname or "", parts.port or (443 if secure else 80)
        named = f"[{host}]" if ":" in host else host
        key = os.urandom(client.KEY_BYTES)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                context = (tls or ssl.create_default_context()) if secure else None
                reader, writer = await asyncio.open_connection(host, port, ssl=context)
                writer.write(client.request(f"{named}:{port}", path, key, headers.items()))
                head = await reader.readuntil(b"\r\n\r\n")
                client.check_answer(head[:-4], key)
        except (OSError, TimeoutError, ValueError, client.NotAccepted, asyncio.IncompleteReadError) as error:
            raise TunnelClosed(f"{host}:{port}: {str(error) or type(error).__name__}") from error
        except asyncio.LimitOverrunError as error:
            raise TunnelClosed(f"{host}:{port}: too long an answer") from error
        return cls(reader, writer)

    async def messages(self) -> list[Frame]:
        """The next ones; empty at the end. Raises WebSocketError, TimeoutError."""
        while not self._closing:
            async with asyncio.timeout(SILENCE_SECONDS):
                data = await self._reader.read(65_536)
            if not data:
                return []
            found = []
            for one in self._messages.feed(data):
                if one.opcode is Opcode.PING:
                    self._write(Opcode.PONG, one.payload)
                elif one.opcode is Opcode.CLOSE:
                    self.close()
                elif one.opcode is not Opcode.PONG:
                    found.append(one)
            if found:
                return found
        return []

    async def send(self, data: bytes, text: bool) -> None:
        """Waits while the line is slower than we are. Raises ConnectionError when it is gone."""
        self._write(Opcode.TEXT if text else Opcode.BINARY, data)
        await self._writer.drain()

    async def ping(self) -> None:
        while True:
            await asyncio.sleep(PING_SECONDS)
            self._write(Opcode.PING, b"")

    def _write(self, opcode: Opcode, data: bytes) -> None:
        if self._closing or self._writer.is_closing():
            raise ConnectionResetError("the tunnel is closed")
        self._writer.write(client.masked_frame(opcode, data, os.urandom(client.MASK_BYTES)))

    def close(self, code: CloseCode = CloseCode.NORMAL) -> None:
        if not self._closing:
            self._closing = True
            if not self._writer.is_closing():
                self._writer.write(client.masked_close(code, os.urandom(client.MASK_BYTES)))
                self._writer.close()

    async def closed(self) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(2):
                await self._writer.wait_closed()


async def serve(
    line: Line, make: Callable[[Callable[[bytes, bool], Awaitable[None]]], Awaitable[Serves]]
) -> None:
    """Serve a line until one side ends it. What is served is stopped in any case."""
    code = CloseCode.NORMAL
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
                code = CloseCode.POLICY
            elif error is not None and not isinstance(error, (ConnectionError, TimeoutError)):
                log.error("a tunnel failed", exc_info=error)
                code = CloseCode.POLICY
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
        for one in messages:
            await served.hear(one.payload, one.opcode is Opcode.TEXT)
