"""A push message as the push service carries it: encrypted for one subscription, content coding aes128gcm.

Sources: RFC 8291 (sections 3.1 to 4), RFC 8188 (section 2).
"""

import base64
import binascii
import hashlib
import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_SIZE: Final = 4096
"""The one record that push services must carry (RFC 8291, section 4)."""
PLAIN_MAX: Final = RECORD_SIZE - 86 - 17
"""Bytes of a message: the record without header (86), delimiter and tag (17)."""
POINT_BYTES: Final = 65
AUTH_BYTES: Final = 16
_CURVE: Final = ec.SECP256R1()


class PushKeyError(ValueError):
    """A subscription's key is no point of P-256, or its secret is not 16 bytes."""


class PushMessageError(ValueError):
    """A message cannot be made, or cannot be read with this key."""


def decode(text: str) -> bytes:
    """base64url without padding, as browsers hand keys over. Raises PushKeyError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise PushKeyError("not base64url") from error


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def public_bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    """The uncompressed point (65 bytes)."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def private_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The scalar (32 bytes)."""
    return key.private_numbers().private_value.to_bytes(32)


def private_key(raw: bytes) -> ec.EllipticCurvePrivateKey:
    """Raises PushKeyError."""
    try:
        return ec.derive_private_key(int.from_bytes(raw), _CURVE)
    except ValueError as error:
        raise PushKeyError("not a P-256 key") from error


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(_CURVE)


def receiver(p256dh: bytes, auth: bytes) -> ec.EllipticCurvePublicKey:
    """A subscription's keys, checked. Raises PushKeyError."""
    if len(p256dh) != POINT_BYTES or p256dh[0] != 4 or len(auth) != AUTH_BYTES:
        raise PushKeyError("not an uncompressed point with a secret of 16 bytes")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, p256dh)
    except ValueError as error:
        raise PushKeyError("not a point of P-256") from error


def encrypt(
    plain: bytes, *, p256dh: bytes, auth: bytes, sender: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """The body for one subscription. `sender` and `salt` (16 bytes) are fresh for each message.

    Raises PushKeyError, and PushMessageError for a plain text over PLAIN_MAX.
    """
    if len(plain) > PLAIN_MAX:
        raise PushMessageError(f"a message has at most {PLAIN_MAX} bytes")
    there = receiver(p256dh, auth)
    here = public_bytes(sender.public_key())
    key, nonce = _derive(sender.exchange(ec.ECDH(), there), auth, salt, p256dh, here)
    header = salt + RECORD_SIZE.to_bytes(4) + bytes([len(here)]) + here
    return header + AESGCM(key).encrypt(nonce, plain + b"\x02", None)


def decrypt(body: bytes, *, own: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """Decrypt a body of one record, as a browser does. Raises PushMessageError."""
    if len(body) < 21 or len(body) < 21 + body[20]:
        raise PushMessageError("the header is cut off")
    salt, sent_by, sealed = body[:16], body[21 : 21 + body[20]], body[21 + body[20] :]
    try:
        there = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, sent_by)
        mine = public_bytes(own.public_key())
        key, nonce = _derive(own.exchange(ec.ECDH(), there), auth, salt, mine, sent_by)
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
    except (InvalidTag, ValueError) as error:
        raise PushMessageError("not for this key") from error
    if not padded.endswith(b"\x02"):
        raise PushMessageError("the last record has no delimiter")
    return padded[:-1]


def _derive(shared: bytes, auth: bytes, salt: bytes, receiver: bytes, sender: bytes) -> tuple[bytes, bytes]:
    """Content key and nonce (RFC 8291, section 3.4)."""
    input_key = _mac(_mac(auth, shared), b"WebPush: info\0" + receiver + sender + b"\x01")
    pseudo = _mac(salt, input_key)
    key = _mac(pseudo, b"Content-Encoding: aes128gcm\0\x01")[:16]
    return key, _mac(pseudo, b"Content-Encoding: nonce\0\x01")[:12]


def _mac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, hashlib.sha256)
