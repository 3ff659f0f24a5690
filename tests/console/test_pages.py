"""The built pages as served."""

from pathlib import Path

import httpx
import pytest

from linli.console.pages import Pages, policy


@pytest.fixture
def site(tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>page")
    (tmp_path / "assets" / "app-1a2b.js").write_text("console.log(1);" * 200)
    (tmp_path / ".linli-built.stamp").write_text("secret")
    (tmp_path.parent / "outside.txt").write_text("outside")
    transport = httpx.ASGITransport(Pages(tmp_path))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://linli.test")


async def test_assets_are_kept_a_year_and_packed(site: httpx.AsyncClient):
    answer = await site.get("/assets/app-1a2b.js")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.text.startswith("console.log")


async def test_any_other_path_is_the_page_under_a_strict_policy(site: httpx.AsyncClient):
    answer = await site.get("/devices/abc?tab=events")
    assert (answer.status_code, answer.text) == (200, "<!doctype html>page")
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe-eval" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("tiles", "allowed"),
    [
        ("https://tiles.example:8443/{z}/{x}/{y}.png", "connect-src 'self' https://tiles.example:8443;"),
        ("https://{s}.tiles.example/{z}/{x}/{y}.png", "connect-src 'self' https://*.tiles.example;"),
        ("javascript:alert(1)", "connect-src 'self';"),
        ("", "connect-src 'self';"),
    ],
)
def test_pages_may_load_the_tiles_that_are_set(tiles: str, allowed: str):
    assert allowed in policy(tiles)


@pytest.mark.parametrize("path", ["/../outside.txt", "/%2e%2e/outside.txt", "/.linli-built.stamp"])
async def test_nothing_hidden_or_outside_is_served(site: httpx.AsyncClient, path: str):
    assert (await site.get(path)).text == "<!doctype html>page"


async def test_asset_of_an_older_build_is_not_the_page(site: httpx.AsyncClient):
    assert (await site.get("/assets/old-9999.js")).status_code == 404
