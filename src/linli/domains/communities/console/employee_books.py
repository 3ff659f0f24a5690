"""Console: the workbook of employees: the empty one, and what the list shows. Importing is in `list_imports`."""

import asyncio
from typing import Annotated, Final

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from linli.domains.communities.console.imports import attachment
from linli.domains.communities.console.spaces import root_of
from linli.domains.communities.xlsx import employees as workbook
from linli.domains.people.console.departments import require_department
from linli.domains.people.console.employees import employee_rows
from linli.domains.people.queries import employees as queries
from linli.domains.people.rights import Right
from linli.kernel.db import Database
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

EXPORT_MAX: Final = 20_000
_NAME: Final = "linli-employees.xlsx"


class EmployeeTemplateRoutes(Controller):
    path = "/employees/template.xlsx"
    tags = ("employees",)

    @get("/", right=Right.EMPLOYEES_SEE.value)
    async def empty_workbook(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        language: FromQuery[str | None] = None,
        community_id: Annotated[
            int | None, QueryParameter(name="communityId", description="Whose departments it offers.")
        ] = None,
    ) -> Response[bytes]:
        """The empty workbook with titles, hints, and the departments to choose from."""
        ways: list[str] = []
        if community_id is not None:
            await root_of(within, db, community_id)
            tree = await queries.tree(within, db, community_id)
            ways = sorted("/".join(part.name for part in tree.path(one)) for one in tree.by_id)
        return attachment(workbook.template(language or within.language, ways), _NAME)


class EmployeeExportRoutes(Controller):
    path = "/communities/{community_id:int}/employees"
    tags = ("employees",)

    @get("/export.xlsx", right=Right.EMPLOYEES_SEE.value)
    async def export(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        q: FromQuery[str] = "",
        department_id: Annotated[int, QueryParameter(name="departmentId")] = 0,
    ) -> Response[bytes]:
        """What the list shows with the same filters, as a workbook that can be imported again; at most 20,000 rows."""
        await root_of(within, db, community_id)
        branch = None
        if department_id:
            await require_department(within, db, community_id, department_id)
            branch = (await queries.tree(within, db, community_id)).branch(department_id)
        found = await queries.page(
            within,
            db,
            community_id,
            PageRequest(1, EXPORT_MAX),
            text=q.strip() or None,
            department_ids=branch,
            order="name",
            down=False,
        )
        rows = [
            (row.name, row.phone, "; ".join(one.path for one in row.departments))
            for row in await employee_rows(within, db, community_id, found.data)
        ]
        return attachment(await asyncio.to_thread(workbook.filled, within.language, rows), _NAME)
