"""A diagnosis as people read it, on the screen and in the saved file. Source: spec C 4.4."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from linli.kernel import i18n
from linli.protocols.edge_remote.diagnosis import Diagnosis, Finding, failing_layer

_MARKS: Final = {"ok": "[ OK ]", "warning": "[WARN]", "error": "[FAIL]"}


def line(finding: Finding, language: str) -> str:
    """One finding, with its remedy below, if there is one."""
    step = i18n.text(f"edge_step.{finding.step}", language)
    sentence = f"{_MARKS[finding.level]} {step}: {finding_text(finding, language)}"
    advice = advice_for(finding, language)
    return (
        f"{sentence}\n       {i18n.text('edge_report.todo', language, advice=advice)}" if advice else sentence
    )


def finding_text(finding: Finding, language: str) -> str:
    return i18n.text(f"edge_check.{finding.key}", language, **{**finding.facts, "subject": finding.subject})


def advice_for(finding: Finding, language: str) -> str:
    """Empty where nothing is to be done."""
    key = f"edge_advice.{finding.key}"
    advice = i18n.text(key, language, subject=finding.subject)
    return "" if advice == key else advice


def summary(diagnosis: Diagnosis, language: str) -> str:
    counted = i18n.text(
        "edge_report.summary",
        language,
        errors=len(diagnosis.of("error")),
        warnings=len(diagnosis.of("warning")),
    )
    layer = i18n.text(f"edge_layer.{failing_layer(diagnosis.findings)}", language)
    return f"{counted}; {i18n.text('edge_report.layer', language, layer=layer)}"


def text(diagnosis: Diagnosis, language: str) -> str:
    """The whole file: findings, summary, network files."""
    at = datetime.fromtimestamp(diagnosis.at_ms / 1000, UTC).astimezone()
    head = f"{i18n.text('edge_report.title', language)} {diagnosis.version}  {diagnosis.host}  {at:%Y-%m-%d %H:%M:%S %z}"
    parts = [
        head,
        "",
        *(line(finding, language) for finding in diagnosis.findings),
        "",
        summary(diagnosis, language),
        "",
    ]
    parts.append(i18n.text("edge_report.files", language))
    for name, content in diagnosis.files.items():
        parts += ["", f"--- {name}", content]
    return "\n".join(parts) + "\n"


def file_name(diagnosis: Diagnosis) -> str:
    """`diagnosis_result_2021-03-31-13:47:35.txt`, in the box's local time."""
    at = datetime.fromtimestamp(diagnosis.at_ms / 1000, UTC).astimezone()
    return f"diagnosis_result_{at:%Y-%m-%d-%H:%M:%S}.txt"


def save(diagnosis: Diagnosis, folder: Path, language: str) -> Path:
    """Raises OSError."""
    file = folder / file_name(diagnosis)
    file.write_text(text(diagnosis, language), "utf-8")
    return file


def plain(diagnosis: Diagnosis) -> Any:
    """For JSON."""
    return msgspec.to_builtins(diagnosis)
