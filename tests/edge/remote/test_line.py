"""The box's WebSocket against servers that answer otherwise than the cloud does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage
from wsproto.frame_protocol import CloseReason

from linli.edge.remote.tunnel import Line, TunnelClosed
from linli.protocols.websocket import Whole, accept

type Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

FOR_SOMEBODY_ELSE = (
    b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[str]:
    """Its address."""

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(run, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/edge/tunnel/abc"
    finally:
        listening.close()


async def accepted(reader: asyncio.StreamReader) -> bytes:
    lines = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[1:-2]
    return accept([(n.lower(), v.strip()) for n, _, v in (line.partition(b":") for line in lines)], ())


@pytest.mark.parametrize(
    "answer, told",
    [
        (b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", "403"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "200"),
        (b"SSH-2.0-x\r\n\r\n", "Bad HTTP message"),
        (b"", "no answer"),
        (b"HTTP/1.1 101 Switching Protocols\r\n" + b"x: y\r\n" * 20_000, "Bad HTTP message"),
        (FOR_SOMEBODY_ELSE, "accept token"),
    ],
)
async def test_who_does_not_go_over_to_websocket_is_left(answer: bytes, told: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    async with server(serve) as url:
        with pytest.raises(TunnelClosed, match=told):
            await Line.open(url, headers={})


async def test_a_header_cannot_begin_another() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with server(serve) as url:
        for headers in ({"x": "a\r\nInjected: yes"}, {"x\n": "a"}):
            with pytest.raises(TunnelClosed):
                await Line.open(url, headers=headers)
        with pytest.raises(TunnelClosed):
            await Line.open(url + " x", headers={})


async def test_what_comes_with_the_answer_is_heard_and_pings_are_answered() -> None:
    frames = Connection(ConnectionType.SERVER)
    heard: list[object] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, second = frames.send(TextMessage("one")), frames.send(BytesMessage(b"two"))
        writer.write(await accepted(reader) + first + second[:1])
        await asyncio.sleep(0)
        writer.write(second[1:] + frames.send(Ping(b"?")))
        while data := await reader.read(65_536):
            frames.receive_data(data)
            heard.extend(frames.events())
            if Pong(b"?") in heard and frames.state.name == "OPEN":
                writer.write(frames.send(TextMessage("last")) + frames.send(CloseConnection(1001)))

    async with server(serve) as url, asyncio.timeout(30):
        line = await Line.open(url, headers={})
        got = []
        while messages := await line.messages():
            got += messages
        assert got == [Whole(b"one", True), Whole(b"two", False), Whole(b"last", True)]
        assert await line.messages() == []
        with pytest.raises(ConnectionError):
            await line.send(b"late", False)
        await line.closed()
        while len(heard) < 2:
            await asyncio.sleep(0.01)
    assert heard == [Pong(b"?"), CloseConnection(CloseReason.GOING_AWAY, "")]
