"""Two seats of the control room in Chromium: one sees to a car, the other sees that, takes over, and opens."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.car_park import LIMIT_S, CarPark
from tests.browser.phone import findings
from tests.browser.sample import Demo
from tests.browser.visit import DESK, PHONE, Visit, open_browser

pytestmark = pytest.mark.slow
LONG_MS = LIMIT_S * 1000
NAME = "南区车场 in"


@pytest.fixture
def car_park(administrator: Visit, demo: Demo) -> Iterator[CarPark]:
    park = CarPark(administrator, demo, "南区车场")
    yield park
    park.stop()


@pytest.fixture
def second(browser: Browser, demo: Demo) -> Iterator[Visit]:
    with open_browser(browser, demo.url) as visit:
        visit.sign_in_quietly("guard", demo.passwords["guard"])
        yield visit


def lane(visit: Visit) -> Locator:
    return visit.page.get_by_role("region", name="Waiting for a person").get_by_role("button", name=NAME)


def work(visit: Visit) -> Locator:
    return visit.page.get_by_role("region", name=NAME, exact=True)


def test_two_seats_see_to_one_car(administrator: Visit, second: Visit, car_park: CarPark) -> None:
    car_park.comes("无车牌")
    for visit in (administrator, second):
        visit.go("/parking/control")
        expect(lane(visit)).to_contain_text("A car without plate", timeout=LONG_MS)
    first = administrator.page
    first.keyboard.press("n")
    expect(first.locator(".pick[aria-pressed=true]")).to_have_count(1)
    lane(administrator).click()
    first.keyboard.press("c")
    expect(work(administrator)).to_contain_text("You see to it since")
    for theme in ("dark", "light"):
        administrator.looks("en", theme)
        administrator.go("/parking/control")
        lane(administrator).click()
        claim = work(administrator).get_by_role("button", name="I see to it")
        back = work(administrator).get_by_role("button", name="Give it back")
        expect(claim.or_(back)).to_be_visible()
        if claim.is_visible():  # a page that is left gives back what it has
            claim.click()
        expect(back).to_be_visible()
        for size in (DESK, PHONE):
            administrator.resize(size)
            administrator.still()
            assert findings(administrator) == []
        administrator.picture(f"control-room-{theme}")
        administrator.resize(DESK)
        administrator.picture(f"control-room-wide-{theme}")
    day = work(administrator).get_by_role("region", name="The last 24 hours")
    expect(day.get_by_role("img", name="1 passed, 0 times not let through")).to_be_visible(timeout=LONG_MS)
    day.get_by_text("Show as a table").press("Enter")
    expect(day.get_by_role("row").nth(1).get_by_role("cell").first).to_have_text("1")
    for size in (DESK, PHONE):
        administrator.resize(size)
        administrator.still()
        assert findings(administrator) == []
    administrator.picture("lane-day")
    administrator.resize(DESK)
    # The other seat sees who has it, and cannot act until it says why.
    lane(second).click()
    theirs = work(second)
    expect(theirs.get_by_role("status")).to_contain_text("sees to it since")
    expect(theirs.get_by_role("button", name="Open", exact=True)).to_have_count(0)
    assert findings(second) == []
    theirs.get_by_label("Why you take it over").fill("First seat at lunch")
    theirs.get_by_role("button", name="Take it over").click()
    expect(theirs.get_by_role("button", name="Open", exact=True)).to_be_visible()
    expect(work(administrator).get_by_role("button", name="Open", exact=True)).to_have_count(
        0, timeout=LONG_MS
    )
    second.page.keyboard.press("o")
    dialog = second.page.get_by_role("dialog", name=f"Open the barrier of {NAME}?")
    dialog.get_by_role("button", name="No plate").click()
    dialog.get_by_role("button", name="Open", exact=True).click()
    expect(dialog.get_by_role("status")).to_contain_text("The device opened", timeout=LONG_MS)
    dialog.get_by_role("button", name="Close").last.click()
    for visit in (administrator, second):
        expect(lane(visit)).to_have_count(0, timeout=LONG_MS)
        assert visit.take_faults() == []
    expect(theirs.get_by_role("status")).to_contain_text("Nobody sees to it yet")
