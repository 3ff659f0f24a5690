"""Console: certificates as the vendor sees its own and the lab those of all. Spec G G-C42."""

from typing import Annotated

import msgspec
from litestar.datastructures import UploadFile
from msgspec import Meta

from linli.domains.boxes import bench_report
from linli.domains.boxes.bench_report import REPORT_BYTES
from linli.domains.boxes.console.rows.new_id import CreatedId
from linli.domains.boxes.errors import CertificateMoved, CertificateThere
from linli.domains.boxes.queries import certificates as queries
from linli.domains.boxes.queries.certificates import Certificate
from linli.domains.boxes.service import certificates as service
from linli.domains.people.queries import own_rights
from linli.domains.people.rights import Right
from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Form, Routes
from linli.kernel.errors import BadInput, NotFound, TooLarge
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

USE, MANAGE = Right.PROJECTS_SEE.value, Right.INTEGRATIONS_MANAGE.value
DECIDE = Right.CAPABILITIES_REVIEW.value
"""The lab is the operator's."""
_FORM_BYTES = REPORT_BYTES + 64 * 1024
_STATES = ", ".join(service.STATES)


class CertificateStep(msgspec.Struct, rename="camel", frozen=True):
    state: str
    at_ms: int
    by_name: str
    reason: str


class CertificateRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    company: str
    driver_id: str
    version: str
    protocol: str
    owner: str
    brand: str
    model: str
    note: str
    subject: Annotated[str, Meta(description="device or simulator: what the bench tested")]
    device: str
    passed: int
    skipped: int
    bench_key: Annotated[str, Meta(description="Fingerprint of the key that signed the report.")]
    state: Annotated[str, Meta(description=_STATES)]
    reason: str
    created_ms: int
    changed_ms: int


class CertificateCase(msgspec.Struct, rename="camel", frozen=True):
    id: str
    title: str
    outcome: str
    why: str
    source: str


class CertificateDetail(msgspec.Struct, rename="camel", frozen=True):
    certificate: CertificateRow
    steps: list[CertificateStep]
    cases: list[CertificateCase]
    began_ms: int


class ReportFiles(msgspec.Struct):
    report: UploadFile
    brand: str
    model: str
    note: str = ""


class LabWord(msgspec.Struct, rename="camel", frozen=True):
    state: Annotated[str, Meta(description="testing (the device is in the lab), approved, refused")]
    reason: Annotated[str, Meta(description="A refusal says why.")] = ""


certificate_routes = Routes("/edge/certificates", tags=("edge",))


@certificate_routes.get(right=USE)
async def list_certificates(
    scope: Scope, db: Database, page: PageRequest, state: Annotated[str, Meta(description=_STATES)] = ""
) -> Page[CertificateRow]:
    """The tenant's uploads, the newest first."""
    return await _listed(scope, db, state, page)


@certificate_routes.post(right=MANAGE, max_body=_FORM_BYTES, raises=(CertificateThere, TooLarge))
async def hand_in(data: Form[ReportFiles], scope: Scope, db: Database, ids: Ids, clock: Clock) -> CreatedId:
    """The bench's signed report of an uploaded package: the device then goes to the lab."""
    report = await data.report.read(REPORT_BYTES + 1)
    if len(report) > REPORT_BYTES:
        raise TooLarge(limit=f"{REPORT_BYTES // 1024} KiB")
    async with db.begin() as tx:
        certificate = await service.hand_in(
            scope,
            tx,
            report=report,
            brand=data.brand,
            model=data.model,
            note=data.note,
            ids=ids,
            now_ms=clock.now_ms(),
        )
    return CreatedId(str(certificate.certificate_id))


@certificate_routes.get("/{certificate_id:int}", right=USE, raises=(NotFound,))
async def detail(certificate_id: int, scope: Scope, db: Database) -> CertificateDetail:
    """One certificate with the cases of its report and its history."""
    return await _detail(scope, db, await queries.certificate(scope, db, certificate_id))


@certificate_routes.post("/{certificate_id:int}/withdraw", right=MANAGE, raises=(NotFound, CertificateMoved))
async def withdraw(certificate_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Take it back while the lab has not decided."""
    await service.move(scope, tx, certificate_id=certificate_id, to=service.WITHDRAWN, now_ms=clock.now_ms())


certificate_review_routes = Routes("/edge/certificate-reviews", tags=("edge",))


@certificate_review_routes.get(right=DECIDE)
async def list_reviews(
    scope: Scope, db: Database, page: PageRequest, state: Annotated[str, Meta(description=_STATES)] = ""
) -> Page[CertificateRow]:
    """The lab's list, of every tenant."""
    return await _listed(scope, db, state, page)


@certificate_review_routes.get("/{certificate_id:int}", right=DECIDE, name="detail", raises=(NotFound,))
async def show_review(certificate_id: int, scope: Scope, db: Database) -> CertificateDetail:
    """One certificate as the lab sees it."""
    return await _detail(scope, db, await queries.certificate(scope, db, certificate_id))


@certificate_review_routes.post("/{certificate_id:int}", right=DECIDE, raises=(NotFound, CertificateMoved))
async def decide(certificate_id: int, data: LabWord, scope: Scope, tx: Tx, clock: Clock) -> None:
    """The device is in the lab; it is certified; it is refused with a reason, also afterwards."""
    if data.state not in (service.TESTING, queries.APPROVED, service.REFUSED):
        raise BadInput(field="state", rule="one_of", allowed="testing, approved, refused")
    await service.move(
        scope,
        tx,
        certificate_id=certificate_id,
        to=data.state,
        reason=data.reason,
        now_ms=clock.now_ms(),
    )


async def _listed(scope: Scope, db: Reader, state: str, page: PageRequest) -> Page[CertificateRow]:
    if state and state not in service.STATES:
        raise BadInput(field="state", rule="one_of", allowed=_STATES)
    certificates = await queries.page(scope, db, states=[state] if state else list(service.STATES), page=page)
    companies = {
        tenant: (await tenancy.get_tenant(db, tenant)).name
        for tenant in {row.tenant_id for row in certificates.data}
    }
    return Page.of(
        page, certificates.total, [_row(row, companies[row.tenant_id]) for row in certificates.data]
    )


def _row(row: Certificate, company: str) -> CertificateRow:
    return CertificateRow(
        id=str(row.certificate_id),
        company=company,
        driver_id=row.driver_id,
        version=row.version,
        protocol=row.protocol,
        owner=row.owner,
        brand=row.brand,
        model=row.model,
        note=row.note,
        subject=row.subject,
        device=row.device,
        passed=row.passed,
        skipped=row.skipped,
        bench_key=row.bench_key,
        state=row.state,
        reason=row.reason,
        created_ms=row.created_ms,
        changed_ms=row.changed_ms,
    )


async def _detail(scope: Scope, db: Reader, row: Certificate) -> CertificateDetail:
    past = row.past()
    names = await own_rights.names(db, sorted({int(step.by) for step in past if step.by.isdecimal()}))
    steps = [
        CertificateStep(
            step.state,
            step.at_ms,
            names.get(int(step.by), step.by) if step.by.isdecimal() else step.by,
            step.reason,
        )
        for step in past
    ]
    cases = [
        CertificateCase(
            case.id,
            case.title.get(scope.language) or next(iter(case.title.values()), case.id),
            case.outcome,
            case.why,
            case.source,
        )
        for case in bench_report.read(row.report.encode()).report.cases
    ]
    company = (await tenancy.get_tenant(db, row.tenant_id)).name
    return CertificateDetail(_row(row, company), steps, cases, row.began_ms)
