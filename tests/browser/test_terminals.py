"""Indoor terminals: a resident binds one to the house, staff one to the property's office."""

import hashlib
import sqlite3
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.phone import look, open_phone, sign_in
from tests.browser.sample import Demo
from tests.browser.visit import Visit, keep_picture

HALL, OFFICE = "ABCD2345EFGH", "WXYZ6789PQRS"


@pytest.fixture(scope="module")
def shown(demo: Demo) -> dict[str, Any]:
    """Two terminals of an integrator show their codes; the resident's house has a group."""
    with sqlite3.connect(demo.data / "linli.db", timeout=60) as db:
        house, community, tenant = db.execute(
            "SELECT m.house_id, m.community_id, m.tenant_id FROM house_members m"
            " JOIN persons p ON p.id = m.person_id WHERE p.phone = ? AND m.status = 1",
            (RESIDENT_LOGIN,),
        ).fetchone()
        db.execute(
            "INSERT OR IGNORE INTO intercom_house_groups"
            " (space_id, tenant_id, community_id, group_id, room_id, changed_ms, derived)"
            " VALUES (?, ?, ?, 'g-of-house', '1-1-101', 0, 0)",
            (house, tenant, community),
        )
        far = int(time.time() * 1000) + 86_400_000 * 300  # the sample's clock may be ahead of ours
        for device, code in (("hall", HALL), ("office", OFFICE)):
            hashed = hashlib.sha256(code.encode()).hexdigest()
            db.execute(
                "INSERT INTO intercom_terminal_codes (app_project, device_type, device_id, tenant_id, code_hash,"
                " made_ms, expires_ms, used_ms) VALUES ('p', 'TMALL_GENIE', ?, ?, ?, 0, ?, 0)",
                (device, tenant, hashed, far),
            )
    return {"house": house}


_SCANNER = f"""
window.BarcodeDetector = class {{ async detect() {{ return [{{ rawValue: '{HALL}' }}] }} }}
navigator.mediaDevices.getUserMedia = async () => document.createElement('canvas').captureStream(5)
HTMLMediaElement.prototype.play = async () => undefined
"""
"""A browser that reads QR codes: Chromium on Linux does not."""


@pytest.mark.covers("RES-09")
def test_a_resident_binds_renames_and_unbinds(browser: Browser, demo: Demo, shown: dict[str, Any]) -> None:
    with open_phone(browser, demo.url) as visit:
        visit.context.add_init_script(_SCANNER)
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        page = visit.page
        visit.go("/m/me")
        page.get_by_role("link", name="My devices").click()
        page.get_by_text("No indoor terminal is bound yet").wait_for()
        look(visit, "terminals-none")
        page.get_by_role("button", name="Bind a terminal").click()
        expect(page.get_by_test_id("missing")).to_contain_text("Code")
        page.fill("#terminal-code", "WRONG2345678")
        page.get_by_role("button", name="Bind", exact=True).click()
        page.get_by_text("no terminal shows this code").wait_for()
        visit.take_faults()
        page.get_by_role("button", name="Scan", exact=True).click()
        expect(page.locator("#terminal-code")).to_have_value(HALL)
        look(visit, "terminals-bind")
        page.get_by_role("button", name="Bind", exact=True).click()
        row = page.locator("main ul.list li")
        expect(row).to_contain_text("Living-room")
        look(visit, "terminals")
        row.get_by_role("button", name="Rename Living-room").click()
        page.fill("#terminal-name", "Kitchen_2")
        page.get_by_role("button", name="Save").click()
        expect(row).to_contain_text("Kitchen_2")
        row.get_by_role("button", name="Unbind Kitchen_2").click()
        page.locator(".van-dialog").get_by_text("Unbind", exact=True).last.click()
        page.get_by_text("No indoor terminal is bound yet").wait_for()


def test_staff_bind_a_terminal_of_the_office(administrator: Visit, shown: dict[str, Any]) -> None:
    page = administrator.page
    administrator.go("/calls")
    page.get_by_role("button", name="Call settings").click()
    page.fill("#terminal-code", f"{OFFICE[:4]}-{OFFICE[4:8]}-{OFFICE[8:]}".lower())
    page.fill("#terminal-name", "FrontDesk")
    page.get_by_role("button", name="Bind the terminal").click()
    page.get_by_text("FrontDesk").wait_for()
    keep_picture(page, "office-terminals")
    page.get_by_role("button", name="Rename FrontDesk").click()
    page.get_by_label("Name").first.fill("Lobby")
    page.get_by_role("button", name="Save").last.click()
    page.get_by_role("button", name="Unbind Lobby").click()
    page.locator(".el-popconfirm").get_by_role("button").last.click()
    expect(page.get_by_text("Lobby")).to_have_count(0)
