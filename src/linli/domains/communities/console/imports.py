"""Console: workbooks of houses and residents: template, trial, import, faults, undo."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from msgspec import Meta

from linli.domains.communities.console import import_changes
from linli.domains.communities.console.import_changes import PersonChange
from linli.domains.communities.console.import_groups import ShownGroup, ShownMend, mends_and_groups
from linli.domains.communities.console.spaces import root_of
from linli.domains.communities.console.workbook_files import check_file, stored
from linli.domains.communities.queries import imports as queries
from linli.domains.communities.queries import spaces as space_queries
from linli.domains.communities.queries.imports import Import
from linli.domains.communities.service import import_answers, imports, undo
from linli.domains.communities.service.importer import Importer
from linli.domains.communities.service.imports import TooManyImports, WrongState
from linli.domains.communities.service.planned import Outcome
from linli.domains.communities.service.undo import BuiltUpon
from linli.domains.communities.xlsx.columns import SHEETS, sheets_for
from linli.domains.people.queries import forms
from linli.domains.people.rights import Right
from linli.kernel import outbox
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Filter, Form, Routes, WholeScope
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.late import LOADING
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.workbooks.groups import GROUPS_MAX, Answer
from linli.kernel.workbooks.jobs import WorkbookGone
from linli.kernel.workbooks.shown import WAIT_SECONDS, ShownImport
from linli.kernel.workbooks.shown import shown as shown_import

FILE_BYTES: Final = 64 * 1024 * 1024
"""A workbook of 150,000 residents has about 12 MB."""
_FORM_BYTES: Final = FILE_BYTES + 64 * 1024
CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SpaceImport(ShownImport, frozen=True, kw_only=True):
    """An import, waiting, tried or done. While it waits, `progressRows` of `expectedRows` are read."""

    dry_run: bool
    good_only: bool
    created: Annotated[int, Meta(description="Spaces and residents that were, or would be, made.")]
    outcome: Outcome
    changes: Annotated[
        list[PersonChange], Meta(description="Of a trial: persons who would change, the first 500.")
    ]
    mends: Annotated[list[ShownMend], Meta(description="What was mended; empty in lists of imports.")]
    groups: Annotated[
        list[ShownGroup],
        Meta(description="Its faults by kind, the largest first; empty in lists of imports."),
    ]
    answered: Annotated[int, Meta(description="Answers that were given to its faults.")]


async def shown(scope: Scope, db: Reader, row: Import, importer: Importer) -> SpaceImport:
    """An import with the persons whom a trial would change."""
    detail = await import_detail(scope, row, importer, await import_changes.change_rows(scope, db, row))
    mends, groups = await mends_and_groups(scope, db, row)
    return msgspec.structs.replace(detail, mends=mends, groups=groups)


async def import_detail(
    scope: Scope, row: Import, importer: Importer, changes: Sequence[PersonChange] = ()
) -> SpaceImport:
    """An import as the screens show it, faults in the caller's language."""
    outcome = msgspec.json.decode(row.outcome, type=Outcome) if row.outcome else Outcome()
    progress = await importer.progress(scope, row)
    titles = {sheet.key: sheet.title(scope.language) for sheet in SHEETS}
    return SpaceImport(
        **shown_import(row, progress, scope.language, lambda key: titles.get(key, key)),
        dry_run=bool(row.dry_run),
        good_only=bool(row.good_only),
        created=outcome.buildings + outcome.units + outcome.houses + outcome.residents,
        outcome=outcome,
        changes=[*changes],
        mends=[],
        groups=[],
        answered=len(queries.given_answers(row)),
    )


class ImportOptions(Filter, frozen=True):
    """How a workbook is imported."""

    dry_run: Annotated[bool, Meta(description="Only look, write nothing.")] = False
    good_only: Annotated[bool, Meta(description="Import the good rows even if others are bad.")] = False


class SpaceImportOptions(ImportOptions, frozen=True):
    """How a workbook of houses and residents is imported."""

    parent_id: Annotated[int | None, Meta(description="Where buildings stand; None: the root.")] = None


class ImportFile(msgspec.Struct):
    file: UploadFile


def attachment(content: bytes, name: str) -> Response[bytes]:
    """A workbook to be saved under a name."""
    headers: Mapping[str, Any] = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=CONTENT_TYPE, headers=headers)


template_routes = Routes("/spaces/template.xlsx", tags=("imports",))


class BookChoice(Filter, frozen=True):
    """The choices for the empty workbook."""

    language: str | None = None
    community_id: Annotated[int | None, Meta(description="Whose resident fields it asks for.")] = None


@template_routes.get(right=Right.HOUSES_SEE, raises=(NotFound,))
async def download(scope: Scope, db: Database, where: BookChoice) -> Response[bytes]:
    """The empty workbook with titles, drop-downs and hints; required columns are red."""
    with LOADING:
        from linli.domains.communities.xlsx import template  # loads openpyxl: not at every start

    sheets = SHEETS
    if where.community_id is not None:
        await root_of(scope, db, where.community_id)
        sheets = sheets_for(await forms.form(scope, db, where.community_id))
    return attachment(template.build(where.language or scope.language, sheets), "linli-houses.xlsx")


space_import_routes = Routes("/communities/{community_id:int}", tags=("imports",))


@space_import_routes.post(
    "/spaces/import", right=Right.HOUSES_MANAGE, max_body=_FORM_BYTES, status=200, raises=(TooManyImports,)
)
async def hand_in(
    community_id: int,
    data: Form[ImportFile],
    how: SpaceImportOptions,
    scope: WholeScope,
    db: Database,
    objects: ObjectStore,
    ids: Ids,
    clock: Clock,
    importer: Importer,
) -> SpaceImport:
    """Import a workbook. Nothing changes if any row is bad, unless the good ones are asked for.

    A large file is still `waiting` in the answer: ask for the import again until it is not.
    """
    parent = how.parent_id if how.parent_id is not None else await root_of(scope, db, community_id)
    if (await space_queries.space(scope, db, parent)).community_id != community_id:
        raise NotFound(what="space", id=parent)
    await check_file(data.file, most=FILE_BYTES)
    key = f"{scope.tenant}/import/{ids.hex(32)}.xlsx"
    async with stored(data.file, objects, key, most=FILE_BYTES), db.begin() as tx:
        import_id = await imports.hand_in(
            scope,
            tx,
            new=imports.NewImport(
                parent_id=parent,
                file_name=data.file.filename,
                object_key=key,
                dry_run=how.dry_run,
                good_only=how.good_only,
            ),
            ids=ids,
            now_ms=clock.now_ms(),
        )
    import_row = await importer.wait(scope, import_id, seconds=WAIT_SECONDS)
    return await shown(scope, db, import_row, importer)


@space_import_routes.get("/imports", right=Right.HOUSES_SEE)
async def list_imports(
    community_id: int, scope: Scope, db: Database, page: PageRequest, importer: Importer
) -> Page[SpaceImport]:
    """Imports of a community, newest first."""
    matches = await queries.page(scope, db, community_id, page)
    return Page.of(page, matches.total, [await import_detail(scope, row, importer) for row in matches.data])


import_routes = Routes("/imports", tags=("imports",))


@import_routes.get("/{import_id:int}", right=Right.HOUSES_SEE, raises=(NotFound,))
async def show_import(import_id: int, scope: Scope, db: Database, importer: Importer) -> SpaceImport:
    """One import and how far it is."""
    return await shown(scope, db, await queries.get(scope, db, import_id, kind=queries.HOUSES), importer)


@import_routes.post(
    "/{import_id:int}/apply",
    right=Right.HOUSES_MANAGE,
    status=200,
    raises=(NotFound, WorkbookGone, WrongState),
)
async def apply(
    import_id: int, scope: Scope, db: Database, clock: Clock, importer: Importer, good_only: bool = False
) -> SpaceImport:
    """Apply a workbook that was tried; with `goodOnly`, the good rows of a refused one."""
    async with db.begin() as tx:
        await imports.go_on(scope, tx, import_id=import_id, good_only=good_only, now_ms=clock.now_ms())
    outbox.wake(db)
    import_row = await importer.wait(scope, import_id, seconds=WAIT_SECONDS)
    return await shown(scope, db, import_row, importer)


class GivenAnswers(msgspec.Struct, frozen=True):
    """Answers to faults, each for all rows of a group."""

    answers: Annotated[list[Answer], Meta(max_length=GROUPS_MAX)]


@import_routes.post(
    "/{import_id:int}/answers",
    right=Right.HOUSES_MANAGE,
    status=200,
    raises=(NotFound, WorkbookGone, WrongState),
)
async def answer(
    import_id: int, data: GivenAnswers, scope: Scope, db: Database, clock: Clock, importer: Importer
) -> SpaceImport:
    """Answer faults of a workbook, one answer for all of a kind, and look at it again; nothing is imported.

    Answers of before still hold. No answers: those of before are forgotten.
    """
    async with db.begin() as tx:
        if data.answers:
            await import_answers.answer(
                scope, tx, import_id=import_id, answers=data.answers, now_ms=clock.now_ms()
            )
        else:
            await import_answers.forget(scope, tx, import_id=import_id, now_ms=clock.now_ms())
    outbox.wake(db)
    import_row = await importer.wait(scope, import_id, seconds=WAIT_SECONDS)
    return await shown(scope, db, import_row, importer)


@import_routes.post(
    "/{import_id:int}/undo", right=Right.HOUSES_MANAGE, status=200, raises=(NotFound, BuiltUpon, WrongState)
)
async def take_back(
    import_id: int, scope: Scope, db: Database, clock: Clock, importer: Importer
) -> SpaceImport:
    """Take an import back; refused when something was built on it since."""
    async with db.begin() as tx:
        await undo.undo(scope, tx, import_id=import_id, now_ms=clock.now_ms())
    return await shown(scope, db, await queries.get(scope, db, import_id, kind=queries.HOUSES), importer)


@import_routes.get("/{import_id:int}/report.xlsx", right=Right.HOUSES_SEE, raises=(NotFound,))
async def report(import_id: int, scope: Scope, db: Database, objects: ObjectStore) -> Response[bytes]:
    """The handed-in workbook with every fault marked where it stands."""
    import_row = await queries.get(scope, db, import_id, kind=queries.HOUSES)
    if not import_row.report_key:
        raise NotFound(what="report", id=import_id)
    return attachment(
        await objects.get(import_row.report_key, limit=2 * FILE_BYTES), "linli-import-problems.xlsx"
    )
