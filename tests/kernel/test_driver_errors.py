"""What the two drivers refuse, in the same typed words: whichever way a value was written, nothing of its unit stays."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Column, ForeignKey, MetaData, Table, bindparam, func, select, update

from linli.kernel.db import INT, Command, Database, Query, Tx, identity, integer, text_column
from linli.kernel.db.errors import BrokenReference, ConnectionLost, Duplicate, Unstorable
from linli.kernel.db.partitions import create_all
from linli.kernel.disk import DiskFull
from tests.engines import PostgreSQL

tables = MetaData()
shelves = Table(
    "err_shelves",
    tables,
    identity(),
    text_column("name", unique=True),
    integer("height", server_default="0"),
    sqlite_autoincrement=True,
)
books = Table(
    "err_books",
    tables,
    identity(),
    Column("shelf", INT, ForeignKey("err_shelves.id"), nullable=False),
    sqlite_autoincrement=True,
)
count = Query(select(func.count()).select_from(shelves))
named = Query(select(shelves.c.id).where(shelves.c.name == bindparam("name")))
of_height = Query(select(shelves.c.id).where(shelves.c.height == bindparam("height", type_=INT)))
raise_to = Command(
    update(shelves)
    .where(shelves.c.name == bindparam("which"))
    .values(height=bindparam("height", type_=INT), name=bindparam("name"))
)

type Write = Callable[[Tx, dict[str, Any]], Awaitable[Any]]


async def _upsert(tx: Tx, row: dict[str, Any]) -> None:
    await tx.upsert(shelves, [{"name": "b", "height": 1}, row], keys=("name",), update=("height",))


WRITES: dict[str, Write] = {
    "insert": lambda tx, row: tx.insert(shelves, row),
    "insert_one": lambda tx, row: tx.insert_one(shelves, tuple(row), tuple(row.values())),
    "insert_many": lambda tx, row: tx.insert_many(shelves, [{"name": "b", "height": 1}, row]),
    "insert 200": lambda tx, row: tx.insert_many(
        shelves, [row if n == 70 else {"name": f"n{n}", "height": n} for n in range(200)]
    ),
    "insert_returning": lambda tx, row: tx.insert_returning(
        shelves, tuple(row), [("b", 1), tuple(row.values())]
    ),
    "upsert": _upsert,
    "run": lambda tx, row: raise_to.run(tx, which="first", **row),
    "run_many": lambda tx, row: raise_to.run_many(tx, [{"which": "first", **row}]),
    "read": lambda tx, row: of_height.all(tx, height=row["height"]),
    "read a row": lambda tx, row: named.one(tx, name=row["name"]),
}
BAD = {
    "too big": ({"name": "a", "height": 2**70}, "height", "number_range"),
    "too small": ({"name": "a", "height": -(2**63) - 1}, "height", "number_range"),
    "surrogate": ({"name": "a\ud800", "height": 1}, "name", "utf8"),
    "nul": ({"name": "a\0", "height": 1}, "name", "no_nul"),
}
READS = {"read": "height", "read a row": "name"}


@pytest.fixture
async def database(database: Database) -> Database:
    await create_all(database, database.clock.now_ms(), tables)
    await database.run(lambda tx: tx.insert(shelves, {"name": "first"}))
    return database


@pytest.mark.parametrize("bad", BAD)
async def test_a_value_that_no_column_takes(database: Database, bad: str) -> None:
    row, field, rule = BAD[bad]
    if bad == "nul" and database.engine == "sqlite":
        return  # SQLite keeps it, so surfaces refuse it before
    for way, write in WRITES.items():
        if READS.get(way, field) != field:
            continue

        async def work(tx: Tx, write: Write = write) -> None:
            await tx.insert(shelves, {"name": "before"})
            await write(tx, row)

        with pytest.raises(Unstorable) as refused:
            await database.run(work)
        assert (refused.value.field, refused.value.facts["rule"]) == (field, rule), way
        assert refused.value.value == row[field]
        assert await count.scalar(database) == 1, way


async def test_reads_outside_a_unit(database: Database) -> None:
    for read in (of_height.all, of_height.one, of_height.scalar):
        with pytest.raises(Unstorable):
            await read(database, height=2**70)
    heavy = Query(select(shelves.c.id).where(shelves.c.height == bindparam("height", type_=INT)), heavy=True)
    with pytest.raises(Unstorable):
        await heavy.all(database, height=2**70)


@pytest.mark.engines("postgresql")
async def test_a_text_too_long_for_an_index(database: Database) -> None:
    text = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(20_000))
    with pytest.raises(Unstorable) as refused:
        await database.run(lambda tx: tx.insert(shelves, {"name": text}))
    assert refused.value.facts == {"field": "name", "rule": "too_long", "limit": 900}
    assert "900" in refused.value.text("zh-CN")


async def test_keys_and_references(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Duplicate):
        await database.run(lambda tx: tx.insert(shelves, {"name": "first"}))
    with pytest.raises(BrokenReference):
        await database.run(lambda tx: tx.insert(books, {"shelf": 4711}))
    assert "duplicate" in caplog.text
    assert "INSERT INTO err_books" in caplog.text
    assert "4711" not in caplog.text, "values may be somebody's"


async def test_what_only_we_can_have_caused_stays_as_it_is(database: Database) -> None:
    nothing = Query(select(Table("err_nothing", MetaData(), text_column("name")).c.name))
    with pytest.raises(Exception, match="err_nothing") as raised:
        await nothing.all(database)
    assert not isinstance(raised.value, Unstorable | Duplicate)


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize(
    ("state", "kind"), [("53100", DiskFull), ("57P01", ConnectionLost), ("53300", ConnectionLost)]
)
async def test_a_server_that_cannot(database: Database, state: str, kind: type[Exception]) -> None:
    """The server's own words for a full disk, its end, and too many who ask."""

    async def work(tx: Tx) -> None:
        await tx.insert(shelves, {"name": "a"})
        connection: asyncpg.Connection = tx._connection  # type: ignore[attr-defined]
        real = connection.execute

        async def fails(text: str, *values: object) -> str:
            end = f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"
            return await real(end)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(asyncpg.Connection, "execute", lambda self, *a, **o: fails(*a))
            await tx.insert_one(shelves, ("name",), ("b",))

    with pytest.raises(kind):
        await database.run(work)
    assert await count.scalar(database) == 1


async def test_a_server_that_is_gone(database_engine: str) -> None:
    if database_engine == "sqlite" or PostgreSQL.missing():
        return
    from linli.kernel.db import open_database

    with PostgreSQL.running() as cluster:
        db = await open_database(cluster.url())
        await db.run_script(["CREATE TABLE t (name text)"])
        cluster.stop()
        with pytest.raises(ConnectionLost):
            await db.run_script(["SELECT 1"])
        with pytest.raises(ConnectionLost):
            async with db.begin():
                pass
