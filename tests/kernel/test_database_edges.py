"""The database layer where it is easily wrong: cancelled units, shared commits, a full disk, a server that went away."""

import asyncio
import contextlib
import random
import signal
import sqlite3
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Column, MetaData, Table, bindparam, func, select

from linli.kernel.db import INT, Database, Query, any_of, identity, integer, open_database, text_column
from linli.kernel.db.errors import Unstorable
from linli.kernel.db.partitions import create_all, day_of, drop_before, make_ahead
from linli.kernel.db.sqlite import SQLiteDatabase
from linli.kernel.db.sqlite_writer import GROUP_UNITS
from linli.kernel.disk import DiskFull
from linli.kernel.errors import Unavailable
from tests.engines import PostgreSQL

tables = MetaData()
notes = Table("edge_notes", tables, identity(), text_column("name", unique=True), sqlite_autoincrement=True)
readings = Table(
    "edge_readings",
    tables,
    Column("no", INT, primary_key=True, autoincrement=False),
    Column("day", INT, primary_key=True, autoincrement=False),
    integer("value"),
    postgresql_partition_by="RANGE (day)",
    sqlite_with_rowid=False,
)

count = Query(select(func.count()).select_from(notes))
count_heavy = Query(select(func.count()).select_from(notes), heavy=True)
names = Query(select(notes.c.name).where(any_of(notes.c.name, "names")))
by_id = Query(select(notes.c.name).where(notes.c.id == bindparam("id", type_=INT)))
days = Query(select(readings.c.day).distinct().order_by(readings.c.day))


@pytest.fixture
async def database(database: Database) -> Database:
    await create_all(database, database.clock.now_ms(), tables)
    return database


async def add(database: Database, name: str) -> None:
    async with database.begin() as tx:
        await tx.insert_one(notes, ("name",), (name,))


async def test_more_units_than_one_group_holds(database: Database) -> None:
    units = GROUP_UNITS * 2 + 7
    await asyncio.wait_for(asyncio.gather(*(add(database, f"n{n}") for n in range(units))), 60)
    assert await count.scalar(database) == units


async def test_a_unit_may_wait_while_others_queue(database: Database) -> None:
    async def slow() -> None:
        async with database.begin() as tx:
            await tx.insert_one(notes, ("name",), ("slow",))
            await asyncio.sleep(0.2)

    await asyncio.wait_for(asyncio.gather(slow(), *(add(database, f"n{n}") for n in range(50))), 10)
    assert await count.scalar(database) == 51


@pytest.mark.engines("sqlite")
async def test_a_commit_does_not_wait_for_a_unit_that_was_cancelled_in_the_queue(database: Database) -> None:
    """The first unit sees someone in the queue and leaves the commit to them; they are gone."""
    inside, release = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with database.begin() as tx:
            await tx.insert_one(notes, ("name",), ("first",))
            inside.set()
            await release.wait()

    running = asyncio.create_task(first())
    await inside.wait()
    queued = [asyncio.create_task(add(database, f"q{n}")) for n in range(3)]
    await asyncio.sleep(0)
    for task in queued:
        task.cancel()
    await asyncio.gather(*queued, return_exceptions=True)
    release.set()
    await asyncio.wait_for(running, 30)
    assert await count.scalar(database) == 1


async def test_cancellation_storms_leave_the_writer_free_and_tell_the_truth(database: Database) -> None:
    """Whoever returned from `begin()` is stored; whoever raised inside it is not; nobody waits for ever."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    rng = random.Random(seed)
    stored: set[str] = set()
    failed: set[str] = set()

    async def unit(name: str, naps: int, fail: bool) -> None:
        inside = True
        try:
            async with database.begin() as tx:
                await tx.insert_one(notes, ("name",), (name,))
                for _ in range(naps):
                    await asyncio.sleep(0)
                if fail:
                    raise ValueError
                inside = False
        except (ValueError, asyncio.CancelledError):
            if inside:
                failed.add(name)
            raise
        stored.add(name)

    for storm in range(15):
        tasks = [
            asyncio.create_task(unit(f"s{storm}-{n}", rng.randrange(4), rng.random() < 0.1))
            for n in range(60)
        ]
        scripts = [asyncio.create_task(database.run_script(["SELECT 1"])) for _ in range(2)]
        for _ in range(rng.randrange(1, 40)):
            await asyncio.sleep(rng.choice((0, 0, 0, 0.001)))
            rng.choice(tasks + scripts).cancel()
        done, pending = await asyncio.wait([*tasks, *scripts], timeout=30)
        assert not pending, f"seed {seed}: {len(pending)} never ended"
        del done
    await asyncio.wait_for(add(database, "last"), 30)
    found = {n for (n,) in await names.all(database, names=[*stored, *failed, "last"])}
    assert stored | {"last"} <= found
    assert not failed & found


async def test_a_callback_that_fails_does_not_unmake_the_commit(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []
    async with database.begin() as tx:
        await tx.insert_one(notes, ("name",), ("a",))
        tx.after_commit(lambda: 1 // 0)
        tx.after_commit(lambda: seen.append("next"))
    assert seen == ["next"]
    assert await count.scalar(database) == 1
    assert "callback" in caplog.text


@pytest.mark.engines("sqlite")
async def test_units_that_a_full_disk_took_along_are_not_told_stored(database: Database) -> None:
    """SQLite ends the whole transaction when a page cannot be had, with the units before in the same group."""
    assert isinstance(database, SQLiteDatabase)
    await add(database, "before")
    (pages,) = database._writer.connection.execute("PRAGMA page_count").fetchone()
    database._writer.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    outcomes = await asyncio.gather(
        add(database, "small"), add(database, "x" * 100_000), add(database, "y"), return_exceptions=True
    )
    assert isinstance(outcomes[1], DiskFull)
    database._writer.connection.execute("PRAGMA max_page_count = 1000000")
    for name, outcome in zip(("small", "y"), (outcomes[0], outcomes[2]), strict=True):
        assert outcome is None or isinstance(outcome, DiskFull)
        assert bool(await names.all(database, names=[name])) is (outcome is None), name
    await add(database, "after")


@pytest.mark.engines("sqlite")
async def test_a_unit_that_hides_the_end_of_its_transaction_is_not_told_stored(database: Database) -> None:
    """Alone it has no savepoint to miss; it must be told all the same, and whoever waits goes on."""
    assert isinstance(database, SQLiteDatabase)
    await add(database, "before")
    (pages,) = database._writer.connection.execute("PRAGMA page_count").fetchone()
    database._writer.connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    async def hides() -> None:
        async with database.begin() as tx:
            await tx.insert_one(notes, ("name",), ("kept?",))
            with contextlib.suppress(DiskFull):
                await tx.insert_one(notes, ("name",), ("x" * 100_000,))

    outcomes = await asyncio.gather(hides(), add(database, "next"), return_exceptions=True)
    database._writer.connection.execute("PRAGMA max_page_count = 1000000")
    assert isinstance(outcomes[0], DiskFull)
    assert outcomes[1] is None
    assert {n for (n,) in await names.all(database, names=["kept?", "next"])} == {"next"}


async def test_ten_thousand_in_a_list(database: Database) -> None:
    async with database.begin() as tx:
        await tx.insert_many(notes, [{"name": f"n{n}"} for n in range(0, 20_000, 2)])
    wanted = [f"n{n}" for n in range(10_000)]
    assert len(await names.all(database, names=wanted)) == 5000
    assert await names.all(database, names=[]) == []


async def test_heavy_reads_see_what_was_committed_and_block_nobody(database: Database) -> None:
    for n in range(5):
        await add(database, f"n{n}")
        assert await count_heavy.scalar(database) == n + 1
    results = await asyncio.gather(
        *(count_heavy.scalar(database) for _ in range(30)), *(add(database, f"m{n}") for n in range(30))
    )
    assert all(5 <= r <= 35 for r in results[:30])


async def test_wrong_values_are_not_taken_for_a_lost_connection(database: Database) -> None:
    with pytest.raises(Unstorable) as refused:
        await by_id.one(database, id=1 << 70)
    assert (refused.value.field, refused.value.facts["rule"], refused.value.value) == (
        "id",
        "number_range",
        1 << 70,
    )
    await add(database, "a")
    assert await count.scalar(database) == 1


async def test_a_callers_own_error_is_not_translated(database: Database) -> None:
    with pytest.raises(FileNotFoundError):
        async with database.begin() as tx:
            await tx.insert_one(notes, ("name",), ("a",))
            raise FileNotFoundError
    assert await count.scalar(database) == 0


async def test_days_are_made_ahead_and_dropped(database: Database) -> None:
    now_ms = database.clock.now_ms()
    today = day_of(now_ms)
    if database.engine == "postgresql":
        await make_ahead(
            database, now_ms
        )  # again: changes nothing; tables of this test are not among its own
        await database.run_script(
            [f"CREATE TABLE edge_readings_{d} PARTITION OF edge_readings FOR VALUES FROM ({d}) TO ({d + 1})"
             for d in range(today - 40, today + 4) if d < today - 1 or d > today + 3]
        )  # fmt: skip
    rows = [
        {"no": n, "day": today - back, "value": n} for n, back in enumerate([0, 1, 29, 30, 31, 40] * 1000)
    ]
    async with database.begin() as tx:
        await tx.insert_many(readings, rows)
    gone = await drop_before(database, readings, today - 30)
    assert gone == (2000 if database.engine == "sqlite" else 10)
    assert [d for (d,) in await days.all(database)] == [today - 30, today - 29, today - 1, today]
    assert await drop_before(database, readings, today - 30) == 0


@pytest.fixture
async def own_server(database_engine: str) -> AsyncIterator[PostgreSQL]:
    if reason := PostgreSQL.missing():
        pytest.skip(reason)
    with PostgreSQL.running() as cluster:
        yield cluster


@pytest.mark.engines("postgresql")
async def test_a_server_that_goes_away_and_comes_back(own_server: PostgreSQL) -> None:
    database = await open_database(own_server.url())
    await create_all(database, database.clock.now_ms(), tables)
    await asyncio.gather(*(add(database, f"n{n}") for n in range(20)))

    with pytest.raises(Unavailable):
        async with database.begin() as tx:
            await tx.insert_one(notes, ("name",), ("lost",))
            await asyncio.to_thread(own_server.stop, signal.SIGINT)
            await tx.insert_one(notes, ("name",), ("lost too",))
    with pytest.raises(Unavailable):
        await count.scalar(database)
    with pytest.raises(Unavailable):
        await add(database, "no server")
    assert not await database.healthy()

    port = own_server.port
    await asyncio.to_thread(own_server.start)
    database._pool._url = database._pool._url.replace(str(port), str(own_server.port))  # type: ignore[attr-defined]
    assert await database.healthy()
    assert await count.scalar(database) == 20
    async with database.begin() as tx:
        await tx.insert_one(notes, ("name",), ("again",))
        assert await count.scalar(tx) == 21
    await database.close()


@pytest.mark.engines("postgresql")
async def test_sessions_ended_by_an_administrator(database: Database) -> None:
    await asyncio.gather(*(add(database, f"n{n}") for n in range(20)))
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    kill = f"SELECT pg_terminate_backend(pid) {others}"
    with pytest.raises(Unavailable):
        async with database.begin() as tx:
            await database.run_script([kill])
            await tx.insert_one(notes, ("name",), ("ended",))
    await asyncio.sleep(0.05)
    assert await count.scalar(database) == 20
    await add(database, "after")


@pytest.mark.engines("sqlite")
async def test_another_process_that_holds_the_write_lock_is_waited_for(
    database: Database, database_url: str
) -> None:
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(add(database, "patient"))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    assert await count.scalar(database) == 0  # reads go on
    other.execute("ROLLBACK")
    await asyncio.wait_for(waiting, 30)
    other.close()
