"""Console: consents, and erasures with their confirmations and signatures."""

from typing import Literal

import msgspec

from linli.domains.access.queries.persons import names_of
from linli.domains.faces.queries.erasures import erasure, list_erasures
from linli.domains.faces.queries.images import list_consents
from linli.domains.faces.schemas import ErasureOut
from linli.domains.faces.service import receipts
from linli.domains.people.queries import persons as people
from linli.domains.people.queries.callers import caller_names
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

PROOF_SECONDS = 300


class ConsentRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    identity_id: str
    person: str
    how: str
    asked_by: str
    """The name of who recorded it; `app:30239797` for an application."""
    text_version: str
    guardian: str
    given_ms: int
    expires_ms: int | None
    ended_ms: int | None
    end_reason: str
    purpose: str
    proof_url: str | None
    """Link to the signed form, valid for some minutes; null if none was recorded."""


class ReceiptOut(msgspec.Struct, rename="camel", frozen=True):
    document: str
    """JSON text; its UTF-8 bytes are what is signed."""
    signature: str
    """base64 of an Ed25519 signature."""
    public_key: str
    """PEM."""


async def _names(scope: Scope, db: Reader, identity_ids: list[str]) -> dict[str, str]:
    """Of residents, and of staff who are no residents and whom only doors know."""
    names = await names_of(db, tenant_id=str(scope.tenant), identity_ids=identity_ids)
    return names | await people.names(scope, db, identity_ids)


consent_routes = Routes("/face-consents", tags=("faces",))


class ConsentFilter(Filter, frozen=True):
    """Consents, as their list is asked for."""

    community_id: int | None = None
    person_id: str = ""
    state: Literal["live", "all"] = "live"


@consent_routes.get(right=Right.RESIDENTS_SEE, name="list_consents")
async def list_all_consents(
    scope: Scope, db: Database, page: PageRequest, objects: ObjectStore, where: ConsentFilter
) -> Page[ConsentRow]:
    """The ledger, the last given first."""
    consents = await list_consents(
        scope,
        db,
        page=page,
        community_id=where.community_id,
        identity_id=where.person_id,
        only_live=where.state == "live",
    )
    names = await _names(scope, db, [row.identity_id for row in consents.data if row.identity_id])
    callers = await caller_names(db, {row.asked_by for row in consents.data})
    rows = [
        ConsentRow(
            id=str(row.id),
            identity_id=row.identity_id,
            person=names.get(row.identity_id, ""),
            how=row.how,
            asked_by=callers.get(row.asked_by, row.asked_by),
            text_version=row.text_version,
            guardian=row.guardian,
            given_ms=row.given_ms,
            expires_ms=row.expires_ms,
            ended_ms=row.ended_ms,
            end_reason=row.end_reason,
            purpose=row.purpose,
            proof_url=objects.url(row.proof_key, expires_s=PROOF_SECONDS) if row.proof_key else None,
        )
        for row in consents.data
    ]
    return Page.of(page, consents.total, rows)


erasure_routes = Routes("/face-erasures", tags=("faces",))


class ErasureFilter(Filter, frozen=True):
    """Erasures, as their list is asked for."""

    community_id: int | None = None
    state: Literal["open", "all"] = "all"


@erasure_routes.get(right=Right.RESIDENTS_SEE, name="list_erasures")
async def list_all_erasures(
    scope: Scope, db: Database, page: PageRequest, where: ErasureFilter
) -> Page[ErasureOut]:
    """The erasures, and the devices that have not confirmed yet."""
    reports = await list_erasures(
        scope, db, page=page, community_id=where.community_id, only_open=where.state == "open"
    )
    ids = [report.erasure.identity_id for report in reports.data if report.erasure.identity_id]
    names = await _names(scope, db, ids)
    rows = [ErasureOut.of(report, names.get(report.erasure.identity_id, "")) for report in reports.data]
    return Page.of(page, reports.total, rows)


@erasure_routes.get("/{erasure_id:int}/receipt", right=Right.RESIDENTS_SEE, raises=(NotFound,))
async def receipt(erasure_id: int, scope: Scope, db: Database, secrets: Secrets, clock: Clock) -> ReceiptOut:
    """The list of devices as it is now, signed; `openssl pkeyutl` checks it without this platform."""
    report = await erasure(scope, db, erasure_id)
    return ReceiptOut(*receipts.sign(secrets, report, now_ms=clock.now_ms()))
