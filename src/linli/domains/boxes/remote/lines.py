"""Ends of tunnels in this process: WebSockets of boxes and browsers, and our own for calls of the console.

An end passes received data to the exchange and sends the exchange's data. It pauses while the other end is slower.
"""

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any, Final, Protocol

from wsproto.events import BytesMessage, TextMessage
from wsproto.frame_protocol import CloseReason

from linli.kernel.http import Refused, Switch
from linli.kernel.http.websocket import WebSocketLine, is_own_page
from linli.protocols.edge_remote.wire import MAX_MESSAGE
from linli.protocols.websocket import HandshakeRefused, Whole, accept

TICKET_CHARS: Final = range(20, 129)


class End(Protocol):
    """One end, as the exchange sees it."""

    full: bool
    """It is slower than what it is to send."""

    def send(self, data: bytes, text: bool) -> None: ...

    def hold(self) -> None:
        """Take nothing more from this end for now."""

    def go_on(self) -> None: ...

    def close(self, code: int = CloseReason.NORMAL_CLOSURE) -> None: ...


class Heard(Protocol):
    """The exchange, as an end sees it."""

    def came(self, side: str, ticket: str, end: End) -> None: ...

    def heard(self, end: End, data: bytes, text: bool) -> None: ...

    def full(self, end: End) -> None:
        """This end is slower than what it is to send."""

    def drained(self, end: End) -> None: ...

    def lost(self, end: End, *, too_much: bool = False) -> None: ...


def upgrade(
    side: str, prefix: str, exchange: Heard, *, same_origin: bool
) -> Callable[[MutableMapping[str, Any]], Switch]:
    """For the HTTP server, at `prefix`, behind which the ticket stands.

    `same_origin`: only pages of the platform itself; a box sends no Origin.
    """

    def take(scope: MutableMapping[str, Any]) -> Switch:
        ticket = scope["path"].removeprefix(prefix)
        if len(ticket) not in TICKET_CHARS or not ticket.replace("-", "").replace("_", "").isalnum():
            raise Refused(404)
        if same_origin and not is_own_page(scope["headers"], silent=True):
            raise Refused(403)
        try:
            head = accept(scope["headers"], ())
        except HandshakeRefused as refused:
            raise Refused(refused.status) from refused
        return Switch(head, WebSocketEnd(side, ticket, exchange))

    return take


class WebSocketEnd(WebSocketLine):
    """A box's or a browser's end."""

    def __init__(self, side: str, ticket: str, exchange: Heard) -> None:
        super().__init__(max_message=MAX_MESSAGE, max_unsent=256 * 1024)
        self._side = side
        self._ticket = ticket
        self._exchange = exchange

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._exchange.came(self._side, self._ticket, self)

    def heard(self, message: Whole) -> None:
        self._exchange.heard(self, message.data, message.text)

    def ended(self, *, too_much: bool) -> None:
        self._exchange.lost(self, too_much=too_much)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._exchange.full(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._exchange.drained(self)

    def send(self, data: bytes, text: bool) -> None:
        self.write(TextMessage(data.decode()) if text else BytesMessage(data))
