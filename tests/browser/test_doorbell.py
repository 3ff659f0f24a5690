"""A code is printed for an entrance; a visitor's own phone rings a home by it, is seen, talks, and is let in."""

import sqlite3

import pytest
from playwright.sync_api import Browser, expect

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.phone import findings, look, open_phone
from tests.browser.sample import Demo, until
from tests.browser.test_answering import DEVICES, HEARS, PEERS, PICTURE, home_page
from tests.browser.visit import DESK, PHONE, Visit, keep_picture

pytest.importorskip("pylibsrtp")
VISITOR_HEARS = HEARS.replace("window.peers.at(-1)", "window.peers[window.peers.length - 1]")


def room_of_resident(demo: Demo) -> tuple[str, str]:
    """(room, place of the door of its unit) of the sample's resident."""
    with sqlite3.connect(demo.data / "linli.db", timeout=60) as db:
        row = db.execute(
            "SELECT h.room_id, d.nickname FROM house_members m JOIN persons p ON p.id = m.person_id"
            " JOIN intercom_house_groups h ON h.space_id = m.house_id"
            " JOIN intercom_rooms r ON r.group_id = h.group_id JOIN devices d ON d.iot_id = r.iot_id"
            " WHERE p.phone = ? AND m.status = 1 AND d.nickname LIKE '%单元门' ORDER BY d.iot_id",
            (RESIDENT_LOGIN,),
        ).fetchone()
    return str(row[0]), str(row[1])


def ring_long(home: Visit) -> None:
    """The homes ring for as long as a call does, and take no messages."""
    for house in {row["houseId"] for row in home.fetch("GET", "/resident/houses") if row.get("houseId")}:
        path = f"/resident/houses/{house}/call-settings"
        steps = home.fetch("GET", path)["steps"]
        own = [step | {"on": step["name"] == "family", "seconds": 60} for step in steps]
        own.sort(key=lambda step: step["name"] != "family")
        home.fetch("PUT", path, {"steps": own, "quiet": None, "myQuiet": None, "messages": False})


def both(visit: Visit, name: str) -> None:
    """The page at both widths and in both lights: nothing for axe."""
    for theme in ("light", "dark"):
        visit.shows(theme)
        for size, word in ((DESK, "wide"), (PHONE, "small")):
            visit.resize(size)
            visit.still()
            keep_picture(visit.page, f"{name}-{theme}-{word}")
            faults = findings(visit)
            assert faults == [], f"{name} {theme} {word}: {faults}"
    visit.shows("light")
    visit.resize(DESK)


def test_a_visitor_rings_a_home_and_is_let_in(administrator: Visit, browser: Browser, demo: Demo) -> None:
    room, door = room_of_resident(demo)
    desk, page = administrator, administrator.page
    desk.go("/visitors")
    page.get_by_role("button", name="Doorbell codes").first.click()
    panel = page.get_by_role("dialog")
    panel.get_by_role("button", name="Add a doorbell").click()
    panel.get_by_label("Name of the entrance").fill("East gate")
    panel.get_by_role("combobox", name="Door to open from the call").click()
    page.get_by_role("option", name=door, exact=True).click()
    both(desk, "bell-form")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("heading", name="East gate")).to_be_visible()
    panel.get_by_role("button", name="Code of East gate").click()
    link = panel.locator("code").filter(has_text="/bell/").inner_text()
    both(desk, "bell-list")
    path = "/bell/" + link.rpartition("/bell/")[2]
    with open_phone(browser, demo.url, arguments=DEVICES) as visitor, home_page(browser, demo) as home:
        phone, owner = visitor.page, home.page
        ring_long(home)
        phone.add_init_script(PEERS)
        visitor.go(path)
        expect(phone.get_by_role("heading", name="East gate")).to_be_visible()
        look(visitor, "bell-page")
        phone.get_by_label("Room").press("Enter")
        expect(phone.get_by_text("Enter the room.")).to_be_visible()
        phone.get_by_label("Room").fill(room)
        phone.get_by_role("button", name="Ring").click()
        owner.wait_for_url("**/m/ring/**")
        expect(phone.get_by_text("It rings")).to_be_visible()
        expect(owner.get_by_text("East gate (visitor's phone)")).to_be_visible()
        owner.wait_for_function(PICTURE)  # before anybody answered
        keep_picture(owner, "bell-home-rings")
        keep_picture(phone, "bell-page-rings")
        owner.get_by_role("button", name="Open").click()
        words = owner.get_by_test_id("door-told")
        expect(words).to_be_visible()
        if "offline" not in words.inner_text():  # as doors of the sample are at times
            expect(phone.get_by_text("The door is open. Please come in.")).to_be_visible()
        owner.keyboard.press("a")
        expect(phone.get_by_text("You are talking")).to_be_visible()
        until(lambda: owner.evaluate(HEARS))
        until(lambda: phone.evaluate(VISITOR_HEARS))
        look(visitor, "bell-page-talks")
        look(home, "bell-home-talks")
        owner.get_by_role("button", name="Mute this code for an hour").click()
        expect(owner.get_by_text("rings your home no more")).to_be_visible()
        owner.get_by_role("button", name="Hang up").click()
        expect(phone.get_by_text("The call has ended")).to_be_visible()
        look(visitor, "bell-page-over")
    with home_page(browser, demo) as home:
        home.go("/m/calls")
        expect(home.page.get_by_text("East gate (visitor's phone)").first).to_be_visible()
        look(home, "bell-home-log")
    desk.go("/calls")
    expect(page.get_by_text("East gate (visitor's phone)").first).to_be_visible()


def test_a_phone_without_camera_says_so(administrator: Visit, browser: Browser, demo: Demo) -> None:
    """The home is rung all the same; in Chinese and dark, too."""
    desk = administrator
    here = int(desk.fetch("GET", "/console/communities", applyStatus=2)["data"][0]["id"])
    made = desk.fetch("POST", f"/console/communities/{here}/doorbells", {"name": "南门"})
    path = "/bell/" + made["url"].rpartition("/bell/")[2]
    with open_phone(browser, demo.url, language="zh-CN", dark=True) as visitor:
        page = visitor.page
        visitor.go(path)
        look(visitor, "bell-page-zh-dark")
        page.get_by_label("房号").fill("9-9-9999")
        page.get_by_role("button", name="呼叫").click()
        expect(page.get_by_text("已响铃，请稍候")).to_be_visible()
        expect(page.get_by_text("住户看不到您，也听不到您说话").first).to_be_visible()
        look(visitor, "bell-page-rings-zh-dark")
        page.get_by_role("button", name="结束").click()
        expect(page.get_by_text("通话已结束")).to_be_visible()
        desk.fetch(
            "PUT", f"/console/communities/{here}/doorbells/{made['bellId']}", {"name": "南门", "isOn": False}
        )
        visitor.go(path)
        expect(page.get_by_text("现在不可用")).to_be_visible()
        look(visitor, "bell-page-off")
        desk.fetch("POST", f"/console/communities/{here}/doorbells/{made['bellId']}/renew")
        visitor.page.goto(demo.url + path)
        expect(page.get_by_text("二维码已失效").first).to_be_visible()
