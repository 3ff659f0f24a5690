"""Lifts in the console: called by hand, taken out of service, an emergency until a person ends it, and the waits."""

import asyncio
import re
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from linli.sim.link import DeviceLink, Triple
from tests.browser.drop_downs import choose, unfold
from tests.browser.phone import findings
from tests.browser.sample import Demo, until
from tests.browser.visit import DESK, PHONE, Visit

NAME = "5 号楼电梯"
FLOORS = ("B1", "1", "2", "3")


class Lift:
    """Two cars on the wire, in a loop of its own; a car stands where it was called at once."""

    def __init__(self, triple: Triple, mqtt_port: int) -> None:
        self.calls: list[dict[str, Any]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.link = DeviceLink(triple, "127.0.0.1", mqtt_port)
        self.link.on_service("CloudCallElevator", self._called)
        self.link.on_service("QueryElevatorInfo", self._told)
        self._do(self.link.start())
        self._do(self.link.wait_online(120))

    def stop(self) -> None:
        self._do(self.link.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)

    def tell(self, **values: Any) -> None:
        async def queued() -> None:
            self.link.queue_properties(values)

        self._do(queued())

    async def _called(self, params: Any) -> dict[str, Any]:
        self.calls.append(params)
        car = params.get("ElevatorID") or "X"
        here = {"ElevatorID": car, "CurrentPosition": params["StartFloor"], "CarStatus": 0, "CarDirection": 0}
        self.link.queue_properties({"ElevatorStatus": [here]})
        return {"code": 0, "message": "success"}

    async def _told(self, params: Any) -> dict[str, Any]:
        cars = [{"ElevatorID": car, "ElevatorName": "", "IsDualCardDoor": 0} for car in ("X", "Y")]
        rooms = [
            {"ElevatorID": car, "Floor": floor, "RoomNumber": ""} for car in ("X", "Y") for floor in FLOORS
        ]
        return {
            "ElevatorMode": "ALL", "ElevatorInfo": cars, "FloorRoomInfo": rooms, "code": 0, "message": "success"
        }  # fmt: skip

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(130)


@pytest.fixture(scope="module")
def lift(administrator: Visit, demo: Demo) -> Iterator[tuple[Visit, Lift, str, str]]:
    """(the desk, the lift, its path in the console, the community's name)"""

    def fetch(method: str, path: str, body: Any = None, **params: Any) -> Any:
        return administrator.fetch(method, f"/console{path}", body, **params)

    here = fetch("GET", "/communities", applyStatus=2)["data"][0]
    product = fetch("POST", "/products", {"name": "梯控一体机", "categoryCode": "community/people/aio"})
    form = {
        "productKey": product["productKey"], "deviceName": "lift-five", "nickname": NAME,
        "communityId": int(here["id"]),
    }  # fmt: skip
    made = fetch("POST", "/devices", form)
    triple = Triple(made["productKey"], made["deviceName"], made["deviceSecret"])
    running = Lift(triple, demo.mqtt_port)
    until(lambda: fetch("GET", f"/lifts/{made['iotId']}")["lift"]["readMs"])
    yield administrator, running, f"/lifts/{made['iotId']}", here["name"]
    running.stop()


def test_a_lift_is_called_taken_out_and_locked(lift: tuple[Visit, Lift, str, str]) -> None:
    desk, cars, path, community = lift
    page = desk.page
    desk.go(path)
    page.get_by_role("button", name="Call it").click()
    panel = page.get_by_role("dialog")
    unfold(panel.get_by_label("Comes to")).get_by_role("option", name="3", exact=True).click()
    panel.get_by_role("button", name="Call the lift").click()
    expect(page.get_by_text("The lift answered")).to_be_visible()
    assert cars.calls[-1]["StartFloor"] == "3"
    expect(page.get_by_role("region", name="How long people wait")).to_be_visible()

    page.get_by_role("button", name="Set the home floor").click()
    panel = page.get_by_role("dialog")
    unfold(panel.get_by_label("Home floor")).get_by_role("option", name="B1", exact=True).click()
    desk.picture("lift-home-form")
    panel.get_by_role("button", name="Save").click()
    expect(page.get_by_text("home floor B1")).to_be_visible()
    expect(page.get_by_text("Visitors get down to: B1")).to_be_visible()

    page.get_by_role("button", name="Out of service").click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("Reason").fill("更换钢丝绳")
    desk.picture("lift-out-form")
    panel.get_by_role("button", name="Take out of service").click()
    expect(page.get_by_text("更换钢丝绳").first).to_be_visible()
    page.get_by_role("button", name="Call it").click()
    panel = page.get_by_role("dialog")
    unfold(panel.get_by_label("Comes to")).get_by_role("option", name="3", exact=True).click()
    panel.get_by_role("button", name="Call the lift").click()
    expect(panel.get_by_text("The lift cannot be called now: out of service.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Back in service").first.click()
    expect(page.get_by_role("button", name="Back in service")).to_have_count(0)

    cars.tell(ElevatorRunningMode=[{"ElevatorID": "Y", "RunningMode": 6}])
    expect(page.get_by_text("Speak to the person").first).to_be_visible()
    assert findings(desk) == []
    desk.picture("lift-trapped")
    desk.looks("zh-CN")
    desk.go(path)
    expect(page.get_by_text("困人").first).to_be_visible()
    desk.picture("lift-trapped-zh")
    desk.looks("en")
    cars.tell(ElevatorRunningMode=[{"ElevatorID": "Y", "RunningMode": 0}])

    desk.go("/lifts/emergency")
    expect(page.get_by_text("No emergency")).to_be_visible()
    page.get_by_role("button", name="Declare an emergency").click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_text(re.compile(NAME))).to_be_visible()
    panel.get_by_label("Why").fill("演练")
    panel.get_by_label("To confirm").fill(community)
    desk.picture("emergency-form")
    panel.get_by_role("button", name="Send all cars home and lock them").click()
    expect(page.get_by_text("of 2 cars home").first).to_be_visible()
    expect(page.get_by_text("2 of 2 cars home")).to_be_visible()
    assert {call.get("ElevatorID") for call in cars.calls[-2:]} == {"X", "Y"}
    assert findings(desk) == []
    desk.picture("emergency")
    desk.looks("zh-CN")
    desk.go("/lifts/emergency")
    expect(page.get_by_text("解除应急")).to_be_visible()
    desk.picture("emergency-zh")
    desk.looks("en")
    desk.go("/lifts/emergency")
    page.get_by_role("button", name="It is over").click()
    page.get_by_role("button", name="Yes, unlock").click()
    expect(page.get_by_text("Over", exact=True)).to_be_visible()
    assert desk.take_faults() == []


def test_the_same_on_a_phone(lift: tuple[Visit, Lift, str, str]) -> None:
    """At 360 px: the car moves on the screen, it is taken out by hand, and an emergency needs the name and ends."""
    desk, cars, path, community = lift
    page = desk.page
    desk.resize(PHONE)

    def clean(picture: str) -> None:
        desk.still()
        assert (desk.wider(), findings(desk)) == (0, [])
        desk.picture(picture, (PHONE,))
        desk.resize(PHONE)

    desk.go(path)
    cab = page.locator(".shaft .cab").first
    cars.tell(ElevatorStatus=[_at("X", "1")])
    expect(cab).to_have_text("1")
    low = float((cab.get_attribute("style") or "").split(":")[1].strip(" %;"))
    cars.tell(ElevatorStatus=[_at("X", "3", moving=1)])
    expect(cab).to_have_text("3")
    expect(cab).to_have_class(re.compile("moving"))
    assert float((cab.get_attribute("style") or "").split(":")[1].strip(" %;")) > low
    clean("lift-phone")
    cars.tell(ElevatorStatus=[_at("X", "3")])

    page.get_by_role("button", name="Out of service").click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("button", name="Take out of service")).to_be_visible()
    clean("lift-out-form-phone")
    panel.get_by_label("Reason").fill("年检")
    panel.get_by_role("button", name="Take out of service").click()
    expect(page.get_by_text("年检").first).to_be_visible()
    page.get_by_role("button", name="Back in service").first.click()
    expect(page.get_by_role("button", name="Back in service")).to_have_count(0)

    desk.go("/lifts/emergency")
    page.get_by_role("button", name="Declare an emergency").click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("Why").fill("演练")
    panel.get_by_label("To confirm").fill(f"{community}二期")
    declare = panel.get_by_role("button", name="Send all cars home and lock them")
    expect(declare).to_be_disabled()  # another community's name
    panel.get_by_label("To confirm").fill(community)
    clean("emergency-form-phone")
    panel.get_by_role("button", name="Send all cars home and lock them").click()
    expect(page.get_by_text("2 of 2 cars home")).to_be_visible()
    clean("emergency-phone")
    page.get_by_role("button", name="It is over").click()
    page.get_by_role("button", name="Yes, unlock").click()
    expect(page.get_by_role("button", name="It is over")).to_have_count(0)
    assert desk.take_faults() == []


def _at(car: str, floor: str, *, moving: int = 0) -> dict[str, Any]:
    return {"ElevatorID": car, "CurrentPosition": floor, "CarStatus": moving, "CarDirection": moving}


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_robot_is_registered_stopped_and_deleted(
    lift: tuple[Visit, Lift, str, str], size: tuple[int, int]
) -> None:
    desk = lift[0]
    page = desk.page
    desk.resize(size)
    name = f"送餐机器人 {size[0]}"

    def clean(picture: str) -> None:
        desk.still()
        assert (desk.wider(), findings(desk)) == (0, [])
        desk.picture(f"robots-{picture}", (size,))
        desk.resize(size)

    page.route(
        "**/api/console/lift-robots?*",
        lambda route: route.fulfill(json={"pageNo": 1, "pageSize": 20, "total": 0, "data": []}),
    )
    desk.go("/lift-robots")
    expect(page.get_by_text("No robots yet")).to_be_visible()
    clean("empty")
    page.unroute_all()
    page.route(
        "**/api/console/lift-robots?*",
        lambda route: route.fulfill(status=503, json={"code": "busy", "message": "Too busy"}),
    )
    desk.go("/lift-robots")
    expect(page.get_by_role("alert").first).to_be_visible()
    clean("error")
    page.unroute_all()

    desk.go("/lift-robots")
    page.get_by_role("button", name="Register a robot").first.click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("Name", exact=True).fill(name)
    choose(panel.get_by_label("Lift", exact=True), NAME)
    floors = panel.get_by_label("Floors", exact=True)
    for floor in ("1", "3"):
        unfold(floors).get_by_role("option", name=floor, exact=True).click()
        page.keyboard.press("Escape")
    panel.get_by_label("Heaviest load (kg)").fill("120")
    panel.get_by_label("Hours", exact=True).fill("22-6")
    clean("form")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("must look like 22:00-06:00").first).to_be_visible()
    panel.get_by_label("Hours", exact=True).fill("22:00-06:00")
    panel.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    key = page.get_by_text(re.compile("^robot-[A-Za-z0-9_-]{43}$"))
    expect(key).to_be_visible()
    secret = key.inner_text()
    clean("key")
    desk.go("/lift-robots")
    row = page.get_by_role("row", name=re.compile(name))
    expect(row).to_contain_text("May ride")
    assert secret not in page.content()  # shown that once

    row.get_by_role("button", name="Connect").click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_text(re.compile(r"^robot:\d+$"))).to_be_visible()
    expect(panel.get_by_text(re.compile(r"^/robots/\d+/lift_requests$"))).to_be_visible()
    clean("connect")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    row.get_by_role("button", name="Edit").click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_label("Heaviest load (kg)")).to_have_value("120")
    panel.get_by_text("May ride").click()
    panel.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Switched off")
    row.get_by_role("button", name="Rides").click()
    expect(page.get_by_role("dialog").get_by_text("It has not asked for a lift yet")).to_be_visible()
    page.keyboard.press("Escape")
    row.get_by_role("button", name="New key").click()
    clean("new-key")
    page.get_by_role("dialog").get_by_role("button", name="New key").click()
    expect(key).to_be_visible()
    assert key.inner_text() != secret
    row.get_by_role("button", name="Revoke the key").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke the key").click()
    expect(row.get_by_role("button", name="Revoke the key")).to_have_count(0)
    row.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("its key ends at once")
    asked.get_by_role("button", name="Cancel").click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    assert [fault for fault in desk.take_faults() if "503" not in fault] == []
