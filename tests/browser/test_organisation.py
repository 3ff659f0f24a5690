"""The main account makes an account administrator, who signs in by code and adds an implementer."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.drop_downs import choose_several
from tests.browser.sample import Demo
from tests.browser.visit import Visit, open_browser

pytestmark = pytest.mark.slow


def add_person(page: Page, name: str, phone: str) -> None:
    page.get_by_role("button", name="Add persons").first.click()
    panel = page.get_by_role("dialog", name="Add persons")
    panel.get_by_label("Name", exact=True).fill(name)
    panel.get_by_label("Phone", exact=True).fill(phone)
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_be_hidden()


def open_person(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).click()


def read_code(operator: Visit, phone: str) -> str:
    operator.go("/sms-outbox")
    row = operator.page.get_by_role("row", name=re.compile(phone)).first
    found = re.search(r"\d{6} is your", row.inner_text())
    assert found
    return found[0][:6]


@pytest.mark.covers("ACC-01", "ACC-02", "ACC-03", "ACC-04", "ACC-05", "ACC-06", "ACC-07")
def test_an_account_administrator_signs_in_by_code(
    administrator: Visit, operator: Visit, browser: Browser, demo: Demo
) -> None:
    page = administrator.page
    administrator.go("/organisation/roles")
    page.get_by_role("button", name="New role").first.click()
    panel = page.get_by_role("dialog", name="New role")
    panel.get_by_label("Name", exact=True).fill("Accounts")
    panel.get_by_text("Company (everything below)").click()
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_be_hidden()

    administrator.go("/organisation/persons")
    add_person(page, "李娜", "13955550001")
    open_person(page, "李娜")
    panel = page.get_by_role("dialog", name="李娜")
    panel.get_by_text("Accounts", exact=True).click()
    panel.get_by_role("button", name="Save").click()
    panel.get_by_role("tab", name="Person groups").click()
    panel.get_by_text("Not bound", exact=True).click()
    panel.get_by_role("button", name="Bind", exact=True).first.click()
    panel.get_by_text("Bound", exact=True).click()
    unbind = panel.get_by_role("button", name="Unbind", exact=True)
    expect(unbind).to_have_count(1)
    unbind.click()
    expect(unbind).to_have_count(0)

    administrator.go("/organisation/groups")
    page.locator("a.row-link").first.click()
    group = page.get_by_role("dialog")
    choose_several(group.locator(".el-select input"), re.compile("李娜"))
    group.get_by_role("button", name="Add to the group").click()
    expect(group.locator(".member").filter(has_text="李娜")).to_have_count(1)
    assert administrator.take_faults() == []

    with open_browser(browser, demo.url) as visit:
        visit.go("/login")
        visit.page.get_by_text("Phone and code").click()
        visit.page.fill("#phone", "13955550001")
        visit.page.get_by_role("button", name="Send code").click()
        expect(visit.page.get_by_text("the code is on its way")).to_be_visible()
        visit.page.fill("#code", read_code(operator, "13955550001"))
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_selector("nav")
        visit.go("/organisation/persons")
        add_person(visit.page, "张强", "13955550002")
        expect(visit.page.get_by_role("link", name="张强")).to_be_visible()
        assert visit.take_faults() == []
