"""A baresip door at a guard desk: the page holds it, passes it to another desk, and what that one held comes back."""

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.sample import Demo, until
from tests.browser.test_answering import DEVICES, PEERS, PICTURE, Door, door, loudest, pytestmark, ringing
from tests.browser.test_guard_desk import leave_to_desk, look
from tests.browser.visit import DESK, Visit, open_visit

__all__ = ["door", "pytestmark"]


def sit_down(visit: Visit, demo: Demo, login: str) -> None:
    visit.page.add_init_script(PEERS)
    visit.sign_in_quietly(login, demo.passwords[login])
    visit.go("/guard-desk")
    expect(visit.page.get_by_test_id("desk-line")).to_contain_text("On duty")


def test_a_door_is_held_passed_on_and_never_lost(
    browser: Browser, demo: Demo, door: Door, tmp_path: Path
) -> None:
    leave_to_desk(browser, demo)
    with open_visit(browser, demo.url, DESK, arguments=DEVICES, locale="en") as mine:
        page = mine.page
        sit_down(mine, demo, "admin")
        shown = page.get_by_test_id("desk-state")
        with open_visit(browser, demo.url, DESK, arguments=DEVICES, locale="en") as other:
            theirs = other.page
            sit_down(other, demo, "guard")
            with ringing(door, tmp_path / "door") as folder:
                log = folder / "log"
                expect(shown).to_contain_text("Ringing")
                page.wait_for_function(PICTURE)
                page.keyboard.press("Enter")
                expect(shown).to_contain_text("You are talking")
                until(lambda: loudest(folder / "heard.wav") > 1000)
                page.keyboard.press("h")
                expect(shown).to_contain_text("On hold")
                expect(theirs.get_by_role("listitem").filter(has_text="has it on hold").first).to_be_visible()
                look(mine, "desk-held")
                page.keyboard.press("h")
                expect(shown).to_contain_text("You are talking")
                page.keyboard.press("t")
                expect(page.get_by_test_id("pass-seats").get_by_role("button")).to_have_count(1)
                look(mine, "desk-pass")
                page.get_by_test_id("pass-seats").get_by_role("button").click()
                expect(shown).to_contain_text("it rings there")
                look(mine, "desk-passes")
                taken = theirs.get_by_test_id("desk-state")
                expect(taken).to_contain_text("Ringing")
                theirs.wait_for_function(PICTURE)
                theirs.keyboard.press("Enter")
                expect(taken).to_contain_text("You are talking")
                expect(page.get_by_role("listitem").filter(has_text="is talking").first).to_be_visible()
                expect(shown).to_have_count(0)
                theirs.keyboard.press("h")
                expect(taken).to_contain_text("On hold")
                theirs.close()  # with a visitor on hold
                expect(shown).to_contain_text("Ringing", timeout=60_000)
                page.wait_for_function(PICTURE)
                page.keyboard.press("Enter")
                expect(shown).to_contain_text("You are talking")
                assert b"session closed" not in log.read_bytes()
                page.keyboard.press("Escape")
                until(lambda: b"session closed" in log.read_bytes())
        expect(page.get_by_test_id("last-calls").locator("li").first).to_contain_text("Answered")
        page.get_by_test_id("last-calls").get_by_role("link").first.click()
        expect(page.get_by_text(re.compile("Other guard desk"))).to_be_visible()
        expect(page.get_by_text("Back in the queue")).to_be_visible()
