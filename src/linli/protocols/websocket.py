"""WebSocket: frames, and the server's side of the handshake (the client's is `websocket_client`). Source: RFC 6455.

byte 0   FIN, 3 reserved bits, opcode      byte 1   MASK, 7 bits of length (126: 2 bytes follow, 127: 8)
then     4 bytes of mask (from clients always), payload
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from enum import IntEnum
from typing import Final, NamedTuple

GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
VERSION: Final = "13"


class Opcode(IntEnum):
    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


class CloseCode(IntEnum):
    NORMAL = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    UNSUPPORTED_DATA = 1003
    POLICY = 1008
    TOO_BIG = 1009


class WebSocketError(Exception):
    """The stream is broken; `code` goes into our Close frame."""

    def __init__(self, code: CloseCode, text: str) -> None:
        super().__init__(text)
        self.code = code


class HandshakeRefused(Exception):
    """No handshake of this version; `status` is the HTTP answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Frame(NamedTuple):
    """A data frame's payload, or a control frame; `MessageReader` puts messages together where their bounds count."""

    opcode: Opcode
    payload: bytes
    final: bool = True
    """Whether a message ends with it."""


def accept(headers: Iterable[tuple[bytes, bytes]], protocols: tuple[str, ...]) -> bytes:
    """The whole 101 answer to a GET with these headers (names in lower case).

    `protocols`: subprotocols served, one of which the client must offer; empty: there are none.
    Raises HandshakeRefused (400, 426).
    """
    found: dict[bytes, str] = {}
    for name, value in headers:
        text = value.decode("latin-1").strip()
        found[name] = f"{found[name]},{text}" if name in found else text
    if found.get(b"upgrade", "").lower() != "websocket":
        raise HandshakeRefused(400)
    if "upgrade" not in _words(found.get(b"connection", "").lower()):
        raise HandshakeRefused(400)
    if found.get(b"sec-websocket-version") != VERSION:
        raise HandshakeRefused(426)
    key = found.get(b"sec-websocket-key", "")
    try:
        if len(base64.b64decode(key, validate=True)) != 16:
            raise HandshakeRefused(400)
    except (binascii.Error, ValueError) as error:
        raise HandshakeRefused(400) from error
    offered = _words(found.get(b"sec-websocket-protocol", ""))
    chosen = next((one for one in offered if one in protocols), None)
    if chosen is None and protocols:
        raise HandshakeRefused(400)
    proof = base64.b64encode(hashlib.sha1(key.encode() + GUID, usedforsecurity=False).digest()).decode()
    lines = (
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {proof}",
        *((f"Sec-WebSocket-Protocol: {chosen}",) if chosen is not None else ()),
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]


def frame(opcode: Opcode, payload: bytes) -> bytes:
    """One whole, unmasked frame."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size <= 0xFFFF:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2) + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8) + payload


def close_frame(code: CloseCode) -> bytes:
    return frame(Opcode.CLOSE, int(code).to_bytes(2))


class FrameReader:
    """Splits what the other side sends into frames; keeps the unfinished rest. Not to be fed after a WebSocketError."""

    __slots__ = ("_fragmented", "_masked", "_max", "_rest")

    def __init__(self, max_payload: int, *, masked: bool = True) -> None:
        """`masked`: frames of a client, which all carry a mask; a server's never do."""
        self._max = max_payload
        self._masked = masked
        self._rest = b""
        self._fragmented = False
        """A message has begun whose last frame is to come."""

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes; the frames that are now whole. Raises WebSocketError."""
        data = self._rest + data if self._rest else data
        frames: list[Frame] = []
        at = 0
        while (taken := self._take(data, at)) is not None:
            one, at = taken
            frames.append(one)
        self._rest = data[at:]
        return frames

    def _take(self, data: bytes, at: int) -> tuple[Frame, int] | None:
        if len(data) < at + 2:
            return None
        first, second = data[at], data[at + 1]
        opcode = self._check(first, second)
        size, body = second & 0x7F, at + 2
        if size >= 126:
            width = 2 if size == 126 else 8
            if len(data) < body + width:
                return None
            size, body = int.from_bytes(data[body : body + width]), body + width
        if size > self._max:
            raise WebSocketError(CloseCode.TOO_BIG, f"a frame of {size} bytes, at most {self._max} are taken")
        start = body + 4 if self._masked else body
        stop = start + size
        if len(data) < stop:
            return None
        payload = unmask(data[start:stop], data[body:start]) if self._masked else data[start:stop]
        if opcode < Opcode.CLOSE:
            self._fragmented = not first & 0x80
        return Frame(opcode, payload, bool(first & 0x80)), stop

    def _check(self, first: int, second: int) -> Opcode:
        if first & 0x70 or bool(second & 0x80) is not self._masked:
            raise WebSocketError(CloseCode.PROTOCOL_ERROR, "reserved bits, or a mask on the wrong side")
        try:
            opcode = Opcode(first & 0x0F)
        except ValueError:
            raise WebSocketError(CloseCode.PROTOCOL_ERROR, f"opcode {first & 0x0F}") from None
        if opcode >= Opcode.CLOSE:
            if second & 0x7F > 125 or not first & 0x80:
                raise WebSocketError(CloseCode.PROTOCOL_ERROR, "a control frame too long or in pieces")
        elif (opcode is Opcode.CONTINUATION) is not self._fragmented:
            raise WebSocketError(CloseCode.PROTOCOL_ERROR, "pieces of messages out of order")
        return opcode


class MessageReader:
    """Whole messages: pieces are put together, up to `max_message` bytes. Not to be fed after a WebSocketError."""

    __slots__ = ("_frames", "_max", "_opcode", "_parts", "_size")

    def __init__(self, max_message: int, *, masked: bool = True) -> None:
        self._frames = FrameReader(max_message, masked=masked)
        self._max = max_message
        self._opcode = Opcode.BINARY
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[Frame]:
        """The messages and control frames that are now whole, all of them final. Raises WebSocketError."""
        whole: list[Frame] = []
        for one in self._frames.feed(data):
            if one.opcode >= Opcode.CLOSE or (one.final and one.opcode is not Opcode.CONTINUATION):
                whole.append(one)
                continue
            if one.opcode is not Opcode.CONTINUATION:
                self._opcode = one.opcode
            self._size += len(one.payload)
            if self._size > self._max:
                raise WebSocketError(CloseCode.TOO_BIG, f"a message of more than {self._max} bytes")
            self._parts.append(one.payload)
            if one.final:
                whole.append(Frame(self._opcode, b"".join(self._parts)))
                self._parts, self._size = [], 0
        return whole


def unmask(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    if not size:
        return b""
    key = mask * (size // 4 + 1)
    return (int.from_bytes(payload) ^ int.from_bytes(key[:size])).to_bytes(size)
