"""A network between phones and the platform: loses some datagrams, doubles some, delays some; with the ports of a NAT."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

Address = tuple[str, int]
LATE_S: Final = (0.02, 0.12)
"""How much later than others a datagram comes that is overtaken."""


def as_it_is(data: bytes) -> bytes:
    return data


class Network(asyncio.DatagramProtocol):
    """In front of one server; each phone behind it gets a port of its own, as a NAT gives it. Shares are of 1."""

    def __init__(
        self, server: int, *, seed: int = 0, lost: float = 0, twice: float = 0, late: float = 0
    ) -> None:
        self._server = ("127.0.0.1", server)
        self._chance = random.Random(seed)
        self.lost, self.twice, self.late = lost, twice, late
        self.change: Callable[[bytes], bytes] = as_it_is
        """What becomes of a datagram on its way to the server."""
        self.counts: Counter[str] = Counter()
        self._outside: dict[Address, _Outside] = {}
        self.port = 0

    async def open(self) -> "Network":
        loop = asyncio.get_running_loop()
        self._wire, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.port = self._wire.get_extra_info("sockname")[1]
        return self

    def datagram_received(self, data: bytes, addr: Any) -> None:
        outside = self._outside.get(addr)
        if outside is None:
            outside = self._outside[addr] = _Outside(self, addr)
        self._pass(lambda: outside.send(self.change(data), self._server))

    def returned(self, data: bytes, inside: Address) -> None:
        self._pass(lambda: self._wire.sendto(data, inside))

    def _pass(self, send: Callable[[], None]) -> None:
        self.counts["all"] += 1
        if self._chance.random() < self.lost:
            self.counts["lost"] += 1
            return
        for _ in range(1 + (self._chance.random() < self.twice)):
            if self._chance.random() < self.late:
                self.counts["late"] += 1
                asyncio.get_running_loop().call_later(self._chance.uniform(*LATE_S), send)
            else:
                send()

    async def rebind(self) -> None:
        """All ports are others from now on; what is sent to the old ones is lost."""
        for outside in self._outside.values():
            outside.close()
        self._outside.clear()

    def close(self) -> None:
        self._wire.close()
        for outside in self._outside.values():
            outside.close()


class _Outside(asyncio.DatagramProtocol):
    """A phone's port on the outside."""

    def __init__(self, network: Network, inside: Address) -> None:
        self._network = network
        self._inside = inside
        self._waiting: list[tuple[bytes, Address]] = []
        self._wire: asyncio.DatagramTransport | None = None
        self._closed = False
        loop = asyncio.get_running_loop()
        self._opening = loop.create_task(
            loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        )

    def connection_made(self, transport: Any) -> None:
        self._wire = transport
        if self._closed:
            transport.close()
        for data, target in self._waiting:
            transport.sendto(data, target)
        self._waiting.clear()

    def send(self, data: bytes, target: Address) -> None:
        if self._closed:
            return
        if self._wire is None:
            self._waiting.append((data, target))
        else:
            self._wire.sendto(data, target)

    def datagram_received(self, data: bytes, _addr: Any) -> None:
        self._network.returned(data, self._inside)

    def close(self) -> None:
        self._closed = True
        if self._wire is not None:
            self._wire.close()
