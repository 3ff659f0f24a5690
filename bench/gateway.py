"""`./linli bench gateway`: a signed call with one indexed select, through everything the gateway does.

Yardsticks: a bare granian ASGI app with the same HMAC and SQL, and FastAPI with SQLAlchemy's async ORM. Each server
has core 0 for itself, the generator core 1; requests, with their nonces and signatures, are made before each run.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.harness import Report, Sample, alternate, finish, start, stop
from bench.http_load import load, signed_request
from bench.linli_process import Site, serving, site
from linli.domains.communities.models import communities
from linli.kernel import tenancy
from linli.kernel.db import open_database
from tests.engines import PostgreSQL, free_port, wait_for_port

PATH, VERSION = "/solution/community/paas/community/detail/get", "1.0.3"
CALLS, ROWS = 20_000, 100


def seed(installation: Site) -> list[int]:
    """Communities for Linli and the table `yard` with the same rows for the yardsticks."""
    return asyncio.run(_seed(installation))


async def _seed(installation: Site) -> list[int]:
    db = await open_database(installation.database)
    numbers = []
    async with db.begin() as tx:
        for n in range(ROWS):
            row = {
                "tenant_id": installation.tenant_id,
                "project_id": installation.project_id,
                "name": f"小区 {n}",
                "address": f"紫荆花路 {n} 号",
                "poid": f"B0FFF{n:05d}",
                "apply_status": 2,
                "service_start": "2026-01-01",
                "service_end": "2027-01-01",
                "created_ms": db.clock.now_ms(),
                "changed_ms": db.clock.now_ms(),
            }
            numbers.append(await tx.insert(communities, row) or 0)
            await tenancy.grant_community(
                installation.scope, tx, project_id=installation.project_id, community_id=numbers[-1]
            )
    await db.run_script(
        ["CREATE TABLE yard (id BIGINT PRIMARY KEY, name TEXT, address TEXT, status INTEGER)"]
    )
    await db.run_script([f"INSERT INTO yard VALUES ({n}, '小区 {n}', '紫荆花路 {n} 号', 2)" for n in numbers])
    await db.close()
    return numbers


def requests(installation: Site, port: int, numbers: list[int], calls: int) -> list[bytes]:
    host = f"127.0.0.1:{port}"
    return [
        signed_request(
            host,
            PATH,
            installation.app_key,
            installation.app_secret,
            {"communityId": numbers[n % len(numbers)]},
            VERSION,
        )
        for n in range(calls)
    ]


@contextmanager
def yardstick(installation: Site, kind: str, database: str) -> Iterator[int]:
    """A yardstick server on core 0; yields its port."""
    port = free_port()
    environment = {"BENCH_DATABASE": database, "BENCH_SECRET": installation.app_secret}
    granian = [
        "granian",
        "--interface",
        "asgi",
        "--http",
        "1",
        "--loop",
        "uvloop",
        "--no-ws",
        "--workers",
        "1",
    ]
    uvicorn = ["uvicorn", "--loop", "uvloop", "--no-access-log"]
    line = {
        "bare": [*granian, "--port", str(port), "bench.yardsticks.bare_asgi:app"],
        "fastapi": [*uvicorn, "--port", str(port), "bench.yardsticks.fastapi_orm:app"],
    }[kind]
    line[0] = str(Path(sys.executable).parent / line[0])
    log = installation.folder / f"{kind}.log"
    process: subprocess.Popen[bytes] = start(line, environment=environment, log=log)
    try:
        wait_for_port(port, process, log)
        yield port
    finally:
        stop(process)


def measure(installation: Site, engine: str, report: Report, *, orm: Report) -> None:
    """Linli against the bare app, then against FastAPI, on one engine."""
    numbers = seed(installation)
    database = (
        installation.database.removeprefix("sqlite:///") if engine == "sqlite" else installation.database
    )

    def run(port: int, calls: int = CALLS) -> Sample:
        return load(port, requests(installation, port, numbers, calls))

    with serving(installation), yardstick(installation, "bare", database) as bare:
        alternate(report, lambda: run(installation.http_port), lambda: run(bare))
        with yardstick(installation, "fastapi", database) as fastapi:
            alternate(orm, lambda: run(installation.http_port), lambda: run(fastapi, CALLS // 8), pairs=3)


def p99(report: Report) -> float:
    """How many times the yardstick's p99 ours is; lower is better."""
    ratios = sorted(a.p99_ms / b.p99_ms for a, b in zip(report.linli, report.other, strict=True))
    return ratios[len(ratios) // 2]


def main(arguments: list[str]) -> None:
    report = Report("gateway", "calls/s", "granian ASGI, same HMAC and SQL, SQLite")
    orm = Report("gateway", "calls/s", "FastAPI + SQLAlchemy async ORM, SQLite")
    with site() as installation:
        measure(installation, "sqlite", report, orm=orm)
    report.add("p99 of Linli in times of the bare app's, SQLite (lower is better)", p99(report))
    report.add("of FastAPI + SQLAlchemy async ORM, SQLite", orm.ratio)
    if not PostgreSQL.missing():
        other, other_orm = (
            Report("gateway", "calls/s", "bare, PostgreSQL"),
            Report("gateway", "calls/s", "ORM, PostgreSQL"),
        )
        with ExitStack() as stack:
            cluster = stack.enter_context(PostgreSQL.running(durable=True))
            installation = stack.enter_context(site(cluster.url()))
            measure(installation, "postgresql", other, orm=other_orm)
        report.add(
            "of bare granian ASGI, PostgreSQL",
            other.ratio,
            linli=other.linli[-1].value,
            other=other.other[-1].value,
        )
        report.add("p99 in times of the bare app's, PostgreSQL (lower is better)", p99(other))
        report.add("of FastAPI + SQLAlchemy async ORM, PostgreSQL", other_orm.ratio)
    finish(report, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
