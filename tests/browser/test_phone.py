"""A resident's first day and a staff member's morning, on a phone 360 px wide, over the demo community."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from linli.console.pages import RESIDENT_PAGES
from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.phone import look, open_phone, publish_notice, sign_in, sign_in_by_page
from tests.browser.sample import STEADY, Demo
from tests.browser.visit import Visit

NEWCOMER = "13900001234"
NAME = "方小雨"
GUEST = "管道工老顾"


@pytest.fixture(scope="module")
def guard(browser: Browser, demo: Demo) -> Iterator[Visit]:
    """The manager's phone, signed in on the staff pages."""
    with open_phone(browser, demo.url) as visit:
        visit.go("/staff/")
        visit.page.fill("#login", "manager")
        visit.page.fill("#password", demo.passwords["manager"])
        visit.page.get_by_role("button", name="Sign in", exact=True).click()
        visit.page.get_by_text("Waiting for you").wait_for()
        yield visit


def _review(guard: Visit) -> None:
    guard.go("/staff/reviews")
    guard.page.get_by_role("link", name=NAME).wait_for()
    look(guard, "staff-reviews")
    guard.page.get_by_role("link", name=NAME).click()
    guard.page.get_by_role("button", name="Approve").wait_for()


def _choose_house(visit: Visit, *, look_at: str = "") -> None:
    """The first house of the first unit of the first building."""
    page = visit.page
    page.get_by_role("heading", name="Choose your door").wait_for()
    way = page.get_by_role("navigation", name="Way to the house").get_by_role("button")
    choices = page.locator("main ul.list button")
    for chosen in range(3):
        expect(way).to_have_count(1 + chosen)
        expect(choices.first).to_be_enabled()  # not the level before, while the next one loads
        if look_at:
            look(visit, look_at)
        choices.first.click()


@pytest.mark.covers("RES-01", "RES-02", "RES-04", "PM-07")
def test_a_resident_certifies_a_house(browser: Browser, demo: Demo, guard: Visit) -> None:
    with open_phone(browser, demo.url) as visit:
        page = visit.page
        visit.go("/m/")
        page.locator("#phone").wait_for()
        look(visit, "sign-in")
        sign_in_by_page(visit, NEWCOMER, demo.code)
        page.get_by_text("Certify your house first").wait_for()
        look(visit, "home-new")

        page.get_by_role("button", name="Choose my community").click()
        page.fill("#community", "桂花")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="桂花园").wait_for()
        look(visit, "find")
        page.get_by_role("link", name="桂花园").click()
        page.get_by_role("button", name="Certify my house here").click()
        _choose_house(visit, look_at="choose")
        page.fill("#name", NAME)
        page.get_by_role("button", name="More about the person").click()
        page.fill("#registry", "浙江省杭州市")
        page.get_by_label("Education", exact=True).select_option("7")
        look(visit, "certify")
        page.get_by_role("button", name="Send to the property").click()
        page.get_by_text("Under review").wait_for()
        look(visit, "houses-waiting")

        _review(guard)
        guard.page.get_by_text("浙江省杭州市").wait_for()
        look(guard, "staff-review")
        guard.page.get_by_role("button", name="Refuse").click()
        guard.page.fill("#reason", "姓名与合同不符")
        look(guard, "staff-refuse")
        guard.page.get_by_role("button", name="Refuse").click()
        guard.page.get_by_role("heading", name="Certifications to review").wait_for()
        guard.page.get_by_role("link", name=NAME).wait_for(state="detached")

        visit.go("/m/houses")
        page.get_by_text("姓名与合同不符").wait_for()
        look(visit, "houses-refused")
        page.get_by_role("link", name="Refused").click()
        page.get_by_role("button", name="Certify again").click()
        page.locator("#name").fill(NAME)
        look(visit, "again")
        page.get_by_role("button", name="Send to the property").click()
        page.get_by_text("Under review").wait_for()

        # A fresh certification of the same house is refused: the record is there.
        visit.go("/m/communities")
        page.fill("#community", "桂花")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="桂花园").click()
        page.get_by_role("button", name="Certify my house here").click()
        _choose_house(visit)
        page.fill("#name", NAME)
        page.get_by_role("button", name="Send to the property").click()
        page.get_by_text("This user exists already").wait_for()

        _review(guard)
        guard.page.get_by_role("button", name="Approve").click()
        guard.page.get_by_role("heading", name="Certifications to review").wait_for()
        guard.page.get_by_role("link", name=NAME).wait_for(state="detached")
        visit.go("/m/")
        page.get_by_role("heading", name="Notices").wait_for()
        look(visit, "home-certified")


@pytest.mark.covers("RES-03", "RES-05", "RES-07", "RES-08")
def test_an_owners_day(browser: Browser, demo: Demo, guard: Visit) -> None:
    publish_notice(guard, "七幢水泵检修", "今晚九时至十时检修水泵，水压偏低。", look_at="staff-notice")
    with open_phone(browser, demo.url, dark=True) as visit:
        page = visit.page
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        visit.go("/m/")
        page.get_by_role("link", name="七幢水泵检修").wait_for()
        page.get_by_role("button", name="Open ").first.wait_for()
        look(visit, "home")
        page.get_by_text(re.compile(r"Show all \d+ doors")).click()
        page.get_by_role("button", name=f"Open {STEADY[0]}").click()
        page.get_by_text("The door answered after").wait_for()

        page.get_by_role("link", name="七幢水泵检修").click()
        page.get_by_text("水压偏低").wait_for()
        look(visit, "notice")
        visit.go("/m/notices")
        notice = page.get_by_role("link", name="七幢水泵检修")
        notice.wait_for()
        assert notice.get_by_role("img", name="New").count() == 0
        look(visit, "notices")

        visit.go("/m/key")
        page.get_by_role("img", name="QR code that opens your doors").wait_for()
        assert len(page.locator("svg.qr").get_attribute("data-text") or "") == 88
        look(visit, "key")
        visit.go("/m/passes")
        page.get_by_role("heading", name="My passes").wait_for()
        look(visit, "passes")

        visit.go("/m/houses")
        page.get_by_role("link", name="Certified").first.click()
        page.get_by_role("button", name="Add a member").click()
        page.fill("#name", "方小苗")
        page.fill("#phone", "13900005678")
        look(visit, "add-member")
        page.get_by_role("button", name="Add a member").click()
        page.get_by_text("方小苗").first.wait_for()
        look(visit, "house")
        page.get_by_role("button", name="Remove 方小苗").click()
        page.locator(".van-dialog").get_by_text("Remove", exact=True).last.click()
        page.get_by_role("button", name="Remove 方小苗").wait_for(state="detached")
        page.get_by_role("button", name="Invite by QR code").click()
        page.get_by_role("button", name="Make the code").click()
        link = page.locator("svg.qr").get_attribute("data-text") or ""
        look(visit, "invite")
        page.get_by_role("button", name="Close").click()

        with open_phone(browser, demo.url, language="en") as other:
            sign_in_by_page(other, "13900007777", demo.code, link.removeprefix(demo.url))
            other.page.fill("#name", "邀来客")
            look(other, "join")
            other.page.get_by_role("button", name="Join this house").click()
            other.page.get_by_text("Certified").wait_for()

        page.get_by_role("tab", name="Parking and storage").click()
        page.get_by_role("button", name="Add").click()
        page.fill("#asset-name", "B1-077")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("B1-077").wait_for()
        look(visit, "assets")

        for path, heading in (
            ("vehicles", "My vehicles"),
            ("me", "Me"),
            ("settings", "Settings"),
            ("help", "Help"),
        ):
            visit.go(f"/m/{path}")
            page.get_by_role("heading", name=heading, exact=True).wait_for()
            look(visit, path)


def test_a_staff_members_morning(demo: Demo, guard: Visit) -> None:
    page = guard.page
    for path, heading in (("", "桂花园"), ("residents", "Residents"), ("passes", "Passes"), ("me", "Me")):
        guard.go(f"/staff/{path}")
        page.get_by_role("heading", name=heading, exact=True).wait_for()
        look(guard, f"staff-{path or 'today'}")
    guard.go("/staff/doors")
    page.get_by_role("button", name=f"Open {STEADY[0]}").click()
    page.get_by_role("button", name="Visitor", exact=True).click()
    look(guard, "staff-open")
    page.get_by_role("button", name="Open now").click()
    page.get_by_text("Opened; the door answered").wait_for()


def test_staff_without_a_network_read_one_cause_and_no_all_clear(guard: Visit) -> None:
    page = guard.page
    guard.go("/staff/")
    page.get_by_role("heading", name="Waiting for you").wait_for()
    page.route("**/api/console/**", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("alert")).to_have_count(1)
    expect(page.get_by_role("alert")).to_contain_text("No connection to the platform")
    expect(page.get_by_text("Nothing waits.")).to_have_count(0)
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("heading", name="Waiting for you").wait_for()
    page.route("**/api/console/doors?*", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("alert")).to_have_count(1)
    expect(page.get_by_text("Nothing waits.")).to_have_count(0)


def _cut(visit: Visit, base: str) -> None:
    """Take the network away from a phone whose pages its worker keeps."""
    page = visit.page
    visit.go(base)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    visit.go(base)  # what it shows is kept from now on
    page.wait_for_load_state("networkidle")
    visit.context.set_offline(True)


def test_a_residents_phone_off_line_opens_nothing_and_comes_back(browser: Browser, demo: Demo) -> None:
    with open_phone(browser, demo.url) as visit:
        page = visit.page
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        _cut(visit, "/m/")
        page.get_by_text(re.compile(r"Show all \d+ doors")).click()
        door = page.get_by_role("button", name=f"Open {STEADY[0]}")
        door.click()
        expect(page.get_by_role("alert")).to_have_text(re.compile("^Not sent: this phone has no network"))
        page.get_by_role("navigation", name="Main places").get_by_role("link", name="Home").click()
        expect(page.get_by_role("alert")).to_have_count(1)
        look(visit, "cut-open")
        page.get_by_role("link", name="Visitors", exact=True).click()
        expect(page.get_by_role("alert").or_(page.locator(".bar.offline"))).to_have_count(1)
        visit.context.set_offline(False)
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(page.locator(".bar.offline")).to_have_count(0)
        page.go_back()
        page.get_by_text(re.compile(r"Show all \d+ doors")).click()
        door.click()
        page.get_by_text("The door answered after").wait_for()


def test_a_staff_phone_off_line_says_one_thing_and_comes_back(guard: Visit) -> None:
    page = guard.page
    _cut(guard, "/staff/")
    page.get_by_role("link", name="Open a door").click()
    expect(page.get_by_role("alert")).to_have_count(1)
    look(guard, "staff-cut")
    guard.context.set_offline(False)
    door = page.get_by_role("button", name=f"Open {STEADY[0]}")
    expect(door).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    guard.context.set_offline(True)
    door.click()
    page.get_by_role("button", name="Visitor", exact=True).click()
    page.get_by_role("button", name="Open now").click()
    expect(page.get_by_role("alert")).to_have_text(re.compile("^Not sent: this phone has no network"))
    guard.context.set_offline(False)
    page.get_by_role("button", name="Open now").click()
    page.get_by_text("Opened; the door answered").wait_for()
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.covers("PM-14")
def test_staff_receive_a_visitor_and_look_up_a_house(demo: Demo, guard: Visit) -> None:
    page = guard.page
    guard.go("/staff/visitors")
    page.get_by_role("button", name="Today", exact=True).wait_for()
    page.get_by_role("link", name="Register a visitor").or_(
        page.get_by_role("button", name="Register a visitor")
    ).click()
    page.locator("main ul.list button").nth(1).wait_for()
    look(guard, "staff-house-picker")
    page.fill("#find-house", "1-1-101")
    page.keyboard.press("Enter")
    page.locator("main ul.list button", has_text="01").first.click()
    page.fill("#visitor", GUEST)
    page.fill("#plate", "浙A00G77")
    look(guard, "staff-register")
    page.get_by_role("button", name="Register", exact=True).click()
    page.get_by_text("Expected", exact=True).wait_for()
    # The doors of the house itself stand there, those of the whole community are folded.
    more = page.get_by_text(re.compile(r"^Another \d+ doors$"))
    expect(page.get_by_text("南门入口")).to_be_hidden()
    more.click()
    expect(page.get_by_text("南门入口")).to_be_visible()
    more.click()
    page.get_by_role("button", name="Show the pass").click()
    page.get_by_role("img", name=f"QR pass of {GUEST}").wait_for()
    look(guard, "staff-visit")
    page.get_by_role("button", name="Has arrived").click()
    page.get_by_text("Here", exact=True).wait_for()
    page.get_by_role("button", name="Has left").click()
    page.get_by_text("Left", exact=True).first.wait_for()

    guard.go("/staff/visitors?view=history")
    page.fill("#find-visitor", GUEST)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=GUEST).wait_for()
    look(guard, "staff-visitors")
    page.get_by_label("From", exact=True).fill("2020-01-01")
    page.get_by_label("To", exact=True).fill("2020-01-02")
    page.get_by_text("No visitors").wait_for()

    guard.go("/staff/houses")
    page.locator("main ul.list button").first.wait_for()
    look(guard, "staff-houses")
    page.locator("main ul.list button").first.click()
    page.get_by_role("navigation", name="Where you are").wait_for()
    page.locator("main ul.list button").first.click()
    page.locator("main ul.list button", has_text=re.compile(r"[1-9] residents")).first.click()
    page.get_by_role("heading", name="Residents", exact=True).wait_for()
    look(guard, "staff-house")
    page.locator("main ul.list a").first.click()
    page.get_by_role("button", name="Change name and phone").click()
    page.fill("#phone", "123")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").wait_for()
    look(guard, "staff-resident-edit")
    page.get_by_role("button", name="Cancel").click()
    look(guard, "staff-resident")
    guard.go("/staff/key")
    page.get_by_role("img", name="QR code that opens the doors").wait_for()
    assert len(page.locator("svg.qr").get_attribute("data-text") or "") == 88
    look(guard, "staff-key")
    for path, heading in (("alarms", "Alarms"), ("notices", "Notices")):
        guard.go(f"/staff/{path}")
        page.get_by_role("heading", name=heading, exact=True).wait_for()
        look(guard, f"staff-{path}")


@pytest.mark.covers("RES-11")
def test_the_pages_open_without_a_network_and_offer_a_new_version(browser: Browser, demo: Demo) -> None:
    with open_phone(browser, demo.url) as visit:
        page = visit.page
        sign_in(visit, "13900008888", demo.code)
        visit.go("/m/")
        page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        visit.go("/m/")
        page.get_by_text("Certify your house first").wait_for()
        page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        visit.go("/m/")
        page.get_by_text("Certify your house first").wait_for()
        visit.context.set_offline(True)
        visit.go("/m/")
        page.get_by_text("No network: this is what was last seen").wait_for()
        page.get_by_text("Certify your house first").wait_for()
        look(visit, "offline")
        visit.context.set_offline(False)
        visit.go("/m/")
        page.get_by_text("Certify your house first").wait_for()

        # A new build is another worker script: the page offers it and loads again when it is taken.
        worker = RESIDENT_PAGES / "sw.js"
        built = worker.read_text("utf-8")
        try:
            worker.write_text(built + "// newer\n", "utf-8")
            page.evaluate("() => navigator.serviceWorker.getRegistration().then((one) => one.update())")
            page.get_by_text("A new version is here").wait_for()
            look(visit, "update")
            with page.expect_navigation():
                page.get_by_role("button", name="Reload").click()
            page.get_by_text("Certify your house first").wait_for()
            assert page.get_by_text("A new version is here").count() == 0
        finally:
            worker.write_text(built, "utf-8")
