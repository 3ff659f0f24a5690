"""Console: devices by the workbook: template, export, trial, import with progress, faults, undo. Spec C 8.2, 8.6.

A workbook may hold passwords: it lies sealed while it waits, and goes once it is worked on, or after an hour.
"""

import asyncio
from typing import Annotated, Any, Final

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from msgspec import Meta

from linli.domains.boxes.console.hand import Hand
from linli.domains.boxes.devices import site_sheet, workbook
from linli.domains.boxes.devices.console.rows import shown_custom
from linli.domains.boxes.devices.errors import WrongState
from linli.domains.boxes.devices.queries import devices as device_queries
from linli.domains.boxes.devices.queries import imports as queries
from linli.domains.boxes.devices.queries.imports import Import
from linli.domains.boxes.devices.service import imports
from linli.domains.boxes.devices.service.devices import protocol_of
from linli.domains.boxes.devices.service.importer import EdgeImporter
from linli.domains.communities.console.imports import attachment
from linli.domains.communities.console.workbook_files import check_file, stored
from linli.domains.people.rights import Right
from linli.kernel import i18n, outbox
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Form, Routes
from linli.kernel.errors import NotFound, TooLarge
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.workbooks.jobs import WorkbookGone
from linli.kernel.workbooks.kinds import DONE
from linli.kernel.workbooks.refusals import BadWorkbook
from linli.kernel.workbooks.shown import WAIT_SECONDS, ShownImport, shown
from linli.kernel.workbooks.turns import ReadersBusy, reading

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value
FILE_BYTES: Final = 4 * 1024 * 1024
_FORM_BYTES: Final = FILE_BYTES + 64 * 1024


class EdgeImport(ShownImport, frozen=True, kw_only=True):
    """An import of devices, waiting, tried or done. While it waits, `progressRows` of `expectedRows` are read."""

    done: bool
    dry_run: bool
    created: int
    changed: int
    unchanged: int


class EdgeImportUndone(msgspec.Struct, rename="camel", frozen=True):
    removed: int
    restored: int
    kept: Annotated[int, Meta(description="Left as they are: somebody changed them since.")]


class EdgeImportFile(msgspec.Struct):
    file: UploadFile


class SiteSheetRow(msgspec.Struct, rename="camel", frozen=True):
    """A device of the site's sheet, as the form takes it."""

    ip: str
    code: Annotated[str, Meta(description="IoT code; empty where only a brand's page names the address.")]
    name: str
    place: str
    tabs: Annotated[list[str], Meta(description="Brands' pages that name the address.")]
    custom: Annotated[dict[str, Any], Meta(description="By form field; words that are secret are left out.")]
    there: Annotated[list[str], Meta(description="Devices of the protocol that carry the code already.")]


class SiteSheetFault(msgspec.Struct, rename="camel", frozen=True):
    sheet: str
    row: int
    value: str
    message: str


class SiteSheetRead(msgspec.Struct, rename="camel", frozen=True):
    rows: list[SiteSheetRow]
    faults: list[SiteSheetFault]


edge_import_routes = Routes("/edge/protocols/{protocol_id:int}", tags=("boxes",))


@edge_import_routes.get("/template.xlsx", right=SEE, raises=(NotFound,))
async def template(
    protocol_id: int, scope: Scope, db: Database, language: str | None = None
) -> Response[bytes]:
    """The empty workbook of the protocol's devices (协议下设备批量导入模版) with drop-downs."""
    _, protocol = await protocol_of(scope, db, protocol_id)
    shape = await device_queries.shape(scope, db, protocol)
    content = await asyncio.to_thread(workbook.book, shape, language or scope.language)
    return attachment(content, f"linli-{protocol.driver_id}-devices.xlsx")


@edge_import_routes.get("/export.xlsx", right=SEE, raises=(NotFound,))
async def export(
    protocol_id: int, scope: Scope, db: Database, secrets: Secrets, where: device_queries.EdgeDeviceFilter
) -> Response[bytes]:
    """The rows of the list with the same filters, without hidden fields; it can be imported again."""
    _, protocol = await protocol_of(scope, db, protocol_id)
    shape = await device_queries.shape(scope, db, protocol)
    edge_devices = await device_queries.of_protocol(scope, db, protocol_id)
    devices = await device_queries.with_things(scope, db, edge_devices, secrets)
    rows = [
        {
            **shown_custom(row.custom, shape),
            "custom": shown_custom(row.custom, shape),
            "deviceName": row.device.device_name,
            "alias": row.device.alias,
            "category": row.thing.category_code if row.thing else "",
        }
        for row in device_queries.sifted(devices, where)
    ]
    content = await asyncio.to_thread(workbook.book, shape, scope.language, rows)
    return attachment(content, f"linli-{protocol.driver_id}-devices.xlsx")


DryRun = Annotated[bool, Meta(description="Only look, write nothing.")]


@edge_import_routes.post(
    "/import", right=MANAGE, max_body=_FORM_BYTES, status=200, raises=(NotFound, BadWorkbook, TooLarge)
)
async def hand_in(
    protocol_id: int,
    data: Form[EdgeImportFile],
    objects: ObjectStore,
    edge_importer: EdgeImporter,
    hand: Hand,
    dry_run: DryRun = False,
) -> EdgeImport:
    """Import a workbook; nothing changes if any row is bad. A long one is still `waiting` in the answer."""
    gateway, protocol = await protocol_of(hand.within, hand.db, protocol_id)
    await check_file(data.file, most=FILE_BYTES)
    key = f"{hand.within.tenant}/import/{hand.ids.hex(32)}.xlsx"
    async with (
        stored(data.file, objects, key, most=FILE_BYTES, sealed_by=hand.secrets),
        hand.db.begin() as tx,
    ):
        import_id = await imports.hand_in(
            hand.within,
            tx,
            gateway,
            protocol,
            file_name=data.file.filename,
            object_key=key,
            dry_run=dry_run,
            ids=hand.ids,
            now_ms=hand.now_ms,
        )
    outbox.wake(hand.db)
    import_row = await edge_importer.wait(hand.within, import_id, seconds=WAIT_SECONDS)
    return await _row(hand.within, import_row, edge_importer)


@edge_import_routes.post(
    "/site-sheet", right=MANAGE, max_body=_FORM_BYTES, status=200, raises=(NotFound, ReadersBusy, TooLarge)
)
async def look_up(protocol_id: int, data: Form[EdgeImportFile], scope: Scope, db: Database) -> SiteSheetRead:
    """Read the customer's <设备信息表>: pages of brands joined with the general one by address. Nothing is kept."""
    _, protocol = await protocol_of(scope, db, protocol_id)
    shape = await device_queries.shape(scope, db, protocol)
    content = await data.file.read(FILE_BYTES + 1)
    if len(content) > FILE_BYTES:
        raise TooLarge(limit=f"{FILE_BYTES // 1024 // 1024} MiB")
    async with reading(scope.tenant, len(content)):
        thread = await asyncio.to_thread(site_sheet.read, content, behind=shape.form == "B")
    names = [
        edge_device.device_name for edge_device in await device_queries.of_protocol(scope, db, protocol_id)
    ]
    rows = [
        SiteSheetRow(*row, [name for name in names if row.code and name.partition(".")[0] == row.code])
        for row in thread.rows
    ]
    faults = [
        SiteSheetFault(fault.sheet, fault.row, fault.value, i18n.text(f"rule.{fault.rule}", scope.language))
        for fault in thread.faults
    ]
    return SiteSheetRead(rows, faults)


@edge_import_routes.get("/imports", right=SEE, raises=(NotFound,))
async def list_imports(
    protocol_id: int, scope: Scope, db: Database, page: PageRequest, edge_importer: EdgeImporter
) -> Page[EdgeImport]:
    """Imports of a protocol, the latest first: a page that was closed finds its import again."""
    await protocol_of(scope, db, protocol_id)
    matches = await queries.page(scope, db, protocol_id, page)
    return Page.of(
        page, matches.total, [await _row(scope, import_row, edge_importer) for import_row in matches.data]
    )


@edge_import_routes.get("/imports/{import_id:int}", right=SEE, raises=(NotFound,))
async def show_import(
    protocol_id: int, import_id: int, scope: Scope, db: Database, edge_importer: EdgeImporter
) -> EdgeImport:
    """One import and how far it is."""
    await protocol_of(scope, db, protocol_id)
    import_row = await queries.get(scope, db, import_id, protocol_id=protocol_id)
    return await _row(scope, import_row, edge_importer)


@edge_import_routes.post(
    "/imports/{import_id:int}/apply", right=MANAGE, status=200, raises=(NotFound, WorkbookGone, WrongState)
)
async def apply(
    protocol_id: int, import_id: int, scope: Scope, db: Database, clock: Clock, edge_importer: EdgeImporter
) -> EdgeImport:
    """Apply a workbook that was tried and found good."""
    async with db.begin() as tx:
        await protocol_of(scope, tx, protocol_id)
        await imports.go_on(scope, tx, import_id=import_id, protocol_id=protocol_id, now_ms=clock.now_ms())
    outbox.wake(db)
    import_row = await edge_importer.wait(scope, import_id, seconds=WAIT_SECONDS)
    return await _row(scope, import_row, edge_importer)


@edge_import_routes.post(
    "/imports/{import_id:int}/undo", right=MANAGE, status=200, raises=(NotFound, WrongState)
)
async def take_back(
    protocol_id: int, import_id: int, scope: Scope, tx: Tx, secrets: Secrets, clock: Clock
) -> EdgeImportUndone:
    """Undo an import; rows that were changed since stay."""
    await protocol_of(scope, tx, protocol_id)
    counts = await imports.undo(
        scope,
        tx,
        import_id=import_id,
        protocol_id=protocol_id,
        secrets=secrets,
        now_ms=clock.now_ms(),
    )
    return EdgeImportUndone(counts["removed"], counts["restored"], counts["kept"])


@edge_import_routes.get("/imports/{import_id:int}/report.xlsx", right=SEE, raises=(NotFound,))
async def report(
    protocol_id: int, import_id: int, scope: Scope, db: Database, objects: ObjectStore, secrets: Secrets
) -> Response[bytes]:
    """The handed-in workbook with every fault marked where it stands."""
    await protocol_of(scope, db, protocol_id)
    import_row = await queries.get(scope, db, import_id, protocol_id=protocol_id)
    if not import_row.report_key:
        raise NotFound(what="report", id=import_id)
    sealed = await objects.get(import_row.report_key, limit=4 * FILE_BYTES)
    content = secrets.open_file(sealed, about=import_row.report_key)
    return attachment(content, "linli-device-problems.xlsx")


async def _row(scope: Scope, row: Import, importer: EdgeImporter) -> EdgeImport:
    progress = await importer.progress(scope, row)
    sheet = "Devices" if scope.language == "en" else "设备"
    return EdgeImport(
        **shown(row, progress, scope.language, lambda _: sheet),
        done=row.state == DONE,
        dry_run=bool(row.dry_run),
        created=row.created,
        changed=row.changed,
        unchanged=row.unchanged,
    )
