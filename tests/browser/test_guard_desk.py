"""A baresip door rings a home that nobody answers for: the guard's page shows the door, answers, opens and hangs up."""

import sqlite3
from pathlib import Path

from playwright.sync_api import Browser, expect

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.phone import findings, open_phone, sign_in
from tests.browser.sample import Demo, until
from tests.browser.test_answering import DEVICES, PEERS, PICTURE, Door, door, loudest, pytestmark, ringing
from tests.browser.visit import DESK, PHONE, Visit, keep_picture, open_visit

__all__ = ["door", "pytestmark"]


def leave_to_desk(browser: Browser, demo: Demo) -> None:
    """The resident's homes have the guard desk tried first."""
    with open_phone(browser, demo.url) as visit:
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        for house in {row["houseId"] for row in visit.fetch("GET", "/resident/houses") if row.get("houseId")}:
            path = f"/resident/houses/{house}/call-settings"
            steps = visit.fetch("GET", path)["steps"]
            desk = [step | {"on": True, "seconds": 60} for step in steps if step["name"] == "desk"]
            body = {"steps": desk + [step for step in steps if step["name"] != "desk"], "strictQuiet": False}
            visit.fetch("PUT", path, body | {"logHidden": False, "quiet": None, "myQuiet": None})


def look(visit: Visit, name: str) -> None:
    """The page at both widths: nothing for axe, no fault."""
    for size, word in ((DESK, "wide"), (PHONE, "small")):
        visit.resize(size)
        visit.still()
        keep_picture(visit.page, f"{name}-{word}", whole=True)
        faults = findings(visit)
        assert faults == [], f"{name} {word}: axe: {faults}"
    visit.resize(DESK)
    assert visit.take_faults() == [], name


def test_a_guard_answers_a_door(browser: Browser, demo: Demo, door: Door, tmp_path: Path) -> None:
    leave_to_desk(browser, demo)
    with open_visit(browser, demo.url, DESK, arguments=DEVICES, locale="en") as visit:
        page = visit.page
        page.add_init_script(PEERS)
        visit.sign_in_quietly("admin", demo.passwords["admin"])
        visit.go("/guard-desk")
        expect(page.get_by_test_id("desk-line")).to_contain_text("On duty")
        look(visit, "desk-idle")
        with ringing(door, tmp_path / "door") as folder:
            shown = page.get_by_test_id("desk-state")
            expect(shown).to_contain_text("Ringing")
            page.wait_for_function(PICTURE)  # before anybody answered
            look(visit, "desk-rings")
            page.keyboard.press("Enter")
            expect(shown).to_contain_text("You are talking")
            until(lambda: loudest(folder / "heard.wav") > 1000)
            page.keyboard.press("o")
            expect(page.get_by_test_id("desk-door")).to_be_visible()
            print("the door:", page.get_by_test_id("desk-door").inner_text())
            look(visit, "desk-talks")
            page.keyboard.press("Escape")
            until(lambda: b"session closed" in (folder / "log").read_bytes())
        expect(shown).to_have_count(0)
        expect(page.get_by_test_id("last-calls").locator("li").first).to_contain_text("Answered")
        with sqlite3.connect(demo.data / "linli.db", timeout=60) as db:
            row = db.execute(
                "SELECT outcome, answered_by FROM intercom_calls ORDER BY id DESC LIMIT 1"
            ).fetchone()
        assert row[0] == "answered"
        assert str(row[1]).startswith("staff-")
        look(visit, "desk-over")
