"""A box and its door on one page: added, activated by its command, a door found, tried, saved and deployed."""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from linli.edge.cloud import BoxClock, activate, save_identity
from linli.edge.doors.caller import CallFailed, Refusal
from linli.edge.doors.simulator import SimulatedMachine
from linli.edge.runtime.compose import Box
from linli.edge.runtime.lan import Ports
from linli.kernel.clock import SystemClock
from linli.kernel.ids import Ids
from tests.browser.phone import findings
from tests.browser.real_box import MODEL, BoxLoop, set_up
from tests.browser.sample import installed, until
from tests.browser.visit import PHONE, Visit, open_browser
from tests.engines import free_port
from tests.real.platform import Installation

pytestmark = pytest.mark.slow

HERE = "127.0.0.1"
SERIAL = "SN-20261130-01"
MOST_CLICKS = 12


@pytest.fixture
def site(browser: Browser, tmp_path: Path) -> Iterator[tuple[Visit, Installation]]:
    with installed(tmp_path / "data") as installation, open_browser(browser, installation.url) as visit:
        yield visit, installation


@pytest.fixture
def loop() -> Iterator[BoxLoop]:
    with BoxLoop() as made:
        yield made


async def start_box(cloud: str, code: str, home: Path) -> Box:
    """What the command does, and the service after it."""
    identity = await activate(
        cloud, serial=SERIAL, code=code, hardware="hw-0123456789abcdef", clock=BoxClock(), ids=Ids(),
        report=lambda text: None, model=MODEL,
    )  # fmt: skip
    home.mkdir(parents=True)
    save_identity(home, identity)
    scripts = home / "network-scripts"
    scripts.mkdir()
    box = Box(
        home, identity, ports=Ports(host=HERE, files=(0,), console=0, mqtt=0, route=0, scripts=str(scripts))
    )
    await box.start()
    return box


async def new_machine(port: int) -> SimulatedMachine:
    machine = SimulatedMachine(
        sn="123450001", ip=HERE, host=HERE, box=(HERE, port), clock=SystemClock(), ids=Ids()
    )
    await machine.start()
    return machine


async def connect(machine: SimulatedMachine) -> None:
    """As its firmware does, until the box takes it."""
    async with asyncio.timeout(120):
        while True:
            try:
                return await machine.connect()
            except (CallFailed, Refusal):  # the box does not listen yet, or does not know the machine
                await asyncio.sleep(0.2)


@pytest.mark.covers("H-64", "C070")
def test_a_box_and_its_door_on_one_page(
    site: tuple[Visit, Installation], loop: BoxLoop, tmp_path: Path
) -> None:
    visit, installation = site
    page, call = visit.page, set_up(visit, installation)
    product = call("POST", "/products", {"name": "刷卡门禁", "categoryCode": "community/people/card"})
    assert product["productKey"]
    call("POST", "/community-creation", {"name": "望月府"})
    visit.looks("zh-CN")
    clicks = 0

    def click(target: Any) -> None:
        nonlocal clicks
        clicks += 1
        target.click()

    visit.go("/boxes")
    expect(page.get_by_text("还没有边缘主机")).to_be_visible()
    click(page.get_by_role("button", name="添加边缘主机").first)
    panel = page.get_by_role("dialog")
    panel.get_by_label("边缘主机名称").fill("wangyuefu-01")
    panel.get_by_label("序列号").fill(SERIAL)
    click(panel.get_by_role("button", name="添加边缘主机"))

    command = page.get_by_test_id("activation-command")
    expect(command).to_contain_text("linli edge setup")
    where = page.url
    click(command.get_by_role("button"))
    code = re.search(r"--code (\S+)", command.inner_text())
    assert code is not None
    visit.picture("box-setup-activate")
    box = loop.do(start_box(visit.base, code[1], tmp_path / "box"))
    try:
        begin = page.get_by_role("button", name="接入门禁")
        expect(begin).to_be_visible()  # the page has seen by itself that the box is there
        click(begin)
        search = page.get_by_label("网段或地址")
        expect(search).to_be_visible()

        listening = free_port()
        node = page.url.split("/boxes/")[1].split("/")[0]
        protocol = call("GET", f"/edge/nodes/{node}/door-access")["protocols"][0]["id"]
        call(
            "PUT", f"/edge/protocols/{protocol}", {"config": {"host": HERE, "port": listening}}
        )  # of this machine
        machine = loop.do(new_machine(listening))
        try:
            search.fill(HERE)
            page.get_by_label("门禁端口").fill(str(machine.port))
            click(page.get_by_role("button", name="查找", exact=True))
            click(page.get_by_role("button", name=f"选用 {HERE}"))
            expect(page.get_by_label("IP", exact=False).first).to_have_value(HERE)
            page.locator("#edge-name").fill("HJSB-000205")
            page.locator("#edge-alias").fill("东门")
            click(page.get_by_text("刷卡门禁", exact=False).first)
            click(page.get_by_role("button", name="测试连接"))
            expect(page.locator("[data-part=reach]").get_by_text(str(machine.port))).to_be_visible()
            visit.picture("box-setup-tested")
            click(page.get_by_role("button", name="新建 1 台设备"))
            deploy = page.get_by_test_id("deployment")
            expect(deploy.get_by_text("HJSB-000205").first).to_be_visible()
            click(deploy.get_by_role("button", name="部署"))
            expect(deploy.get_by_text("成功")).to_be_visible()
            loop.do(connect(machine))
            expect(page.get_by_text(re.compile(r"在线 ?1"))).to_be_visible()
            visit.picture("box-setup-deployed")
            assert page.url == where, "another page was needed"
            assert clicks <= MOST_CLICKS, clicks
            assert findings(visit) == []
            visit.resize(PHONE)
            wide = page.evaluate(
                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0
            assert findings(visit) == []
            visit.picture("box-setup-phone")
            assert until(lambda: call("GET", f"/edge/nodes/{node}")["percent"]) == 100
            visit.follow(page.get_by_role("link", name="绑定空间"), re.compile("."))
            expect(page.get_by_role("row").filter(has_text="东门")).to_contain_text("在线")
            (device,) = call("GET", f"/edge/protocols/{protocol}/devices")["data"]
            (here,) = call("GET", "/communities")["data"]
            space = {"ids": [int(device["id"])], "spaceId": int(here["rootSpaceId"])}
            call("PUT", f"/edge/protocols/{protocol}/devices/space", space)
            assert call("GET", "/doors")["total"] == 1
        finally:
            loop.do(machine.close())
    finally:
        loop.do(box.stop())
    see_one_thing(visit, call, node)
    assert visit.take_faults() == []


def see_one_thing(visit: Visit, call: Callable[..., Any], node: str) -> None:
    """The box is away, and its doors with it: that is one thing to repair, named where its doors are shown."""
    page = visit.page
    until(lambda: call("GET", "/door-outages"))
    visit.go("/overview")
    said = page.get_by_text("边缘主机 wangyuefu-01 断线，1 扇门受影响")
    expect(said).to_have_count(1)
    expect(page.get_by_text(re.compile(r"\d 扇门离线"))).to_have_count(0)
    visit.picture("box-away")
    visit.follow(said, "wangyuefu-01")
    assert f"/boxes/{node}" in page.url
    expect(page.get_by_text("在线", exact=True)).to_have_count(0)
    visit.go("/doors")
    row = page.get_by_role("row").filter(has_text="东门")
    expect(row).to_contain_text("边缘主机 wangyuefu-01 断线")
