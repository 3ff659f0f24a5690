"""The main account makes an account administrator, who signs in by code and adds an implementer."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.drop_downs import choose_several
from tests.browser.sample import Demo
from tests.browser.visit import LOADED, Visit, open_browser

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
    row = operator.page.get_by_role("row", name=re.compile(phone)).first
    operator.go("/sms-outbox")
    while (
        not row.count()
    ):  # it is sent behind the answer, and the page shows what there was when it was opened
        operator.go("/sms-outbox")
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


def person_with(administrator: Visit, phone: str, rights: list[str]) -> None:
    """Somebody of the company with these rights, in the community's project."""
    made = {"persons": [{"name": f"P{phone[-4:]}", "phone": phone}]}
    (person,) = administrator.fetch("POST", "/console/organisation/persons", made)
    administrator.fetch(
        "PUT", f"/console/organisation/persons/{person['accountId']}/rights", {"rights": rights}
    )
    projects = administrator.fetch("GET", "/console/organisation/groups")["data"]
    bound = {
        "accountIds": [int(person["accountId"])],
        "projectIds": [project["projectId"] for project in projects],
    }
    administrator.fetch("POST", "/console/organisation/groups/bind", bound)


def enter_by_code(visit: Visit, operator: Visit, phone: str) -> None:
    visit.fetch("POST", "/console/session/code", {"phone": phone})
    code = read_code(operator, phone)
    visit.fetch("POST", "/console/session/code/verify", {"phone": phone, "code": code, "remember": False})


INSTALLER, INTEGRATOR, CLERK = "13955550011", "13955550012", "13955550013"
RIGHTS = {
    INSTALLER: ["projects.use", "houses.use", "communities.use", "devices.use", "devices.manage"],
    INTEGRATOR: ["projects.use", "integrations.manage", "devices.use"],
    CLERK: ["notices.use", "notices.manage"],
}
DAILY = {"guard": 8, "manager": 20, INSTALLER: 19, INTEGRATOR: 13, CLERK: 3, "operator": 9}
"""How many places each has open before them, at most."""


def unfold(menu: Locator) -> None:
    """Every group stands open."""
    folded = menu.get_by_role("button", expanded=False)
    while folded.count():
        folded.last.click()


@pytest.mark.parametrize("who", DAILY)
def test_everybody_has_a_navigation_of_their_own_work(
    who: str, administrator: Visit, operator: Visit, browser: Browser, demo: Demo
) -> None:
    with open_browser(browser, demo.url) as visit:
        if who in RIGHTS:
            person_with(administrator, who, RIGHTS[who])
            enter_by_code(visit, operator, who)
        else:
            visit.sign_in_quietly(who, demo.passwords[who])
        refused: list[str] = []
        page = visit.page
        page.on(
            "response", lambda answer: answer.status == 403 and refused.append(f"{page.url}: {answer.url}")
        )
        visit.go("/overview")
        places = page.get_by_role("navigation", name="Navigation").get_by_role("link")
        expect(places.first).to_be_visible()
        assert 3 <= places.count() <= DAILY[who]
        visit.picture(f"navigation-{who}", whole=False)
        unfold(page.get_by_role("navigation", name="Navigation"))
        paths = [str(place.get_attribute("href")) for place in places.all()]
        assert len(set(paths)) == len(paths)
        for path in paths:
            place = page.get_by_role("navigation", name="Navigation").locator(f"a[href='{path}']")
            place.click()
            expect(place).to_have_attribute("aria-current", "page")
            expect(page.locator("main h1").first).to_be_visible()
            page.wait_for_function(LOADED)
            expect(place).to_be_in_viewport()
        assert refused + visit.take_faults() == []


def test_a_page_is_found_by_its_name_and_its_group_stays_as_it_was_left(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/overview")
    menu = page.get_by_role("navigation", name="Navigation")
    expect(menu.get_by_role("link", name="Firmware")).to_have_count(0)
    page.keyboard.press("/")
    page.get_by_role("searchbox", name="Search").fill("firmw")
    expect(page.get_by_role("option", name=re.compile("^Page Firmware"))).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/firmware")
    expect(menu.get_by_role("link", name="Firmware")).to_be_in_viewport()
    people = menu.get_by_role("button", name="People and houses").first
    people.click()
    expect(menu.get_by_role("link", name="Residents")).to_have_count(0)
    page.reload()
    expect(people).to_have_attribute("aria-expanded", "false")
    administrator.go("/residents")
    expect(menu.get_by_role("link", name="Residents")).to_have_attribute("aria-current", "page")
    page.evaluate("localStorage.removeItem('linli.folds')")
