"""A client in a process of its own, which asks for one thing again and again and tells how long each answer took.

What other campaigns' clients do in their own process does not slow it. Its orders are a line of JSON; it ends, and
prints its waits in seconds as JSON, when its input does.
"""

import asyncio
import json
import ssl
import sys
import time
from dataclasses import asdict, dataclass, field

import httpx
import uvloop

EVERY: float = 0.02
"""Seconds between two requests."""


@dataclass
class Orders:
    base: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    trust: str = ""
    """A PEM file with the authority of a server that speaks TLS."""


class Waiting:
    """The other end: `async with Waiting(orders) as waiting`, then `waits` are there."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self.waits: list[float] = []

    async def __aenter__(self) -> "Waiting":
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.campaigns.waiting",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(self._orders)).encode() + b"\n")
        await self._process.stdout.readline()
        return self

    async def __aexit__(self, *_: object) -> None:
        out, _none = await self._process.communicate()
        self.waits = sorted(json.loads(out))


async def _ask(orders: Orders) -> list[float]:
    waits: list[float] = []
    trust = ssl.create_default_context(cafile=orders.trust) if orders.trust else True
    over = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    async with httpx.AsyncClient(
        base_url=orders.base, headers=orders.headers, cookies=orders.cookies, verify=trust, trust_env=False,
        timeout=600,
    ) as client:  # fmt: skip
        assert (await client.get(orders.path)).status_code == 200
        print("ready", flush=True)
        while not over.done():
            began = time.perf_counter()
            answer = await client.get(orders.path)
            waits.append(time.perf_counter() - began)
            assert answer.status_code == 200, answer.text
            await asyncio.sleep(EVERY)
    return waits


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_ask(Orders(**json.loads(sys.stdin.readline()))))))
