"""Which request goes where, and what every answer carries, on the port that users reach."""

import asyncio

import httpx
import pytest

from linli.app.platform import Platform

pytestmark = pytest.mark.engines("sqlite")


async def raw(platform: Platform, request: bytes) -> bytes:
    """One request as it is, without a client's tidying; the whole answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", platform.http.port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(-1), 30)
    writer.close()
    return answer


async def test_health(web: httpx.AsyncClient, platform: Platform) -> None:
    assert (await web.get("/healthz")).text == "ok"
    ready = await web.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "faults": {}})
    platform.disk._free_bytes = lambda folder: 0
    platform.disk._reserve, platform.disk._looked_ms = 1, None
    full = await web.get("/readyz")
    assert full.status_code == 503
    assert list(full.json()["faults"]) == ["disk"]


async def test_metrics_are_for_this_machine_alone(web: httpx.AsyncClient) -> None:
    assert b"# HELP" in (await web.get("/metrics")).content
    for header in ("x-forwarded-for", "forwarded", "x-real-ip", "via"):
        passed_on = await web.get("/metrics", headers={header: "203.0.113.9"})
        assert (passed_on.status_code, passed_on.content) == (404, b"")


async def test_metrics_are_refused_from_elsewhere(platform: Platform) -> None:
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    for client in (("203.0.113.9", 1), ("10.0.0.1", 1), None):
        scope = {"type": "http", "method": "GET", "path": "/metrics", "headers": [], "client": client}
        await platform.router()(scope, receive, send)
    assert [m["status"] for m in sent if "status" in m] == [404, 404, 404]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_unknown_paths_that_are_no_pages_meet_the_gateway(web: httpx.AsyncClient, method: str) -> None:
    answer = await web.request(method, "/no/such/api", content=b"{}")
    assert answer.status_code == (400 if method == "POST" else 405)
    assert answer.content == b""
    assert "x-ca-error-message" in answer.headers


async def test_a_known_api_path_is_the_gateways_also_for_get(web: httpx.AsyncClient) -> None:
    answer = await web.get("/solution/community/paas/token/get")
    assert answer.status_code == 400
    assert "x-ca-error-message" in answer.headers


async def test_a_signed_get_of_an_unknown_path_is_the_gateways(web: httpx.AsyncClient) -> None:
    answer = await web.get("/no/such/api", headers={"x-ca-key": "23456789"})
    assert answer.status_code in (400, 403)
    assert "x-ca-error-message" in answer.headers


@pytest.mark.parametrize("path", ["/", "/devices/7", "/healthzz", "/metricsx", "/filesystem"])
async def test_the_rest_are_pages(web: httpx.AsyncClient, path: str) -> None:
    page = await web.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")


async def test_pages_carry_what_protects_them(web: httpx.AsyncClient) -> None:
    page = await web.get("/")
    policy = page.headers["content-security-policy"]
    for part in ("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe-eval" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["referrer-policy"] == "same-origin"
    assert "no-cache" in page.headers["cache-control"] or "no-store" in page.headers["cache-control"]
    assert "server" not in page.headers


async def test_console_answers_are_neither_kept_nor_guessed(web: httpx.AsyncClient) -> None:
    for path in ("/api/console/session", "/api/console/none"):
        answer = await web.get(path)
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "no-store" in answer.headers["cache-control"]
        assert "traceback" not in answer.text.lower()


async def test_odd_targets(platform: Platform) -> None:
    end = b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    assert b" 405 " in (await raw(platform, b"OPTIONS *" + end)).partition(b"\r\n")[0]
    assert b"\r\n\r\nok" in await raw(platform, b"GET http://elsewhere/healthz" + end)
    for path in (
        b"/../../etc/passwd",
        b"/%2e%2e/%2e%2e/etc/passwd",
        b"/assets/..%2f..%2fapp.py",
        b"/%00",
        b"//etc/passwd",
    ):
        answer = await raw(platform, b"GET " + path + end)
        assert b"root:" not in answer
        assert answer.split(b" ")[1] in (b"200", b"404")
        if answer.split(b" ")[1] == b"200":
            assert b"text/html" in answer


async def test_a_large_unsigned_body_is_refused_early(web: httpx.AsyncClient) -> None:
    answer = await web.post("/no/such/api", content=b"x" * 11_000_000)
    assert answer.status_code in (400, 413)


async def test_upload_forms_at_the_root(web: httpx.AsyncClient) -> None:
    assert (await web.options("/")).status_code == 204
    refused = await web.post("/", content=b"nothing", headers={"content-type": "text/plain"})
    assert 400 <= refused.status_code < 500
    assert b"<Error>" in refused.content
