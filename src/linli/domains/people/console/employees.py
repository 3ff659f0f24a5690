"""Console: employees of a community's property, and the departments they are in. Spec B §3.11."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.console.departments import require_department
from linli.domains.people.queries import employees as queries
from linli.domains.people.queries import persons as people
from linli.domains.people.queries.employees import Employee
from linli.domains.people.rights import Right
from linli.domains.people.schemas import Profile, checked
from linli.domains.people.service import departments, employees
from linli.domains.people.service.employees import AlreadyEmployee
from linli.domains.people.service.persons import PhoneTaken
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes, WholeScope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

SORTS = {
    "created": ("created", True),
    "name": ("name", False),
    "-name": ("name", True),
    "mobile": ("mobile", False),
    "-mobile": ("mobile", True),
}


class EmployeeDepartment(msgspec.Struct, rename="camel", frozen=True):
    id: str
    path: Annotated[str, Meta(description="Names from the top, parted by /.")]


class EmployeeRow(msgspec.Struct, rename="camel", frozen=True):
    identity_id: str
    name: str
    phone: str
    has_face: bool
    departments: list[EmployeeDepartment]
    created_ms: int


class EmployeeForm(msgspec.Struct, rename="camel", frozen=True):
    name: str
    phone: str
    department_ids: list[int] = []


class CreatedEmployee(msgspec.Struct, rename="camel", frozen=True):
    identity_id: str


class EmployeesNamed(msgspec.Struct, rename="camel", frozen=True):
    identity_ids: Annotated[list[str], Meta(min_length=1, max_length=200)]


class EmployeesLeftOut(msgspec.Struct, rename="camel", frozen=True):
    change_ids: Annotated[list[str], Meta(description="Of the history: restoring each takes it back.")]


class EmployeesMoved(msgspec.Struct, rename="camel", frozen=True):
    identity_ids: Annotated[list[str], Meta(min_length=1, max_length=200)]
    into: Annotated[list[int], Meta(description="Departments to put each into.")] = []
    out_of: Annotated[list[int], Meta(description="Departments to take each out of.")] = []


async def employee_rows(
    scope: Scope, db: Reader, community_id: int, employee_list: list[Employee]
) -> list[EmployeeRow]:
    tree = await queries.tree(scope, db, community_id)
    inside = await queries.departments_of(scope, db, community_id, [row.person_id for row in employee_list])
    return [
        EmployeeRow(
            row.identity_id,
            row.name,
            row.phone or "",
            bool(row.face_id),
            [
                EmployeeDepartment(
                    str(department_id), "/".join(part.name for part in tree.path(department_id))
                )
                for department_id in inside.get(row.person_id, ())
            ],
            row.created_ms,
        )
        for row in employee_list
    ]


def _profile(data: EmployeeForm) -> Profile:
    for field in ("name", "phone"):
        if not getattr(data, field).strip():
            raise BadInput(field=field, rule="required")
    return checked(Profile(name=data.name, phone=data.phone), wire={}, name_max=employees.NAME_MAX)


class EmployeeFilter(Filter, frozen=True):
    """Employees of a community, as its list and its workbook are asked for."""

    q: Annotated[str, Meta(description="A part of the name or phone.")] = ""
    department_id: Annotated[int, Meta(description="With all departments below it.")] = 0


async def conditions(
    scope: Scope, db: Reader, community_id: int, where: EmployeeFilter
) -> queries.EmployeeConditions:
    """The filter, with the departments below the named one. Raises NotFound."""
    branch = None
    if where.department_id:
        await require_department(scope, db, community_id, where.department_id)
        branch = (await queries.tree(scope, db, community_id)).branch(where.department_id)
    return queries.EmployeeConditions(text=where.q.strip() or None, department_ids=branch)


employee_routes = Routes("/communities/{community_id:int}/employees", tags=("employees",))


class EmployeeListFilter(EmployeeFilter, frozen=True):
    """The filter of the list, with its order."""

    sort: Annotated[str, Meta(description="created, name, -name, mobile, -mobile")] = "created"


@employee_routes.get(right=Right.EMPLOYEES_SEE)
async def list_employees(
    community_id: int, where: EmployeeListFilter, page: PageRequest, scope: Scope, db: Database
) -> Page[EmployeeRow]:
    """Employees of a community, the newest first."""
    await people.require_community(scope, db, community_id)
    if where.sort not in SORTS:
        raise BadInput(field="sort", rule="one_of", allowed=", ".join(SORTS))
    order, down = SORTS[where.sort]
    wanted = await conditions(scope, db, community_id, where)
    matches = await queries.page(scope, db, community_id, page, where=wanted, order=order, down=down)
    return Page.of(page, matches.total, await employee_rows(scope, db, community_id, matches.data))


@employee_routes.post(right=Right.EMPLOYEES_MANAGE, raises=(NotFound, AlreadyEmployee, PhoneTaken))
async def hire(
    community_id: int, data: EmployeeForm, scope: WholeScope, tx: Tx, ids: Ids, clock: Clock
) -> CreatedEmployee:
    """A new employee, in as many departments as named."""
    now_ms, profile = clock.now_ms(), _profile(data)
    await people.require_community(scope, tx, community_id)
    employee = await employees.hire(
        scope, tx, community_id=community_id, profile=profile, ids=ids, now_ms=now_ms
    )
    for department_id in dict.fromkeys(data.department_ids):
        await require_department(scope, tx, community_id, department_id)
        await departments.put_in(
            scope, tx, department_id=department_id, identity_id=employee.identity_id, now_ms=now_ms
        )
    return CreatedEmployee(employee.identity_id)


@employee_routes.put("/{identity_id:str}", right=Right.EMPLOYEES_MANAGE, raises=(NotFound, PhoneTaken))
async def change(
    community_id: int, identity_id: str, data: EmployeeForm, scope: WholeScope, tx: Tx, clock: Clock
) -> None:
    """Change name, phone and departments: the employee is in these departments only."""
    await people.require_community(scope, tx, community_id)
    now_ms, profile = clock.now_ms(), _profile(data)
    employee = await queries.employee(scope, tx, community_id, identity_id)
    await employees.change(
        scope, tx, community_id=community_id, identity_id=identity_id, profile=profile, now_ms=now_ms
    )
    inside = await queries.departments_of(scope, tx, community_id, [employee.person_id])
    current, wanted = set(inside.get(employee.person_id, ())), set(data.department_ids)
    for department_id in sorted(wanted - current):
        await require_department(scope, tx, community_id, department_id)
        await departments.put_in(
            scope, tx, department_id=department_id, identity_id=identity_id, now_ms=now_ms
        )
    for department_id in sorted(current - wanted):
        await departments.take_out(scope, tx, department_id=department_id, identity_id=identity_id)


@employee_routes.post("/move", right=Right.EMPLOYEES_MANAGE, raises=(NotFound,))
async def move(community_id: int, data: EmployeesMoved, scope: WholeScope, tx: Tx, clock: Clock) -> None:
    """Put employees into departments and take them out of others, all or none."""
    await people.require_community(scope, tx, community_id)
    for department_id in dict.fromkeys((*data.into, *data.out_of)):
        await require_department(scope, tx, community_id, department_id)
    for who in dict.fromkeys(data.identity_ids):
        for department_id in data.into:
            await departments.put_in(
                scope, tx, department_id=department_id, identity_id=who, now_ms=clock.now_ms()
            )
        for department_id in data.out_of:
            await departments.take_out(scope, tx, department_id=department_id, identity_id=who)


@employee_routes.post("/dismiss", right=Right.EMPLOYEES_MANAGE, status=200, raises=(NotFound,))
async def dismiss(
    community_id: int, data: EmployeesNamed, scope: WholeScope, tx: Tx, clock: Clock
) -> EmployeesLeftOut:
    """Employees leave, all or none: departments and rights end. Restoring brings them back without the rights."""
    await people.require_community(scope, tx, community_id)
    change_ids = [
        await employees.dismiss(
            scope, tx, community_id=community_id, identity_id=identity_id, now_ms=clock.now_ms()
        )
        for identity_id in dict.fromkeys(data.identity_ids)
    ]
    return EmployeesLeftOut([str(change_id) for change_id in change_ids])
