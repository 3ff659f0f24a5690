"""The server's side of WebSocket: the handshake and the frames. Source: RFC 6455; bytes in, values out.

byte 0   FIN, 3 reserved bits, opcode      byte 1   MASK, 7 bits of length (126: 2 bytes follow, 127: 8)
then     4 bytes of mask (from clients always), payload
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from enum import IntEnum
from typing import Final, NamedTuple

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
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
    """A data frame's payload, or a control frame. Messages are not put together: MQTT is a stream of bytes."""

    opcode: Opcode
    payload: bytes


def accept(headers: Iterable[tuple[bytes, bytes]], protocols: tuple[str, ...]) -> bytes:
    """The whole 101 answer to a GET with these headers (names in lower case).

    `protocols`: subprotocols served, one of which the client must offer. Raises HandshakeRefused (400, 426).
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
    if chosen is None:
        raise HandshakeRefused(400)
    proof = base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()).decode()
    lines = (
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {proof}",
        f"Sec-WebSocket-Protocol: {chosen}",
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
    """Splits what a client sends into frames; keeps the unfinished rest. Not to be fed after a WebSocketError."""

    __slots__ = ("_fragmented", "_max", "_rest")

    def __init__(self, max_payload: int) -> None:
        self._max = max_payload
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
        stop = body + 4 + size
        if len(data) < stop:
            return None
        mask, masked = data[body : body + 4], data[body + 4 : stop]
        if opcode < Opcode.CLOSE:
            self._fragmented = not first & 0x80
        return Frame(opcode, _unmask(masked, mask)), stop

    def _check(self, first: int, second: int) -> Opcode:
        if first & 0x70 or not second & 0x80:
            raise WebSocketError(CloseCode.PROTOCOL_ERROR, "reserved bits, or a frame without mask")
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


def _unmask(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    if not size:
        return b""
    key = mask * (size // 4 + 1)
    return (int.from_bytes(payload) ^ int.from_bytes(key[:size])).to_bytes(size)
