"""Fifty devices by CSV with two bad rows, their certificate file, one connected by the vendor's SDK, one's whole life."""

import csv
import io
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from linkkit import linkkit
from playwright.sync_api import expect

from tests.browser.drop_downs import choose, unfold
from tests.browser.sample import Demo
from tests.browser.visit import Visit
from tests.real.gateway import until

pytestmark = pytest.mark.slow
NAMES = [f"SXJ-{number:06}" for number in range(50)]


def table(folder: Path, name: str, names: list[str]) -> Path:
    file = folder / name
    file.write_text(
        "DeviceName,Remark\n" + "".join(f"{one},3单元西电梯\n" for one in names), encoding="utf-8"
    )
    return file


@pytest.fixture(scope="module")
def certificates(administrator: Visit, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """The rows of 设备证书.csv of a batch that was made by hand in the browser."""
    folder = tmp_path_factory.mktemp("csv")
    page = administrator.page
    product = {"name": "Lift cameras", "categoryCode": "community/security/ipcamera"}
    administrator.fetch("POST", "/console/products", product)
    administrator.go("/devices")
    page.get_by_role("link", name="Batches", exact=True).click()
    page.get_by_role("button", name="New batch").first.click()
    panel = page.get_by_role("dialog", name="New batch")
    choose(page.locator("#batch-product"), "Lift cameras")
    with page.expect_download() as template:
        panel.get_by_role("link", name="Download the template").click()
    assert b"DeviceName" in Path(template.value.path()).read_bytes()
    file = panel.get_by_test_id("batch-file")
    file.set_input_files(table(folder, "bad.csv", [*NAMES[:48], "no good!", NAMES[0]]))
    expect(panel.get_by_role("alert")).to_contain_text("2 of 50 rows are bad")
    expect(panel.get_by_text("Row 50")).to_be_visible()
    file.set_input_files(table(folder, "good.csv", NAMES))
    expect(panel.get_by_role("status")).to_contain_text("50 devices will be made")
    panel.get_by_role("button", name="Make 50 devices").click()
    expect(page.get_by_text("50 made, 0 failed, of 50")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download certificates").click()
    assert download.value.suggested_filename == "设备证书.csv"
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.covers("VID-07", "VID-08", "B111")
def test_a_batch_gives_devices_that_connect(
    certificates: list[dict[str, str]], administrator: Visit, demo: Demo
) -> None:
    assert [row["DeviceName"] for row in certificates] == NAMES
    device = Sdk(certificates[7], demo.mqtt_port)
    try:
        assert device.online.wait(60), "the certificate file's secret does not connect"
    finally:
        device.close()
    assert administrator.take_faults() == []


@pytest.mark.covers("VID-04", "VID-10", "VID-11")
def test_a_device_is_found_described_bound_switched_off_and_deleted(
    certificates: list[dict[str, str]], administrator: Visit, demo: Demo
) -> None:
    page, name = administrator.page, NAMES[9]
    administrator.go(f"/devices?everywhere=1&q={name}")
    administrator.follow(page.locator("a.row-link"), name)
    page.get_by_role("tab", name="Manage").click()
    page.get_by_role("button", name="Show DeviceSecret").click()
    expect(page.get_by_text(certificates[9]["DeviceSecret"], exact=True)).to_be_visible()

    remark = page.get_by_label("Remark", exact=True)
    expect(remark).to_have_value("3单元西电梯")
    remark.fill("Tower 3, west lift")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()

    unfold(page.locator(".project input")).get_by_role("option").first.click()
    expect(page.get_by_role("button", name="Unbind")).to_be_visible()

    device = Sdk(certificates[9], demo.mqtt_port)
    try:
        assert device.online.wait(60)
        page.get_by_role("button", name="Disable").click()
        expect(page.get_by_text("Disabled").first).to_be_visible()
        assert device.offline.wait(60), "a device that is switched off keeps its connection"
    finally:
        device.close()
    administrator.go("/devices?everywhere=1&q=west lift")
    expect(page.locator("a.row-link")).to_have_count(1)
    administrator.follow(page.locator("a.row-link"), name)
    page.get_by_role("tab", name="Manage").click()
    for act in ("Secret shown", "Bound to a project", "Disabled"):
        expect(page.get_by_role("cell", name=act, exact=True)).to_have_count(1)

    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete")
    expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
    dialog.get_by_label(f"Type {name} to delete it", exact=True).fill(name)
    dialog.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/devices*")
    administrator.go(f"/devices?everywhere=1&q={name}")
    expect(page.locator("a.row-link")).to_have_count(0)
    assert administrator.take_faults() == []


@pytest.mark.covers("H-63")
def test_why_a_service_call_fails_is_told(certificates: list[dict[str, str]], administrator: Visit) -> None:
    """A camera is asked for what only doors have, as an application does that calls the wrong category."""
    page = administrator.page
    administrator.go(f"/devices?everywhere=1&q={NAMES[11]}")
    administrator.follow(page.locator("a.row-link"), NAMES[11])
    page.get_by_role("tab", name="Services").click()
    page.get_by_label("Service identifier", exact=True).fill("syncPermissions")
    page.get_by_role("button", name="Find out").click()
    said = page.get_by_role("status")
    expect(said).to_contain_text("wrong category")
    expect(said).to_contain_text("device data format is error")
    expect(said).to_contain_text("智慧社区/人员通行/二维码门禁")
    page.get_by_label("Service identifier", exact=True).fill("nowhere")
    page.get_by_role("button", name="Find out").click()
    expect(said).not_to_contain_text("wrong category")
    expect(said).to_contain_text("device data format is error")
    assert administrator.take_faults() == []


def test_the_command_beside_a_new_device_connects_as_it_stands(administrator: Visit, tmp_path: Path) -> None:
    page = administrator.page
    product = administrator.fetch("POST", "/console/products", {"name": "By hand"})
    administrator.go("/devices")
    page.get_by_role("button", name="Add a device").first.click()
    panel = page.get_by_role("dialog", name="Add a device")
    choose(page.locator("#new-product"), "By hand")
    page.locator("#new-name").fill("by-hand-01")
    panel.get_by_role("button", name="Add", exact=True).click()
    expect(panel.get_by_text("can see the secret again")).to_be_visible()
    expect(panel.get_by_role("button", name="Copy A command that connects")).to_be_visible()
    command = panel.locator("pre.command").inner_text()
    assert product["productKey"] in command
    done = subprocess.run(["bash", "-ec", command], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    panel.get_by_role("button", name="Done").click()
    administrator.go("/devices?everywhere=1&q=by-hand-01")
    administrator.follow(page.locator("a.row-link"), "by-hand-01")
    page.get_by_role("tab", name="Manage").click()
    expect(page.locator("pre.command")).to_contain_text("DS='DEVICE-SECRET'")
    page.get_by_role("button", name="Show DeviceSecret").click()
    expect(page.locator("pre.command")).not_to_contain_text("DEVICE-SECRET")
    assert administrator.take_faults() == []


def test_the_operator_sees_who_came_and_is_no_known_device(operator: Visit, demo: Demo) -> None:
    with socket.create_connection(("127.0.0.1", demo.mqtt_port), timeout=60) as stray:
        stray.sendall(b"\x16\x03\x01\x00\x05hello")
        stray.recv(1)
        address = ":".join(map(str, stray.getsockname()))
    until(lambda: operator.fetch("GET", "/console/health/refused-strangers")["total"], "written down")
    page = operator.page
    operator.go("/inbox")
    page.get_by_role("link", name="Refused connections of no known device").click()
    row = page.get_by_role("row").filter(has_text=address)
    expect(row).to_contain_text("TLS at a port without TLS")
    assert operator.take_faults() == []


class Sdk:
    """The vendor's device SDK with one row of the certificate file."""

    def __init__(self, row: dict[str, str], port: int) -> None:
        self.online, self.offline = threading.Event(), threading.Event()
        self._kit: Any = linkkit.LinkKit(
            host_name="127.0.0.1",
            product_key=row["ProductKey"],
            device_name=row["DeviceName"],
            device_secret=row["DeviceSecret"],
        )
        self._kit.config_mqtt(port=port, secure="")
        self._kit.on_connect = lambda session, code, user: self.online.set()
        self._kit.on_disconnect = lambda code, user: self.offline.set()
        self._kit.connect_async()

    def close(self) -> None:
        self._kit.destruct()
