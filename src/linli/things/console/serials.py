"""Web routes of serial numbers (SN 码): categories, lists, import of a maker's file. Spec B 2.5.2."""

import asyncio
from typing import Annotated, Final

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, MultipartBody, QueryParameter
from msgspec import Meta

from linli.kernel.db import Database
from linli.kernel.errors import TooLarge
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.workbooks.turns import reading
from linli.things.serials import importer, queries, service, sheet

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
    """What an import did, or with `dryRun` would do. With any problem nothing is added."""

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


class SerialCategoryRoutes(Controller):
    path = "/serials/categories"
    tags = ("serials",)

    @get("/", right="devices.use")
    async def list_categories(
        self, within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[SerialCategory]:
        """The tenant's categories by name."""
        return [
            SerialCategory(str(row.category_no), row.name, row.description, row.numbers, row.created_ms)
            for row in await queries.list_categories(within, db)
        ]

    @post("/", right="devices.manage", status_code=201)
    async def create_category(
        self,
        data: JSONBody[SerialCategoryIn],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> SerialCategoryMade:
        """A new category, empty."""
        async with db.begin() as tx:
            number = await service.create_category(within, tx, name=data.name, description=data.description)
        return SerialCategoryMade(str(number))

    @put("/{category_id:int}", right="devices.manage", status_code=204)
    async def describe_category(
        self,
        category_id: FromPath[int],
        data: JSONBody[SerialCategoryIn],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Change its name and description."""
        async with db.begin() as tx:
            await service.describe_category(
                within, tx, category_no=category_id, name=data.name, description=data.description
            )

    @delete("/{category_id:int}", right="devices.manage", status_code=204)
    async def delete_category(
        self, category_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> None:
        """Delete an empty category."""
        async with db.begin() as tx:
            await service.delete_category(within, tx, category_no=category_id)


class SerialNumberRoutes(Controller):
    path = "/serials"
    tags = ("serials",)

    @get("/", right="devices.use")
    async def list_numbers(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        q: Annotated[str, QueryParameter(description="Part of a number, device name or product key.")] = "",
        category_id: Annotated[int | None, QueryParameter(name="categoryId")] = None,
    ) -> Page[SerialRow]:
        """Serial numbers, the newest first."""
        if category_id is not None:
            await queries.get_category(within, db, category_no=category_id)
        found = await queries.list_serial_numbers(
            within, db, page=page, category_no=category_id, keyword=q.strip()
        )
        return Page.of(page, found.total, [_row(within, row) for row in found.data])

    @get("/template.xlsx", right="devices.use")
    async def template(self) -> Response[bytes]:
        """The empty workbook with its titles and a sample row."""
        content = await asyncio.to_thread(sheet.template)
        headers = {"content-disposition": 'attachment; filename="linli-serial-numbers.xlsx"'}
        return Response(content, media_type=XLSX, headers=headers)

    @post("/import", right="devices.manage", status_code=200, request_max_body_size=sheet.FILE_BYTES + 65536)
    async def hand_in(
        self,
        data: MultipartBody[SerialFile],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        category_id: Annotated[int | None, QueryParameter(name="categoryId")] = None,
        dry_run: Annotated[
            bool, QueryParameter(name="dryRun", description="Only look, write nothing.")
        ] = False,
    ) -> SerialImport:
        """Import a maker's list, xlsx or csv, at most 1000 rows. Nothing is added if any row is bad."""
        content = await data.file.read(sheet.FILE_BYTES + 1)
        if len(content) > sheet.FILE_BYTES:
            raise TooLarge(limit=f"{sheet.FILE_BYTES // 1024 // 1024} MiB")
        async with reading(within.tenant, len(content)):
            read = await asyncio.to_thread(sheet.read, content)
        if dry_run:
            if category_id is not None:
                await queries.get_category(within, db, category_no=category_id)
            checked = await importer.check(within, db, sheet=read)
        else:
            async with db.begin() as tx:
                checked = await importer.import_sheet(within, tx, sheet=read, category_no=category_id)
        return _told(checked, dry_run=dry_run, language=within.language)

    @post("/delete", right="devices.manage", status_code=200)
    async def delete_numbers(
        self,
        data: JSONBody[SerialsToDelete],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> SerialsGone:
        """Forget serial numbers. Their devices, and doors already mounted, stay."""
        async with db.begin() as tx:
            return SerialsGone(await service.delete_serial_numbers(within, tx, sns=data.sns))


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


def _told(checked: importer.Checked, *, dry_run: bool, language: str) -> SerialImport:
    faults = [
        SerialFault(fault.row, fault.column, fault.value, fault.text(language))
        for fault in checked.problems[:PROBLEMS_TOLD]
    ]
    added = len(checked.new) if dry_run or not checked.problems else 0
    bad = len({fault.row for fault in checked.problems})
    return SerialImport(dry_run, checked.total, added, checked.known, checked.waiting, bad, faults)
