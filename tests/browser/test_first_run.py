"""From an empty installation to the first page, and the door of the console itself: sign-in and its throttle."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visit import Visit
from tests.real.platform import Installation

PASSWORD = "correct horse battery"

pytestmark = pytest.mark.slow


def test_the_wizard_leads_from_nothing_to_the_checklist(fresh: tuple[Visit, Installation]):
    visit, installation = fresh
    page = visit.page
    printed = next(
        line for line in installation.log().splitlines() if line.startswith("set up ")
    ).removeprefix("set up ")

    visit.go("/devices")
    page.wait_for_url("**/setup*")  # whatever was asked for, set-up comes first

    page.goto(printed)
    page.get_by_label("Your name", exact=True).fill("Wang Wei")
    page.get_by_label("Phone number or log-in name", exact=True).fill("13800138000")
    page.get_by_label("Password", exact=True).fill("short")
    expect(page.get_by_text("Not 10 characters yet")).to_be_visible()
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Company", exact=True).fill("和美物业")
    page.get_by_label("Project name", exact=True).fill("Partner")
    page.get_by_role("button", name="Finish").click()

    expect(page.get_by_text("This secret is shown only now")).to_be_visible()
    secret = page.locator("dd code").nth(1).inner_text()
    assert len(secret) == 32
    page.get_by_text("I have saved the key", exact=True).click()
    page.get_by_role("button", name="Open the console").click()
    expect(page.get_by_text("From nothing to an opened door")).to_be_visible()
    assert secret not in page.content()

    page.get_by_label("Account: Wang Wei", exact=True).click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/login*")
    visit.go("/setup")
    page.wait_for_url("**/login*")  # the wizard runs once
    assert visit.take_faults() == []


def test_five_wrong_passwords_make_the_account_wait(fresh: tuple[Visit, Installation]):
    visit, installation = fresh
    page = visit.page
    installation.admin("create-tenant", "T")
    code = (installation.folder / "setup-code").read_text().strip()
    page.request.post(
        f"{visit.base}/api/console/setup",
        data={
            "code": code, "tenantName": "U", "name": "Li", "login": "li.na", "password": PASSWORD, "projectName": "",
        },
        headers={"x-linli-request": "1"},
    )  # fmt: skip
    page.context.clear_cookies()

    visit.go("/doors?state=offline")
    page.wait_for_url(re.compile(r"/login\?next="))
    for _ in range(5):
        page.fill("#login", "li.na")
        page.fill("#password", "wrong password")
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("The log-in or the password is wrong")
        expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_enabled()
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Too many failures")
    expect(page.get_by_role("button", name="Wait")).to_be_disabled()
    assert visit.take_faults() == []
