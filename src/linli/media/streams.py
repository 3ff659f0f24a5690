"""One port of the media child: takes packets of its other end, counts them and hands them on. Runs in the child."""

import socket
from collections.abc import Callable
from typing import Final

from linli.media.frames import Announce, Counts, Key, Latched, News
from linli.media.latch import Address, Gate
from linli.protocols import rtp

BURST: Final = 64
"""Packets read from one socket before the others have their turn."""
MOST_PACKETS: Final = 3_000
"""A second, of one stream: ten times what a door's picture has."""
PICTURE_MS: Final = 500
"""Between two requests for a whole picture."""
OPENS: Final = "*"
"""The key that doors open at (spec A 4.1)."""
MOST_KEPT: Final = 64
"""Packets of one press."""
_SENDER: Final = 0x4C696E6C
"""Whom requests for a picture come from."""


class Stream:
    """One medium of one end, whoever that is."""

    def __init__(self, port: int, tell: Callable[[News], None], *, video: bool) -> None:
        self.port = port
        self.video = video
        self.tell = tell
        self.reception = rtp.Reception()
        self._digits = rtp.Digits()
        self._clocks: dict[int, int] = {}
        self._keys: frozenset[int] = frozenset()
        self.sealed = False
        self._guarded = False
        self._kept: list[bytes] = []
        self._released: tuple[int, int] | None = None
        self.targets: tuple[Stream, ...] = ()
        self.source: Stream | None = None
        self.budget = MOST_PACKETS
        self._asked_ms = -PICTURE_MS
        self._octets = 0
        self.reported_lost = self.sent = self.refused = self.signs = 0

    def announce(self, order: Announce, now_ms: int) -> None:
        self._clocks = order.clocks
        self._keys = frozenset(order.keys)
        self.sealed = order.sealed
        self._guarded = order.guarded

    def counts(self, clock: int = 8000) -> Counts:
        rate = next(iter(self._clocks.values()), clock)
        return Counts(
            self.reception.packets,
            self._octets,
            self.reception.lost,
            round(self.reception.jitter * 1000 / rate, 1),
            self.sent,
            self.refused,
            self.signs,
            self.reported_lost,
        )

    def send(self, data: bytes, now_ms: int) -> None:
        """A packet to the other end."""
        raise NotImplementedError

    def send_control(self, data: bytes, now_ms: int) -> None:
        """Reports to the other end."""
        raise NotImplementedError

    def close(self) -> None:
        return

    # ------------------------------------------------------------ what came

    def pass_on(self, head: rtp.Head, data: bytes, now_ns: int) -> None:
        """A packet of the other end, which proved to be of it."""
        self.budget -= 1
        self.signs += 1
        self._octets += len(data)
        kind = head.payload_type
        self.reception.take(head, now_ns * self._clocks.get(kind, 8000) // 1_000_000_000)
        if kind in self._keys and self._press(head, data):
            return
        for target in self.targets:
            target.send(data, now_ns // 1_000_000)

    def _press(self, head: rtp.Head, data: bytes) -> bool:
        """Tell of a key, with the first of its packets. Whether the packet is kept back."""
        body = rtp.payload(data)
        if self.sealed or body is None:
            return self._guarded and not self.sealed
        key = self._digits.take(head, body)
        if key is not None:
            self._kept.clear()
            self.tell(Key(self.port, key))
        if not self._guarded or (head.ssrc, head.timestamp) == self._released:
            return False
        events = [
            rtp.read_event(body[at:]) for at in range(0, len(body), 4)
        ]  # several may abut (RFC 4733, 2.5.1.5)
        if not any(event is not None and event.key == OPENS for event in events):
            return False
        if len(self._kept) < MOST_KEPT:
            self._kept.append(data)
        return True

    def release(self, now_ms: int) -> None:
        """Let the key that was kept back go on, and what else comes of its press."""
        kept, self._kept = self._kept, []
        for data in kept:
            head = rtp.read_head(data)
            if head is not None:
                self._released = (head.ssrc, head.timestamp)
            for target in self.targets:
                target.send(data, now_ms)

    def hear(self, words: tuple[rtp.Report | rtp.PictureLoss, ...], data: bytes, now_ms: int) -> None:
        """Reports of the other end."""
        self.budget -= 1
        self.signs += 1
        for word in words:
            if isinstance(word, rtp.Report):
                self.reported_lost = max(0, word.lost)
        if self.targets:
            for target in self.targets:
                target.send_control(data, now_ms)
        elif self.source is not None and any(isinstance(word, rtp.PictureLoss) for word in words):
            self.source.ask_picture(now_ms)

    def ask_picture(self, now_ms: int) -> None:
        """Ask the other end for a whole picture, but not for every viewer that misses one."""
        if self.reception.ssrc is None or now_ms - self._asked_ms < PICTURE_MS:
            return
        self._asked_ms = now_ms
        self.send_control(rtp.build_picture_loss(_SENDER, self.reception.ssrc), now_ms)


class PhoneStream(Stream):
    """Of a phone: a port of its own for packets, and one for reports."""

    def __init__(
        self,
        port: int,
        sockets: tuple[socket.socket, socket.socket],
        gates: tuple[Gate, Gate],
        tell: Callable[[News], None],
        *,
        video: bool,
    ) -> None:
        super().__init__(port, tell, video=video)
        self._data, self._control = self.sockets = sockets
        self._gate, self._control_gate = gates
        self._control_ssrc: int | None = None

    def announce(self, order: Announce, now_ms: int) -> None:
        super().announce(order, now_ms)
        self._gate.announce(order.signalled, order.address, now_ms)
        self._control_gate.announce(order.signalled, order.control, now_ms)

    def read_data(self, now_ns: int) -> None:
        now_ms = now_ns // 1_000_000
        receive, gate = self._data.recvfrom, self._gate
        for _ in range(BURST):
            try:
                data, source = receive(rtp.MAX_PACKET + 1)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue  # what a network says about an earlier packet of ours
            head = rtp.read_head(data)
            if head is None or self.budget <= 0:
                self.refused += 1
                continue
            if source[:2] != gate.latched and not self._admit(gate, source[:2], now_ms, head):
                self.refused += 1
                continue
            gate.heard_ms = now_ms
            self.pass_on(head, data, now_ns)

    def _admit(self, gate: Gate, source: Address, now_ms: int, head: rtp.Head) -> bool:
        before = gate.latched
        if not gate.takes(source, now_ms, continues=self.reception.follows(head)):
            return False
        if source != before:
            self.tell(Latched(self.port, source, control=False))
        return True

    def send(self, data: bytes, now_ms: int) -> None:
        target = self._gate.target(now_ms)
        if target is not None:
            send_to(self._data, data, target)
            self.sent += 1

    def read_control(self, now_ms: int) -> None:
        for _ in range(BURST):
            try:
                data, source = self._control.recvfrom(rtp.MAX_PACKET + 1)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue
            words = () if self.sealed and rtp.is_rtcp(data) else rtp.read_compound(data)
            if words is None or self.budget <= 0 or not self._admit_control(source[:2], data, now_ms):
                self.refused += 1
                continue
            self.hear(words, data, now_ms)

    def _admit_control(self, source: Address, data: bytes, now_ms: int) -> bool:
        gate, ssrc = self._control_gate, int.from_bytes(data[4:8])
        if source != gate.latched:
            if not gate.takes(source, now_ms, continues=ssrc == self._control_ssrc):
                return False
            self.tell(Latched(self.port, source, control=True))
        gate.heard_ms = now_ms
        self._control_ssrc = ssrc
        return True

    def send_control(self, data: bytes, now_ms: int) -> None:
        target = self._control_gate.target(now_ms)
        if target is not None:
            send_to(self._control, data, target)

    def close(self) -> None:
        for wire in self.sockets:
            wire.close()


def send_to(wire: socket.socket, data: bytes, target: Address) -> None:
    try:
        wire.sendto(data, target)
    except OSError:
        return  # a full buffer or a network that is away: lost, as packets may be
