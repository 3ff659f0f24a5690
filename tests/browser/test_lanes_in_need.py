"""A seat's work: a car without plate stands at an entrance, and three clicks later its barrier is up."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.car_park import LIMIT_S, CarPark
from tests.browser.phone import findings
from tests.browser.sample import Demo
from tests.browser.visit import DESK, PHONE, Visit

pytestmark = pytest.mark.slow


@pytest.fixture
def car_park(administrator: Visit, demo: Demo) -> Iterator[CarPark]:
    park = CarPark(administrator, demo, "西区车场")
    yield park
    park.stop()


def test_a_car_without_plate_is_shown_and_let_in_by_three_clicks(
    administrator: Visit, car_park: CarPark
) -> None:
    page = administrator.page
    administrator.go("/parking")
    section = page.get_by_role("region", name="Lanes that need a person")
    entry = section.get_by_role("listitem").filter(has_text="西区车场 in")
    expect(entry).to_have_count(0)
    # It comes by itself, on a page that is open.
    car_park.comes("无车牌")
    expect(entry).to_contain_text("A car without plate", timeout=LIMIT_S * 1000)
    for theme in ("dark", "light"):
        administrator.looks("en", theme)
        administrator.go("/parking")
        expect(entry).to_contain_text("A car without plate")
        for size in (DESK, PHONE):
            administrator.resize(size)
            administrator.still()
            assert findings(administrator) == []
        administrator.resize(DESK)
        administrator.picture(f"lanes-in-need-{theme}")
    administrator.resize(DESK)
    entry.get_by_role("button", name="Open 西区车场 in").click()
    dialog = page.get_by_role("dialog", name="Open the barrier of 西区车场 in?")
    dialog.get_by_role("button", name="No plate").click()
    dialog.get_by_role("button", name="Open", exact=True).click()
    expect(dialog.get_by_role("status")).to_contain_text("The device opened", timeout=LIMIT_S * 1000)
    dialog.get_by_role("button", name="Close").last.click()
    expect(entry).to_have_count(0, timeout=LIMIT_S * 1000)
    assert administrator.take_faults() == []
