"""Console: workbooks of one kind of rows: trial, import, progress, faults, undo.

The routes of all are alike, under the list that they fill, with the rights of that list.
"""

from typing import Annotated, Final

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from msgspec import Meta

from linli.domains.communities.console.imports import ImportOptions, attachment
from linli.domains.communities.console.spaces import root_of
from linli.domains.communities.console.workbook_files import check_file, stored
from linli.domains.communities.queries import imports as queries
from linli.domains.communities.queries.imports import Import
from linli.domains.communities.service import employee_import, imports, undo, vehicle_import
from linli.domains.communities.service.importer import Importer
from linli.domains.communities.service.imports import TooManyImports, WrongState
from linli.domains.communities.service.list_import import ListKind, ListOutcome
from linli.domains.people.rights import Right
from linli.kernel import outbox
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Form, Routes, WholeScope
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.workbooks.jobs import WorkbookGone
from linli.kernel.workbooks.kinds import DONE
from linli.kernel.workbooks.shown import WAIT_SECONDS, ShownImport, shown

FILE_BYTES: Final = 8 * 1024 * 1024
"""A workbook of 20,000 vehicles has about 1 MB."""
_FORM_BYTES: Final = FILE_BYTES + 64 * 1024


class ListImport(ShownImport, frozen=True, kw_only=True):
    """An import of a list, waiting, tried or done. While it waits, `progressRows` of `expectedRows`
    are read or written."""

    done: bool
    created: Annotated[int, Meta(description="Rows that made, or would make, something new.")]
    changed: Annotated[
        int,
        Meta(
            description="Vehicles or cameras with a new description; employees put into further departments."
        ),
    ]
    unchanged: int
    new_departments: Annotated[list[str], Meta(description="Of employees: by their path.")]
    kept: Annotated[int, Meta(description="Left by undoing, since they were changed again meanwhile.")]


class ListFile(msgspec.Struct):
    file: UploadFile


async def _row(scope: Scope, row: Import, kind: ListKind, importer: Importer) -> ListImport:
    outcome = msgspec.json.decode(row.outcome, type=ListOutcome) if row.outcome else ListOutcome()
    progress = await importer.progress(scope, row)
    sheet = kind.sheet.title(scope.language)
    return ListImport(
        **shown(row, progress, scope.language, lambda _: sheet),
        done=row.state == DONE,
        created=outcome.created,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        new_departments=outcome.new_departments,
        kept=outcome.kept,
    )


async def _of(scope: Scope, db: Reader, community_id: int, import_id: int, kind: ListKind) -> Import:
    """Raises NotFound, also for an import of another community or kind."""
    await root_of(scope, db, community_id)
    import_row = await queries.get(scope, db, import_id, kind=kind.name)
    if import_row.community_id != community_id:
        raise NotFound(what="import", id=import_id)
    return import_row


def list_routes(kind: ListKind, *, see: Right, manage: Right) -> Routes:
    """The routes of one kind, under the list that it fills."""

    routes = Routes(f"/communities/{{community_id:int}}/{kind.name}", tags=(kind.name,))

    @routes.post("/import", right=manage, status=200, max_body=_FORM_BYTES, raises=(TooManyImports,))
    async def hand_in(
        community_id: int,
        data: Form[ListFile],
        how: ImportOptions,
        scope: WholeScope,
        db: Database,
        objects: ObjectStore,
        ids: Ids,
        importer: Importer,
        secrets: Secrets,
    ) -> ListImport:
        """Import a workbook. Nothing changes if any row is bad, unless the good ones are asked for.

        A long one is still `waiting` in the answer: ask for the import again until it is not.
        """
        root = await root_of(scope, db, community_id)
        await check_file(data.file, most=FILE_BYTES)
        key = f"{scope.tenant}/import/{ids.hex(32)}.xlsx"
        sealed_by = secrets if kind.secret else None
        async with (
            stored(data.file, objects, key, most=FILE_BYTES, sealed_by=sealed_by),
            db.begin() as tx,
        ):
            import_id = await imports.hand_in(
                scope,
                tx,
                new=imports.NewImport(
                    parent_id=root,
                    file_name=data.file.filename,
                    object_key=key,
                    dry_run=how.dry_run,
                    good_only=how.good_only,
                    kind=kind.name,
                    secret=kind.secret,
                ),
                ids=ids,
                now_ms=db.clock.now_ms(),
            )
        outbox.wake(db)
        import_row = await importer.wait(scope, import_id, seconds=WAIT_SECONDS)
        return await _row(scope, import_row, kind, importer)

    @routes.get("/imports/{import_id:int}", right=see)
    async def show_import(
        community_id: int, import_id: int, scope: Scope, db: Database, importer: Importer
    ) -> ListImport:
        """One import and how far it is."""
        import_row = await _of(scope, db, community_id, import_id, kind)
        return await _row(scope, import_row, kind, importer)

    @routes.post(
        "/imports/{import_id:int}/apply", right=manage, status=200, raises=(WorkbookGone, WrongState)
    )
    async def apply(
        community_id: int,
        import_id: int,
        scope: Scope,
        db: Database,
        importer: Importer,
        good_only: bool = False,
    ) -> ListImport:
        """Apply a workbook that was tried; with `goodOnly`, the good rows of a refused one."""
        await _of(scope, db, community_id, import_id, kind)
        async with db.begin() as tx:
            await imports.go_on(
                scope, tx, import_id=import_id, good_only=good_only, now_ms=db.clock.now_ms(), kind=kind.name
            )
        outbox.wake(db)
        import_row = await importer.wait(scope, import_id, seconds=WAIT_SECONDS)
        return await _row(scope, import_row, kind, importer)

    @routes.post("/imports/{import_id:int}/undo", right=manage, status=200, raises=(NotFound, WrongState))
    async def take_back(
        community_id: int, import_id: int, scope: WholeScope, db: Database, ids: Ids, importer: Importer
    ) -> ListImport:
        """Undo an import; rows that were changed since stay."""
        await _of(scope, db, community_id, import_id, kind)
        async with db.begin() as tx:
            await undo.undo_list(scope, tx, import_id=import_id, kind=kind, ids=ids, now_ms=db.clock.now_ms())
        query = await queries.get(scope, db, import_id)
        return await _row(scope, query, kind, importer)

    @routes.get("/imports/{import_id:int}/report.xlsx", right=see)
    async def report(
        community_id: int, import_id: int, scope: Scope, db: Database, objects: ObjectStore, secrets: Secrets
    ) -> Response[bytes]:
        """The handed-in workbook with every fault marked where it stands."""
        import_row = await _of(scope, db, community_id, import_id, kind)
        if not import_row.report_key:
            raise NotFound(what="report", id=import_id)
        content = await objects.get(import_row.report_key, limit=4 * FILE_BYTES)
        if kind.secret:
            content = secrets.open_file(content, about=import_row.report_key)
        return attachment(content, f"linli-{kind.name}-problems.xlsx")

    return routes


vehicle_import_routes: Final = list_routes(
    vehicle_import.KIND, see=Right.VEHICLES_SEE, manage=Right.VEHICLES_MANAGE
)
employee_import_routes: Final = list_routes(
    employee_import.KIND, see=Right.EMPLOYEES_SEE, manage=Right.EMPLOYEES_MANAGE
)
