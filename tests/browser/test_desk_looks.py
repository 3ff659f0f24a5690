"""A baresip door that did not call: the guard's page looks through it, talks and stops, and the resident sees that."""

import sqlite3
from pathlib import Path

from playwright.sync_api import Browser, expect

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.phone import open_phone, sign_in
from tests.browser.sample import Demo, until
from tests.browser.test_answering import DEVICES, PICTURE, Door, door, loudest, pytestmark, ringing
from tests.browser.test_desk_passing import sit_down
from tests.browser.test_guard_desk import look
from tests.browser.visit import DESK, keep_picture, open_visit

__all__ = ["door", "pytestmark"]


def name_of(demo: Demo, door: Door) -> str:
    with sqlite3.connect(demo.data / "linli.db", timeout=60) as db:
        return str(db.execute("SELECT name FROM access_doors WHERE iot_id = ?", (door.iot_id,)).fetchone()[0])


def test_a_guard_looks_through_a_door(browser: Browser, demo: Demo, door: Door, tmp_path: Path) -> None:
    with (
        ringing(door, tmp_path / "door", dials=False) as folder,
        open_visit(browser, demo.url, DESK, arguments=DEVICES, locale="en") as visit,
    ):
        until(lambda: b"200 OK" in (folder / "log").read_bytes())
        page = visit.page
        sit_down(visit, demo, "admin")
        page.get_by_label("Name or place").fill(name_of(demo, door))
        seen = page.get_by_test_id("door-wall").get_by_role("listitem")
        button = page.get_by_role("button", name=f"Look through {name_of(demo, door)}", exact=True).first
        expect(button).to_be_enabled(timeout=60_000)
        look(visit, "wall-idle")
        button.click()
        state = page.get_by_test_id("look-state")
        expect(state).to_have_text("You look; the door hears nothing")
        page.wait_for_function(PICTURE)
        expect(seen.filter(has_text="Looking:").first).to_be_visible()
        look(visit, "wall-looks")
        page.get_by_role("button", name="Talk", exact=True).click()
        expect(state).to_have_text("The door hears you")
        until(lambda: loudest(folder / "heard.wav") > 1000)
        page.get_by_role("button", name="Stop looking").click()
        expect(state).to_have_count(0)
        until(lambda: b"session closed" in (folder / "log").read_bytes())
        expect(page.get_by_test_id("last-looks").get_by_role("listitem").first).to_contain_text("Talked")
        look(visit, "wall-over")
    with open_phone(browser, demo.url) as home:
        sign_in(home, RESIDENT_LOGIN, demo.code)
        with sqlite3.connect(demo.data / "linli.db", timeout=60) as db:
            community = db.execute(
                "SELECT community_id FROM access_doors WHERE iot_id = ?", (door.iot_id,)
            ).fetchone()[0]
        home.go(f"/m/door/{community}/{door.iot_id}")
        expect(home.page.get_by_test_id("staff-looks").get_by_role("listitem").first).to_be_visible()
        keep_picture(home.page, "door-looks-home", whole=True)


def test_the_wall_in_chinese(browser: Browser, demo: Demo) -> None:
    with open_visit(browser, demo.url, DESK, arguments=DEVICES, locale="zh-CN") as visit:
        visit.sign_in_quietly("admin", demo.passwords["admin"])
        visit.go("/guard-desk")
        expect(visit.page.get_by_test_id("desk-line")).to_contain_text("值班中")
        expect(visit.page.get_by_test_id("door-wall").get_by_role("listitem").first).to_be_visible()
        look(visit, "wall-zh")
