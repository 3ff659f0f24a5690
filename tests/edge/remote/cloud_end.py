"""The cloud's end of a tunnel for tests of the box alone: a real socket that accepts and speaks frames."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, TextMessage

from linli.protocols.edge_remote import wire
from linli.protocols.websocket import MessageReader, Whole, accept


class CloudEnd:
    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.closed = asyncio.Event()
        self.head = b""
        self.close_code = 0
        self.got: asyncio.Queue[Whole] = asyncio.Queue()
        self.frames = Connection(ConnectionType.SERVER)
        self._writer: asyncio.StreamWriter | None = None
        self._number = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.head = await reader.readuntil(b"\r\n\r\n")
        lines = self.head.split(b"\r\n")[1:-2]
        pairs = [(n.lower(), v.strip()) for n, _, v in (line.partition(b":") for line in lines)]
        writer.write(accept(pairs, ()))
        self._writer = writer
        self.opened.set()
        messages = MessageReader(self.frames, wire.MAX_MESSAGE)
        while data := await self._read(reader):
            for event in messages.feed(data):
                if isinstance(event, CloseConnection):
                    self.close_code = event.code
                elif isinstance(event, Whole):
                    self.got.put_nowait(event)
        self.closed.set()

    @staticmethod
    async def _read(reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.read(65536)
        except ConnectionError:
            return b""

    def send(self, payload: bytes, *, text: bool) -> None:
        self.raw(self.frames.send(TextMessage(payload.decode()) if text else BytesMessage(payload)))

    def raw(self, data: bytes) -> None:
        assert self._writer is not None
        self._writer.write(data)

    async def ask(self, do: str, **given: Any) -> tuple[wire.Answer, list[Any], bytes]:
        """(the end, items before it, bytes before it)."""
        self._number += 1
        self.send(wire.encode(wire.Question(self._number, do, given)), text=True)
        items, pieces = [], b""
        while True:
            async with asyncio.timeout(30):
                got = await self.got.get()
            if not got.text:
                pieces += wire.split_piece(got.data)[1]
                continue
            answer = wire.answer(got.data)
            assert answer.id == self._number
            if answer.ends:
                return answer, items, pieces
            items.append(answer.item)

    async def screen_until(self, wanted: bytes) -> bytes:
        shown = b""
        async with asyncio.timeout(30):
            while wanted not in shown:
                got = await self.got.get()
                if not got.text:
                    shown += got.data
                elif b"exit" in got.data:
                    return shown + msgspec.json.encode(msgspec.json.decode(got.data))
        return shown

    def hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()


@asynccontextmanager
async def cloud_end() -> AsyncIterator[CloudEnd]:
    end = CloudEnd()
    server = await asyncio.start_server(end.serve, "127.0.0.1", 0)
    end.port = server.sockets[0].getsockname()[1]
    try:
        yield end
    finally:
        end.hang_up()
        server.close()
