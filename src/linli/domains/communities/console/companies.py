"""Console: taking a company's data along, ending the service; the operator's companies. Spec A (ONB-17, ONB-18)."""

from typing import Annotated

import msgspec
from litestar.response import Stream
from msgspec import Meta

from linli.domains.communities.queries import communities
from linli.domains.communities.rows import APPROVED
from linli.domains.communities.service import lifecycle
from linli.domains.communities.service.lifecycle import NotInManagement, ServiceStopped
from linli.domains.people.rights import Right
from linli.domains.people.service import companies
from linli.domains.people.service import company_data as data_of
from linli.domains.people.service.companies import ServiceEnded
from linli.domains.people.service.company_data import NotEnded, StillInUse
from linli.domains.people.service.organisation import Hand, note
from linli.kernel import telemetry, tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import PageRequest
from linli.kernel.progress import Board, Progress
from linli.kernel.scope import Scope
from linli.things.device_lists import list_devices

log = telemetry.logger(__name__)


class EndService(msgspec.Struct, rename="camel", frozen=True):
    name: Annotated[str, Meta(description="The company's name, typed again.")]
    reason: str


class CompanyRow(msgspec.Struct, rename="camel", frozen=True):
    tenant_id: str
    name: str
    kind: str
    company_name: str
    company_phone: str
    contact_name: str
    signed_ms: int
    communities: int
    ended_ms: int
    end_reason: str
    erase_from_ms: Annotated[int, Meta(description="From when its data may be erased; 0: it has not ended.")]
    created_ms: int


class Erase(msgspec.Struct, rename="camel", frozen=True):
    name: Annotated[str, Meta(description="The company's name, typed again.")]


class Erased(msgspec.Struct, rename="camel", frozen=True):
    rows: int


async def _all_communities(scope: Scope, tx: Tx) -> list[int]:
    community_ids: list[int] = []
    number = 1
    while True:
        page = await communities.page(scope, tx, PageRequest(number, 100), apply_status=APPROVED)
        community_ids += [row.community_id for row in page.data if row.service_state != lifecycle.STOPPED]
        if number * 100 >= page.total:
            return community_ids
        number += 1


class ExportProgress(msgspec.Struct, rename="camel", frozen=True):
    """The last export of a company."""

    state: Annotated[
        str,
        Meta(
            description="counting, writing, done, broken: whoever fetched it left; interrupted: the server that made"
            " it is gone, start again; none: there was none."
        ),
    ]
    rows: int
    expected_rows: int
    files: int
    expected_files: int
    bytes: Annotated[int, Meta(description="Handed out so far.")]
    began_ms: int

    @staticmethod
    def of(progress: Progress | None) -> "ExportProgress":
        now = progress or Progress(phase="none")
        return ExportProgress(
            now.phase, now.rows, now.expected_rows, now.files, now.expected_files, now.bytes, now.began_ms
        )


organisation_data_routes = Routes("/organisation", tags=("organisation",))


@organisation_data_routes.get("/export", right=Right.ORGANISATION_MANAGE)
async def export(hand: Hand, db: Database, objects: ObjectStore, board: Board) -> Stream:
    """Everything the company owns as one zip, made while it is fetched: tables as JSON lines, and its pictures."""
    tenant = await tenancy.get_tenant(db, hand.tenant)
    async with db.begin() as tx:
        await note(hand, tx, "data.exported")
    headers = {"content-disposition": f'attachment; filename="linli-{tenant.id}.zip"'}
    content = data_of.export(db, objects, board, tenant_id=tenant.id, name=tenant.name)
    return Stream(content, media_type="application/zip", headers=headers)


@organisation_data_routes.get("/export/progress", right=Right.ORGANISATION_MANAGE)
async def export_progress(scope: Scope, board: Board) -> ExportProgress:
    """The progress of the last export, in any process."""
    return ExportProgress.of(await board.of(scope, data_of.SUBJECT))


@organisation_data_routes.post(
    "/end", right=Right.ORGANISATION_MANAGE, raises=(NotInManagement, ServiceEnded, ServiceStopped)
)
async def end(data: EndService, hand: Hand, tx: Tx, ids: Ids, clock: Clock) -> None:
    """End the service for every community. The data may be taken along for 30 days; then it may be erased."""
    tenant = await tenancy.get_tenant(tx, hand.scope.tenant)
    if data.name.strip() != tenant.name:
        raise BadInput(field="name", rule="name_again")
    now_ms = clock.now_ms()
    await companies.end(hand.scope, tx, reason=data.reason, now_ms=now_ms)
    for community_id in await _all_communities(hand.scope, tx):
        await lifecycle.halt(
            hand.scope,
            tx,
            community_id=community_id,
            state=lifecycle.STOPPED,
            reason="early_end",
            words=data.reason,
            ids=ids,
            now_ms=now_ms,
        )
    await note(hand, tx, "service.ended", detail=data.reason.strip())


company_routes = Routes("/companies", tags=("organisation",))


@company_routes.get(right=Right.COMMUNITIES_REVIEW)
async def list_companies(db: Database) -> list[CompanyRow]:
    """Every company of the installation, by name."""
    rows = []
    for tenant in await tenancy.list_tenants(db):
        row = await companies.of_tenant(db, tenant.id)
        managed = await communities.page(
            Scope.system(tenant.id), db, PageRequest(1, 1), apply_status=APPROVED
        )
        ended = row.ended_ms if row else 0
        rows.append(
            CompanyRow(
                tenant_id=tenant.id,
                name=tenant.name,
                kind=row.kind if row else "",
                company_name=row.company_name if row else "",
                company_phone=row.company_phone if row else "",
                contact_name=row.contact_name if row else "",
                signed_ms=row.signed_ms if row else 0,
                communities=managed.total,
                ended_ms=ended,
                end_reason=row.end_reason if row else "",
                erase_from_ms=ended + data_of.ERASE_AFTER_MS if ended else 0,
                created_ms=tenant.created_ms,
            )
        )
    return rows


@company_routes.post(
    "/{tenant_id:str}/erase", right=Right.INSTALLATION, status=200, raises=(NotFound, NotEnded, StillInUse)
)
async def erase(
    tenant_id: str, data: Erase, scope: Scope, db: Database, objects: ObjectStore, clock: Clock
) -> Erased:
    """Erase everything of a company whose service ended thirty days ago. Nothing brings it back."""
    tenant = await tenancy.get_tenant(db, tenant_id)
    row = await companies.of_tenant(db, tenant_id)
    if row is None or not row.ended_ms or clock.now_ms() - row.ended_ms < data_of.ERASE_AFTER_MS:
        raise data_of.NotEnded(name=tenant.name)
    if data.name.strip() != tenant.name:
        raise BadInput(field="name", rule="name_again")
    devices = await list_devices(Scope.system(tenant_id), db, page=PageRequest(1, 1))
    if devices.total:
        raise data_of.StillInUse(number=devices.total)
    files = await data_of.files_of(db, tenant_id)
    async with db.begin() as tx:
        gone = await data_of.erase(tx, tenant_id=tenant_id)
        tenancy.changed(tx)
    for key in files:
        await objects.delete(key)
    log.warning("company %s erased by operator %s: %s rows", tenant_id, scope.caller.id, gone)
    return Erased(gone)
