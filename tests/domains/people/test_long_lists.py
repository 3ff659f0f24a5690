"""Lists of residents and users: their orders and pages, and that engines read them in indexes alone."""

from dataclasses import replace

import pytest

from linli.domains.communities.queries import spaces as space_queries
from linli.domains.people.person_rules import RESIDENT_GROUP
from linli.domains.people.queries import residents as queries
from linli.domains.people.queries import users as user_queries
from linli.domains.people.schemas import Profile, checked
from linli.domains.people.service import groups, persons, residents, users
from linli.kernel.db.plans import Plan
from linli.kernel.pages import PageRequest
from tests.domains.people.builders import make_world

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # each plans statements in its way

NAMES = [
    "张三",
    "李四",
    "王五",
    "赵六",
    "李四",
    "孙七",
    "周八",
    "王五",
    "吴九",
    "郑十",
    "李白",
    "杜甫",
    "李四",
]
EVERYTHING = PageRequest(1, 100)


@pytest.fixture
async def world(database, clock, ids):
    """Two houses with thirteen residents, three of a name, who came one after the other."""
    world = await make_world(database, clock, ids)
    for number, name in enumerate(NAMES):
        await clock.advance(1000)
        async with database.begin() as tx:
            await residents.move_in(
                world.tenant, tx, world.houses, house_id=101 + number % 2,
                profile=checked(Profile(name=name, phone=f"1390000{number:04}"), wire={}), type=1 + number % 3, ids=ids,
                now_ms=clock.now_ms(),
            )  # fmt: skip
    return world


async def pages(ask, size=3):
    """A list read page by page."""
    rows, number = [], 1
    while found := await ask(PageRequest(number, size)):
        rows += found.data
        if number * size >= found.total:
            assert len(rows) == found.total
            return rows
        number += 1


@pytest.mark.parametrize("order", queries.ORDERS)
@pytest.mark.parametrize("filters", [{}, {"type": 2}, {"text": "李"}, {"text": "1390"}, {"house_id": 101}])
async def test_pages_make_the_whole_list(database, world, order, filters):
    whole = (
        await queries.page(
            world.first, database, 1, EVERYTHING, where=queries.ResidentConditions(**filters), order=order
        )
    ).data
    assert whole
    read = await pages(
        lambda request: queries.page(
            world.first, database, 1, request, where=queries.ResidentConditions(**filters), order=order
        )
    )
    assert read == whole


async def test_the_orders_of_residents(database, world):
    async def names(order):
        return [
            row.name for row in (await queries.page(world.first, database, 1, EVERYTHING, order=order)).data
        ]

    assert await names("created") == NAMES[::-1]
    assert await names("-created") == NAMES
    assert await names("name") == sorted(NAMES)
    assert await names("-name") == (await names("name"))[::-1]


async def test_a_changed_name_and_phone_move_in_lists(database, world, clock):
    (found,) = (
        await queries.page(
            world.first, database, 1, EVERYTHING, where=queries.ResidentConditions(text="杜甫")
        )
    ).data
    async with database.begin() as tx:
        await persons.change(
            world.first, tx, identity_id=found.identity_id,
            profile=checked(Profile(name="阿甫", phone="13700000009"), wire={}), now_ms=clock.now_ms(),
        )  # fmt: skip
    by_name = (await queries.page(world.first, database, 1, EVERYTHING, order="-name")).data
    assert by_name[0].name == "阿甫"
    for text in ("阿", "137", "13700000009"):
        where = queries.ResidentConditions(text=text)
        page = await queries.page(world.first, database, 1, EVERYTHING, where=where)
        assert [row.name for row in page.data] == ["阿甫"]
    assert (
        await queries.page(
            world.first, database, 1, EVERYTHING, where=queries.ResidentConditions(text="杜甫")
        )
    ).total == 0


@pytest.mark.parametrize("most", [20_000, 2])
async def test_very_many_hits_are_looked_at_one_by_one(database, world, monkeypatch, most):
    monkeypatch.setattr(queries, "_HITS_MAX", most)
    monkeypatch.setattr(user_queries, "_HITS_MAX", most)
    monkeypatch.setattr(queries, "_hits", {})
    monkeypatch.setattr(user_queries, "_hits", {})
    found = await queries.page(
        world.first, database, 1, EVERYTHING, where=queries.ResidentConditions(text="李"), order="-created"
    )
    assert [row.name for row in found.data] == ["李四", "李四", "李白", "李四"]
    assert (
        await user_queries.page(
            world.first, database, 1, PageRequest(1, 2), where=user_queries.UserConditions(text="139")
        )
    ).total == 13
    assert (
        await queries.page(world.second, database, 2, EVERYTHING, where=queries.ResidentConditions(text="李"))
    ).total == 0


@pytest.mark.parametrize("deep", [5_000, 0])
async def test_a_group_is_counted_by_its_members(database, world, clock, ids, monkeypatch, deep):
    monkeypatch.setattr(queries, "_DEEP", deep)
    async with database.begin() as tx:
        group = await groups.create(
            world.first,
            tx,
            community_id=1,
            kind=RESIDENT_GROUP,
            name="合唱团",
            ids=ids,
            now_ms=clock.now_ms(),
        )
        for row in (
            await queries.page(world.first, tx, 1, EVERYTHING, where=queries.ResidentConditions(text="李"))
        ).data:
            await users.join_group(
                world.first, tx, group_id=group, identity_id=row.identity_id, now_ms=clock.now_ms()
            )
    for status, type, many in ((1, None, 4), (1, 2, 3), (None, None, 4), (4, None, 0)):
        found = await queries.page(
            world.first,
            database,
            1,
            EVERYTHING,
            where=queries.ResidentConditions(group_id=group, status=status, type=type),
        )
        assert (found.total, len(found.data)) == (many, many)
    read = await pages(
        lambda r: queries.page(
            world.first, database, 1, r, where=queries.ResidentConditions(group_id=group), order="name"
        ),
        1,
    )
    assert [row.name for row in read] == ["李四", "李四", "李四", "李白"]
    people = await user_queries.page(
        world.first, database, 1, PageRequest(2, 3), where=user_queries.UserConditions(group_id=group)
    )
    assert (people.total, len(people.data)) == (4, 1)
    elsewhere = await user_queries.page(
        world.second, database, 1, EVERYTHING, where=user_queries.UserConditions(group_id=group)
    )
    assert (elsewhere.total, elsewhere.data) == (0, [])


@pytest.mark.parametrize("by_change", [False, True])
async def test_pages_of_users(database, world, by_change):
    whole = (await user_queries.page(world.first, database, 1, EVERYTHING, by_change=by_change)).data
    assert [row.person.name for row in whole] == NAMES[::-1]
    read = await pages(
        lambda request: user_queries.page(world.first, database, 1, request, by_change=by_change)
    )
    assert read == whole
    older = await user_queries.page(
        world.first, database, 1, EVERYTHING, where=user_queries.UserConditions(until_ms=whole[3].changed_ms)
    )
    assert older.total == 10


async def plan_of(database, scope, query, **binds):
    """What the engine would do for a statement, were the tables long."""
    plan = query.plan(database.engine)
    words = "EXPLAIN QUERY PLAN " if database.engine == "sqlite" else "EXPLAIN "
    async with database.begin() as tx:
        if database.engine == "postgresql":
            for way in (
                "seqscan",
                "sort",
                "bitmapscan",
                "indexscan",
            ):  # what it does with tables of thirteen rows
                await tx.execute(Plan(f"SET LOCAL enable_{way} = off", (), {}, frozenset()), None, {})
        rows = await tx.fetch_rows(replace(plan, sql=words + plan.sql), scope, binds, False)
    return "\n".join(str(row[-1]) for row in rows)


RESIDENT_PAGES = [
    ({"status"}, "created", "ix_house_members_created"),
    ({"status"}, "changed", "ix_house_members_changed"),
    ({"status"}, "type", "ix_house_members_type"),
    ({"status"}, "name", "ix_house_members_name"),
    ({"status", "type"}, "-name", "ix_house_members_name"),
    ({"status", "text"}, "name", "ix_house_members_name"),
]
BINDS = {"community_id": 1, "status": 1, "type": 2, "text": "%李%", "limit": 5, "offset": 5}


@pytest.mark.parametrize(("filters", "order", "index"), RESIDENT_PAGES)
async def test_pages_of_residents_are_chosen_in_one_index(database, world, filters, order, index):
    pair, _ = queries._page_queries(frozenset(filters), order)
    for query in (pair.onward, pair.backward):
        await assert_chosen_in(database, world.first, query, index)


@pytest.mark.parametrize(
    ("by_change", "index"), [(False, "ix_community_persons_created"), (True, "ix_community_persons_changed")]
)
async def test_pages_of_users_are_chosen_in_one_index(database, world, by_change, index):
    pair, _ = user_queries._page_queries(frozenset(), by_change)
    for query in (pair.onward, pair.backward):
        await assert_chosen_in(database, world.first, query, index)


async def test_houses_by_change_are_chosen_in_one_index(database, world):
    pair, _ = space_queries._house_page(frozenset(), "-changed")
    for query in (pair.onward, pair.backward):
        await assert_chosen_in(database, world.first, query, "ix_spaces_changed")


async def assert_chosen_in(database, scope, query, index):
    """The keys of the page come from the index alone, in its order, before any row is read."""
    told = await plan_of(database, scope, query, **BINDS)
    if database.engine == "sqlite":
        first, *rest = told.splitlines()[1:]
        assert "USING COVERING INDEX " + index in first, told
        assert not rest[0].startswith("USE TEMP B-TREE"), told
    else:
        lines = [line.strip(" ->") for line in told.splitlines()]
        limit = next(number for number, line in enumerate(lines) if line.startswith("Limit"))
        assert lines[limit + 1].startswith("Index Only Scan"), told
        assert index in lines[limit + 1], told
