"""Both engines refuse a value of a type that only SQLite would take."""

from typing import Any

import pytest
from sqlalchemy import bindparam, select, update

from linli.kernel.db import Command, Database, Query, any_of
from linli.kernel.tenancy import tenants

REFUSED = "PostgreSQL does not take|invalid input for query argument|expected str|interpreted as an integer"
ROW: dict[str, Any] = {"id": "t1", "name": "和美物业", "created_ms": 1}
_one = Query(select(tenants.c.name).where(tenants.c.id == bindparam("tenant")))
_many = Query(select(tenants.c.name).where(any_of(tenants.c.id, "ids")))
_touch = Command(update(tenants).values(created_ms=bindparam("now_ms")))


async def test_a_read(database: Database) -> None:
    async with database.begin() as tx:
        await tx.insert(tenants, ROW)
    assert await _one.scalar(database, tenant="t1") == "和美物业"
    assert await _many.all(database, ids=["t1"]) == [("和美物业",)]
    with pytest.raises(Exception, match=REFUSED):
        await _one.one(database, tenant=1)
    with pytest.raises(Exception, match=REFUSED):
        await _many.all(database, ids=[1])


@pytest.mark.parametrize("wrong", [{"id": 1}, {"created_ms": "1"}])
@pytest.mark.parametrize("way", ["insert", "insert_many", "upsert"])
async def test_a_row(database: Database, wrong: dict[str, Any], way: str) -> None:
    row = {**ROW, **wrong}
    with pytest.raises(Exception, match=REFUSED):
        async with database.begin() as tx:
            if way == "insert":
                await tx.insert(tenants, row)
            elif way == "insert_many":
                await tx.insert_many(tenants, [row])
            else:
                await tx.upsert(tenants, [row], keys=("id",))


async def test_a_change(database: Database) -> None:
    with pytest.raises(Exception, match=REFUSED):
        async with database.begin() as tx:
            await _touch.run(tx, now_ms="1")
