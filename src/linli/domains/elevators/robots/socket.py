"""Robots over a WebSocket on the platform's own web port, each with its key. Messages: `rmf`, in rosbridge's operations.

The key stands in `Authorization: Bearer`, which no page can set: a browser's visitor is never taken for a robot.
"""

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any, Final

import msgspec
from wsproto.events import TextMessage
from wsproto.frame_protocol import CloseReason

from linli.domains.elevators.robots import rmf, service
from linli.domains.elevators.robots.talk import MOST_MESSAGE, End, Talk, Talks, UnknownOperation
from linli.kernel.http import Refused, Switch
from linli.kernel.http.websocket import WebSocketLine
from linli.protocols.websocket import HandshakeRefused, Whole, accept

PATH: Final = "/robots/lifts"
MOST_UNSENT: Final = 64 * 1024
KEY_UNKNOWN: Final = 4401
"""Close code: no robot has this key."""
_LONGEST_KEY: Final = 128
_CODES: Final = {
    End.KEY_UNKNOWN: KEY_UNKNOWN,
    End.TOO_MUCH: CloseReason.POLICY_VIOLATION,
    End.DISPLACED: CloseReason.POLICY_VIOLATION,
    End.FAILED: CloseReason.INTERNAL_ERROR,
    End.STOPPED: CloseReason.SERVICE_RESTART,
}


def upgrades(talks: Talks) -> dict[str, Callable[[MutableMapping[str, Any]], Switch]]:
    """Where robots come to on the web port."""

    def take(scope: MutableMapping[str, Any]) -> Switch:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        given = [value.decode("latin-1") for name, value in headers if name == b"authorization"]
        kind, _, key = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        if kind.lower() != "bearer" or not 20 <= len(key) <= _LONGEST_KEY:
            raise Refused(401)
        try:
            head = accept(headers, ())
        except HandshakeRefused as refused:
            raise Refused(refused.status) from refused
        return Switch(head, RobotLine(talks, service.hash_of(key)))

    return {PATH: take}


class RobotLine(WebSocketLine):
    """One robot's end."""

    def __init__(self, talks: Talks, key_hash: str) -> None:
        super().__init__(max_message=MOST_MESSAGE, max_unsent=MOST_UNSENT)
        self._talk = Talk(talks, self, key_hash)
        self._topics: set[str] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._talk.start()

    def heard(self, message: Whole) -> None:
        if not message.text:
            self._talk.end(End.TOO_MUCH)
            return
        self._talk.heard(message.data)

    def ended(self, *, too_much: bool) -> None:
        self._talk.stop()

    # --- for the talk ---

    def wants(self, topic: str) -> bool:
        return topic in self._topics

    def read(self, data: bytes) -> tuple[str, msgspec.Raw | None]:
        operation = msgspec.json.decode(data, type=rmf.Operation)
        asked = operation.id[:64]
        match operation.op:
            case "subscribe" if operation.topic in (rmf.STATES, rmf.SESSIONS):
                self._topics.add(operation.topic)
            case "unsubscribe":
                self._topics.discard(operation.topic)
            case "advertise" | "unadvertise":
                pass
            case "publish" if operation.topic in rmf.REQUESTS:
                return asked, operation.msg
            case _:
                raise UnknownOperation(asked)
        return asked, None

    def tell(self, topic: str, message: Any) -> None:
        self._say(rmf.published(topic, message))

    def refuse(self, asked: str, code: str, text: str, field: str = "") -> None:
        self._say(rmf.refused(asked, code, text, field))

    def end(self, why: End) -> None:
        self.close(_CODES[why])

    def _say(self, text: str) -> None:
        if not self.full:  # who does not read what it is sent hears the newest later
            self.write(TextMessage(text))
