"""A guard with a phone: which lane needs a person, three taps to open it, and the car whose ticket was lost."""

import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.car_park import LIMIT_S, CarPark
from tests.browser.phone import look, open_phone
from tests.browser.sample import Demo
from tests.browser.visit import Visit

pytestmark = pytest.mark.slow
LIMIT_MS = LIMIT_S * 1000
NAMES = (f"北区车场{letter}" for letter in "甲乙丙丁")
"""A car park for each test: none counts what another left."""


@pytest.fixture
def park(administrator: Visit, demo: Demo) -> Iterator[CarPark]:
    """A lot that charges 3 yuan from the first minute."""
    park = CarPark(administrator, demo, next(NAMES))
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


def takes_ticket(administrator: Visit, demo: Demo, park: CarPark) -> None:
    """The driver before the entrance scans its code."""
    here = f"/console/communities/{park.community}/parking/lanes"
    lanes = administrator.fetch("GET", here)["lanes"]
    entry = next(row["id"] for row in lanes if row["name"] == f"{park.name} in")
    code = administrator.fetch("POST", f"{here}/{entry}/code")["url"].rpartition("/")[2]
    ask = urllib.request.Request(f"{demo.url}/ticket/{code}", data=b"go=1", method="POST")
    ask.add_header("content-type", "application/x-www-form-urlencoded")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(ask, timeout=LIMIT_S) as answer:
        assert answer.status == 200  # after the way to the page of the ticket


def test_three_taps_open_the_lane_that_needs_a_person(guard: Visit, park: CarPark) -> None:
    page = guard.page
    park.comes("无车牌")
    guard.go("/staff/")
    waits = page.get_by_role("link", name="Lanes that need a person")
    expect(waits).to_be_visible(timeout=LIMIT_MS)
    look(guard, "staff-today-lanes")
    waits.click()  # the first tap
    section = page.get_by_role("region", name="Lanes that need a person")
    lane = section.get_by_role("listitem").filter(has_text=f"{park.name} in")
    expect(lane).to_contain_text("A car without plate", timeout=LIMIT_MS)
    look(guard, "staff-lanes-in-need")
    lane.get_by_role("button", name=f"Open at once: {park.name} in").click()  # the second
    sheet = page.get_by_role("dialog", name=f"Barrier of {park.name} in")
    expect(sheet.locator("#gate-reason")).to_have_value("No plate")
    look(guard, "staff-lane-open")
    sheet.get_by_role("button", name="Open", exact=True).last.click()  # the third
    expect(sheet.get_by_role("status")).to_contain_text("The device did it", timeout=LIMIT_MS)
    sheet.get_by_role("button", name="Close", exact=True).last.click()
    expect(lane).to_have_count(0, timeout=LIMIT_MS)


def test_the_plate_of_a_waiting_car_is_put_right_and_its_records_are_at_hand(
    guard: Visit, park: CarPark, administrator: Visit
) -> None:
    page = guard.page
    lanes = administrator.fetch("GET", f"/console/communities/{park.community}/parking/lanes")["lanes"]
    exit_id = next(row["id"] for row in lanes if row["name"] == f"{park.name} out")
    park.holds_guests()
    park.comes("浙D55555")
    park.leaves("浙D55555")
    guard.go("/staff/lanes")
    lane = page.get_by_role("region", name="Lanes that need a person").get_by_role("listitem")
    lane = lane.filter(has_text=f"{park.name} out")
    expect(lane).to_contain_text("A car that owes waits before the closed exit", timeout=LIMIT_MS)
    look(guard, "staff-lane-owes")
    lane.get_by_role("button", name=f"Plate and fee: {park.name} out").click()
    page.get_by_role("button", name="Correct the plate").click()
    page.fill("#right-plate", "浙D55556")
    page.get_by_role("button", name="Correct the plate").last.click()
    expect(page.get_by_role("heading", name="浙D·55556")).to_be_visible(timeout=LIMIT_MS)
    guard.go(f"/staff/vehicle-passes?lane={exit_id}")
    rows = page.get_by_role("main").get_by_role("listitem")
    expect(rows.first).to_contain_text(f"{park.name} out", timeout=LIMIT_MS)
    expect(rows.filter(has_text=f"{park.name} in")).to_have_count(0)
    look(guard, "staff-records-of-lane")
    page.get_by_role("button", name="Show all entrances").click()
    expect(rows.filter(has_text=f"{park.name} in").first).to_be_visible(timeout=LIMIT_MS)


def test_a_car_whose_phone_was_lost_is_known_by_its_picture(
    guard: Visit, park: CarPark, administrator: Visit, demo: Demo
) -> None:
    page = guard.page
    park.comes("无车牌")
    takes_ticket(administrator, demo, park)
    guard.go("/staff/lanes")
    page.get_by_role("button", name="Cars without a plate").click()
    car = page.get_by_role("main").get_by_role("listitem").filter(has_text=park.name)
    expect(car).to_have_count(1, timeout=LIMIT_MS)
    look(guard, "staff-cars-without-plate")
    page.get_by_role("button", name="A week").click()
    expect(car).to_have_count(1, timeout=LIMIT_MS)
    car.get_by_role("button", name="It stands at an exit").click()
    sheet = page.get_by_role("dialog", name="It stands at an exit")
    sheet.get_by_role("button", name=f"{park.name} out").click()
    look(guard, "staff-car-at-exit")
    sheet.get_by_role("button", name="Let it out once it is paid").click()
    expect(sheet).to_have_count(0, timeout=LIMIT_MS)
    guard.go("/staff/lanes")
    lane = page.get_by_role("region", name="Lanes that need a person").get_by_role("listitem")
    expect(lane.filter(has_text=f"{park.name} out").first).to_be_visible(timeout=LIMIT_MS)
