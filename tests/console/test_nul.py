"""U+0000 is refused by the console on every engine, in words of the caller's language, and nothing is stored."""

import json

import httpx
import pytest

from tests.console.conftest import Browser


def told(answer: httpx.Response, field: str) -> None:
    body = answer.json()
    assert (answer.status_code, body["code"], body["field"]) == (400, "bad_input", field), answer.text
    assert "NUL" in body["message"]


@pytest.mark.parametrize(
    "body", [{"name": "a\0b"}, {"name": "x", "a\0b": 1}, {"tsl": {"properties": [{"x": "\0"}]}}]
)
async def test_bodies(administrator: Browser, body: dict[str, object]) -> None:
    before = (await administrator.get("/products")).json()
    told(await administrator.post("/products", json=body), "body")
    assert (await administrator.get("/products")).json() == before


async def test_queries_and_paths(administrator: Browser) -> None:
    told(await administrator.get("/products?text=%00"), "text")
    told(await administrator.get("/products/a%00b"), "product_key")


async def test_what_only_looks_like_it(administrator: Browser) -> None:
    """A backslash and `u0000` in a text are six characters like others."""
    raw = json.dumps({"kind": "device", "name": "a\\u0000b", "tsl": "no"})
    answer = await administrator.post("/products", content=raw, headers={"content-type": "application/json"})
    assert "NUL" not in answer.text
