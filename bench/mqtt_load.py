"""A load generator for MQTT ingest: publishers with a window of QoS 1 messages, and one subscriber that counts.

All messages of a run have the same length, so that the generator counts packets without looking into them.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import uvloop

from bench.harness import GeneratorClock, Sample

CONNACK_OK = b"\x20\x02\x00\x00"


def text(value: str) -> bytes:
    raw = value.encode()
    return len(raw).to_bytes(2) + raw


def length(number: int) -> bytes:
    out = bytearray()
    while True:
        number, digit = divmod(number, 128)
        out.append(digit | (0x80 if number else 0))
        if not number:
            return bytes(out)


def connect(client_id: str, username: str, password: str, keep_alive: int = 300) -> bytes:
    body = (
        text("MQTT")
        + b"\x04\xc2"
        + keep_alive.to_bytes(2)
        + text(client_id)
        + text(username)
        + text(password)
    )
    return b"\x10" + length(len(body)) + body


def subscribe(topic: str, qos: int) -> bytes:
    body = b"\x00\x01" + text(topic) + bytes([qos])
    return b"\x82" + length(len(body)) + body


def publish(topic: str, payload: bytes, packet_id: int) -> bytes:
    body = text(topic) + packet_id.to_bytes(2) + payload
    return b"\x32" + length(len(body)) + body


@dataclass
class Login:
    client_id: str
    username: str
    password: str


@dataclass
class Plan:
    """What one run sends. `message(publisher, number)` makes the payload; all of the same length."""

    publishers: list[tuple[Login, str]]
    """Log-in and topic of each publisher."""
    subscriber: Login
    filter: str
    message: Callable[[int, int], bytes]
    per_publisher: int
    window: int = 32
    subscriber_qos: int = 0
    extra: dict[str, float] = field(default_factory=dict)


class _Base(asyncio.Protocol):
    def __init__(self) -> None:
        self.ready = asyncio.get_running_loop().create_future()
        self.buffer = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("closed before CONNACK"))

    def packets(self, data: bytes) -> list[tuple[int, int, int]]:
        """(first byte, start, end) of every whole packet in the buffer; the rest is kept."""
        buffer = self.buffer + data if self.buffer else data
        at, packets, size = 0, [], len(buffer)
        while at + 2 <= size:
            number, shift, pos = 0, 0, at + 1
            while True:
                if pos >= size:
                    number = -1
                    break
                byte = buffer[pos]
                number |= (byte & 0x7F) << shift
                shift += 7
                pos += 1
                if byte < 0x80:
                    break
            if number < 0 or pos + number > size:
                break
            packets.append((buffer[at], pos, pos + number))
            at = pos + number
        self.whole, self.buffer = buffer, buffer[at:]
        return packets


class Publisher(_Base):
    def __init__(self, login: Login, packets: list[bytes], window: int) -> None:
        super().__init__()
        self._login = login
        self._packets = packets
        self._window = window
        self._next = 0
        self.acked = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        login = self._login
        self.transport.write(connect(login.client_id, login.username, login.password))

    def begin(self) -> None:
        self._send(self._window)

    def _send(self, count: int) -> None:
        if batch := self._packets[self._next : self._next + count]:
            self._next += len(batch)
            self.transport.write(b"".join(batch))

    def data_received(self, data: bytes) -> None:
        acked = 0
        for first, start, end in self.packets(data):
            if first == 0x40:
                acked += 1
            elif first == 0x20 and not self.ready.done():
                if self.whole[start:end] == b"\x00\x00":
                    self.ready.set_result(None)
                else:
                    self.ready.set_exception(ConnectionError(f"CONNACK {self.whole[start:end].hex()}"))
        if acked:
            self.acked += acked
            self._send(acked)
            if self.acked >= len(self._packets) and not self.done.done():
                self.done.set_result(None)


class Subscriber(_Base):
    def __init__(self, login: Login, topic: str, qos: int, wanted: int) -> None:
        super().__init__()
        self._login, self._topic, self._qos, self._wanted = login, topic, qos, wanted
        self.count = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        login = self._login
        self.transport.write(connect(login.client_id, login.username, login.password))

    def data_received(self, data: bytes) -> None:
        acks = bytearray()
        for first, start, end in self.packets(data):
            kind = first >> 4
            if kind == 3:
                self.count += 1
                if first & 0x06:
                    at = start + 2 + int.from_bytes(self.whole[start : start + 2])
                    acks += b"\x40\x02" + self.whole[at : at + 2]
            elif kind == 2:
                self.transport.write(subscribe(self._topic, self._qos))
            elif kind == 9 and not self.ready.done():
                if self.whole[end - 1] == 0x80:
                    self.ready.set_exception(ConnectionError("the subscription was refused"))
                else:
                    self.ready.set_result(None)
        if acks:
            self.transport.write(bytes(acks))
        if self.count >= self._wanted and not self.done.done():
            self.done.set_result(None)


async def _run(port: int, plan: Plan, seconds: float) -> Sample:
    loop = asyncio.get_running_loop()
    total = plan.per_publisher * len(plan.publishers)
    prepared = [
        [publish(topic, plan.message(n, i), i % 60_000 + 1) for i in range(plan.per_publisher)]
        for n, (_, topic) in enumerate(plan.publishers)
    ]
    _, subscriber = await loop.create_connection(
        lambda: Subscriber(plan.subscriber, plan.filter, plan.subscriber_qos, total), "127.0.0.1", port
    )
    await asyncio.wait_for(subscriber.ready, 10)
    publishers = []
    for (login, _), packets in zip(plan.publishers, prepared, strict=True):
        _, publisher = await loop.create_connection(
            lambda lo=login, p=packets: Publisher(lo, p, plan.window), "127.0.0.1", port
        )
        await asyncio.wait_for(publisher.ready, 10)
        publishers.append(publisher)
    with GeneratorClock() as clock:
        for publisher in publishers:
            publisher.begin()
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(p.done for p in publishers))
            acked_after = time.perf_counter()
            await subscriber.done
    lag = time.perf_counter() - acked_after
    for publisher in [*publishers, subscriber]:
        publisher.transport.write(b"\xe0\x00")
        publisher.transport.close()
    extra = {**plan.extra, "subscriber_lag_ms": lag * 1000, "messages": float(total)}
    return Sample(total / clock.wall, clock.share, extra=extra)


def ingest(port: int, plan: Plan, *, seconds: float = 120) -> Sample:
    """Publish everything; done when all is acknowledged and the subscriber has all. Messages a second."""
    return uvloop.run(_run(port, plan, seconds))
