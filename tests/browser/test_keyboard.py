"""The day's jobs by keyboard alone, and what a screen reader meets on five pages."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.doorway import Doorway
from tests.browser.reading import faults_of, told
from tests.browser.sample import Demo, until
from tests.browser.visit import Visit, open_browser

pytestmark = pytest.mark.slow

MOST_TABS = 80
_FOCUS = """(wanted) => {
  const one = document.activeElement
  if (one.tabIndex < 0) return { hit: wanted.includes(one), who: one.className || one.tagName, fault: '' }
  const box = one.getBoundingClientRect()
  const near = [one, one.parentElement, one.nextElementSibling,
    one.closest('.el-input__wrapper, .el-select__wrapper, .el-textarea, .el-checkbox, .el-radio')]
  const ring = near.some((part) => {
    const style = part && getComputedStyle(part)
    return style && ((style.outlineStyle !== 'none' && style.outlineWidth !== '0px') || style.boxShadow !== 'none')
  })
  const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth
  const at = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)]
  const over = document.elementFromPoint(...at)?.closest('.top')
  return {
    hit: wanted.includes(one),
    who: `${one.tagName} ${one.ariaLabel ?? one.innerText ?? ''}`.slice(0, 60),
    fault: (ring ? '' : 'no ring ') + (inside ? '' : 'out of sight ')
      + (over && !over.contains(one) ? 'under the head of the page' : ''),
  }
}"""
"""What has the focus, whether it is wanted, and why one would not see that it has. What is no control needs no ring."""


class Keys:
    """A person without a mouse."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.page = visit, visit.page
        self.press = visit.page.keyboard.press
        self.type = visit.page.keyboard.type

    def start(self, path: str) -> None:
        """Open a page, past its navigation."""
        self.visit.go(path)
        self.press("Tab")
        expect(self.page.get_by_role("link", name="Skip to the content")).to_be_focused()
        self.press("Enter")
        expect(self.page.get_by_role("main")).to_be_focused()

    def to(self, wanted: Locator, key: str = "Tab") -> Locator:
        """Step until the focus is there; whatever has it on the way is seen to have it."""
        expect(wanted.first).to_be_enabled()
        met: list[str] = []
        for _ in range(MOST_TABS):
            now: dict[str, Any] = wanted.evaluate_all(_FOCUS)
            assert not now["fault"], f"{now['who']}: {now['fault']}"
            if now["hit"]:
                return wanted
            met.append(now["who"])
            self.press(key)
        raise AssertionError(f"{wanted} is not reached by {key}; the focus was on {met}")

    def push(self, within: Page | Locator, name: str | re.Pattern[str]) -> None:
        self.to(within.get_by_role("button", name=name, exact=True))
        self.press("Enter")

    def inside(self, dialog: Locator) -> Locator:
        """What has just opened has the focus in it, and keeps it there."""
        expect(dialog).to_be_visible()
        self.visit.still()
        until(lambda: dialog.evaluate("(one) => one.contains(document.activeElement)"))
        return dialog

    def there_and_back(self, opener: Locator, name: str | re.Pattern[str]) -> Locator:
        """Open, leave by Escape to where one was, open again."""
        dialog = self.page.get_by_role("dialog", name=name)
        self.to(opener)
        self.press("Enter")
        self.inside(dialog)
        self.press("Escape")
        expect(dialog).to_be_hidden()
        expect(opener).to_be_focused()
        self.press("Enter")
        return self.inside(dialog)


@pytest.fixture
def keys(administrator: Visit) -> Iterator[Keys]:
    yield Keys(administrator)
    assert administrator.take_faults() == []


@pytest.fixture(scope="module")
def site(administrator: Visit, demo: Demo) -> Iterator[Doorway]:
    """A door and a resident of these tests alone."""
    made = Doorway(administrator, demo.mqtt_port)
    yield made
    made.stop()


def test_one_signs_in_and_switches_the_community(browser: Browser, demo: Demo) -> None:
    with open_browser(browser, demo.url) as visit:
        keys, page = Keys(visit), visit.page
        visit.go("/login")
        keys.to(page.get_by_role("textbox", name="Phone number or log-in name"))
        keys.type("admin")
        keys.press("Tab")
        keys.type(demo.passwords["admin"])
        keys.push(page, "Sign in")
        expect(page.get_by_role("heading", name="桂花园", level=1)).to_be_visible()
        keys.start("/residents")
        switch = page.get_by_role("combobox", name="Community")
        keys.to(switch, "Shift+Tab")
        keys.press("Enter")
        expect(switch).to_have_attribute("aria-expanded", "true")
        keys.type("银杏")
        expect(page.get_by_role("option", name="银杏里")).to_be_visible()
        keys.press("ArrowDown")
        keys.press("Enter")
        expect(page.get_by_text("银杏里").first).to_be_visible()
        expect(page.get_by_role("heading", name="No residents yet")).to_be_visible()
        assert visit.take_faults() == []


def test_a_person_is_found_given_a_card_and_asked_about(keys: Keys, site: Doorway) -> None:
    page = keys.page
    keys.start("/doors")
    search = page.get_by_role("dialog", name="Search")
    keys.press("/")
    keys.inside(search)
    keys.press("Escape")
    expect(search).to_be_hidden()
    expect(page.get_by_role("main")).to_be_focused()
    keys.press("/")
    field = keys.inside(search).get_by_role("searchbox", name="Search")
    expect(field).to_be_focused()
    keys.type(site.person_name)
    hit = search.get_by_role("option", name=re.compile(f"Resident.*{site.person_name}"))
    expect(hit).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", hit.get_attribute("id") or "none")
    keys.press("Enter")
    expect(page.get_by_role("heading", name=site.person_name, level=1)).to_be_visible()

    give = page.get_by_role("button", name="Give a card")
    keys.push(page, "Give a card")
    expect(page.get_by_role("textbox", name="Card number")).to_be_focused()
    keys.type("0455BB77")
    keys.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="The card was given")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="0455BB77")).to_be_visible()
    expect(give).to_be_focused()  # where one was before
    keys.to(page.get_by_role("button", name="Why does it not open").first)
    keys.press("Enter")
    expect(page.get_by_role("status").filter(has_text=re.compile(r"\d\d:\d\d"))).to_be_visible()


def test_a_refusal_is_explained(keys: Keys, site: Doorway) -> None:
    assert not site.swipe("0000000000")
    keys.start(f"/passes?door={site.iot_id}&result=refused")
    why = keys.page.get_by_role("button", name="Why?").first
    panel = keys.there_and_back(why, re.compile("^Why"))
    expect(panel.get_by_role("status")).to_contain_text("belongs to nobody")


def test_a_visitor_is_announced(keys: Keys) -> None:
    page = keys.page
    keys.start("/visitors")
    opener = page.get_by_role("button", name="Announce visitors")
    panel = keys.there_and_back(opener, "Announce visitors")
    house = panel.get_by_role("combobox", name="House", exact=True)
    keys.to(house)
    keys.type("0301")
    expect(page.get_by_role("option", name=re.compile("Room 301")).first).to_be_visible()
    keys.press("Enter")
    expect(house).to_have_attribute("aria-expanded", "false")
    keys.to(panel.get_by_label("Name", exact=True))
    keys.type("Visitor Keys")
    keys.push(panel, re.compile("^Announce 1"))
    passes = page.get_by_role("dialog", name="Pass")
    expect(passes.get_by_role("img", name="The visitor's QR code")).to_be_visible()
    keys.inside(passes)
    keys.press("Escape")
    expect(opener).to_be_focused()
    expect(page.get_by_role("row").filter(has_text="Visitor Keys")).to_be_visible()


def test_a_resident_moves_out_and_back(keys: Keys, site: Doorway) -> None:
    page = keys.page
    keys.start(f"/residents?q={site.person_name}")
    panel = keys.there_and_back(
        page.get_by_role("button", name=site.person_name, exact=True), site.person_name
    )
    away = panel.get_by_role("button", name="Move out")
    leaving = keys.there_and_back(away, re.compile("^(?=.*out).*" + site.person_name))
    keys.push(leaving, "Move out")
    expect(page.get_by_role("status").filter(has_text=f"{site.person_name} moved out")).to_be_visible()
    expect(away).to_be_hidden()
    keys.inside(panel)
    keys.press("Control+z")
    expect(away).to_be_visible()
    keys.press("Escape")
    expect(panel).to_be_hidden()


def test_a_door_is_opened_from_afar(keys: Keys, site: Doorway) -> None:
    keys.start(f"/doors?q={site.name}")
    opener = keys.page.get_by_role("row", name=re.compile(site.name)).get_by_role("button", name="Open")
    dialog = keys.there_and_back(opener, re.compile(site.name))
    keys.to(dialog.get_by_role("textbox"))
    keys.type("A visitor without a phone")
    keys.push(dialog, "Open the door")
    expect(dialog.get_by_role("status")).to_contain_text("The door opened")
    keys.inside(dialog)
    keys.push(dialog, "Close")
    expect(opener).to_be_focused()


def test_an_alarm_is_taken_and_a_review_approved_on_the_desk(keys: Keys, site: Doorway) -> None:
    page = keys.page
    site.raise_alarm(4)
    keys.start("/overview")
    alarm = page.get_by_role("alert").locator(".el-alert").filter(has_text=site.name)
    keys.push(alarm, "Take")
    expect(alarm).to_contain_text("Taken by")
    waiting = page.get_by_role("listitem").filter(has_text="Resident to review")
    name = waiting.first.get_by_role("link").first.inner_text()
    keys.to(waiting.first.get_by_role("button", name="Approve"))
    keys.press("Enter")
    expect(page.get_by_role("status").filter(has_text=name)).to_be_visible()
    expect(waiting.filter(has_text=name)).to_be_hidden()
    site.raise_alarm(5)


def test_a_notice_is_written_and_published(keys: Keys) -> None:
    page = keys.page
    keys.start("/notices")
    keys.push(page, "Write a notice")
    expect(page.get_by_role("heading", name="Write a notice", level=1)).to_be_visible()
    keys.to(page.get_by_label("Title", exact=True))
    keys.type("ByKeys")
    keys.to(page.get_by_label("Text of paragraph 1", exact=True))
    keys.type("The water is back.")
    keys.push(page, "Save the draft")
    panel = keys.inside(page.get_by_role("dialog", name="ByKeys"))
    keys.push(panel, "Publish…")
    keys.push(keys.inside(page.get_by_role("dialog", name="Publish the notice")), "Publish now")
    expect(panel.locator(".tag").get_by_text("Published", exact=True)).to_be_visible()
    keys.inside(panel)
    keys.press("Escape")
    expect(page.get_by_role("row").filter(has_text="ByKeys")).to_contain_text("Published")


def test_a_workbook_is_handed_in_and_taken_back(keys: Keys, tmp_path: Path) -> None:
    page = keys.page
    # Playwright takes choosers over without waiting for the browser's word: asked for with the key, it can come too late.
    page.on("filechooser", lambda _: None)
    keys.start("/spaces")
    opener = page.get_by_role("button", name="Import a spreadsheet")
    panel = keys.there_and_back(opener, "Import houses and residents")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "房屋"
    for row in (("楼栋", "单元", "房号"), ("77幢", "1单元", "0101")):
        sheet.append(row)
    book.save(tmp_path / "keys.xlsx")
    keys.to(panel.get_by_test_id("import-file"))
    with page.expect_file_chooser() as chooser:
        keys.press("Space")
    chooser.value.set_files(tmp_path / "keys.xlsx")
    keys.push(panel, re.compile("^Import 1 row"))
    expect(panel.get_by_text(re.compile("^Imported"))).to_be_visible()
    keys.push(panel, "Undo this import")
    expect(panel.get_by_text(re.compile("^Undone"))).to_be_visible()
    keys.press("Escape")
    expect(opener).to_be_focused()


@pytest.mark.parametrize("name", ["overview", "residents", "person", "doors", "visitors"])
def test_a_screen_reader_meets_things_in_order(administrator: Visit, name: str) -> None:
    page = administrator.page
    here = administrator.fetch("GET", "/console/communities", applyStatus=2)["data"][0]["id"]
    first = administrator.fetch("GET", f"/console/communities/{here}/residents", status=1, pageSize=1)
    person = f"/residents/{first['data'][0]['identityId']}"
    administrator.go(person if name == "person" else f"/{name}")
    shown = page.get_by_role("listitem") if name in ("overview", "person") else page.get_by_role("cell")
    expect(page.get_by_role("main").locator(shown).first).to_be_visible()
    administrator.still()
    lines = told(page)
    assert len(lines) > 100
    assert faults_of(lines) == []
    assert administrator.take_faults() == []
