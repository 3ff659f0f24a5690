"""The signature debugger: what it says of right, changed and forged requests."""

import pytest

from linli.openapi import debugger, signature
from linli.openapi.signature import Secret, SignedRequest

SECRET = Secret("5f0a")
NOW_MS = 1_795_507_200_000  # 2026-11-24 08:00:00 UTC
BODY = b'{"id":"1"}'
HEADERS = {
    b"accept": b"application/json",
    b"content-type": b"application/octet-stream",
    b"content-md5": signature.body_digest(BODY),
    b"date": b"Tue, 24 Nov 2026 08:00:00 GMT",
    b"x-ca-key": b"21234567",
    b"x-ca-nonce": b"n",
    b"x-ca-signature-headers": b"x-ca-key,x-ca-nonce",
}


def signed(secret: Secret = SECRET, **changed: bytes) -> tuple[SignedRequest, bytes]:
    """A request as a right client signs it, and the string it signed; then `changed` on the way."""
    request = SignedRequest("POST", b"/cloud/token", b"", dict(HEADERS), BODY)
    names = signature.signed_names(HEADERS[b"x-ca-signature-headers"])
    text = signature.request_head(request, names) + b"/cloud/token"
    headers = {**HEADERS, b"x-ca-signature": secret.sign(text)}
    headers |= {name.replace("_", "-").encode(): value for name, value in changed.items()}
    return SignedRequest("POST", b"/cloud/token", b"", headers, BODY), text


def names(check: debugger.Check) -> list[str]:
    return [fault.name for fault in check.faults]


def test_right_signature_has_no_fault():
    request, text = signed()
    check = debugger.check(request, SECRET, NOW_MS, client_string=text)
    assert (check.ok, check.first_difference, names(check)) == (True, None, [])
    assert check.server_string == text


def test_header_changed_on_the_way_is_found_by_its_byte():
    request, text = signed(content_type=b"application/octet-stream; charset=utf-8")
    check = debugger.check(request, SECRET, NOW_MS, client_string=text)
    assert not check.ok
    assert check.first_difference is not None
    assert check.server_string[check.first_difference :].startswith(b"; charset")
    assert debugger.WRONG_STRING in names(check)


def test_same_strings_and_another_signature_mean_another_secret():
    request, text = signed(Secret("other"))
    assert names(debugger.check(request, SECRET, NOW_MS, client_string=text)) == [debugger.WRONG_SECRET]


def test_stale_time_is_said_beside_a_right_signature():
    request, _ = signed()
    check = debugger.check(request, SECRET, NOW_MS + 3_600_000)
    assert check.ok
    assert [(fault.name, fault.facts) for fault in check.faults] == [(debugger.OLD_TIME, {"minutes": "60"})]


def test_changed_body_names_both_digests():
    request, _ = signed()
    changed = SignedRequest("POST", b"/cloud/token", b"", request.headers, BODY + b" ")
    assert debugger.BAD_MD5 in names(debugger.check(changed, SECRET, NOW_MS))


@pytest.mark.parametrize(
    ("left", "right", "at"), [(b"abc", b"abc", None), (b"abc", b"abd", 2), (b"ab", b"abc", 2), (b"", b"a", 0)]
)
def test_first_difference(left: bytes, right: bytes, at: int | None):
    assert debugger.first_difference(left, right) == at
