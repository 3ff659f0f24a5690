"""The signature debugger: every fault named, and the first byte that differs put into words."""

import json
from pathlib import Path
from typing import Any

import pytest

from linli.kernel import i18n
from linli.openapi import debugger
from linli.openapi.debugger import Check
from linli.openapi.signature import Secret, SignedRequest, signed_names, stated_time

CASE: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "signatures.json").read_text("utf-8"))[
    1
]
HEADERS = {**CASE["headers"], "x-ca-signature": CASE["signature"]}
STRING = CASE["string_to_sign"].encode()


def check(*, client: bytes | None = None, secret: str = CASE["secret"], body: str = CASE["body"],
          shift_ms: int = 0, target: str = CASE["target"], **changed: str | None) -> Check:  # fmt: skip
    headers = {**HEADERS, **{name.replace("_", "-"): value for name, value in changed.items()}}
    wire = {name.encode(): value.encode() for name, value in headers.items() if value is not None}
    path, _, query = target.partition("?")
    request = SignedRequest("POST", path.encode(), query.encode(), wire, body.encode())
    return debugger.check(request, Secret(secret), 1_795_527_963_586 + shift_ms, client_string=client)


def faults(found: Check) -> dict[str, dict[str, str]]:
    for fault in found.faults:
        for language in i18n.LANGUAGES:
            said = i18n.text(f"openapi.debug.{fault.name}", language, **fault.facts)
            assert "{" not in said
            assert not said.startswith("openapi.")
    return {fault.name: fault.facts for fault in found.faults}


def test_a_right_request() -> None:
    found = check(client=STRING)
    assert (found.ok, faults(found), found.first_difference) == (True, {}, None)
    assert (found.server_string, found.server_signature.decode()) == (STRING, CASE["signature"])


def test_a_wrong_secret() -> None:
    found = check(client=STRING, secret="another")
    assert not found.ok
    assert list(faults(found)) == ["wrong_secret"]


@pytest.mark.parametrize(
    ("change", "line", "part"),
    [
        ((b"POST", b"GET"), "1", "HTTP method"),
        ((b"charset=utf-8\nYr", b"charset=UTF-8\nYr"), "2", "Accept"),
        ((b"GMT", b"UTC"), "5", "Date"),
        ((b"x-ca-nonce:fcf1", b"x-ca-nonce:FCF1"), "7", "x-ca-nonce"),
        ((b"/cloud/token", b"/cloud/token?"), "10", "path"),
        ((b"x-ca-key:203700001\n", b""), "6", "x-ca-key"),
    ],
)
def test_the_first_byte_that_differs(change: tuple[bytes, bytes], line: str, part: str) -> None:
    client = STRING.replace(*change)
    signature = Secret(CASE["secret"]).sign(client).decode()
    found = check(client=client, x_ca_signature=signature)
    assert not found.ok
    said = faults(found)
    assert (said["differs"]["line"], said["differs"]["part"]) == (line, part)
    at = found.first_difference
    assert at is not None
    assert (STRING[:at], STRING[at : at + 1]) == (client[:at], found.server_string[at : at + 1])
    assert STRING[at : at + 1] != client[at : at + 1]
    assert "wrong_string" in said


def test_what_arrived_was_changed_on_the_way() -> None:
    arrived = STRING.replace(
        b"application/octet-stream; charset=utf-8", b"application/octet-stream;charset=utf-8"
    )
    answer = b"Invalid Signature, Server StringToSign:`" + arrived.replace(b"\n", b"") + b"`"
    found = check(client=answer)
    said = faults(found)["differs_on_arrival"]
    assert (said["line"], said["part"]) == ("4", "Content-Type")
    assert said["server"].startswith(" charset=utf-8")
    assert said["client"].startswith("charset=utf-8")
    same = b"Invalid Signature, Server StringToSign:`" + STRING.replace(b"\n", b"") + b"`"
    assert faults(check(client=same)) == {}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"x_ca_signature": None}, "no_signature"),
        ({"x_ca_signature_headers": None}, "no_names"),
        ({"content_md5": None}, "no_md5"),
        ({"body": "{}"}, "bad_md5"),
        ({"x_ca_signature_method": "HmacMD5"}, "bad_algorithm"),
        ({"x_ca_nonce": None}, "no_nonce"),
        ({"x_ca_nonce": None}, "missing_header"),
        ({"x_ca_signature_headers": "x-ca-key"}, "nonce_not_signed"),
        ({"x_ca_timestamp": "soon"}, "no_time"),
        ({"shift_ms": 16 * 60_000}, "old_time"),
        ({"target": "/cloud/other"}, "wrong_string"),
    ],
    ids=str,
)
def test_faults(change: dict[str, Any], fault: str) -> None:
    assert fault in faults(check(**change))


def test_the_form_nearest_to_the_clients_is_shown() -> None:
    client = STRING.replace(b"/cloud/token", b"/cloud/token?b=2&a=1")
    signature = Secret(CASE["secret"]).sign(client).decode()
    found = check(client=client, target="/cloud/token?b=2&a=1", x_ca_signature=signature)
    assert found.ok  # the raw form
    wrong = client + b"0"
    found = check(client=wrong, target="/cloud/token?b=2&a=1", x_ca_signature="d3Jvbmc=")
    assert found.server_string == client
    assert faults(found)["differs"]["part"] == "path"


def test_stated_time() -> None:
    names = signed_names(HEADERS["x-ca-signature-headers"].encode()).names
    assert stated_time({b"x-ca-timestamp": b"5"}, names) == 5
