"""A byte stream to the platform: TCP, TLS, or either with WebSocket frames around (RFC 6455)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import ssl
import struct
from typing import NamedTuple, Protocol

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MOST_FRAME = 4 * 1024 * 1024


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
        await asyncio.wait_for(_upgrade(endpoint, reader, writer), timeout_s)
    except BaseException:
        writer.close()
        raise
    return _WebSocket(reader, writer)


class _Plain:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self) -> bytes:
        return await self._reader.read(65_536)

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    async def drain(self) -> None:
        await self._writer.drain()

    def close(self) -> None:
        self._writer.close()


async def _upgrade(endpoint: Endpoint, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        (
            f"GET {endpoint.websocket} HTTP/1.1\r\nHost: {endpoint.host}:{endpoint.port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
        ).encode()
    )
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise OSError("no WebSocket is spoken there") from error
    first, *lines = head.split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    digest = hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()
    wanted = base64.b64encode(digest).decode()
    if " 101 " not in f"{first} " or fields.get("sec-websocket-accept") != wanted:
        raise OSError(f"no WebSocket is spoken there: {first}")


class _WebSocket:
    """Binary frames out, any data frames in; pings are answered."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self) -> bytes:
        try:
            while True:
                first, second = await self._reader.readexactly(2)
                size = second & 0x7F
                if size == 126:
                    (size,) = struct.unpack(">H", await self._reader.readexactly(2))
                elif size == 127:
                    (size,) = struct.unpack(">Q", await self._reader.readexactly(8))
                if size > MOST_FRAME or second & 0x80:
                    raise OSError("a bad WebSocket frame")
                data = await self._reader.readexactly(size)
                kind = first & 0x0F
                if kind == 8:
                    return b""
                if kind == 9:
                    self._frame(10, data)
                elif kind in (0, 1, 2) and data:
                    return data
        except asyncio.IncompleteReadError:
            return b""

    def write(self, data: bytes) -> None:
        self._frame(2, data)

    def _frame(self, kind: int, data: bytes) -> None:
        size = len(data)
        if size < 126:
            head = bytes((0x80 | kind, 0x80 | size))
        elif size < 65_536:
            head = bytes((0x80 | kind, 0x80 | 126)) + struct.pack(">H", size)
        else:
            head = bytes((0x80 | kind, 0x80 | 127)) + struct.pack(">Q", size)
        mask = os.urandom(4)
        repeated = mask * (size // 4 + 1)
        masked = (int.from_bytes(data, "big") ^ int.from_bytes(repeated[:size], "big")).to_bytes(size, "big")
        self._writer.write(head + mask + masked)

    async def drain(self) -> None:
        await self._writer.drain()

    def close(self) -> None:
        self._frame(8, b"\x03\xe8")
        self._writer.close()
