"""The box's diagnosis in words, for its own page."""

from collections.abc import Awaitable, Callable

from linli.edge.remote import report
from linli.edge.remote.diagnosis import Doctor
from linli.edge.services.ports import DiagnosisView, FindingView
from linli.kernel import i18n


def diagnose_by(doctor: Doctor) -> Callable[[str], Awaitable[DiagnosisView]]:
    async def tell(language: str) -> DiagnosisView:
        diagnosis = await doctor.diagnose()
        findings = [
            FindingView(
                i18n.text(f"edge_step.{finding.step}", language),
                finding.level,
                report.finding_text(finding, language),
                report.advice_for(finding, language),
            )
            for finding in diagnosis.findings
        ]
        return DiagnosisView(
            diagnosis.at_ms, report.summary(diagnosis, language), findings, report.text(diagnosis, language)
        )

    return tell
