"""Frames between a parent and its child: a length and a body, msgpack inside. The asker waits for the answer."""

import struct
from typing import Any, BinaryIO, Final

import msgspec

LENGTH: Final = struct.Struct("<I")
FRAME_MAX: Final = 16 * 1024 * 1024
END: Final = 0
"""A length that means: this work is over (parent), or this child has ended (nursery). A code follows."""


class Ended(EOFError):
    """The work is over: the other end is gone, or says so. `code`: how the child ended."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__(code)
        self.code = code


class Channel:
    """One end."""

    def __init__(self, source: BinaryIO, target: BinaryIO) -> None:
        self._source = source
        self._target = target

    def send(self, message: Any) -> None:
        """Raises Ended."""
        body = msgspec.msgpack.encode(message)
        if len(body) > FRAME_MAX:
            raise ValueError(f"a frame of {len(body)} bytes")
        self._write(LENGTH.pack(len(body)) + body)

    def end(self, code: int = 0) -> None:
        """Say that the work is over. Raises Ended."""
        self._write(LENGTH.pack(END) + LENGTH.pack(code))

    def receive(self, kind: Any) -> Any:
        """A message of a type. Raises Ended, msgspec.DecodeError."""
        (length,) = LENGTH.unpack(self._exactly(LENGTH.size))
        if length == END:
            (code,) = LENGTH.unpack(self._exactly(LENGTH.size))
            raise Ended(code)
        if length > FRAME_MAX:
            raise Ended
        return msgspec.msgpack.decode(self._exactly(length), type=kind)

    def _write(self, data: bytes) -> None:
        try:
            self._target.write(data)
            self._target.flush()
        except (OSError, ValueError) as error:
            raise Ended from error

    def _exactly(self, size: int) -> bytes:
        try:
            body = self._source.read(size)
        except (OSError, ValueError) as error:  # closed meanwhile by the other end
            raise Ended from error
        if len(body) != size:
            raise Ended
        return body
