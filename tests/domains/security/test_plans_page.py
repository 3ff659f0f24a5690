"""Capture plans and pictures by the maker's interface on the console's pages in a real Chromium."""

import re

from playwright.async_api import expect

from linli.sim.maker_camera import Faults, MakerCamera
from tests.domains.security.test_single_pictures import house, picture, shown
from tests.domains.video.live.conftest import House
from tests.domains.video.live.pages import WAIT_MS, in_order, needs_pages, page_of

__all__ = ["house"]
pytestmark = needs_pages


async def test_a_plan_is_filled_in_and_takes_its_pictures(house: House) -> None:
    await shown(house, "北门枪机", "中庭球机")
    async with page_of(house) as page:
        await page.goto(f"{house.url}/guarding?tab=plans")
        await expect(page.get_by_text("没有抓图计划")).to_be_visible(timeout=WAIT_MS)
        await page.get_by_role("button", name="新建抓图计划").first.click()
        form = page.get_by_role("dialog", name="新建抓图计划")
        await form.get_by_label("计划名称").fill("早晚巡查")
        await form.locator("#plan-cameras").click(force=True)
        await page.get_by_role("option", name="北门枪机").click()
        await form.get_by_label("计划名称").click()
        await expect(page.get_by_role("option", name="北门枪机")).to_be_hidden(timeout=WAIT_MS)
        await form.get_by_label("抓图时间").fill("25:00")
        await expect(form.get_by_text("时间写成 08:00 或 20:30")).to_be_visible(timeout=WAIT_MS)
        for width in (1440, 360):
            await in_order(page, "plan-form", width)
        await form.get_by_label("抓图时间").fill("8:00，20：30")
        await form.get_by_role("button", name="保存").click()
        row = page.get_by_role("row", name=re.compile("早晚巡查"))
        await page.set_viewport_size({"width": 1440, "height": 900})
        await expect(row).to_contain_text("每天 08:00 20:30", timeout=WAIT_MS)
        await row.get_by_role("button", name="立即抓图").click()
        panel = page.get_by_role("dialog", name="早晚巡查")
        await expect(panel.get_by_text("已抓图", exact=True)).to_be_visible(timeout=WAIT_MS)
        for width in (1440, 360):
            await in_order(page, "plan-taken", width)
        await page.set_viewport_size({"width": 1440, "height": 900})
        await page.goto(f"{house.url}/guarding?tab=captures")
        await expect(page.get_by_role("row", name=re.compile("北门枪机.*早晚巡查"))).to_be_visible(
            timeout=WAIT_MS
        )
        await page.goto(f"{house.url}/guarding?tab=plans")
        await row.get_by_role("button", name="暂停").click()
        await expect(row).to_contain_text("已暂停", timeout=WAIT_MS)
        await row.get_by_role("button", name="删除").click()
        await page.get_by_role("dialog").get_by_role("button", name="删除", exact=True).click()
        await expect(page.get_by_text("没有抓图计划")).to_be_visible(timeout=WAIT_MS)


async def test_the_makers_interface_is_set_up_and_mended(house: House) -> None:
    await shown(house, "北门枪机")
    camera = MakerCamera("hikvision", {1: picture("red")})
    await camera.start()
    path = await house.camera()
    async with page_of(house) as page:
        await page.goto(f"{house.url}/cameras/{path.rpartition('/')[2]}")
        card = page.get_by_role("region", name="按厂商接口取单张图片")
        await card.get_by_role("button", name="设置").click()
        await card.get_by_label("摄像头或录像机地址").fill("127.0.0.1")
        await card.get_by_label("端口").fill(str(camera.port))
        await card.get_by_label("密码").fill("wrong")
        for width in (1440, 360):
            await in_order(page, "maker-form", width)
        await card.get_by_role("button", name="保存并抓图").click()
        await expect(card.get_by_role("alert")).to_contain_text("拒绝了用户名或密码", timeout=WAIT_MS)
        assert await card.get_by_text("这是平台自身的问题").count() == 0
        await card.get_by_role("button", name="编辑").click()
        await card.get_by_label("密码").fill(camera.password)
        await card.get_by_role("button", name="保存并抓图").click()
        shot = card.locator("img")
        await expect(shot).to_be_visible(timeout=WAIT_MS)
        assert await shot.evaluate("(image) => image.naturalWidth") == 320
        for width in (1440, 360):
            await in_order(page, "maker-picture", width)
        camera.faults = Faults(page=True)
        await card.get_by_role("button", name="抓一张图").click()
        await expect(card.get_by_role("alert")).to_contain_text("不是图片", timeout=WAIT_MS)
    await camera.stop()
