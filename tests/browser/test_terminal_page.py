"""A page that is an indoor terminal: bound by a resident, rung by a baresip door, calling the property."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.phone import findings, open_phone, sign_in
from tests.browser.sample import Demo, until
from tests.browser.test_answering import (
    DEVICES,
    HEARS,
    PEERS,
    PICTURE,
    Door,
    door,
    loudest,
    pytestmark,
    ringing,
)
from tests.browser.visit import Visit, keep_picture, open_visit

__all__ = ["door", "pytestmark"]
SCREEN, NARROW = (1024, 600), (360, 780)
VOICE = """
window.said = []
Object.defineProperty(window, 'speechSynthesis', { value: {
  speak: (words) => { window.said.push(words.text); setTimeout(() => words.onend?.(), 20) },
  cancel: () => undefined, getVoices: () => [{}] } })
window.SpeechRecognition = window.webkitSpeechRecognition = class {
  start() { window.ears = this }
  stop() { this.onend?.() }
}
window.hear = (text) => window.ears.onresult({
  resultIndex: 0, results: [Object.assign([{ transcript: text }], { isFinal: true })] })
"""
"""A browser that speaks and hears what the test says: Chromium's own recogniser asks a service of its maker."""


@contextmanager
def terminal_page(
    browser: Browser, demo: Demo, *, language: str = "en", workers: str = "allow"
) -> Iterator[Visit]:
    with open_visit(
        browser,
        demo.url,
        SCREEN,
        arguments=DEVICES,
        locale="en-US" if language == "en" else "zh-CN",
        service_workers=workers,
        bypass_csp=True,
    ) as visit:
        visit.page.add_init_script(PEERS)
        visit.page.add_init_script(VOICE)
        yield visit


def shown_code(visit: Visit) -> str:
    code = visit.page.get_by_test_id("code")
    expect(code).not_to_be_empty()
    return code.inner_text().replace("-", "")


def look(visit: Visit, name: str) -> None:
    """The screen in both looks and on a small one: nothing for axe, nothing wider than the screen, no fault."""
    page = visit.page
    for size, theme in ((SCREEN, False), (SCREEN, True), (NARROW, False)):
        visit.resize(size)
        page.evaluate("(dark) => document.documentElement.classList.toggle('dark', dark)", theme)
        visit.still()
        word = "narrow" if size == NARROW else "night" if theme else "day"
        keep_picture(page, f"terminal-{name}-{word}")
        faults = findings(visit)
        assert faults == [], f"{name} {word}: axe: {faults}"
        wider = page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wider <= 0, f"{name} {word}: {wider} px wider than the screen"
    visit.resize(SCREEN)
    page.evaluate("() => document.documentElement.classList.remove('dark')")
    assert visit.take_faults() == [], name


def bind_at_home(browser: Browser, demo: Demo, code: str) -> dict[str, Any]:
    """By the resident's phone, to the home that the door rings; what the resident's page knows of it."""
    with open_phone(browser, demo.url) as phone:
        sign_in(phone, RESIDENT_LOGIN, demo.code)
        houses = [row["houseId"] for row in phone.fetch("GET", "/resident/houses") if row.get("houseId")]
        phone.fetch("POST", f"/resident/houses/{houses[0]}/terminals", {"code": code, "nickname": "Hall"})
        return {"house": houses[0]}


def bind_at_office(administrator: Visit, code: str) -> str:
    communities = administrator.fetch("GET", "/console/communities", applyStatus=2)["data"]
    community: str = communities[0]["id"]
    administrator.fetch(
        "POST", f"/console/communities/{community}/terminals", {"code": code, "nickname": "Desk"}
    )
    return community


@pytest.fixture(scope="module")
def home(browser: Browser, demo: Demo, door: Door) -> Iterator[Visit]:
    """Bound to the resident's home."""
    with terminal_page(browser, demo) as visit:
        visit.go("/terminal/")
        code = shown_code(visit)
        look(visit, "code")
        bind_at_home(browser, demo, code)
        expect(visit.page.get_by_test_id("place")).to_be_visible()
        yield visit


def say(page: Page, label: str, words: str) -> None:
    page.get_by_label(label).fill(words)
    page.keyboard.press("Enter")


def put_lifts(page: Page, floor: str, *floors: str) -> None:
    """Two lifts, which the sample has not: what they do is tested with real ones in tests/domains/elevators."""
    lifts = [
        {"iotId": f"lift-{number}", "name": f"{number}号梯", "online": True, "floor": floor, "service": "normal",
         "floors": ["1", "5", *floors], "cars": []}
        for number in (1, 2)
    ]  # fmt: skip

    def answer(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(json=lifts)
        else:
            route.fulfill(status=204)

    page.route("**/api/terminal/lifts**", answer)
    page.route("**/api/terminal/lifts/**", answer)


def main_page(visit: Visit) -> None:
    visit.go("/terminal/")
    expect(visit.page.get_by_role("button", name="Open the door")).to_be_visible()


def test_a_door_is_seen_answered_opened_and_hung_up(home: Visit, door: Door, tmp_path: Path) -> None:
    page = home.page
    main_page(home)
    look(home, "main")
    with ringing(door, tmp_path / "door") as folder:
        shown = page.get_by_test_id("call-state")
        expect(shown).to_contain_text("Ringing")
        page.wait_for_function(PICTURE)  # before anybody answered
        look(home, "rings")
        page.get_by_test_id("speak").click()
        page.evaluate("hear('answer')")
        expect(shown).to_contain_text("You are talking")
        until(lambda: loudest(folder / "heard.wav") > 1000)
        page.evaluate("hear('open the door')")
        expect(page.get_by_test_id("door-result")).to_be_visible()
        print("the door:", page.get_by_test_id("door-result").inner_text())
        look(home, "talks")
        page.get_by_label("Command").fill("hang up")
        page.keyboard.press("Enter")
        until(lambda: b"session closed" in (folder / "log").read_bytes())
    expect(shown).to_have_count(0)
    expect(page.get_by_role("button", name="Open the door")).to_be_visible()
    page.get_by_test_id("speak").click()
    home.take_faults()


def test_the_property_is_called_by_voice(
    browser: Browser, demo: Demo, home: Visit, administrator: Visit
) -> None:
    page = home.page
    main_page(home)
    with terminal_page(browser, demo, language="zh") as office:
        desk = office.page
        office.go("/terminal/")
        code = shown_code(office)
        look(office, "code-zh")
        bind_at_office(administrator, code)
        expect(desk.get_by_test_id("place")).to_contain_text("物业")
        look(office, "office-zh")
        page.get_by_label("Command").fill("call the property")
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("own-state")).to_contain_text("It rings at the property")
        look(home, "property-rings")
        expect(desk.get_by_test_id("call-state")).to_contain_text("来电")
        expect(desk.get_by_role("button", name="开门")).to_have_count(0)
        look(office, "voice-rings-zh")
        desk.get_by_role("button", name="接听").click()
        expect(page.get_by_test_id("own-state")).to_contain_text("You are talking")
        page.wait_for_function(HEARS)
        desk.wait_for_function(HEARS)
        look(office, "voice-talks-zh")
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Hang up").click()
        expect(page.get_by_test_id("own-state")).to_contain_text("The call is over")
        page.get_by_role("button", name="Close").click()
        expect(desk.get_by_test_id("call-state")).to_have_count(0)
        say(desk, "指令", "开门")
        doors = desk.get_by_test_id("door")
        expect(doors.nth(1)).to_be_visible()  # of several, whoever asks chooses
        look(office, "doors-zh")
        place = desk.locator("[data-testid=door]:not([disabled])").first.inner_text().split(".")[0]
        say(desk, "指令", f"第{place}个")
        expect(desk.get_by_test_id("told")).not_to_contain_text("听到")
        print("the office's door:", desk.get_by_test_id("told").inner_text())
        office.take_faults()
        desk.keyboard.press("Escape")
        if desk.get_by_role("button", name="返回").count():
            desk.get_by_role("button", name="返回").click()
        put_lifts(desk, "", "12")
        desk.get_by_role("button", name="呼叫电梯").click()
        lift = desk.get_by_test_id("lift").last
        expect(lift).to_be_visible()
        desk.get_by_label("到几层").fill("12")
        look(office, "office-lift-zh")
        lift.click()
        expect(desk.get_by_test_id("lift-told")).to_have_text("2号梯正在前往 12 层")
        office.take_faults()
        desk.get_by_role("button", name="返回").click()
        desk.get_by_role("button", name="设置").click()
        look(office, "settings-zh")
        desk.get_by_role("button", name="解绑设备").click()
        look(office, "unbind-zh")
        desk.get_by_role("button", name="确认解绑").click()
        expect(desk.get_by_test_id("code")).to_be_visible()
        home.take_faults()


def test_a_door_is_looked_through(home: Visit, door: Door, tmp_path: Path) -> None:
    page = home.page
    main_page(home)
    with ringing(door, tmp_path / "door", dials=False) as folder:
        until(
            lambda: (
                b"200 OK" in (folder / "log").read_bytes() or b"registered" in (folder / "log").read_bytes()
            )
        )
        page.get_by_label("Command").fill("view the door")
        page.keyboard.press("Enter")
        choice = page.get_by_test_id("door").first
        state = page.get_by_test_id("view-state")
        expect(choice.or_(state).first).to_be_visible()
        if choice.is_visible():
            look(home, "choose-door")
            page.locator("[data-testid=door]:not([disabled])").first.click()
        expect(state).to_contain_text("You are looking")
        page.wait_for_function(PICTURE)
        look(home, "looks")
        page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Open the door")).to_be_visible()
    home.take_faults()


def test_the_lift_comes_once_the_floor_was_set_by_voice(home: Visit) -> None:
    page = home.page
    main_page(home)
    put_lifts(page, "5")
    page.get_by_test_id("speak").click()
    page.evaluate("hear('call the lift')")
    floor = page.get_by_label("Set your floor first")
    expect(floor).not_to_have_value("")
    look(home, "floor")
    expect(floor).to_have_value("5")
    page.get_by_role("button", name="Back").click()
    page.evaluate("hear('set floor 5')")
    expect(page.get_by_test_id("lift-told")).to_have_text("Set to floor 5")
    expect(page.get_by_text("Your home is at floor 5")).to_be_visible()
    page.evaluate("hear('2')")  # of several lifts, whoever asks chooses
    expect(page.get_by_test_id("lift-told")).to_have_text("2号梯 comes to floor 5")
    look(home, "lift")
    page.get_by_role("button", name="Back").click()
    expect(page.locator("small", has_text="Floor 5")).to_be_visible()
    page.get_by_test_id("speak").click()
    page.unroute("**/api/terminal/lifts**")
    page.unroute("**/api/terminal/lifts/**")
    home.take_faults()


@pytest.mark.covers("PM-11")
def test_a_notice_for_terminals_is_told_and_read_aloud(home: Visit, administrator: Visit) -> None:
    page = home.page
    main_page(home)
    community = administrator.fetch("GET", "/console/communities", applyStatus=2)["data"][0]["id"]
    notices = f"/console/communities/{community}/notices"
    form = {
        "title": "停水通知",
        "groups": [{"text": "今晚十点停水两小时。", "uploadId": ""}],
        "publishType": 4,
    }
    made = administrator.fetch("POST", notices, form)
    quiet = administrator.fetch("POST", notices, {**form, "title": "只发手机", "publishType": 3})
    for row in (quiet, made):
        administrator.fetch("POST", f"{notices}/{row['id']}/publish", {})
    prompt = page.get_by_test_id("new-notice")
    expect(prompt).to_contain_text("停水通知")
    look(home, "prompt")
    page.get_by_label("Command").fill("play")
    page.keyboard.press("Enter")
    page.wait_for_function("() => window.said.some((text) => text.includes('今晚十点停水两小时'))")
    expect(prompt).to_have_count(0)
    row = page.get_by_test_id("notice").filter(has_text="停水通知")
    expect(row).to_contain_text("played")
    expect(page.get_by_text("只发手机")).to_have_count(0)
    look(home, "notices")
    reach = administrator.fetch("GET", f"{notices}/{made['id']}/reads")
    assert reach["terminals"] == 1
    home.take_faults()


def test_without_the_platform_it_says_so(browser: Browser, demo: Demo, home: Visit) -> None:
    page = home.page
    main_page(home)
    home.context.set_offline(True)
    expect(page.get_by_test_id("cut")).to_be_visible()
    keep_picture(page, "terminal-cut-day")
    home.context.set_offline(False)
    expect(page.get_by_test_id("cut")).to_have_count(0)
    home.take_faults()
