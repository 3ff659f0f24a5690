"""Camera health on the console's pages in a real Chromium: covered, shown beside the reference, and good again."""

import pytest
from playwright.async_api import expect

from tests.browser.visit import CHROMIUM
from tests.domains.video.health.scenes import Scene
from tests.domains.video.health.test_looking import Filmed, daylight, filmed
from tests.domains.video.live.conftest import House
from tests.domains.video.live.pages import PAGES, WAIT_MS, in_order, page_of

__all__ = ["daylight", "filmed"]


@pytest.mark.usefixtures("daylight")
@pytest.mark.skipif(not CHROMIUM.exists() or not PAGES.exists(), reason="no Chromium, or no pages")
async def test_a_covered_camera_on_the_pages(house: House, filmed: Filmed) -> None:
    await filmed.look()
    async with page_of(house) as page:
        await page.goto(f"{house.url}/cameras/health")
        await expect(page.get_by_text("没有发现画面问题")).to_be_visible()
        for width in (1440, 360):
            await in_order(page, "health-good", width)
        for _ in range(2):
            await filmed.look(Scene(fill=120, noise=4))
        await page.reload()
        card = page.get_by_role("region", name="画面体检：北门枪机")
        await expect(card).to_contain_text("镜头可能被遮挡")
        await expect(card.get_by_role("img", name="北门枪机：遮挡")).to_be_visible()
        await expect(card.get_by_role("img", name="北门枪机 的参照画面：白天")).to_be_visible()
        await expect(page.get_by_text("遮挡（1）")).to_be_visible()
        for width in (1440, 360):
            await in_order(page, "health-covered", width)
        await page.goto(f"{house.url}/door-alarms")
        await expect(page.get_by_text("摄像头被遮挡").first).to_be_visible()
        await page.get_by_role("link", name="北门枪机").first.click()
        await expect(card).to_contain_text("镜头可能被遮挡")
        await card.get_by_role("button", name="7 天内不再提示").click()
        await expect(card.get_by_role("button", name="恢复提示")).to_be_visible()
        await card.get_by_role("link", name="北门枪机").click()
        step = page.locator("[data-step=view]")
        await expect(step).to_contain_text("画面正常", timeout=WAIT_MS)  # muted ones are not said
        card = page.get_by_role("region", name="画面体检：北门枪机")
        await card.get_by_role("button", name="恢复提示").click()
        await expect(step).to_have_attribute("data-cause", "covered", timeout=WAIT_MS)
        for width in (1440, 360):
            await in_order(page, "health-camera", width)
        filmed.scene = Scene()
        await card.get_by_role("button", name="更新参照").click()
        await page.get_by_role("button", name="这就是正确的画面").click()
        await expect(card).to_contain_text("人工确认于", timeout=WAIT_MS)
        await expect(card.get_by_text("正常", exact=True)).to_be_visible()
        await card.get_by_role("button", name="不再查看画面").click()
        await page.get_by_role("dialog").get_by_role("button", name="不再查看画面").click()
        await expect(card.get_by_role("button", name="查看画面", exact=True)).to_be_visible()
