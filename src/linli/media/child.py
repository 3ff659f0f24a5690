"""The child that moves the packets: `python -m linli.media.child SOCKET MEGABYTES`.

It takes orders and sockets from the platform over one socket and ends when that does. It decides nothing.
"""

import contextlib
import resource
import selectors
import socket
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec

from linli.media import frames
from linli.media.frames import (
    Announce,
    Browser,
    BrowserGone,
    Browsers,
    Close,
    Counted,
    Counts,
    News,
    Open,
    Order,
    Ping,
    Pong,
    Release,
    Route,
)
from linli.media.latch import Gate
from linli.media.streams import MOST_PACKETS, PhoneStream, Stream

if TYPE_CHECKING:
    from linli.media.browsers import BrowserPort

TICK_S: Final = 1.0
"""Between two counts."""


class Mover:
    """All ports of this child."""

    def __init__(self, orders: socket.socket) -> None:
        self._orders = orders
        self._selector = selectors.DefaultSelector()
        self._selector.register(orders, selectors.EVENT_READ, self._take_orders)
        self._streams: dict[int, Stream] = {}
        self._told: dict[int, Counts] = {}
        self._browsers: BrowserPort | None = None
        self._over = False

    def run(self) -> None:
        tick_ns = time.monotonic_ns()
        while not self._over:
            for key, _ in self._selector.select(TICK_S):
                key.data(time.monotonic_ns())
            now_ns = time.monotonic_ns()
            if now_ns - tick_ns >= TICK_S * 1e9:
                tick_ns = now_ns
                self._tick()

    def _tell(self, news: News) -> None:
        """News are lost when the platform does not read them; the next counts have all."""
        with contextlib.suppress(BlockingIOError):
            self._orders.send(frames.encode(news))

    def _tick(self) -> None:
        for port, stream in self._streams.items():
            stream.budget = MOST_PACKETS
            counts = stream.counts()
            if counts != self._told.get(port):
                self._told[port] = counts
                self._tell(Counted(port, counts))

    # ------------------------------------------------------------ orders

    def _take_orders(self, _now_ns: int) -> None:
        try:
            data, handles, _, _ = socket.recv_fds(self._orders, frames.FRAME_MAX, 2)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data, handles = b"", []
        if not data:
            self._over = True
            return
        sockets = [socket.socket(fileno=handle) for handle in handles]
        self._do(frames.decode_order(data), sockets)

    def _do(self, order: Order, sockets: list[socket.socket]) -> None:
        now_ms = time.monotonic_ns() // 1_000_000
        match order:
            case Open():
                self._open(order, sockets, now_ms)
            case Announce(port):
                if (stream := self._streams.get(port)) is not None:
                    stream.announce(order, now_ms)
            case Route(port, targets, source):
                if (stream := self._streams.get(port)) is not None:
                    before = stream.targets
                    stream.targets = tuple(self._streams[to] for to in targets if to in self._streams)
                    stream.source = None if source is None else self._streams.get(source)
                    if stream.video and not set(stream.targets) <= set(before):
                        stream.ask_picture(now_ms)
            case Release(port):
                if (stream := self._streams.get(port)) is not None:
                    stream.release(now_ms)
            case Close(port):
                self._close(port)
            case Browsers():
                self._open_browsers(sockets[0])
            case Browser():
                if self._browsers is not None:
                    self._streams |= {stream.port: stream for stream in self._browsers.add(order)}
            case BrowserGone(number, fragment):
                if self._browsers is not None:
                    self._browsers.remove(number, fragment)
            case Ping(number):
                self._tell(Pong(number))

    def _open(self, order: Open, sockets: list[socket.socket], now_ms: int) -> None:
        data, control = sockets
        for wire in sockets:
            wire.setblocking(False)
        gates = (
            Gate(order.signalled, order.latched, now_ms),
            Gate(order.signalled, order.control_latched, now_ms),
        )
        stream = PhoneStream(order.port, (data, control), gates, self._tell, video=order.video)
        self._streams[order.port] = stream
        read: Callable[[int], None] = stream.read_data
        self._selector.register(data, selectors.EVENT_READ, read)
        self._selector.register(
            control, selectors.EVENT_READ, lambda now_ns: stream.read_control(now_ns // 1_000_000)
        )

    def _open_browsers(self, wire: socket.socket) -> None:
        from linli.media.browsers import BrowserPort  # its libraries are there only where browsers are served

        wire.setblocking(False)
        self._browsers = BrowserPort(wire, self._tell)
        self._selector.register(wire, selectors.EVENT_READ, self._browsers.read)

    def _close(self, port: int) -> None:
        stream = self._streams.pop(port, None)
        if stream is None:
            self._tell(Counted(port, Counts(), last=True))
            return
        self._told.pop(port, None)
        if isinstance(stream, PhoneStream):
            for wire in stream.sockets:
                self._selector.unregister(wire)
        stream.close()
        for other in self._streams.values():
            if stream in other.targets:
                other.targets = tuple(target for target in other.targets if target is not stream)
            if other.source is stream:
                other.source = None
        self._tell(Counted(port, stream.counts(), last=True))


def main(arguments: list[str]) -> int:
    handle, megabytes = int(arguments[0]), int(arguments[1])
    if megabytes:
        limit = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    orders = socket.socket(fileno=handle)
    orders.setblocking(False)
    try:
        Mover(orders).run()
    except (ConnectionError, msgspec.DecodeError):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
