"""Logs: one JSON object a line, and nothing secret in it, wherever it came from."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from linli.kernel import telemetry
from linli.kernel.telemetry import redact


@pytest.mark.parametrize(
    "text",
    [
        'appSecret="S3CRET"',
        "app_secret=S3CRET, next=1",
        '{"appSecret": "S3CRET", "a": 1}',
        '{"body": "{\\"deviceSecret\\":\\"S3CRET\\"}"}',
        '{"a": "{\\"b\\": \\"{\\\\\\"cloudToken\\\\\\": \\\\\\"S3CRET\\\\\\"}\\"}"}',
        "{'password': 'S3CRET'}",
        "(b'x-ca-signature', b'S3CRET=')",
        "[('authorization', 'Bearer S3CRET')]",
        "Authorization: Bearer S3CRET",
        "Authorization: Basic UzNDUkVUS3CRET==",
        "Cookie: a=b; session=S3CRET; c=S3CRET",
        "set-cookie: session=S3CRET; HttpOnly",
        "GET https://h/files/a.jpg?expires=1&signature=S3CRET HTTP/1.1",
        "GET https://h/x?refreshToken=S3CRET&page=1",
        "privateKey: S3CRET",
        "pwd=S3CRET",
        "sign=S3CRET&signmethod=hmacsha1",
        'X-Ca-Signature: "S3CRET"',
    ],
)
def test_values_of_secret_names_are_taken_out(text: str) -> None:
    assert "S3CRET" not in redact(text)
    assert "***" in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "the design: good",
        "assigned=5 to node 3",
        "tokens were counted",
        "GET /api/console/session 200",
        '{"deviceName": "door-1", "count": 3}',
        "the password was wrong",
    ],
)
def test_the_rest_stays(text: str) -> None:
    assert redact(text) == text


def test_only_the_value_goes() -> None:
    assert redact("page=1&signature=abc&size=2") == 'page=1&signature="***"&size=2'
    assert redact('{"a": 1, "secret": "x\\"y", "b": 2}') == '{"a": 1, "secret": "***", "b": 2}'


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    telemetry.configure("INFO")
    yield out
    root.handlers[:] = before
    root.setLevel(level)


def test_a_line_is_one_json_object(lines: io.StringIO) -> None:
    log = telemetry.logger("linli.things.test")
    log.info("first\nsecond %s", "门")
    log.warning("call", extra={"facts": {"path": "/a", "appSecret": "S3CRET", "deep": [{"token": "S3CRET"}],
                                         "body": b'{"secret":"S3CRET"}', "n": 1, "text": "mine"}})  # fmt: skip
    try:
        raise ValueError("deviceSecret=S3CRET")
    except ValueError:
        log.exception("failed")
    first, second, third = map(json.loads, lines.getvalue().splitlines())
    assert first["text"] == "first\nsecond 门"
    assert first["room"] == "things.test"
    assert first["level"] == "info"
    assert first["time"].endswith("Z")
    assert (second["path"], second["n"], second["text"]) == ("/a", 1, "call")
    assert "ValueError" in third["error"]
    assert "S3CRET" not in lines.getvalue()


def test_hostile_text_is_redacted_in_no_time() -> None:
    for text in ("secret" * 20_000, "token=\\" * 10_000, 'secret="' + "\\" * 50_000, "a-" * 50_000 + "sign="):
        redact(text)


def test_metrics_are_told_in_prometheus_form() -> None:
    telemetry.counter("test_calls", "Calls of this test.", ("kind",)).labels("a").inc()
    assert b'linli_test_calls_total{kind="a"} 1.0' in telemetry.render()
