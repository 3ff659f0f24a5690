"""A driver's way with a phone of 360 px in Chromium: ticket at the entrance, payment and way out at the exit."""

import pytest
from playwright.async_api import async_playwright, expect

from tests.domains.access.platform import until
from tests.domains.parking.conftest import JPEG
from tests.domains.parking.fees.test_stays import HOUR, gate
from tests.domains.parking.test_tickets import Lanes, town
from tests.engines import chromium

__all__ = ["gate", "town"]
pytestmark = [pytest.mark.engines("sqlite"), pytest.mark.slow]


async def test_a_driver_without_a_plate_drives_in_pays_and_drives_out(town: Lanes) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        phone = await browser.new_context(viewport={"width": 360, "height": 640}, locale="en")
        page = await phone.new_page()
        await town.without_plate(town.entry, picture=JPEG)
        await page.goto(f"{town.url}{town.entry_code}")
        await page.get_by_role("button", name="Take the ticket and enter").click()
        await expect(page.get_by_test_id("ticket")).to_have_text((await town.inside())[0]["ticket"])
        await until(lambda: town.entry.opened == 1, 60)
        town.later(2 * HOUR)
        await town.without_plate(town.exit)
        await page.goto(f"{town.url}{town.exit_code}")
        await expect(page.get_by_test_id("due")).to_have_text("¥9.00")
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360
        await page.get_by_role("button", name="Pay 9.00 yuan and leave").click()
        await page.locator('button[value="pay"]').click()
        await until(lambda: town.exit.opened == 1, 60)
        await expect(page.get_by_text("Paid. Have a good trip.")).to_be_visible(timeout=60_000)
        await browser.close()
