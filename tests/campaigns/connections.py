"""`linli soak connections`: floods of connections, from one address and from many, and how others fare meanwhile.

Others are newcomers: each asks on a connection of its own, from an address that takes no part in the flood and from one
that does. Reported are their latencies, who failed, and what memory grew above rest.
"""

import argparse
import asyncio
import contextlib
import json
import ssl
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import uvloop

from linli.protocols import mqtt
from linli.sim.link import Triple
from tests.campaigns.attacks.target import SecureInstallation, secure_installation
from tests.campaigns.crowd import Orders
from tests.campaigns.kill import database_of
from tests.campaigns.overload import Memory
from tests.campaigns.publisher import connect_packet
from tests.campaigns.site import make_site
from tests.engines import free_port
from tests.real.platform import ROOT, Installation

P99_MS: Final = 300.0
GROWN_MB: Final = 150.0
PATIENCE: Final = 5.0
"""Seconds after which somebody who asked has failed."""
OTHER, SAME = "127.0.0.1", "127.1.0.1"
"""Where those who ask come from: an address without part in the flood, and one of the flood's own."""
WEB: Final = ("idle", "kept", "head", "body")
TLS_WEB: Final = ("handshake", "secure")
DEVICES: Final = ("mqtt", "packet")
ADDRESSES: Final = (1, 64)
SMALL: Final = {
    "LINLI_HTTP_MAX_CONNECTIONS": "600", "LINLI_HTTP_CONNECTIONS_EACH": "300",
    "LINLI_HTTP_MAX_UNFINISHED_BYTES": "8000000", "LINLI_MQTT_MAX_WAITING": "600", "LINLI_MQTT_WAITING_EACH": "300",
}  # fmt: skip
"""Settings of a platform that is soon full."""

type Ask = Callable[[str], Awaitable[None]]
"""One request of somebody at an address, on a connection of its own. Raises OSError, TimeoutError or ValueError."""


def web_asker(port: int, tls: ssl.SSLContext | None = None) -> Ask:
    async def ask(address: str) -> None:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, local_addr=(address, 0), ssl=tls, server_hostname="localhost" if tls else None
        )
        try:
            writer.write(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            if not (answer := await reader.read(200)).startswith(b"HTTP/1.1 200 "):
                raise ValueError(answer[:40])
        finally:
            writer.transport.abort()

    return ask


def device_asker(port: int, triple: Triple, tls: ssl.SSLContext | None = None) -> Ask:
    """A device that comes, proves itself and goes."""

    async def ask(address: str) -> None:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, local_addr=(address, 0), ssl=tls, server_hostname="localhost" if tls else None
        )
        try:
            writer.write(mqtt.encode(connect_packet(triple, clean=True)))
            if (answer := await reader.read(4)) != b"\x20\x02\x00\x00":
                raise ValueError(answer)
        finally:
            writer.transport.abort()

    return ask


@asynccontextmanager
async def crowd(orders: Orders) -> AsyncIterator[dict[str, Any]]:
    """While the block runs the flood is on; afterwards the dict has its figures."""
    figures: dict[str, Any] = {}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.campaigns.crowd", msgspec.json.encode(orders).decode(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(180):
            await process.stdout.readline()
        yield figures
        process.stdin.close()
        async with asyncio.timeout(60):
            figures.update(json.loads(await process.stdout.readline()))
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def measure(ask: Ask, address: str, *, seconds: float) -> dict[str, Any]:
    """Somebody at `address` asks again and again."""
    took: list[float] = []
    failed: list[str] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                await ask(address)
        except (OSError, TimeoutError, ValueError) as error:
            failed.append(repr(error)[:80])
        took.append((time.monotonic() - began) * 1000)
        await asyncio.sleep(0.02)
    took.sort()
    return {
        "asked": len(took), "failed": len(failed), "p50_ms": round(took[len(took) // 2], 1),
        "p99_ms": round(took[min(len(took) - 1, len(took) * 99 // 100)], 1), "max_ms": round(took[-1], 1),
        "why": failed[:2],
    }  # fmt: skip


async def flood(ask: Ask, orders: Orders, pid: int, *, seconds: float) -> dict[str, Any]:
    """One flood on a port of the process `pid`: how others, and others at an address of the flood, fare."""
    memory = Memory(pid)
    rest = memory.sample()
    watch = asyncio.create_task(memory.watch())
    try:
        async with crowd(orders) as figures:
            others = await measure(ask, OTHER, seconds=seconds)
            beside = await measure(ask, SAME, seconds=seconds / 2)
    finally:
        watch.cancel()
    grown = round(max(memory.samples) - rest, 1)
    return {
        "kind": orders.kind, "addresses": orders.addresses, "crowd": figures, "others": others, "beside": beside,
        "grown_mb": grown,
    }  # fmt: skip


def faults(found: dict[str, Any], *, p99_ms: float = P99_MS, grown_mb: float = GROWN_MB) -> list[str]:
    """What did not hold of one flood."""
    name = f"{found['kind']} from {found['addresses']}"
    told = []
    if found["others"]["failed"]:
        told.append(f"{name}: {found['others']['failed']} of {found['others']['asked']} others failed")
    if found["others"]["p99_ms"] > p99_ms:
        told.append(f"{name}: p99 of others {found['others']['p99_ms']} ms")
    if found["grown_mb"] > grown_mb:
        told.append(f"{name}: memory grew {found['grown_mb']} MB")
    return told


async def campaign(
    installations: tuple[Installation, SecureInstallation], *, count: int, rate: int, seconds: float,
    addresses: tuple[int, ...] = ADDRESSES, kinds: tuple[str, ...] = (*WEB, *TLS_WEB, *DEVICES),
) -> list[dict[str, Any]]:  # fmt: skip
    """Every kind of flood on running installations, the first plain, the second with TLS; what each did."""
    plain, secure = installations
    site = await make_site(plain, meters=1)
    await asyncio.to_thread(plain.start)
    await asyncio.to_thread(secure.start)
    doors: dict[str, tuple[Installation, int, Ask]] = {
        **{kind: (plain, plain.http_port, web_asker(plain.http_port)) for kind in WEB},
        **{kind: (secure, secure.http_port, web_asker(secure.http_port, secure.trust)) for kind in TLS_WEB},
        **{
            kind: (plain, plain.mqtt_port, device_asker(plain.mqtt_port, site.triples["meter-0"]))
            for kind in DEVICES
        },
    }
    found = []
    for kind in kinds:
        installation, port, ask = doors[kind]
        assert installation.process is not None
        for many in addresses:
            orders = Orders(port, kind, count, many, rate)
            found.append(await flood(ask, orders, installation.process.pid, seconds=seconds))
            print(json.dumps(found[-1]), file=sys.stderr, flush=True)
    return found


def run(engine: str = "sqlite", *, limits: dict[str, str] | None = None, **how: Any) -> dict[str, Any]:
    """`limits`: settings as environment variables; `how`: as for `campaign`."""
    more = limits or {}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="linli-connections-") as name, database_of(engine) as database:
        folder = Path(name)
        auth = {"LINLI_DEVICE_AUTH_PORT": str(free_port())}
        plain = Installation(folder / "plain", database, more={**auth, **more})
        (folder / "secure").mkdir()
        secure = secure_installation(folder / "secure", "", **more)
        try:
            found = uvloop.run(campaign((plain, secure), **how))
        finally:
            plain.stop()
            secure.stop()
    wrong = [fault for one in found for fault in faults(one)]
    return {"engine": engine, "seconds": round(time.monotonic() - began, 1), "floods": found, "wrong": wrong}


def main() -> int:
    parser = argparse.ArgumentParser(prog="linli soak connections", description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--kind", choices=[*WEB, *TLS_WEB, *DEVICES], action="append")
    parser.add_argument("--count", type=int, default=11_000, help="connections held at the same time")
    parser.add_argument("--rate", type=int, default=1000, help="connections opened in a second, at most")
    parser.add_argument("--seconds", type=float, default=12.0, help="of each flood")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    kinds = tuple(words.kind or (*WEB, *TLS_WEB, *DEVICES))
    found = run(words.engine, count=words.count, rate=words.rate, seconds=words.seconds, kinds=kinds)
    print(json.dumps({"name": "connections", **found}, indent=None if words.json else 2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
