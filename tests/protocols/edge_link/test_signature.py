"""Signed calls of a box: a vector reckoned by hand with another tool, and everything that must not pass."""

import hashlib
import hmac

import pytest

from linli.protocols import edge_link
from linli.protocols.edge_link import BadSignature, Signed

SECRET, NODE, TIME, NONCE, BODY = "s3cret", "node1", 1_700_000_000_000, "0123456789ab", b'{"version":"1"}'
TARGET = "/edge/heartbeat?full=1"


def headers(**changed: str) -> dict[str, str]:
    made = edge_link.signed_headers(SECRET, "post", TARGET, node=NODE, time_ms=TIME, nonce=NONCE, body=BODY)
    return made | {f"x-linli-{name}": value for name, value in changed.items()}


def verify(
    given: dict[str, str], *, method: str = "POST", target: str = TARGET, body: bytes = BODY, now: int = TIME
) -> Signed:
    signed = edge_link.read_headers(given)
    edge_link.check(signed, SECRET, method, target, body=body, now_ms=now)
    return signed


def test_what_is_signed() -> None:
    text = f"POST\n{TARGET}\n{TIME}\n{NONCE}\n{hashlib.sha256(BODY).hexdigest()}"
    expected = hmac.digest(SECRET.encode(), text.encode(), "sha256").hex()
    assert headers()["x-linli-sign"] == expected
    assert verify(headers()) == Signed(NODE, TIME, NONCE, expected)


@pytest.mark.parametrize("now", [TIME - edge_link.SKEW_MS, TIME + edge_link.SKEW_MS])
def test_five_minutes_either_way(now: int) -> None:
    verify(headers(), now=now)
    with pytest.raises(BadSignature, match="x-linli-time"):
        verify(headers(), now=now + (1 if now > TIME else -1))


@pytest.mark.parametrize(
    "changed",
    [{"method": "GET"}, {"target": "/edge/heartbeat"}, {"body": b""}, {"target": "/edge/heartbeat?full=2"}],
)
def test_another_call_has_another_signature(changed: dict[str, object]) -> None:
    with pytest.raises(BadSignature, match="x-linli-sign"):
        verify(headers(), **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"node": ""}, "node"),
        ({"node": "n" * 65}, "node"),
        ({"time": ""}, "time"),
        ({"time": "-1"}, "time"),
        ({"time": "１２"}, "time"),
        ({"time": "1" * 16}, "time"),
        ({"nonce": "short"}, "nonce"),
        ({"nonce": "n" * 65}, "nonce"),
        ({"nonce": "ba9876543210"}, "sign"),
        ({"time": str(TIME + 1)}, "sign"),
        ({"sign": ""}, "sign"),
        ({"sign": "é\ud800"}, "sign"),
    ],
)
def test_headers_that_prove_nothing(changed: dict[str, str], field: str) -> None:
    with pytest.raises(BadSignature, match=f"x-linli-{field}"):
        verify(headers(**changed))


def test_no_headers() -> None:
    with pytest.raises(BadSignature, match="x-linli-node"):
        edge_link.read_headers({})
