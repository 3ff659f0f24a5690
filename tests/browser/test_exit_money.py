"""A guard at the exit with a phone: sees why a car owes what it owes, takes cash, mends a plate, hands the cash over."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.car_park import CarPark
from tests.browser.phone import findings, look, open_phone
from tests.browser.sample import Demo
from tests.browser.visit import DESK, PHONE, Visit

pytestmark = pytest.mark.slow


@pytest.fixture
def car_park(administrator: Visit, demo: Demo) -> Iterator[CarPark]:
    """A lot that charges 3 yuan from the first minute."""
    park = CarPark(administrator, demo, "东区车场")
    park.charges(300)
    yield park
    park.stop()


@pytest.fixture
def guard(browser: Browser, demo: Demo) -> Iterator[Visit]:
    with open_phone(browser, demo.url) as visit:
        visit.go("/staff/")
        visit.page.fill("#login", "guard")
        visit.page.fill("#password", demo.passwords["guard"])
        visit.page.get_by_role("button", name="Sign in", exact=True).click()
        visit.page.get_by_text("Waiting for you").wait_for()
        yield visit


def test_a_guard_takes_cash_and_hands_it_over(administrator: Visit, guard: Visit, car_park: CarPark) -> None:
    car_park.comes("浙D12345")
    car_park.comes("浙D77777")
    car_park.leaves("浙D77777")
    page = guard.page
    guard.go("/staff/charging")
    expect(page.get_by_role("link", name="浙D·77777")).to_contain_text("3.00 yuan")
    look(guard, "staff-charging")
    page.get_by_role("button", name="Inside").click()
    page.fill("#find-car", "D123")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="浙D·12345").click()
    expect(page.get_by_test_id("due")).to_have_text("3.00 yuan")
    expect(page.get_by_text("1 × 30 minutes at 3.00 yuan")).to_be_visible()
    expect(page.get_by_role("button", name="Free of charge")).to_have_count(0)
    look(guard, "staff-charge")
    page.get_by_role("button", name="Correct the plate").click()
    page.fill("#right-plate", "浙D12346")
    look(guard, "staff-charge-plate")
    page.get_by_role("button", name="Correct the plate").last.click()
    expect(page.get_by_role("heading", name="浙D·12346")).to_be_visible()
    page.get_by_role("button", name="Take 3.00 yuan in cash").click()
    expect(page.get_by_test_id("due")).to_have_text("0.00 yuan")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("#open-reason")).to_have_value("浙D·12346 has paid")
    look(guard, "staff-charge-open")
    page.keyboard.press("Escape")
    guard.go("/staff/till")
    taken = Decimal(page.get_by_role("definition").filter(has_text="yuan").inner_text().removesuffix(" yuan"))
    counted = f"{taken - Decimal('0.5'):.2f}"  # the sample's guard has taken some before
    page.fill("#counted", counted)
    expect(page.get_by_text("Why it differs by -0.50 yuan")).to_be_visible()
    page.fill("#difference", "找零少了五角")
    look(guard, "staff-till")
    page.get_by_role("button", name="Hand over", exact=True).click()
    expect(page.get_by_text(f"{counted} yuan handed over.")).to_be_visible()
    expect(page.get_by_text("No cash to hand over")).to_be_visible()

    administrator.go("/parking-shifts?state=differs")
    desk = administrator.page
    row = desk.get_by_role("row").filter(has_text="找零少了五角")
    expect(row).to_contain_text("Differs")
    for size in (DESK, PHONE):
        administrator.resize(size)
        administrator.still()
        assert findings(administrator) == []
        administrator.picture(f"shifts-{size[0]}")
    administrator.resize(DESK)
    row.get_by_role("button", name="Look").click()
    expect(desk.get_by_role("dialog").get_by_role("cell", name="浙D·12346")).to_be_visible()
    administrator.still()
    assert findings(administrator) == []
    administrator.picture("shift")
    assert administrator.take_faults() == []
