"""Reports as files: JSON under an Ed25519 signature, and a page to read.

The signature covers the very bytes of `report` as they stand in the file, so that nothing needs to be put in order first.
"""

import base64
import hashlib
import html
import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from linli.edge.bench.runner import CaseReport, Report
from linli.kernel import i18n

ALGORITHM = "Ed25519"


class Signature(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    algorithm: str = ALGORITHM
    public_key: str
    """32 bytes, base64."""
    value: str


class SignedReport(msgspec.Struct, frozen=True, kw_only=True):
    report: msgspec.Raw
    signature: Signature


class ReportInvalid(ValueError):
    """The file is no report, or not as it was signed."""


def signing_key(file: Path) -> Ed25519PrivateKey:
    """The key of this bench, made at first use and readable by its owner alone."""
    if file.exists():
        key = serialization.load_pem_private_key(file.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{file} is no {ALGORITHM} key")
        return key
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(pem)
    return key


def public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def public_key(file: Path) -> Ed25519PublicKey:
    """Raises OSError, ValueError."""
    key = serialization.load_pem_public_key(file.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{file} is no {ALGORITHM} key")
    return key


def fingerprint(public: bytes) -> str:
    """How people compare keys: 16 hex digits of the SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def sign(report: Report, key: Ed25519PrivateKey) -> bytes:
    body = msgspec.json.encode(report)
    public = key.public_key().public_bytes_raw()
    signature = Signature(
        public_key=base64.b64encode(public).decode(), value=base64.b64encode(key.sign(body)).decode()
    )
    return msgspec.json.encode(SignedReport(report=msgspec.Raw(body), signature=signature))


def verify(data: bytes, *, by: str | None = None) -> tuple[Report, str]:
    """(report, fingerprint of the signing key). `by` is the fingerprint that it must be. Raises ReportInvalid."""
    try:
        signed = msgspec.json.decode(data, type=SignedReport)
        public = base64.b64decode(signed.signature.public_key, validate=True)
        value = base64.b64decode(signed.signature.value, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(value, bytes(signed.report))
        report = msgspec.json.decode(signed.report, type=Report)
    except InvalidSignature:
        raise ReportInvalid("the report was changed after it was signed") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise ReportInvalid(f"not a report: {error}") from None
    signer = fingerprint(public)
    if by is not None and by != signer:
        raise ReportInvalid(f"signed by {signer}, not by {by}")
    return report, signer


_STYLE = """
body{font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1f2430}
h1{font-size:1.5rem}th,.passed,.failed,.skipped,.left_out{white-space:nowrap}
table{border-collapse:collapse;width:100%;margin:1rem 0}
td,th{overflow-wrap:anywhere;padding:.45rem .6rem;border-bottom:1px solid #e3e6ec;text-align:left;vertical-align:top}
.passed{color:#0a7d33}.failed,.left_out{color:#c0202c}.skipped{color:#737a87}.why{color:#5b6270;font-size:.9em}
.verdict{display:inline-block;padding:.2rem .8rem;border-radius:1rem;font-weight:600;background:#eef1f5}
@media(max-width:600px){.id,.source{display:none}body{padding:0 .5rem}}
footer{color:#737a87;font-size:.85em;margin-top:2rem}
"""


def page(report: Report, key: str, language: str) -> str:
    """A page without scripts or outside parts, to print or send."""

    def text(name: str, **facts: object) -> str:
        return html.escape(i18n.text(f"bench.{name}", language, **facts))

    def row(case_report: CaseReport) -> str:
        why = f'<div class="why">{html.escape(case_report.why)}</div>' if case_report.why else ""
        title = html.escape(case_report.title.get(language, case_report.id))
        return (
            f'<tr><td class="id"><code>{html.escape(case_report.id)}</code></td><td>{title}{why}</td>'
            f'<td class="{case_report.outcome}">{text(case_report.outcome)}</td>'
            f'<td class="source">{html.escape(case_report.source)}</td></tr>'
        )

    verdict = "passed" if report.passed else "failed"
    when = datetime.fromtimestamp(report.began_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    facts = (
        ("driver", f"{report.driver} {report.driver_version} · {report.protocol}"),
        ("device", f"{report.device} ({i18n.text(f'bench.subject.{report.subject}', language)})"),
        ("when", when),
    )
    table = "".join(f"<tr><th>{text(name)}</th><td>{html.escape(value)}</td></tr>" for name, value in facts)
    faults = "".join(f"<li>{html.escape(fault)}</li>" for fault in report.folder)
    quality = "".join(
        f"<tr><td><code>{html.escape(rule)}</code></td><td>{html.escape(status)}</td></tr>"
        for rule, status in report.quality.items()
    )
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{text("title")}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style><h1>{text("title")}</h1>'
        f'<p><span class="verdict {verdict}">{text(verdict)}</span></p><table>{table}</table>'
        + (f"<h2>{text('folder')}</h2><ul>{faults}</ul>" if faults else "")
        + f'<table><tr><th class="id"></th><th>{text("case")}</th><th>{text("result")}</th>'
        + f'<th class="source">{text("source")}</th></tr>'
        + "".join(map(row, report.cases))
        + f"</table><h2>{text('quality')}</h2><table>{quality}</table><footer>{text('signed', mark=key)}</footer></html>"
    )


def write(report: Report, key: Ed25519PrivateKey, folder: Path) -> Path:
    """`report.json` and a page in each language; the JSON file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "report.json"
    file.write_bytes(sign(report, key))
    mark = fingerprint(key.public_key().public_bytes_raw())
    for language in i18n.LANGUAGES:
        (folder / f"report.{language}.html").write_text(page(report, mark, language), "utf-8")
    return file
