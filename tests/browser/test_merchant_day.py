"""A merchant's day: the property makes it a page, it gives a coupon to a car, and the month is settled."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.phone import findings, open_phone
from tests.browser.sample import Demo
from tests.browser.visit import DESK, PHONE, Visit

pytestmark = pytest.mark.slow


def test_a_merchant_gives_a_coupon(administrator: Visit, browser: Browser, demo: Demo) -> None:
    page = administrator.page
    administrator.go("/parking-merchants")
    page.get_by_role("button", name="Add a merchant").first.click()
    panel = page.get_by_role("dialog", name="Add a merchant")
    panel.get_by_label("Name", exact=True).fill("桂花面馆")
    panel.get_by_role("button", name="Save the merchant").click()
    panel = page.get_by_role("dialog", name="桂花面馆")
    expect(panel.locator("dd").first).to_contain_text(re.compile(r"\d{6}"))
    pin = re.findall(r"\d{6}", panel.locator("dd").first.inner_text())[0]
    expect(panel).to_contain_text(re.compile(r"/shop/\S+"))
    path = re.findall(r"/shop/\S+", panel.inner_text())[0]
    panel.get_by_role("button", name="Add a coupon").click()
    panel.get_by_role("button", name="Save the coupon").click()
    expect(panel.get_by_text("5.00 yuan off")).to_be_visible()
    for size in (DESK, PHONE):
        administrator.resize(size)
        administrator.still()
        administrator.picture(f"merchant-{size[0]}")
        assert findings(administrator) == []
    administrator.resize(DESK)
    with open_phone(browser, demo.url) as shop:
        shop.page.goto(f"{demo.url}{path}")
        shop.page.fill("#pin", pin)
        shop.page.get_by_role("button", name="Enter").click()
        shop.page.fill("#plate", "浙E12345")
        shop.page.get_by_role("button", name="Give").click()
        expect(shop.page.get_by_text("Given. It counts at the exit by itself.")).to_be_visible()
        assert findings(shop) == []
    administrator.go("/parking-merchants")
    page.get_by_role("row").filter(has_text="桂花面馆").get_by_role("button", name="Look").click()
    panel = page.get_by_role("dialog", name="桂花面馆")
    expect(panel.get_by_text("浙E·12345")).to_be_visible()
    expect(panel.get_by_text("1 of 100 given")).to_be_visible()
    expect(panel.get_by_test_id("statement")).to_have_text("0 used, 0.00 yuan taken off")
    assert administrator.take_faults() == []
