"""`./linli bench timeline`: one day of a property through the API, against the bare driver running the same SQL.

A big table: series of one value a minute over thirty days, ten million points unless `--points N` says otherwise. Each
read is a random day of a random series (1440 rows in one page), one at a time: for Linli a signed call over HTTP with
everything the gateway does, for the yardstick one prepared statement. `ratio` of a third means three times the driver's.
"""

import argparse
import asyncio
import random
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import asyncpg
import uvloop

from bench.harness import PAIRS, Report, Sample, alternate, finish, say
from bench.http_load import load, signed_request
from bench.linli_process import Site, serving, site
from linli.kernel.db import Query, open_database
from linli.kernel.db.partitions import day_of, make_ahead
from linli.kernel.ids import Ids
from linli.things.queries import timelines
from linli.things.queries.devices import get_device
from linli.things.service import devices, products
from tests.engines import PostgreSQL

PATH, VERSION = "/app/thing/property/timeline/get", "1.0.4"
DAYS, MINUTES, DAY_MS = 30, 1440, 86_400_000
PROPERTIES = 10
READS = 300
READS_OF_DRIVER = 600
COLUMNS = ("device_no", "property_no", "ts", "seq", "day", "value")
ROW = tuple[int, int, int, int, int, float]


@dataclass
class Series:
    device_no: int
    iot_id: str
    property_no: int
    identifier: str


@dataclass
class Table:
    """What was written: the series, and the first millisecond of the first whole day."""

    series: list[Series]
    begun_ms: int

    def rows(self) -> Iterator[ROW]:
        """In the order of the primary key."""
        for series in self.series:
            for minute in range(DAYS * MINUTES):
                ts = self.begun_ms + minute * 60_000
                yield series.device_no, series.property_no, ts, ts, day_of(ts), (minute % 997) / 10

    def pick(self, rng: random.Random) -> tuple[Series, int]:
        """A series and the first millisecond of one of its days."""
        return rng.choice(self.series), self.begun_ms + rng.randrange(DAYS) * DAY_MS


async def seed(installation: Site, points: int) -> Table:
    """Devices with ten properties each, and their values written past the platform, which would take hours."""
    db = await open_database(installation.database)
    ids, now = Ids(), db.clock.now_ms()
    count = max(points // (DAYS * MINUTES), 1)
    item = {"dataType": {"type": "float", "specs": {}}}
    names = [f"Value{n}" for n in range(PROPERTIES)]
    tsl = {"properties": [item | {"identifier": name, "name": name} for name in names]}
    table = Table([], (day_of(now) - DAYS + 1) * DAY_MS)
    async with db.begin() as tx:
        product = await products.create_product(
            installation.scope,
            tx,
            values=products.ProductValues(name="meter", tsl=tsl),
            ids=ids,
            secrets=installation.secrets,
        )
        for _ in range(-(-count // PROPERTIES)):
            triple = await devices.create_device(
                installation.scope,
                tx,
                values=devices.DeviceValues(
                    product_key=product.product_key, project_id=installation.project_id
                ),
                ids=ids,
                secrets=installation.secrets,
            )
            row = await get_device(installation.scope, tx, iot_id=triple.iot_id)
            for name in names:
                numbered = await timelines.find_property(tx, product_no=product.product_no, identifier=name)
                assert numbered is not None
                table.series.append(Series(row.device_no, row.iot_id, numbered[0], name))
    del table.series[count:]
    await make_ahead(db, now, back_days=DAYS + 1)
    await db.close()
    begun = time.perf_counter()
    await (_fill_sqlite if installation.database.startswith("sqlite") else _fill_postgresql)(
        installation, table
    )
    say(f"timeline: {count * DAYS * MINUTES:,} points in {time.perf_counter() - begun:.0f} s")
    return table


async def _fill_sqlite(installation: Site, table: Table) -> None:
    connection = sqlite3.connect(installation.database.removeprefix("sqlite:///"))
    connection.execute("PRAGMA synchronous = OFF")
    with connection:
        connection.executemany(
            f"INSERT INTO points ({', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?)", table.rows()
        )
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


async def _fill_postgresql(installation: Site, table: Table) -> None:
    connection = await asyncpg.connect(installation.database)
    await connection.copy_records_to_table("points", records=table.rows(), columns=COLUMNS)
    await connection.execute("VACUUM ANALYZE points")
    await connection.close()


def requests(installation: Site, table: Table, rng: random.Random) -> list[bytes]:
    host = f"127.0.0.1:{installation.http_port}"
    made_now = []
    for _ in range(READS):
        series, start = table.pick(rng)
        params = {
            "iotId": series.iot_id, "identifier": series.identifier, "start": start,
            "end": start + DAY_MS - 1, "pageSize": 2000, "ordered": True,
        }  # fmt: skip
        made_now.append(
            signed_request(host, PATH, installation.app_key, installation.app_secret, params, VERSION)
        )
    return made_now


def binds(table: Table, rng: random.Random) -> dict[str, Any]:
    """What the API's own statement is given for one read."""
    series, start = table.pick(rng)
    span = timelines.Span(start, start + DAY_MS - 1, 2000, True)
    return {"device_no": series.device_no, "property_no": series.property_no, **span.binds}


async def rate(read: Callable[[], Awaitable[int]]) -> Sample:
    begun = time.perf_counter()
    for _ in range(READS_OF_DRIVER):
        got = await read()
        assert got == MINUTES, got
    return Sample(READS_OF_DRIVER / (time.perf_counter() - begun))


def driver(installation: Site, table: Table, query: Query[Any]) -> Callable[[], Sample]:
    """Reads by the bare driver, in this process."""
    rng = random.Random(2)

    def of_sqlite() -> Sample:
        plan = query.plan("sqlite")
        connection = sqlite3.connect(installation.database.removeprefix("sqlite:///"), isolation_level=None)

        async def read() -> int:
            return len(connection.execute(plan.sql, plan.values(binds(table, rng))).fetchall())

        sample = uvloop.run(rate(read))
        connection.close()
        return sample

    async def of_postgresql() -> Sample:
        plan = query.plan("postgresql")
        connection = await asyncpg.connect(installation.database)
        statement = await connection.prepare(plan.sql)

        async def read() -> int:
            return len(await statement.fetch(*plan.values(binds(table, rng))))

        sample = await rate(read)
        await connection.close()
        return sample

    if installation.database.startswith("sqlite"):
        return of_sqlite
    return lambda: uvloop.run(of_postgresql())


def measure(installation: Site, report: Report, points: int, pairs: int) -> None:
    table, rng = asyncio.run(seed(installation, points)), random.Random(1)
    with serving(installation):
        alternate(
            report,
            lambda: load(installation.http_port, requests(installation, table, rng), connections=1),
            driver(installation, table, timelines.POINTS_UP),
            pairs=pairs,
        )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="linli bench timeline", description=__doc__)
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args(arguments)
    report = Report("timeline", "days/s", "bare driver (sqlite3), the same SQL")
    with site() as installation:
        measure(installation, report, words.points, words.pairs)
    if not PostgreSQL.missing():
        other = Report("timeline", "days/s", "bare driver (asyncpg), the same SQL")
        with ExitStack() as stack:
            cluster = stack.enter_context(PostgreSQL.running(durable=True))
            installation = stack.enter_context(site(cluster.url()))
            measure(installation, other, words.points, words.pairs)
        report.add("postgresql: of the bare driver", other.ratio, **_values(other))
    report.add("sqlite: times the bare driver's (lower is better)", 1 / report.ratio)
    finish(report, arguments)


def _values(report: Report) -> dict[str, float]:
    return {"linli": round(report.linli[-1].value), "driver": round(report.other[-1].value)}


if __name__ == "__main__":
    main(sys.argv[1:])
