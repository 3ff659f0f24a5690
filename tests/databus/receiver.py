"""A real HTTP receiver on loopback, as an integrator would run one."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Self

import msgspec


class Received(NamedTuple):
    """One request, with header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return msgspec.json.decode(self.body)


class Receiver:
    """Answers each POST with what `answer(request)` says: a status, or (status, body). None: never answers."""

    def __init__(self, answer: Callable[[Received], object] = lambda _: 200) -> None:
        self.answer = answer
        self.received: list[Received] = []
        self.open_now = 0
        self.most_open = 0
        self._arrived = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?from=linli"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse connections from now on; the port stays remembered."""
        assert self._server is not None
        self._server.close()
        for writer in list(self._connections):
            writer.transport.abort()

    async def wait_for(self, count: int, seconds: float = 30) -> list[Received]:
        """Until `count` requests came."""
        async with asyncio.timeout(seconds):
            while len(self.received) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.received

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            while line := await reader.readline():
                headers = {}
                while (header := (await reader.readline()).strip()) != b"":
                    name, _, value = header.partition(b":")
                    headers[name.decode().lower()] = value.decode().strip()
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                request = Received(line.split()[1].decode(), headers, body)
                self.received.append(request)
                self._arrived.set()
                self.open_now += 1
                self.most_open = max(self.most_open, self.open_now)
                answer = self.answer(request)
                if asyncio.iscoroutine(answer):
                    answer = await answer
                self.open_now -= 1
                if answer is None:
                    await asyncio.sleep(3600)
                status, text = answer if isinstance(answer, tuple) else (answer, b"ok")
                head = f"HTTP/1.1 {status} -\r\nContent-Length: {len(text)}\r\n"
                if status in (301, 302, 307):
                    head += f"Location: {self.url}\r\n"
                writer.write(head.encode() + b"\r\n" + text)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(writer)
            writer.close()
