"""The gateway's signature (HmacSHA256), in the form of the public Python client: headers x-ca-*, date, content-md5."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import uuid
from email.utils import formatdate

ACCEPT = "application/json"
CONTENT_TYPE = "application/octet-stream"
_SIGNED = ("x-ca-key", "x-ca-nonce", "x-ca-signaturemethod")


def body_md5(body: bytes) -> str:
    """base64 of the MD5 of the bytes that are sent; a check value, no secret."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def string_to_sign(method: str, path: str, headers: dict[str, str]) -> str:
    """`path` is the request target as sent, with its query. `headers` holds lower-case names."""
    lines = [method, *(headers.get(name, "") for name in ("accept", "content-md5", "content-type", "date"))]
    lines += [f"{name}:{headers[name]}" for name in _SIGNED]
    return "\n".join([*lines, path])


def sign(secret: str, text: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def signed_headers(
    app_key: str,
    secret: str,
    method: str,
    path: str,
    body: bytes = b"",
    *,
    accept: str = ACCEPT,
    now_s: float | None = None,
    nonce: str | None = None,
) -> dict[str, str]:
    """All headers of one request. A new nonce and time each time: a header set serves for one request only."""
    headers = {
        "accept": accept,
        "date": formatdate(time.time() if now_s is None else now_s, usegmt=True),
        "x-ca-key": app_key,
        "x-ca-nonce": nonce or uuid.uuid4().hex,
        "x-ca-signaturemethod": "HmacSHA256",
    }
    if body:
        headers["content-md5"] = body_md5(body)
        headers["content-type"] = CONTENT_TYPE
    headers["x-ca-signature"] = sign(secret, string_to_sign(method, path, headers))
    headers["x-ca-signature-headers"] = ",".join(_SIGNED)
    return headers
