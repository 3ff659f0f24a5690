"""RTMP, the server's side, for players alone: handshake, chunks, and the few commands that a player sends. Bounded.

Source: Adobe RTMP 1.0, 5 (handshake, chunks) and 7 (commands); AMF 0.
"""

import struct
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

MOST_MESSAGE: Final = 65_536
MOST_STREAMS: Final = 16
CHUNK: Final = 4_096
VIDEO: Final = 9
_HANDSHAKE: Final = 1_536
_COMMAND, _COMMAND_3 = 20, 17
_SET_CHUNK, _WINDOW, _BANDWIDTH, _USER = 1, 5, 6, 4
_MOST_DEPTH: Final = 4
_MOST_VALUES: Final = 200
_WINDOW_BYTES: Final = 2_500_000


class Broken(ValueError):
    """No further byte makes this valid."""


class Play(NamedTuple):
    """Somebody wants a stream. `app`: of `connect`, with its query."""

    app: str
    name: str


@dataclass(slots=True)
class _Chunks:
    """One chunk stream."""

    length: int = 0
    kind: int = 0
    extended: bool = False
    data: bytearray = field(default_factory=bytearray)


class Session:
    """`feed` gives what is to be sent, and what is asked."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._step = 0
        self._chunk = 128
        self._streams: dict[int, _Chunks] = {}
        self._app = ""

    def feed(self, data: bytes) -> tuple[bytes, list[Play]]:
        """Raises Broken."""
        self._buffer += data
        out = bytearray()
        asked: list[Play] = []
        if self._step == 0 and len(self._buffer) > _HANDSHAKE:
            if self._buffer[0] != 3:
                raise Broken("this version is not served")
            first = bytes(self._buffer[1 : 1 + _HANDSHAKE])
            del self._buffer[: 1 + _HANDSHAKE]
            out += b"\x03" + bytes(_HANDSHAKE) + first
            self._step = 1
        if self._step == 1 and len(self._buffer) >= _HANDSHAKE:
            del self._buffer[:_HANDSHAKE]
            self._step = 2
        while self._step == 2 and (message := self._take_chunk()) is not None:
            kind, body = message
            if kind == _SET_CHUNK and len(body) == 4:
                self._chunk = max(1, min(int.from_bytes(body) & 0x7FFFFFFF, MOST_MESSAGE))
            elif kind in (_COMMAND, _COMMAND_3):
                self._command(body[1:] if kind == _COMMAND_3 else body, out, asked)
        if len(self._buffer) > 2 * MOST_MESSAGE:
            raise Broken("too much waits")
        return bytes(out), asked

    def _take_chunk(self) -> tuple[int, bytes] | None:
        """A message that is whole; of kind 0 where a chunk was taken and more is to come."""
        buffer = self._buffer
        if not buffer:
            return None
        form, number, at = buffer[0] >> 6, buffer[0] & 63, 1
        if number < 2:
            at = 2 + number
            if len(buffer) < at:
                return None
            number = 64 + buffer[1] + (buffer[2] << 8 if number else 0)
        size = (11, 7, 3, 0)[form]
        if len(buffer) < at + size:
            return None
        head = buffer[at : at + size]
        stream = self._streams.get(number)
        if stream is None:
            if form == 3 or len(self._streams) >= MOST_STREAMS:
                raise Broken("a chunk continues nothing")
            stream = _Chunks()
        extended = head[:3] == b"\xff\xff\xff" if form < 3 else stream.extended
        length = int.from_bytes(head[3:6]) if form < 2 else stream.length
        at += size + (4 if extended else 0)
        if length > MOST_MESSAGE:
            raise Broken("a message is too large")
        part = min(self._chunk, length - len(stream.data))
        if len(buffer) < at + part:
            return None
        self._streams[number] = stream
        if form < 2:
            stream.kind = head[6]
        stream.length, stream.extended = length, extended
        stream.data += buffer[at : at + part]
        del buffer[: at + part]
        if len(stream.data) < length:
            return 0, b""
        body = bytes(stream.data)
        stream.data.clear()
        return stream.kind, body

    def _command(self, body: bytes, out: bytearray, asked: list[Play]) -> None:
        values = read_values(body)
        name, number = (values[0], values[1]) if len(values) > 1 else ("", 0)
        if not isinstance(number, float):
            raise Broken("a command has no number")
        if name == "connect" and len(values) > 2 and isinstance(values[2], dict):
            self._app = str(values[2].get("app", ""))[:512]
            out += message(_WINDOW, 0, _WINDOW_BYTES.to_bytes(4), stream=0, channel=2)
            out += message(_BANDWIDTH, 0, _WINDOW_BYTES.to_bytes(4) + b"\x02", stream=0, channel=2)
            out += message(_SET_CHUNK, 0, CHUNK.to_bytes(4), stream=0, channel=2, chunk=128)
            good = {"level": "status", "code": "NetConnection.Connect.Success", "description": "connected"}
            out += _reply("_result", number, {"fmsVer": "LINLI/1,0", "capabilities": 31.0}, good)
        elif name == "createStream":
            out += _reply("_result", number, None, 1.0)
        elif name == "play" and len(values) > 3:
            asked.append(Play(self._app, str(values[3])[:512]))


def begun() -> bytes:
    """The stream begins."""
    return message(_USER, 0, b"\x00\x00\x00\x00\x00\x01", stream=0, channel=2) + _status(
        "status", "NetStream.Play.Start"
    )


def refused(text: str) -> bytes:
    return _status("error", "NetStream.Play.Failed", text)


def ended() -> bytes:
    return _status("status", "NetStream.Play.Stop")


def _status(level: str, code: str, text: str = "") -> bytes:
    info = {"level": level, "code": code, "description": text or code}
    return _reply("onStatus", 0.0, None, info, stream=1)


def _reply(name: str, number: float, *values: object, stream: int = 0) -> bytes:
    return message(_COMMAND, 0, write_values(name, number, *values), stream=stream, channel=3)


def message(
    kind: int, time_ms: int, body: bytes, *, stream: int = 1, channel: int = 6, chunk: int = CHUNK
) -> bytes:
    """A message in chunks."""
    time_ms &= 0xFFFFFFFF
    long = time_ms >= 0xFFFFFF
    extra = time_ms.to_bytes(4) if long else b""
    head = (0xFFFFFF if long else time_ms).to_bytes(3) + len(body).to_bytes(3) + bytes((kind,))
    parts = [bytes((channel,)), head, stream.to_bytes(4, "little"), extra, body[:chunk]]
    for at in range(chunk, len(body), chunk):
        parts += [bytes((0xC0 | channel,)), extra, body[at : at + chunk]]
    return b"".join(parts)


# ------------------------------------------------------------ AMF 0


def write_values(*values: object) -> bytes:
    return b"".join(map(_write, values))


def _write(value: object) -> bytes:
    match value:
        case None:
            return b"\x05"
        case bool():
            return b"\x01" + bytes((value,))
        case float():
            return b"\x00" + struct.pack("!d", value)
        case str():
            return b"\x02" + _text(value)
        case dict():
            return (
                b"\x03"
                + b"".join(_text(str(key)) + _write(item) for key, item in value.items())
                + b"\x00\x00\x09"
            )
        case _:
            raise TypeError(type(value))


def _text(text: str) -> bytes:
    data = text.encode()[:65_535]
    return len(data).to_bytes(2) + data


def read_values(data: bytes) -> list[Any]:
    """Raises Broken."""
    reader = _Reader(data)
    values: list[Any] = []
    while reader.at < len(data):
        values.append(reader.value(0))
    return values


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0
        self._left = _MOST_VALUES

    def _take(self, size: int) -> bytes:
        part = self._data[self.at : self.at + size]
        if len(part) < size:
            raise Broken("a value is cut off")
        self.at += size
        return part

    def value(self, depth: int) -> Any:
        self._left -= 1
        if depth > _MOST_DEPTH or self._left < 0:
            raise Broken("too many values")
        match self._take(1)[0]:
            case 0:
                return struct.unpack("!d", self._take(8))[0]
            case 1:
                return bool(self._take(1)[0])
            case 2:
                return self._text()
            case 3:
                return self._object(depth)
            case 8:
                self._take(4)
                return self._object(depth)
            case 5 | 6:
                return None
            case _:
                raise Broken("a value of another kind")

    def _text(self) -> str:
        return self._take(int.from_bytes(self._take(2))).decode("utf-8", "replace")

    def _object(self, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while True:
            name = self._text()
            if not name and self._data[self.at : self.at + 1] == b"\x09":
                self.at += 1
                return values
            values[name] = self.value(depth + 1)
