"""RTP on its way to one receiver, by datagrams or a connection that either side opens."""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable
from typing import Final, Literal

from linli.media.cameras.pump import Pump

CONNECT_S: Final = 8.0
_BURST: Final = 32
"""Datagrams at once, and the pause behind them: what is kept since the last key picture goes out at once else."""
_REST_S: Final = 0.004
_SEND_BUFFER: Final = 1024 * 1024

type WayOut = Literal["udp", "passive", "active"]


class Outlet:
    """`open`, then `start`, and `put`; `close` in any state. `ended` is called when nothing can be sent any more.

    `way`: `udp`, or TCP with the receiver waiting (`passive`) or connecting (`active`).
    """

    def __init__(self, way: WayOut, place: tuple[str, int], ended: Callable[[], None]) -> None:
        self._way = way
        self._place = place
        self._ended = ended
        self._here: socket.socket | None = None
        """That listens."""
        self._wire: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None
        self._waiting: deque[bytes] = deque()
        self._news = asyncio.Event()
        self.unsent = 0
        """Bytes."""
        self.connected = asyncio.Event()
        self.port = 0

    async def open(self, pump: Pump) -> None:
        """Take a port. Raises NoPorts, OSError, TimeoutError."""
        if self._way == "active":
            place, self._here = pump.reserve(listens=True)
            self.port = place.port
            return
        if self._way == "udp":
            place, wire = pump.reserve(listens=False)
            self.port = place.port
            self._wire = wire
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            wire.connect(self._place)
            return
        family = socket.AF_INET6 if ":" in self._place[0] else socket.AF_INET
        self._wire = wire = socket.socket(family, socket.SOCK_STREAM)
        wire.setblocking(False)
        async with asyncio.timeout(CONNECT_S):
            await asyncio.get_running_loop().sock_connect(wire, self._place)
        self.port = wire.getsockname()[1]

    def start(self, hosts: frozenset[str]) -> None:
        """`hosts`: who may connect, where we wait."""
        self._task = asyncio.get_running_loop().create_task(
            self._run(hosts), name="pictures or voice sent on"
        )

    def put(self, packet: bytes) -> None:
        """One packet; how many may wait is the caller's to say."""
        if self._way != "udp":
            packet = len(packet).to_bytes(2) + packet
        self._waiting.append(packet)
        self.unsent += len(packet)
        self._news.set()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for wire in (self._wire, self._here):
            if wire is not None:
                wire.close()
        self._wire = self._here = None
        self._waiting.clear()

    async def _run(self, hosts: frozenset[str]) -> None:
        try:
            if self._here is not None:
                await self._accept(self._here, hosts)
            if self._wire is not None:
                self.connected.set()
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
                self.unsent -= len(packet)
                if self._way == "udp":
                    with contextlib.suppress(ConnectionRefusedError, BlockingIOError):
                        wire.send(packet)
                else:
                    await loop.sock_sendall(wire, packet)
                count += 1
                if count % _BURST == 0 and self._waiting:
                    await asyncio.sleep(_REST_S)
