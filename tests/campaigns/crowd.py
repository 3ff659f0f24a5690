"""A process of its own that holds as many connections to one port as it is let, from loopback addresses of its own.

What each says is a kind of flood; who is cut off comes again, at a bounded rate. It prints a line when it has opened as
many as it was told to, and its figures when its standard input ends.
"""

import asyncio
import contextlib
import json
import resource
import ssl
import sys
from dataclasses import dataclass
from typing import Any

import msgspec
import uvloop

HOST = b"host: flood.test\r\n"
KINDS: dict[str, bytes] = {
    "idle": b"",
    "kept": b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n",
    "head": b"GET / HTTP/1.1\r\n" + HOST + b"x-slow: " + b"a" * 20_000,
    "body": b"POST /rpc HTTP/1.1\r\n" + HOST + b"content-length: 9000000\r\n\r\n" + b"b" * 100_000,
    "handshake": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 60,
    "secure": b"",
    "mqtt": b"",
    "packet": b"\x10\xff\x7f\x00\x04MQTT\x04\x02\x00\x3c" + b"m" * 10_000,
}
"""What a connection says at once. `secure`: an idle one behind a whole TLS handshake. `packet`: a CONNECT never ended."""
DRIPS: dict[str, bytes] = {"head": b"a", "body": b"b", "packet": b"m"}
"""What it says every few seconds, so as not to look idle."""


@dataclass
class Orders:
    port: int
    kind: str
    count: int
    """Held at the same time."""
    addresses: int
    """127.1.0.1 and on; each takes its part."""
    rate: int
    """Connections opened in a second, at most."""


class Crowd:
    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._tls: ssl.SSLContext | None = None
        if orders.kind == "secure":
            self._tls = ssl.create_default_context()
            self._tls.check_hostname, self._tls.verify_mode = False, ssl.CERT_NONE
        self._opened = self._cut = self._refused = 0
        self._held: set[asyncio.Transport] = set()
        self.full = asyncio.Event()

    async def run(self) -> None:
        dripping = asyncio.create_task(self._drip())
        try:
            while True:
                missing = min(self._orders.count - len(self._held), max(1, self._orders.rate // 20))
                if missing > 0:
                    await asyncio.gather(*(self._open() for _ in range(missing)))
                await asyncio.sleep(0.05)
        finally:
            dripping.cancel()

    async def _open(self) -> None:
        number = self._opened % self._orders.addresses
        self._opened += 1
        if self._opened >= self._orders.count:
            self.full.set()
        source = f"127.1.{number // 250}.{number % 250 + 1}"
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(15):
                await asyncio.get_running_loop().create_connection(
                    lambda: One(self), "127.0.0.1", self._orders.port, local_addr=(source, 0), ssl=self._tls
                )
            return
        self._refused += 1

    def came(self, transport: asyncio.Transport) -> None:
        self._held.add(transport)
        transport.write(KINDS[self._orders.kind])

    def gone(self, transport: asyncio.Transport) -> None:
        self._held.discard(transport)
        self._cut += 1

    async def _drip(self) -> None:
        drop = DRIPS.get(self._orders.kind)
        while drop is not None:
            await asyncio.sleep(2)
            for transport in list(self._held):
                if not transport.is_closing():
                    transport.write(drop)

    def figures(self) -> dict[str, Any]:
        return {"opened": self._opened, "held": len(self._held), "cut": self._cut, "refused": self._refused}


class One(asyncio.Protocol):
    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._crowd.came(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.gone(self._transport)


async def _hold(orders: Orders) -> None:
    crowd = Crowd(orders)
    loop, told_to_end = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), told_to_end.set)
    holding = asyncio.create_task(crowd.run())
    await crowd.full.wait()
    print("full", flush=True)
    await told_to_end.wait()
    holding.cancel()
    print(json.dumps(crowd.figures()), flush=True)


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    uvloop.run(_hold(msgspec.json.decode(sys.argv[1], type=Orders)))
