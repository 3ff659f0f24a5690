"""A byte stream to the platform: TCP, TLS, or either with WebSocket frames around (RFC 6455)."""

from __future__ import annotations

import asyncio
import ssl
from typing import NamedTuple, Protocol

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, RejectConnection, Request, TextMessage
from wsproto.frame_protocol import CloseReason
from wsproto.handshake import H11Handshake
from wsproto.utilities import ProtocolError

_MOST_AT_ONCE = 65_536


class Endpoint(NamedTuple):
    """Where MQTT is spoken."""

    host: str
    port: int = 1883
    tls: ssl.SSLContext | None = None
    """`ssl.create_default_context(cafile=…)` trusts the platform's own authority; X.509 devices add `load_cert_chain`."""
    websocket: str = ""
    """Path of the WebSocket, `/mqtt`; empty: MQTT straight on TCP or TLS."""


class Stream(Protocol):
    async def read(self) -> bytes:
        """Some bytes; empty at the end. Raises OSError."""

    def write(self, data: bytes) -> None: ...

    async def drain(self) -> None: ...

    def close(self) -> None: ...


async def open_stream(endpoint: Endpoint, timeout_s: float) -> Stream:
    """Raises OSError, TimeoutError (asyncio's on Python 3.10)."""
    reader, writer = await asyncio.wait_for(
        asyncio.open_connection(
            endpoint.host,
            endpoint.port,
            ssl=endpoint.tls,
            server_hostname=endpoint.host if endpoint.tls is not None else None,
        ),
        timeout_s,
    )
    if not endpoint.websocket:
        return _Plain(reader, writer)
    try:
        frames = await asyncio.wait_for(_upgrade(endpoint, reader, writer), timeout_s)
    except BaseException:
        writer.close()
        raise
    return _WebSocket(reader, writer, frames)


class _Plain:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self) -> bytes:
        return await self._reader.read(_MOST_AT_ONCE)

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    async def drain(self) -> None:
        await self._writer.drain()

    def close(self) -> None:
        self._writer.close()


async def _upgrade(
    endpoint: Endpoint, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Connection:
    handshake = H11Handshake(ConnectionType.CLIENT)
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    try:
        writer.write(
            handshake.send(
                Request(host=f"{host}:{endpoint.port}", target=endpoint.websocket, subprotocols=["mqtt"])
            )
        )
        while handshake.connection is None:
            data = await reader.read(_MOST_AT_ONCE)
            if not data:
                raise OSError("no WebSocket is spoken there: no answer")
            handshake.receive_data(data)
            for event in handshake.events():
                if isinstance(event, RejectConnection):
                    raise OSError(f"no WebSocket is spoken there: HTTP {event.status_code}")
    except ProtocolError as error:
        raise OSError(f"no WebSocket is spoken there: {error}") from error
    return handshake.connection


class _WebSocket:
    """Binary frames out, any data frames in; pings are answered."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, frames: Connection
    ) -> None:
        self._reader, self._writer, self._frames = reader, writer, frames

    async def read(self) -> bytes:
        data = self._taken()  # what came behind the handshake's answer
        while not data and self._frames.state is ConnectionState.OPEN:
            received = await self._reader.read(_MOST_AT_ONCE)
            if not received:
                return b""
            self._frames.receive_data(received)
            data = self._taken()
        return data

    def _taken(self) -> bytes:
        """What came in messages; the rest is answered. Raises OSError."""
        pieces = []
        for event in self._frames.events():
            if isinstance(event, BytesMessage):
                pieces.append(bytes(event.data))
            elif isinstance(event, TextMessage):
                raise OSError("a WebSocket message of text")
            elif isinstance(event, Ping):
                self._writer.write(self._frames.send(event.response()))
            elif isinstance(event, CloseConnection) and self._frames.state is ConnectionState.OPEN:
                raise OSError(f"a bad WebSocket frame: {event.reason}")
        return b"".join(pieces)

    def write(self, data: bytes) -> None:
        if self._frames.state is ConnectionState.OPEN:
            self._writer.write(self._frames.send(BytesMessage(data)))

    async def drain(self) -> None:
        await self._writer.drain()

    def close(self) -> None:
        if self._frames.state in (ConnectionState.OPEN, ConnectionState.REMOTE_CLOSING):
            self._writer.write(self._frames.send(CloseConnection(CloseReason.NORMAL_CLOSURE)))
        self._writer.close()
