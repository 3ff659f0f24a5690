"""The signature as every public client makes it: recorded and recomputed vectors, and each way to be refused."""

import base64
import hmac
import json
from email.utils import parsedate_to_datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from linli.openapi.signature import (
    WINDOW_MS,
    Refused,
    Secret,
    SignedRequest,
    body_digest,
    request_head,
    resources,
    signed_names,
    verify,
)

VECTORS = Path(__file__).parent / "vectors"
SIGNED = json.loads((VECTORS / "signatures.json").read_text("utf-8"))
RESOURCES = json.loads((VECTORS / "resources.json").read_text("utf-8"))


def request_of(case: dict[str, Any], **changed: Any) -> SignedRequest:
    path, _, query = case["target"].encode().partition(b"?")
    headers = {name.encode(): value.encode() for name, value in case["headers"].items()}
    headers |= {
        name.replace("_", "-").encode(): value for name, value in changed.items() if isinstance(value, bytes)
    }
    return SignedRequest(case["method"], path, query, headers, case["body"].encode())


def time_of(case: dict[str, Any]) -> int:
    return int(parsedate_to_datetime(case["headers"]["date"]).timestamp() * 1000)


@pytest.mark.parametrize("case", SIGNED, ids=itemgetter("name"))
def test_vector(case: dict[str, Any]) -> None:
    request = request_of(case)
    head = request_head(request, signed_names(request.headers[b"x-ca-signature-headers"]))
    assert (head + resources(request)[0]).decode() == case["string_to_sign"]
    assert Secret(case["secret"]).sign(head + resources(request)[0]).decode() == case["signature"]
    signed = request_of(case, x_ca_signature=case["signature"].encode())
    proof = verify(signed, Secret(case["secret"]), time_of(case))
    assert proof.nonce == case["headers"]["x-ca-nonce"].encode()
    assert abs(proof.at_ms - time_of(case)) < 1000


@pytest.mark.parametrize("case", RESOURCES, ids=itemgetter("name"))
def test_resource_forms(case: dict[str, Any]) -> None:
    path, _, query = case["target"].encode().partition(b"?")
    request = SignedRequest(
        case["method"], path, query, {b"content-type": case["content_type"].encode()}, case["body"].encode()
    )
    assert [form.decode() for form in resources(request)] == case["resources"]


@pytest.mark.parametrize("form", range(3))
def test_each_form_of_the_resource_is_accepted(form: int) -> None:
    case = {
        "method": "POST", "target": "/a%20b?z=1&a=2", "body": "{}",
        "headers": {"x-ca-timestamp": "1000", "x-ca-nonce": "n", "x-ca-signature-headers": "x-ca-nonce,x-ca-timestamp",
                    "content-md5": body_digest(b"{}").decode()},
    }  # fmt: skip
    request = request_of(case)
    text = (
        request_head(request, signed_names(request.headers[b"x-ca-signature-headers"]))
        + resources(request)[form]
    )
    for method, spelled in (("sha256", b"HmacSHA256"), ("sha1", b"HmacSHA1")):
        signature = Secret("s").sign(text, method)
        signed = request_of(case, x_ca_signature=signature, x_ca_signaturemethod=spelled)
        assert verify(signed, Secret("s"), 1000).nonce == b"n"


def test_a_form_body_without_digest_is_covered_by_its_fields_only() -> None:
    case = {
        "method": "POST", "target": "/p?q=1", "body": "a=1&b=2",
        "headers": {"x-ca-timestamp": "1000", "x-ca-nonce": "n", "x-ca-signature-headers": "x-ca-nonce,x-ca-timestamp",
                    "content-type": "application/x-www-form-urlencoded"},
    }  # fmt: skip
    request = request_of(case)
    head = request_head(request, signed_names(request.headers[b"x-ca-signature-headers"]))
    assert resources(request) == (b"/p?a=1&b=2&q=1",)
    for resource, right in ((b"/p?a=1&b=2&q=1", True), (b"/p?q=1", False)):
        signed = request_of(case, x_ca_signature=Secret("s").sign(head + resource))
        if right:
            verify(signed, Secret("s"), 1000)
        else:
            with pytest.raises(Refused, match="A403IS"):
                verify(signed, Secret("s"), 1000)


@pytest.mark.parametrize("recoded", [False, True], ids=["utf-8", "latin-1 on the wire"])
def test_header_values_are_utf8(recoded: bool) -> None:
    case = {
        "method": "POST", "target": "/p", "body": "",
        "headers": {"x-ca-timestamp": "1000", "x-ca-nonce": "n", "x-ca-name": "Zoë",
                    "x-ca-signature-headers": "x-ca-name,x-ca-nonce,x-ca-timestamp"},
    }  # fmt: skip
    request = request_of(case)
    head = request_head(request, signed_names(request.headers[b"x-ca-signature-headers"]))
    signature = Secret("s").sign(head + b"/p")
    name = "Zoë".encode("latin-1" if recoded else "utf-8")
    assert verify(request_of(case, x_ca_signature=signature, x_ca_name=name), Secret("s"), 1000).nonce == b"n"


@pytest.mark.parametrize("case", SIGNED, ids=itemgetter("name"))
def test_every_signed_part_counts(case: dict[str, Any]) -> None:
    secret, now_ms = Secret(case["secret"]), time_of(case)
    right = case["signature"].encode()
    for header in ("accept", "content-type", "x-ca-nonce", "x-ca-key"):
        changed = request_of(
            case, x_ca_signature=right, **{header.replace("-", "_"): case["headers"][header].encode() + b"0"}
        )
        with pytest.raises(Refused) as refused:
            verify(changed, secret, now_ms)
        assert (refused.value.status, refused.value.code) == (403, "A403IS")
    with pytest.raises(Refused, match="I400I5"):
        verify(request_of({**case, "body": case["body"] + " "}, x_ca_signature=right), secret, now_ms)
    with pytest.raises(Refused, match="A403IS"):
        verify(request_of({**case, "target": case["target"] + "/"}, x_ca_signature=right), secret, now_ms)
    with pytest.raises(Refused, match="A403IS"):
        verify(request_of(case, x_ca_signature=right), Secret("other"), now_ms)


@pytest.mark.parametrize("case", SIGNED, ids=itemgetter("name"))
def test_time_window(case: dict[str, Any]) -> None:
    request = request_of(case, x_ca_signature=case["signature"].encode())
    secret = Secret(case["secret"])
    at_ms = int(case["headers"].get("x-ca-timestamp", time_of(case)))
    for now_ms in (at_ms - WINDOW_MS, at_ms + WINDOW_MS):
        assert verify(request, secret, now_ms).at_ms == at_ms
    for now_ms in (at_ms - WINDOW_MS - 1, at_ms + WINDOW_MS + 1):
        with pytest.raises(Refused) as refused:
            verify(request, secret, now_ms)
        assert (refused.value.status, refused.value.code) == (403, "S403TE")
        source = b"X-Ca-Timestamp" if "x-ca-timestamp" in case["headers"] else b"Date"
        assert refused.value.message == source + b" is expired"


def test_wrong_signature_tells_the_servers_string_on_one_line() -> None:
    case = SIGNED[0]
    with pytest.raises(Refused) as refused:
        verify(request_of(case, x_ca_signature=b"d3Jvbmc="), Secret(case["secret"]), time_of(case))
    one_line = case["string_to_sign"].replace("\n", "")
    assert refused.value.message.decode() == f"Invalid Signature, Server StringToSign:`{one_line}`"


@pytest.mark.parametrize(
    ("removed", "code", "message"),
    [
        ("x-ca-signature", "I400MH", "Header `X-Ca-Signature` is Required"),
        ("content-md5", "I400MH", "Header `Content-MD5` is Required"),
        ("x-ca-nonce", "I400NC", "X-Ca-Nonce is required"),
        ("date", "I400MH", "Header `X-Ca-Timestamp` is Required"),
    ],
)
def test_missing_header(removed: str, code: str, message: str) -> None:
    case = SIGNED[0]
    headers = {**case["headers"], "x-ca-signature": case["signature"]}
    del headers[removed]
    with pytest.raises(Refused) as refused:
        verify(request_of({**case, "headers": headers}), Secret(case["secret"]), time_of(case))
    assert (refused.value.status, refused.value.code) == (400, code)
    assert refused.value.message.decode() == message


@pytest.mark.parametrize(
    "header",
    [
        {"date": "yesterday"},
        {"x-ca-timestamp": "1e12", "x-ca-signature-headers": "x-ca-nonce,x-ca-timestamp"},
        {"x-ca-timestamp": "9" * 30, "x-ca-signature-headers": "x-ca-nonce,x-ca-timestamp"},
        {"x-ca-nonce": "n" * 129},
        {"x-ca-signature-headers": "x-ca-key"},
        {"x-ca-signaturemethod": "HmacMD5"},
    ],
    ids=str,
)
def test_malformed_header(header: dict[str, str]) -> None:
    case = SIGNED[0]
    headers = {**case["headers"], "x-ca-signature": case["signature"], **header}
    with pytest.raises(Refused, match="I400HD"):
        verify(request_of({**case, "headers": headers}), Secret(case["secret"]), time_of(case))


def test_an_unsigned_timestamp_is_not_believed() -> None:
    case = SIGNED[0]
    headers = {**case["headers"], "x-ca-signature": case["signature"], "x-ca-timestamp": "1"}
    request = request_of({**case, "headers": headers})
    assert verify(request, Secret(case["secret"]), time_of(case)).at_ms == time_of(case)


@pytest.mark.parametrize("length", [0, 1, 31, 63, 64, 65, 200])
@pytest.mark.parametrize("name", ["sha256", "sha1"])
def test_secret_is_hmac(length: int, name: str) -> None:
    key, text = "k" * length, b"text" * length
    assert base64.b64decode(Secret(key).sign(text, name)) == hmac.digest(key.encode(), text, name)
