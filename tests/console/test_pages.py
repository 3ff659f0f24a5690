"""The built pages as served."""

import base64
import hashlib
from pathlib import Path

import httpx
import pytest

from linli.console.pages import Manuals, Pages, policy


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


async def test_an_asset_goes_out_as_small_as_the_browser_reads_it(site: httpx.AsyncClient, tmp_path: Path):
    (tmp_path / "assets" / "app-1a2b.js.br").write_bytes(b"by brotli")
    async with site.stream("GET", "/assets/app-1a2b.js", headers={"accept-encoding": "gzip, br"}) as answer:
        assert answer.headers["content-encoding"] == "br"
        assert answer.headers["vary"] == "accept-encoding"
        assert b"".join([part async for part in answer.aiter_raw()]) == b"by brotli"
    for asked in ("gzip", "gzip, x-br"):
        answer = await site.get("/assets/app-1a2b.js", headers={"accept-encoding": asked})
        assert answer.headers["content-encoding"] == "gzip"


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


@pytest.fixture
def manuals(tmp_path: Path) -> httpx.AsyncClient:
    folder = tmp_path / "help"
    (folder / "en").mkdir(parents=True)
    (folder / "assets" / "chunks").mkdir(parents=True)
    (folder / "en" / "index.html").write_text("start")
    (folder / "en" / "doors.html").write_text("doors")
    (folder / "404.html").write_text("no such page")
    (folder / "assets" / "chunks" / "search.1a2b.js").write_text("1")
    (folder / ".linli-built.stamp").write_text("secret")
    (tmp_path / "outside.html").write_text("outside")
    transport = httpx.ASGITransport(Manuals(folder))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://linli.test")


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("en-GB,en;q=0.9", "en"), ("zh-TW", "zh-CN"), ("fr", "zh-CN"), ("", "zh-CN")],
)
@pytest.mark.parametrize("path", ["/help", "/help/"])
async def test_the_manual_begins_in_the_language_of_the_browser(
    manuals: httpx.AsyncClient, path: str, wanted: str, language: str
):
    answer = await manuals.get(path, headers={"accept-language": wanted})
    assert (answer.status_code, answer.headers["location"]) == (302, f"/help/{language}/")
    assert answer.headers["vary"] == "accept-language"


async def test_a_page_of_the_manual_has_a_plain_address_and_a_strict_policy(manuals: httpx.AsyncClient):
    for path, text in {
        "/help/en/": "start",
        "/help/en/doors": "doors",
        "/help/en/doors.html": "doors",
    }.items():
        answer = await manuals.get(path)
        assert (answer.status_code, answer.text) == (200, text)
        assert answer.headers["cache-control"] == "no-cache"
        assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert (await manuals.get("/help/en")).headers["location"] == "/help/en/"
    script = await manuals.get("/help/assets/chunks/search.1a2b.js")
    assert "immutable" in script.headers["cache-control"]
    assert (await manuals.post("/help/en/doors")).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/help/en/nowhere",
        "/help/nowhere/",
        "/help/assets/old.js",
        "/help/../outside",
        "/help/%2e%2e/outside",
        "/help/en/..%2f..%2foutside",
        "/help/..%5coutside",
        "/help/.linli-built.stamp",
        "/help/en/%00",
        "/help//outside",
        "/help/en/" + "a" * 5000,
    ],
)
async def test_what_the_manual_has_not_is_its_own_404_page(manuals: httpx.AsyncClient, path: str):
    answer = await manuals.get(path)
    assert (answer.status_code, answer.text) == (404, "no such page")
    assert "script-src 'self';" in answer.headers["content-security-policy"]


BUILT = (
    '<!doctype html><meta name="linli-page" content="{}"><meta name="linli-answers" content="{}">'
    "<script>early()</script><script type=module src=/assets/app-1a2b.js></script>"
)
FIRST = '{"": {"en": []}, "/doors": {"files": ["/assets/Doors-1.js"], "ask": {}, "en": ["/a\'b.js"]}}'


@pytest.fixture
def told(tmp_path: Path, site: httpx.AsyncClient) -> httpx.AsyncClient:
    (tmp_path / "index.html").write_text(BUILT)
    (tmp_path / "first.json").write_text(FIRST)
    return site


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/doors", "Doors-1.js"),
        ("/doors/", "Doors-1.js"),
        ("/doors/7", "&quot;en&quot;: []"),
        ("/", "&quot;en&quot;: []"),
    ],
)
async def test_a_page_is_told_what_its_path_needs_first(told: httpx.AsyncClient, path: str, said: str):
    answer = await told.get(path)
    assert said in answer.text
    assert answer.text.count("<script") == 2
    assert '"linli-answers" content="{}"' in answer.text  # nobody answers here


async def test_only_the_script_inside_the_page_may_run(told: httpx.AsyncClient):
    answer = await told.get("/doors")
    digest = base64.b64encode(hashlib.sha256(b"early()").digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in answer.headers["content-security-policy"]


async def test_scripts_and_styles_carry_nothing_that_only_documents_use(
    told: httpx.AsyncClient, tmp_path: Path
):
    (tmp_path / "assets" / "map-worker-1.js").write_text("self.onmessage = null;")
    script = await told.get("/assets/app-1a2b.js")
    assert script.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" not in script.headers
    worker = await told.get("/assets/map-worker-1.js")  # lives under its own file's policy
    assert "script-src 'self';" in worker.headers["content-security-policy"]
