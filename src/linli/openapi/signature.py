"""The header signature of the API gateway, as every public client sends it. Pure: bytes in, verdict out.

String to sign, joined with line feeds:

    METHOD  Accept  Content-MD5  Content-Type  Date  name:value (one line a signed header)  RESOURCE

Absent headers leave an empty line. Signed headers are those that `x-ca-signature-headers` lists, spelled as
listed and sorted by code point (one client lists them unsorted). Header values are UTF-8 bytes and stay bytes
here. Clients disagree on RESOURCE, so three forms are tried (`resources`). The host is never signed.
Source: spec B 4.2; D 3.0; E 0; the clients' own behaviour outranks these.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

import msgspec

from linli.kernel.bounded_cache import cached_short

WINDOW_MS = 15 * 60 * 1000
"""A request may be this much older or newer than our clock (spec B 4.2, step 5)."""
MAX_NONCE = 128
"""Characters; the clients send 32 or 36."""
_MAX_MESSAGE = 4000
"""Bytes of an error header: public HTTP clients give up at 8 KiB of headers."""

_FORM = b"application/x-www-form-urlencoded"
_ALGORITHMS = {b"HmacSHA256": "sha256", b"": "sha256", b"hmacsha256": "sha256", b"hmacsha1": "sha1"}


class Refused(Exception):
    """The request is refused before its signature counts: an HTTP status with `X-Ca-Error-*` and no body."""

    def __init__(self, status: int, code: str, message: str | bytes) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        """Six characters, `X-Ca-Error-Code`."""
        self.message = message.encode() if isinstance(message, str) else message
        """`X-Ca-Error-Message`, one line of UTF-8."""


class SignedRequest(msgspec.Struct, frozen=True, gc=False):
    """The signed content, exactly as received."""

    method: str
    path: bytes
    """As sent: percent-encoded, without the query."""
    query: bytes
    """As sent, without the question mark."""
    headers: Mapping[bytes, bytes]
    """Names in lower case."""
    body: bytes


class SignedNames(msgspec.Struct, frozen=True):
    """The headers that `x-ca-signature-headers` lists."""

    lines: tuple[tuple[bytes, bytes], ...]
    """(`name:` as spelled, name in lower case), sorted by the spelling's code points."""
    names: frozenset[bytes]
    """In lower case."""


class Proof(msgspec.Struct, frozen=True, gc=False):
    """The facts that an accepted signature proves."""

    nonce: bytes
    at_ms: int
    """The time the client put under its signature, UTC ms."""


class Secret:
    """An appSecret made ready for many signatures: HMAC (RFC 2104) with both padded keys hashed beforehand.

    `hmac.new` does as much again for every message, at twice the time of hashing the message itself.
    """

    __slots__ = ("_states",)

    def __init__(self, secret: str) -> None:
        self._states = {name: _padded(secret.encode(), name) for name in ("sha256", "sha1")}

    def sign(self, text: bytes, algorithm: str = "sha256") -> bytes:
        """Base64 of the HMAC of `text`; `algorithm` is `sha256` or `sha1`."""
        inner, outer = self._states[algorithm]
        inner, outer = inner.copy(), outer.copy()
        inner.update(text)
        outer.update(inner.digest())
        return binascii.b2a_base64(outer.digest(), newline=False)


def _padded(key: bytes, name: str) -> tuple[hashlib._Hash, hashlib._Hash]:
    """The hash states after the inner and the outer padded key."""
    block = hashlib.new(name).block_size
    if len(key) > block:
        key = hashlib.new(name, key).digest()
    key = key.ljust(block, b"\0")
    inner, outer = bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key)
    return hashlib.new(name, inner), hashlib.new(name, outer)


def verify(request: SignedRequest, secret: Secret, now_ms: int) -> Proof:
    """Check digest, time, nonce and signature of `request`. Whether the nonce is fresh is for the caller.

    Raises Refused with the answer the client is to get.
    """
    headers = request.headers
    sent = headers.get(b"x-ca-signature")
    if not sent:
        raise Refused(400, "I400MH", "Header `X-Ca-Signature` is Required")
    check_digest(request)
    names = signed_names(headers.get(b"x-ca-signature-headers", b""))
    at_ms = _signed_time(headers, names, now_ms)
    nonce = _signed_nonce(headers, names)
    chosen = algorithm(headers)
    head = request_head(request, names)
    for resource in resources(request):
        if hmac.compare_digest(secret.sign(head + resource, chosen), sent):
            return Proof(nonce, at_ms)
    if not head.isascii() and _verify_latin1(request, secret, head, chosen, sent):
        return Proof(nonce, at_ms)
    raise Refused(403, "A403IS", mismatch_message(head + resources(request)[0]))


def mismatch_message(text: bytes) -> bytes:
    """The answer to a wrong signature: the server's string without its line feeds (a header has one line)."""
    one_line = text.replace(b"\n", b"").translate(None, _CONTROLS)
    return b"Invalid Signature, Server StringToSign:`" + one_line[:_MAX_MESSAGE] + b"`"


def check_digest(request: SignedRequest) -> None:
    """Content-MD5 over the raw body. A form is covered by the signed resource instead and may go without."""
    stated = request.headers.get(b"content-md5")
    if stated:
        if stated != body_digest(request.body):
            raise Refused(400, "I400I5", "Invalid Content-MD5")
    elif request.body and not is_form(request):
        raise Refused(400, "I400MH", "Header `Content-MD5` is Required")


def body_digest(body: bytes) -> bytes:
    return binascii.b2a_base64(hashlib.md5(body, usedforsecurity=False).digest(), newline=False)


def is_form(request: SignedRequest) -> bool:
    """Whether the body's fields belong to the resource."""
    kind = request.headers.get(b"content-type")
    return kind is not None and kind[: len(_FORM)].lower() == _FORM and bool(request.body)


@cached_short(512)
def signed_names(listed: bytes) -> SignedNames:
    """The listed headers. A client lists the same ones in every call: cached."""
    spelled = {name.strip() for name in listed.split(b",")} - {b""}
    lines = tuple((name + b":", name.lower()) for name in sorted(spelled))
    return SignedNames(lines, frozenset(name for _, name in lines))


def algorithm(headers: Mapping[bytes, bytes]) -> str:
    """`sha256` or `sha1`. The two public spellings of the header mean the same."""
    asked = headers.get(b"x-ca-signature-method") or headers.get(b"x-ca-signaturemethod") or b""
    chosen = _ALGORITHMS.get(asked) or _ALGORITHMS.get(asked.lower())
    if chosen is None:
        raise Refused(400, "I400HD", "Invalid Header `X-Ca-Signature-Method` HmacSHA256 or HmacSHA1 expected")
    return chosen


def request_head(request: SignedRequest, names: SignedNames) -> bytes:
    """The string to sign up to the resource."""
    get = request.headers.get
    lines = [spelled + get(name, b"") for spelled, name in names.lines]
    return b"\n".join(
        (
            request.method.encode(),
            get(b"accept", b""),
            get(b"content-md5", b""),
            get(b"content-type", b""),
            get(b"date", b""),
            *lines,
            b"",
        )
    )


def resources(request: SignedRequest) -> tuple[bytes, ...]:
    """The forms of the resource in use, most common first, without repeats:

    1. decoded path, `?`, query and form fields decoded and sorted by name: `k=v`, `k` alone for an empty
       value, the first value of a repeated name;
    2. the same after the path as sent;
    3. path and query as sent. It does not cover form fields, so with a form it counts only under Content-MD5.
    """
    path, query, form = request.path, request.query, is_form(request)
    if not query and not form and b"%" not in path:
        return (path,)
    fields = _canonical(fields_of(query) + (fields_of(request.body) if form else []))
    suffix = b"?" + fields if fields else b""
    candidates = [unquote_to_bytes(path) + suffix, path + suffix]
    if not form or request.headers.get(b"content-md5"):
        candidates.append(path + b"?" + query if query else path)
    return tuple(dict.fromkeys(candidates))


def fields_of(encoded: bytes) -> list[tuple[bytes, bytes]]:
    """Names and values of a query or form, percent-decoded, in the order sent."""
    pairs = []
    for part in encoded.split(b"&"):
        if part:
            name, _, value = part.replace(b"+", b" ").partition(b"=")
            pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    return pairs


def _canonical(pairs: list[tuple[bytes, bytes]]) -> bytes:
    first: dict[bytes, bytes] = {}
    for name, value in pairs:
        first.setdefault(name, value)
    return b"&".join(name + b"=" + value if value else name for name, value in sorted(first.items()))


def _signed_time(headers: Mapping[bytes, bytes], names: SignedNames, now_ms: int) -> int:
    """The client's time. Raises Refused when it is missing, no time, or outside the window."""
    at_ms = stated_time(headers, names.names)
    if abs(now_ms - at_ms) > WINDOW_MS:
        stamped = b"x-ca-timestamp" in names.names and b"x-ca-timestamp" in headers
        source = "X-Ca-Timestamp" if stamped else "Date"
        raise Refused(403, "S403TE", f"{source} is expired")
    return at_ms


def stated_time(headers: Mapping[bytes, bytes], signed: frozenset[bytes]) -> int:
    """The time under the signature: `x-ca-timestamp` when it is signed, else `date`, which always is.

    Raises Refused when there is none or it cannot be read.
    """
    stamp = headers.get(b"x-ca-timestamp")
    if stamp is not None and b"x-ca-timestamp" in signed:
        if not stamp.isdigit() or len(stamp) > 16:
            raise Refused(400, "I400HD", "Invalid Header `X-Ca-Timestamp` milliseconds since 1970 expected")
        return int(stamp)
    if headers.get(b"date"):
        return _date_ms(headers[b"date"])
    raise Refused(400, "I400MH", "Header `X-Ca-Timestamp` is Required")


@cached_short(1024)
def _date_ms(date: bytes) -> int:
    """UTC ms of an RFC 1123 date. Clients without a timestamp send the same date for a second: cached."""
    try:
        at = parsedate_to_datetime(date.decode("latin-1"))
    except ValueError as error:
        raise Refused(400, "I400HD", "Invalid Header `Date` RFC 1123 expected") from error
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()) * 1000


def _signed_nonce(headers: Mapping[bytes, bytes], names: SignedNames) -> bytes:
    nonce = headers.get(b"x-ca-nonce")
    if not nonce:
        raise Refused(400, "I400NC", "X-Ca-Nonce is required")
    if len(nonce) > MAX_NONCE:
        raise Refused(400, "I400HD", f"Invalid Header `X-Ca-Nonce` at most {MAX_NONCE} characters")
    if b"x-ca-nonce" not in names.names:
        raise Refused(400, "I400HD", "Invalid Header `X-Ca-Nonce` must be listed in X-Ca-Signature-Headers")
    return nonce


def _verify_latin1(request: SignedRequest, secret: Secret, head: bytes, chosen: str, sent: bytes) -> bool:
    """Some HTTP stacks put header text on the wire as Latin-1 although the client signed it as UTF-8."""
    recoded = head.decode("latin-1").encode()
    return any(
        hmac.compare_digest(secret.sign(recoded + resource, chosen), sent) for resource in resources(request)
    )


_CONTROLS = bytes(range(32)) + b"\x7f"
