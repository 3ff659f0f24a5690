"""Access's rows for doors: kinds, sources, and bodies."""

from typing import Literal

import msgspec

QR, CARD, BLE, PIN, KEY = "door.qr", "door.card", "door.ble", "door.pin", "door.key"
"""Kinds of desired rows. Credentials: the qrCode, the card number, the PIN's digest, `RSAPublicKey`."""
KEY_CREDENTIAL = "RSAPublicKey"
BY_ITSELF = frozenset(
    ("used_up", "replaced", "moved_out", "left", "erased", "person_deleted", "door_removed", "given_up")
)
"""Reasons of ends that staff did not decide: staff cannot undo these."""


class QrBody(msgspec.Struct, frozen=True, omit_defaults=True):
    max_scans: int
    """-1: unlimited; of a way: uses."""
    shared: bool
    way: str = ""
    """Which ways are counted (`rules.ways`); empty: scans are."""
    point: str = ""
    """The door's place on them."""


class PinBody(msgspec.Struct, frozen=True):
    salt: str


class KeyBody(msgspec.Struct, frozen=True):
    public_key: str
    """base64 of DER SubjectPublicKeyInfo."""


def short_kind(kind: str) -> Literal["card", "ble", "pin"]:
    """How routes call a kind of a person's own credential."""
    return "card" if kind == CARD else "ble" if kind == BLE else "pin"


def encode(body: msgspec.Struct) -> str:
    return msgspec.json.encode(body).decode()
