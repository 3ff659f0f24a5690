"""A community at a glance: figures beside the rows they count, devices on the map, the wall."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.sample import until
from tests.browser.visit import Visit

pytestmark = pytest.mark.slow


def _counted(administrator: Visit, path: str) -> int:
    """How many rows a list of the console says it has."""
    answer = administrator.context.request.get(f"{administrator.base}/api/console{path}")
    assert answer.ok, answer.text()
    return int(answer.json()["total"])


@pytest.mark.covers("CON-01", "CON-02", "CON-03", "CON-04")
def test_figures_are_counts_of_rows(administrator: Visit):
    page = administrator.page
    administrator.go("/overview")
    population = page.get_by_test_id("population")
    for label in ("Registered", "Permanent", "Tenants"):
        expect(population.locator(f"dt:text-is('{label}') + dd")).to_have_text(re.compile(r"\d"))
    community = administrator.context.request.get(f"{administrator.base}/api/console/communities").json()
    here = next(row["id"] for row in community["data"] if row["applyStatus"] == 2)
    residents = _counted(administrator, f"/communities/{here}/residents?pageSize=1")
    permanent, tenants = (
        int(population.locator(f"dt:text-is('{label}') + dd").inner_text().replace(",", ""))
        for label in ("Permanent", "Tenants")
    )
    assert permanent + tenants == residents
    expect(population.get_by_role("heading", name="Age")).to_be_visible()
    political = population.get_by_role("heading", name="Political status")
    expect(political).to_have_count(0)  # nobody said anything of it

    houses = page.get_by_test_id("houses-panel")
    expect(houses).to_contain_text("High-rise")
    expect(houses.locator("dt:text-is('Households') + dd")).to_have_text(
        str(_counted(administrator, f"/communities/{here}/houses?pageSize=1"))
    )
    for label in ("Lived in", "Parking spaces", "Storage rooms"):
        expect(houses.locator(f"dt:text-is('{label}') + dd")).to_have_text(re.compile(r"^[1-9]"))

    traffic = page.get_by_test_id("traffic")
    expect(traffic.locator("dt:text-is('Today') + dd")).to_have_text(re.compile(r"^[1-9]"))
    traffic.get_by_role("button", name="Table").first.click()
    expect(traffic.get_by_role("row")).to_have_count(8)
    expect(traffic.get_by_role("row").nth(1).get_by_role("cell").nth(1)).to_have_text(re.compile(r"\d"))
    page.get_by_text("Vehicles", exact=True).first.scroll_into_view_if_needed()
    traffic.locator("label").filter(has_text="Vehicles").click()
    expect(traffic.locator("dt:text-is('Today') + dd")).to_have_text(re.compile(r"^[1-9]"))

    vehicles = page.get_by_test_id("vehicles")
    expect(vehicles.get_by_text("浙", exact=True)).to_be_visible()
    administrator.go("/overview")
    expect(page.get_by_test_id("vehicle-passes").locator("li").first).to_contain_text(
        re.compile(r"[\u4e00-\u9fff][A-Z]\w{5,6}")
    )
    assert administrator.take_faults() == []


def _left(mark: Locator) -> float:
    box = mark.bounding_box()
    assert box is not None
    return box["x"]


def _left_after(mark: Locator, before: float) -> float:
    """Where a mark is once it has moved and rests there."""

    def moved() -> float | None:
        places = {_left(mark) for _ in range(3)}
        return now if len(places) == 1 and abs((now := places.pop()) - before) > 1 else None

    place = until(moved)
    assert place is not None
    return place


def test_devices_are_put_on_the_map_and_moved(administrator: Visit):
    page = administrator.page
    administrator.go("/overview")
    card = page.get_by_test_id("map-card")
    card.scroll_into_view_if_needed()  # the map comes when it is in sight
    marks = card.locator(".mark")
    expect(marks.first).to_be_visible()
    before = marks.count()
    card.get_by_role("button", name="Edit the map").click()
    one = card.get_by_role("button", name=re.compile("社区会所"))
    one.focus()  # by the keyboard: another mark may lie on it
    page.keyboard.press("Enter")
    card.get_by_role("button", name="Take off the map").click()
    expect(marks).to_have_count(before - 1)
    expect(card.get_by_role("alert")).to_have_count(0)

    card.get_by_role("combobox").click()
    card.get_by_role("combobox").fill("会所")
    page.get_by_role("option", name=re.compile("社区会所")).click()
    expect(marks).to_have_count(before)
    old = _left(one)
    one.focus()
    page.keyboard.press("ArrowRight")
    moved = _left_after(one, old)
    assert 4 < moved - old < 12
    box = one.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 18, box["y"] + 18)
    page.mouse.down()
    page.mouse.move(box["x"] - 60, box["y"] + 40, steps=6)
    page.mouse.up()
    assert _left_after(one, moved) < moved - 40
    card.get_by_role("button", name="Done").click()
    expect(card.get_by_role("alert")).to_have_count(0)
    administrator.go("/overview")  # it stands where it was put
    card.scroll_into_view_if_needed()
    expect(marks).to_have_count(before)
    assert administrator.take_faults() == []


def test_what_waits_is_decided_where_it_stands(administrator: Visit, operator: Visit):
    page = administrator.page
    here = administrator.fetch("GET", "/console/communities", applyStatus=2)["data"][0]["id"]
    at = f"/communities/{here}/residents?status=2&pageSize=1"
    before = _counted(administrator, at)
    assert before >= 2
    administrator.go("/overview")
    waiting = page.get_by_test_id("waiting")
    residents = page.get_by_role("navigation", name="Navigation").get_by_role("link", name="Residents")
    expect(residents).to_contain_text(str(before))
    administrator.picture("waiting", whole=False)
    rows = waiting.get_by_role("listitem").filter(has_text="Resident to review")
    left = f"/communities/{here}/residents?status=4&pageSize=1"
    moved_out = _counted(administrator, left)
    rows.first.get_by_role("button", name="Approve").click()
    expect(residents).to_contain_text(str(before - 1))
    toast = page.locator(".undo-toast")
    expect(toast).to_contain_text("Undo moves them out again")
    toast.get_by_role("button", name="Undo").click()
    until(lambda: _counted(administrator, left) == moved_out + 1)
    expect(toast).to_be_hidden()
    rows.first.get_by_role("button", name="Refuse").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Refuse")).to_be_disabled()
    expect(dialog.get_by_text("A refusal cannot be undone")).to_be_visible()
    dialog.get_by_role("textbox").fill("Not in the register")
    dialog.get_by_role("button", name="Refuse").click()
    expect(dialog).to_be_hidden()
    until(lambda: _counted(administrator, at) == before - 2)
    assert administrator.take_faults() == []
    operator.go("/overview")
    expect(operator.page.get_by_role("heading", name="Waits for you")).to_be_visible()
    operator.picture("operator-desk", whole=False)
    assert operator.take_faults() == []


def test_an_alarm_stands_out_on_the_map(administrator: Visit):
    """Somebody is stuck in a lift soon after the sample began to live."""
    page = administrator.page
    administrator.go("/overview")
    card = page.get_by_test_id("map-card")
    card.scroll_into_view_if_needed()
    lift = card.locator(".mark.alarm[aria-label*='困人告警']")
    expect(lift.first).to_be_visible()
    expect(lift.first).to_have_attribute("aria-label", re.compile("困人告警"))
    expect(card.get_by_text(re.compile(r"\d+ devices in alarm"))).to_be_visible()
    lift.first.click()
    expect(card.locator("p.alarm")).to_contain_text("困人告警")
    assert administrator.take_faults() == []


def test_somebody_trapped_in_a_lift_is_said_in_words_with_a_sound(administrator: Visit):
    page = administrator.page
    page.add_init_script(
        "document.addEventListener('alarm-sound', () => (window.sounds = (window.sounds ?? 0) + 1))"
    )
    for path in ("/screen", "/overview"):
        administrator.go(path)
        strip = page.get_by_test_id("alarm-strip")
        trapped = strip.locator(".el-alert").filter(has_text="Somebody is trapped in the lift").first
        expect(trapped).to_contain_text("电梯")
        expect(trapped).to_contain_text(re.compile(r"since .*\d\d:\d\d"))
        administrator.picture(f"trapped{path.replace('/', '-')}", whole=False)
    page.keyboard.press("Shift")  # browsers make no sound before that
    page.wait_for_function("() => window.sounds > 0")
    strip.get_by_role("button", name="Mute").click()
    page.reload()
    expect(strip.get_by_role("button", name="Sound on")).to_be_visible()
    trapped.get_by_role("button", name="Take").click()
    expect(trapped).to_contain_text("Taken by")
    administrator.go("/door-alarms?kind=trapped")
    row = page.get_by_role("row").filter(has_text="Taken by").first
    row.get_by_text("Taken by").click()
    panel = page.get_by_role("dialog")
    panel.get_by_text("Real", exact=False).first.click()
    panel.get_by_role("button", name="Close", exact=True).click()
    expect(panel.get_by_role("button", name="Reopen")).to_be_visible()
    page.evaluate("localStorage.removeItem('linli.alarmsMuted')")
    assert administrator.take_faults() == []


def test_a_wall_shows_it_all_at_once(administrator: Visit):
    page = administrator.page
    page.set_viewport_size({"width": 1920, "height": 1080})
    administrator.go("/screen")
    screen = page.get_by_test_id("screen")
    expect(screen.locator("dt:text-is('Persons today') + dd")).to_have_text(re.compile(r"[1-9]"))
    expect(screen.get_by_test_id("map")).to_be_visible()
    expect(screen.get_by_test_id("live-passes").locator("li").first).to_be_visible()
    assert page.evaluate("document.documentElement.classList.contains('dark')")
    assert page.evaluate(
        "document.documentElement.scrollHeight <= innerHeight"
    )  # nothing to scroll on a wall
    screen.get_by_role("link", name="Back").click()
    expect(page.get_by_test_id("traffic")).to_be_visible()
    page.wait_for_function("() => !document.documentElement.classList.contains('dark')")
    assert administrator.take_faults() == []
