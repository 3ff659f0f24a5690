"""Keys of one's own: the desk says whom a door serves, a resident and staff show theirs, and pages say why and who."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.conftest import Demo, Visit, open_browser
from tests.browser.phone import look, open_phone, sign_in


@pytest.fixture(scope="module")
def pictures() -> Path | None:
    """Where to keep pictures of the pages, when somebody wants to look at them."""
    folder = os.environ.get("LINLI_PHONE_PICTURES")
    if not folder:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


@pytest.fixture(scope="module")
def desk(playwright: Playwright, demo: Demo) -> Iterator[Visit]:
    visit = open_browser(playwright, demo.url)
    visit.looks()
    visit.sign_in("admin", demo.passwords["admin"])
    yield visit
    visit.context.close()


def _keep(visit: Visit, name: str, pictures: Path | None) -> None:
    if pictures is not None:
        visit.page.wait_for_timeout(400)
        visit.page.screenshot(path=pictures / f"{name}.png")


@pytest.mark.covers("PM-02", "PM-03")
def test_the_desk_says_whom_a_door_serves_and_reads_who_could_open_it(
    desk: Visit, pictures: Path | None
) -> None:
    page = desk.page
    desk.go("/doors")
    page.get_by_role("button", name="Provider and service").click()
    page.get_by_label("Provider", exact=True).fill("Linli sample")
    panel = page.get_by_role("dialog")
    panel.locator(".el-select").click()
    page.locator(".el-select-dropdown__item:visible").first.wait_for()
    for option in page.locator(".el-select-dropdown__item:visible").all():
        option.click()
    page.keyboard.press("Escape")
    _keep(desk, "console-settings", pictures)
    desk.go("/doors")
    page.locator("tbody a").first.click()
    page.get_by_role("tab", name="Serves").click()
    page.get_by_text("Serves nobody by itself").wait_for()
    picker = page.locator(".picker .el-select").first
    picker.click()
    page.locator(".el-select-dropdown__item:visible").first.click()
    page.get_by_role("button", name="Add this place").click()
    _keep(desk, "console-serves", pictures)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("people now.")).to_be_visible()
    _set_hours(desk, pictures)
    page.get_by_role("tab", name="Who could open").click()
    page.get_by_role("tabpanel", name="Who could open").locator("tbody tr").first.wait_for()
    _keep(desk, "console-past", pictures)
    page.set_viewport_size({"width": 360, "height": 740})
    _keep(desk, "console-past-360", pictures)
    page.get_by_role("tab", name="Serves").click()
    _keep(desk, "console-serves-360", pictures)
    page.set_viewport_size({"width": 1440, "height": 900})
    desk.go("/passes?result=refused")
    page.locator("tbody tr").first.wait_for()
    why = page.get_by_role("button", name="Why?")
    if why.count():  # somebody known was refused in the sample
        why.first.click()
        page.get_by_text("Look again").wait_for()
        _keep(desk, "console-why", pictures)
    assert desk.take_faults() == []


def _set_hours(desk: Visit, pictures: Path | None) -> None:
    """Weekdays from eight to six, and two hours of Saturday painted into the week."""
    page = desk.page
    page.get_by_role("button", name="Hours", exact=True).click()
    editor = page.get_by_role("dialog", name="Hours of")
    editor.get_by_text("Weekly hours").click()
    expect(editor.get_by_text("Mon–Fri 08:00–18:00")).to_be_visible()
    begin, end = (editor.locator(f'[data-day="6"][data-hour="{hour}"]') for hour in (9, 10))
    begin.hover()
    page.mouse.down()
    end.hover()
    page.mouse.up()
    expect(editor.get_by_text("Mon–Fri 08:00–18:00; Sat 09:00–11:00")).to_be_visible()
    _keep(desk, "console-hours", pictures)
    page.set_viewport_size({"width": 360, "height": 740})
    _keep(desk, "console-hours-360", pictures)
    page.set_viewport_size({"width": 1440, "height": 900})
    editor.get_by_text("Expression").click()
    editor.get_by_role("textbox").fill("never on sunday")
    editor.get_by_role("button", name="Use these hours").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("no cron expression that can be read")).to_be_visible()
    page.get_by_role("button", name="Hours", exact=True).click()
    editor.get_by_role("textbox").fill("* 8-17 * * 1-5; * 9-10 * * 6")
    editor.get_by_role("button", name="Use these hours").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Mon–Fri 08:00–18:00; Sat 09:00–11:00")).to_be_visible()
    desk.take_faults()  # the refusal above
    _keep(desk, "console-serves-hours", pictures)


@pytest.mark.covers("RES-06")
def test_a_resident_sees_why_and_chooses_a_pin(
    playwright: Playwright, demo: Demo, pictures: Path | None
) -> None:
    with open_phone(playwright, demo.url) as visit:
        page = visit.page
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        page.get_by_text("My doors").first.wait_for()
        visit.go("/m/key")
        page.get_by_text("Cards and PINs").wait_for()
        page.get_by_role("button", name="Choose a PIN").click()
        page.fill("#own-pin", "123456")
        page.get_by_role("button", name="Use this PIN").click()
        page.get_by_text("too easy").wait_for()
        page.fill("#own-pin", "271828")
        page.get_by_role("button", name="Use this PIN").click()
        page.get_by_text("At my doors").first.wait_for()
        look(visit, "resident-key", pictures)
        visit.go("/m/why")
        page.get_by_text("The door's clock").or_(page.get_by_text("The door's network")).first.wait_for()
        look(visit, "resident-why", pictures)


@pytest.mark.covers("PM-04")
def test_staff_show_a_key_of_their_own(playwright: Playwright, demo: Demo, pictures: Path | None) -> None:
    with open_phone(playwright, demo.url) as visit:
        page = visit.page
        visit.go("/staff/")
        page.fill("#login", "manager")
        page.fill("#password", demo.passwords["manager"])
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("link", name="My pass").click()
        page.get_by_text("Hold it to the door").wait_for()
        look(visit, "staff-key", pictures)
