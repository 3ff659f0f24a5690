"""`update_of`: a row is written back as it is, where the conditions say, and nothing else."""

from typing import NamedTuple

import pytest
from sqlalchemy import MetaData, Table, bindparam, select

from linli.kernel.db import INT, Database, Query, identity, in_scope, integer, text_column, update_of
from linli.kernel.db.partitions import create_all
from linli.kernel.scope import Caller, Scope

tables = MetaData()
shelves = Table(
    "update_shelves",
    tables,
    identity(),
    text_column("tenant_id"),
    text_column("name", null=True),
    integer("places"),
    integer("generation"),
    sqlite_autoincrement=True,
)
change = update_of(
    shelves,
    ("name", "places"),
    shelves.c.id == bindparam("row", type_=INT),
    in_scope(shelves),
    generation=shelves.c.generation + 1,
)


class Shelf(NamedTuple):
    id: int
    tenant_id: str
    name: str | None
    places: int
    generation: int


every = Query(select(shelves).order_by(shelves.c.id), Shelf, unscoped="a test looks at all")
MINE, OTHERS = Shelf(1, "t1", "oak", 3, 7), Shelf(2, "t2", "ash", 4, 7)


@pytest.fixture
async def database(database: Database) -> Database:
    await create_all(database, database.clock.now_ms(), tables)
    async with database.begin() as tx:
        await tx.insert_many(shelves, [MINE._asdict(), OTHERS._asdict()])
    return database


async def test_a_row_is_bound_as_it_is(database: Database) -> None:
    scope = Scope("t1", Caller("system", "test"))
    changed = MINE._replace(tenant_id="t2", name=None, places=5, generation=99)
    async with database.begin() as tx:
        assert await change.run(tx, scope, row=1, **changed._asdict()) == 1
        assert await change.run(tx, scope, row=2, **changed._asdict()) == 0  # another tenant's
    assert await every.all(database) == [Shelf(1, "t1", None, 5, 8), OTHERS]


def test_what_cannot_be_meant_is_refused() -> None:
    here = shelves.c.id == bindparam("row", type_=INT)
    with pytest.raises(TypeError, match="neither in_scope"):
        update_of(shelves, ("name",), here).plan("sqlite")
    with pytest.raises(TypeError, match="name would be bound both"):
        update_of(shelves, ("name",), shelves.c.name == bindparam("name"), in_scope(shelves))
    with pytest.raises(KeyError):
        update_of(shelves, ("nam",), here, in_scope(shelves))
