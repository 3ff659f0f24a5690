"""WebSocket without I/O: the server's side of the handshake, and messages put together within a bound.

Source: RFC 6455. Frames, masks, close codes and UTF-8 are wsproto's (ADR 0083). No extension is offered or accepted, so
nothing arrives compressed.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from wsproto.connection import Connection, ConnectionState
from wsproto.events import CloseConnection, Event, Message, Ping, TextMessage
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import generate_accept_token

VERSION: Final = "13"


class WebSocketError(Exception):
    """The stream is broken; `code` goes into our Close frame."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class HandshakeRefused(Exception):
    """No handshake of this version; `status` is the HTTP answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Whole(NamedTuple):
    """A message, all of it."""

    data: bytes
    text: bool
    """Whether it came as text; `data` is UTF-8 then."""


def accept(headers: Iterable[tuple[bytes, bytes]], protocols: tuple[str, ...]) -> bytes:
    """The whole 101 answer to a GET with these headers (names in lower case).

    `protocols`: subprotocols served, one of which the client must offer; empty: there are none.
    Raises HandshakeRefused (400, 426).
    """
    values: dict[bytes, str] = {}
    for name, value in headers:
        text = value.decode("latin-1").strip()
        values[name] = f"{values[name]},{text}" if name in values else text
    if values.get(b"upgrade", "").lower() != "websocket":
        raise HandshakeRefused(400)
    if "upgrade" not in _words(values.get(b"connection", "").lower()):
        raise HandshakeRefused(400)
    if values.get(b"sec-websocket-version") != VERSION:
        raise HandshakeRefused(426)
    key = values.get(b"sec-websocket-key", "")
    try:
        if len(base64.b64decode(key, validate=True)) != 16:
            raise HandshakeRefused(400)
    except (binascii.Error, ValueError) as error:
        raise HandshakeRefused(400) from error
    offered = _words(values.get(b"sec-websocket-protocol", ""))
    chosen = next((word for word in offered if word in protocols), None)
    if chosen is None and protocols:
        raise HandshakeRefused(400)
    lines = (
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {generate_accept_token(key.encode()).decode()}",
        *((f"Sec-WebSocket-Protocol: {chosen}",) if chosen is not None else ()),
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def binary_frame(data: bytes) -> bytes:
    """A whole message of the server as one frame, for who sends the same to many (RFC 6455, 5.2)."""
    size = len(data)
    if size < 126:
        length = bytes((size,))
    elif size < 1 << 16:
        length = b"\x7e" + size.to_bytes(2)
    else:
        length = b"\x7f" + size.to_bytes(8)
    return b"".join((b"\x82", length, data))


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]


def events(connection: Connection, data: bytes) -> Iterator[Event]:
    """The events in the next bytes. Messages come in pieces as received; the other side's Close is the last event.

    Raises WebSocketError; `connection` must get no more bytes then.
    """
    connection.receive_data(data)
    for event in connection.events():
        # A broken stream is told as a Close too, but only a real one changes the state.
        if isinstance(event, CloseConnection) and connection.state is ConnectionState.OPEN:
            raise WebSocketError(event.code, event.reason or "")
        yield event


class MessageReader:
    """Whole messages out of the bytes of one connection, each of at most `max_message` bytes."""

    def __init__(self, connection: Connection, max_message: int) -> None:
        self._connection = connection
        self._max = max_message
        self._begun = bytearray()

    def feed(self, data: bytes) -> Iterator[Whole | Ping | CloseConnection]:
        """The messages that are now whole, and what is to be answered; a Close is the last. Raises WebSocketError."""
        for event in events(self._connection, data):
            if isinstance(event, Message):
                text = isinstance(event, TextMessage)
                self._begun += event.data.encode() if text else event.data
                if len(self._begun) > self._max:
                    raise WebSocketError(
                        CloseReason.MESSAGE_TOO_BIG, f"a message of more than {self._max} bytes"
                    )
                if event.message_finished:
                    yield Whole(bytes(self._begun), text)
                    self._begun.clear()
            elif isinstance(event, Ping | CloseConnection):
                yield event
