"""Console: the workbook of employees: the empty one, and what the list shows. Importing is in `list_imports`."""

import asyncio
from typing import Annotated, Final

from litestar import Response
from msgspec import Meta

from linli.domains.communities.console.imports import attachment
from linli.domains.communities.console.spaces import root_of
from linli.domains.communities.xlsx import employees as workbook
from linli.domains.people.console.employees import EmployeeFilter, conditions, employee_rows
from linli.domains.people.queries import employees as queries
from linli.domains.people.rights import Right
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

EXPORT_MAX: Final = 20_000
_NAME: Final = "linli-employees.xlsx"


employee_template_routes = Routes("/employees/template.xlsx", tags=("employees",))


class BookChoice(Filter, frozen=True):
    """The choices for the empty workbook."""

    language: str | None = None
    community_id: Annotated[int | None, Meta(description="Whose departments it offers.")] = None


@employee_template_routes.get(right=Right.EMPLOYEES_SEE, raises=(NotFound,))
async def empty_workbook(scope: Scope, db: Database, where: BookChoice) -> Response[bytes]:
    """The empty workbook with titles, hints, and the departments to choose from."""
    ways: list[str] = []
    if where.community_id is not None:
        await root_of(scope, db, where.community_id)
        tree = await queries.tree(scope, db, where.community_id)
        ways = sorted(
            "/".join(part.name for part in tree.path(department_id)) for department_id in tree.by_id
        )
    return attachment(workbook.template(where.language or scope.language, ways), _NAME)


employee_export_routes = Routes("/communities/{community_id:int}/employees", tags=("employees",))


@employee_export_routes.get("/export.xlsx", right=Right.EMPLOYEES_SEE)
async def export(community_id: int, where: EmployeeFilter, scope: Scope, db: Database) -> Response[bytes]:
    """The rows of the list with the same filters, as a workbook that can be imported again; at most 20,000 rows."""
    await root_of(scope, db, community_id)
    whole, wanted = PageRequest(1, EXPORT_MAX), await conditions(scope, db, community_id, where)
    page = await queries.page(scope, db, community_id, whole, where=wanted, order="name", down=False)
    rows = [
        (row.name, row.phone, "; ".join(department.path for department in row.departments))
        for row in await employee_rows(scope, db, community_id, page.data)
    ]
    return attachment(await asyncio.to_thread(workbook.filled, scope.language, rows), _NAME)
