"""Values that no column takes: refused by name and rule, alike on both engines, and nothing is stored."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import msgspec
import pytest
from litestar import Litestar
from sqlalchemy import MetaData, Table, bindparam, func, select

from linli.console.app import console_routes
from linli.console.errors import HANDLERS
from linli.console.routes import handlers_of
from linli.kernel.db import INT, Database, Query, Tx, identity, integer, text_column
from linli.kernel.db.partitions import create_all
from linli.kernel.entry import Routes
from tests.console.conftest import Browser
from tests.console.test_wrong_types import typed_parameters

TOO_BIG = 2**70
tables = MetaData()
shelves = Table(
    "shelves",
    tables,
    identity(),
    text_column("name", unique=True),
    integer("height"),
    sqlite_autoincrement=True,
)
count = Query(select(func.count()).select_from(shelves))
of_height = Query(select(shelves.c.id).where(shelves.c.height == bindparam("height", type_=INT)))


class Shelf(msgspec.Struct, rename="camel"):
    shelf_name: str
    shelf_height: int
    more_heights: list[int] = []


routes = Routes("/shelves", tags=["test"])


@routes.post("", public=True)
async def add(data: Shelf, tx: Tx) -> None:
    """Put up a shelf, and one more for each further height."""
    await tx.insert(shelves, {"name": data.shelf_name, "height": data.shelf_height})
    more = [{"name": f"{data.shelf_name} {h}", "height": h} for h in data.more_heights]
    await tx.insert_many(shelves, more)


@routes.get("/{height:int}", public=True)
async def by_height(height: int, db: Database, or_height: int = 0) -> int:
    """How many shelves are so high."""
    return len(await of_height.all(db, height=height)) + len(await of_height.all(db, height=or_height))


@asynccontextmanager
async def client_of(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    await create_all(database, database.clock.now_ms(), tables)
    app = Litestar(handlers_of([routes], {Database: lambda request: database}), exception_handlers=HANDLERS)
    transport = httpx.ASGITransport(app=cast(Any, app))
    async with httpx.AsyncClient(transport=transport, base_url="http://linli.test") as client:
        yield client


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"shelfHeight": TOO_BIG}, "shelfHeight", "is a number out of range"),
    ({"shelfHeight": -TOO_BIG}, "shelfHeight", "is a number out of range"),
    ({"moreHeights": [1, 2**63]}, "moreHeights[1]", "is a number out of range"),
]


@pytest.mark.parametrize(("changes", "field", "words"), BAD)
async def test_a_value_of_the_body_is_named(
    database: Database, changes: dict[str, Any], field: str, words: str
) -> None:
    body = {"shelfName": "a", "shelfHeight": 1, **changes}
    async with client_of(database) as client:
        answer = await client.post("/shelves", json=body, headers={"accept-language": "en"})
        told = answer.json()
        assert (answer.status_code, told["code"], told["field"]) == (400, "bad_input", field)
        assert told["message"] == f"{field}: {words}"
        assert await count.scalar(database) == 0
        assert (await client.post("/shelves", json={"shelfName": "a", "shelfHeight": 1})).status_code == 204


async def test_a_value_of_path_or_query_is_named(database: Database) -> None:
    async with client_of(database) as client:
        for path, field in (
            (f"/shelves/{TOO_BIG}", "height"),
            (f"/shelves/1?orHeight={TOO_BIG}", "orHeight"),
        ):
            told = (await client.get(path, headers={"accept-language": "zh-CN"})).json()
            assert (told["field"], told["message"]) == (field, f"{field}：数值超出范围")


async def test_a_key_that_stands_already_is_a_conflict(database: Database) -> None:
    """No rule looks for the name here, so the engine's word is the answer."""
    async with client_of(database) as client:
        body = {"shelfName": "a", "shelfHeight": 1}
        assert (await client.post("/shelves", json=body)).status_code == 204
        answer = await client.post("/shelves", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert await count.scalar(database) == 1


async def test_no_integer_of_a_query_is_too_big_to_be_refused_well(administrator: Browser) -> None:
    document = console_routes(1 << 20).openapi_schema.to_schema()
    big = 0
    for method, path, name, needed in typed_parameters(document):
        if method != "get":
            continue
        place = path.removeprefix("/api/console").replace("{", "").replace("}", "")
        place = "/".join("1" if part in path and f"{{{part}}}" in path else part for part in place.split("/"))
        if (await administrator.request(method, place, params={**needed, name: "1"})).status_code == 500:
            continue  # this test's console is without that part
        answer = await administrator.request(method, place, params={**needed, name: str(TOO_BIG)})
        assert answer.status_code in (200, 400, 403, 404), (path, name, answer.text)
        if answer.status_code == 400 and "out of range" in answer.json()["message"]:
            assert answer.json()["field"] == name, (path, answer.text)
            big += 1
    assert big > 3
