"""Units of work that meet: who gives way is done again at once, whole, and everybody can read what met."""

import asyncio
import contextlib
import logging

import asyncpg
import msgspec
import pytest
from sqlalchemy import MetaData, Table, bindparam, func, select, update

from linli.kernel import outbox, telemetry
from linli.kernel.clock import ManualClock
from linli.kernel.db import INT, Command, Database, Query, Tx, identity, integer, text_column
from linli.kernel.db.errors import Duplicate, LostRace
from linli.kernel.db.partitions import create_all
from linli.kernel.db.races import MOST_AGAIN, done_again
from linli.kernel.errors import LinliError
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.processes.leases import Lease
from tests.losing import losing

tables = MetaData()
lamps = Table(
    "race_lamps",
    tables,
    identity(),
    text_column("name", unique=True),
    integer("level", server_default="0"),
    sqlite_autoincrement=True,
)
count = Query(select(func.count()).select_from(lamps))
level = Query(select(lamps.c.level).where(lamps.c.name == bindparam("name")))
brighten = Command(
    update(lamps)
    .where(lamps.c.name == bindparam("lamp"))
    .values(level=lamps.c.level + bindparam("by", type_=INT))
)
PAIR = [{"name": "a"}, {"name": "b"}]


@pytest.fixture
async def database(database: Database) -> Database:
    await create_all(database, database.clock.now_ms(), tables)
    return database


async def add_pair(tx: Tx) -> None:
    await tx.insert_many(lamps, PAIR)


async def test_a_unit_that_gave_way_is_done_again_and_counts_once(database: Database) -> None:
    tries, told = [], []

    async def work(tx: Tx) -> str:
        tries.append(1)
        await tx.insert(lamps, {"name": f"try {len(tries)}"})
        tx.after_commit(lambda: told.append(len(tries)))
        if len(tries) <= MOST_AGAIN:
            raise LostRace()
        return "done"

    assert await database.run(work) == "done"
    assert (len(tries), told, await count.scalar(database)) == (1 + MOST_AGAIN, [1 + MOST_AGAIN], 1)


async def test_a_unit_that_always_gives_way_is_refused_in_the_end(database: Database) -> None:
    tries = []

    async def work(tx: Tx) -> None:
        tries.append(1)
        raise LostRace()

    with pytest.raises(LostRace):
        await database.run(work)
    assert len(tries) == 1 + MOST_AGAIN


@pytest.mark.parametrize("error", [LostRace, Duplicate])
async def test_nothing_is_done_again_once_a_part_of_it_was_committed(
    database: Database, error: type[LinliError]
) -> None:
    tries = []

    async def work() -> None:
        tries.append(1)
        await database.run(add_pair)
        raise error()

    with pytest.raises(error):
        await done_again(work)
    assert (len(tries), await count.scalar(database)) == (1, 2)


async def test_tries_of_a_part_are_not_multiplied_by_the_whole(database: Database) -> None:
    tries = []

    async def part(tx: Tx) -> None:
        tries.append(1)
        raise LostRace()

    with pytest.raises(LostRace):
        await done_again(lambda: database.run(part))
    assert len(tries) == 1 + MOST_AGAIN


async def test_what_a_unit_hides_is_not_committed_half(database: Database) -> None:
    """SQLite would keep the rest, PostgreSQL roll back and say nothing: neither is told as done."""
    await database.run(add_pair)
    with pytest.raises(Duplicate):
        async with database.begin() as tx:
            await tx.insert(lamps, {"name": "c"})
            with contextlib.suppress(Duplicate):
                await tx.insert(lamps, {"name": "a"})
    assert await count.scalar(database) == 2


async def test_of_two_that_add_the_same_the_second_sees_the_first(database: Database) -> None:
    both_looked = asyncio.Barrier(2 if database.engine == "postgresql" else 1)  # SQLite's have turns

    async def add_or_raise(tx: Tx) -> int:
        if known := await level.one(tx, name="a"):
            return known[0]
        await both_looked.wait()
        await tx.insert(lamps, {"name": "a", "level": 7})
        return 0

    assert sorted(await asyncio.gather(database.run(add_or_raise), database.run(add_or_raise))) == [0, 7]


@pytest.mark.engines("postgresql")
async def test_whichever_statement_is_lost_the_unit_happens_once(database: Database) -> None:
    async def work(tx: Tx) -> None:
        await tx.insert_many(lamps, PAIR)
        await tx.insert(lamps, {"name": "c"})
        await tx.insert_returning(lamps, ("name",), [("d",), ("e",)])
        await tx.upsert(lamps, [{"name": "a", "level": 2}], keys=("name",), update=("level",))
        await brighten.run(tx, lamp="a", by=1)
        await brighten.run_many(tx, [{"lamp": name, "by": 1} for name in "ab"])
        assert await level.all(tx, name="a") == [(4,)]
        assert await level.one(tx, name="b") == (1,)

    with losing() as counted:
        await database.run(work)
    assert counted.seen[-1] == "COMMIT"
    for at in range(1, len(counted.seen) + 1):
        await database.run_script(["TRUNCATE race_lamps"])
        with losing(at) as state:
            await database.run(work)
        assert state.lost == counted.seen[at - 1]
        assert await count.scalar(database) == 5
        assert await level.scalar(database, name="a") == 4


@pytest.mark.engines("postgresql")
async def test_two_units_in_opposite_order_both_happen_and_are_told(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await database.run(add_pair)
    met = asyncio.Barrier(2)
    refused = telemetry.REGISTRY.get_sample_value
    before = refused("linli_database_refused_total", {"why": "deadlock"}) or 0

    async def in_order(first: str, second: str) -> None:
        tries = []

        async def work(tx: Tx) -> None:
            tries.append(1)
            await brighten.run(tx, lamp=first, by=1)
            if len(tries) == 1:
                await met.wait()
            await brighten.run(tx, lamp=second, by=1)

        await database.run(work)

    with caplog.at_level(logging.WARNING):
        await asyncio.gather(in_order("a", "b"), in_order("b", "a"))
    assert [await level.scalar(database, name=name) for name in "ab"] == [2, 2]
    (line,) = [record.getMessage() for record in caplog.records if "deadlock" in record.getMessage()]
    assert line.count("UPDATE race_lamps") >= 2
    assert "waits for ShareLock" in line
    assert refused("linli_database_refused_total", {"why": "deadlock"}) == before + 1


@pytest.mark.engines("postgresql")
async def test_whoever_gives_way_to_another_program_is_done_again(
    database: Database, database_url: str
) -> None:
    await database.run(add_pair)
    mine = asyncio.Event()

    async def work(tx: Tx) -> None:
        await brighten.run(tx, lamp="a", by=1)
        mine.set()
        await brighten.run(tx, lamp="b", by=1)

    other = await asyncpg.connect(database_url)
    try:
        async with other.transaction():
            await other.execute("SET LOCAL deadlock_timeout = '20s'")  # so that it is ours that gives way
            await other.execute("UPDATE race_lamps SET level = level + 10 WHERE name = 'b'")
            ours = asyncio.create_task(database.run(work))
            await mine.wait()
            await other.execute("UPDATE race_lamps SET level = level + 10 WHERE name = 'a'")
        await ours
    finally:
        await other.close()
    assert [await level.scalar(database, name=name) for name in "ab"] == [11, 11]


class Lamp(msgspec.Struct, frozen=True):
    name: str


@pytest.mark.engines("postgresql")
async def test_whichever_statement_of_a_job_is_lost_it_is_done_once_and_at_once(
    database: Database, clock: ManualClock
) -> None:
    """The clock stands still: a row that is put back, or whose lease must end, would never be done."""
    database.clock = clock
    calls: list[str] = []

    async def light(lamp: Lamp) -> None:
        await database.run(lambda tx: tx.insert(lamps, {"name": lamp.name}))
        calls.append(lamp.name)

    jobs = Jobs()
    jobs.on("light", Lamp, light)
    worker = Worker(database, clock, jobs)

    async def whole(name: str, at: int) -> list[str]:
        await database.run(lambda tx: outbox.add(tx, "light", Lamp(name)))
        with losing(at) as state:
            await worker.run_once()
        assert state.lost or not at
        assert await level.all(database, name=name) == [(0,)]
        assert await outbox.counts(database) == {}
        return state.seen

    seen = await whole("first", 0)
    for at in range(1, len(seen) + 1):
        await whole(f"lamp {at}", at)
    assert calls == ["first", *(f"lamp {at}" for at in range(1, len(seen) + 1))]


@pytest.mark.engines("postgresql")
async def test_whichever_statement_of_a_lease_is_lost_one_holds_it(
    database: Database, clock: ManualClock
) -> None:
    with losing() as counted:
        await Lease(database, clock, "first", holder="me").hold()
    for at in range(1, len(counted.seen) + 1):
        mine, other = (Lease(database, clock, f"lease {at}", holder=who) for who in ("me", "other"))
        with losing(at) as state:
            assert await mine.hold()
        assert state.lost
        assert not await other.hold()
