"""A manager sets what parking costs, and sees who stands inside, what they owe, and which exit was misread."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.car_park import CarPark
from tests.browser.phone import findings
from tests.browser.sample import Demo
from tests.browser.visit import DESK, PHONE, Visit, expect_in_view

pytestmark = pytest.mark.slow


def test_a_tariff_is_tried_and_published(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/parking-tariffs")
    administrator.picture("tariffs-empty")
    page.get_by_role("button", name="Add a tariff").click()
    panel = page.get_by_role("dialog", name="Add a tariff")
    panel.get_by_label("Name", exact=True).fill("地下车库")
    panel.get_by_role("button", name="Begin the draft").click()
    expect(page.get_by_role("heading", name="地下车库", level=1)).to_be_visible()
    fee = page.get_by_test_id("fee")
    expect(fee).to_have_text("11.00 yuan")  # 140 minutes: 5 yuan, and three half-hours of 2
    page.get_by_label("Price of the first period in yuan").fill("6")
    expect(fee).to_have_text("12.00 yuan")
    page.get_by_role("button", name="Keep as a case").click()
    page.get_by_role("button", name="Own prices: Holidays").click()
    expect(page.get_by_role("button", name="Same prices as above")).to_be_visible()
    should = page.get_by_label(re.compile("should cost in yuan$"))
    should.fill("11")
    page.get_by_role("button", name="Publish").click()  # saves it first
    sure = page.locator(".el-message-box")
    expect_in_view(sure)
    sure.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Not all cases cost what was worked out")).to_be_visible()
    expect(page.get_by_text("Costs 12.00 yuan instead")).to_be_visible()
    for size in (DESK, PHONE):
        administrator.resize(size)
        assert findings(administrator) == []
    administrator.resize(DESK)
    administrator.picture("tariff-refused")
    should.fill("12")
    page.get_by_role("button", name="Publish").click()
    sure.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1", exact=True)).to_be_visible()
    expect(page.get_by_text("Agrees", exact=True)).to_be_visible()
    administrator.follow(page.get_by_role("link", name="All tariffs"), "Parking fees")
    expect(page.get_by_role("row").filter(has_text="地下车库")).to_contain_text("Version 1")
    administrator.picture("tariffs")
    page.get_by_role("button", name="Holidays").click()
    expect_in_view(page.get_by_role("dialog", name="Holidays"))
    administrator.still()
    assert findings(administrator) == []
    administrator.picture("tariff-holidays")
    assert administrator.take_faults() == []


@pytest.fixture
def car_park(administrator: Visit, demo: Demo) -> Iterator[CarPark]:
    """A lot that charges from the first minute, so that no time has to pass."""
    park = CarPark(administrator, demo, "北区车场")
    park.charges(300)
    yield park
    park.stop()


def test_who_stands_inside_owes_and_leaves(administrator: Visit, car_park: CarPark) -> None:
    page = administrator.page
    for plate in ("浙A12345", "浙A77771", "浙A7777T", "苏E9K77B"):
        car_park.comes(plate)
    administrator.go(f"/parking-stays?lot={car_park.lot}")
    expect(
        page.get_by_role("radio", name="北区车场: 4 inside").or_(page.get_by_text("北区车场: 4 inside"))
    ).to_be_visible()
    administrator.picture("stays")
    for size in (DESK, PHONE):
        administrator.resize(size)
        assert findings(administrator) == []
    administrator.resize(DESK)

    row = page.get_by_role("row").filter(has_text="浙A·12345")
    expect(row).to_contain_text("3.00")
    row.get_by_role("button", name="Look").click()
    panel = page.get_by_role("dialog", name="浙A·12345")
    expect(panel.get_by_test_id("due")).to_have_text("3.00 yuan")
    expect(panel.get_by_text("1 × 30 minutes at 3.00")).to_be_visible()
    administrator.still()
    administrator.picture("stay-due")
    panel.get_by_role("button", name="Take 3.00 yuan in cash").click()
    expect(panel.get_by_test_id("due")).to_have_text("0.00 yuan")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()

    car_park.leaves("浙A12345")
    car_park.leaves("苏E9K778")  # misread; nothing else inside comes near
    car_park.leaves("浙A7777X")  # either of two
    administrator.go(f"/parking-stays?lot={car_park.lot}")
    expect(page.get_by_role("row").filter(has_text="浙A·12345")).to_contain_text("Left")
    row = page.get_by_role("row").filter(has_text="苏E·9K77B")
    expect(row).to_contain_text("Left unpaid")
    row.get_by_role("button", name="Look").click()
    panel = page.get_by_role("dialog", name="苏E·9K77B")
    expect(panel.get_by_text("The exit read 苏E9K778")).to_be_visible()
    panel.get_by_role("button", name="Waive it").click()
    panel.get_by_label("Reason", exact=True).fill("识别错误")
    panel.get_by_role("button", name="Waive it").click()
    expect(panel.get_by_test_id("due")).to_have_text("0.00 yuan")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()

    row = page.get_by_role("row").filter(has_text="Entry not seen")
    row.get_by_role("button", name="Look").click()
    panel = page.get_by_role("dialog", name="浙A·7777X")
    choice = panel.get_by_role("button", name="It is 浙A·7777T")
    expect(choice).to_be_visible()
    administrator.still()
    administrator.picture("stay-which")
    assert findings(administrator) == []
    choice.click()
    expect(panel.get_by_text("The exit read 浙A7777X")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Entry not seen")).to_be_hidden()
    assert administrator.take_faults() == []
