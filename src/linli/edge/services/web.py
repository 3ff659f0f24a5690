"""One HTTP call as the box's small servers see it: no framework, a path, a body in pieces, an answer."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from linli.kernel.http import ASGIApp, Limits, Message, Receive, Send

type Headers = Sequence[tuple[bytes, bytes]]


def limits_for(*, body_bytes: int) -> Limits:
    """For a port on the LAN: one peer has at most 32 connections, and a slow one is closed after seconds."""
    return Limits(
        body_bytes=body_bytes,
        header_seconds=10,
        body_seconds=15,
        idle_seconds=30,
        pipelined=4,
        connections=512,
        connections_each=32,
    )


class Call:
    """An ASGI scope with its two ends."""

    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._headers: dict[str, str] | None = None
        self.method: str = scope["method"]
        self.path: str = scope["path"]

    @staticmethod
    def app(serve: "Callable[[Call], Awaitable[None]]") -> ASGIApp:
        async def application(scope: Message, receive: Receive, send: Send) -> None:
            try:
                await serve(Call(scope, receive, send))
            except ConnectionError:
                return  # the peer went away

        return application

    @property
    def raw_path(self) -> str:
        """As sent, without the query."""
        raw: bytes = self._scope["raw_path"]
        return raw.decode("latin-1")

    @property
    def query(self) -> str:
        text: bytes = self._scope["query_string"]
        return text.decode("latin-1")

    @property
    def peer(self) -> str:
        client: tuple[str, int] | None = self._scope["client"]
        return client[0] if client else ""

    @property
    def local(self) -> tuple[str, int]:
        server: tuple[str, int] | None = self._scope["server"]
        return server or ("127.0.0.1", 0)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        headers: list[tuple[bytes, bytes]] = list(self._scope["headers"])
        return headers

    def header(self, name: str) -> str:
        """By its small name; empty where it is not sent, the last where it is sent twice."""
        if self._headers is None:
            self._headers = {
                key.decode("latin-1").lower(): value.decode("latin-1") for key, value in self.headers
            }
        return self._headers.get(name, "")

    async def body(self) -> AsyncIterator[bytes]:
        """Raises ConnectionError if the peer leaves before the end."""
        more = True
        while more:
            message: dict[str, Any] = dict(await self._receive())
            if message["type"] == "http.disconnect":
                raise ConnectionError
            more = message.get("more_body", False)
            if part := message.get("body", b""):
                yield part

    async def begin(self, status: int, headers: Headers) -> None:
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def write(self, part: bytes) -> None:
        await self._send({"type": "http.response.body", "body": part, "more_body": True})

    async def end(self) -> None:
        await self._send({"type": "http.response.body", "body": b""})

    async def answer(self, status: int, body: bytes, kind: str, headers: Headers = ()) -> None:
        await self.begin(
            status, [(b"Content-Type", kind.encode()), (b"Content-Length", str(len(body)).encode()), *headers]
        )
        await self._send({"type": "http.response.body", "body": body})
