"""Declared routes: what each parameter is filled with, the unit of work, and what is refused at start."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal, cast

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.datastructures import UploadFile
from msgspec import Meta
from sqlalchemy import func, select

from linli.console import errors
from linli.console.refusals import describe_refusals
from linli.console.routes import AnyRequest, Sources, handlers_of
from linli.kernel.clock import Clock, ManualClock
from linli.kernel.db import Database, Query, Tx
from linli.kernel.db.errors import LostRace
from linli.kernel.db.races import lasts
from linli.kernel.entry import Filter, Form, Routes, WholeScope
from linli.kernel.entry.needs import EntryError
from linli.kernel.errors import Conflict
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Caller, Scope
from linli.kernel.tenancy import create_tenant, tenants

_tenants = Query(select(func.count()).select_from(tenants), unscoped="a test counts all")


class Taken(Conflict):
    code = "test.taken"


class Body(msgspec.Struct, rename="camel"):
    full_name: str


class Sent(msgspec.Struct):
    file: UploadFile


class Where(Filter, frozen=True):
    state: Literal["open", "shut"] | None = None
    product_key: Annotated[str, Meta(description="Whose.", max_length=5)] = ""
    from_ms: int = msgspec.field(default=0, name="from")


def sources(db: Database | None, clock: Clock) -> Sources:
    return {
        Database: lambda request: db,
        Clock: lambda request: clock,
        WholeScope: lambda request: Scope("T", Caller("staff", "1"), frozenset((1, 2))),
    }


def app_of(routes: Routes, provided: Sources) -> Litestar:
    app = Litestar(handlers_of([routes], provided), exception_handlers=errors.HANDLERS)
    describe_refusals(app)
    return app


@asynccontextmanager
async def serving(routes: Routes, provided: Sources) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(cast(Any, app_of(routes, provided)))
    async with httpx.AsyncClient(transport=transport, base_url="http://console.test") as client:
        yield client


async def test_parameters_by_name_and_type() -> None:
    routes = Routes("/communities/{community_id:int}")

    @routes.get("/things/{name:str}")
    async def show(
        community_id: int,
        name: str,
        where: Where,
        page: PageRequest,
        scope: Scope,
        whole: WholeScope,
        clock: Clock,
        request: AnyRequest,
        sort_by: Annotated[str, Meta(description="A column.")] = "name",
        ids: list[int] | None = None,
    ) -> dict[str, Any]:
        """Give back what came."""
        return {
            "path": [community_id, name, request.method],
            "where": where.binds,
            "page": page.binds,
            "scope": [sorted(scope.communities or ()), sorted(whole.communities or ())],
            "asked": [sort_by, ids, clock.now_ms()],
        }

    async with serving(routes, sources(None, ManualClock(7))) as client:
        path = "/communities/2/things/lamp"
        assert (await client.get(path)).json() == {
            "path": [2, "lamp", "GET"],
            "where": {"state": None, "product_key": "", "from_ms": 0},
            "page": {"limit": 20, "offset": 0},
            "scope": [[2], [1, 2]],
            "asked": ["name", None, 7],
        }
        asked = "?state=shut&productKey=a1&from=5&pageNo=3&pageSize=10&sortBy=age&ids=4&ids=5"
        told = (await client.get(path + asked)).json()
        assert told["where"] == {"state": "shut", "product_key": "a1", "from_ms": 5}
        assert (told["page"], told["asked"]) == ({"limit": 10, "offset": 20}, ["age", [4, 5], 7])
        assert (await client.get("/communities/3/things/lamp")).status_code == 404
        for wrong, field in (
            ("state=ajar", "state"),
            ("productKey=toolong", "productKey"),
            ("from=x", "from"),
            ("pageNo=x", "pageNo"),
            ("pageSize=101", "pageSize"),
            ("ids=x", "ids"),
        ):
            answer = await client.get(f"{path}?{wrong}")
            assert (answer.status_code, answer.json()["field"]) == (400, field), wrong


async def test_bodies_and_statuses() -> None:
    routes = Routes("/names")

    @routes.post()
    async def add(data: Body) -> Body:
        """Give it back."""
        return data

    @routes.put("/{name_id:int}", raises=(Taken,))
    async def change(name_id: int, data: Body) -> None:
        """Refuse."""
        raise Taken()

    @routes.delete("/{name_id:int}")
    async def remove(name_id: int) -> None:
        """Do nothing."""

    @routes.post("/file", status=202)
    async def upload(data: Form[Sent]) -> str:
        """Read it."""
        return (await data.file.read()).decode()

    provided = sources(None, ManualClock())
    async with serving(routes, provided) as client:
        answer = await client.post("/names", json={"fullName": "Li"})
        assert (answer.status_code, answer.json()) == (201, {"fullName": "Li"})
        answer = await client.post("/names", json={"fullName": 1})
        assert (answer.status_code, answer.json()["field"]) == (400, "fullName")
        answer = await client.put("/names/1", json={"fullName": "Li"})
        assert (answer.status_code, answer.json()["code"]) == (409, "test.taken")
        assert (await client.delete("/names/1")).status_code == 204
        answer = await client.post("/names/file", files={"file": ("a.txt", b"whole")})
        assert (answer.status_code, answer.text) == (202, "whole")
    change_said = app_of(routes, provided).openapi_schema.to_schema()["paths"]["/names/{name_id}"]["put"]
    assert change_said["responses"]["409"]["description"] == "`test.taken`"
    assert change_said["responses"].keys() == {"204", "400", "409", "default"}


async def test_the_unit_of_work(database: Database, clock: ManualClock, ids: Ids) -> None:
    routes, tries = Routes("/tenants"), {"lost": 0, "called": 0}

    @routes.post("/{number:int}")
    async def lost(number: int, tx: Tx) -> None:
        """Lose the first two times."""
        await create_tenant(tx, name=f"T{number}", ids=ids)
        tries["lost"] += 1
        if tries["lost"] < 3:
            raise LostRace()

    @routes.post("/refused")
    async def refused(tx: Tx) -> None:
        """Write, then refuse."""
        await create_tenant(tx, name="TR", ids=ids)
        raise Taken()

    @routes.post("/stayed")
    async def stayed(db: Database) -> None:
        """Call a device, commit, then lose."""
        tries["called"] += 1
        lasts()  # as a call to a device does
        async with db.begin() as tx:
            await create_tenant(tx, name="TS", ids=ids)
        raise LostRace()

    before = int(await _tenants.scalar(database))
    async with serving(routes, sources(database, clock)) as client:
        assert (await client.post("/tenants/1")).status_code == 204
        assert (int(await _tenants.scalar(database)), tries["lost"]) == (before + 1, 3)
        assert (await client.post("/tenants/refused")).status_code == 409
        assert int(await _tenants.scalar(database)) == before + 1
        assert (await client.post("/tenants/stayed")).status_code == 503
        assert (int(await _tenants.scalar(database)), tries["called"]) == (before + 2, 1)


async def no_annotation(name) -> None:  # type: ignore[no-untyped-def]
    """A parameter that says nothing."""


async def no_result(name: str):  # type: ignore[no-untyped-def]
    """A result that says nothing."""


def not_async() -> None:
    """No coroutine."""


async def nobody_gives(service: Conflict) -> None:
    """A type that nobody provides."""


async def two_units(tx: Tx, other: Tx) -> None:
    """A call is one unit."""


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (no_annotation, "'name' has no annotation"),
        (no_result, "return annotation is missing"),
        (not_async, "is an async function"),
        (nobody_gives, "nothing provides service"),
        (two_units, "no unit of work for 'other'"),
    ],
)
def test_what_is_declared_wrongly_does_not_start(function: Any, words: str) -> None:
    routes = Routes("/wrong")
    routes.get()(cast(Any, function))
    with pytest.raises(EntryError, match=words):
        handlers_of([routes], sources(None, ManualClock()))
