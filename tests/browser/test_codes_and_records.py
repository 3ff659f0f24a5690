"""At the desk: a QR code given, shown and taken off its door; the records of the data bus looked through."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.doorway import Doorway
from tests.browser.drop_downs import choose, choose_several
from tests.browser.sample import Demo
from tests.browser.visit import Visit, open_browser


@pytest.fixture(scope="module")
def desk(browser: Browser, demo: Demo) -> Iterator[Visit]:
    with open_browser(browser, demo.url, reduced_motion="reduce") as visit:
        visit.sign_in_quietly("admin", demo.passwords["admin"])
        yield visit


@pytest.fixture
def site(desk: Visit, demo: Demo) -> Iterator[Doorway]:
    """A door of this test alone."""
    doorway = Doorway(desk, demo.mqtt_port)
    yield doorway
    doorway.stop()


def test_a_code_is_given_shown_and_taken_off_its_door(desk: Visit, site: Doorway) -> None:
    page = desk.page
    desk.go("/credentials")
    page.get_by_role("button", name="Give a credential").first.click()
    panel = page.get_by_role("dialog", name="Give a credential")
    panel.get_by_role("radio", name="QR code").check(force=True)
    choose(panel.locator("#code-person"), re.compile(site.person_name), words=site.person_name)
    choose_several(panel.locator("#code-doors"), site.name)
    desk.picture("code-give")
    panel.get_by_role("button", name="Give a credential").click()
    expect(panel.get_by_role("img", name="QR code")).to_be_visible()
    desk.picture("code-given")
    panel.get_by_role("button", name="Done").click()
    desk.go(f"/doors/{site.iot_id}?tab=codes")
    rows = page.get_by_role("tabpanel", name="QR codes").locator("tbody tr")
    expect(rows.filter(has_text=site.person_name).get_by_text("In use")).to_be_visible()
    desk.picture("door-codes")
    rows.get_by_role("button", name="Take off").click()
    dialog = page.get_by_role("dialog", name=f"Take the code of {site.person_name} off this door?")
    dialog.get_by_role("button", name="Take off").click()
    page.get_by_text("No QR codes at this door").wait_for()
    desk.picture("door-codes-none")
    page.get_by_role("button", name="Ended ones too").click()
    expect(rows.filter(has_text=site.person_name).get_by_text("taken back")).to_be_visible()
    assert desk.take_faults() == []


def test_records_are_looked_through(desk: Visit) -> None:
    page = desk.page
    desk.go("/integrations/records")
    expect(page.locator("tbody tr").first).to_be_visible()
    desk.picture("records")
    page.locator("tbody tr button").first.click()
    record = page.get_by_role("dialog", name="Record")
    expect(record.get_by_text("Version of the model")).to_be_visible()
    desk.picture("record", whole=False)
    page.keyboard.press("Escape")
    choose(page.get_by_role("combobox", name="Data model"), re.compile(r"\(0\)"))
    page.get_by_text("No records of this model yet").wait_for()
    desk.picture("records-none")
    assert desk.take_faults() == []
