"""What is read from the web routes comes packed to whoever reads that."""

import gzip
import json
from typing import Any

import httpx
import pytest

from linli.console.packing import LEAST, packed

ROWS = [{"name": f"门 {number}"} for number in range(200)]
BODY = json.dumps(ROWS).encode()


def app_with(body: bytes, kind: str = "application/json", *, parts: int = 1) -> Any:
    async def answering(_scope: Any, _receive: Any, send: Any) -> None:
        headers = [(b"content-type", kind.encode())]
        if parts == 1:
            headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for number in range(parts):
            await send({"type": "http.response.body", "body": body, "more_body": number < parts - 1})

    return packed(answering)


async def ask(app: Any, method: str = "GET", accepts: str = "br, gzip") -> tuple[httpx.Response, bytes]:
    """The answer, and its body as it came."""
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://linli.test") as client,
        client.stream(method, "/rows", headers={"accept-encoding": accepts}) as answer,
    ):
        return answer, b"".join([part async for part in answer.aiter_raw()])


@pytest.mark.parametrize("accepts", ["gzip", "br, gzip", "gzip;q=0.5", "deflate,gzip , br"])
async def test_a_long_answer_comes_packed(accepts: str) -> None:
    answer, raw = await ask(app_with(BODY), accepts=accepts)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert int(answer.headers["content-length"]) == len(raw) < len(BODY) / 5
    assert gzip.decompress(raw) == BODY


@pytest.mark.parametrize("accepts", ["", "br", "identity", "gzip;q=0", "gzip; q=0.0"])
async def test_who_does_not_read_it_gets_it_plain(accepts: str) -> None:
    answer, raw = await ask(app_with(BODY), accepts=accepts)
    assert "content-encoding" not in answer.headers
    assert raw == BODY


async def test_what_is_short_done_streamed_or_no_json_comes_as_it_is() -> None:
    for app, method in (
        (app_with(b"[" + b" " * (LEAST - 3) + b"]"), "GET"),
        (app_with(BODY), "POST"),
        (app_with(BODY, "text/event-stream"), "GET"),
        (app_with(BODY, parts=3), "GET"),
        (app_with(BODY, "application/octet-stream"), "GET"),
    ):
        answer, raw = await ask(app, method)
        assert "content-encoding" not in answer.headers
        assert raw in (BODY, BODY * 3) or len(raw) < LEAST
