"""What the operator reads about the platform itself."""

from dataclasses import replace

import msgspec
import pytest

from linli.console.parts import Parts
from linli.kernel import outbox
from linli.kernel.http import Callers
from linli.kernel.settings import Http
from tests.console.conftest import Browser


@pytest.fixture
def parts(parts: Parts) -> Parts:
    async def no_faults() -> dict[str, str]:
        return {}

    parts.services["platform_health"] = no_faults
    return parts


async def test_a_proxy_that_nobody_named_is_told(administrator: Browser, parts: Parts):
    assert (await administrator.get("/health")).json()["unnamedProxies"] == []
    async with Browser(parts, address="10.0.0.2") as proxied:
        await proxied.post(
            "/session", json={"login": "nobody", "password": "x"}, headers={"x-forwarded-for": "203.0.113.9"}
        )
    assert (await administrator.get("/health")).json()["unnamedProxies"] == ["10.0.0.2"]


async def test_a_named_proxy_is_no_news(administrator: Browser, parts: Parts):
    named = msgspec.structs.replace(parts.settings, http=Http(trusted_proxies=["10.0.0.2"]))
    behind = replace(parts, settings=named, callers=Callers(["10.0.0.2"], parts.clock))
    async with Browser(behind, address="10.0.0.2") as proxied:
        proxied.headers["x-forwarded-for"] = "203.0.113.9"
        assert (await proxied.sign_in()).status_code == 200
        (own,) = [row for row in (await proxied.get("/sessions")).json() if row["current"]]
        assert own["address"] == "203.0.113.9"
        assert (await proxied.get("/health")).json()["unnamedProxies"] == []


async def test_a_job_that_gave_up_is_seen_tried_again_and_forgotten(administrator: Browser, parts: Parts):
    rows = [
        {"kind": "demo.push", "key": "", "payload": '{"code":"K7Q2"}', "state": "parked", "attempts": 30,
         "due_ms": 0, "created_ms": number, "reason": "the receiver is away"}
        for number in (1, 2)
    ]  # fmt: skip
    async with parts.db.begin() as tx:
        for row in rows:
            await tx.insert(outbox.outbox, row)
    jobs = (await administrator.get("/health/parked-jobs")).json()
    assert jobs["total"] == 2
    newest, oldest = jobs["data"]
    assert (newest["kind"], newest["attempts"], newest["reason"]) == ("demo.push", 30, "the receiver is away")
    assert "K7Q2" not in str(jobs)
    assert (await administrator.post(f"/health/parked-jobs/{newest['id']}/retry")).status_code == 204
    assert await outbox.counts(parts.db) == {"ready": 1, "parked": 1}
    assert (await administrator.post(f"/health/parked-jobs/{newest['id']}/retry")).status_code == 404
    assert (await administrator.delete(f"/health/parked-jobs/{oldest['id']}")).status_code == 204
    assert (await administrator.delete(f"/health/parked-jobs/{oldest['id']}")).status_code == 404
    assert (await administrator.get("/health/parked-jobs")).json()["total"] == 0
