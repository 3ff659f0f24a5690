"""Keys of one's own: the desk says whom a door serves, a resident and staff show theirs, and pages say why and who."""

import pytest
from playwright.sync_api import Browser, expect

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.drop_downs import unfold
from tests.browser.phone import look, open_phone, sign_in
from tests.browser.sample import Demo
from tests.browser.visit import DESK, Visit


@pytest.mark.covers("PM-02", "PM-03")
def test_the_desk_says_whom_a_door_serves_and_reads_who_could_open_it(administrator: Visit) -> None:
    desk, page = administrator, administrator.page
    desk.go("/doors")
    page.get_by_role("button", name="Provider and service").click()
    page.get_by_label("Provider", exact=True).fill("Linli sample")
    panel = page.get_by_role("dialog")
    services = unfold(panel.locator(".el-select input"))
    services.get_by_role("option").first.wait_for()
    for option in services.get_by_role("option").all():
        option.click()
    page.keyboard.press("Escape")
    desk.picture("console-settings", [DESK])
    desk.go("/doors")
    page.locator("tbody").get_by_role("link", name="社区会所").click()
    page.get_by_role("tab", name="Serves").click()
    page.get_by_text("Serves nobody by itself").wait_for()
    unfold(page.locator(".adding .picker .el-select input").first).get_by_role("option").first.click()
    page.get_by_role("button", name="Add this place").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("people now.")).to_be_visible()
    _set_hours(desk)
    page.get_by_role("tab", name="Who could open").click()
    page.get_by_role("tabpanel", name="Who could open").locator("tbody tr").first.wait_for()
    desk.picture("console-past")
    page.get_by_role("tab", name="Serves").click()
    desk.picture("console-serves")
    assert desk.take_faults() == []


def _set_hours(desk: Visit) -> None:
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
    desk.picture("console-hours")
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


@pytest.mark.covers("RES-06")
def test_a_resident_sees_why_and_chooses_a_pin(browser: Browser, demo: Demo) -> None:
    with open_phone(browser, demo.url) as visit:
        page = visit.page
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        visit.go("/m/")
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
        look(visit, "resident-key")
        visit.go("/m/why")
        page.get_by_text("The door's clock").or_(page.get_by_text("The door's network")).first.wait_for()
        look(visit, "resident-why")


@pytest.mark.covers("PM-04")
def test_staff_show_a_key_of_their_own(browser: Browser, demo: Demo) -> None:
    with open_phone(browser, demo.url) as visit:
        page = visit.page
        visit.sign_in_quietly("manager", demo.passwords["manager"])
        visit.go("/staff/")
        page.get_by_role("link", name="My pass").click()
        page.get_by_text("Hold it to the door").wait_for()
        look(visit, "staff-key")
