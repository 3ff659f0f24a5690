"""Passwords in the console: taken away in words, set by a link, and one that others set comes first everywhere."""

import sqlite3

import pytest
from playwright.sync_api import expect

from tests.browser.visit import Visit
from tests.real.platform import Installation

PASSWORD, OWN = "correct horse battery", "all my own words"
OPERATOR, MATE = "13800138000", "13700000077"
HEADERS = {"x-linli-request": "1"}
pytestmark = pytest.mark.slow


def set_up(visit: Visit, installation: Installation) -> str:
    """The operator, signed in, and a person of theirs: the account."""
    code = (installation.folder / "setup-code").read_text().strip()
    said = {"code": code, "tenantName": "和美物业", "name": "王伟", "login": OPERATOR, "password": PASSWORD}
    ask = visit.page.request
    made = ask.post(f"{visit.base}/api/console/setup", data={**said, "projectName": ""}, headers=HEADERS)
    assert made.ok, made.text()
    body = {"persons": [{"name": "李娜", "phone": MATE}]}
    added = ask.post(f"{visit.base}/api/console/organisation/persons", data=body, headers=HEADERS)
    return str(added.json()[0]["accountId"])


def test_a_password_is_taken_away_set_by_a_link_and_changed_before_anything_else(
    fresh: tuple[Visit, Installation],
) -> None:
    visit, installation = fresh
    page, account = visit.page, set_up(visit, installation)
    visit.go(f"/organisation/persons/{account}")
    page.get_by_role("tab", name="Access").click()
    page.get_by_role("button", name="Reset password").click()
    dialog = page.get_by_role("dialog", name="Reset password")
    expect(dialog).to_contain_text("nobody else learns it")
    dialog.get_by_role("button", name="Reset password").click()
    expect(page.get_by_text("A code goes to 137****0077")).to_be_visible()

    link = installation.admin("reset-password", MATE, "--link")["link"]
    page.request.delete(f"{visit.base}/api/console/session", headers=HEADERS)
    visit.go("/set-password#nothing")
    expect(page.get_by_text("was used or has run out")).to_be_visible()
    visit.go("/login")
    expect(page.get_by_text("No account? Register")).to_have_count(0)  # only the invited register
    visit.go("/set-password" + link.partition("/set-password")[2])
    expect(page.get_by_text(f"For 李娜 ({MATE})")).to_be_visible()
    page.fill("#new-password", OWN)
    page.fill("#again-password", OWN)
    page.get_by_role("button", name="Set it and sign in").click()
    # Nobody gave them anything to do yet, and companies are the operator's to open.
    expect(page.get_by_role("heading", name="opened by whoever runs the platform")).to_be_visible()

    with sqlite3.connect(installation.folder / "linli.db") as db:  # as an earlier release left it
        db.execute("UPDATE accounts SET must_change = 1 WHERE id = ?", (int(account),))
    db.close()
    visit.go("/settings")
    expect(page.get_by_role("heading", name="Set a password of your own")).to_be_visible()
    visit.go("/staff/")
    expect(page.get_by_role("heading", name="Set a password of your own")).to_be_visible()
    visit.go("/settings")
    page.fill("#old-password", OWN)
    page.fill("#new-password", OWN + " too")
    page.fill("#again-password", OWN + " too")
    page.get_by_role("button", name="Change the password").click()
    page.wait_for_url("**/settings")
    assert not visit.faults
