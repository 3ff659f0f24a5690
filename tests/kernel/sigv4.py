"""AWS Signature Version 4, in headers and in URLs. Pure: time comes in.

Source: AWS General Reference, "Create a signed AWS API request"; Amazon S3 API, "Authenticating Requests". S3 encodes a
path once and takes it as it is, so no part of it is normalised.
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import quote

ALGORITHM: Final = "AWS4-HMAC-SHA256"
UNSIGNED: Final = "UNSIGNED-PAYLOAD"
EMPTY_SHA256: Final = hashlib.sha256(b"").hexdigest()


class Key(NamedTuple):
    """Who signs, and for what. Its text shows no secret."""

    access_key: str
    secret_key: str
    region: str
    service: str = "s3"

    def __repr__(self) -> str:
        return f"Key({self.access_key!r}, …, {self.region!r}, {self.service!r})"


def stamp(now_s: float) -> str:
    """Seconds since the epoch as `20130524T000000Z`."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now_s))


def encoded(text: str, *, keep: str = "") -> str:
    """Percent-encoding as it is signed: everything but letters, digits and `-._~`."""
    return quote(text, safe=f"{keep}-._~")


def authorization(
    key: Key,
    *,
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    payload_sha256: str,
    at: str,
) -> str:
    """The value of the Authorization header. `path` is encoded; every one of `headers` is signed, `host` with them."""
    canonical, names = _canonical(method, path, query, headers, payload_sha256)
    return (
        f"{ALGORITHM} Credential={key.access_key}/{_scope(key, at)}, SignedHeaders={names},"
        f" Signature={_signature(key, canonical, at)}"
    )


def presigned(
    key: Key, *, method: str, path: str, query: Mapping[str, str], host: str, expires_s: int, at: str
) -> str:
    """The query of a URL that needs no headers, in the order that was signed."""
    whole = {
        **query,
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{key.access_key}/{_scope(key, at)}",
        "X-Amz-Date": at,
        "X-Amz-Expires": str(expires_s),
        "X-Amz-SignedHeaders": "host",
    }
    canonical, _ = _canonical(method, path, whole, {"host": host}, UNSIGNED)
    return f"{_query(whole)}&X-Amz-Signature={_signature(key, canonical, at)}"


def _canonical(
    method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], payload_sha256: str
) -> tuple[str, str]:
    """(canonical request, names of the signed headers)."""
    sorted_headers = sorted((name.lower(), " ".join(value.split())) for name, value in headers.items())
    names = ";".join(name for name, _ in sorted_headers)
    lines = "".join(f"{name}:{value}\n" for name, value in sorted_headers)
    return f"{method}\n{path}\n{_query(query)}\n{lines}\n{names}\n{payload_sha256}", names


def _query(query: Mapping[str, str]) -> str:
    return "&".join(sorted(f"{encoded(name)}={encoded(value)}" for name, value in query.items()))


def _scope(key: Key, at: str) -> str:
    return f"{at[:8]}/{key.region}/{key.service}/aws4_request"


def _signature(key: Key, canonical: str, at: str) -> str:
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{at}\n{_scope(key, at)}\n{digest}"
    return hmac.digest(_signing_key(key, at[:8]), text.encode(), "sha256").hex()


def _signing_key(key: Key, day: str) -> bytes:
    signing = f"AWS4{key.secret_key}".encode()
    for part in (day, key.region, key.service, "aws4_request"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    return signing
