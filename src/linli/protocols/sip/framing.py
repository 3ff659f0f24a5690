"""Messages in a stream, and keep-alives. Source: RFC 3261, 18.3; RFC 5626, 3.5 and 4.4.1."""

from typing import Final

from .errors import Malformed, NotSip
from .message import (
    MAX_HEAD,
    Request,
    Response,
    broken,
    content_length,
    read_head,
)

PING: Final = b"\r\n\r\n"
PONG: Final = b"\r\n"


class StreamReader:
    """Cuts a TCP or TLS stream into messages. What it keeps is bounded by the largest message."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._message: Request | Response | None = None
        self._missing = 0
        self._searched = 0
        self.flaw: Malformed | NotSip | None = None
        """Why nothing more is read: the frame is lost, and the connection ends after an answer to a BrokenRequest."""
        self.pings = 0
        """Keep-alives to be answered with PONG since somebody last set it to 0."""

    @property
    def idle(self) -> bool:
        """Whether no message has begun."""
        return self._message is None and not self._buffer

    def read(self, data: bytes) -> list[Request | Response]:
        """Take bytes in, give the messages that are whole now; look at `flaw` then."""
        messages: list[Request | Response] = []
        if self.flaw is not None:
            return messages
        self._buffer += data
        while True:
            try:
                if self._message is None and not self._read_head():
                    return messages
            except (Malformed, NotSip) as error:
                self.flaw = error
                self._buffer.clear()
                return messages
            message = self._message
            if message is None or len(self._buffer) < self._missing:
                return messages
            message.body = bytes(self._buffer[: self._missing])
            del self._buffer[: self._missing]
            self._message = None
            messages.append(message)

    def _read_head(self) -> bool:
        buffer = self._buffer
        while buffer and buffer[0] in PING:
            if buffer.startswith(PING):
                self.pings += 1
                del buffer[:4]
            elif len(buffer) < 4 and PING.startswith(bytes(buffer)):
                return False  # may still become a keep-alive
            else:
                del buffer[:1]
            self._searched = 0
        end = buffer.find(b"\r\n\r\n", max(0, self._searched - 3))
        if end < 0:
            self._searched = len(buffer)
            if len(buffer) > MAX_HEAD:
                raise Malformed("the head is too large", 513)
            return False
        message = read_head(bytes(buffer[:end]))
        del buffer[: end + 4]
        self._searched = 0
        length = content_length(message)
        if length is None:
            raise broken(message, "a stream needs Content-Length")
        self._message, self._missing = message, length
        return True
