"""Signature of a box's calls: HMAC-SHA256 with its device secret over method, path, time, nonce and the body's hash.

The server stores nonces for the time that clocks may differ (`SKEW_MS` each way), and refuses one that it has seen.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final, NamedTuple

NODE_HEADER: Final = "x-linli-node"
TIME_HEADER: Final = "x-linli-time"
NONCE_HEADER: Final = "x-linli-nonce"
SIGN_HEADER: Final = "x-linli-sign"
PICTURE_HEADER: Final = "x-linli-for"
"""The DeviceName whose picture is uploaded; it is part of no signature, but the picture's door must be the box's own."""
SKEW_MS: Final = 5 * 60 * 1000
_NONCE_LENGTH: Final = range(8, 65)
_NODE_MOST: Final = 64


class BadSignature(ValueError):
    """The signature is not valid. The text says why, without secrets."""


class Signed(NamedTuple):
    """The four headers, read."""

    node: str
    time_ms: int
    nonce: str
    sign: str


def sign(secret: str, method: str, target: str, *, time_ms: int, nonce: str, body: bytes) -> str:
    """`target` is the path with its query as it is sent, without the host. Lower-case hex."""
    text = "\n".join((method.upper(), target, str(time_ms), nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def signed_headers(
    secret: str, method: str, target: str, *, node: str, time_ms: int, nonce: str, body: bytes
) -> dict[str, str]:
    """All four headers of a call."""
    return {
        NODE_HEADER: node,
        TIME_HEADER: str(time_ms),
        NONCE_HEADER: nonce,
        SIGN_HEADER: sign(secret, method, target, time_ms=time_ms, nonce=nonce, body=body),
    }


def read_headers(headers: Mapping[str, str]) -> Signed:
    """`headers` by lower-case names. Raises BadSignature."""
    node, time, nonce, mark = (
        headers.get(name, "") for name in (NODE_HEADER, TIME_HEADER, NONCE_HEADER, SIGN_HEADER)
    )
    if not 0 < len(node) <= _NODE_MOST:
        raise BadSignature(f"{NODE_HEADER}: must be there")
    if not (time.isascii() and time.isdecimal() and len(time) <= 15):
        raise BadSignature(f"{TIME_HEADER}: must be milliseconds since 1970")
    if len(nonce) not in _NONCE_LENGTH:
        raise BadSignature(f"{NONCE_HEADER}: must have 8 to 64 characters")
    return Signed(node, int(time), nonce, mark)


def check(signed: Signed, secret: str, method: str, target: str, *, body: bytes, now_ms: int) -> None:
    """Raises BadSignature. The caller then checks and stores the nonce."""
    if abs(now_ms - signed.time_ms) > SKEW_MS:
        raise BadSignature(f"{TIME_HEADER}: is more than five minutes off")
    right = sign(secret, method, target, time_ms=signed.time_ms, nonce=signed.nonce, body=body)
    if not hmac.compare_digest(right.encode(), signed.sign.encode("utf-8", "replace")):
        raise BadSignature(f"{SIGN_HEADER}: does not fit")
