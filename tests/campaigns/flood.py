"""A device that sends without waiting for acknowledgements, held back by nothing but its socket.

PUBACKs come in the order of the messages, so a count says which ones are acknowledged: the first so many. Frames are
told apart by hand, since the codec costs a client more than the platform takes.
"""

import asyncio
import socket
from typing import cast

from linli.protocols import mqtt
from linli.protocols.linkkit import topics
from linli.sim.link import Triple
from tests.campaigns.publisher import connect_packet

SEND_BUFFER = 128 * 1024
MOST_UNACKNOWLEDGED = 60_000
"""Packet ids would run out beyond."""
CHUNK = 64
PUBACK, CONNACK = 0x40, 0x20


class Flood(asyncio.Protocol):
    """Message number n carries the value n. `due` is how many should have been sent by now, `sent` how many were."""

    def __init__(self, triple: Triple) -> None:
        self._topic = topics.sys_topic(
            triple.product_key, triple.device_name, "thing/event/property/post"
        ).encode()
        self._triple = triple
        self._rest = b""
        self._transport: asyncio.Transport
        self._writable = True
        self.online = asyncio.Event()
        self.lost = ""
        """Why the connection ended; a flood must not end it."""
        self.due = self.sent = self.acknowledged = 0
        self.held_back = 0
        """Times the socket took no more."""
        self.disorder: list[str] = []

    async def connect(self, port: int) -> None:
        plain = socket.socket()
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        plain.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(plain, ("127.0.0.1", port))
        await loop.create_connection(lambda: self, sock=plain)
        async with asyncio.timeout(10):
            await self.online.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=SEND_BUFFER)
        self._transport.write(mqtt.encode(connect_packet(self._triple, clean=True)))

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = f"connection lost: {error}"

    def pause_writing(self) -> None:
        self._writable = False
        self.held_back += 1

    def resume_writing(self) -> None:
        self._writable = True
        self.pump()

    def data_received(self, data: bytes) -> None:
        data, at = self._rest + data, 0
        acknowledged, end = self.acknowledged, len(data)
        while at + 4 <= end:
            if data[at] == PUBACK:
                acknowledged += 1
                if data[at + 2] << 8 | data[at + 3] != _packet_id(acknowledged):
                    self.disorder.append(f"{data[at : at + 4].hex()} for message {acknowledged}")
                at += 4
                continue
            long = data[at + 1] > 127
            size = (data[at + 1] & 127 | data[at + 2] << 7) + 3 if long else data[at + 1] + 2
            if at + size > end:
                break
            if data[at] == CONNACK and data[at + 3] == 0:
                self.online.set()
            at += size
        self._rest, self.acknowledged = data[at:], acknowledged

    def pump(self) -> None:
        """Send what is due, as far as the socket takes it."""
        while self._writable and not self.lost and self.sent < self.due:
            if self.sent - self.acknowledged >= MOST_UNACKNOWLEDGED:
                return
            upto = min(self.due, self.sent + CHUNK)
            self._transport.write(b"".join(map(self._packet, range(self.sent + 1, upto + 1))))
            self.sent = upto

    def close(self) -> None:
        self._transport.abort()

    def _packet(self, number: int) -> bytes:
        payload = (
            b'{"id":"%d","version":"1.0","params":{"Energy":%d},"method":"thing.event.property.post"}'
            % (
                number,
                number,
            )
        )
        size = 2 + len(self._topic) + 2 + len(payload)
        return b"".join(
            (
                bytes((0x32, size & 127 | 128, size >> 7)) if size > 127 else bytes((0x32, size)),
                len(self._topic).to_bytes(2),
                self._topic,
                _packet_id(number).to_bytes(2),
                payload,
            )
        )


def _packet_id(number: int) -> int:
    return (number - 1) % 65_535 + 1
