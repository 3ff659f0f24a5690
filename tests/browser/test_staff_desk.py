"""A guard's phone is a desk: a baresip door rings there, and the guard answers, holds, and gives it to the console."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.phone import look, open_phone
from tests.browser.sample import Demo, until
from tests.browser.test_answering import DEVICES, PEERS, PICTURE, Door, door, loudest, pytestmark, ringing
from tests.browser.test_desk_passing import sit_down
from tests.browser.test_guard_desk import leave_to_desk
from tests.browser.visit import DESK, open_visit

__all__ = ["door", "pytestmark"]


def test_a_guard_answers_on_a_phone_and_passes_on_to_the_console(
    browser: Browser, demo: Demo, door: Door, tmp_path: Path
) -> None:
    leave_to_desk(browser, demo)
    with (
        open_phone(browser, demo.url, arguments=DEVICES) as phone,
        open_visit(browser, demo.url, DESK, arguments=DEVICES, locale="en") as console,
    ):
        page = phone.page
        page.add_init_script(PEERS)
        phone.go("/staff/")
        page.fill("#login", "guard")
        page.fill("#password", demo.passwords["guard"])
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("link", name="Guard desk").click()
        expect(page.get_by_test_id("desk-line")).to_have_text("On duty")
        look(phone, "staff-desk-idle")
        sit_down(console, demo, "admin")
        state = page.get_by_test_id("desk-state")
        with ringing(door, tmp_path / "door") as folder:
            expect(state).to_have_text("Ringing")
            page.wait_for_function(PICTURE)  # before anybody answered
            look(phone, "staff-desk-rings")
            page.get_by_role("button", name="Answer", exact=True).click()
            expect(state).to_have_text("You are talking")
            until(lambda: loudest(folder / "heard.wav") > 1000)
            page.get_by_role("button", name="Open door", exact=True).click()
            expect(page.get_by_test_id("desk-door")).to_be_visible()
            page.get_by_role("button", name="Hold", exact=True).click()
            expect(state).to_have_text("On hold")
            page.get_by_role("button", name="Talk again", exact=True).click()
            expect(state).to_have_text("You are talking")
            look(phone, "staff-desk-talks")
            page.get_by_role("button", name="Pass on", exact=True).click()
            targets = page.get_by_test_id("desk-targets")
            targets.get_by_role("button", name="Guard desk:").click()
            theirs = console.page.get_by_test_id("desk-state")
            expect(theirs).to_contain_text("Ringing")
            console.page.wait_for_function(PICTURE)
            console.page.keyboard.press("Enter")
            expect(theirs).to_contain_text("You are talking")
            expect(state).to_have_count(0)
            expect(page.get_by_role("listitem").filter(has_text="has it").first).to_be_visible()
            assert b"session closed" not in (folder / "log").read_bytes()
            console.page.keyboard.press("Escape")
            until(lambda: b"session closed" in (folder / "log").read_bytes())
