"""Web routes of serial numbers (SN 码): categories, lists, import of a maker's file. Spec B 2.5.2."""

import asyncio
from typing import Annotated, Final

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from msgspec import Meta

from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Form, Routes
from linli.kernel.errors import NotFound, TooLarge
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.workbooks.turns import ReadersBusy, reading
from linli.things.serials import importer, queries, service, sheet
from linli.things.serials.errors import SerialCategoryInUse, SerialCategoryTaken

PROBLEMS_TOLD: Final = 500
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SerialCategory(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    description: str
    numbers: Annotated[int, Meta(description="Serial numbers in it.")]
    created_ms: int


class SerialCategoryIn(msgspec.Struct, rename="camel"):
    name: str
    description: str = ""


class SerialCategoryMade(msgspec.Struct, rename="camel", frozen=True):
    id: str


class SerialRow(msgspec.Struct, rename="camel", frozen=True):
    sn: str
    category_id: str | None
    vpc_instance_id: str
    product_key: str
    device_name: str
    iot_id: Annotated[
        str | None, Meta(description="Null until the device exists, and for those out of sight.")
    ]
    created_ms: int


class SerialFault(msgspec.Struct, rename="camel", frozen=True):
    row: Annotated[int, Meta(description="As the spreadsheet counts.")]
    column: Annotated[str, Meta(description="Title of the column; empty for the whole row.")]
    value: str
    message: str


class SerialImport(msgspec.Struct, rename="camel", frozen=True):
    """The result of an import; with `dryRun` the result that it would have. With any problem nothing is added."""

    dry_run: bool
    total: Annotated[int, Meta(description="Rows of the file.")]
    added: Annotated[int, Meta(description="New serial numbers, or how many there would be.")]
    known: Annotated[int, Meta(description="Rows that were listed already, just so.")]
    waiting: Annotated[int, Meta(description="New rows whose device does not exist yet.")]
    bad_rows: int
    problems: Annotated[list[SerialFault], Meta(description="The first 500.")]


class SerialFile(msgspec.Struct):
    file: UploadFile


class SerialsGone(msgspec.Struct, rename="camel", frozen=True):
    deleted: int


class SerialsToDelete(msgspec.Struct, rename="camel"):
    sns: Annotated[list[str], Meta(max_length=service.MAX_DELETED)]


serial_category_routes = Routes("/serials/categories", tags=("serials",))


@serial_category_routes.get(right="devices.use")
async def list_categories(scope: Scope, db: Database) -> list[SerialCategory]:
    """The tenant's categories by name."""
    return [
        SerialCategory(str(row.category_no), row.name, row.description, row.numbers, row.created_ms)
        for row in await queries.list_categories(scope, db)
    ]


@serial_category_routes.post(right="devices.manage", raises=(SerialCategoryTaken,))
async def create_category(data: SerialCategoryIn, scope: Scope, tx: Tx) -> SerialCategoryMade:
    """A new category, empty."""
    number = await service.create_category(scope, tx, name=data.name, description=data.description)
    return SerialCategoryMade(str(number))


@serial_category_routes.put(
    "/{category_id:int}", right="devices.manage", raises=(NotFound, SerialCategoryTaken)
)
async def describe_category(category_id: int, data: SerialCategoryIn, scope: Scope, tx: Tx) -> None:
    """Change its name and description."""
    await service.describe_category(
        scope, tx, category_no=category_id, name=data.name, description=data.description
    )


@serial_category_routes.delete(
    "/{category_id:int}", right="devices.manage", raises=(NotFound, SerialCategoryInUse)
)
async def delete_category(category_id: int, scope: Scope, tx: Tx) -> None:
    """Delete an empty category."""
    await service.delete_category(scope, tx, category_no=category_id)


serial_number_routes = Routes("/serials", tags=("serials",))


class SerialFilter(Filter, frozen=True):
    """Serial numbers, as their list is asked for."""

    q: Annotated[str, Meta(description="Part of a number, device name or product key.")] = ""
    category_id: int | None = None


@serial_number_routes.get(right="devices.use", raises=(NotFound,))
async def list_numbers(scope: Scope, db: Database, page: PageRequest, where: SerialFilter) -> Page[SerialRow]:
    """Serial numbers, the newest first."""
    if where.category_id is not None:
        await queries.get_category(scope, db, category_no=where.category_id)
    numbers = await queries.list_serial_numbers(
        scope, db, page=page, category_no=where.category_id, keyword=where.q.strip()
    )
    return Page.of(page, numbers.total, [_row(scope, row) for row in numbers.data])


@serial_number_routes.get("/template.xlsx", right="devices.use")
async def template() -> Response[bytes]:
    """The empty workbook with its titles and a sample row."""
    content = await asyncio.to_thread(sheet.template)
    headers = {"content-disposition": 'attachment; filename="linli-serial-numbers.xlsx"'}
    return Response(content, media_type=XLSX, headers=headers)


class SerialImportOptions(Filter, frozen=True):
    """The result of a list of serial numbers."""

    category_id: int | None = None
    dry_run: Annotated[bool, Meta(description="Only look, write nothing.")] = False


@serial_number_routes.post(
    "/import",
    right="devices.manage",
    max_body=sheet.FILE_BYTES + 65536,
    status=200,
    raises=(NotFound, ReadersBusy, TooLarge),
)
async def hand_in(
    data: Form[SerialFile], scope: Scope, db: Database, how: SerialImportOptions
) -> SerialImport:
    """Import a maker's list, xlsx or csv, at most 1000 rows. Nothing is added if any row is bad."""
    content = await data.file.read(sheet.FILE_BYTES + 1)
    if len(content) > sheet.FILE_BYTES:
        raise TooLarge(limit=f"{sheet.FILE_BYTES // 1024 // 1024} MiB")
    async with reading(scope.tenant, len(content)):
        read = await asyncio.to_thread(sheet.read, content)
    if how.dry_run:
        if how.category_id is not None:
            await queries.get_category(scope, db, category_no=how.category_id)
        checked = await importer.check(scope, db, sheet=read)
    else:
        async with db.begin() as tx:
            checked = await importer.import_sheet(scope, tx, sheet=read, category_no=how.category_id)
    return _import_out(checked, dry_run=how.dry_run, language=scope.language)


@serial_number_routes.post("/delete", right="devices.manage", status=200)
async def delete_numbers(data: SerialsToDelete, scope: Scope, tx: Tx) -> SerialsGone:
    """Forget serial numbers. Their devices, and doors already mounted, stay."""
    return SerialsGone(await service.delete_serial_numbers(scope, tx, sns=data.sns))


def _row(within: Scope, row: queries.SerialNumberRow) -> SerialRow:
    seen = row.iot_id is not None and within.allows(row.community_id)
    return SerialRow(
        row.sn,
        None if row.category_no is None else str(row.category_no),
        row.vpc_instance_id,
        row.product_key,
        row.device_name,
        row.iot_id if seen else None,
        row.created_ms,
    )


def _import_out(checked: importer.Checked, *, dry_run: bool, language: str) -> SerialImport:
    faults = [
        SerialFault(fault.row, fault.column, fault.value, fault.text(language))
        for fault in checked.problems[:PROBLEMS_TOLD]
    ]
    added = len(checked.new) if dry_run or not checked.problems else 0
    bad = len({fault.row for fault in checked.problems})
    return SerialImport(dry_run, checked.total, added, checked.already, checked.waiting, bad, faults)
