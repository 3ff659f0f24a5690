"""What access has delivered to doors: kinds, sources, and the bodies they carry."""

import msgspec

QR, CARD, KEY = "door.qr", "door.card", "door.key"
"""Kinds of desired rows. Credentials: the qrCode, the card number, `RSAPublicKey`."""
KEY_CREDENTIAL = "RSAPublicKey"


class QrBody(msgspec.Struct, frozen=True):
    max_scans: int
    """-1: unlimited."""
    shared: bool


class KeyBody(msgspec.Struct, frozen=True):
    public_key: str
    """base64 of DER SubjectPublicKeyInfo."""


def encode(body: msgspec.Struct) -> str:
    return msgspec.json.encode(body).decode()
