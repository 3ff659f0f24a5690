"""The console's pages of cameras in a real Chromium: the picture moves, the camera turns, axe finds nothing."""

import asyncio

import pytest
from playwright.async_api import async_playwright, expect

from linli.protocols import gb28181 as gb
from tests.browser.visit import CHROMIUM
from tests.domains.video.live.conftest import WAIT_S, House, channel
from tests.domains.video.live.pages import PAGES, WAIT_MS, in_order


@pytest.mark.skipif(not CHROMIUM.exists() or not PAGES.exists(), reason="no Chromium, or no pages")
async def test_a_camera_on_the_pages(house: House) -> None:
    await house.known()
    recordings = [("2026-11-30T08:00:00", "2026-11-30T08:30:00", "time", 1000)]
    recorder = house.recorder(channel(recordings=recordings))
    assert await recorder.start() == 200
    (row,) = await house.listed()
    async with async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        context = await browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        cookies = [
            {"name": cookie.name, "value": cookie.value or "", "url": house.url}
            for cookie in house.desk.cookies.jar
        ]
        await context.add_cookies(cookies)  # type: ignore[arg-type]
        page = await context.new_page()
        page.set_default_timeout(WAIT_MS)
        await page.goto(f"{house.url}/cameras/{row['id']}")
        picture = page.locator(".picture")
        await expect(picture).to_have_attribute("data-state", "playing", timeout=WAIT_MS)
        before = await page.evaluate("document.querySelector('video').currentTime")
        async with asyncio.timeout(WAIT_S):
            while await page.evaluate("document.querySelector('video').currentTime") <= before + 0.4:
                await asyncio.sleep(0.05)
        assert await page.evaluate("document.querySelector('video').videoWidth") == 320
        up = page.get_by_role("button", name="向上", exact=True)
        await up.hover()
        await page.mouse.down()
        await recorder.until(lambda: len(recorder.moves) == 1)
        await page.mouse.up()
        await recorder.until(lambda: len(recorder.moves) >= 2)
        stopped = gb.ptz_command(gb.Move())
        await recorder.until(lambda: stopped in recorder.moves)
        await up.focus()
        await page.keyboard.down("ArrowLeft")
        await recorder.until(lambda: gb.ptz_command(gb.Move(-1), 141) in recorder.moves)
        await page.keyboard.up("ArrowLeft")
        await recorder.until(lambda: recorder.moves.count(stopped) >= 2)
        await page.get_by_role("button", name="保存当前画面").click()
        preset = page.get_by_role("button", name="预置点1", exact=True)
        await preset.click()
        await recorder.until(lambda: gb.preset_command(gb.GO_TO_PRESET, 1) in recorder.moves)
        await page.get_by_role("button", name="删除预置点1").click()
        await page.get_by_role("dialog").get_by_role("button", name="删除", exact=True).click()
        await recorder.until(lambda: not recorder.presets)
        await expect(preset).to_have_count(0)
        await expect(page.get_by_role("dialog")).to_have_count(0)  # it fades
        for width in (1440, 360):
            await in_order(page, "camera", width)
        await page.goto(f"{house.url}/cameras/wall")
        await expect(page.locator(".picture").first).to_have_attribute(
            "data-state", "playing", timeout=WAIT_MS
        )
        for width in (1440, 360):
            await in_order(page, "wall", width)
        await page.goto(f"{house.url}/cameras/gb28181")
        await expect(page.get_by_text("34020000002000000001")).to_be_visible()
        for width in (1440, 360):
            await in_order(page, "gb28181", width)
        await browser.close()
