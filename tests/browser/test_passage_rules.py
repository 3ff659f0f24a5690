"""Passage rules in the console: made, seen on its way and held by the box, found, changed, switched off, removed."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from linli.protocols.edge_link import rules_path
from tests.browser.drop_downs import choose
from tests.browser.phone import findings
from tests.browser.real_box import set_up
from tests.browser.test_edge import MODEL, Box
from tests.browser.visit import DESK, PHONE, Visit
from tests.real.platform import Installation

pytestmark = pytest.mark.slow


@pytest.fixture
def site(fresh: tuple[Visit, Installation]) -> Iterator[tuple[Visit, Box]]:
    """A box that runs, with two machines behind it; one of them has a lift."""
    visit, installed = fresh
    call = set_up(visit, installed)
    cluster = call("POST", "/edge/clusters", {"name": "北京区域-望月府小区", "model": MODEL})["id"]
    form = {"name": "wangyuefu-01", "serialNumber": "SN-20261127-01"}
    node = call("POST", f"/edge/clusters/{cluster}/nodes", form)["id"]
    box = Box(visit.base)
    box.activate(call("GET", f"/edge/nodes/{node}/label")["activationCode"])
    box.beat()
    for part in ("edge_cluster", "device_access"):
        call("POST", f"/edge/clusters/{cluster}/components/{part}/install", {})
        box.settle()
    gateway = call("GET", "/edge/gateways")[0]["id"]
    protocol = call("POST", f"/edge/gateways/{gateway}/protocols", {"driverId": "door_terminal"})["id"]
    machine: dict[str, Any] = {"brand": "冠林", "model": "GL8-K3CS", "faceSimilarity": 55}
    devices = [
        {"deviceName": f"unit.{n}", "alias": f"{n}单元门", "custom": machine | {"ip": f"192.168.1.{n}"}}
        for n in (1, 2)
    ]
    made = call("POST", f"/edge/protocols/{protocol}/devices", {"devices": devices})
    assert made["done"], made
    visit.looks("en")
    yield visit, box
    box.http.close()


def keep(box: Box) -> str:
    """The box fetches what it is to keep, and says that it does; the version."""
    version = str(box.call("GET", rules_path(""))["version"])
    assert box.call("GET", rules_path(version))["unchanged"]
    return version


def test_a_rule_is_made_held_changed_and_removed(site: tuple[Visit, Box]) -> None:
    visit, box = site
    page = visit.page
    visit.go("/passage-rules")
    expect(page.get_by_text("No passage rule yet")).to_be_visible()
    visit.picture("passage-empty")
    page.get_by_role("button", name="New rule").first.click()
    panel = page.get_by_role("dialog", name="New rule")
    panel.get_by_label("Name", exact=True).fill("到家呼梯")
    choose(panel.get_by_label("Door that is passed", exact=True), re.compile("1单元门"))
    choose(panel.get_by_label("Lift that is called (its controller)", exact=True), re.compile("2单元门"))
    visit.picture("passage-form")
    panel.get_by_role("button", name="Save and push").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    row = page.get_by_role("row", name=re.compile("到家呼梯"))
    expect(row).to_contain_text("On its way")
    first = keep(box)
    expect(row).to_contain_text("In force")  # by itself
    assert findings(visit) == []
    visit.picture("passage-list")
    look_at_own_rules(visit, box)
    visit.go("/passage-rules")

    row.get_by_role("button", name="Edit").click()
    panel = page.get_by_role("dialog", name="到家呼梯")
    panel.get_by_label("Name", exact=True).fill("1单元 到家呼梯")
    panel.get_by_label("Floor of the door", exact=True).fill("-1")
    panel.get_by_role("button", name="Save and push").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(row).to_contain_text("to floor -1")
    assert keep(box) != first
    row.get_by_role("button", name="Switch off").click()
    expect(row).to_contain_text("Switched off")
    page.get_by_role("searchbox", name="Search rules").fill("没有这条")
    expect(page.get_by_text("Nothing fits these filters")).to_be_visible()
    page.get_by_role("searchbox", name="Search rules").fill("1单元")
    row.get_by_role("button", name="Remove").click()
    asked = page.get_by_role("dialog", name="Remove")
    expect(asked).to_contain_text("Nobody who passes 1单元门")
    visit.picture("passage-remove")
    asked.get_by_role("button", name="Keep").click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Remove").click()
    asked.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nothing fits these filters")).to_be_visible()
    assert not box.call("GET", rules_path("")).get("rules")
    assert visit.take_faults() == []


def look_at_own_rules(visit: Visit, box: Box) -> None:
    """The card of what the lift's gateway keeps: how many of how many, what was mended, the last error, compared anew."""
    page = visit.page
    (lift,) = visit.fetch("GET", "/console/lifts")["data"]

    def beat(**keeping: Any) -> None:
        box.beat(lifts=[{"deviceName": "unit.2", **keeping}])

    beat(keeps=True, wanted=5, confirmed=3, comparedMs=box.now_ms, unfit=1, unfitWhy="no_floor 11")
    visit.go(f"/lifts/{lift['iotId']}")
    card = page.locator("section.card").filter(has_text="Rules that the lift keeps itself")
    expect(card).to_contain_text("Being brought in line")
    expect(card).to_contain_text("3 of 5 rules are in the lift")
    expect(card).to_contain_text("For 1 persons the box acts, for example because the lift has no floor 11.")
    card.get_by_role("button", name="Compare and send again").click()
    expect(page.get_by_text("The box compares now")).to_be_visible()
    beat(
        keeps=True, wanted=5, confirmed=5, comparedMs=box.now_ms, sameSinceMs=box.now_ms, missing=2, foreign=1
    )
    expect(card).to_contain_text("All in place")  # by itself
    expect(card).to_contain_text("5 of 5 rules are in the lift")
    expect(card).to_contain_text("2 missing, 0 different, 1 from others")
    page.mouse.move(0, 0)
    visit.still()
    assert findings(visit) == []
    visit.picture("lift-own-rules")
    visit.resize(PHONE)
    visit.still()
    assert visit.wider() <= 0
    assert findings(visit) == []
    visit.resize(DESK)
    beat(keeps=True, wanted=5, confirmed=4, why="the gateway's store is full")
    expect(card).to_contain_text("Last error: the gateway's store is full")
    beat(keeps=False, wanted=5)
    expect(card).to_contain_text("Keeps none: the box calls it")
