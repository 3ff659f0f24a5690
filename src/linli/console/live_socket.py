"""The live stream over a WebSocket: what `GET /live` answers, one message for each event.

A browser opens six connections to a host at most, streams of all its windows among them, so that pages with a few of
them would wait for each other; WebSockets are not counted there. The request goes through the same application as the
stream, so that the same session, rights and scopes decide.
"""

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any, Final

from wsproto.events import TextMessage
from wsproto.frame_protocol import CloseReason

from linli.kernel.http import ASGIApp, Message, Refused, Switch
from linli.kernel.http.websocket import WebSocketLine, is_own_page
from linli.protocols.websocket import HandshakeRefused, Whole, accept

PATH: Final = "/api/console/live"
RESIDENT_PATH: Final = "/api/resident/calls/live"
TERMINAL_PATH: Final = "/api/terminal/live"
DESK_PATH: Final = "/api/console/guard-desk/live"
PATHS: Final = (PATH, RESIDENT_PATH, DESK_PATH, TERMINAL_PATH)
REFUSED: Final = 4000
"""With the HTTP status added: why the stream was not opened, as the code of our Close."""
_MOST_HEARD: Final = 1024
_MOST_UNSENT: Final = 64 * 1024
_OF_THE_HANDSHAKE: Final = (b"upgrade", b"connection", b"sec-websocket-")


def upgrade(app: ASGIApp) -> Callable[[MutableMapping[str, Any]], Switch]:
    """For the HTTP server, at the paths above: only for pages of the platform itself."""

    def take(scope: MutableMapping[str, Any]) -> Switch:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        if not is_own_page(headers):
            raise Refused(403)
        try:
            head = accept(headers, ())
        except HandshakeRefused as refused:
            raise Refused(refused.status) from refused
        asked = [(name, value) for name, value in headers if not name.startswith(_OF_THE_HANDSHAKE)]
        return Switch(head, LiveSocket(app, {**scope, "headers": asked}))

    return take


class LiveSocket(WebSocketLine):
    """One page's end."""

    def __init__(self, app: ASGIApp, scope: MutableMapping[str, Any]) -> None:
        super().__init__(max_message=_MOST_HEARD, max_unsent=_MOST_UNSENT)
        self._app = app
        self._scope = scope
        self._task: asyncio.Task[None] | None = None
        self._asked = False
        self._gone = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._status = 0
        self._begun = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._task = asyncio.get_running_loop().create_task(self._run())

    def heard(self, message: Whole) -> None:
        """The page has nothing to say: what it does say ends the line."""
        self.close(CloseReason.POLICY_VIOLATION)

    def ended(self, *, too_much: bool) -> None:
        self._gone.set()
        self._room.set()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._room.clear()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._room.set()

    async def _run(self) -> None:
        try:
            await self._app(self._scope, self._receive, self._send)
        finally:
            self._end()

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        elif self._status == 200:
            *events, self._begun = (self._begun + message.get("body", b"")).split(b"\n\n")
            for event in events:
                await self._room.wait()
                self.write(TextMessage(event.decode()))
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._end()

    def _end(self) -> None:
        self._gone.set()
        self.close(CloseReason.NORMAL_CLOSURE if self._status == 200 else REFUSED + (self._status or 500))
