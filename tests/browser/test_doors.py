"""Doors at the desk and on the wall: a pass as it happens, credentials ended, the denied lifted, why it does not open."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from linli.demo.logins import RESIDENT_LOGIN
from linli.sim import face_door
from tests.browser.doorway import Doorway
from tests.browser.drop_downs import choose
from tests.browser.phone import findings, look, open_phone, sign_in
from tests.browser.sample import Demo, until
from tests.browser.visit import DESK, PHONE, Visit, keep_picture, open_browser


@pytest.fixture(scope="module")
def desk(browser: Browser, demo: Demo) -> Iterator[Visit]:
    """Whose lists stand still for axe: what comes in comes without fading."""
    with open_browser(browser, demo.url) as visit:
        visit.sign_in_quietly("admin", demo.passwords["admin"])
        yield visit


@pytest.fixture
def site(desk: Visit, demo: Demo) -> Iterator[Doorway]:
    """A door of this test alone."""
    made = Doorway(desk, demo.mqtt_port)
    yield made
    made.stop()


def _look(visit: Visit, name: str) -> None:
    """At both sizes in both looks: nothing serious for axe, nothing wider than the screen, no fault."""
    page = visit.page
    for size in (DESK, PHONE):
        visit.resize(size)
        for theme in ("light", "dark"):
            visit.shows(theme)
            visit.still()
            keep_picture(page, f"{name}-{size[0]}-{theme}")
            assert findings(visit, colours=theme == "dark") == [], f"{name} at {size[0]}, {theme}"
        wide = page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{name}: wider than {size[0]} px"
    visit.resize(DESK)
    visit.shows("light")
    assert visit.take_faults() == [], name


def test_live_windows_leave_each_other_their_lines(administrator: Visit) -> None:
    """A browser opens six connections to a host for all its windows: streams there would soon leave none."""
    for _ in range(4):
        window = administrator.context.new_page()
        window.goto(f"{administrator.base}/doors")
        window.locator("tbody").get_by_role("link").first.wait_for()
    administrator.go("/doors")
    administrator.page.locator("tbody").get_by_role("link").first.wait_for()


@pytest.mark.covers("DOOR-03")
def test_the_wall_shows_a_pass_as_it_happens(
    desk: Visit, site: Doorway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face_door, "UPLOAD_SECONDS", 120)
    page = desk.page
    desk.go(f"/wall?doors={site.iot_id}")
    page.get_by_text("No passes yet.").wait_for()
    page.get_by_text("Live", exact=True).wait_for()
    assert site.swipe()
    last = page.get_by_role("region", name="The last pass")
    last.get_by_text(site.person_name).wait_for()
    expect(last.get_by_text("Passed")).to_be_visible()
    # A stranger is refused and stays in sight while others pass.
    assert not site.swipe("0000000000")
    last.get_by_text("This door does not know the card").wait_for()
    capture = site.upload(_picture())
    site.do(lambda: site.door.show_face(None, capture=capture, temperature=37.8))
    last.get_by_text("37.8 °C").wait_for()
    site.swipe()
    refused = page.get_by_role("region", name="Refused just now")
    expect(refused.get_by_text("This door does not know the card")).to_be_visible()
    expect(refused.locator("img").first).to_have_js_property("naturalWidth", 200)
    # What comes while paused is shown after the pause; what comes while the line is down, once it is back.
    page.get_by_role("button", name="Pause").click()
    seen = _count(page)
    site.swipe()
    page.get_by_text(re.compile(r"Paused, \d+ waiting")).wait_for()  # the sample's own doors go on
    assert _count(page) == seen
    page.get_by_role("button", name="Resume").click()
    page.wait_for_function(_MORE, arg=seen)
    desk.context.set_offline(True)
    page.get_by_text("The connection is lost").wait_for()
    seen = _count(page)
    site.swipe()
    desk.context.set_offline(False)
    page.wait_for_function(_MORE, arg=seen)
    _look(desk, "wall")
    desk.go("/wall")
    page.get_by_test_id("wall-passes").wait_for()
    page.wait_for_function("() => document.querySelectorAll('[data-testid=wall-passes] article').length > 8")
    _look(desk, "wall-all")
    desk.picture("wall-all", [(3840, 2160)], whole=False)


_CARDS = "document.querySelectorAll('[data-testid=wall] article').length"
_MORE = f"before => {_CARDS} > before"


def _count(page: Page) -> int:
    return int(page.evaluate(f"() => {_CARDS}"))


def _picture() -> bytes:
    from linli.demo.picture import portrait  # draws a head: takes its time

    return portrait(3)


@pytest.mark.covers("G-C30")
def test_an_alarm_is_on_the_screen_with_its_door_and_time_until_it_is_over(
    desk: Visit, site: Doorway
) -> None:
    page = desk.page
    site.raise_alarm(6)  # held open, before anybody looks
    desk.go("/")
    strip = page.get_by_test_id("alarm-strip")
    held = strip.locator(".el-alert").filter(has_text="Open too long").filter(has_text=site.name)
    held.wait_for()
    site.raise_alarm(4)
    forced = strip.locator(".el-alert").filter(has_text="Forced open").filter(has_text=site.name)
    forced.wait_for()
    expect(forced).to_contain_text(re.compile(r"since .*\d\d:\d\d"))
    _look(desk, "alarms-overview")
    desk.go("/door-alarms")
    row = page.get_by_role("row").filter(has_text="Forced open").filter(has_text=site.name)
    row.get_by_text("Goes on").wait_for()
    site.raise_alarm(5)
    row.get_by_text("Over since").wait_for()
    site.fever(38.4)
    page.get_by_text("Fever: 38.4 °C; the door did not open").wait_for()
    _look(desk, "door-alarms")
    site.raise_alarm(7)
    desk.go(f"/doors/{site.iot_id}?tab=alarms")
    page.get_by_test_id("alarm-strip").get_by_text("Fever: 38.4 °C").wait_for()
    expect(page.get_by_test_id("alarm-strip")).not_to_contain_text("Open too long")


def test_an_alarm_is_taken_closed_with_a_word_and_the_wall_says_who(desk: Visit, site: Doorway) -> None:
    page = desk.page
    site.raise_alarm(4)
    desk.go("/")
    forced = page.get_by_test_id("alarm-strip").locator(".el-alert").filter(has_text=site.name)
    forced.get_by_role("button", name="Take").click()
    expect(forced).to_contain_text(re.compile(r"Taken by .+, .*\d\d:\d\d"))
    _look(desk, "alarm-taken-overview")
    desk.go("/wall")
    on_wall = page.get_by_test_id("alarm-strip").locator(".el-alert").filter(has_text=site.name)
    expect(on_wall).to_contain_text("Taken by")
    expect(on_wall.get_by_role("button")).to_have_count(0)
    desk.go("/door-alarms")
    page.get_by_role("button", name="Taken", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Forced open").filter(has_text=site.name)
    row.get_by_text("Taken by").click()
    panel = page.get_by_role("dialog")
    panel.get_by_text("False alarm").click()
    panel.get_by_label("Note").fill("A cleaner leaned on it")
    _look(desk, "alarm-panel")
    panel.get_by_role("button", name="Close", exact=True).click()
    expect(panel.get_by_role("list", name="History")).to_contain_text("false alarm")
    panel.get_by_role("button", name="Reopen").click()
    panel.get_by_role("button", name="Give it back").click()
    expect(panel.get_by_role("list", name="History").get_by_role("listitem")).to_have_count(4)
    site.raise_alarm(5)
    desk.go("/door-alarms?handling=open")
    row.get_by_text("Over since").wait_for()


def test_passes_are_found_by_door_and_kind_and_taken_away(desk: Visit, site: Doorway) -> None:
    page = desk.page
    site.swipe()
    desk.go(f"/passes?door={site.iot_id}&kind=CARD")
    page.locator("tbody tr").first.wait_for()
    expect(page.locator("tbody").get_by_role("link", name=site.person_name).first).to_be_visible()
    page.locator("tbody").get_by_role("button", name="Only this person").first.click()
    expect(page).to_have_url(re.compile("personId="))
    _look(desk, "passes")
    page.locator("tbody tr").first.locator("button.at").click()
    page.get_by_text("The door's words").wait_for()
    _look(desk, "pass")
    page.keyboard.press("Escape")
    with page.expect_download() as file:
        page.get_by_role("link", name="CSV").click()
    assert site.person_name in Path(file.value.path()).read_text("utf-8-sig")
    with page.expect_download() as file:
        page.get_by_role("link", name="Excel").click()
    assert Path(file.value.path()).read_bytes().startswith(b"PK")


def test_doors_say_what_they_hold_and_how_wrong_their_clocks_are(desk: Visit, site: Doorway) -> None:
    page = desk.page
    desk.go(f"/doors?q={site.name}")
    row = page.locator("tbody tr").first
    cards = row.get_by_role("link", name=re.compile(r"^Card \d"))  # one of its own, and those for all doors
    expect(cards).to_be_visible()
    expect(row.get_by_text("right")).to_be_visible()
    _look(desk, "doors")
    cards.click()
    page.get_by_role("tabpanel", name="Deliveries").locator("tbody tr").first.wait_for()


def test_the_forms_of_a_door_wait_for_what_is_set_and_keep_what_is_typed(desk: Visit, site: Doorway) -> None:
    """Each line is slow once: typed into a form that still waits, words would be put over by what comes."""
    page = desk.page
    held: list[Route] = []
    page.route(re.compile("/door-settings$"), lambda route: held.append(route))
    desk.page.goto(f"{desk.base}/doors?settings=1")
    panel = page.get_by_role("dialog", name="Provider and service")
    panel.get_by_text("A community has one door provider").wait_for()
    until(lambda: page.evaluate("1") and held)
    provider = panel.get_by_label("Provider", exact=True)
    expect(provider).to_have_count(0)
    held.pop().continue_()
    provider.fill("Linli sample")
    expect(provider).to_have_value("Linli sample")
    page.unroute_all()

    page.route(re.compile(f"/doors/{site.iot_id}/scope$"), lambda route: held.append(route))
    desk.page.goto(f"{desk.base}/doors/{site.iot_id}?tab=serves")
    page.get_by_text("Whoever lives in these buildings").wait_for()
    until(lambda: page.evaluate("1") and held)
    adding = page.get_by_role("button", name="Add this place")
    expect(adding).to_have_count(0)
    held.pop().continue_()
    expect(adding).to_be_visible()


@pytest.mark.covers("PM-02")
def test_why_a_door_does_not_open_is_mended_where_it_is_told(desk: Visit, site: Doorway) -> None:
    page = desk.page
    site.fetch("POST", f"{site.here}/denied", {"personId": site.person, "reason": "Card was passed on"})
    site.until_gone(site.card)
    assert not site.swipe()
    desk.go(f"/passes?door={site.iot_id}&result=refused")
    page.locator("tbody tr", has_text=site.person_name).first.get_by_role("button", name="Why?").click()
    page.get_by_role("status").get_by_text("The property has shut the doors").wait_for()
    _look(desk, "why")
    page.get_by_role("dialog").get_by_role("button", name="Let the rights hold again").click()
    site.until_held(site.card)
    assert site.swipe()


def test_a_person_is_given_a_card_in_three_clicks_and_asked_about_in_two(desk: Visit, site: Doorway) -> None:
    page, pressed = desk.page, 0
    number = "8877665544"

    def press(target: Locator) -> None:
        nonlocal pressed
        target.click()
        pressed += 1

    desk.go(f"/residents/{site.person}")
    press(page.get_by_role("button", name="Give a card"))
    expect(page.get_by_label("Card number", exact=True)).to_be_focused()
    page.keyboard.type(number)  # as a reader on USB does
    page.keyboard.press("Enter")
    card = page.get_by_role("listitem").filter(has_text=number)
    expect(card).to_contain_text("In use")
    assert pressed <= 3
    _look(desk, "resident-hub")

    pressed = 0
    press(page.get_by_role("button", name="Why does it not open").first)
    expect(page.get_by_role("status").first).to_be_visible()
    assert pressed <= 2
    _look(desk, "resident-why")

    card.get_by_role("button", name="Report lost").click()
    expect(card).to_contain_text("reported lost")
    card.get_by_role("button", name="Found again").click()
    expect(card).to_contain_text("In use")

    desk.go("/credentials")
    page.get_by_role("button", name="Read a card").click()
    expect(page.get_by_label("Card number", exact=True)).to_be_focused()
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    read = page.get_by_role("dialog")
    expect(read.get_by_role("link", name=site.person_name)).to_be_visible()
    _look(desk, "read-card")
    read.get_by_role("button", name="Take back").click()
    expect(read).to_contain_text("taken back")
    assert desk.take_faults() == []


def test_a_credential_is_ended_and_that_undone(desk: Visit, site: Doorway) -> None:
    page = desk.page
    desk.go(f"/credentials?q={site.card}")
    row = page.locator("tbody tr").first
    expect(row.get_by_text(site.person_name)).to_be_visible()
    _look(desk, "credentials")
    row.get_by_role("button", name="Take back").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason (may be empty)", exact=True).fill("Lost")
    _look(desk, "credential-end")
    dialog.get_by_role("button", name="End").click()
    site.until_gone(site.card)
    expect(row.get_by_text("Ended")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    site.until_held(site.card)
    expect(row.get_by_text("In use")).to_be_visible()
    desk.go("/credentials?kind=qr")
    page.locator("tbody tr").nth(3).wait_for()
    page.get_by_role("button", name="Give a credential").click()
    page.locator("#give-number").wait_for()
    _look(desk, "credential-give")


@pytest.mark.covers("DOOR-03")
def test_a_card_is_given_with_hours_and_everybody_concerned_reads_them(
    browser: Browser, desk: Visit, site: Doorway, demo: Demo
) -> None:
    page = desk.page
    holder = site.fetch("GET", f"{site.here}/residents?status=1&q={RESIDENT_LOGIN}")["data"][0]
    desk.go("/credentials")
    page.get_by_role("button", name="Give a credential").first.click()
    panel = page.get_by_role("dialog", name="Give a credential")
    opens = panel.get_by_test_id("reached-doors")
    page.route("**/home-doors?*", lambda route: route.fulfill(json={"doors": [], "problem": "no_scopes"}))
    choose(panel.locator("#give-person"), re.compile(holder["name"]), words=RESIDENT_LOGIN)
    expect(opens).to_contain_text("It opens no door. No door has a pass scope yet")
    expect(opens.get_by_role("link", name="Set pass scopes")).to_be_visible()
    page.unroute_all()
    panel.get_by_role("radio", name="Some doors").check(force=True)
    give = panel.get_by_role("button", name="Give a credential")
    expect(give).to_be_disabled()
    expect(panel.get_by_test_id("missing")).to_have_text("Still missing: Card number, Doors")
    panel.locator("#give-number").fill("0455AA99")
    panel.get_by_role("radio", name="Own doors").check(force=True)
    expect(opens).to_contain_text("Opens 7 doors:")
    expect(opens).to_contain_text("南门入口")
    expect(give).to_be_enabled()
    panel.get_by_role("radio", name="All doors").check(force=True)
    expect(opens).to_contain_text(re.compile(r"Opens \d\d doors:"))
    panel.get_by_role("button", name="Set hours").click()
    hours = page.get_by_role("dialog", name="Hours of Card")
    hours.get_by_text("Weekly hours", exact=True).click()
    expect(hours.get_by_text("Mon–Fri 08:00–18:00")).to_be_visible()
    _look(desk, "credential-hours")
    hours.get_by_role("button", name="Use these hours").click()
    expect(panel.get_by_text("Mon–Fri 08:00–18:00")).to_be_visible()
    _look(desk, "credential-give-hours")
    panel.get_by_role("button", name="Give a credential").click()
    desk.go("/credentials?q=0455AA99")
    expect(page.locator("tbody tr").first.get_by_text("Mon–Fri 08:00–18:00")).to_be_visible()
    _look(desk, "credentials-hours")
    site.until_held("0455AA99")
    assert site.door.permissions.cards["0455AA99"].schedule == "* * 8-17 ? * MON-FRI"
    with open_phone(browser, demo.url) as visit:
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        visit.go("/m/key")
        visit.page.get_by_text("Opens Mon–Fri 08:00–18:00").first.wait_for()
        look(visit, "resident-hours")
    with open_phone(browser, demo.url) as visit:
        visit.sign_in_quietly("manager", demo.passwords["manager"])
        visit.go(f"/staff/residents/{holder['identityId']}")
        visit.page.get_by_text("Opens Mon–Fri 08:00–18:00").first.wait_for()
        look(visit, "staff-hours")


def test_the_board_tells_what_a_door_refused_and_in_whose_words(desk: Visit, site: Doorway) -> None:
    page = desk.page
    door = site.door
    site.do(lambda: setattr(door, "refuse_files", True))
    further = f"{site.card}99"
    site.give(site.person, further)

    def refused() -> bool:
        board = site.fetch("GET", "/deliveries/devices", pageSize=100)["data"]
        return any(row["iotId"] == site.iot_id and "storage fault" in json.dumps(row) for row in board)

    until(refused)
    desk.go("/deliveries/devices")
    row = page.locator("tbody tr", has_text=site.name)
    expect(row.get_by_text("storage fault")).to_be_visible()
    _look(desk, "board-refused")
    site.do(lambda: setattr(door, "refuse_files", False))
    row.get_by_role("button", name="Reset and retry").click()
    site.until_held(further)


def test_a_community_lives_by_the_clocks_of_its_zone(desk: Visit, site: Doorway) -> None:
    page = desk.page
    for zone in ("Asia/Urumqi", "Asia/Shanghai"):
        desk.go(f"/communities/{site.community}")
        choose(page.get_by_role("combobox", name="Time zone"), re.compile(zone.partition("/")[2]), words=zone)
        form = page.locator("form", has=page.get_by_role("combobox", name="Time zone"))
        if zone == "Asia/Urumqi":
            _look(desk, "community-zone")
        form.get_by_role("button", name="Save").click()
        expect(page.locator("dd", has_text=zone)).to_be_visible()
        assert site.fetch("GET", f"/communities/{site.community}")["timeZone"] == zone


def test_the_denied_are_listed_with_who_said_so_and_lifted(desk: Visit, site: Doorway) -> None:
    page = desk.page
    desk.go("/denied")
    page.get_by_role("button", name="Deny a person").click()
    panel = page.get_by_role("dialog")
    choose(panel.locator("#deny-person"), re.compile(site.person_name), words=site.person_name)
    panel.get_by_label("Reason", exact=True).fill("Moved furniture through the lobby at night")
    panel.get_by_role("button", name="Deny a person").click()
    row = page.locator("tbody tr", has_text=site.person_name).first
    row.get_by_role("button", name="Lift").wait_for()
    _look(desk, "denied")
    row.get_by_role("button", name="Lift").click()
    page.get_by_text(f"Doors open to {site.person_name} again").wait_for()
    page.get_by_role("button", name="Lifted ones too").click()
    expect(page.locator("tbody tr", has_text="at night").get_by_text("Lifted")).to_be_visible()


def test_staff_ask_on_the_phone_why_a_door_does_not_open_and_mend_it(
    browser: Browser, desk: Visit, site: Doorway, demo: Demo
) -> None:
    site.fetch("POST", f"{site.here}/denied", {"personId": site.person, "reason": "Card was passed on"})
    site.until_gone(site.card)
    assert not site.swipe()
    with open_phone(browser, demo.url) as visit:
        page = visit.page
        visit.sign_in_quietly("manager", demo.passwords["manager"])
        visit.go("/staff/")
        page.get_by_role("link", name="Door does not open").click()
        page.fill("#find-who", site.person_name)
        page.get_by_role("button", name="Find", exact=True).click()
        look(visit, "staff-why-who")
        page.get_by_role("button", name=site.person_name).first.click()
        # The door that refused the person last is chosen already.
        page.get_by_role("status").get_by_text("The property has shut the doors").wait_for()
        expect(page.locator("#which-door")).to_have_value(site.iot_id)
        look(visit, "staff-why")
        page.get_by_role("button", name="Let the rights hold again").click()
        page.get_by_text("Done. The door hears of it").wait_for()
        site.until_held(site.card)
        site.fetch("POST", f"{site.here}/denied", {"personId": site.person, "reason": "Once more"})
        site.until_gone(site.card)
        assert not site.swipe()  # now, since others pass meanwhile
        visit.go("/staff/passes")
        page.get_by_role("link", name="Why?").first.wait_for()
        look(visit, "staff-passes")


def test_a_delivery_leads_to_why_its_door_does_not_open(desk: Visit, site: Doorway) -> None:
    page = desk.page
    desk.go(f"/doors/{site.iot_id}?tab=deliveries")
    page.get_by_role("button", name="Why?").first.click()
    page.get_by_role("button", name="Look again").wait_for()
    _look(desk, "delivery-why")


def test_every_tab_of_a_door_opens_and_stands_in_the_address(desk: Visit, site: Doorway) -> None:
    page = desk.page
    desk.go(f"/doors/{site.iot_id}")
    tabs = page.get_by_role("tab")
    tabs.first.wait_for()
    names = tabs.all_inner_texts()
    assert "Intercom" in names
    for name in [*names[1:], names[0]]:
        tab = page.get_by_role("tab", name=name, exact=True)
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="Intercom", exact=True).click()
    page.reload()
    expect(page.get_by_role("tab", name="Intercom", exact=True)).to_have_attribute("aria-selected", "true")
    assert desk.take_faults() == []
