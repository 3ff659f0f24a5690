"""A visitor's own phone at a guard desk: held, passed on to a desk that does not answer, and back after the real time."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.phone import open_phone
from tests.browser.sample import Demo, until
from tests.browser.test_answering import DEVICES, HEARS, PEERS, PICTURE
from tests.browser.test_desk_passing import sit_down
from tests.browser.test_doorbell import room_of_resident
from tests.browser.test_guard_desk import leave_to_desk
from tests.browser.visit import DESK, Visit, open_visit

pytestmark = pytest.mark.slow
pytest.importorskip("pylibsrtp")
LIMIT_MS = 90_000


def test_a_visitor_who_is_passed_on_comes_back_when_nobody_answers(
    administrator: Visit, browser: Browser, demo: Demo
) -> None:
    leave_to_desk(browser, demo)
    here = int(administrator.fetch("GET", "/console/communities", applyStatus=2)["data"][0]["id"])
    made = administrator.fetch("POST", f"/console/communities/{here}/doorbells", {"name": "West gate"})
    path = "/bell/" + made["url"].rpartition("/bell/")[2]
    with (
        open_visit(browser, demo.url, DESK, arguments=DEVICES, locale="en") as mine,
        open_visit(browser, demo.url, DESK, arguments=DEVICES, locale="en") as other,
        open_phone(browser, demo.url, arguments=DEVICES) as visitor,
    ):
        page, theirs, phone = mine.page, other.page, visitor.page
        sit_down(mine, demo, "admin")
        sit_down(other, demo, "guard")
        phone.add_init_script(PEERS)
        visitor.go(path)
        phone.get_by_label("Room").fill(room_of_resident(demo)[0])
        phone.get_by_role("button", name="Ring").click()
        shown = page.get_by_test_id("desk-state")
        expect(shown).to_contain_text("Ringing", timeout=LIMIT_MS)
        page.wait_for_function(PICTURE)  # before anybody answered
        page.keyboard.press("Enter")
        expect(shown).to_contain_text("You are talking")
        expect(phone.get_by_text("You are talking")).to_be_visible()
        until(lambda: phone.evaluate(HEARS))
        page.keyboard.press("h")
        expect(shown).to_contain_text("On hold")
        page.keyboard.press("h")
        expect(shown).to_contain_text("You are talking")
        page.keyboard.press("t")
        page.get_by_test_id("pass-seats").get_by_role("button").click()
        expect(shown).to_contain_text("it rings there")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(theirs.get_by_test_id("desk-state")).to_contain_text("Ringing")
        expect(shown).to_contain_text("You are talking", timeout=LIMIT_MS)  # after twenty seconds
        expect(theirs.get_by_test_id("desk-state")).to_have_count(0)
        expect(phone.get_by_text("You are talking")).to_be_visible()
        page.get_by_role("button", name="Hang up", exact=True).click()
        expect(shown).to_have_count(0)
        expect(phone.get_by_text("The call has ended")).to_be_visible()
