"""The page of who talks to a camera: a WebSocket at `/talk`, by a token for one talk.

The page sends G.711A of 8,000 samples a second in binary messages. It gets one text at the end: `{"ended": …}` with why.
"""

import asyncio
from collections.abc import MutableMapping
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from wsproto.events import TextMessage
from wsproto.frame_protocol import CloseReason

from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.live.talk import End, Talk
from linli.kernel.clock import Clock
from linli.kernel.http import Refused, Switch, Upgrade
from linli.kernel.http.websocket import WebSocketLine, is_own_page
from linli.protocols.websocket import HandshakeRefused, Whole, accept

PATH: Final = "/talk"
MOST_HEARD: Final = 4_096
"""Bytes of a message: half a second."""
_MOST_UNSENT: Final = 4_096


def talk_upgrades(desk: VideoDesk, clock: Clock) -> dict[str, Upgrade]:
    return {PATH: partial(_upgrade, desk, clock)}


def _upgrade(desk: VideoDesk, clock: Clock, scope: MutableMapping[str, Any]) -> Switch:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if not is_own_page(headers, silent=True):
        raise Refused(403)
    try:
        head = accept(headers, ())
    except HandshakeRefused as refused:
        raise Refused(refused.status) from refused
    talk = desk.talks.used(_token(scope)) if desk.on else None
    if talk is None:
        raise Refused(403)
    return Switch(head, TalkLine(talk, clock))


def _token(scope: MutableMapping[str, Any]) -> str:
    try:
        query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=4)
    except ValueError:
        return ""
    token: str = query.get("token", [""])[0][:64]
    return token


class TalkLine(WebSocketLine):
    def __init__(self, talk: Talk, clock: Clock) -> None:
        super().__init__(max_message=MOST_HEARD, max_unsent=_MOST_UNSENT)
        self._talk = talk
        self._clock = clock

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self._talk.ended is not None:
            self._tell_why(self._talk.ended)
            return
        self._talk.over = self._tell_why

    def heard(self, message: Whole) -> None:
        if message.text:
            self.close(CloseReason.POLICY_VIOLATION)
            self._talk.end("closed")
            return
        self._talk.take(message.data, self._clock.steady_ms())

    def ended(self, *, too_much: bool) -> None:
        self._talk.end("closed")

    def _tell_why(self, why: End) -> None:
        self.write(TextMessage(msgspec.json.encode({"ended": why}).decode()))
        self.close(CloseReason.NORMAL_CLOSURE)
