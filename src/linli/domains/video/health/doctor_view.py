"""The step of the doctor that is about what the picture shows."""

from linli.domains.video.doctor.steps import Check, check
from linli.domains.video.health.words import reason_of
from linli.domains.video.health_rows import FINDINGS
from linli.domains.video.queries import health as queries
from linli.kernel.db import Reader
from linli.kernel.scope import Scope


async def view_check(scope: Scope, db: Reader, iot_id: str, now_ms: int) -> Check:
    """The worst that counts and is not muted, in words."""
    health = await queries.health_of(scope, db, iot_id)
    if health is not None and health.off:
        return check("view", "unknown", "view_off")
    findings = [
        finding
        for finding in await queries.findings_of(scope, db, iot_id)
        if finding.counts and finding.muted_until_ms <= now_ms
    ]
    if findings:
        worst = min(findings, key=lambda finding: FINDINGS.index(finding.kind))
        text = reason_of(worst.kind, worst.facts, scope.language)
        return check("view", "bad", worst.kind, since_ms=worst.since_ms, text=text)
    if health is None or not health.looked_ms:
        return check("view", "unknown", "view_unknown")
    return check("view", "good", "view_good", since_ms=health.looked_ms)
