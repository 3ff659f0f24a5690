"""Console: employees by the workbook: template, trial, import, export."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody, QueryParameter
from msgspec import Meta

from linli.domains.communities.console.imports import CONTENT_TYPE, ImportFault
from linli.domains.communities.console.spaces import root_of
from linli.domains.communities.service import employee_import as imports
from linli.domains.communities.xlsx import employees as workbook
from linli.domains.communities.xlsx.reading import ListReading
from linli.domains.people.console.departments import require_department
from linli.domains.people.console.employees import employee_rows
from linli.domains.people.queries import employees as queries
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import TooLarge
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

EXPORT_MAX = 20_000
_FORM_BYTES = imports.FILE_BYTES + 64 * 1024
_SHOWN = 500


class EmployeeImport(msgspec.Struct, rename="camel", frozen=True):
    """A workbook as it was tried or imported."""

    done: bool
    rows: int
    bad_rows: int
    created: Annotated[int, Meta(description="Employees that were, or would be, hired.")]
    changed: Annotated[int, Meta(description="Put into further departments.")]
    unchanged: int
    new_departments: Annotated[list[str], Meta(description="By their path.")]
    problems: list[ImportFault]
    identity_ids: Annotated[list[str], Meta(description="Of those hired: dismissing them undoes the import.")]


class EmployeeFile(msgspec.Struct):
    file: UploadFile


def _attachment(content: bytes) -> Response[bytes]:
    headers = {"content-disposition": 'attachment; filename="linli-employees.xlsx"'}
    return Response(content, media_type=CONTENT_TYPE, headers=headers)


class EmployeeTemplateRoutes(Controller):
    path = "/employees/template.xlsx"
    tags = ("employees",)

    @get("/", right=Right.EMPLOYEES_SEE.value)
    async def empty_workbook(
        self, within: NamedDependency[Scope], language: FromQuery[str | None] = None
    ) -> Response[bytes]:
        """The empty workbook with titles and hints."""
        return _attachment(workbook.template(language or within.language))


class EmployeeImportRoutes(Controller):
    path = "/communities/{community_id:int}/employees"
    tags = ("employees",)

    @post("/import", right=Right.EMPLOYEES_MANAGE.value, status_code=200, request_max_body_size=_FORM_BYTES)
    async def import_workbook(
        self,
        community_id: FromPath[int],
        data: MultipartBody[EmployeeFile],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
        dry_run: Annotated[
            bool, QueryParameter(name="dryRun", description="Only look, write nothing.")
        ] = False,
        good_only: Annotated[
            bool, QueryParameter(name="goodOnly", description="Import the good rows even if others are bad.")
        ] = False,
    ) -> EmployeeImport:
        """Import employees by the workbook. Nothing changes if any row is bad, unless the good ones are asked for."""
        await root_of(within, db, community_id)
        content = await data.file.read(imports.FILE_BYTES + 1)
        if len(content) > imports.FILE_BYTES:
            raise TooLarge(limit=f"{imports.FILE_BYTES // 1024 // 1024} MiB")
        reading = await asyncio.to_thread(_read, content)
        made: list[str] = []
        async with db.begin() as tx:
            plan = await imports.plan(within, tx, community_id, reading)
            done = not dry_run and (good_only or not plan.problems)
            if done:
                made = await imports.apply(within, tx, community_id, plan, ids=ids, now_ms=clock.now_ms())
        faults = [
            ImportFault(
                workbook.EMPLOYEES.title(within.language), one.row, one.column, one.title, one.value,
                one.text(within.language),
            )
            for one in plan.problems[:_SHOWN]
        ]  # fmt: skip
        return EmployeeImport(
            done, plan.rows, len({one.row for one in plan.problems}), plan.hired, len(plan.wanted) - plan.hired,
            plan.unchanged, ["/".join(way) for way in plan.new_departments], faults, made,
        )  # fmt: skip

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
            within, db, community_id, PageRequest(1, EXPORT_MAX), text=q.strip() or None, department_ids=branch,
            order="name", down=False,
        )  # fmt: skip
        rows = [
            (row.name, row.phone, "; ".join(one.path for one in row.departments))
            for row in await employee_rows(within, db, community_id, found.data)
        ]
        return _attachment(await asyncio.to_thread(workbook.filled, within.language, rows))


def _read(content: bytes) -> ListReading:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.xlsx"
        path.write_bytes(content)
        return imports.read(path)
