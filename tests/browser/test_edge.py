"""The edge in the console: a cluster, a box that activates over the wire, components, a deployment and its history."""

import itertools
import json
import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from linli.domains.accounts import setup_code
from linli.protocols.edge_link import signed_headers
from tests.browser.drop_downs import choose
from tests.browser.phone import findings
from tests.browser.visit import Visit
from tests.console.conftest import SETUP
from tests.domains.boxes.conftest import BRINGS
from tests.real.platform import Installation

pytestmark = pytest.mark.slow

MODEL = "LE-A-B002-SC001"


class Box:
    """What a box says over HTTP."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=60)
        self._numbers = itertools.count(1)

    def activate(self, code: str) -> None:
        body = {
            "serialNumber": "SN-20261127-01", "activationCode": code, "model": MODEL, "version": "0.1.0",
            "hardwareId": "hw-0123456789abcdef", "nonce": "n" * 16, "time": 1,
        }  # fmt: skip
        answer = self.http.post("/edge/activate", json=body)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        self.node, self.secret, self.now_ms = said["node"]["id"], said["device"]["deviceSecret"], said["time"]

    def call(self, method: str, target: str, said: Any = None) -> Any:
        body = b"" if said is None else json.dumps(said).encode()
        signed = signed_headers(
            self.secret, method, target, node=self.node, time_ms=self.now_ms, body=body,
            nonce=f"nonce-{next(self._numbers):08}",
        )  # fmt: skip
        answer = self.http.request(method, target, content=body, headers=signed)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def beat(self, generation: int = 0, *running: str, **more: Any) -> None:
        """With its components; the box itself runs. `more`: what else it says."""
        components = [
            {"code": code, "version": version, "state": "running" if code in ("edge_cluster", *running) else "stopped"}
            for code, version in BRINGS.items()
        ]  # fmt: skip
        said = {"version": "0.1.0", "bootedMs": 1, "generation": generation, "components": components, **more}
        self.call("POST", "/edge/heartbeat", said)

    def settle(self, state: str = "done", percent: int = 100) -> None:
        wanted = self.call("GET", "/edge/deployment")
        self.call(
            "POST", f"/edge/deployment/{wanted['generation']}/report", {"state": state, "percent": percent}
        )
        if state == "done":
            self.beat(wanted["generation"], *(one["code"] for one in wanted["components"] if one["on"]))


def close(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_box_from_its_label_to_a_deployment(fresh: tuple[Visit, Installation]) -> None:
    visit, installed = fresh
    page = visit.page
    code = setup_code.ensure(installed.folder / setup_code.FILE_NAME)
    made = page.request.post(
        f"{visit.base}/api/console/setup", data={**SETUP, "code": code}, headers={"x-linli-request": "1"}
    )
    assert made.status == 201, made.text()
    visit.looks("zh-CN")
    visit.go("/edge-clusters")
    expect(page.get_by_text("还没有主机组")).to_be_visible()
    visit.picture("edge-empty")
    page.get_by_role("button", name="创建主机组").first.click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("主机组名称", exact=True).fill("北京区域-望月府小区")
    choose(panel.get_by_label("边缘主机型号", exact=True), re.compile(MODEL))
    panel.get_by_role("button", name="创建主机组").click()
    expect(page.get_by_text("主机组还没有边缘主机")).to_be_visible()
    page.get_by_role("button", name="添加边缘主机").first.click()
    panel.get_by_label("边缘主机名称", exact=True).fill("Ab")
    panel.get_by_label("序列号", exact=True).fill("SN-20261127-01")
    panel.get_by_role("button", name="添加边缘主机").click()
    expect(panel.get_by_text(re.compile("4-30 位数字、小写字母或中划线，且"))).to_be_visible()
    panel.get_by_label("边缘主机名称", exact=True).fill("wangyuefu-01")
    panel.get_by_role("button", name="添加边缘主机").click()
    activation = panel.get_by_test_id("activation-code")
    expect(activation).to_be_visible()
    visit.picture("edge-label")
    box = Box(visit.base)
    box.activate(re.search(r"[A-Z0-9]{4}(-[A-Z0-9]{4}){3}", activation.inner_text())[0])  # type: ignore[index]
    close(page)
    node = page.get_by_test_id("node-wangyuefu-01")
    expect(node.get_by_text("34%")).to_be_visible()
    visit.picture("edge-activating")
    box.call("GET", "/edge/deployment")
    box.beat()
    expect(node.get_by_text("运行中")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("边缘主机基础组件"))
    expect(row.get_by_text("运行中")).to_be_visible()
    expect(
        page.get_by_role("row", name=re.compile("边缘告警组件")).get_by_text("不支持", exact=True)
    ).to_be_visible()
    access = page.get_by_role("row", name=re.compile("边缘设备接入组件"))
    access.get_by_role("button", name="部署").click()
    panel.get_by_label("网关实例名称", exact=True).fill("望月府网关")
    panel.get_by_role("button", name="部署").click()
    expect(access.get_by_text("部署中")).to_be_visible()
    box.settle()
    expect(access.get_by_text("运行中")).to_be_visible()
    expect(access.get_by_text("2.10.0")).to_be_visible()
    visit.picture("edge-cluster")
    assert findings(visit) == []

    visit.go("/edge-gateways")
    visit.follow(page.get_by_role("link", name="望月府网关"), "望月府网关")
    expect(page.get_by_text("还没有协议")).to_be_visible()
    page.get_by_role("button", name="新建协议").first.click()
    choose(panel.get_by_label("协议", exact=True), re.compile("门禁设备官方协议"))
    panel.get_by_role("button", name="添加协议").click()
    expect(page.get_by_text("待部署的变更")).to_be_visible()
    page.get_by_test_id("deploy").click()
    visit.picture("edge-deploy")
    panel.get_by_role("button", name="部署").click()
    expect(page.get_by_test_id("progress")).to_be_visible()
    box.settle("running", 40)
    expect(page.get_by_test_id("progress").get_by_text("40%")).to_be_visible()
    visit.picture("edge-progress")
    box.settle()
    expect(page.get_by_test_id("progress")).to_have_count(0)
    page.get_by_role("button", name="查看").first.click()
    expect(panel.get_by_text("门禁设备官方协议")).to_be_visible()
    visit.picture("edge-history")
    close(page)
    visit.looks("en")
    visit.go("/edge-clusters")
    visit.follow(page.get_by_role("link", name="北京区域-望月府小区"), "北京区域-望月府小区")
    node.get_by_role("button", name="Replace").click()
    panel.get_by_label("Serial number of the new box", exact=True).fill("SN-20261127-02")
    visit.picture("edge-replace")
    panel.get_by_role("button", name="Replace").click()
    expect(panel.get_by_text("The new box activates")).to_be_visible()
    visit.picture("edge-replacing")
    close(page)
    visit.go("/activate-box?sn=SN-20261127-02&model=" + MODEL)
    expect(page.get_by_text("This box is known as wangyuefu-01")).to_be_visible()
    visit.picture("edge-activate")
    visit.go("/edge-drivers")
    expect(page.get_by_text("No package yet")).to_be_visible()
    visit.picture("edge-drivers")
    assert findings(visit) == []
    assert visit.take_faults() == []
