"""An end of a call on real sockets: says what a test gives it, hears what comes."""

import asyncio
from typing import Any

from linli.protocols import rtp
from linli.protocols.rtp.events import build_event

WAIT_S = 30


class Peer(asyncio.DatagramProtocol):
    """One medium of a phone at an address of the loopback network."""

    def __init__(self, ssrc: int, kind: int = 8) -> None:
        self.ssrc = ssrc
        self.kind = kind
        self.sequence = 100
        self.packets: asyncio.Queue[bytes] = asyncio.Queue()

    @classmethod
    async def open(cls, ssrc: int, host: str = "127.0.0.1", kind: int = 8) -> "Peer":
        peer = cls(ssrc, kind)
        await peer.bind(host)
        return peer

    async def bind(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Again: its network gave it another port."""
        loop = asyncio.get_running_loop()
        self.wire, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        self.host, self.port = self.wire.get_extra_info("sockname")

    def datagram_received(self, data: bytes, _addr: Any) -> None:
        self.packets.put_nowait(data)

    def packet(self, body: bytes = b"\xd5" * 160, kind: int | None = None) -> bytes:
        self.sequence += 1
        head = rtp.Head(
            self.kind if kind is None else kind, False, self.sequence & 0xFFFF, self.sequence * 160, self.ssrc
        )
        return rtp.build_packet(head, body)

    def say(self, port: int, body: bytes = b"\xd5" * 160) -> bytes:
        packet = self.packet(body)
        self.wire.sendto(packet, ("127.0.0.1", port))
        return packet

    def press(self, port: int, key: str) -> None:
        """A key, as six packets of which the last three end it."""
        self.sequence += 10
        stamp = self.sequence * 160
        for step in range(6):
            self.sequence += 1
            head = rtp.Head(101, not step, self.sequence & 0xFFFF, stamp, self.ssrc)
            body = build_event(key, ended=step > 2, duration=160 * (step + 1))
            self.wire.sendto(rtp.build_packet(head, body), ("127.0.0.1", port))

    async def hear(self) -> bytes:
        async with asyncio.timeout(WAIT_S):
            return await self.packets.get()

    async def said_to(self, port: int, other: "Peer", body: bytes = b"\xd5" * 160) -> None:
        """Say something until the other end hears exactly that."""
        async with asyncio.timeout(WAIT_S):
            while True:
                packet = self.say(port, body)
                try:
                    async with asyncio.timeout(0.2):
                        while await other.packets.get() != packet:
                            pass
                    return
                except TimeoutError:
                    continue

    def nothing(self) -> bool:
        return self.packets.empty()

    def close(self) -> None:
        self.wire.close()


def keys_of(packets: list[bytes]) -> str:
    """The keys among packets, in the order of their first ones."""
    digits, keys = rtp.Digits(), ""
    for data in packets:
        head, body = rtp.read_head(data), rtp.payload(data)
        if head is not None and body is not None and head.payload_type == 101:
            keys += digits.take(head, body) or ""
    return keys
