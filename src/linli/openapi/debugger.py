"""Why a signature is wrong: the string the server signs beside the client's, and the first byte that differs.

Pure, on top of `signature`: where the gateway stops at the first fault, this goes on and names them all.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

import msgspec

from linli.openapi import signature
from linli.openapi.signature import WINDOW_MS, Refused, Secret, SignedRequest

NO_SIGNATURE = "no_signature"
NO_NAMES = "no_names"
BAD_MD5 = "bad_md5"
NO_MD5 = "no_md5"
BAD_ALGORITHM = "bad_algorithm"
NO_NONCE = "no_nonce"
NONCE_NOT_SIGNED = "nonce_not_signed"
NO_TIME = "no_time"
OLD_TIME = "old_time"
WRONG_SECRET = "wrong_secret"
WRONG_STRING = "wrong_string"
MISSING_HEADER = "missing_header"
DIFFERS = "differs"
DIFFERS_ON_ARRIVAL = "differs_on_arrival"

_ANSWER = b"Invalid Signature, Server StringToSign:`"
_FIXED_LINES = ("HTTP method", "Accept", "Content-MD5", "Content-Type", "Date")
_SHOWN = 40
"""Characters of each side around a difference."""


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong: the key of its text `openapi.debug.<name>` and the facts that fill it."""

    name: str
    facts: dict[str, str] = {}


class Check(msgspec.Struct, frozen=True):
    """The result of a request. Strings are bytes as signed."""

    ok: bool
    """The signature is right. A stale time may still have the request refused; it is among the faults."""
    server_string: bytes
    server_signature: bytes
    client_string: bytes | None
    client_signature: bytes
    first_difference: int | None
    """Offset of the first byte that differs; None when the strings agree or there is only one."""
    faults: tuple[Fault, ...]


def check(
    request: SignedRequest, secret: Secret, now_ms: int, *, client_string: bytes | None = None
) -> Check:
    """Compare a pasted request with what the server makes of it.

    `client_string` is the client's own string to sign, or the `X-Ca-Error-Message` it got: then the difference is
    between the request as pasted and as it arrived, after whatever stands between.
    """
    headers = request.headers
    names = signature.signed_names(headers.get(b"x-ca-signature-headers", b""))
    faults = _faults(request, names.names, now_ms)
    try:
        chosen = signature.algorithm(headers)
    except Refused:
        faults.append(Fault(BAD_ALGORITHM, {"sent": _text(headers.get(b"x-ca-signature-method", b""))}))
        chosen = "sha256"
    head = signature.request_head(request, names)
    strings = [head + resource for resource in signature.resources(request)]
    sent = headers.get(b"x-ca-signature", b"")
    right = next((s for s in strings if sent and hmac.compare_digest(secret.sign(s, chosen), sent)), None)
    arrived = client_string is not None and client_string.lstrip().startswith(_ANSWER)
    if arrived and client_string is not None:
        client_string = client_string.strip().removeprefix(_ANSWER).removesuffix(b"`")
        server = right if right is not None else strings[0]
        difference = _difference_on_one_line(server, client_string)
    else:
        server = right if right is not None else _nearest(strings, client_string)
        difference = None if client_string is None else first_difference(server, client_string)
    if difference is not None and client_string is not None:
        faults.append(_part_at(server, client_string, difference, len(names.lines), arrived=arrived))
    if sent and right is None:
        same = client_string is not None and difference is None
        faults.append(Fault(WRONG_SECRET if same else WRONG_STRING))
    return Check(
        ok=right is not None,
        server_string=server,
        server_signature=secret.sign(server, chosen),
        client_string=client_string,
        client_signature=sent,
        first_difference=difference,
        faults=tuple(faults),
    )


def first_difference(left: bytes, right: bytes) -> int | None:
    """Offset of the first different byte; the shorter length if one is a prefix of the other; None when equal."""
    if left == right:
        return None
    shorter = min(len(left), len(right))
    return next((at for at in range(shorter) if left[at] != right[at]), shorter)


def _difference_on_one_line(server: bytes, arrived: bytes) -> int | None:
    """`first_difference` against a string whose line feeds were left out, as an offset into `server`."""
    at = first_difference(server.replace(b"\n", b""), arrived)
    if at is None:
        return None
    for offset, byte in enumerate(server):
        if byte != 0x0A:
            if at == 0:
                return offset
            at -= 1
    return len(server)


def _part_at(server: bytes, client: bytes, at: int, headers: int, *, arrived: bool) -> Fault:
    """The name of the line of the string that has the offset, with both sides' text of this line."""
    number = server.count(b"\n", 0, at)
    if number < len(_FIXED_LINES):
        part = _FIXED_LINES[number]
    elif number < len(_FIXED_LINES) + headers:
        line = server.split(b"\n")[number]
        part = _text(line.partition(b":")[0])
    else:
        part = "path"
    here = client.replace(b"\n", b"") if arrived else client
    start = len(server[:at].replace(b"\n", b"")) if arrived else at
    return Fault(
        DIFFERS_ON_ARRIVAL if arrived else DIFFERS,
        {
            "line": str(number + 1),
            "part": part,
            "byte": str(at),
            "server": _text(server[at : at + _SHOWN]),
            "client": _text(here[start : start + _SHOWN]),
        },
    )


def _nearest(strings: Sequence[bytes], client_string: bytes | None) -> bytes:
    """The accepted form with the longest match with the client's."""
    if client_string is None:
        return strings[0]
    return max(strings, key=lambda text: _agreed(text, client_string))


def _agreed(left: bytes, right: bytes) -> int:
    at = first_difference(left, right)
    return len(left) + 1 if at is None else at


def _faults(request: SignedRequest, signed: frozenset[bytes], now_ms: int) -> list[Fault]:
    headers = request.headers
    faults = []
    if not headers.get(b"x-ca-signature"):
        faults.append(Fault(NO_SIGNATURE))
    if not signed:
        faults.append(Fault(NO_NAMES))
    faults.extend(
        Fault(MISSING_HEADER, {"name": _text(name)}) for name in sorted(signed) if name not in headers
    )
    stated = headers.get(b"content-md5")
    if stated and stated != (digest := signature.body_digest(request.body)):
        faults.append(Fault(BAD_MD5, {"sent": _text(stated), "expected": _text(digest)}))
    elif not stated and request.body and not signature.is_form(request):
        faults.append(Fault(NO_MD5, {"expected": _text(signature.body_digest(request.body))}))
    if not headers.get(b"x-ca-nonce"):
        faults.append(Fault(NO_NONCE))
    elif b"x-ca-nonce" not in signed:
        faults.append(Fault(NONCE_NOT_SIGNED))
    try:
        at_ms = signature.stated_time(headers, signed)
    except Refused:
        faults.append(Fault(NO_TIME))
    else:
        if abs(now_ms - at_ms) > WINDOW_MS:
            faults.append(Fault(OLD_TIME, {"minutes": str(round((now_ms - at_ms) / 60_000))}))
    return faults


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
