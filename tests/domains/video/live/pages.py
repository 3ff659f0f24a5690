"""A page of a house's administrator in a real Chromium, and whether it is in order."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page, async_playwright

from tests.browser.visit import CHROMIUM, ROOT
from tests.domains.video.live.conftest import WAIT_S, House

PAGES: Final = ROOT / "src" / "linli" / "console" / "static" / "index.html"
AXE: Final = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS: Final = os.environ.get("CAMERA_SHOTS", "")
WAIT_MS: Final = WAIT_S * 1000
needs_pages = pytest.mark.skipif(
    not CHROMIUM.exists() or not PAGES.exists(), reason="no Chromium, or no pages"
)


@asynccontextmanager
async def page_of(house: House, *arguments: str, language: str = "zh-CN") -> AsyncIterator[Page]:
    """`arguments`: further ones of Chromium's."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", *arguments]
        )
        context = await browser.new_context(locale=language, viewport={"width": 1440, "height": 900})
        cookies = [
            {"name": cookie.name, "value": cookie.value or "", "url": house.url}
            for cookie in house.desk.cookies.jar
        ]
        await context.add_cookies(cookies)  # type: ignore[arg-type]
        page = await context.new_page()
        page.set_default_timeout(WAIT_MS)
        yield page
        await browser.close()


async def in_order(page: Page, name: str, width: int) -> None:
    """axe finds nothing, and nothing stands beyond the edge."""
    await page.set_viewport_size({"width": width, "height": 900})
    if SHOTS:
        await page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)
    await page.evaluate(AXE.read_text("utf-8"))
    faults = await page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].html))")
    assert faults == [], (name, faults)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
