"""A lane is watched by the camera that shows it: by the open API, and on the staff's phone, which opens it too."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import async_playwright, expect

from linli.console.pages import STAFF_PAGES
from linli.sim.lane_camera import SimulatedLaneCamera
from linli.sim.link import Triple
from tests.browser.visit import CHROMIUM
from tests.domains.video.live.conftest import WAIT_S, House
from tests.domains.video.live.pages import SHOTS
from tests.domains.video.live.test_openapi import _check, _play, _set_up

WAIT_MS = WAIT_S * 1000


async def _lane(house: House) -> dict[str, Any]:
    """A lane with a plate camera, which sends no pictures of its own."""
    desk, here = house.desk, f"{house.at}/parking/lanes"
    product = await desk.post("/products", json={"name": "车道相机", "categoryCode": "community/car/lprc"})
    lane = await desk.post(here, json={"name": "南门入口", "direction": "in", "areaName": "地面停车场"})
    assert lane.status_code == 201, lane.text
    form = {"sn": "LPRC-1", "name": "车牌机", "productKey": product.json()["productKey"]}
    made = await desk.post(f"{here}/{lane.json()['id']}/device", json=form)
    assert made.status_code == 201, made.text
    device: dict[str, Any] = made.json()
    return device


async def _show(house: House, device: dict[str, Any], camera: dict[str, Any] | None) -> None:
    number = None if camera is None else int(camera["id"])
    answer = await house.desk.put(f"{house.at}/device-views/{device['iotId']}", json={"cameraId": number})
    assert answer.status_code == 204, answer.text


@pytest.mark.covers("B084")
async def test_a_lane_is_watched_live_by_the_open_api(house: House) -> None:
    partner, _ = await _set_up(house)
    device = await _lane(house)
    asked = {"iotId": device["iotId"], "scheme": "flv", "streamType": 0}
    refused = await partner.call("/vision/stream/query", "2.1.0", asked)
    assert refused["code"] != 200, refused
    (camera,) = await house.listed()
    await _show(house, device, camera)
    views = (await house.desk.get(f"{house.at}/device-views")).json()
    assert views == [{"iotId": device["iotId"], "cameraId": camera["id"], "cameraName": camera["name"]}]
    told = await partner.call("/vision/stream/query", "2.1.0", asked)
    assert told["code"] == 200, told
    _check(await _play(told["data"]["path"]))
    stopped = await partner.call("/vision/stream/stop", "1.0.4", {"iotId": device["iotId"]})
    assert stopped["code"] == 200
    (recorder,) = house.cameras
    await recorder.until(lambda: not recorder.senders)

    await _show(house, device, None)
    assert (await partner.call("/vision/stream/query", "2.1.0", asked))["code"] != 200
    nowhere = await house.desk.put(f"{house.at}/device-views/{device['iotId']}", json={"cameraId": 1})
    assert nowhere.status_code == 404
    unknown = await house.desk.put(f"{house.at}/device-views/nobody", json={"cameraId": int(camera["id"])})
    assert unknown.status_code == 404


@pytest.mark.skipif(
    not CHROMIUM.exists() or not (STAFF_PAGES / "index.html").exists(), reason="no Chromium, or no pages"
)
@pytest.mark.covers("PM-17")
async def test_staff_watch_a_lane_and_open_it(house: House) -> None:
    await _set_up(house)
    device = await _lane(house)
    (camera,) = await house.listed()
    await _show(house, device, camera)
    triple = Triple(device["productKey"], device["deviceName"], device["deviceSecret"])
    lane = SimulatedLaneCamera(triple, "127.0.0.1", house.platform.mqtt_port)
    await lane.start()
    await lane.link.wait_online()
    await lane.see("浙A12345")
    async with async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        context = await browser.new_context(locale="zh-CN", viewport={"width": 360, "height": 740})
        await context.add_cookies(
            [
                {"name": cookie.name, "value": cookie.value or "", "url": house.url}
                for cookie in house.desk.cookies.jar
            ]  # type: ignore[arg-type]
        )
        page = await context.new_page()
        page.set_default_timeout(WAIT_MS)
        await page.goto(f"{house.url}/staff/lanes")
        await page.get_by_role("button", name="查看南门入口").click()
        picture = page.locator("figure")
        await expect(picture).to_have_attribute("data-state", "playing", timeout=WAIT_MS)
        before = await page.evaluate("document.querySelector('video').currentTime")
        async with asyncio.timeout(WAIT_S):
            while await page.evaluate("document.querySelector('video').currentTime") <= before + 0.4:
                await asyncio.sleep(0.05)
        if SHOTS:
            await page.screenshot(path=f"{SHOTS}/staff-live.png")
        await page.get_by_role("button", name="开闸：南门入口").last.click()
        await page.get_by_label("原因").fill("访客车")
        await page.get_by_role("button", name="开闸", exact=True).last.click()
        await expect(page.get_by_role("status")).to_be_visible(timeout=WAIT_MS)
        await page.goto(f"{house.url}/staff/vehicle-passes")
        await expect(page.get_by_text("浙A")).to_be_visible(timeout=WAIT_MS)
        await page.set_viewport_size({"width": 1440, "height": 900})
        await page.goto(f"{house.url}/parking")
        await page.get_by_role("row").filter(has_text="南门入口").get_by_role("button", name="详情").click()
        await page.get_by_role("button", name=f"查看（{camera['name']}）").click()
        await expect(page.locator(".picture")).to_have_attribute("data-state", "playing", timeout=WAIT_MS)
        if SHOTS:
            await page.screenshot(path=f"{SHOTS}/lane-live.png")
        await browser.close()
    await lane.stop()
