"""Upload tickets in the shape of OSS POST policies: made, and checked when the form comes. Pure. Spec B §4.3, §9 V5.

A ticket is not stored: its policy says until when, how large and under which key, and its signature says that we
wrote it.
"""

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from linli.kernel.errors import BadInput, Forbidden, TooLarge

ACCESS_ID: Final = "LinliUpload00001"
TICKET_SECONDS: Final = 1800
PICTURE_BYTES: Final = 2 * 1024 * 1024
"""The largest picture (spec B §7)."""
TICKET_TYPES: Final = {"picture": PICTURE_BYTES, "faceimage": PICTURE_BYTES}
"""Ticket type → most bytes of a file. `faceimage` is what older clients ask for."""
_DIR = re.compile(r"[0-9A-F]{32}/[a-z]+/[0-9a-f]{32}")
_PLAIN_NAME = re.compile(r"[0-9A-Za-z一-鿿_][0-9A-Za-z一-鿿._@=+-]{0,199}")
_SUFFIX = re.compile(r"\.[0-9A-Za-z]{1,8}$")


class BadPolicy(Forbidden):
    """The form's policy is not one of ours, or is over."""

    code = "upload.bad_policy"


class Ticket(msgspec.Struct, frozen=True, rename="camel"):
    access_id: str
    policy: str
    signature: str
    dir: str
    host: str
    expire: int
    """Epoch seconds."""


def sign(policy: str, secret: bytes) -> str:
    """base64 of HMAC-SHA1 over the policy text, 28 characters."""
    return base64.b64encode(hmac.digest(secret, policy.encode(), hashlib.sha1)).decode()


def make(*, folder: str, host: str, limit: int, now_ms: int, secret: bytes) -> Ticket:
    """A ticket for files under `folder` (tenant/type/32 hex) of at most `limit` bytes."""
    until = datetime.fromtimestamp(now_ms / 1000 + TICKET_SECONDS, UTC)
    expiration = until.strftime("%Y-%m-%dT%H:%M:%S.") + f"{until.microsecond // 1000:03d}Z"
    content = {
        "expiration": expiration,
        "conditions": [["content-length-range", 0, limit], ["starts-with", "$key", f"{folder}/"]],
    }
    policy = base64.b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()
    return Ticket(ACCESS_ID, policy, sign(policy, secret), folder, host, int(until.timestamp()))


def check(form: dict[str, str], *, now_ms: int, secret: bytes) -> int:
    """The most bytes that this form's file may have. Raises BadPolicy, BadInput."""
    policy = form.get("policy", "")
    if form.get("OSSAccessKeyId") != ACCESS_ID or not hmac.compare_digest(
        sign(policy, secret).encode(), form.get("signature", "").encode()
    ):
        raise BadPolicy()
    # Signed by us, so its shape is known.
    content: dict[str, Any] = json.loads(base64.b64decode(policy))
    if datetime.fromisoformat(content["expiration"]).timestamp() * 1000 < now_ms:
        raise BadPolicy()
    (_, _, limit), (_, _, prefix) = content["conditions"]
    key = form.get("key", "")
    if not key.startswith(prefix) or not split_key(key)[1]:
        raise BadInput(field="key", rule="format", example=f"{prefix}photo.jpg")
    return int(limit)


def check_size(size: int, limit: int) -> None:
    """Raises TooLarge."""
    if size > limit:
        raise TooLarge(limit=f"{limit // 1024} KiB")


def split_key(key: str) -> tuple[str, str]:
    """(folder, file name) of a temporary key; two empty texts when it is none of ours."""
    folder, _, name = key.rpartition("/")
    if not _DIR.fullmatch(folder) or not name or len(key) > 1000:
        return "", ""
    return folder, name


def stored_key(key: str) -> str:
    """Where a temporary key's file lies. Names that a file system or URL might stumble on are replaced by a digest."""
    folder, name = split_key(key)
    if _PLAIN_NAME.fullmatch(name) and ".." not in name:
        return f"{folder}/{name}"
    suffix = _SUFFIX.search(name)
    digest = hashlib.sha256(name.encode()).hexdigest()[:32]
    return f"{folder}/{digest}{suffix.group().lower() if suffix else ''}"
