"""Console: the organisation tree of a community's property. Spec B §3.12."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.console.user_groups import Undoable
from linli.domains.people.queries import employees as queries
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Right
from linli.domains.people.service import departments as service
from linli.domains.people.service.departments import DepartmentHasChildren, DepartmentNameTaken
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope


class DepartmentNode(msgspec.Struct, rename="camel", frozen=True):
    id: str
    parent_id: Annotated[str | None, Meta(description="None right under the company.")]
    name: str
    description: str
    employees: Annotated[int, Meta(description="Right in it.")]


class DepartmentForm(msgspec.Struct, rename="camel", frozen=True):
    name: str
    description: str = ""
    parent_id: int | None = None


class DepartmentPlace(msgspec.Struct, rename="camel", frozen=True):
    parent_id: int | None = None


class CreatedDepartment(msgspec.Struct, rename="camel", frozen=True):
    id: str


async def require_department(scope: Scope, db: Reader, community_id: int, department_id: int) -> None:
    """Raises NotFound unless it is one of this community."""
    await people.require_community(scope, db, community_id)
    if (await queries.department(scope, db, department_id)).community_id != community_id:
        raise NotFound(what="department", id=department_id)


department_routes = Routes("/communities/{community_id:int}/departments", tags=("employees",))


@department_routes.get(right=Right.EMPLOYEES_SEE)
async def whole_tree(community_id: int, scope: Scope, db: Database) -> list[DepartmentNode]:
    """Every department, in order of making; the screen hangs them on their parents."""
    await people.require_community(scope, db, community_id)
    tree = await queries.tree(scope, db, community_id)
    sizes = await queries.sizes(scope, db, community_id)
    return [
        DepartmentNode(
            str(row.department_id),
            None if row.parent_id is None else str(row.parent_id),
            row.name,
            row.description,
            sizes.get(row.department_id, 0),
        )
        for row in tree.by_id.values()
    ]


@department_routes.post(right=Right.EMPLOYEES_MANAGE, raises=(DepartmentNameTaken,))
async def create(
    community_id: int, data: DepartmentForm, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> CreatedDepartment:
    """A department under another one, or right under the company."""
    await people.require_community(scope, tx, community_id)
    department_id = await service.create(
        scope,
        tx,
        community_id=community_id,
        parent_id=data.parent_id,
        name=data.name,
        description=data.description,
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return CreatedDepartment(str(department_id))


@department_routes.put("/{department_id:int}", right=Right.EMPLOYEES_MANAGE, raises=(DepartmentNameTaken,))
async def change(
    community_id: int, department_id: int, data: DepartmentForm, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Change name and description; `parentId` is ignored."""
    await require_department(scope, tx, community_id, department_id)
    await service.change(
        scope,
        tx,
        department_id=department_id,
        name=data.name,
        description=data.description,
        now_ms=clock.now_ms(),
    )


@department_routes.put(
    "/{department_id:int}/parent", right=Right.EMPLOYEES_MANAGE, raises=(DepartmentNameTaken,)
)
async def move(
    community_id: int, department_id: int, data: DepartmentPlace, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Hang a department, with all below it, somewhere else."""
    await require_department(scope, tx, community_id, department_id)
    await service.move(
        scope, tx, department_id=department_id, parent_id=data.parent_id, now_ms=clock.now_ms()
    )


@department_routes.delete(
    "/{department_id:int}", right=Right.EMPLOYEES_MANAGE, raises=(DepartmentHasChildren,)
)
async def remove(community_id: int, department_id: int, scope: Scope, tx: Tx, clock: Clock) -> Undoable:
    """Delete a department without any below it; its employees stay. Restoring the change brings it back."""
    await require_department(scope, tx, community_id, department_id)
    change = await service.remove(scope, tx, department_id=department_id, now_ms=clock.now_ms())
    return Undoable(str(change))
