"""The identity of a push message's sender: a short-lived token signed with the sender's key. Source: RFC 8292."""

import json
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from linli.protocols.web_push.message import encode, public_bytes

LIVES_S: Final = 12 * 3600
"""A token must not be good for more than 24 hours (section 2)."""


def origin(endpoint: str) -> str:
    """Scheme and authority of a subscription's address: the audience of the token."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def authorization(
    key: ec.EllipticCurvePrivateKey, *, endpoint: str, subject: str, now_s: int, lives_s: int = LIVES_S
) -> str:
    """The value of the header Authorization. `subject`: a mailto: or https: address of the sender's operator."""
    head = encode(b'{"typ":"JWT","alg":"ES256"}')
    claims = {"aud": origin(endpoint), "exp": now_s + lives_s, "sub": subject}
    signed = f"{head}.{encode(json.dumps(claims, separators=(',', ':')).encode())}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = encode(r.to_bytes(32) + s.to_bytes(32))
    return f"vapid t={signed}.{signature}, k={encode(public_bytes(key.public_key()))}"
