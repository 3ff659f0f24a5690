"""Masks on a camera's page in a real Chromium: drawn, undone, kept, and over the picture of who may not see through."""

from typing import Any

import pytest
from playwright.async_api import expect

from linli.domains.video.service import masks
from tests.browser.visit import CHROMIUM
from tests.domains.video.live.conftest import House
from tests.domains.video.live.pages import PAGES, WAIT_MS, in_order, page_of


@pytest.mark.skipif(not CHROMIUM.exists() or not PAGES.exists(), reason="no Chromium, or no pages")
async def test_masks_are_drawn_and_hide(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    path = await house.camera()
    number = path.rpartition("/")[2]
    async with page_of(house) as page:
        await page.goto(f"{house.url}/cameras/{number}")
        card = page.get_by_role("region", name="隐私遮挡：北门枪机")
        await card.get_by_role("button", name="绘制遮挡").click()
        image = card.get_by_role("img")
        await expect(image).to_be_visible(timeout=WAIT_MS)
        await image.scroll_into_view_if_needed()
        box = await image.bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.2)
        await page.mouse.down()
        await page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.6, steps=4)
        await page.mouse.up()
        await card.get_by_role("button", name="添加区域").click()
        await expect(card.get_by_role("listitem")).to_have_count(2)
        await card.get_by_role("button", name="撤销一步").click()
        await expect(card.get_by_role("listitem")).to_have_count(1)
        await card.get_by_label("宽").fill("45")
        await card.get_by_label("宽").blur()
        for width in (1440, 360):
            await in_order(page, "masks-drawing", width)
        await card.get_by_role("button", name="保存").click()
        await expect(card.get_by_text("您能看到被遮挡的部分")).to_be_visible()
        (kept,) = (await house.desk.get(f"{path}/masks")).json()["boxes"]
        assert kept["width"] == 4_500
        assert abs(kept["left"] - 1_000) < 100
        assert abs(kept["height"] - 4_000) < 100
        await expect(page.locator(".picture[data-state=playing]")).to_have_count(1, timeout=WAIT_MS)
        await expect(page.locator("svg.masks")).to_have_count(0)

        async def sees(*_: Any) -> bool:
            return False

        monkeypatch.setattr(masks, "sees_through", sees)
        await page.reload()
        await expect(page.locator(".picture[data-state=playing]")).to_have_count(1, timeout=WAIT_MS)
        await expect(page.locator("svg.masks rect")).to_have_count(1)
        assert await page.locator("svg.masks").get_attribute("viewBox") == "0 0 320 240"
        for width in (1440, 360):
            await in_order(page, "masks-hidden", width)
