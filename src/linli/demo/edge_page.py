"""A page of the site: its doors, its persons, and the button that cuts the line to the platform."""

import json
from importlib import resources
from typing import Any, Final

from linli.demo.edge_box import EdgeBox
from linli.kernel.http import HttpServer, Message, Receive, Send

MOST_BYTES: Final = 1024
_HEADER: Final = b"x-linli-request"
"""A page of another site cannot send it without asking, and is not allowed to."""
_POLICY: Final = (
    b"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
)


class EdgePage:
    def __init__(self, box: EdgeBox, *, host: str, port: int) -> None:
        self._box = box
        self._page = (resources.files("linli.demo") / "edge_page.html").read_bytes()
        self._server = HttpServer(self._serve, host=host, port=port)

    async def start(self) -> int:
        """The port."""
        await self._server.start()
        return self._server.port

    async def stop(self) -> None:
        await self._server.stop(grace_seconds=0.2)

    async def _serve(self, scope: Any, receive: Receive, send: Send) -> None:
        route = scope["method"], scope["path"]
        if route == ("GET", "/"):
            await _answer(send, 200, self._page, b"text/html; charset=utf-8")
        elif route == ("GET", "/state"):
            await _answer_json(send, 200, self._box.state())
        elif route not in (("POST", "/line"), ("POST", "/come")):
            await _answer_json(send, 404, {"message": "no such page"})
        elif _HEADER not in dict(scope["headers"]):
            await _answer_json(send, 403, {"message": "x-linli-request is missing"})
        else:
            await self._act(scope["path"], await _body(receive), send)

    async def _act(self, path: str, body: Any, send: Send) -> None:
        if path == "/line" and isinstance(body, dict) and isinstance(body.get("cut"), bool):
            (self._box.cut if body["cut"] else self._box.mend)()
        elif path == "/come" and isinstance(body, dict) and isinstance(body.get("door"), str):
            try:
                await self._box.come(body["door"], stranger=body.get("stranger") is True)
            except KeyError:
                await _answer_json(send, 404, {"message": "no such door"})
                return
        else:
            await _answer_json(send, 400, {"message": "the body does not fit"})
            return
        await _answer_json(send, 200, self._box.state())


async def _body(receive: Receive) -> Any:
    """JSON of at most `MOST_BYTES`; None for what is not."""
    parts = b""
    while True:
        message = await receive()
        parts += message.get("body", b"")
        if len(parts) > MOST_BYTES:
            return None
        if not message.get("more_body"):
            break
    try:
        return json.loads(parts)
    except ValueError:
        return None


async def _answer_json(send: Send, status: int, value: Any) -> None:
    await _answer(send, status, json.dumps(value, ensure_ascii=False).encode(), b"application/json")


async def _answer(send: Send, status: int, content: bytes, kind: bytes) -> None:
    headers = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(content)),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", _POLICY),
        (b"x-content-type-options", b"nosniff"),
    ]
    start: Message = {"type": "http.response.start", "status": status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": content})
