"""Web routes of batches: devices and products by the hundred, certificates as a file."""

import asyncio
from typing import Annotated, Final, Literal

import msgspec
from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, MultipartBody, QueryParameter
from msgspec import Meta

from linli.kernel import i18n
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, TooLarge
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.batches import plan as plans
from linli.things.batches import product_sheet, queries, service, sheet
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
    """What a batch would make, or, with an id, what it is making."""

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


class DeviceBatchRoutes(Controller):
    path = "/device-batches"
    tags = ("devices",)

    @get("/", right="devices.use")
    async def list_batches(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        product_key: Annotated[str, QueryParameter(name="productKey")] = "",
    ) -> Page[DeviceBatchRow]:
        """Batches, the newest first."""
        found = await queries.list_batches(within, db, page=page, product_key=product_key)
        return Page.of(page, found.total, [DeviceBatchRow.of(row) for row in found.data])

    @get("/template.csv", right="devices.use")
    async def template(self) -> Response[bytes]:
        """The empty table with its titles: DeviceName, and if wanted Nickname, Remark, SN."""
        return _file(sheet.template(), "device-names.csv")

    @post("/generate", right="devices.manage", status_code=200)
    async def generate(
        self,
        data: JSONBody[GenerateRequest],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> BatchAnswer:
        """Make devices with names of a prefix and a number, or random ones (自动生成); names taken are passed over."""
        _must_name_community(within, data.community_id)
        async with db.begin() as tx:
            plan = await plans.plan_generated(
                within,
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
                    within,
                    tx,
                    product_key=data.product_key,
                    plan=plan,
                    source="generated",
                    community_id=data.community_id,
                    project_id=data.project_id,
                )
        return _answer(plan, number, within.language)

    @post("/upload", right="devices.manage", status_code=200, request_max_body_size=sheet.FILE_BYTES + 65536)
    async def upload(
        self,
        data: MultipartBody[UploadedTable],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        product_key: Annotated[str, QueryParameter(name="productKey")],
        community_id: Annotated[int | None, QueryParameter(name="communityId")] = None,
        project_id: Annotated[str | None, QueryParameter(name="projectId")] = None,
        dry_run: Annotated[bool, QueryParameter(name="dryRun", description="Only look.")] = False,
        only_good: Annotated[
            bool, QueryParameter(name="onlyGood", description="Make the good rows although others are bad.")
        ] = False,
    ) -> BatchAnswer:
        """Make devices with the names of a CSV (批量上传), at most 10,000. With a bad row none is made, unless asked."""
        _must_name_community(within, community_id)
        content = await _content(data.file, sheet.FILE_BYTES)
        read = await asyncio.to_thread(sheet.read, content)
        async with db.begin() as tx:
            plan = await plans.plan_upload(within, tx, product_key=product_key, sheet=read)
            number = None
            if not dry_run and plan.rows and (only_good or not plan.problems):
                number = await service.start_batch(
                    within,
                    tx,
                    product_key=product_key,
                    plan=plan,
                    source="uploaded",
                    only_good=only_good,
                    community_id=community_id,
                    project_id=project_id,
                )
        return _answer(plan, number, within.language)

    @get("/{batch_id:int}", right="devices.use")
    async def detail(
        self, batch_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> DeviceBatchRow:
        """One batch, and how far it is."""
        return DeviceBatchRow.of(await queries.get_batch(within, db, batch_no=batch_id))

    @get("/{batch_id:int}/rows", right="devices.use")
    async def rows(
        self,
        batch_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        row_state: Annotated[RowState | None, QueryParameter(name="state")] = None,
    ) -> Page[BatchDevice]:
        """Its rows in the order of the file, and what became of each."""
        await queries.get_batch(within, db, batch_no=batch_id)
        found = await queries.batch_rows(db, batch_no=batch_id, page=page, state=row_state or "")
        return Page.of(page, found.total, [_device(row, within.language) for row in found.data])

    @post("/{batch_id:int}/undo", right="devices.manage", status_code=204)
    async def undo(
        self, batch_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> None:
        """Delete those of its devices that never connected."""
        async with db.begin() as tx:
            await service.undo_batch(within, tx, batch_no=batch_id)

    @post("/{batch_id:int}/certificates", right="devices.manage", status_code=200)
    async def certificate_link(
        self,
        batch_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> CertificateLink:
        """A link to the certificate file, for one download."""
        async with db.begin() as tx:
            token = await service.certificate_link(within, tx, batch_no=batch_id, ids=ids)
        return CertificateLink(f"/api/console/device-batches/{batch_id}/certificates.csv?token={token}")

    @get("/{batch_id:int}/certificates.csv", right="devices.manage")
    async def certificates(
        self,
        batch_id: FromPath[int],
        token: FromQuery[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        secrets: NamedDependency[Secrets],
    ) -> Response[bytes]:
        """设备证书.csv: the triples of the batch. Ends the link; who took them is written down."""
        async with db.begin() as tx:
            triples = await service.take_certificates(within, tx, batch_no=batch_id, token=token)
        content = await service.certificate_file(triples, secrets=secrets)
        return _file(
            content, f"device-certificates-{batch_id}.csv", "%E8%AE%BE%E5%A4%87%E8%AF%81%E4%B9%A6.csv"
        )


class ProductImportRoutes(Controller):
    path = "/products/import"
    tags = ("products",)

    @get("/template.csv", right="devices.use")
    async def template(self) -> Response[bytes]:
        """The empty table with its titles: Name, CategoryCode, NodeType, Description."""
        return _file(product_sheet.template(), "products.csv")

    @post(
        "/",
        right="integrations.manage",
        status_code=200,
        request_max_body_size=product_sheet.FILE_BYTES + 65536,
    )
    async def hand_in(
        self,
        data: MultipartBody[UploadedTable],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
        dry_run: Annotated[bool, QueryParameter(name="dryRun", description="Only look.")] = False,
    ) -> ProductImport:
        """Make products of a CSV, at most 200, each of its category with the thing model. All or none."""
        content = await _content(data.file, product_sheet.FILE_BYTES)
        async with db.begin() as tx:
            plan = await product_sheet.plan_products(within, tx, content=content)
            made: list[tuple[str, str]] = []
            if not dry_run and not plan.problems:
                made = await product_sheet.make_products(within, tx, plan=plan, ids=ids, secrets=secrets)
        return ProductImport(
            dry_run,
            plan.total,
            len({fault.row for fault in plan.problems}),
            _faults(plan.problems, within.language),
            [ProductMade(*one) for one in made],
        )


def _must_name_community(scope: Scope, community_id: int | None) -> None:
    """Those who see some communities only would lose sight of what they make in none."""
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
    said = i18n.text(f"rule.{row.reason}", language) if row.reason else ""
    return msgspec.convert(
        {
            "row": row.row_no,
            "deviceName": row.device_name,
            "nickname": row.nickname,
            "remark": row.remark,
            "sn": row.sn,
            "state": row.state,
            "reason": said,
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
