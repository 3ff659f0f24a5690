"""`./linli bench roundtrip`: synchronous service calls through the API, the MQTT front and a device, 500 a second.

Calls go out by the clock whether or not earlier ones were answered, and each is timed from the moment it was due. The
devices answer at once; what they take themselves is taken off. `ratio`: how often the p99 fits into the 20 ms asked for.
"""

import argparse
import asyncio
import json
import sys
import time
from contextlib import ExitStack
from typing import cast

import uvloop

from bench.harness import GeneratorClock, say
from bench.http_load import signed_request
from bench.ingest import device_login
from bench.linli_process import Site, serving, site
from linli.kernel.db import open_database
from linli.kernel.ids import Ids
from linli.protocols import mqtt
from linli.things.service.devices import DeviceValues, create_device
from linli.things.service.products import ProductValues, create_product
from tests.engines import PostgreSQL

PATH, VERSION = "/app/thing/service/invoke", "1.0.3"
ASKED_MS = 20.0
DEVICES, CONNECTIONS = 20, 64
_NUMBER = {"identifier": "n", "name": "n", "dataType": {"type": "int", "specs": {"min": "0", "max": "9"}}}
MODEL = {
    "services": [
        {
            "identifier": "open",
            "name": "open",
            "callType": "sync",
            "inputData": [_NUMBER],
            "outputData": [_NUMBER],
        }
    ]
}


class Device(asyncio.Protocol):
    """Answers every call at once, and adds up the time it takes for that."""

    def __init__(self, triple: tuple[str, str, str]) -> None:
        self._triple = triple
        self._decoder = mqtt.Decoder("client")
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.seconds = 0.0
        self.calls = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        login = device_login(self._triple)
        self._transport.write(
            mqtt.encode(
                mqtt.Connect(client_id=login.client_id, username=login.username, password=login.password.encode(),
                             clean=True, keep_alive=300)
            )
        )  # fmt: skip

    def data_received(self, data: bytes) -> None:
        began = time.perf_counter()
        for packet in self._decoder.feed(data):
            if isinstance(packet, mqtt.Connack):
                self.ready.set_result(None)
            elif isinstance(packet, mqtt.Publish) and "/rrpc/request/" in packet.topic:
                asked = json.loads(packet.payload)
                reply = {"id": asked["id"], "code": 200, "data": {"n": asked["params"]["n"]}}
                topic = packet.topic.replace("/rrpc/request/", "/rrpc/response/")
                self._transport.write(mqtt.encode(mqtt.Publish(topic, json.dumps(reply).encode())))
                self.calls += 1
        self.seconds += time.perf_counter() - began


class Caller(asyncio.Protocol):
    """One connection with one call on its way."""

    def __init__(self) -> None:
        self.answered: asyncio.Future[bytes] | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    async def call(self, request: bytes) -> bytes:
        self.answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self.answered

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, mark, body = self._buffer.partition(b"\r\n\r\n")
        at = head.lower().find(b"content-length:")
        if not mark or len(body) < int(head[at + 15 :].split(b"\r\n")[0]):
            return
        self._buffer = b""
        if self.answered is not None and not self.answered.done():
            self.answered.set_result(body)


async def _seed(installation: Site) -> list[tuple[str, str, str, str]]:
    """(productKey, deviceName, secret, iotId) of each device."""
    db, ids = await open_database(installation.database), Ids()
    doors = []
    async with db.begin() as tx:
        product = await create_product(
            installation.scope,
            tx,
            values=ProductValues(name="door", tsl=dict(MODEL)),
            ids=ids,
            secrets=installation.secrets,
        )
        for n in range(DEVICES):
            device = await create_device(
                installation.scope,
                tx,
                values=DeviceValues(
                    product_key=product.product_key,
                    device_name=f"door{n}",
                    project_id=installation.project_id,
                ),
                ids=ids,
                secrets=installation.secrets,
            )
            doors.append((product.product_key, device.device_name, device.device_secret, device.iot_id))
    await db.close()
    return doors


async def _load(
    installation: Site, doors: list[tuple[str, str, str, str]], rate: float, seconds: float
) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    devices = []
    for door in doors:
        _, device = await loop.create_connection(
            lambda d=door: Device(d[:3]), "127.0.0.1", installation.mqtt_port
        )  # type: ignore[misc]
        devices.append(device)
    await asyncio.gather(*(device.ready for device in devices))
    free: asyncio.LifoQueue[Caller] = asyncio.LifoQueue()
    for _ in range(CONNECTIONS):
        free.put_nowait((await loop.create_connection(Caller, "127.0.0.1", installation.http_port))[1])
    host = f"127.0.0.1:{installation.http_port}"
    count = int(rate * seconds)
    requests = [
        signed_request(
            host, PATH, installation.app_key, installation.app_secret,
            {"iotId": doors[n % len(doors)][3], "identifier": "open", "args": {"n": n % 10}}, VERSION,
        )
        for n in range(count)
    ]  # fmt: skip
    times: list[float] = []
    bad: list[bytes] = []

    async def call(number: int, due: float) -> None:
        caller = await free.get()
        body = await caller.call(requests[number])
        times.append(time.perf_counter() - due)
        free.put_nowait(caller)
        if b'"code":200' not in body:
            bad.append(body)

    tasks = []
    with GeneratorClock() as clock:
        began = time.perf_counter()
        for number in range(count):
            due = began + number / rate
            if (ahead := due - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            tasks.append(asyncio.create_task(call(number, due)))
        await asyncio.gather(*tasks)
    if bad:
        raise RuntimeError(f"{len(bad)} of {count} calls failed: {bad[0]!r}")
    times.sort()
    own = sum(device.seconds for device in devices) / max(1, sum(device.calls for device in devices))
    at = lambda share: (times[min(count - 1, int(count * share))] - own) * 1000  # noqa: E731
    return {"p50_ms": at(0.5), "p99_ms": at(0.99), "most_ms": at(1), "device_ms": own * 1000, "cpu": clock.share,
            "rate": count / clock.wall}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="linli bench roundtrip", description=__doc__)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    also = []
    for engine in ("sqlite", "postgresql"):
        with ExitStack() as parts:
            url = ""
            if engine == "postgresql":
                cluster = parts.enter_context(PostgreSQL.running(durable=True))
                cluster.run_sql("CREATE DATABASE bench")
                url = cluster.url("bench")
            installation = parts.enter_context(site(url))
            doors = asyncio.run(_seed(installation))
            parts.enter_context(serving(installation))
            uvloop.run(_load(installation, doors, words.rate, 2))
            runs = [
                uvloop.run(_load(installation, doors, words.rate, words.seconds)) for _ in range(words.runs)
            ]
        runs.sort(key=lambda run: run["p99_ms"])
        middle = runs[len(runs) // 2]
        say(f"roundtrip on {engine}: p99 {middle['p99_ms']:.1f} ms at {middle['rate']:.0f} calls/s")
        also.append({"name": engine, "ratio": round(ASKED_MS / middle["p99_ms"], 2),
                     **{name: round(value, 2) for name, value in middle.items()}})  # fmt: skip
    document = {
        "name": "roundtrip", "unit": "ms (p99)", "ratio": also[0]["ratio"], "linli": also[0]["p99_ms"],
        "yardstick": {"name": "asked", "value": ASKED_MS}, "generator_cpu": also[0]["cpu"], "also": also, "runs": [],
    }  # fmt: skip
    print(json.dumps(document) if words.json else "\n".join(str(line) for line in also))
    return 0


if __name__ == "__main__":
    sys.exit(main())
