"""Open API: the organisation tree of the property. Spec B §3.12, A058-A061."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.openapi.employees import DepartmentId, community_of, department_number
from linli.domains.people.queries import employees as queries
from linli.domains.people.service import departments
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method

type Name = Annotated[str, Meta(description="名称，最长 64 / name, at most 64")]
type Description = Annotated[str | None, Meta(description="描述，最长 256 / description, at most 256")]


class DepartmentCreate(msgspec.Struct, rename="camel"):
    name: Name
    parent_dep_id: Annotated[
        str | int | None,
        Meta(description="上级部门 id，为空即公司根节点 / parent; empty: the company itself"),
    ] = None
    desc: Description = None


@method(
    "/solution/community/org/department/create",
    "1.0.0",
    service="employee",
    raises=(NotFound, BadInput, departments.DepartmentNameTaken),
    title="创建组织节点",
    title_en="Create a department",
    contract=Contract(source="spec B 3.12 A058"),
)
async def create_department(
    data: DepartmentCreate, call: Call, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> str:
    """`data` is the id."""
    parent = None if data.parent_dep_id in (None, "") else department_number(data.parent_dep_id or "")
    department_id = await departments.create(
        scope,
        tx,
        community_id=community_of(call),
        parent_id=parent,
        name=data.name,
        description=data.desc or "",
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return str(department_id)


class DepartmentModify(msgspec.Struct, rename="camel"):
    dep_id: DepartmentId
    name: Name
    desc: Description = None


@method(
    "/solution/community/org/department/modify",
    "1.0.0",
    service="employee",
    raises=(NotFound, BadInput, departments.DepartmentNameTaken),
    title="修改组织节点",
    title_en="Change a department",
    contract=Contract(source="spec B 3.12 A059"),
)
async def modify_department(data: DepartmentModify, scope: Scope, tx: Tx, clock: Clock) -> None:
    """A description that is not given stays."""
    await departments.change(
        scope,
        tx,
        department_id=department_number(data.dep_id),
        name=data.name,
        description=data.desc,
        now_ms=clock.now_ms(),
    )


class DepartmentDelete(msgspec.Struct, rename="camel"):
    dep_id: DepartmentId


@method(
    "/solution/community/org/department/delete",
    "1.0.0",
    service="employee",
    raises=(NotFound,),
    title="删除组织节点",
    title_en="Delete a department",
    contract=Contract(source="spec B 3.12 A060"),
)
async def delete_department(data: DepartmentDelete, scope: Scope, tx: Tx, clock: Clock) -> None:
    """With the departments below it; their employees stay employees. The property can bring them back in the console."""
    number = department_number(data.dep_id)
    await departments.remove_branch(scope, tx, department_id=number, now_ms=clock.now_ms())


class DepartmentQuery(msgspec.Struct, rename="camel"):
    parent_dep_id: Annotated[
        str | int | None, Meta(description="上级部门 id，为空即根下 / parent; empty: children of the root")
    ] = None
    name: Annotated[str | None, Meta(description="名称，精确 / exact name")] = None
    page_no: Annotated[int | None, Meta(description="页码，从 1 起，默认 1 / page, default 1")] = None
    page_size: Annotated[int | None, Meta(description="每页数量，默认 20 / page size, default 20")] = None


class DepartmentInfo(msgspec.Struct, rename="camel"):
    dep_id: Annotated[str, Meta(description="部门 id / department id")]
    name: Annotated[str, Meta(description="名称 / name")]
    desc: Annotated[str, Meta(description="描述 / description")]


class DepartmentPage(msgspec.Struct, rename="camel"):
    total: Annotated[int, Meta(description="总数 / total rows")]
    page_no: Annotated[int, Meta(description="页码 / page")]
    page_size: Annotated[int, Meta(description="每页数量 / page size")]
    list: Annotated[list[DepartmentInfo], Meta(description="部门 / departments")]


@method(
    "/solution/community/org/department/query",
    "1.0.0",
    service="employee",
    raises=(NotFound, BadInput),
    title="查询子组织节点",
    title_en="List departments below one",
    contract=Contract(source="spec B 3.12 A061"),
)
async def query_departments(data: DepartmentQuery, call: Call, scope: Scope, db: Database) -> DepartmentPage:
    """The departments directly below the parent, in the order of their creation."""
    page = PageRequest.of(data.page_no, data.page_size)
    tree = await queries.tree(scope, db, community_of(call))
    parent = None if data.parent_dep_id in (None, "") else department_number(data.parent_dep_id or "")
    if parent is not None and parent not in tree.by_id:
        raise NotFound(what="department", id=parent)
    matches = [row for row in tree.below.get(parent, ()) if not data.name or row.name == data.name]
    rows = [
        DepartmentInfo(str(row.department_id), row.name, row.description)
        for row in matches[page.offset : page.offset + page.page_size]
    ]
    return DepartmentPage(len(matches), page.page_no, page.page_size, rows)
