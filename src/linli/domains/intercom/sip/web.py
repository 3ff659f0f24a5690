"""SIP over WebSocket for phones in browsers, on the platform's own web port. Source: RFC 7118.

A message of the WebSocket is a message of SIP. Who may come: pages of the platform itself, pages of sites that the
operator names, and programs, which send no Origin. No cookie counts here, so that a foreign page gains nothing by its
visitor's session; it is refused all the same, for else any site could try passwords from its visitors' addresses. What
a line may do follows from the password that it proves.
"""

import asyncio
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, Final

from wsproto.events import TextMessage
from wsproto.frame_protocol import CloseReason

from linli.kernel.http import ADDRESS, Refused, Switch
from linli.kernel.http.websocket import WebSocketLine, is_own_page
from linli.kernel.sip.flows import MESSAGE_S, MOST_NUMBERS, MOST_UNSENT, StreamPort
from linli.protocols import sip
from linli.protocols.sip.message import BrokenRequest
from linli.protocols.websocket import HandshakeRefused, Whole, accept

PATH: Final = "/sip"
SUBPROTOCOLS: Final = ("sip",)
MOST_MESSAGE: Final = 65_536
"""Bytes, as a datagram's."""


def upgrade(port: StreamPort, origins: Iterable[str] = ()) -> Callable[[MutableMapping[str, Any]], Switch]:
    """The HTTP server's call when a client asks for an upgrade at PATH. `origins`: further sites whose pages may come."""
    named = {origin.rstrip("/").encode() for origin in origins}

    def take(scope: MutableMapping[str, Any]) -> Switch:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        origin = [value for name, value in headers if name == b"origin"]
        if not is_own_page(headers, silent=True) and not (len(origin) == 1 and origin[0] in named):
            raise Refused(403)
        try:
            head = accept(headers, SUBPROTOCOLS)
        except HandshakeRefused as refused:
            raise Refused(refused.status) from refused
        return Switch(head, WebPhone(port, scope.get(ADDRESS, "")), counted_there=True)

    return take


class WebPhone(WebSocketLine):
    """The way to one phone over its WebSocket."""

    reliable = True

    def __init__(self, owner: StreamPort, address: str) -> None:
        """`address`: where a trusted proxy says that the client is; empty: at the other end of the socket."""
        super().__init__(max_message=MOST_MESSAGE, max_unsent=MOST_UNSENT)
        self._owner = owner
        self._end: asyncio.TimerHandle | None = None
        self._live = False
        self.transport = owner.transport
        self.numbers: set[str] = set()
        self.host = address
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername") or ("", 0)
        # Behind a proxy the port is the proxy's: with the client's address it is still one line's alone.
        self.host, self.port = self.host or str(peer[0]), int(peer[1])
        super().connection_made(transport)
        if not self._owner.admit(self):
            self.close(CloseReason.TRY_AGAIN_LATER)
            return
        self._live = True
        self._end = asyncio.get_running_loop().call_later(MESSAGE_S, self._unproved)

    def heard(self, message: Whole) -> None:
        if not self._live or not self._owner.receiver.allowed(self.host):
            self.close(CloseReason.POLICY_VIOLATION)
            return
        if not message.data.strip():
            return  # a sign of life of those that know no pings
        try:
            parsed = sip.read_datagram(message.data)
        except (sip.Malformed, sip.NotSip) as error:
            if isinstance(error, BrokenRequest):
                self._owner.receiver.receive_broken(error, self)
            return
        self._owner.receiver.receive(parsed, self)

    def ended(self, *, too_much: bool) -> None:
        self._live = False
        if self._end is not None:
            self._end.cancel()
        self._owner.forget(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._transport is not None:
            self._transport.abort()  # it does not read what it is sent

    def send(self, data: bytes) -> bool:
        if not self._live or self._transport is None or self._transport.is_closing():
            return False
        self.write(TextMessage(data.decode("utf-8", "replace")))
        return True

    def proved(self, number: str) -> None:
        """From now on pings tell whether it is there."""
        if len(self.numbers) < MOST_NUMBERS:
            self.numbers.add(number)
        if self._end is not None:
            self._end.cancel()

    def _unproved(self) -> None:
        self.close(CloseReason.POLICY_VIOLATION)
