"""A baresip door station stands at a lane: its call puts the lane on top, and the seat that takes the lane answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.car_park import LIMIT_S, CarPark
from tests.browser.phone import findings
from tests.browser.sample import Demo, until
from tests.browser.test_answering import DEVICES, PEERS, Door, door, loudest, pytestmark, ringing
from tests.browser.test_guard_desk import leave_to_desk
from tests.browser.visit import DESK, PHONE, Visit, open_visit

__all__ = ["door", "pytestmark"]
NAME = "北区车场 in"


@pytest.fixture
def car_park(administrator: Visit, demo: Demo) -> Iterator[CarPark]:
    park = CarPark(administrator, demo, "北区车场")
    yield park
    park.stop()


def test_the_seat_that_takes_a_lane_answers_its_call(
    browser: Browser, administrator: Visit, demo: Demo, door: Door, car_park: CarPark, tmp_path: Path
) -> None:
    leave_to_desk(browser, demo)
    at = f"/console/communities/{car_park.community}/parking/lanes"
    lanes = administrator.fetch("GET", at)["lanes"]
    lane_id = next(row["id"] for row in lanes if row["name"] == NAME)
    station = {"name": "入口对讲机", "direction": "ENTRANCE", "spaceId": int(lane_id), "extInfo": ""}
    administrator.fetch("PUT", f"/console/doors/{door.iot_id}", station)
    with open_visit(browser, demo.url, DESK, arguments=DEVICES, locale="en") as visit:
        page = visit.page
        page.add_init_script(PEERS)
        visit.sign_in_quietly("admin", demo.passwords["admin"])
        visit.go("/parking/control")
        waits = page.get_by_role("region", name="Waiting for a person")
        expect(page.get_by_role("region", name="Other entrances")).to_contain_text(NAME)
        until(lambda: visit.fetch("GET", f"{at[:-6]}/control-room")["stations"])
        visit.go("/parking/control")  # from now on it is a desk
        with ringing(door, tmp_path / "door") as folder:
            first = waits.get_by_role("listitem").first
            expect(first).to_contain_text(NAME, timeout=LIMIT_S * 1000)
            expect(first).to_contain_text("Calls the desk")
            first.get_by_role("button").click()
            expect(page.get_by_test_id("desk-state")).to_have_count(0)  # not ours yet
            page.get_by_role("button", name="I see to it").click()
            expect(page.get_by_test_id("desk-state")).to_contain_text("Ringing")
            for size in (PHONE, DESK):
                visit.resize(size)
                visit.still()
                assert findings(visit) == []
                visit.picture("lane-calls")
            answer = page.get_by_role("button", name="Answer")
            expect(answer).to_have_attribute("aria-disabled", "false")
            answer.click()
            expect(page.get_by_test_id("desk-state")).to_contain_text("You are talking")
            until(lambda: loudest(folder / "heard.wav") > 1000)
            page.get_by_role("button", name="Hang up").click()
            until(lambda: b"session closed" in (folder / "log").read_bytes())
        expect(page.get_by_test_id("desk-state")).to_have_count(0)
        assert visit.take_faults() == []
