"""Four cameras in step on the console's page in a real Chromium: one clock, and who has no recording says so."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.visit import CHROMIUM
from tests.domains.video.live.conftest import CAMERA, OTHER, WAIT_S, House, channel
from tests.domains.video.live.pages import PAGES, WAIT_MS, in_order, page_of
from tests.domains.video.live.test_recording import plan, recorded_ms

MORE = ("34020000001320000003", "34020000001320000004")


async def films(page: Page) -> list[dict[str, Any]]:
    """Of each pane: its state, how far it is from the clock, and whether its film runs."""
    shown: list[dict[str, Any]] = await page.evaluate(
        "[...document.querySelectorAll('.picture')].map(each => ({state: each.dataset.state,"
        " ahead: Number(each.dataset.ahead), at: each.querySelector('video').currentTime,"
        " paused: each.querySelector('video').paused, rate: each.querySelector('video').playbackRate}))"
    )
    return shown


async def clock_of(page: Page) -> int:
    line = page.get_by_role("slider", name="这些摄像头一天的时间轴")
    return int(await line.get_attribute("aria-valuenow") or 0)


@pytest.mark.skipif(not CHROMIUM.exists() or not PAGES.exists(), reason="no Chromium, or no pages")
async def test_cameras_in_step_on_the_page(house: House) -> None:
    await house.known()
    codes = (CAMERA, OTHER, *MORE)
    names = ("东门", "西门", "南门", "北门")
    device = house.recorder(*(channel(code, name) for code, name in zip(codes, names, strict=True)))
    assert await device.start() == 200
    rows = {row["name"]: row["id"] for row in await house.listed(4)}
    paths = {name: f"{house.at}/cameras/{rows[name]}" for name in names}
    for name in names[:3]:
        await plan(house, paths[name])
    for name in names[:3]:
        await recorded_ms(house, paths[name], 8_000)
    for name in names[:3]:  # so that nothing grows while the page looks
        await plan(house, paths[name], mode="off")
    async with page_of(house) as page:
        await page.goto(f"{house.url}/cameras/in-step")
        await expect(page.get_by_text("还没有选择摄像头")).to_be_visible()
        chosen = ",".join(rows[name] for name in names)
        await page.goto(f"{house.url}/cameras/in-step?cameras={chosen}")
        await expect(page.locator(".picture")).to_have_count(4)
        # The others begin some hundred milliseconds after each other, and where the first one does nobody else has any.
        await expect(page.get_by_role("figure", name="北门")).to_contain_text("此刻没有录像")
        begin_ms = await clock_of(page)
        await page.get_by_role("button", name="播放", exact=True).click()
        async with asyncio.timeout(WAIT_S):
            while True:
                shown = [each for each in await films(page) if each["state"] == "playing"]
                going = len(shown) == 3 and not any(each["paused"] for each in shown)
                if (
                    going
                    and await clock_of(page) > begin_ms + 1_500
                    and max(abs(each["ahead"]) for each in shown) < 400
                ):
                    break
                await asyncio.sleep(0.05)
        await page.get_by_role("button", name="暂停", exact=True).click()
        await expect(page.locator(".picture[data-state=playing]")).to_have_count(3)
        before_ms = await clock_of(page)
        await page.get_by_role("button", name="下一帧", exact=True).click()
        assert await clock_of(page) == before_ms + 40
        async with asyncio.timeout(WAIT_S):
            while any(abs(each["ahead"]) > 20 for each in await films(page) if each["state"] == "playing"):
                await asyncio.sleep(0.05)
        for width in (1440, 360):
            await in_order(page, "in-step", width)
        await page.get_by_text("0.25×", exact=True).click()
        line = page.get_by_role("slider", name="这些摄像头一天的时间轴")
        await line.focus()
        await line.press(
            "PageDown"
        )  # ten minutes back: none has anything, and the clock goes on to what there is
        await expect(page.locator(".picture[data-state=none]")).to_have_count(4)
        await page.get_by_role("button", name="播放", exact=True).click()
        await expect(page.locator(".picture[data-state=none]")).not_to_have_count(4, timeout=WAIT_MS)
        async with asyncio.timeout(WAIT_S):
            while not any(each["rate"] == 0.25 and not each["paused"] for each in await films(page)):
                await asyncio.sleep(0.05)
        looks = (await house.desk.get(f"{house.at}/camera-looks", params={"kind": "playback"})).json()["data"]
        assert sorted(row["cameraName"] for row in looks) == sorted(names[:3])
