"""Console: the organisation tree of a community's property. Spec B §3.12."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from linli.domains.people.console.user_groups import Undoable
from linli.domains.people.queries import employees as queries
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Right
from linli.domains.people.service import departments as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
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


class DepartmentMade(msgspec.Struct, rename="camel", frozen=True):
    id: str


async def require_department(scope: Scope, db: Reader, community_id: int, department_id: int) -> None:
    """Raises NotFound unless it is one of this community."""
    await people.require_community(scope, db, community_id)
    if (await queries.department(scope, db, department_id)).community_id != community_id:
        raise NotFound(what="department", id=department_id)


class DepartmentRoutes(Controller):
    path = "/communities/{community_id:int}/departments"
    tags = ("employees",)

    @get("/", right=Right.EMPLOYEES_SEE.value)
    async def whole_tree(
        self, community_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[DepartmentNode]:
        """Every department, in order of making; the screen hangs them on their parents."""
        await people.require_community(within, db, community_id)
        tree = await queries.tree(within, db, community_id)
        sizes = await queries.sizes(within, db, community_id)
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

    @post("/", right=Right.EMPLOYEES_MANAGE.value, status_code=201)
    async def create(
        self,
        community_id: FromPath[int],
        data: JSONBody[DepartmentForm],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> DepartmentMade:
        """A department under another one, or right under the company."""
        await people.require_community(within, db, community_id)
        async with db.begin() as tx:
            made = await service.create(
                within,
                tx,
                community_id=community_id,
                parent_id=data.parent_id,
                name=data.name,
                description=data.description,
                ids=ids,
                now_ms=clock.now_ms(),
            )
        return DepartmentMade(str(made))

    @put("/{department_id:int}", right=Right.EMPLOYEES_MANAGE.value, status_code=204)
    async def change(
        self,
        community_id: FromPath[int],
        department_id: FromPath[int],
        data: JSONBody[DepartmentForm],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Name and description anew; `parentId` is not looked at."""
        await require_department(within, db, community_id, department_id)
        async with db.begin() as tx:
            await service.change(
                within,
                tx,
                department_id=department_id,
                name=data.name,
                description=data.description,
                now_ms=clock.now_ms(),
            )

    @put("/{department_id:int}/parent", right=Right.EMPLOYEES_MANAGE.value, status_code=204)
    async def move(
        self,
        community_id: FromPath[int],
        department_id: FromPath[int],
        data: JSONBody[DepartmentPlace],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Hang a department, with all below it, somewhere else."""
        await require_department(within, db, community_id, department_id)
        async with db.begin() as tx:
            await service.move(
                within, tx, department_id=department_id, parent_id=data.parent_id, now_ms=clock.now_ms()
            )

    @delete("/{department_id:int}", right=Right.EMPLOYEES_MANAGE.value, status_code=200)
    async def remove(
        self,
        community_id: FromPath[int],
        department_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> Undoable:
        """Delete a department without any below it; its employees stay. Restoring the change brings it back."""
        await require_department(within, db, community_id, department_id)
        async with db.begin() as tx:
            change = await service.remove(within, tx, department_id=department_id, now_ms=clock.now_ms())
        return Undoable(str(change))
