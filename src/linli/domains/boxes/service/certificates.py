"""Certificates: handed in by the vendor, looked at by the lab, and what projects may be given. Spec G G-C42, F16.

A report of the bench says that the published cases pass. The lab then tests the device that it was sent, and approves
or refuses. Drivers of the box's own release need no certificate.
"""

from typing import Final

import msgspec
from sqlalchemy import bindparam, update

from linli.domains.boxes import bench_report, rules
from linli.domains.boxes.errors import CertificateMoved, CertificateThere, NotCertified
from linli.domains.boxes.models import edge_certificates
from linli.domains.boxes.queries import certificates as queries
from linli.domains.boxes.queries import drivers as driver_queries
from linli.domains.boxes.queries.certificates import APPROVED, Certificate, Step
from linli.domains.boxes.rows import Gateway
from linli.domains.boxes.service.products import whole
from linli.domains.projects.queries import get_project
from linli.kernel.db import INT, Command, Reader, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

SUBMITTED, TESTING, REFUSED, WITHDRAWN = "submitted", "testing", "refused", "withdrawn"
STATES: Final = (SUBMITTED, TESTING, APPROVED, REFUSED, WITHDRAWN)
OPEN: Final = (SUBMITTED, TESTING)
_MOVES: Final = {
    TESTING: (SUBMITTED,),
    APPROVED: (SUBMITTED, TESTING),
    REFUSED: (SUBMITTED, TESTING, APPROVED),
    WITHDRAWN: OPEN,
}
"""From which states one is reached. The lab may take an approval back."""
REASON_MOST: Final = 500
DEVELOPMENT: Final = "development"

_move = Command(
    update(edge_certificates)
    .where(
        in_scope(edge_certificates),
        edge_certificates.c.certificate_id == bindparam("row", type_=INT),
        edge_certificates.c.state == bindparam("was"),
    )
    .values(
        state=bindparam("to"),
        reason=bindparam("why"),
        steps=bindparam("past"),
        changed_ms=bindparam("now", type_=INT),
    )
)


async def hand_in(
    scope: Scope, tx: Tx, *, report: bytes, brand: str, model: str, note: str, ids: Ids, now_ms: int
) -> Certificate:
    """A vendor's signed report of a package that is uploaded here. Raises BadInput, CertificateThere."""
    bench, key = bench_report.read(report)
    package = await driver_queries.package_of(scope, tx, bench.driver, bench.driver_version)
    if package is None:
        raise BadInput(
            field="report", rule="edge.report_package", driver=bench.driver, version=bench.driver_version
        )
    if await queries.of_package(scope, tx, package.sha256, [*OPEN, APPROVED]):
        raise CertificateThere(driver=package.name, version=package.version)
    outcomes = [case.outcome for case in bench.cases]
    certificate = Certificate(
        certificate_id=ids.number(), tenant_id=scope.tenant, driver_id=package.driver_id,
        version=package.version, protocol=package.protocol, owner=package.owner,
        brand=rules.clean_name(brand, "brand"), model=rules.clean_name(model, "model"), note=_reason(note, "note"),
        package_sha256=package.sha256, subject=bench.subject, device=bench.device[:200], began_ms=bench.began_ms,
        passed=outcomes.count("passed"), skipped=outcomes.count("skipped"), bench_key=key, report=report.decode(),
        state=SUBMITTED, reason="", steps=_steps([], SUBMITTED, scope, "", now_ms), by_id=scope.caller.id,
        created_ms=now_ms, changed_ms=now_ms,
    )  # fmt: skip
    await tx.insert(edge_certificates, certificate._asdict())
    return certificate


async def move(
    scope: Scope, tx: Tx, *, certificate_id: int, to: str, now_ms: int, reason: str = ""
) -> Certificate:
    """The lab's word (or, `withdrawn`, the vendor's); a refusal says why. Raises NotFound, BadInput, CertificateMoved."""
    certificate = await queries.certificate(scope, tx, certificate_id)
    why = _reason(reason, "reason")
    if to == REFUSED and not why:
        raise BadInput(field="reason", rule="blank")
    past = _steps(certificate.past(), to, scope, why, now_ms)
    moved = certificate.state in _MOVES.get(to, ()) and await _move.run(
        tx,
        Scope.system(certificate.tenant_id),
        row=certificate_id,
        was=certificate.state,
        to=to,
        why=why,
        past=past,
        now=now_ms,
    )
    if not moved:
        raise CertificateMoved(state=certificate.state)
    return certificate._replace(state=to, reason=why, steps=past, changed_ms=now_ms)


async def uncertified_allowed(scope: Scope, db: Reader, project_id: str | None) -> bool:
    """Whether what is not certified may be tried there: at a box of no project, or of one in development."""
    if project_id is None:
        return True
    return (await get_project(whole(scope), db, project_id=project_id)).state == DEVELOPMENT


async def certified_versions(scope: Scope, db: Reader) -> frozenset[tuple[str, str]]:
    """(driver, version) that may be used in projects: the box's own, and packages with an approved certificate."""
    packages = await driver_queries.packages(scope, db)
    approved = await queries.certified(db, [row.sha256 for row in packages])
    own = {
        (driver.driver_id, version)
        for driver in driver_queries.built_in().values()
        for version in driver.built_in
    }
    return frozenset(own | {(row.driver_id, row.version) for row in packages if row.sha256 in approved})


async def check(
    scope: Scope,
    db: Reader,
    gateway: Gateway,
    drivers: list[tuple[str, str]],
    *,
    project_id: str | None = None,
) -> None:
    """Check that a gateway may have these drivers (id, version). `project_id`: of the project that it comes to, if
    another.

    Raises NotCertified.
    """
    if not drivers or await uncertified_allowed(scope, db, project_id or gateway.project_id):
        return
    certified = await certified_versions(scope, db)
    for driver, version in drivers:
        if (driver, version) not in certified:
            raise NotCertified(driver=driver, version=version)


def _steps(past: list[Step], to: str, scope: Scope, reason: str, now_ms: int) -> str:
    step = Step(state=to, at_ms=now_ms, by=scope.caller.id, reason=reason)
    return msgspec.json.encode([*past, step]).decode()


def _reason(text: str, field: str) -> str:
    strip = text.strip()
    if len(strip) > REASON_MOST:
        raise BadInput(field=field, rule="too_long", limit=REASON_MOST)
    return strip
