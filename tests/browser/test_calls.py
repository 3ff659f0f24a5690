"""Calls of the intercom: a home's own on its resident's phone, the community's at a desk, a door's on its page."""

import re
import sqlite3
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.phone import findings, look, open_phone, sign_in
from tests.browser.sample import Demo
from tests.browser.visit import Visit, keep_picture


@pytest.fixture(scope="module")
def rung(demo: Demo) -> dict[str, Any]:
    """Two calls to the home of the sample's resident: one missed, one taken and opened."""
    with sqlite3.connect(demo.data / "linli.db", timeout=60) as db:
        house, community, tenant = db.execute(
            "SELECT m.house_id, m.community_id, m.tenant_id FROM house_members m"
            " JOIN persons p ON p.id = m.person_id WHERE p.phone = ? AND m.status = 1",
            (RESIDENT_LOGIN,),
        ).fetchone()
        door, name = db.execute(
            "SELECT iot_id, name FROM access_doors WHERE community_id = ? ORDER BY name LIMIT 1", (community,)
        ).fetchone()
        # The sample's clock may be ahead of ours.
        (newest,) = db.execute("SELECT max(created_ms) FROM house_members").fetchone()
        begun = max(int(time.time() * 1000), newest) + 60_000
        for number, outcome in enumerate(("missed", "answered")):
            at = begun + number * 60_000
            row = {
                "id": 2**50 + number, "tenant_id": tenant, "project_id": "", "community_id": community,
                "caller": "d1", "caller_kind": 1, "target": "g", "target_type": 1, "iot_id": door,
                "space_id": house, "room_id": "1-1-101", "state": 2, "outcome": outcome,
                "answered_by": "p1" if number else "", "process": "main", "started_ms": at,
                "answered_ms": at + 2000 if number else 0, "opened_ms": at + 3000 if number else 0,
                "ended_ms": at + 65_000,
            }  # fmt: skip
            marks = ", ".join(f":{field}" for field in row)
            db.execute(f"INSERT INTO intercom_calls ({', '.join(row)}) VALUES ({marks})", row)
    return {"door": door, "name": name, "house": house}


def test_a_resident_sees_who_rang(browser: Browser, demo: Demo, rung: dict[str, Any]) -> None:
    with open_phone(browser, demo.url) as visit:
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        page = visit.page
        visit.go("/m/")
        page.get_by_text("Missed calls: 1").wait_for()
        look(visit, "home-missed")
        page.get_by_text("Missed calls: 1").click()
        rows = page.locator("main ul.list li")
        expect(rows).to_have_count(2)
        expect(rows.first).to_contain_text("Answered")
        expect(rows.first).to_contain_text("opened")
        expect(rows.nth(1)).to_contain_text(rung["name"])
        look(visit, "calls")
        page.get_by_role("button", name="Missed", exact=True).click()
        expect(rows).to_have_count(1)
        # Seen is seen.
        visit.go("/m/")
        page.get_by_role("link", name="Calls").wait_for()
        expect(page.get_by_text("Missed calls")).to_have_count(0)


def test_staff_look_calls_up(administrator: Visit, rung: dict[str, Any]) -> None:
    page = administrator.page
    administrator.go("/calls")
    rows = page.locator("main tbody tr")
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Missed", exact=True).click()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Nobody answered")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Export all").click()
    lines = taken.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 2
    page.get_by_role("button", name="Only this house").click()
    page.get_by_text("One house only").wait_for()
    keep_picture(page, "calls-desk")
    administrator.go(f"/doors/{rung['door']}?tab=calls")
    expect(page.get_by_role("tabpanel", name="Calls").locator("tbody tr")).to_have_count(2)
    administrator.go(f"/houses/{rung['house']}")
    page.get_by_role("tab", name="Calls").click()
    expect(page).to_have_url(re.compile("tab=calls"))
    page.reload()
    expect(page.get_by_role("tabpanel", name="Calls").locator("tbody tr")).to_have_count(2)


def test_staff_see_why_a_home_does_not_ring(administrator: Visit, demo: Demo, rung: dict[str, Any]) -> None:
    with sqlite3.connect(demo.data / "linli.db", timeout=60) as db:
        (door,) = db.execute(
            "SELECT r.iot_id FROM intercom_rooms r JOIN intercom_house_groups h ON h.group_id = r.group_id"
            " WHERE h.space_id = ? ORDER BY r.iot_id",
            (rung["house"],),
        ).fetchone()
    page = administrator.page
    administrator.go(f"/houses/{rung['house']}")
    page.get_by_role("tab", name="Intercom").click()
    page.get_by_role("button", name="Why does it not ring?").first.click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("status")).to_contain_text("The door is not logged in")
    expect(panel.locator("ol.steps li")).to_have_count(11)
    keep_picture(page, "ring-why")
    panel.get_by_role("link", name="Open device").click()
    page.wait_for_url(f"**/devices/{door}")
    administrator.go(f"/doors/{door}?tab=intercom")
    page.get_by_role("button", name="Why does it not ring?").first.click()
    expect(page.get_by_role("dialog").locator("ol.steps li").first).to_contain_text("service runs")
    assert findings(administrator) == []
