"""The box's page looks for cameras: one that is new is tested and added, one that moved gets its new address."""

from dataclasses import replace

import pytest
from playwright.async_api import async_playwright, expect

from linli.edge.video import discovery
from linli.edge.video.simulator import ipc
from linli.edge.video.simulator.beacon import SimulatedBeacon
from linli.kernel.clock import SystemClock
from linli.protocols.onvif.discovery import Match
from tests.browser.visit import CHROMIUM
from tests.edge.video.site import VideoSite

pytestmark = pytest.mark.engines("sqlite")
WAIT_MS = 60_000
look_around = discovery.look_around


@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium")
async def test_a_camera_is_discovered_tested_and_added(
    site: VideoSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.install("video_access")
    token = (await site.page()).http.headers["x-linli-request"].removeprefix("Bearer ")
    camera = ipc(SystemClock())
    await camera.plug_in()
    address = f"http://127.0.0.1:{camera.port}/onvif/device_service"
    beacon = SimulatedBeacon(Match("urn:uuid:0001", (address,), "North%20gate", "DS-2CD2626"))
    await beacon.start()

    async def at_hand() -> object:
        return await look_around(("127.0.0.1", beacon.port), seconds=1.5)

    monkeypatch.setattr(discovery, "look_around", at_hand)
    assert site.box.lan is not None
    async with async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        context = await browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
        await context.add_init_script(f"sessionStorage.setItem('linli-box-token', '{token}')")
        page = await context.new_page()
        page.set_default_timeout(WAIT_MS)
        await page.goto(f"http://127.0.0.1:{site.box.lan.video_page.port}/#/video")
        dialog = page.get_by_role("dialog")
        await page.get_by_role("button", name="Find cameras").click()
        await expect(dialog.get_by_text("North gate")).to_be_visible(timeout=WAIT_MS)
        await dialog.get_by_role("button", name="Add device").click()
        await page.get_by_label("Name (IoT code)").fill("SXJ-001274")
        await page.get_by_label("User", exact=True).fill(camera.user)
        await page.get_by_label("Password", exact=True).fill(camera.password)
        await page.get_by_role("button", name="Test the connection").click()
        await expect(page.get_by_text("It answers: Hikvision")).to_be_visible(timeout=WAIT_MS)
        await page.get_by_role("button", name="OK", exact=True).click()
        await expect(page.get_by_role("cell", name="SXJ-001274").first).to_be_visible(timeout=WAIT_MS)
        (row,) = site.box.video.devices
        assert (row.ip, row.port, row.endpoint) == ("127.0.0.1", camera.port, "urn:uuid:0001")

        beacon.match = replace(beacon.match, addresses=("http://127.0.0.1:8899/",))
        await page.get_by_role("button", name="Find cameras").click()
        await dialog.get_by_role("button", name="New address for SXJ-001274").click()
        await expect(page.get_by_text("SXJ-001274 has its new address")).to_be_visible(timeout=WAIT_MS)
        (row,) = site.box.video.devices
        assert (row.port, row.user, row.password) == (8899, camera.user, camera.password)
        await browser.close()
    beacon.stop()
    await camera.unplug()
