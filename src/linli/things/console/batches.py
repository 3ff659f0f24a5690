"""Web routes of batches: devices and products by the hundred, certificates as a file."""

import asyncio
from typing import Annotated, Final, Literal

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from msgspec import Meta

from linli.kernel import i18n
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Form, Routes
from linli.kernel.errors import BadInput, NotFound, TooLarge
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.batches import plan as plans
from linli.things.batches import product_sheet, queries, service, sheet
from linli.things.batches.errors import BatchAtWork, BatchRefused, LinkUsed
from linli.things.tables import Problem

PROBLEMS_TOLD: Final = 500
CSV: Final = "text/csv; charset=utf-8"
BatchState = Literal["running", "done", "undoing", "undone"]
RowState = Literal["waiting", "made", "failed", "undone", "kept"]


class BatchFault(msgspec.Struct, rename="camel", frozen=True):
    row: Annotated[int, Meta(description="As the spreadsheet counts.")]
    column: Annotated[str, Meta(description="Title of the column; empty for the whole row.")]
    value: str
    message: str


class BatchAnswer(msgspec.Struct, rename="camel", frozen=True):
    """The devices that a batch would create; with an id, those that it is creating."""

    id: Annotated[str | None, Meta(description="None: only tried, or refused for its problems.")]
    total: Annotated[int, Meta(description="Rows of the file.")]
    good: int
    bad_rows: int
    problems: Annotated[list[BatchFault], Meta(description="The first 500.")]
    sample: Annotated[list[str], Meta(description="The first names and the last one.")]


class GenerateRequest(msgspec.Struct, rename="camel"):
    product_key: str
    count: Annotated[int, Meta(ge=1, le=sheet.ROWS_MAX)]
    prefix: Annotated[str, Meta(description="Numbers follow it; empty: random names.")] = ""
    first: Annotated[int, Meta(ge=0, description="The first number.")] = 1
    community_id: int | None = None
    project_id: str | None = None
    dry_run: Annotated[bool, Meta(description="Only look, write nothing.")] = False


class UploadedTable(msgspec.Struct):
    file: UploadFile


class DeviceBatchRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    product_key: str
    product_name: str
    community_id: str | None
    project_id: str | None
    source: Literal["generated", "uploaded"]
    state: BatchState
    total: int
    done: int
    failed: int
    undone: int
    created_by: str
    created_ms: int
    finished_ms: int | None

    @staticmethod
    def of(row: queries.BatchRow) -> "DeviceBatchRow":
        return msgspec.convert(
            {
                **row._asdict(),
                "id": str(row.batch_no),
                "productKey": row.product_key,
                "productName": row.product_name or "",
                "communityId": None if row.community_id is None else str(row.community_id),
                "projectId": row.project_id,
                "createdBy": row.created_by,
                "createdMs": row.created_ms,
                "finishedMs": row.finished_ms,
            },
            DeviceBatchRow,
        )


class BatchDevice(msgspec.Struct, rename="camel", frozen=True):
    row: int
    device_name: str
    nickname: str
    remark: str
    sn: str
    state: RowState
    reason: Annotated[str, Meta(description="In words; empty when there is none.")]
    iot_id: str | None
    active_ms: int | None


class CertificateLink(msgspec.Struct, rename="camel", frozen=True):
    """Opens the certificate file once, within ten minutes."""

    url: str


class ProductMade(msgspec.Struct, rename="camel", frozen=True):
    product_key: str
    name: str


class ProductImport(msgspec.Struct, rename="camel", frozen=True):
    dry_run: bool
    total: int
    bad_rows: int
    problems: list[BatchFault]
    made: list[ProductMade]


device_batch_routes = Routes("/device-batches", tags=("devices",))


@device_batch_routes.get(right="devices.use")
async def list_batches(
    scope: Scope, db: Database, page: PageRequest, product_key: str = ""
) -> Page[DeviceBatchRow]:
    """Batches, the newest first."""
    batches = await queries.list_batches(scope, db, page=page, product_key=product_key)
    return Page.of(page, batches.total, [DeviceBatchRow.of(row) for row in batches.data])


@device_batch_routes.get("/template.csv", right="devices.use")
async def template() -> Response[bytes]:
    """The empty table with its titles: DeviceName, and if wanted Nickname, Remark, SN."""
    return _file(sheet.template(), "device-names.csv")


@device_batch_routes.post("/generate", right="devices.manage", status=200, raises=(NotFound, BatchRefused))
async def generate(data: GenerateRequest, scope: Scope, tx: Tx, ids: Ids) -> BatchAnswer:
    """Make devices with names of a prefix and a number, or random ones (自动生成); names taken are passed over."""
    _must_name_community(scope, data.community_id)
    plan = await plans.plan_generated(
        scope,
        tx,
        product_key=data.product_key,
        count=data.count,
        prefix=data.prefix.strip(),
        first=data.first,
        ids=ids,
    )
    number = None
    if not data.dry_run:
        number = await service.start_batch(
            scope,
            tx,
            product_key=data.product_key,
            plan=plan,
            source="generated",
            community_id=data.community_id,
            project_id=data.project_id,
        )
    return _answer(plan, number, scope.language)


class BatchUpload(Filter, frozen=True):
    """The result of a table of devices."""

    product_key: str
    community_id: int | None = None
    project_id: str | None = None
    dry_run: Annotated[bool, Meta(description="Only look.")] = False
    only_good: Annotated[bool, Meta(description="Make the good rows although others are bad.")] = False


@device_batch_routes.post(
    "/upload",
    right="devices.manage",
    max_body=sheet.FILE_BYTES + 65536,
    status=200,
    raises=(NotFound, BatchRefused),
)
async def upload(data: Form[UploadedTable], scope: Scope, db: Database, how: BatchUpload) -> BatchAnswer:
    """Make devices with the names of a CSV (批量上传), at most 10,000. With a bad row none is made, unless asked."""
    _must_name_community(scope, how.community_id)
    content = await _content(data.file, sheet.FILE_BYTES)
    read = await asyncio.to_thread(sheet.read, content)
    async with db.begin() as tx:
        plan = await plans.plan_upload(scope, tx, product_key=how.product_key, sheet=read)
        number = None
        if not how.dry_run and plan.rows and (how.only_good or not plan.problems):
            number = await service.start_batch(
                scope,
                tx,
                product_key=how.product_key,
                plan=plan,
                source="uploaded",
                only_good=how.only_good,
                community_id=how.community_id,
                project_id=how.project_id,
            )
    return _answer(plan, number, scope.language)


@device_batch_routes.get("/{batch_id:int}", right="devices.use", raises=(NotFound,))
async def detail(batch_id: int, scope: Scope, db: Database) -> DeviceBatchRow:
    """One batch, and how far it is."""
    return DeviceBatchRow.of(await queries.get_batch(scope, db, batch_no=batch_id))


@device_batch_routes.get("/{batch_id:int}/rows", right="devices.use", raises=(NotFound,))
async def rows(
    batch_id: int, scope: Scope, db: Database, page: PageRequest, state: RowState | None = None
) -> Page[BatchDevice]:
    """Its rows in the order of the file, and what became of each."""
    await queries.get_batch(scope, db, batch_no=batch_id)
    batch_rows = await queries.batch_rows(db, batch_no=batch_id, page=page, state=state or "")
    return Page.of(page, batch_rows.total, [_device(row, scope.language) for row in batch_rows.data])


@device_batch_routes.post("/{batch_id:int}/undo", right="devices.manage", raises=(NotFound, BatchAtWork))
async def undo(batch_id: int, scope: Scope, tx: Tx) -> None:
    """Delete those of its devices that never connected."""
    await service.undo_batch(scope, tx, batch_no=batch_id)


@device_batch_routes.post(
    "/{batch_id:int}/certificates", right="devices.manage", status=200, raises=(NotFound, BatchAtWork)
)
async def certificate_link(batch_id: int, scope: Scope, tx: Tx, ids: Ids) -> CertificateLink:
    """A link to the certificate file, for one download."""
    token = await service.certificate_link(scope, tx, batch_no=batch_id, ids=ids)
    return CertificateLink(f"/api/console/device-batches/{batch_id}/certificates.csv?token={token}")


@device_batch_routes.get(
    "/{batch_id:int}/certificates.csv", right="devices.manage", raises=(NotFound, LinkUsed)
)
async def certificates(
    batch_id: int, token: str, scope: Scope, db: Database, secrets: Secrets
) -> Response[bytes]:
    """设备证书.csv: the triples of the batch. Ends the link; the person is logged."""
    async with db.begin() as tx:
        triples = await service.take_certificates(scope, tx, batch_no=batch_id, token=token)
    content = await service.certificate_file(triples, secrets=secrets)
    return _file(content, f"device-certificates-{batch_id}.csv", "%E8%AE%BE%E5%A4%87%E8%AF%81%E4%B9%A6.csv")


product_import_routes = Routes("/products/import", tags=("products",))


@product_import_routes.get("/template.csv", right="devices.use", name="template")
async def product_template() -> Response[bytes]:
    """The empty table with its titles: Name, CategoryCode, NodeType, Description."""
    return _file(product_sheet.template(), "products.csv")


DryRun = Annotated[bool, Meta(description="Only look.")]


@product_import_routes.post(
    right="integrations.manage", max_body=product_sheet.FILE_BYTES + 65536, status=200
)
async def hand_in(
    data: Form[UploadedTable], scope: Scope, db: Database, ids: Ids, secrets: Secrets, dry_run: DryRun = False
) -> ProductImport:
    """Make products of a CSV, at most 200, each of its category with the thing model. All or none."""
    content = await _content(data.file, product_sheet.FILE_BYTES)
    async with db.begin() as tx:
        plan = await product_sheet.plan_products(scope, tx, content=content)
        products: list[tuple[str, str]] = []
        if not dry_run and not plan.problems:
            products = await product_sheet.make_products(scope, tx, plan=plan, ids=ids, secrets=secrets)
    return ProductImport(
        dry_run,
        plan.total,
        len({fault.row for fault in plan.problems}),
        _faults(plan.problems, scope.language),
        [ProductMade(*product) for product in products],
    )


def _must_name_community(scope: Scope, community_id: int | None) -> None:
    """A person who sees only some communities could not see devices created in none."""
    if community_id is not None:
        scope.allow(community_id)
    elif scope.communities is not None:
        raise BadInput(field="communityId", rule="required")


async def _content(file: UploadFile, limit: int) -> bytes:
    content = await file.read(limit + 1)
    if len(content) > limit:
        raise TooLarge(limit=f"{limit // 1024 // 1024} MiB")
    return content


def _answer(plan: plans.Plan, number: int | None, language: str) -> BatchAnswer:
    names = [row.device_name for row in plan.rows]
    return BatchAnswer(
        None if number is None else str(number),
        plan.total,
        len(names),
        len({fault.row for fault in plan.problems}),
        _faults(plan.problems, language),
        names[:3] + names[3:][-1:],
    )


def _faults(problems: list[Problem], language: str) -> list[BatchFault]:
    return [
        BatchFault(fault.row, fault.column, fault.value, fault.text(language))
        for fault in problems[:PROBLEMS_TOLD]
    ]


def _device(row: queries.MadeRow, language: str) -> BatchDevice:
    text = i18n.text(f"rule.{row.reason}", language) if row.reason else ""
    return msgspec.convert(
        {
            "row": row.row_no,
            "deviceName": row.device_name,
            "nickname": row.nickname,
            "remark": row.remark,
            "sn": row.sn,
            "state": row.state,
            "reason": text,
            "iotId": row.iot_id,
            "activeMs": row.active_ms,
        },
        BatchDevice,
    )


def _file(content: bytes, name: str, encoded: str = "") -> Response[bytes]:
    """`encoded`: a name in other letters, percent-encoded UTF-8 (RFC 6266)."""
    disposition = f'attachment; filename="{name}"' + (f"; filename*=UTF-8''{encoded}" if encoded else "")
    headers = {"content-disposition": disposition, "cache-control": "no-store"}
    return Response(content, media_type=CSV, headers=headers)
