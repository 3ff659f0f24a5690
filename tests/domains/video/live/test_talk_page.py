"""Hold to talk on a camera's page in a real Chromium with a microphone that beeps: the beeps arrive at the camera."""

import asyncio

from playwright.async_api import Page, expect

from tests.domains.video.live.conftest import WAIT_S, House
from tests.domains.video.live.pages import in_order, needs_pages, page_of
from tests.domains.video.live.test_talk import nobody_talks

DEVICES = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
LOUD = 2_000
"""Of 16-bit samples: far above what silence is."""
pytestmark = needs_pages


def loudest(samples: bytes) -> int:
    """Of G.711A, as 16-bit samples (ITU-T G.711)."""
    return max((_sized(code ^ 0x55) for code in samples), default=0)


def _sized(code: int) -> int:
    segment, low = (code & 0x70) >> 4, code & 0x0F
    return (low << 4) + 8 if segment == 0 else ((low << 4) + 0x108) << (segment - 1)


async def open_camera(page: Page, house: House, path: str) -> None:
    """Until what stands above the button is there: it moves no more under the mouse."""
    await page.goto(f"{house.url}/cameras/{path.rpartition('/')[2]}")
    for text in ("在线", "还没有预置位"):
        await expect(page.get_by_role("main").get_by_text(text).first).to_be_visible(timeout=WAIT_S * 1000)


async def test_hold_to_talk(house: House) -> None:
    path = await house.camera()
    (device,) = house.cameras
    async with page_of(house, *DEVICES) as page:
        await open_camera(page, house, path)
        card = page.get_by_role("region", name="喊话")
        hold = card.get_by_role("button", name="按住说话")
        await hold.hover()
        await page.mouse.down()
        await expect(card.get_by_text("现场能听到您的声音")).to_be_visible(timeout=WAIT_S * 1000)
        await device.until(lambda: device.speaker.voices and loudest(device.speaker.voices[0].samples) > LOUD)
        voice = device.speaker.voices[0]
        for width in (1440, 360):
            await in_order(page, "camera-talk", width)
        await page.set_viewport_size({"width": 1440, "height": 900})
        assert not voice.over
        await page.mouse.up()
        await device.until(lambda: voice.over)
        await expect(hold).to_have_attribute("data-state", "idle", timeout=WAIT_S * 1000)
        numbers = [head.sequence for head in voice.packets]
        assert numbers == [(numbers[0] + count) & 0xFFFF for count in range(len(numbers))]
        await nobody_talks(house)
        # By keys, and the page is closed in the middle of it.
        await hold.focus()
        await page.keyboard.down("Space")
        await device.until(lambda: len(device.speaker.voices) == 2 and device.speaker.voices[1].samples)
        await page.close()
        await device.until(lambda: device.speaker.voices[1].over)
        await nobody_talks(house)


async def test_a_talk_that_fails_says_why(house: House) -> None:
    path = await house.camera()
    (device,) = house.cameras
    device.speaker.faults.refuses = 404
    async with page_of(house, *DEVICES) as page:
        await open_camera(page, house, path)
        card = page.get_by_role("region", name="喊话")
        hold = card.get_by_role("button", name="按住说话")
        await hold.hover()
        await page.mouse.down()
        await expect(card.get_by_text("没有语音输出通道")).to_be_visible(timeout=WAIT_S * 1000)
        await page.mouse.up()
        for width in (1440, 360):
            await in_order(page, "camera-talk-fails", width)
        await page.set_viewport_size({"width": 1440, "height": 900})
        device.speaker.faults.refuses = 0
        device.speaker.faults.hears_s = 0.3
        await hold.hover()
        await page.mouse.down()
        await device.until(lambda: device.speaker.voices)
        await page.context.set_offline(True)  # no page closes its line so: the camera hears nothing
        await device.until(lambda: device.speaker.voices[0].over, WAIT_S)
        await asyncio.sleep(0)
