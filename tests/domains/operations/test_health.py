"""What the operator reads about the platform itself."""

from dataclasses import replace

import msgspec
import pytest

from linli.console.parts import Parts
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
