"""One HTTP request as a simulated camera sees it."""

from collections.abc import Awaitable, Callable, Sequence

from linli.kernel.http import ASGIApp, Message, Receive, Send


class Call:
    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self._headers: dict[str, str] = {
            name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]
        }

    def header(self, name: str) -> str:
        return str(self._headers.get(name, ""))

    async def body(self, most: int) -> bytes:
        """Empty where it is longer."""
        data, more = b"", True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError
            data += message.get("body", b"")
            more = message.get("more_body", False)
        return data if len(data) <= most else b""

    async def answer(
        self, status: int, body: bytes, kind: str, headers: Sequence[tuple[bytes, bytes]] = ()
    ) -> None:
        length = str(len(body)).encode()
        start = [(b"content-type", kind.encode()), (b"content-length", length), *headers]
        await self._send({"type": "http.response.start", "status": status, "headers": start})
        await self._send({"type": "http.response.body", "body": body})


def serving(serve: Callable[[Call], Awaitable[None]]) -> ASGIApp:
    async def application(scope: Message, receive: Receive, send: Send) -> None:
        try:
            await serve(Call(scope, receive, send))
        except ConnectionError:
            return  # the peer went away

    return application
