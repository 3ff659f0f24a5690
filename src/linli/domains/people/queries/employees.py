"""Employees of a community's property, and its departments. Spec B §3.11, §3.12."""

from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, func, or_, select

from linli.domains.people.models import department_members, departments, employees, persons
from linli.domains.people.queries.persons import like
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope


class Employee(NamedTuple):
    community_id: int
    person_id: int
    identity_id: str
    name: str
    phone: str | None
    face_upload_id: str
    face_id: str
    created_ms: int
    changed_ms: int


class Department(NamedTuple):
    """A row of `departments`, in the order of the columns."""

    department_id: int
    tenant_id: str
    community_id: int
    parent_id: int | None
    name: str
    description: str
    created_ms: int
    changed_ms: int


class Tree:
    """All departments of a community, by id and by parent; brothers in order of making."""

    def __init__(self, rows: list[Department]) -> None:
        self.by_id: Final = {row.department_id: row for row in rows}
        self.below: Final[dict[int | None, list[Department]]] = {}
        for row in rows:
            self.below.setdefault(row.parent_id, []).append(row)

    def path(self, department_id: int) -> list[Department]:
        """From the company down to the department itself."""
        way: list[Department] = []
        at: int | None = department_id
        while at is not None:
            way.append(self.by_id[at])
            at = self.by_id[at].parent_id
        return way[::-1]

    def branch(self, department_id: int) -> list[int]:
        """A department and everything under it."""
        department_ids = [department_id]
        for parent_id in department_ids:
            department_ids += [row.department_id for row in self.below.get(parent_id, ())]
        return department_ids

    def brother(self, parent_id: int | None, name: str) -> Department | None:
        """The department of this name under a parent."""
        return next((row for row in self.below.get(parent_id, ()) if row.name == name), None)


_e, _p, _m = employees.c, persons.c, department_members.c
_COLUMNS = (
    _e.community_id,
    _e.person_id,
    _p.identity_id,
    _p.name,
    _p.phone,
    _p.face_upload_id,
    _p.face_id,
    _e.created_ms,
    _p.changed_ms,
)
_joined = select(*_COLUMNS).join(persons, _p.id == _e.person_id).where(in_scope(employees))
_by_identity = Query(
    _joined.where(
        _e.community_id == bindparam("community_id", type_=INT), _p.identity_id == bindparam("identity_id")
    ),
    Employee,
)
_FILTERS: dict[str, Any] = {
    "name": _p.name == bindparam("name"),
    "name_like": _p.name.like(bindparam("name_like"), escape="\\"),
    "phone": _p.phone == bindparam("phone"),
    "text": or_(_p.name.like(bindparam("text"), escape="\\"), _p.phone.like(bindparam("text"), escape="\\")),
    "department_ids": _p.id.in_(select(_m.person_id).where(any_of(_m.department_id, "department_ids"))),
    "identity_ids": any_of(_p.identity_id, "identity_ids"),
}
ORDERS: Final = {"name": _p.name, "mobile": func.coalesce(_p.phone, ""), "created": _e.created_ms}
_queries: dict[tuple[frozenset[str], str, bool], tuple[Query[Employee], Query[Any]]] = {}
_departments = Query(
    select(departments)
    .where(in_scope(departments), departments.c.community_id == bindparam("community_id", type_=INT))
    .order_by(departments.c.created_ms, departments.c.department_id),
    Department,
)
_department = Query(
    select(departments).where(
        in_scope(departments), departments.c.department_id == bindparam("department_id", type_=INT)
    ),
    Department,
)
_departments_of = Query(
    select(_m.person_id, _m.department_id)
    .join(departments, departments.c.department_id == _m.department_id)
    .where(
        in_scope(department_members),
        any_of(_m.person_id, "person_ids"),
        _m.community_id == bindparam("community_id", type_=INT),
    )
    .order_by(departments.c.created_ms, departments.c.department_id)
)
_sizes = Query(
    select(_m.department_id, func.count())
    .where(in_scope(department_members), _m.community_id == bindparam("community_id", type_=INT))
    .group_by(_m.department_id)
)


def _page_queries(filters: frozenset[str], order: str, down: bool) -> tuple[Query[Employee], Query[Any]]:
    """(rows, count) for one set of filters, each compiled once."""
    key = (filters, order, down)
    if key not in _queries:
        base = _joined.where(
            _e.community_id == bindparam("community_id", type_=INT),
            *(_FILTERS[name] for name in sorted(filters)),
        )
        by = ORDERS[order].desc() if down else ORDERS[order]
        rows = base.order_by(by, _p.id.desc() if down else _p.id)
        rows = rows.limit(bindparam("limit", type_=INT)).offset(bindparam("offset", type_=INT))
        _queries[key] = (Query(rows, Employee), Query(base.with_only_columns(func.count())))
    return _queries[key]


class EmployeeConditions(msgspec.Struct, frozen=True, kw_only=True):
    """The filter of employees; None: all. `text` is a part of the name or phone."""

    name: str | None = None
    name_like: str | None = None
    phone: str | None = None
    text: str | None = None
    department_ids: list[int] | None = None
    identity_ids: list[str] | None = None

    @property
    def binds(self) -> dict[str, Any]:
        """The conditions, by the names that the statements use."""
        given: dict[str, Any] = {
            "name": self.name,
            "name_like": like(self.name_like) if self.name_like else None,
            "phone": self.phone,
            "text": like(self.text) if self.text else None,
            "department_ids": self.department_ids,
            "identity_ids": self.identity_ids,
        }
        return {key: value for key, value in given.items() if value is not None}


EVERYBODY: Final = EmployeeConditions()


async def page(
    scope: Scope,
    db: Reader,
    community_id: int,
    request: PageRequest,
    *,
    where: EmployeeConditions = EVERYBODY,
    order: str = "created",
    down: bool = True,
) -> Page[Employee]:
    """Employees of a community. `order` is one of ORDERS."""
    binds = where.binds
    rows, count = _page_queries(frozenset(binds), order, down)
    binds["community_id"] = community_id
    total = int(await count.scalar(db, scope, **binds))
    return Page.of(request, total, await rows.all(db, scope, **binds, **request.binds))


async def find(scope: Scope, db: Reader, community_id: int, identity_id: str) -> Employee | None:
    return await _by_identity.one(db, scope, community_id=community_id, identity_id=identity_id)


async def employee(scope: Scope, db: Reader, community_id: int, identity_id: str) -> Employee:
    """Raises NotFound."""
    if (employee_row := await find(scope, db, community_id, identity_id)) is None:
        raise NotFound(what="employee", id=identity_id)
    return employee_row


async def tree(scope: Scope, db: Reader, community_id: int) -> Tree:
    """Every department of a community."""
    return Tree(await _departments.all(db, scope, community_id=community_id))


async def department(scope: Scope, db: Reader, department_id: int) -> Department:
    """Raises NotFound."""
    if (department_row := await _department.one(db, scope, department_id=department_id)) is None:
        raise NotFound(what="department", id=department_id)
    return department_row


async def departments_of(
    scope: Scope, db: Reader, community_id: int, person_ids: list[int]
) -> dict[int, list[int]]:
    """Ids of departments by person."""
    departments_by_person: dict[int, list[int]] = {}
    for person_id, department_id in await _departments_of.all(
        db, scope, community_id=community_id, person_ids=person_ids
    ):
        departments_by_person.setdefault(person_id, []).append(department_id)
    return departments_by_person


async def sizes(scope: Scope, db: Reader, community_id: int) -> dict[int, int]:
    """Department → number of employees right in it; empty ones are absent."""
    return dict(await _sizes.all(db, scope, community_id=community_id))
