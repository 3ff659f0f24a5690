"""The database layer, alike on both engines: scope, units of work, roll-back, bulk, upsert, lists."""

import asyncio

import pytest
from sqlalchemy import Index, MetaData, Table, bindparam, func, select, update

from linli.kernel.db import (
    INT,
    Command,
    Database,
    Query,
    any_of,
    identity,
    in_scope,
    integer,
    text_column,
)
from linli.kernel.db.errors import Duplicate
from linli.kernel.db.partitions import create_all
from linli.kernel.errors import NotFound
from linli.kernel.scope import Caller, Scope

lamps = Table(
    "test_lamps",
    MetaData(),
    identity(),
    text_column("tenant_id"),
    integer("community_id", null=True),
    text_column("project_id", null=True),
    text_column("name", unique=True),
    integer("level", server_default="0"),
    Index("ix_test_lamps_level", "level"),
    sqlite_autoincrement=True,
)

by_name = Query(select(lamps.c.id, lamps.c.level).where(lamps.c.name == bindparam("name"), in_scope(lamps)))
named = Query(
    select(lamps.c.name).where(any_of(lamps.c.name, "names"), in_scope(lamps)).order_by(lamps.c.name)
)
searched = Query(
    select(lamps.c.name).where(lamps.c.name.like(bindparam("text"), escape="\\"), in_scope(lamps))
)
count = Query(select(func.count()).select_from(lamps), unscoped="a test counts everything")
dim = Command(
    update(lamps)
    .where(lamps.c.name == bindparam("lamp"), in_scope(lamps))
    .values(level=bindparam("to", type_=INT))
)


@pytest.fixture
async def database(database: Database) -> Database:
    await create_all(database, database.clock.now_ms(), lamps.metadata)
    return database


A = Scope("A", Caller("app", "1"), frozenset({1, 2}), "p1")
ALL = Scope("A", Caller("staff", "1"))


def lamp(name: str, *, community: int | None = 1, tenant: str = "A", project: str | None = None) -> dict:
    return {"tenant_id": tenant, "community_id": community, "project_id": project, "name": name, "level": 5}


def test_a_statement_that_forgets_the_scope_never_runs() -> None:
    with pytest.raises(TypeError, match="test_lamps"):
        Query(select(lamps.c.id)).plan("sqlite")
    with pytest.raises(TypeError, match="test_lamps"):
        Command(update(lamps).values(level=1)).plan("sqlite")


async def test_scope_decides_what_is_seen(database: Database) -> None:
    async with database.begin() as tx:
        await tx.insert_many(
            lamps,
            [
                lamp("mine"),
                lamp("other community", community=3),
                lamp("project's own", community=None, project="p1"),
                lamp("tenant's", community=None),
                lamp("foreign", tenant="B"),
            ],
        )
    names = ["mine", "other community", "project's own", "tenant's", "foreign"]
    assert [n for (n,) in await named.all(database, A, names=names)] == ["mine", "project's own"]
    assert [n for (n,) in await named.all(database, ALL, names=names)] == sorted(names[:4])
    assert len(await named.all(database, Scope.system(), names=names)) == 5
    with pytest.raises(NotFound):
        A.allow(3)


@pytest.mark.parametrize("sought", ["%hall%", "%HALL%", "%大厅%"])
async def test_a_search_finds_capital_and_small_letters_alike(database: Database, sought: str) -> None:
    async with database.begin() as tx:
        await tx.insert_many(lamps, [lamp("Hall 大厅"), lamp("lift")])
    assert await searched.all(database, ALL, text=sought) == [("Hall 大厅",)]


async def test_writes_keep_to_the_scope(database: Database) -> None:
    async with database.begin() as tx:
        await tx.insert(lamps, lamp("foreign", tenant="B"))
        assert await dim.run(tx, A, lamp="foreign", to=9) == 0
        assert await dim.run(tx, Scope.system(), lamp="foreign", to=9) == 1


async def test_a_failed_unit_leaves_nothing_and_its_neighbours_stay(database: Database) -> None:
    async def unit(name: str, *, fail: bool) -> None:
        async with database.begin() as tx:
            await tx.insert(lamps, lamp(name))
            if fail:
                raise ValueError

    results = await asyncio.gather(
        *(unit(f"n{n}", fail=n % 3 == 0) for n in range(60)), return_exceptions=True
    )
    assert sum(isinstance(r, ValueError) for r in results) == 20
    assert await count.scalar(database) == 40


async def test_a_conflict_fails_its_own_unit_only(database: Database) -> None:
    async with database.begin() as tx:
        await tx.insert(lamps, lamp("one"))
    with pytest.raises(Duplicate):
        async with database.begin() as tx:
            await tx.insert(lamps, lamp("two"))
            await tx.insert(lamps, lamp("one"))
    async with database.begin() as tx:
        await tx.insert(lamps, lamp("three"))
    assert await count.scalar(database) == 2


async def test_a_cancelled_unit_leaves_the_writer_usable(database: Database) -> None:
    async def hang() -> None:
        async with database.begin() as tx:
            await tx.insert(lamps, lamp("never"))
            await asyncio.sleep(60)

    task = asyncio.create_task(hang())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.begin() as tx:
        await tx.insert(lamps, lamp("after"))
    assert await count.scalar(database) == 1


async def test_who_is_told_to_end_while_a_unit_fails_ends(database: Database) -> None:
    """Whatever step of the roll-back the cancellation meets, it is not lost behind what the unit failed of."""

    async def fail() -> None:
        try:
            async with database.begin() as tx:
                await tx.insert(lamps, lamp("never"))
                failing.set()
                raise ValueError("no")
        except ValueError:
            await asyncio.sleep(0)  # where one who was told to end does not come to
            went_on.append(1)

    for steps in range(6):
        failing, went_on = asyncio.Event(), list[int]()
        task = asyncio.create_task(fail())
        await failing.wait()
        for _ in range(steps):
            await asyncio.sleep(0)
        told = task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled() == told
        assert not (told and went_on)
    assert await count.scalar(database) == 0


async def test_callbacks_run_after_the_commit_and_not_after_a_roll_back(database: Database) -> None:
    seen: list[int] = []
    with pytest.raises(ValueError, match="no"):
        async with database.begin() as tx:
            tx.after_commit(lambda: seen.append(1))
            raise ValueError("no")
    async with database.begin() as tx:
        tx.after_commit(lambda: seen.append(2))
        assert seen == []
    assert seen == [2]


async def test_identity_and_bulk_return_keys_in_order(database: Database) -> None:
    async with database.begin() as tx:
        first = await tx.insert(lamps, lamp("a"))
        columns = ("tenant_id", "name")
        keys = await tx.insert_returning(lamps, columns, [("A", "b"), ("A", "c"), ("A", "d")])
    assert first is not None
    assert keys == [first + 1, first + 2, first + 3]


async def test_upsert_updates_keeps_and_respects_newer(database: Database) -> None:
    async with database.begin() as tx:
        await tx.insert(lamps, lamp("a"))
        await tx.upsert(lamps, [lamp("a") | {"level": 7}, lamp("b")], keys=("name",), update=("level",))
        assert (await by_name.one(tx, ALL, name="a") or ())[1] == 7
        await tx.upsert(lamps, [lamp("a") | {"level": 1}], keys=("name",))
        assert (await by_name.one(tx, ALL, name="a") or ())[1] == 7
        old = [lamp("a") | {"level": 6}]
        await tx.upsert(lamps, old, keys=("name",), update=("level",), if_newer="level")
        assert (await by_name.one(tx, ALL, name="a") or ())[1] == 7


async def test_readers_see_committed_rows_only(database: Database) -> None:
    async with database.begin() as tx:
        await tx.insert(lamps, lamp("a"))
        assert await by_name.one(database, ALL, name="a") is None
        assert await by_name.one(tx, ALL, name="a") is not None
    assert await by_name.one(database, ALL, name="a") is not None
