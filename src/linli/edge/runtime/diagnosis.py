"""The box's diagnosis in words, for its own page."""

from collections.abc import Awaitable, Callable

from linli.edge.remote import report
from linli.edge.remote.diagnosis import Doctor
from linli.edge.services.ports import DiagnosisView, FindingView
from linli.kernel import i18n


def told_by(doctor: Doctor) -> Callable[[str], Awaitable[DiagnosisView]]:
    async def tell(language: str) -> DiagnosisView:
        found = await doctor.diagnose()
        findings = [
            FindingView(
                i18n.text(f"edge_step.{one.step}", language),
                one.level,
                report.told(one, language),
                report.advice_for(one, language),
            )
            for one in found.findings
        ]
        return DiagnosisView(
            found.at_ms, report.summary(found, language), findings, report.text(found, language)
        )

    return tell
