"""The platform's end of the socket to its media child: orders in order, sockets beside them, news back."""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from linli.media import frames
from linli.media.frames import News, Order

MOST_WAITING: Final = 20_000
"""Orders that the child did not read: then it hangs."""
_AT_ONCE: Final = 256
_BUFFER: Final = 1024 * 1024


class Line:
    """`close` in any state. `broken` is called once, when the child does not read or sends nonsense."""

    def __init__(self, wire: socket.socket, news: Callable[[News], None], broken: Callable[[], None]) -> None:
        wire.setblocking(False)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        self._wire = wire
        self._news = news
        self._broken = broken
        self._waiting: deque[tuple[bytes, Sequence[int]]] = deque()
        self._loop = asyncio.get_running_loop()
        self._open = True
        self._loop.add_reader(wire, self._read)

    def send(self, order: Order, sockets: Sequence[int] = ()) -> None:
        """`sockets`: file numbers that stay open here until they are sent; a line that is closed takes nothing."""
        if not self._open:
            return
        self._waiting.append((frames.encode(order), sockets))
        if len(self._waiting) == 1:
            self._write()
        elif len(self._waiting) > MOST_WAITING:
            self._fail()

    def _write(self) -> None:
        while self._waiting:
            data, sockets = self._waiting[0]
            try:
                if sockets:
                    socket.send_fds(self._wire, [data], sockets)
                else:
                    self._wire.send(data)
            except BlockingIOError:
                self._loop.add_writer(self._wire, self._write)
                return
            except OSError:
                self._fail()
                return
            self._waiting.popleft()
        self._loop.remove_writer(self._wire)

    def _read(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                data = self._wire.recv(frames.FRAME_MAX)
                if not data:
                    raise ConnectionError
                news = frames.decode_news(data)
            except (BlockingIOError, InterruptedError):
                return
            except (OSError, msgspec.DecodeError):
                self._fail()
                return
            self._news(news)

    def _fail(self) -> None:
        if self._open:
            self.close()
            self._broken()

    def close(self) -> None:
        if self._open:
            self._open = False
            self._waiting.clear()
            self._loop.remove_reader(self._wire)
            self._loop.remove_writer(self._wire)
            with contextlib.suppress(OSError):
                self._wire.close()
