"""The signed list of an erasure: which devices confirmed, when, and which have not (ADR 0051).

Ed25519 over the bytes of the document. The key is derived from the platform's master key, and stays as long as that
one does. `openssl pkeyutl -verify` checks it (guide: docs/guides/faces-on-doors.en.md).
"""

import base64
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from linli.domains.faces.queries.erasures import ErasureReport
from linli.kernel.secrets import Secrets

PURPOSE = "face erasure receipts"


class Receipt(NamedTuple):
    document: str
    """JSON text. Its UTF-8 bytes are signed."""
    signature: str
    """base64 of 64 bytes."""
    public_key: str
    """PEM."""


def sign(secrets: Secrets, report: ErasureReport, *, now_ms: int) -> Receipt:
    """The list as of now. A later one may have more confirmations."""
    erasure = report.erasure
    document = {
        "kind": "linli-face-erasure",
        "version": 1,
        "erasureId": str(erasure.id),
        "faceId": erasure.face_id,
        "identityId": erasure.identity_id,
        "reason": erasure.reason,
        "askedAt": _time(erasure.asked_ms),
        "pictureErasedAt": _time(erasure.picture_ms),
        "finishedAt": _time(erasure.finished_ms),
        "devices": [
            {
                "iotId": device.iot_id,
                "name": device.device_name,
                "confirmedAt": _time(device.confirmed_ms),
                "removedFromPlatformAt": _time(device.gone_ms),
            }
            for device in report.devices
        ],
        "signedAt": _time(now_ms),
    }
    text = msgspec.json.format(msgspec.json.encode(document)).decode()
    key = Ed25519PrivateKey.from_private_bytes(secrets.derived(PURPOSE))
    return Receipt(text, base64.b64encode(key.sign(text.encode())).decode(), public_key(secrets))


def public_key(secrets: Secrets) -> str:
    key = Ed25519PrivateKey.from_private_bytes(secrets.derived(PURPOSE)).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _time(ms: int | None) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
