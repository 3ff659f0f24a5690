"""`./linli bench database`: what the database layer costs above the bare driver, and what others cost (ADR 0001)."""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import uvloop
from sqlalchemy import Column, Integer, MetaData, Table, Text, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.harness import Report, Sample, finish
from linli.kernel.db import Query, open_database
from linli.kernel.db.partitions import create_all
from tests.engines import PostgreSQL

ROWS, CALLS, PAIRS = 1000, 4000, 7
tables = MetaData()
yard = Table(
    "yard", tables, Column("id", Integer, primary_key=True), Column("name", Text), Column("status", Integer)
)
by_id = Query(select(yard.c.id, yard.c.name, yard.c.status).where(yard.c.id == bindparam("id")))
core = select(yard.c.id, yard.c.name, yard.c.status).where(yard.c.id == bindparam("id"))


class Base(DeclarativeBase):
    pass


class Yard(Base):
    __tablename__ = "yard"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    status: Mapped[int]


async def rate(call: Callable[[int], Awaitable[Any]]) -> Sample:
    start = time.perf_counter()
    for n in range(CALLS):
        await call(n % ROWS + 1)
    return Sample(CALLS / (time.perf_counter() - start))


async def measure(report: Report, url: str, bare: Callable[[int], Awaitable[Any]]) -> dict[str, float]:
    """Fill `report` with pairs of layer and bare driver; the rates of SQLAlchemy's own engine and ORM."""
    db = await open_database(url)
    await create_all(db, 0, tables)
    async with db.begin() as tx:
        await tx.insert_many(yard, [{"id": n, "name": f"n{n}", "status": 2} for n in range(1, ROWS + 1)])

    async def layer(n: int) -> Any:
        return await by_id.one(db, id=n)

    asynchronous = url.replace("sqlite:///", "sqlite+aiosqlite:///").replace(
        "postgresql://", "postgresql+asyncpg://"
    )
    engine = create_async_engine(asynchronous)

    async def by_core(n: int) -> Any:
        async with engine.connect() as connection:
            return (await connection.execute(core, {"id": n})).one()

    async def by_orm(n: int) -> Any:
        async with AsyncSession(engine) as session:
            return (await session.execute(select(Yard).where(Yard.id == n))).scalar_one()

    await rate(layer), await rate(bare)
    for _ in range(PAIRS):
        report.linli.append(await rate(layer))
        report.other.append(await rate(bare))
    rates = {
        "SQLAlchemy Core engine": (await rate(by_core)).value,
        "SQLAlchemy ORM": (await rate(by_orm)).value,
    }
    await engine.dispose()
    await db.close()
    return rates


async def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        connections: list[sqlite3.Connection] = []

        async def bare_sqlite(n: int) -> Any:
            if not connections:
                connections.append(sqlite3.connect(path, isolation_level=None))
            return connections[0].execute("SELECT id, name, status FROM yard WHERE id = ?", (n,)).fetchone()

        report = Report("database", "selects/s", "bare driver (sqlite3)")
        others = await measure(report, f"sqlite:///{path}", bare_sqlite)
        for name, value in others.items():
            report.add(f"sqlite: {name} of the bare driver", value / report.other[-1].value)
        with PostgreSQL.running(durable=True) as cluster:
            url = cluster.url()
            pool: list[asyncpg.Connection] = [await asyncpg.connect(url)]

            async def bare_asyncpg(n: int) -> Any:
                return await pool[0].fetchrow("SELECT id, name, status FROM yard WHERE id = $1", n)

            other = Report("database", "selects/s", "bare driver (asyncpg)")
            others = await measure(other, url, bare_asyncpg)
            report.add("postgresql: this layer of the bare driver", other.ratio)
            for name, value in others.items():
                report.add(f"postgresql: {name} of the bare driver", value / other.other[-1].value)
            await pool[0].close()
    finish(report, arguments)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1:]))
