"""Pictures of a camera on their way to an upper platform: a program stream in RTP, by datagrams or a connection.

A picture is packed as it comes; nothing is encoded anew. Who takes too little gets nothing more before the next key
picture.
"""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable
from typing import Final

from linli.media.cameras.hub import Stream
from linli.media.cameras.outputs import Packed
from linli.media.cameras.pump import Pump
from linli.protocols import gb28181 as gb
from linli.protocols import h26x, mpeg_ps, rtp

MOST_WAITING: Final = 4 * 1024 * 1024
"""Bytes that were not sent yet."""
CONNECT_S: Final = 8.0
_PAYLOAD: Final = 1_400
_BURST: Final = 32
"""Datagrams at once, and the pause behind them: what is kept since the last key picture goes out at once else."""
_REST_S: Final = 0.004
_SEND_BUFFER: Final = 1024 * 1024
_SPS: Final = 7


class Output:
    """`hub.Player`. `open`, then `join` by the stream; `close` in any state. `over_` is called when the stream ends, and
    when the upper platform takes nothing any more."""

    def __init__(self, offer: gb.Offer, ssrc: int, ended: Callable[[], None]) -> None:
        self._offer = offer
        self._ssrc = ssrc
        self._ended = ended
        self._here: socket.socket | None = None
        """That listens."""
        self._wire: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._news = asyncio.Event()
        self._waits_for_key = True
        self._parameters = (b"", b"")
        self._sequence = 0
        self.port = 0
        self.dropped = 0
        """Pictures."""

    async def open(self, pump: Pump) -> None:
        """Take a port. Raises NoPorts, OSError, TimeoutError."""
        offer = self._offer
        if offer.way == "active":
            place, self._here = pump.reserve(listens=True)
            self.port = place.port
            return
        if offer.way == "udp":
            place, wire = pump.reserve(listens=False)
            self.port = place.port
            self._wire = wire
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            wire.connect((offer.host, offer.port))
            return
        family = socket.AF_INET6 if ":" in offer.host else socket.AF_INET
        self._wire = wire = socket.socket(family, socket.SOCK_STREAM)
        wire.setblocking(False)
        async with asyncio.timeout(CONNECT_S):
            await asyncio.get_running_loop().sock_connect(wire, (offer.host, offer.port))
        self.port = wire.getsockname()[1]

    def start(self, hosts: frozenset[str]) -> None:
        """`hosts`: who may connect, where we wait."""
        self._task = asyncio.get_running_loop().create_task(self._run(hosts), name="upper platform's stream")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for wire in (self._wire, self._here):
            if wire is not None:
                wire.close()
        self._wire = self._here = None
        self._waiting.clear()

    # ------------------------------------------------------------ from the stream

    def begin(self, stream: Stream) -> None:
        self._parameters = stream.parameters
        self._waits_for_key = True

    def picture(self, packed: Packed) -> None:
        if packed.key and self._size <= MOST_WAITING:
            self._waits_for_key = False
        elif self._size > MOST_WAITING:
            self._waits_for_key = True
        if self._waits_for_key:
            self.dropped += 1
            return
        units = tuple(h26x.sized_units(packed.data))
        if packed.key and not any(unit[0] & 31 == _SPS for unit in units):
            units = (*self._parameters, *units)
        pts = packed.dts + packed.shift
        data = mpeg_ps.write(h26x.Picture(packed.key, pts, packed.dts, units))
        last = len(data) - 1
        for at in range(0, len(data), _PAYLOAD):
            self._sequence = (self._sequence + 1) & 0xFFFF
            head = rtp.Head(
                self._offer.payload, at + _PAYLOAD > last, self._sequence, pts & 0xFFFFFFFF, self._ssrc
            )
            packet = rtp.build_packet(head, data[at : at + _PAYLOAD])
            if self._offer.way != "udp":
                packet = len(packet).to_bytes(2) + packet
            self._waiting.append(packet)
            self._size += len(packet)
        self._news.set()

    def over(self) -> None:
        self._ended()

    # ------------------------------------------------------------ to the upper platform

    async def _run(self, hosts: frozenset[str]) -> None:
        try:
            if self._here is not None:
                await self._accept(self._here, hosts)
            if self._wire is not None:
                await self._send(self._wire)
        except (OSError, TimeoutError):
            self._ended()

    async def _accept(self, here: socket.socket, hosts: frozenset[str]) -> None:
        """Raises TimeoutError when nobody comes."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_S):
            while True:
                wire, address = await loop.sock_accept(here)
                if address[0] in hosts:
                    break
                wire.close()
        wire.setblocking(False)
        self._wire = wire

    async def _send(self, wire: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        count = 0
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                packet = self._waiting.popleft()
                self._size -= len(packet)
                if self._offer.way == "udp":
                    with contextlib.suppress(ConnectionRefusedError, BlockingIOError):
                        wire.send(packet)
                else:
                    await loop.sock_sendall(wire, packet)
                count += 1
                if count % _BURST == 0 and self._waiting:
                    await asyncio.sleep(_REST_S)
