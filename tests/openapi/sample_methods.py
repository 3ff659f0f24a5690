"""Methods for the tests of the gateway: one of each kind a room may write."""

from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import bindparam, select

from linli.kernel import tenancy
from linli.kernel.db import Database, Query, Tx
from linli.kernel.errors import Conflict, NotFound, TooMany, Unavailable
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, method


class Echo(msgspec.Struct, rename="camel"):
    iot_id: Annotated[str, Meta(min_length=1, max_length=64, description="device")]
    count: int = 0
    tags: list[str] = []
    flag: bool = False


class Echoed(msgspec.Struct, rename="camel"):
    iot_id: str
    count: int
    tags: list[str]
    community_id: int | None
    communities: list[int]
    call_id: str
    language: str


class Named(msgspec.Struct, rename="camel"):
    name: Annotated[str, Meta(min_length=1)]


class Community(msgspec.Struct, rename="camel"):
    community_id: int


class NameTaken(Conflict):
    code = "project.name_taken"


class OutOfCards(Conflict):
    code = "project.name_taken"
    api_code = "SYS_0002"


_name = Query(
    select(tenancy.tenants.c.name).where(tenancy.tenants.c.id == bindparam("id")),
)


@method("/sample/echo", "1.0.0", service="sample", token="optional", title="回声", title_en="Echo")
async def echo(data: Echo, call: Call, scope: Scope) -> Echoed:
    return Echoed(
        data.iot_id,
        data.count,
        data.tags,
        call.community_id,
        sorted(scope.communities or ()),
        call.id,
        call.language,
    )


@method("/sample/echo", "1.0.2", service="sample", token="required", title="回声", title_en="Echo")
async def echo_with_token(data: Echo, call: Call, scope: Scope) -> Echoed:
    return await echo(data, call, scope)


@method("/sample/read", "1.0.0", service="sample", token="none", title="读", title_en="Read")
async def read(db: Database, scope: Scope) -> str:
    return str(await _name.scalar(db, id=scope.tenant))


@method(
    "/sample/write", "1.0.0", service="other", token="none", raises=(NameTaken,), title="写", title_en="Write"
)
async def write(data: Named, tx: Tx, scope: Scope, ids: Ids) -> None:
    """Makes a project; fails after the write when asked to."""
    await tenancy.create_project(scope, tx, name=data.name, ids=ids)
    match data.name:
        case "taken":
            raise NameTaken(name=data.name)
        case "coded":
            raise OutOfCards(name=data.name)
        case "many":
            raise TooMany()
        case "away":
            raise Unavailable()
        case "bug":
            raise ValueError("the reason is not for the caller")


@method("/sample/community", "1.0.0", service="sample", token="none", title="小区", title_en="Community")
async def community(data: Community, scope: Scope) -> int:
    scope.allow(data.community_id)
    return data.community_id


@method("/sample/number", "1.0.0", service="sample", token="none", title="数", title_en="Number")
async def number(data: Community, db: Database) -> None:
    """Hands a number to the database that no column takes."""
    if await _project.one(db, id=data.community_id) is None:
        raise NotFound(what="number", id=data.community_id)


_project = Query(
    select(tenancy.project_communities.c.project_id).where(
        tenancy.project_communities.c.community_id == bindparam("id")
    ),
    unscoped="a test",
)
