"""The organisation tree of a community's property, and the members of its departments. Spec B §3.11, §3.12."""

from typing import Any

from sqlalchemy import bindparam, delete, update

from linli.domains.people.models import department_members, departments
from linli.domains.people.queries import employees as queries
from linli.domains.people.queries.employees import Department, Tree
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.history import Change
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

HISTORY = "department"
"""Kind of these records in the history."""
NAME_MAX = 64
DESCRIPTION_MAX = 256
DEPTH_MAX = 10
MOST = 2000
"""Departments of one community: the tree is read whole."""


class DepartmentNameTaken(Conflict):
    code = "department.name_taken"


class DepartmentHasChildren(Conflict):
    """Departments below must go, or move, first."""

    code = "department.has_children"


_set = Command(
    update(departments)
    .where(departments.c.department_id == bindparam("row", type_=INT), in_scope(departments))
    .values(
        name=bindparam("to_name"),
        description=bindparam("to_text"),
        parent_id=bindparam("to_parent", type_=INT),
        changed_ms=bindparam("now", type_=INT),
    )
)
_drop = Command(
    delete(departments).where(
        departments.c.department_id == bindparam("row", type_=INT), in_scope(departments)
    )
)
_empty = Command(
    delete(department_members).where(
        department_members.c.department_id == bindparam("row", type_=INT), in_scope(department_members)
    )
)
_leave = Command(
    delete(department_members).where(
        department_members.c.department_id == bindparam("row", type_=INT),
        department_members.c.person_id == bindparam("person", type_=INT),
        in_scope(department_members),
    )
)


def _checked(name: str, description: str) -> tuple[str, str]:
    name, description = " ".join(name.split()), description.strip()
    if not name:
        raise BadInput(field="name", rule="required")
    if len(name) > NAME_MAX:
        raise BadInput(field="name", rule="too_long", limit=NAME_MAX)
    if len(description) > DESCRIPTION_MAX:
        raise BadInput(field="desc", rule="too_long", limit=DESCRIPTION_MAX)
    return name, description


def _place(tree: Tree, parent_id: int | None, name: str, *, but: int = 0, height: int = 1) -> None:
    """Raises NotFound, BadInput (too deep), DepartmentNameTaken. `height`: levels of what is put there."""
    depth = 0
    if parent_id is not None:
        if parent_id not in tree.by_id:
            raise NotFound(what="department", id=parent_id)
        depth = len(tree.path(parent_id))
    if depth + height > DEPTH_MAX:
        raise BadInput(field="parentDepId", rule="department.too_deep", limit=DEPTH_MAX)
    brother = tree.brother(parent_id, name)
    if brother is not None and brother.department_id != but:
        raise DepartmentNameTaken(field="name", name=name)


async def create(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    parent_id: int | None,
    name: str,
    description: str = "",
    ids: Ids,
    now_ms: int,
) -> int:
    """A department under another, or right under the company; its id. Raises NotFound, BadInput, DepartmentNameTaken."""
    scope.allow(community_id)
    name, description = _checked(name, description)
    tree = await queries.tree(scope, tx, community_id)
    if len(tree.by_id) >= MOST:
        raise BadInput(field="name", rule="too_many_items", limit=MOST)
    _place(tree, parent_id, name)
    row = Department(
        department_id=ids.number(),
        tenant_id=scope.tenant,
        community_id=community_id,
        parent_id=parent_id,
        name=name,
        description=description,
        created_ms=now_ms,
        changed_ms=now_ms,
    )
    await tx.insert(departments, row._asdict())
    return row.department_id


async def change(
    scope: Scope, tx: Tx, *, department_id: int, name: str, description: str | None, now_ms: int
) -> None:
    """Change name and description; None leaves the description. Raises NotFound, BadInput, DepartmentNameTaken."""
    department = await queries.department(scope, tx, department_id)
    name, text = _checked(name, department.description if description is None else description)
    tree = await queries.tree(scope, tx, department.community_id)
    _place(tree, department.parent_id, name, but=department_id, height=0)
    await _write(scope, tx, department, department._replace(name=name, description=text), now_ms)


async def move(scope: Scope, tx: Tx, *, department_id: int, parent_id: int | None, now_ms: int) -> None:
    """Hang a department, with all below, under another one. Raises NotFound, BadInput, DepartmentNameTaken."""
    department = await queries.department(scope, tx, department_id)
    tree = await queries.tree(scope, tx, department.community_id)
    branch = tree.branch(department_id)
    if parent_id in branch:
        raise BadInput(field="parentId", rule="department.below_itself")
    height = 1 + max(len(tree.path(below_id)) for below_id in branch) - len(tree.path(department_id))
    _place(tree, parent_id, department.name, but=department_id, height=height)
    await _write(scope, tx, department, department._replace(parent_id=parent_id), now_ms)


async def remove(scope: Scope, tx: Tx, *, department_id: int, now_ms: int) -> int:
    """Delete a department; its employees stay employees. The number of the change, which `restore` takes back.

    Raises NotFound, DepartmentHasChildren.
    """
    department = await queries.department(scope, tx, department_id)
    tree = await queries.tree(scope, tx, department.community_id)
    if tree.below.get(department_id):
        raise DepartmentHasChildren(name=department.name)
    inside = await queries.page(
        scope,
        tx,
        department.community_id,
        PageRequest(1, 100_000),
        where=queries.EmployeeConditions(department_ids=[department_id]),
    )
    await _empty.run(tx, scope, row=department_id)
    await _drop.run(tx, scope, row=department_id)
    change = await history.note(
        scope,
        tx,
        history.Record(HISTORY, department_id, department.community_id),
        "deleted",
        now_ms=now_ms,
        before=_audit_values(department),
        kept={"members": [employee.person_id for employee in inside.data]},
    )
    assert change is not None
    return change


async def remove_branch(scope: Scope, tx: Tx, *, department_id: int, now_ms: int) -> None:
    """Delete a department and those below it; each can be restored. Their employees stay employees. Raises NotFound."""
    department = await queries.department(scope, tx, department_id)
    tree = await queries.tree(scope, tx, department.community_id)
    lowest_first = sorted(tree.branch(department_id), key=lambda number: -len(tree.path(number)))
    for number in lowest_first:
        await remove(scope, tx, department_id=number, now_ms=now_ms)


async def remove_if_empty(scope: Scope, tx: Tx, *, department_id: int, now_ms: int) -> None:
    """Delete a department that has neither employees nor departments below. Raises NotFound."""
    department = await queries.department(scope, tx, department_id)
    tree = await queries.tree(scope, tx, department.community_id)
    here = PageRequest(1, 1)
    inside = await queries.page(
        scope,
        tx,
        department.community_id,
        here,
        where=queries.EmployeeConditions(department_ids=[department_id]),
    )
    if not tree.below.get(department_id) and not inside.total:
        await remove(scope, tx, department_id=department_id, now_ms=now_ms)


async def restore(scope: Scope, tx: Tx, change: Change, *, ids: Ids, now_ms: int) -> None:
    """Put a department back to what it was before a change; where its parent is gone, right under the company.

    Raises NotFound, BadInput, DepartmentNameTaken.
    """
    assert change.community_id is not None
    tree = await queries.tree(scope, tx, change.community_id)
    was = {name: before for name, (before, _) in change.differences.items()}
    number = int(change.target)
    if change.action == "changed":
        department = await queries.department(scope, tx, number)
        if "name" in was or "description" in was:
            await change_back(scope, tx, department, was, now_ms)
        if "parentId" in was:
            await move(scope, tx, department_id=number, parent_id=was["parentId"], now_ms=now_ms)
        return
    parent = was.get("parentId")
    parent = parent if parent in tree.by_id else None
    _place(tree, parent, was["name"])
    row = Department(
        department_id=number,
        tenant_id=scope.tenant,
        community_id=change.community_id,
        parent_id=parent,
        name=was["name"],
        description=was.get("description") or "",
        created_ms=now_ms,
        changed_ms=now_ms,
    )
    await tx.insert(departments, row._asdict())
    page = await queries.page(scope, tx, change.community_id, PageRequest(1, 100_000))
    still = {employee.person_id: employee.identity_id for employee in page.data}
    for person_id in change.remains.get("members", ()):
        if person_id in still:
            await put_in(scope, tx, department_id=number, identity_id=still[person_id], now_ms=now_ms)
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, number, change.community_id),
        "restored",
        now_ms=now_ms,
        after=_audit_values(row),
    )


async def change_back(scope: Scope, tx: Tx, department: Department, was: dict[str, Any], now_ms: int) -> None:
    """Name and description as they were."""
    await change(
        scope,
        tx,
        department_id=department.department_id,
        name=was.get("name", department.name),
        description=was.get("description", department.description) or "",
        now_ms=now_ms,
    )


def _audit_values(row: Department) -> dict[str, Any]:
    return {"name": row.name, "description": row.description, "parentId": row.parent_id}


async def put_in(scope: Scope, tx: Tx, *, department_id: int, identity_id: str, now_ms: int) -> None:
    """Put an employee into a department beside those they are in; twice changes nothing. Raises NotFound."""
    department = await queries.department(scope, tx, department_id)
    employee = await queries.employee(scope, tx, department.community_id, identity_id)
    row = {
        "department_id": department_id,
        "person_id": employee.person_id,
        "tenant_id": scope.tenant,
        "community_id": department.community_id,
        "created_ms": now_ms,
    }
    await tx.upsert(department_members, [row], keys=("department_id", "person_id"))


async def take_out(scope: Scope, tx: Tx, *, department_id: int, identity_id: str) -> None:
    """Take an employee out of a department; nothing happens when they were not in it. Raises NotFound."""
    department = await queries.department(scope, tx, department_id)
    employee = await queries.employee(scope, tx, department.community_id, identity_id)
    await _leave.run(tx, scope, row=department_id, person=employee.person_id)


async def _write(scope: Scope, tx: Tx, was: Department, row: Department, now_ms: int) -> None:
    await _set.run(
        tx,
        scope,
        row=row.department_id,
        to_name=row.name,
        to_text=row.description,
        to_parent=row.parent_id,
        now=now_ms,
    )
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, row.department_id, row.community_id),
        "changed",
        now_ms=now_ms,
        before=_audit_values(was),
        after=_audit_values(row),
    )
