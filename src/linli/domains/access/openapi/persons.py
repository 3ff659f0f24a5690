"""Open API: door persons (spec E B1 to B4, B A083 and A084)."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.access.errors import PersonUnknown
from linli.domains.access.queries import persons as queries
from linli.domains.access.rows import DoorPerson
from linli.domains.access.service import persons as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.openapi.registry import Contract, method


class UserModify(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="统一身份 id / unified identity id")]
    name: Annotated[str | None, Meta(description="姓名，新增时必填 / name, required when new")] = None
    ext_info: Annotated[
        str | dict[str, Any] | None, Meta(description="自定义信息，文本或对象 / custom data, text or object")
    ] = None


class UserNamed(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="统一身份 id / unified identity id")]


class UserQuery(msgspec.Struct, rename="camel"):
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量，最多 100 / page size, at most 100")]


class UserOut(msgspec.Struct, rename="camel"):
    identity_id: Annotated[str, Meta(description="统一身份 id / unified identity id")]
    name: Annotated[str, Meta(description="姓名 / name")]
    ext_info: Annotated[str, Meta(description="自定义信息 / custom data, as text")]

    @staticmethod
    def of(person: DoorPerson) -> "UserOut":
        return UserOut(person.identity_id, person.name, person.ext_info)


@method(
    "/entrance/paas/user/modify",
    "1.0.0",
    service="access",
    token="optional",
    raises=(BadInput,),
    title="添加或更新门禁人员",
    title_en="Create or update a door person",
    contract=Contract(source="spec E B1, B A083"),
)
async def modify_user(data: UserModify, scope: Scope, tx: Tx, clock: Clock) -> None:
    """An unknown identityId is created, an existing one changed; absent fields stay."""
    ext_info = data.ext_info
    await service.save_person(
        scope,
        tx,
        identity_id=data.identity_id,
        name=data.name,
        ext_info=msgspec.json.encode(ext_info).decode() if isinstance(ext_info, dict) else ext_info,
        now_ms=clock.now_ms(),
    )


@method(
    "/entrance/paas/user/delete",
    "1.0.0",
    service="access",
    token="optional",
    raises=(PersonUnknown, BadInput),
    title="删除门禁人员",
    title_en="Delete a door person",
    contract=Contract(source="spec E B2, B A084"),
)
async def delete_user(data: UserNamed, scope: Scope, tx: Tx) -> None:
    """Codes and cards given in this person's name are taken off the doors."""
    await service.delete_person(scope, tx, identity_id=data.identity_id)


@method(
    "/entrance/paas/user/get",
    "1.0.0",
    service="access",
    token="optional",
    raises=(PersonUnknown,),
    title="查询门禁人员",
    title_en="Get a door person",
    contract=Contract(source="spec E B3"),
)
async def get_user(data: UserNamed, scope: Scope, db: Database) -> UserOut:
    service.check_identity(data.identity_id)
    return UserOut.of(await queries.get_person(scope, db, identity_id=data.identity_id))


@method(
    "/entrance/paas/user/query",
    "1.0.0",
    service="access",
    token="optional",
    raises=(BadInput,),
    title="门禁人员列表",
    title_en="Page through door persons",
    contract=Contract(source="spec E B4"),
)
async def query_users(data: UserQuery, scope: Scope, db: Database) -> Page[UserOut]:
    if data.page_no < 1:
        raise BadInput(field="pageNo", rule="range", low=1, high=1_000_000)
    page = PageRequest.of(data.page_no, data.page_size)
    persons = await queries.list_persons(scope, db, page=page)
    return Page.of(page, persons.total, [UserOut.of(person) for person in persons.data])
