"""A report of the certification bench as the cloud reads it: JSON under an Ed25519 signature. Pure.

The bench writes it (`edge.bench.report`); the signature covers the very bytes of `report`.
"""

import base64
import binascii
import hashlib
from typing import Annotated, Final, Literal, NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Meta

from linli.kernel.errors import BadInput

REPORT_BYTES: Final = 512 * 1024


class ReportCase(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: str
    title: dict[str, str] = {}
    outcome: str
    """passed, failed, skipped, left_out."""
    why: str = ""
    source: str = ""


class BenchReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    driver: Annotated[str, Meta(min_length=1, max_length=64)]
    driver_version: Annotated[str, Meta(min_length=1, max_length=32)]
    protocol: str
    subject: Literal["device", "simulator"]
    device: str
    began_ms: int
    passed: bool
    folder: list[str] = []
    cases: Annotated[list[ReportCase], Meta(min_length=1, max_length=1000)]


class _Signature(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    public_key: str
    value: str


class _Signed(msgspec.Struct, frozen=True, kw_only=True):
    report: msgspec.Raw
    signature: _Signature


class Read(NamedTuple):
    report: BenchReport
    key: str
    """Fingerprint of the signing key: 16 hex digits of its SHA-256, as the bench shows it."""


def read(data: bytes) -> Read:
    """Raises BadInput: no report, changed after it was signed, or not passed."""
    try:
        signed = msgspec.json.decode(data, type=_Signed)
        public = base64.b64decode(signed.signature.public_key, validate=True)
        value = base64.b64decode(signed.signature.value, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(value, bytes(signed.report))
        report = msgspec.json.decode(signed.report, type=BenchReport)
    except InvalidSignature:
        raise BadInput(field="report", rule="edge.report_changed") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, binascii.Error, ValueError, RecursionError):
        raise BadInput(field="report", rule="edge.report") from None
    failed = [case.id for case in report.cases if case.outcome not in ("passed", "skipped")]
    if not report.passed or failed or report.folder:
        what = ", ".join(failed[:5] or report.folder[:3])[:200] or report.driver
        raise BadInput(field="report", rule="edge.report_failed", cases=what)
    return Read(report, hashlib.sha256(public).hexdigest()[:16])
