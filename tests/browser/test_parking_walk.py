"""A walk over the pages of parking, as people here have them: in Chinese, at a desk and on a small phone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from tests.browser.car_park import CarPark
from tests.browser.phone import findings, look, open_phone, sign_in
from tests.browser.sample import START_S, Demo, sample_running, until
from tests.browser.visit import DESK, PHONE, Visit, open_browser

pytestmark = pytest.mark.slow
NAME = "东区车场"
RESIDENT = "19900000001"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The sample, with the box that decides at the lanes of its car park."""
    with sample_running(tmp_path_factory.mktemp("sample"), "--no-life", "--car-park") as started:
        yield started


@pytest.fixture(scope="module")
def desk(browser: Browser, demo: Demo) -> Iterator[Visit]:
    with open_browser(browser, demo.url, language="zh-CN") as visit:
        visit.sign_in_quietly("admin", demo.passwords["admin"])
        yield visit


@contextmanager
def car_park(desk: Visit, demo: Demo, name: str) -> Iterator[CarPark]:
    """A lot that charges 3 yuan from the first minute."""
    park = CarPark(desk, demo, name)
    try:
        park.charges(300)
        yield park
    finally:
        park.stop()


def judged(visit: Visit, name: str) -> None:
    """As it is now, at a desk and on a phone: nothing for axe, nothing sideways."""
    for size in (PHONE, DESK):
        visit.resize(size)
        visit.still()
        assert findings(visit) == [], f"{name} at {size[0]} px"
    visit.picture(name)


def panel(visit: Visit, name: str) -> Locator:
    return visit.page.get_by_role("dialog", name=name)


def test_a_car_without_plate_from_its_code_to_the_cash(browser: Browser, desk: Visit, demo: Demo) -> None:
    page = desk.page
    with car_park(desk, demo, NAME) as park:
        desk.go("/parking")
        page.get_by_role("row").filter(has_text=f"{NAME} in").get_by_role("button", name="详情").click()
        code = panel(desk, f"{NAME} in").get_by_role("region", name="无牌车二维码")
        code.get_by_role("button", name="生成二维码").click()
        code.get_by_role("button", name="显示二维码").click()
        judged(desk, "walk-lane-code")
        first = code.get_by_text(re.compile(r"/ticket/\S+")).inner_text().strip()
        code.get_by_role("button", name="更换二维码").click()
        page.get_by_role("tooltip").filter(has_text="立即失效").get_by_role("button", name="确定").click()
        expect(code.get_by_text(first)).to_have_count(0)
        path = re.search(r"/ticket/\S+", code.get_by_text(re.compile(r"/ticket/")).inner_text())
        assert path is not None
        code.locator(".el-switch").click()
        expect(code.get_by_role("switch")).not_to_be_checked()
        with open_phone(browser, demo.url, language="zh-CN") as driver:
            driver.page.goto(demo.url + path.group())
            look(driver, "walk-code-off")
            code.locator(".el-switch").click()
            expect(code.get_by_role("switch")).to_be_checked()
            park.comes("无车牌")
            driver.page.reload()
            look(driver, "walk-ticket-take")
            driver.page.get_by_role("button").click()
            expect(driver.page.get_by_role("button")).to_have_count(0)
            look(driver, "walk-ticket")
        desk.go("/parking-stays")
        page.get_by_role("button", name="无牌车").click()
        cars = panel(desk, "无牌车")
        cars.get_by_role("button", name="车辆在出口").click()
        judged(desk, "walk-cars-without-plate")
        cars.get_by_role("button", name="查看").click()
        stay = page.get_by_role("dialog").last
        expect(stay.get_by_test_id("due")).to_contain_text(re.compile(r"[36]\.00"))  # at midnight both
        judged(desk, "walk-cash-form")
        stay.get_by_role("button", name="免收").click()
        judged(desk, "walk-waive-form")
        stay.get_by_role("button", name="取消").click()
        stay.get_by_role("button", name=re.compile("收现金")).click()
        expect(stay.get_by_test_id("due")).to_contain_text("0.00")
    desk.go("/parking-shifts")
    expect(page.get_by_role("heading", name="我待交的现金")).to_be_visible()
    page.get_by_label("实点金额（元）").fill("2.00")
    judged(desk, "walk-shifts")
    page.get_by_label("差额原因").fill("找零多给了一元")
    page.get_by_role("button", name="交班", exact=True).click()
    row = page.get_by_role("row").filter(has_text="有差额").first
    row.get_by_role("button", name="查看").click()
    judged(desk, "walk-shift")
    assert desk.take_faults() == []


def reads(route: Route) -> None:
    """Another plate in the picture: the sample has no model that reads any."""
    answer = route.fetch()
    room = answer.json()
    for need in room["needs"]:
        if need["plate"] == "浙E54321":
            need["read"] = "浙E54322"
    route.fulfill(response=answer, json=room)


def test_a_seat_takes_money_once_the_lane_is_its_own(desk: Visit, demo: Demo) -> None:
    page = desk.page
    with car_park(desk, demo, "西区车场") as park:
        rule = {"holdsUnpaid": True}
        desk.fetch("PUT", f"/console/parking-lots/{park.lot}/exits", rule)
        park.comes("浙E54321")
        park.leaves("浙E54321")
        page.route(re.compile("/control-room"), reads)
        desk.go("/parking/control")
        waits = page.get_by_role("region", name="等待处理", exact=True)
        waits.get_by_role("button", name="西区车场 out").click()
        work = page.get_by_role("region", name="西区车场 out")
        cash = work.get_by_role("button", name=re.compile("收现金"))
        expect(cash).to_be_disabled()
        expect(work.get_by_text("先按“由我处理”，再收费或更正车牌。")).to_be_visible()
        judged(desk, "walk-seat")
        work.get_by_role("button", name="由我处理").click()
        expect(cash).to_be_enabled()
        work.get_by_role("button", name="改为照片中的 浙E·54322").click()
        expect(work.get_by_label("车牌", exact=True)).to_have_value("浙E54322")
        judged(desk, "walk-seat-own")
        work.get_by_role("button", name="取消").click()
        cash.click()
        expect(waits.get_by_role("button", name="西区车场 out")).to_have_count(0)
    assert desk.take_faults() == []


def test_a_payment_leads_to_its_stay_and_back(desk: Visit) -> None:
    page = desk.page
    desk.go("/parking-charges")
    judged(desk, "walk-charges")
    page.get_by_role("button", name="停车", exact=True).first.click()
    stay = page.get_by_role("dialog")
    expect(stay.get_by_role("heading", name="线上收款")).to_be_visible()
    judged(desk, "walk-charge-stay")
    stay.get_by_role("link").first.click()
    expect(page.get_by_role("button", name="显示全部")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("table", name="线上收款").get_by_role("row")).to_have_count(2)
    judged(desk, "walk-charge-one")
    assert desk.take_faults() == []


def test_a_car_park_on_a_box_and_its_car_that_owes(desk: Visit) -> None:
    page = desk.page
    community = desk.fetch("GET", "/console/communities", applyStatus=2)["data"][0]["id"]
    at = f"/console/communities/{community}/edge-parking"
    until(  # the box starts once the rest is ready
        lambda: desk.fetch("GET", f"{at}/attention") and len(desk.fetch("GET", f"{at}/orders")["data"]) == 4,
        START_S,
    )
    desk.go("/parking/control")
    needs = page.get_by_role("region", name="边缘车场")
    expect(needs).to_contain_text("会所出口")
    judged(desk, "walk-control")
    needs.get_by_role("link").first.click()
    order = page.get_by_role("dialog")
    expect(order).to_contain_text("收费标准第 1 版")
    judged(desk, "walk-box-order")
    order.get_by_role("button", name="免费放行").click()
    judged(desk, "walk-box-order-free")
    order.get_by_label("原因").fill("业主来电")
    order.get_by_role("button", name="免费放行").click()
    expect(order).to_contain_text("业主来电")
    page.keyboard.press("Escape")
    expect(page.get_by_role("row").filter(has_text="免费")).to_have_count(1)
    judged(desk, "walk-boxes")
    page.get_by_role("link", name="边缘车场通行").click()
    expect(page.get_by_role("row").filter(has_text="未缴费 · 相机自行放行")).to_have_count(3)
    judged(desk, "walk-box-cars")
    assert desk.take_faults() == []


def test_a_wrong_plate_is_told_by_the_word_of_the_form(desk: Visit) -> None:
    page = desk.page
    desk.go("/parking/vehicles")
    page.get_by_role("button", name="新增车辆权限").first.click()
    form = panel(desk, "新增车辆权限")
    form.get_by_label("车牌号").fill("不是车牌")
    form.get_by_role("button", name="保存并下发").click()
    expect(form.get_by_role("alert")).to_contain_text(re.compile("^车牌号："))
    judged(desk, "walk-wrong-plate")
    assert desk.take_faults() == []


def test_a_resident_sees_the_cars(browser: Browser, demo: Demo, tmp_path: Path) -> None:
    with open_phone(browser, demo.url, language="zh-CN") as visit:
        sign_in(visit, RESIDENT, demo.code)
        visit.go("/m/parking")
        expect(visit.page.get_by_test_id("due").or_(visit.page.get_by_text("还应缴")).first).to_be_attached()
        expect(visit.page.get_by_role("heading", name="浙A·D20680")).to_be_visible()
        look(visit, "walk-resident")
        visit.page.get_by_role("button", name=re.compile("访客停车场")).first.click()
        look(visit, "walk-resident-past")
