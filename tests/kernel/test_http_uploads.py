"""A long body is taken in pieces, and never more of it is in memory than the application has asked for."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from linli.kernel.http import HttpServer, Receive, Send
from linli.kernel.http.connection import Connection

LENGTH = 24 * 1024 * 1024
MOST = 2 * 1024 * 1024


async def test_what_is_not_asked_for_yet_stays_with_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    most = 0
    received = Connection.data_received

    def watched(self: Connection, data: bytes) -> None:
        nonlocal most
        received(self, data)
        most = max(most, len(self._backlog))

    monkeypatch.setattr(Connection, "data_received", watched)

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        size = 0
        while (message := await receive()).get("more_body"):
            size += len(message["body"])
            await asyncio.sleep(0)
        size += len(message["body"])
        await send({"type": "http.response.start", "status": 200 if size == LENGTH else 400})
        await send({"type": "http.response.body", "body": b""})

    server = HttpServer(app)
    await server.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            f"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {LENGTH}\r\n\r\n".encode() + bytes(LENGTH)
        )
        async with asyncio.timeout(30):
            head = await reader.readuntil(b"\r\n\r\n")
        writer.close()
    finally:
        await server.stop()
    assert head.startswith(b"HTTP/1.1 200"), head
    assert most < MOST, f"{most} bytes were held of a body of {LENGTH}"
