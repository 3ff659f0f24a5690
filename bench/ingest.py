"""`./linli bench ingest`: device messages acknowledged after commit, against brokers that store nothing.

20 publishers with 32 messages in flight each (QoS 1) and one subscriber that receives every message. Linli validates
each message, writes inbox and point rows, commits, acknowledges, replies to the device and tells the subscriber;
mosquitto (unlimited queues) and amqtt only pass on. What Linli acknowledged is counted in its tables afterwards; the last
run offers three times what it can take and ends with a kill.
"""

import asyncio
import hashlib
import hmac
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.harness import Report, Sample, alternate, cpu_of, finish, start, stop
from bench.linli_process import Site, serving, site
from bench.mqtt_load import Login, Plan, ingest
from bench.overload import push
from linli.kernel.db import Query, open_database
from linli.kernel.ids import Ids
from linli.protocols.linkkit import signatures
from linli.things.models import devices, inbox, points
from linli.things.service.devices import DeviceValues, create_device
from linli.things.service.products import ProductValues, create_product
from tests.engines import PostgreSQL, free_port, mosquitto, wait_for_port

PUBLISHERS, WINDOW, MESSAGES = 20, 32, 5000
AMQTT_MESSAGES = 500
OVERLOAD_SECONDS = 1.5
BATCH_POINTS = 100
MODEL = {
    "properties": [
        {
            "identifier": f"P{n:03d}",
            "name": f"P{n:03d}",
            "accessMode": "r",
            "required": False,
            "dataType": {"type": "double", "specs": {"min": "0", "max": "100000", "step": "0.001"}},
        }
        for n in range(BATCH_POINTS)
    ]
}
count_points = Query(select(func.count()).select_from(points))
count_by_device = Query(
    select(devices.c.device_name, func.count())
    .join(inbox, inbox.c.device_no == devices.c.device_no)
    .where(inbox.c.kind == "property")
    .group_by(devices.c.device_name),
    unscoped="the benchmark's own installation",
)
count_inbox = Query(select(func.count()).select_from(inbox).where(inbox.c.kind == "property"))


def message(publisher: int, number: int) -> bytes:
    """A property post of one value; the same length for every number."""
    return b'{"id":"%06d","version":"1.0","params":{"P000":%d.%03d},"method":"thing.event.property.post"}' % (
        number,
        10000 + publisher,
        number % 1000,
    )


def batch_message(publisher: int, number: int) -> bytes:
    """A property post of 100 values."""
    values = ",".join(f'"P{n:03d}":{10000 + n}.{number % 1000:03d}' for n in range(BATCH_POINTS))
    return b'{"id":"%06d","version":"1.0","params":{%s},"method":"thing.event.property.post"}' % (
        number,
        values.encode(),
    )


async def _seed(installation: Site) -> list[tuple[str, str, str]]:
    """One product and the publishers' devices: (productKey, deviceName, deviceSecret)."""
    db, ids, triples = await open_database(installation.database), Ids(), []
    async with db.begin() as tx:
        product = await create_product(
            installation.scope,
            tx,
            values=ProductValues(name="bench", tsl=dict(MODEL)),
            ids=ids,
            secrets=installation.secrets,
        )
        for n in range(PUBLISHERS):
            device = await create_device(
                installation.scope,
                tx,
                values=DeviceValues(
                    product_key=product.product_key,
                    device_name=f"pub{n:02d}",
                    project_id=installation.project_id,
                ),
                ids=ids,
                secrets=installation.secrets,
            )
            triples.append((product.product_key, device.device_name, device.device_secret))
    await db.close()
    return triples


def device_login(triple: tuple[str, str, str]) -> Login:
    key, name, secret = triple
    client_id = f"{key}.{name}"
    sign = signatures.sign(secret, signatures.device_text(client_id, name, key, "1"))
    return Login(f"{client_id}|securemode=3,signmethod=hmacsha256,timestamp=1|", f"{name}&{key}", sign)


def app_login(installation: Site) -> Login:
    stamp = str(int(time.time() * 1000))
    sign = hmac.new(installation.app_secret.encode(), f"bench{stamp}".encode(), hashlib.sha256).hexdigest()
    return Login(f"bench|timestamp={stamp}|", installation.app_key, sign)


def plan_for_linli(installation: Site, triples: list[tuple[str, str, str]], **options: Any) -> Plan:
    publishers = [(device_login(t), f"/sys/{t[0]}/{t[1]}/thing/event/property/post") for t in triples]
    return _plan(
        publishers, app_login(installation), f"/sys/appkey/{installation.app_key}/thing/#", **options
    )


def plan_for_broker(triples: list[tuple[str, str, str]], **options: Any) -> Plan:
    publishers = [
        (Login(f"p{n}", "u", "p"), f"/sys/{t[0]}/{t[1]}/thing/event/property/post")
        for n, t in enumerate(triples)
    ]
    return _plan(publishers, Login("subscriber", "u", "p"), "/sys/#", **options)


def _plan(publishers: list[tuple[Login, str]], subscriber: Login, topic: str, *, messages: int = MESSAGES,
          window: int = WINDOW, payload: Callable[[int, int], bytes] = message) -> Plan:  # fmt: skip
    return Plan(publishers, subscriber, topic, payload, messages, window)


@contextmanager
def broker(installation: Site) -> Iterator[int]:
    """mosquitto on core 0 without limits on its queues."""
    settings = ("max_queued_messages 0", "max_inflight_messages 0", "max_queued_bytes 0")
    with mosquitto(installation.folder, *settings) as port:
        _pin(port)
        yield port


def _pin(port: int) -> None:
    listing = subprocess.run(["ss", "-ltnpH", f"sport = :{port}"], capture_output=True, text=True).stdout
    pid = listing.partition("pid=")[2].partition(",")[0]
    subprocess.run(["taskset", "-pc", "0", pid], capture_output=True, check=True)


AMQTT_PLUGINS = """
  amqtt.plugins.logging_amqtt.EventLoggerPlugin:
  amqtt.plugins.logging_amqtt.PacketLoggerPlugin:
  amqtt.plugins.sys.broker.BrokerSysPlugin:
    sys_interval: 20
"""
"""What its own default configuration has besides anonymous access."""


@contextmanager
def amqtt_broker(installation: Site, *, plugins: str = AMQTT_PLUGINS) -> Iterator[int]:
    """amqtt by its own command; with the configuration it comes with, unless other `plugins` are given."""
    port = free_port()
    log, config = installation.folder / "amqtt.log", installation.folder / "amqtt.yaml"
    config.write_text(
        f"listeners:\n  default:\n    type: tcp\n    bind: 127.0.0.1:{port}\nplugins:\n"
        f"  amqtt.plugins.authentication.AnonymousAuthPlugin:\n    allow_anonymous: true{plugins}"
    )
    process = start([str(Path(sys.executable).parent / "amqtt"), "-c", str(config)], log=log)
    try:
        wait_for_port(port, process, log)
        yield port
    finally:
        stop(process)


class Counted:
    """Checks after each run that everything acknowledged lies in the tables."""

    def __init__(self, installation: Site) -> None:
        self._installation = installation
        self.messages = self.points = 0

    def expect(self, messages: int, points_each: int) -> None:
        self.messages += messages
        self.points += messages * points_each

    def check(self) -> None:
        stored = asyncio.run(self._read())
        if stored != (self.messages, self.points):
            raise RuntimeError(
                f"acknowledged {self.messages} messages, {self.points} points; the tables hold {stored}"
            )

    async def _read(self) -> tuple[int, int]:
        db = await open_database(self._installation.database)
        stored = (await count_inbox.scalar(db), await count_points.scalar(db))
        await db.close()
        return stored


def run(installation: Site, pid: int, plan: Plan, counted: Counted, points_each: int = 1) -> Sample:
    before = cpu_of(pid)
    sample = ingest(installation.mqtt_port, plan)
    sample.extra["cpu_us_per_message"] = (cpu_of(pid) - before) / sample.extra["messages"] * 1e6
    counted.expect(int(sample.extra["messages"]), points_each)
    return sample


def measure(installation: Site, report: Report, *, name: str, full: bool) -> None:
    triples = asyncio.run(_seed(installation))
    counted = Counted(installation)
    with ExitStack() as stack:
        process = stack.enter_context(serving(installation))
        other = stack.enter_context(broker(installation))

        def linli(**options: Any) -> Sample:
            sample = run(installation, process.pid, plan_for_linli(installation, triples, **options), counted)
            counted.check()
            return sample

        alternate(report, linli, lambda: ingest(other, plan_for_broker(triples)))
        cost = statistics.median(s.extra["cpu_us_per_message"] for s in report.linli)
        report.add(f"{name}: CPU per message in µs (a figure, not a ratio)", cost)
        single = Report("one in flight", "messages/s", "mosquitto")
        alternate(
            single,
            lambda: linli(window=1, messages=400),
            lambda: ingest(other, plan_for_broker(triples, window=1, messages=400)),
            pairs=3,
        )
        report.add(f"{name}: one message in flight per publisher, of mosquitto", single.ratio)
        batches = [
            run(
                installation,
                process.pid,
                plan_for_linli(installation, triples, messages=100, payload=batch_message),
                counted,
                BATCH_POINTS,
            )
            for _ in range(3)
        ]
        counted.check()
        point_rate = statistics.median(s.value for s in batches) * BATCH_POINTS
        report.add(
            f"{name}: batch posts of {BATCH_POINTS}, of the engine's bulk call",
            point_rate / bulk_rate(installation),
            points_s=point_rate,
        )
        rate = statistics.median(s.value for s in report.linli)
        if full:
            for words, plugins in (("as it comes", AMQTT_PLUGINS), ("without its log", "")):
                with amqtt_broker(installation, plugins=plugins) as amqtt:
                    plan = plan_for_broker(triples, messages=AMQTT_MESSAGES)
                    slow = statistics.median(ingest(amqtt, plan).value for _ in range(3))
                report.add(f"{name}: of amqtt {words}", rate / slow, messages_s=round(slow))
        overload(installation, report, process, triples, name=name, rate=3 * rate)


def overload(installation: Site, report: Report, process: subprocess.Popen[bytes], triples: list[tuple[str, str, str]],
             *, name: str, rate: float) -> None:  # fmt: skip
    """Offer `rate` messages a second, kill the server in the midst, and look for what it acknowledged."""
    names = [device_name for _, device_name, _ in triples]
    before = asyncio.run(_stored(installation))
    acked = push(
        installation.mqtt_port,
        plan_for_linli(installation, triples),
        rate=rate,
        seconds=OVERLOAD_SECONDS,
        kill=process.kill,
    )
    process.wait()
    after = asyncio.run(_stored(installation))
    lost = sum(max(0, n - after[name] + before[name]) for name, n in zip(names, acked, strict=True))
    if not sum(acked):
        raise RuntimeError("nothing was acknowledged under overload")
    report.add(
        f"{name}: acknowledged messages lost at three times overload and a kill (a count)", lost,
        acknowledged=sum(acked), offered=round(rate * OVERLOAD_SECONDS),
    )  # fmt: skip
    if lost:
        raise RuntimeError(f"{lost} of {sum(acked)} acknowledged messages are not in the tables")


async def _stored(installation: Site) -> dict[str, int]:
    """Property messages in the inbox by device name."""
    db = await open_database(installation.database)
    counts = dict(await count_by_device.all(db))
    await db.close()
    return counts


def bulk_rate(installation: Site) -> float:
    """Points a second by the engine's best bulk call into the same table, in transactions of 500 rows."""
    return asyncio.run(_bulk(installation))


async def _bulk(installation: Site) -> float:
    db = await open_database(installation.database)
    columns = tuple(c.name for c in points.c)
    day = db.clock.now_ms() // 86_400_000
    values = {"day": day, "device_no": 10**9, "property_no": 1, "ts": 0, "seq": 0, "value": 21.5}
    rows = [tuple({**values, "ts": n}[c] for c in columns) for n in range(100_000)]
    begun = time.perf_counter()
    for at in range(0, len(rows), 500):
        async with db.begin() as tx:
            await tx.insert_tuples(points, columns, rows[at : at + 500])
    rate = len(rows) / (time.perf_counter() - begun)
    await db.close()
    return rate


def main(arguments: list[str]) -> None:
    report = Report("ingest", "messages/s", "mosquitto 2, unlimited queues, storing nothing")
    with site() as installation:
        measure(installation, report, name="sqlite", full=True)
    if not PostgreSQL.missing():
        other = Report("ingest", "messages/s", "mosquitto 2 (PostgreSQL behind Linli)")
        with PostgreSQL.running(durable=True) as cluster, site(cluster.url()) as installation:
            measure(installation, other, name="postgresql", full=False)
        report.add("on PostgreSQL, of mosquitto", other.ratio)
        report.also += other.also
    finish(report, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
