"""The SDK's WebSocket against servers that answer otherwise than the platform does."""

import asyncio

import pytest
from wsproto.connection import Connection, ConnectionType
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Ping, Pong, TextMessage
from wsproto.handshake import H11Handshake

from linli_sdk.mqtt.streams import Endpoint, Stream, open_stream


class Server:
    """Takes one connection and sends `answer`; empty: goes over to WebSocket and sends `after` with the answer."""

    def __init__(self, answer: bytes = b"", after: bytes = b"") -> None:
        self._answer, self._after = answer, after
        self.frames = Connection(ConnectionType.SERVER)
        self.heard: list[object] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        handshake = H11Handshake(ConnectionType.SERVER)
        handshake.receive_data(head)
        writer.write(self._answer or handshake.send(AcceptConnection("mqtt")) + self._after)
        while not self._answer and (data := await reader.read(65_536)):
            self.frames.receive_data(data)
            self.heard.extend(self.frames.events())
        writer.close()

    async def opened(self) -> Stream:
        listening = await asyncio.start_server(self, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        try:
            return await open_stream(Endpoint("127.0.0.1", port, websocket="/mqtt"), 10)
        finally:
            listening.close()


async def test_who_speaks_no_websocket_is_refused() -> None:
    for answer in (
        b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    ):
        with pytest.raises(OSError, match="no WebSocket is spoken there"):
            await Server(answer).opened()


async def test_bytes_come_as_they_were_sent_and_pings_are_answered() -> None:
    sent = Connection(ConnectionType.SERVER)
    wire = sent.send(BytesMessage(b"one")) + sent.send(Ping(b"?")) + sent.send(BytesMessage(b"two" * 50_000))
    server = Server(after=wire + sent.send(CloseConnection(1001)))
    async with asyncio.timeout(30):
        stream = await server.opened()
        stream.write(b"three")
        got = b""
        while data := await stream.read():
            got += data
        assert got == b"one" + b"two" * 50_000
        stream.close()
        while len(server.heard) < 3:
            await asyncio.sleep(0.01)
    assert Pong(b"?") in server.heard
    assert isinstance(server.heard[-1], CloseConnection)


async def test_frames_that_no_server_sends_end_the_stream() -> None:
    for wire in (
        bytes.fromhex("828100000000ff"),  # with a mask
        bytes.fromhex("c2 01 ff"),  # compressed
        Connection(ConnectionType.SERVER).send(TextMessage("x")),
    ):
        stream = await Server(after=wire).opened()
        with pytest.raises(OSError, match="WebSocket"):
            await stream.read()
        stream.close()
