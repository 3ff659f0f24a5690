"""The common part of the gateway yardsticks: check one HMAC, then answer one row. Imports nothing of Linli."""

import base64
import hashlib
import hmac
import json

SKIP = frozenset({"x-ca-signature", "x-ca-signature-headers"})


def verify(method: str, path: str, headers: dict[str, str], body: bytes, secret: bytes) -> bool:
    """The gateway signature as public clients make it: md5 of the body, then HMAC-SHA256 over headers and path."""
    md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    if headers.get("content-md5", "") != md5:
        return False
    names = sorted(headers.get("x-ca-signature-headers", "").split(","))
    lines = [method, headers.get("accept", ""), md5, headers.get("content-type", ""), headers.get("date", "")]
    lines += [f"{name}:{headers.get(name, '')}" for name in names]
    text = "\n".join([*lines, path]).encode()
    wanted = base64.b64encode(hmac.digest(secret, text, hashlib.sha256)).decode()
    return hmac.compare_digest(wanted, headers.get("x-ca-signature", ""))


def community_of(body: bytes) -> tuple[str, int]:
    call = json.loads(body)
    return call["id"], int(call["params"]["communityId"])
