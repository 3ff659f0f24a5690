"""Recordings on the console's pages in a real Chromium: a plan is set, a day is played from its line and taken away."""

import asyncio

import pytest
from playwright.async_api import async_playwright, expect

from tests.browser.visit import CHROMIUM
from tests.domains.video.live.conftest import WAIT_S, House
from tests.domains.video.live.pages import PAGES, WAIT_MS, in_order
from tests.domains.video.live.test_recording import recorded_ms


@pytest.mark.skipif(not CHROMIUM.exists() or not PAGES.exists(), reason="no Chromium, or no pages")
async def test_recordings_on_the_pages(house: House) -> None:
    path = await house.camera()
    number = path.rpartition("/")[2]
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
        await page.goto(f"{house.url}/cameras/{number}")
        await page.get_by_role("button", name="录像计划", exact=True).click()
        await page.get_by_text("按时间录像", exact=True).click()
        await page.get_by_role("button", name="保存", exact=True).click()
        await expect(page.get_by_text("正在录像", exact=True)).to_be_visible(timeout=WAIT_MS)
        for width in (1440, 360):
            await in_order(page, "recording", width)
        files = await recorded_ms(house, path, 4_000)
        await page.get_by_role("link", name="录像回放").click()
        line = page.get_by_role("slider", name="一天的时间轴")
        await page.get_by_text("1 小时", exact=True).click()
        begin, end = [int(await line.get_attribute(f"aria-value{name}") or "0") for name in ("min", "max")]
        box = await line.bounding_box()
        assert box is not None
        wanted = (files[0]["beginMs"] - 30_000 - begin) / (end - begin)
        await line.click(position={"x": max(1.0, box["width"] * wanted), "y": 10})
        await expect(page.locator(".picture")).to_have_attribute("data-state", "playing", timeout=WAIT_MS)
        before = await page.evaluate("document.querySelector('video').currentTime")
        async with asyncio.timeout(WAIT_S):
            while await page.evaluate("document.querySelector('video').currentTime") <= before + 0.5:
                await asyncio.sleep(0.05)
        assert await page.evaluate("document.querySelector('video').videoWidth") == 320
        await expect(page.get_by_text("播放平台录像").first).to_be_visible()
        await page.get_by_role("button", name="显示缩略图").click()
        small = page.get_by_role("list", name="显示缩略图").get_by_role("button")
        await expect(small.first).to_be_visible(timeout=WAIT_MS)
        assert await small.first.locator("img").evaluate("(image) => image.naturalWidth") == 160
        await small.first.click()
        await expect(page.locator(".picture")).to_have_attribute("data-state", "playing", timeout=WAIT_MS)
        drawn = await page.locator("canvas.viewer-mark").evaluate(
            "(box) => box.getContext('2d').getImageData(0, 0, box.width, box.height).data.some(Boolean)"
        )
        assert drawn
        await page.get_by_role("button", name="下载一段", exact=True).click()
        await page.get_by_label("原因").fill("物品遗失")
        async with page.expect_download() as saving:
            await page.get_by_role("dialog").get_by_role("button", name="下载一段", exact=True).click()
        saved = await saving.value
        assert (await saved.path()).stat().st_size > 10_000
        await expect(page.get_by_text("原因：物品遗失")).to_be_visible()
        await expect(page.get_by_role("dialog")).to_have_count(0)  # it has gone by its animation
        for width in (1440, 360):
            await in_order(page, "playback", width)
        await page.get_by_role("link", name="全部查看记录").click()
        await expect(page.get_by_role("heading", name="谁看过摄像头")).to_be_visible()
        await expect(page.get_by_text("看实时画面", exact=True).first).to_be_visible()
        await (
            page.get_by_role("radio", name="下载", exact=True)
            .or_(page.get_by_role("button", name="下载", exact=True))
            .first.click()
        )
        await expect(page.get_by_text("物品遗失", exact=True).first).to_be_visible()
        await expect(page.get_by_text("看实时画面", exact=True)).to_have_count(0)
        for width in (1440, 360):
            await in_order(page, "looks", width)
        await browser.close()
