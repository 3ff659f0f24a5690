"""Trust in drivers: the company's root key, which a box gets at activation, signs the keys of vendors.

A package is signed by its vendor, the vendor's key by the root, a new root by the one before. A box keeps the root of
its activation. A key that comes with a package or a deployment counts only if that root vouches for it. Boxes of before
got none: they take their first root once, proved by the secret that they share with the cloud.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

MOST_ROOTS = 100
"""Most roots of a chain; a box checks no more."""


class DriverRoot(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    public_key: str
    """PEM, Ed25519."""
    proof: str = ""
    """By the root before it, base64; empty of the first."""


def new_root() -> tuple[str, str]:
    """(private, public) in PEM."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def vouch(root: str, vendor_key: str) -> str:
    """The root's (private, PEM) word for a vendor's key."""
    return _sign(root, _vendor(vendor_key))


def is_vouched(root: str, vendor_key: str, proof: str) -> bool:
    return _holds(root, _vendor(vendor_key), proof)


def succeed(root: str, newer: str) -> str:
    """The root's (private, PEM) word for the one that takes over."""
    return _sign(root, _successor(newer))


def follow(root: str, chain: Iterable[DriverRoot]) -> str:
    """The root that a box with `root` trusts after a chain, oldest first: as far as each vouches for the next."""
    for number, driver_root in enumerate(chain):
        if number >= MOST_ROOTS:
            break
        if _holds(root, _successor(driver_root.public_key), driver_root.proof):
            root = driver_root.public_key
    return root


def introduction(secret: str, root: str) -> str:
    """Proof of a first root for a box that shares `secret`; hex."""
    return hmac.new(secret.encode(), b"linli driver root\n" + root.encode(), hashlib.sha256).hexdigest()


def is_introduced(secret: str, root: str, proof: str) -> bool:
    return bool(root) and hmac.compare_digest(introduction(secret, root).encode(), proof.encode())


def fingerprint(root: str) -> str:
    """The fingerprint of a public key (PEM) for people to compare: 16 hex digits."""
    return hashlib.sha256(root.encode()).hexdigest()[:16]


def _vendor(key: str) -> bytes:
    return b"linli driver vendor\n" + key.encode()


def _successor(key: str) -> bytes:
    return b"linli driver root after me\n" + key.encode()


def _sign(root: str, text: bytes) -> str:
    key = load_pem_private_key(root.encode(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return base64.b64encode(key.sign(text)).decode()


def _holds(root: str, text: bytes, proof: str) -> bool:
    try:
        key = load_pem_public_key(root.encode())
        if not isinstance(key, Ed25519PublicKey):
            return False
        key.verify(base64.b64decode(proof, validate=True), text)
    except (ValueError, binascii.Error, InvalidSignature):
        return False
    return True
