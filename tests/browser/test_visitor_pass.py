"""A visitor's whole way on a small phone: announced with one entry, through gate and door, seen on the pass, and down."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from linli.domains.visitors.pages import pass_page
from linli.domains.visitors.ports import WayDown
from linli.domains.visitors.rows import ARRIVED, STAFF, Visit
from linli.sim.door import SimulatedDoor
from linli.sim.link import Triple
from tests.browser.drop_downs import unfold
from tests.browser.phone import look, open_phone
from tests.browser.qr_picture import text_of
from tests.browser.sample import Demo, until
from tests.browser.test_front_desk import choose_house
from tests.browser.visit import Visit as Desk

pytestmark = pytest.mark.slow


class Doors:
    """Doors on the wire, in a loop of their own; they decide by themselves."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._doors: list[SimulatedDoor] = []

    def add(self, triple: Triple, port: int) -> SimulatedDoor:
        door = SimulatedDoor(triple, "127.0.0.1", port)
        self._doors.append(door)
        self._do(door.start())
        self._do(door.link.wait_online(120))
        return door

    def scan(self, door: SimulatedDoor, text: str) -> int:
        async def scanned() -> int:
            return int(door.scan(text).code)

        return int(self._do(scanned()))

    def stop(self) -> None:
        for door in self._doors:
            self._do(door.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(130)


@pytest.fixture
def doors() -> Iterator[Doors]:
    made = Doors()
    yield made
    made.stop()


def new_door(desk: Desk, name: str, community_id: int) -> Triple:
    (row, *_) = [
        row
        for row in desk.fetch("GET", "/console/doors", communityId=community_id)["data"]
        if not row["lift"]
    ]
    product = desk.fetch("GET", f"/console/devices/{row['iotId']}")["productKey"]
    form = {"productKey": product, "sn": name, "name": name, "communityId": community_id}
    made = desk.fetch("POST", "/console/doors", form)
    return Triple(made["productKey"], made["deviceName"], made["deviceSecret"])


def test_one_entry_leads_from_the_gate_to_the_home(
    administrator: Desk, demo: Demo, browser: Browser, doors: Doors
) -> None:
    desk, page = administrator, administrator.page
    here = int(desk.fetch("GET", "/console/communities", applyStatus=2)["data"][0]["id"])
    gate = doors.add(new_door(desk, "VISIT0001", here), demo.mqtt_port)
    desk.go("/visitors")
    page.get_by_role("button", name="Announce visitors").first.click()
    panel = page.get_by_role("dialog")
    choose_house(panel)
    panel.get_by_label("Name", exact=True).fill("Visitor Zhou")
    unfold(panel.get_by_label("How often they may come in")).get_by_role(
        "option", name="Once", exact=True
    ).click()
    desk.picture("visit-uses-form")
    panel.get_by_role("button", name="Announce 1").click()
    link = page.get_by_role("dialog").locator("code").filter(has_text="/v/").inner_text()
    path = "/v/" + link.rpartition("/v/")[2]
    page.keyboard.press("Escape")

    with open_phone(browser, demo.url, language="zh-CN") as phone:
        phone.go(path)
        expect(phone.page.get_by_text("剩余 1 次（共 1 次）")).to_be_visible()
        look(phone, "visitor-pass-zh")
        until(lambda: gate.permissions.qr and gate.public_key)
        texts = [text_of(svg.evaluate("node => node.outerHTML")) for svg in phone.page.locator("svg").all()]
        assert 0 in [doors.scan(gate, text) for text in texts]
        assert {doors.scan(gate, text) for text in texts} <= {104, 103}

        def counted() -> bool:
            phone.go(path)
            return phone.page.get_by_text("本次进入仍可继续到家门口").count() == 1

        until(counted)
        look(phone, "visitor-pass-used-zh")
    row = page.get_by_role("row").filter(has_text="Visitor Zhou")
    row.get_by_role("button", name="Visitor Zhou").click()
    expect(page.get_by_role("dialog").get_by_text("0 of 1 entries left")).to_be_visible()
    desk.picture("visit-uses")
    page.keyboard.press("Escape")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("over", "notice"), [(False, ""), (True, "电梯现在不能呼叫：停用。"), (False, "called")]
)
def test_the_way_down_on_the_pass(browser: Browser, demo: Demo, dark: bool, over: bool, notice: str) -> None:
    """Drawn by the page's own function; that it is offered and acts is shown over HTTP with a real box."""
    ways = [WayDown("i", "1 号楼 1 单元电梯", "10", "", floor) for floor in ("1", "B1")]
    lifts = pass_page.Lifts(
        "token",
        ways,
        "电梯已应答，正在前来。" if notice == "called" else notice,
        is_coming=notice == "called",
    )
    drawn = pass_page.render(
        visit_now(), pass_page.Place("望月府", "1-1-1001", "0571-88888888", ""), [], "zh-CN",
        10_000 if over else 100, uses=pass_page.Uses(0, 1, over=True), lifts=lifts,
    )  # fmt: skip
    with open_phone(browser, demo.url, language="zh-CN", dark=dark) as phone:
        phone.page.route(
            "**/v/token", lambda route: route.fulfill(body=drawn, content_type="text/html; charset=utf-8")
        )
        phone.go("/v/token")
        expect(phone.page.get_by_role("button", name="10 层 → 1 层")).to_be_visible()
        look(phone, f"visitor-down-{'dark' if dark else 'light'}-{'over' if over else 'in'}{len(notice)}")


def visit_now() -> Visit:
    texts = {"name": "张访客", "tenant_id": "t", "state": ARRIVED, "source": STAFF}
    row = {
        field: texts.get(field, 0 if kind is not str else "") for field, kind in Visit.__annotations__.items()
    }
    return Visit(**{**row, "people": 1, "ends_ms": 1_000, "uses": 1})
