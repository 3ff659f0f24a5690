"""The doctor on the console's pages in a real Chromium: a wrong password is named, changed, and the camera is good."""

import asyncio

from playwright.async_api import expect

from tests.domains.video.live.conftest import WAIT_S, House, channel
from tests.domains.video.live.pages import WAIT_MS, in_order, needs_pages, page_of


@needs_pages
async def test_a_wrong_password_is_mended_on_the_page(house: House) -> None:
    await house.known()
    recorder = house.recorder(channel(), password="camera-secret-2")
    assert await recorder.start() == 401
    async with page_of(house) as page:
        await page.goto(f"{house.url}/cameras/gb28181")
        await page.get_by_role("button", name="检查", exact=True).click()
        step = page.locator("[data-step=registered]")
        await expect(step).to_have_attribute("data-cause", "wrong_password")
        await expect(step).to_contain_text("密码都不对，来自 127.0.0.1")
        for width in (1440, 360):
            await in_order(page, "doctor-password", width)
        await step.get_by_role("button", name="换密码").click()
        form = page.locator("form")
        await form.get_by_label("注册密码").fill("camera-secret-2")
        await form.get_by_role("button", name="保存").click()
        await expect(step).to_have_attribute("data-cause", "password_new")
        assert await recorder.register() == 200
        await expect(step).to_have_attribute("data-cause", "registered", timeout=WAIT_MS)
        await page.get_by_role("button", name="信令记录", exact=True).click()
        row = page.get_by_text("REGISTER", exact=True).first
        await row.click()
        await expect(page.locator("pre").first).to_contain_text("CSeq")
        await page.set_viewport_size({"width": 360, "height": 900})
        panel = page.get_by_role("dialog", name="信令记录")
        async with asyncio.timeout(WAIT_S):
            while (box := await panel.bounding_box()) is None or box["x"] < 0:
                await asyncio.sleep(0.05)
        for width in (360, 1440):
            await in_order(page, "doctor-messages", width)
        (camera,) = await house.listed()
        await page.goto(f"{house.url}/cameras/{camera['id']}")
        doctor = page.get_by_role("region", name="检查")
        await doctor.get_by_role("button", name="测试", exact=True).first.click()
        await expect(doctor.get_by_text("测试完成", exact=False)).to_be_visible(timeout=WAIT_MS)
        await expect(page.locator("[data-step=playing]")).to_have_attribute("data-cause", "plays_whole")
        await expect(page.locator("[data-step=clock]")).to_have_attribute("data-cause", "clock_good")
        for width in (1440, 360):
            await in_order(page, "doctor-camera", width)


@needs_pages
async def test_a_camera_whose_packets_do_not_come_is_mended_by_tcp(house: House) -> None:
    path = await house.camera(silent=True)
    (recorder,) = house.cameras
    async with page_of(house) as page:
        await page.goto(f"{house.url}/cameras/{path.rpartition('/')[2]}")
        step = page.locator("[data-step=media]")
        await expect(step).to_have_attribute("data-cause", "no_rtp", timeout=WAIT_MS)
        for width in (1440, 360):
            await in_order(page, "doctor-no-rtp", width)
        recorder.faults.silent = False
        await step.get_by_role("button", name="改用 TCP").click()
        await expect(page.locator("[data-step=playing]")).to_have_attribute(
            "data-cause", "plays_whole", timeout=WAIT_MS
        )
        (device,) = (await house.desk.get(f"{house.at}/gb-devices")).json()["devices"]
        assert device["way"] == "passive"
