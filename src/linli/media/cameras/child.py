"""The child that takes streams in: `python -m linli.media.cameras.child ORDERS PICTURES MEGABYTES`.

It takes orders with sockets from the platform and ends when that does. What it read it gives back as pictures. A picture
that the platform does not take in time is dropped, with those after it up to the next key picture.
"""

import contextlib
import resource
import selectors
import socket
import sys
import time
from typing import Final

import msgspec

from linli.media.cameras import wire
from linli.media.cameras.datagrams import Datagrams, Run
from linli.media.cameras.intake import Intake
from linli.media.cameras.wire import Allow, Drop, Facts, Frame, News, Report, Take
from linli.protocols import rtp

TICK_S: Final = 0.5
PAUSE_S: Final = 0.002
"""After each look at the sockets, so that one look takes many packets; meanwhile their buffers have room enough."""
MOST_WAITING: Final = 16 * 1024 * 1024
"""Bytes for the platform that it has not taken."""
_MOST_UNREAD: Final = 256 * 1024


class Source:
    """One stream, by datagrams or by a connection that the camera opens (RFC 4571)."""

    def __init__(self, order: Take, here: socket.socket) -> None:
        self.number = order.number
        self.here = here
        self.listens = order.listens
        self.intake = Intake(order.number, order.ssrc)
        self.hosts = frozenset(order.hosts)
        self.strangers = 0
        self.stranger = ""
        self.line: socket.socket | None = None
        self.unread = bytearray()
        self.waits_for_key = False
        self.reported: Facts | None = None

    def mine(self, host: str, packets: int = 1) -> bool:
        if host in self.hosts:
            return True
        self.strangers += packets
        self.stranger = host
        return False

    def facts(self) -> Facts:
        return self.intake.facts(self.strangers, self.stranger)

    def take(self, runs: list[Run]) -> list[Frame]:
        """Datagrams that came."""
        frames: list[Frame] = []
        for host, packets in runs:
            if self.mine(host, len(packets)):
                frames += self.intake.take(packets)
        return frames

    def accept(self) -> socket.socket | None:
        """The connection that counts now: the camera's last one."""
        try:
            line, address = self.here.accept()
        except OSError:
            return None
        if not self.mine(address[0]):
            line.close()
            return None
        line.setblocking(False)
        return line

    def stream(self) -> list[Frame] | None:
        """None: the connection is over."""
        assert self.line is not None
        try:
            data = self.line.recv(_MOST_UNREAD)
        except (BlockingIOError, InterruptedError):
            return []
        except OSError:
            return None
        if not data:
            return None
        self.unread += data
        packets: list[bytes] = []
        at = 0
        while len(self.unread) >= at + 2:
            end = at + 2 + int.from_bytes(self.unread[at : at + 2])
            if len(self.unread) < end:
                break
            packets.append(bytes(self.unread[at + 2 : end]))
            at = end
        del self.unread[:at]
        return self.intake.take(packets)


class Taker:
    def __init__(self, orders: socket.socket, pictures: socket.socket) -> None:
        self._orders = orders
        self._pictures = pictures
        self._selector = selectors.DefaultSelector()
        self._selector.register(orders, selectors.EVENT_READ, self._take_orders)
        self._sources: dict[int, Source] = {}
        self._datagrams: dict[int, Datagrams] = {}
        """By address family."""
        self._waiting = bytearray()
        self._writing = False
        """Whether some is left that the platform did not take."""
        self._over = False

    def run(self) -> None:
        tick = time.monotonic()
        while not self._over:
            for key, _ in self._selector.select(TICK_S):
                key.data()
            if time.monotonic() - tick >= TICK_S:
                tick = time.monotonic()
                for source in self._sources.values():
                    self._tell_facts(source)
            if self._waiting and not self._writing:
                self._write()
            time.sleep(PAUSE_S)

    def _take_orders(self) -> None:
        try:
            data, handles, _, _ = socket.recv_fds(self._orders, wire.ORDER_MAX, 1)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data, handles = b"", []
        if not data:
            self._over = True
            return
        sockets = [socket.socket(fileno=handle) for handle in handles]
        match wire.decode_order(data):
            case Take() as order:
                self._take(order, sockets[0])
            case Allow(number, host):
                if (source := self._sources.get(number)) is not None:
                    source.hosts |= {host}
            case Drop(number):
                self._drop(number)

    def _take(self, order: Take, here: socket.socket) -> None:
        here.setblocking(False)
        source = self._sources[order.number] = Source(order, here)
        if order.listens:
            self._selector.register(here, selectors.EVENT_READ, lambda: self._accept(source))
        else:
            if here.family not in self._datagrams:
                self._datagrams[here.family] = Datagrams(here.family, rtp.MAX_PACKET)
            datagrams = self._datagrams[here.family]
            self._selector.register(
                here, selectors.EVENT_READ, lambda: self._give(source, source.take(datagrams.take(here)))
            )

    def _accept(self, source: Source) -> None:
        if (line := source.accept()) is not None:
            self._hang_up(source)
            source.line = line
            self._selector.register(line, selectors.EVENT_READ, lambda: self._read(source))

    def _read(self, source: Source) -> None:
        frames = source.stream()
        if frames is None:
            self._hang_up(source)
        else:
            self._give(source, frames)

    def _hang_up(self, source: Source) -> None:
        if source.line is not None:
            self._selector.unregister(source.line)
            source.line.close()
            source.line = None
            source.unread.clear()

    def _drop(self, number: int) -> None:
        source = self._sources.pop(number, None)
        if source is not None:
            self._hang_up(source)
            self._selector.unregister(source.here)
            source.here.close()
            self._tell_facts(source)

    # ------------------------------------------------------------ to the platform

    def _give(self, source: Source, frames: list[Frame]) -> None:
        first = source.intake.given == len(frames)
        for frame in frames:
            if len(self._waiting) > MOST_WAITING:
                source.waits_for_key = True
            elif frame.key:
                source.waits_for_key = False
            if not source.waits_for_key:
                self._tell(frame)
        if frames and first:
            self._tell_facts(source)

    def _tell_facts(self, source: Source) -> None:
        facts = source.facts()
        if facts != source.reported and len(self._waiting) <= MOST_WAITING:
            source.reported = facts
            self._tell(Report(source.number, facts))

    def _tell(self, news: News) -> None:
        """What one look at the sockets brought is written at once: each write wakes the platform."""
        begin = len(self._waiting)
        self._waiting += bytes(wire.SIZE_BYTES)
        wire.encode_into(news, self._waiting, -1)
        size = len(self._waiting) - begin - wire.SIZE_BYTES
        self._waiting[begin : begin + wire.SIZE_BYTES] = size.to_bytes(wire.SIZE_BYTES)

    def _write(self) -> None:
        """As much as the platform takes now; the rest when it takes more."""
        try:
            sent = self._pictures.send(self._waiting)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            self._over = True
            return
        del self._waiting[:sent]
        if bool(self._waiting) != self._writing:
            self._writing = not self._writing
            if self._writing:
                self._selector.register(self._pictures, selectors.EVENT_WRITE, self._write)
            else:
                self._selector.unregister(self._pictures)


def main(arguments: list[str]) -> int:
    orders, pictures, megabytes = (int(word) for word in arguments)
    if megabytes:
        limit = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    lines = [socket.socket(fileno=handle) for handle in (orders, pictures)]
    for line in lines:
        line.setblocking(False)
    with contextlib.suppress(ConnectionError):
        try:
            Taker(*lines).run()
        except msgspec.DecodeError:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
