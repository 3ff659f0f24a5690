"""A guard at the lanes: opens a barrier with a reason, lists a car, looks at passes; the same on the phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.phone import findings, look, open_phone
from tests.browser.sample import Demo
from tests.browser.visit import DESK, PHONE, Visit, expect_in_view

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def guard(browser: Browser, demo: Demo) -> Iterator[Visit]:
    with open_phone(browser, demo.url) as visit:
        visit.go("/staff/")
        visit.page.fill("#login", "manager")
        visit.page.fill("#password", demo.passwords["manager"])
        visit.page.get_by_role("button", name="Sign in", exact=True).click()
        visit.page.get_by_text("Waiting for you").wait_for()
        yield visit


def judged(visit: Visit, name: str) -> None:
    for size in (DESK, PHONE):
        visit.resize(size)
        visit.still()
        assert findings(visit) == []
    visit.resize(DESK)
    visit.picture(name)


def test_a_barrier_opens_with_a_reason(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/parking")
    row = page.get_by_role("row").filter(has_text="南门入口")
    expect(row).to_contain_text("Online")
    judged(administrator, "parking-lanes")
    row.get_by_role("button", name="Open", exact=True).click()
    dialog = page.get_by_role("dialog", name="Open the barrier of 南门入口?")
    expect_in_view(page.locator(".el-dialog"))
    assert findings(administrator) == []
    administrator.picture("parking-open")
    dialog.get_by_role("button", name="A visitor's car").click()
    dialog.get_by_role("button", name="Open", exact=True).click()
    expect(dialog.get_by_role("status")).to_contain_text("The device opened")
    dialog.get_by_role("button", name="Close").last.click()
    row.get_by_role("button", name="Details").click()
    panel = page.get_by_role("dialog", name="南门入口")
    expect(panel.get_by_text("A visitor's car")).to_be_visible()
    expect(panel.get_by_text("This platform has no models for plates yet")).to_be_visible()
    expect(panel.get_by_text("Nothing was read at this lane yet.")).to_be_visible()
    panel.get_by_text("Read plates here").click()
    panel.get_by_label("Second opinion where the camera is less sure than").fill("60")
    panel.get_by_role("button", name="Save", exact=True).first.click()
    expect(panel.get_by_text("Saved.")).to_be_visible()
    judged(administrator, "parking-lane")
    assert administrator.take_faults() == []


def test_an_entrance_is_added_with_its_device(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/parking")
    page.get_by_role("button", name="Add an entrance").first.click()
    panel = page.get_by_role("dialog", name="Add an entrance")
    panel.get_by_label("Name of the entrance").fill("北门入口")
    judged(administrator, "parking-add")
    panel.get_by_role("button", name="Add", exact=True).click()
    row = page.get_by_role("row").filter(has_text="北门入口")
    row.get_by_role("button", name="Add a device").click()
    panel = page.get_by_role("dialog", name="Add a device to 北门入口")
    panel.get_by_label("Serial number").fill("LANE-TEST-01")
    panel.get_by_label("Product").click()
    page.get_by_role("option", name="车牌识别一体机 GH-P1").click()
    judged(administrator, "parking-device")
    panel.get_by_role("button", name="Add", exact=True).click()
    expect(panel.get_by_text("DeviceSecret")).to_be_visible()
    panel.get_by_role("button", name="Close").last.click()
    expect(row).to_contain_text("Offline")
    page.get_by_role("button", name="Parking settings").click()
    expect_in_view(page.get_by_role("dialog", name="Parking settings"))
    judged(administrator, "parking-settings")
    assert administrator.take_faults() == []


def test_a_car_is_listed_and_told_to_the_lanes(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/parking/vehicles")
    page.get_by_role("button", name="Add a vehicle").first.click()
    panel = page.get_by_role("dialog", name="Add a vehicle")
    panel.get_by_text("Black list", exact=True).click()
    panel.get_by_label("Plate").fill("浙b·00001")
    judged(administrator, "parking-right")
    panel.get_by_role("button", name="Save and send").click()
    administrator.go("/parking/vehicles?kind=blacklist")
    expect(page.get_by_role("row").filter(has_text="浙B·00001")).to_contain_text("Every entrance")
    judged(administrator, "parking-vehicles")
    assert administrator.take_faults() == []


def test_passes_come_by_themselves(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/parking/passes")
    first = page.get_by_role("row").nth(1)
    expect(first).to_contain_text("南门")
    judged(administrator, "parking-passes")
    first.click()
    expect(page.get_by_role("dialog").get_by_text("How sure")).to_be_visible()
    administrator.still()
    assert findings(administrator) == []
    administrator.picture("parking-pass")
    assert administrator.take_faults() == []


def test_staff_open_a_barrier_on_the_phone(guard: Visit) -> None:
    page = guard.page
    guard.go("/staff/lanes")
    expect(page.get_by_text("南门出口")).to_be_visible()
    look(guard, "staff-lanes")
    page.get_by_role("button", name="Open 南门出口").click()
    page.get_by_role("button", name="Plate misread").click()
    look(guard, "staff-barrier")
    page.get_by_role("button", name="Open", exact=True).last.click()
    expect(page.get_by_role("status")).to_contain_text("The device did it")
    guard.go("/staff/vehicle-passes")
    expect(page.get_by_text("The last week", exact=False)).to_be_visible()
    look(guard, "staff-vehicle-passes")
