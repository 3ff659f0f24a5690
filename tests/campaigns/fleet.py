"""`linli soak fleet`: thousands of connected devices that post every ten seconds, and a restart in the midst.

Nothing acknowledged is missing in the tables, the subscriber hears every value, all devices are back after the restart,
memory stays where it was, and a value can be asked for soon after it was sent.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import uvloop

from tests.campaigns.caller import Caller
from tests.campaigns.kill import database_of
from tests.campaigns.listener import Listener
from tests.campaigns.overload import Memory
from tests.campaigns.publisher import Publisher
from tests.campaigns.site import Site, make_site
from tests.campaigns.snapshot import snapshot
from tests.real.platform import Installation

CONNECT_AT_ONCE = 50
DRAIN_SECONDS = 90
GROWTH_MB = 60
"""What memory may grow between the first and the last third, besides what SQLite caches."""
PROBE_SECONDS = 0.5
PROPERTY = "Energy"


class Fleet:
    def __init__(
        self, folder: Path, database: str, *, devices: int, period: float, seconds: float, restart: bool
    ) -> None:
        self.installation = Installation(folder / "data", database)
        self._count = devices
        self._period = period
        self._seconds = seconds
        self._restart = restart
        self.wrong: list[str] = []
        self.queryable_ms: list[float] = []
        self._sent = 0

    async def run(self) -> dict[str, Any]:
        began = time.monotonic()
        async with AsyncExitStack() as parts:
            self._site: Site = await make_site(self.installation, meters=self._count + 1)
            parts.callback(self.installation.stop)
            await asyncio.to_thread(self.installation.start)
            self._client = await parts.enter_async_context(
                httpx.AsyncClient(base_url=self.installation.url, trust_env=False, timeout=20)
            )
            self._caller = Caller(self._client, self._site.app_key, self._site.secret)
            listener = Listener(self._site.app_key, self._site.secret, self.installation.mqtt_port)
            listener.start()
            await asyncio.wait_for(listener.ready.wait(), 10)
            parts.push_async_callback(listener.stop)
            devices = [
                Publisher(self._site.triples[f"meter-{number}"], self.installation.mqtt_port)
                for number in range(self._count)
            ]
            probe = Publisher(self._site.triples[f"meter-{self._count}"], self.installation.mqtt_port)
            for device in (*devices, probe):
                parts.push_async_callback(device.stop)
            connected = await self._connect([*devices, probe])
            memory = await self._load(devices, probe)
            back = await self._drain([*devices, probe])
            await self._compare(devices, listener)
        latencies = sorted(listener.latencies_ms)
        return {
            "seconds": round(time.monotonic() - began, 1),
            "devices": self._count,
            "period_seconds": self._period,
            "connected_in_seconds": round(connected, 1),
            "sent": self._sent,
            "acknowledged": sum(device.acknowledged for device in devices),
            "heard": sum(listener.heard[device.triple.device_name] for device in devices),
            "connections": sum(device.connections for device in devices),
            "down_seconds": round(self._up_at - self._down_at, 1) if self._restart else None,
            "back_after_restart_seconds": round(back, 1) if self._restart else None,
            "to_subscriber_ms": _spread(latencies),
            "to_queryable_ms": _spread(sorted(self.queryable_ms)),
            "memory_mb": memory,
            "wrong": self.wrong,
        }

    async def _connect(self, devices: list[Publisher]) -> float:
        """Connect all, some at a time, as after a power cut in a town."""
        began = time.monotonic()
        for start in range(0, len(devices), CONNECT_AT_ONCE):
            some = devices[start : start + CONNECT_AT_ONCE]
            for device in some:
                device.start()
            while not all(device.connections for device in some):
                await asyncio.sleep(0.01)
        return time.monotonic() - began

    async def _load(self, devices: list[Publisher], probe: Publisher) -> dict[str, Any]:
        """Each device posts once a period, evenly spread; a third of the way on the platform is restarted."""
        assert self.installation.process is not None
        memory = Memory(self.installation.process.pid)
        asking = asyncio.create_task(self._probe(probe))
        samples: list[float] = []
        restarting: asyncio.Task[None] | None = None
        began, tick = time.monotonic(), 0
        restarted = not self._restart
        per_tick = self._count / self._period / 10
        due = 0.0
        while (passed := time.monotonic() - began) < self._seconds or restarting is not None:
            due += per_tick
            while due >= 1:
                due -= 1
                self._post(devices[self._sent % self._count])
            if not restarted and passed > self._seconds / 3:
                restarted = True
                asking.cancel()
                self._down_at = time.monotonic()
                restarting = asyncio.create_task(asyncio.to_thread(self._restart_now))
            if restarting is not None and restarting.done():
                restarting.result()
                restarting = None
                self._up_at = time.monotonic()
                memory = Memory(self.installation.process.pid)
                asking = asyncio.create_task(self._probe(probe))
            tick += 1
            if tick % 10 == 0 and restarting is None:
                samples.append(memory.sample())
            await asyncio.sleep(max(0.0, began + tick / 10 - time.monotonic()))
        asking.cancel()
        third = max(1, len(samples) // 3)
        first, last = max(samples[third : 2 * third] or samples), max(samples[-third:])
        if last - first > GROWTH_MB:
            self.wrong.append(f"memory grew from {first:.0f} to {last:.0f} MB")
        return {"peak": round(max(samples)), "middle": round(first), "end": round(last)}

    def _post(self, device: Publisher) -> None:
        now = time.time_ns() // 1_000_000
        self._sent += 1
        # Values of one device rise, so that each can be told from the others.
        value = self._sent // self._count
        device.post({PROPERTY: {"value": value, "time": now}}, number=str(self._sent))

    def _restart_now(self) -> None:
        self.installation.stop()
        self.installation.start()

    async def _probe(self, probe: Publisher) -> None:
        """How long it takes until a value that was sent can be asked for."""
        iot_id = self._site.iot_ids[probe.triple.device_name]
        value = 100_000
        while True:
            value += 1
            began = time.perf_counter()
            probe.post({PROPERTY: value}, number=f"p{value}")
            while True:
                try:
                    rows = await self._caller.ok("/app/thing/properties/get", "1.0.4", {"iotId": iot_id})
                except (httpx.HTTPError, AssertionError):
                    break  # the platform restarts
                if any(row["attribute"] == PROPERTY and row["value"] == value for row in rows):
                    self.queryable_ms.append((time.perf_counter() - began) * 1000)
                    break
                if time.perf_counter() - began > 10:
                    self.wrong.append(f"value {value} could not be asked for within 10 s")
                    break
            await asyncio.sleep(PROBE_SECONDS)

    async def _drain(self, devices: list[Publisher]) -> float:
        """Wait until everything sent is acknowledged; seconds from the restart until all devices were back."""
        deadline = time.monotonic() + DRAIN_SECONDS
        while any(device.backlog for device in devices) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        left = sum(device.backlog for device in devices)
        if left:
            self.wrong.append(f"{left} messages were never acknowledged")
        if not self._restart:
            return 0.0
        lonely = [device for device in devices if device.connections < 2]
        if lonely:
            self.wrong.append(f"{len(lonely)} devices are not back")
        return max(device.connected_at for device in devices) - self._up_at

    async def _compare(self, devices: list[Publisher], listener: Listener) -> None:
        """Every acknowledged value lies in the tables and was heard."""
        async with snapshot(self._site.database_url) as held:
            rows = await held.rows(
                "SELECT d.device_name, count(DISTINCT p.value) FROM devices d JOIN points p"
                " ON p.device_no = d.device_no GROUP BY d.device_name"
            )
        stored = dict(rows)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if all(
                listener.heard[d.triple.device_name] >= stored.get(d.triple.device_name, 0) for d in devices
            ):
                break
            await asyncio.sleep(0.2)
        for device in devices:
            name = device.triple.device_name
            if stored.get(name, 0) < device.acknowledged:
                self.wrong.append(f"{name}: {device.acknowledged} acknowledged, {stored.get(name, 0)} stored")
            if listener.heard[name] < stored.get(name, 0):
                self.wrong.append(f"{name}: {stored.get(name, 0)} stored, {listener.heard[name]} heard")
        del self.wrong[20:]


def _spread(values: list[float]) -> dict[str, float] | None:
    if not values:
        return None
    at = lambda share: round(values[min(len(values) - 1, int(len(values) * share))], 1)  # noqa: E731
    return {"median": at(0.5), "p99": at(0.99), "most": round(values[-1], 1)}


def run(
    engine: str = "sqlite",
    *,
    devices: int = 5000,
    period: float = 10,
    seconds: float = 600,
    restart: bool = True,
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="linli-fleet-") as folder, database_of(engine) as database:
        fleet = Fleet(
            Path(folder), database, devices=devices, period=period, seconds=seconds, restart=restart
        )
        return {"engine": engine, **uvloop.run(fleet.run())}


def main() -> int:
    parser = argparse.ArgumentParser(prog="linli soak fleet", description=__doc__)
    parser.add_argument("--devices", type=int, default=5000)
    parser.add_argument("--period", type=float, default=10)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--no-restart", action="store_true")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    found = {
        "name": "fleet",
        **run(
            words.engine, devices=words.devices, period=words.period, seconds=words.seconds,
            restart=not words.no_restart,
        ),
    }  # fmt: skip
    print(json.dumps(found, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
