"""Firmware and configurations in front of the living sample: upload, campaign, progress as it happens, diff, push."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from linli.sim import models
from tests.browser.drop_downs import choose
from tests.browser.sample import Demo
from tests.browser.visit import Visit
from tests.real.line import Line
from tests.real.test_device_sdk_ota import SdkDevice

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def product(administrator: Visit) -> dict[str, Any]:
    found: list[dict[str, Any]] = administrator.fetch("GET", "/console/products")
    return next(row for row in found if row["devices"] and not row["gateway"])


def test_a_firmware_is_uploaded_and_a_campaign_shows_its_progress_live(
    administrator: Visit, demo: Demo, product: dict[str, Any], tmp_path: Path
) -> None:
    page = administrator.page
    form = {"productKey": product["productKey"], "deviceName": "ota-one", "nickname": "升级样机"}
    made = administrator.fetch("POST", "/console/devices", form)
    image = tmp_path / "door-9.0.bin"
    image.write_bytes(b"image" * 1000)

    administrator.go("/firmware")
    page.get_by_role("button", name="Upload firmware").first.click()
    panel = page.get_by_role("dialog")
    choose(page.locator("#fw-product"), product["name"])
    panel.locator("#fw-version").fill("9.0")
    panel.get_by_test_id("firmware-file").set_input_files(image)
    panel.get_by_text("Needs no trial").click()
    panel.get_by_role("button", name="Upload firmware").click()
    row = page.get_by_role("row").filter(has_text="9.0")
    expect(row).to_contain_text("No trial needed")
    expect(row).to_contain_text("4.9 KiB")

    row.get_by_role("button", name="Upgrade devices").click()
    panel = page.get_by_role("dialog")
    panel.get_by_text("From a list", exact=True).click()
    panel.get_by_role("textbox", name="From a list").fill("ota-one")
    panel.get_by_text("Only in this community").click()
    expect(panel.get_by_role("status")).to_have_text("1 devices would be upgraded")
    panel.get_by_role("button", name="Upgrade devices").click()
    page.wait_for_url(re.compile(r"/firmware/campaigns/\d+"))
    expect(page.get_by_test_id("campaign-state")).to_have_text("Running")

    device = SdkDevice(Line(demo.mqtt_port), _triple(made), _tsl(tmp_path))
    try:
        told = device.notices.get(timeout=60)
        assert told.version == "9.0"
        first = page.get_by_role("row").nth(1)
        expect(first).to_contain_text("Told")
        device.progress(40)
        expect(first).to_contain_text("40 %")
        assert device.download(told, tmp_path / "got") == image.read_bytes()
        device.inform("9.0")
        expect(first).to_contain_text("Upgraded")
        expect(page.get_by_test_id("campaign-state")).to_have_text("Finished")
    finally:
        device.close()
    assert administrator.take_faults() == []


def test_a_configuration_is_written_compared_and_taken_back(
    administrator: Visit, product: dict[str, Any]
) -> None:
    page = administrator.page
    administrator.go(f"/configs?productKey={product['productKey']}")
    text = page.get_by_role("textbox", name="Document")
    for number, content in enumerate(('{"volume": 3}', '{"volume": 5, "night": true}'), 1):
        text.fill(content)
        page.get_by_role("button", name="Save as a new version").click()
        expect(page.get_by_text(f"Version {number} holds")).to_be_visible()
    text.fill("[")
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_role("button", name="Save as a new version")).to_be_disabled()
    text.fill('{"volume": 5, "night": true}')
    page.get_by_role("row").filter(has_text="Version 1").get_by_role("button", name="Compare").click()
    panel = page.get_by_role("dialog")
    expect(panel.locator("pre")).to_contain_text('−   "volume": 3')
    expect(panel.locator("pre")).to_contain_text('+   "volume": 5,')
    panel.get_by_role("button", name="Go back to this version").click()
    page.get_by_role("dialog", name="Go back to this version").get_by_role(
        "button", name="Go back to this version"
    ).click()
    expect(page.get_by_text("Version 3 holds")).to_be_visible()
    assert administrator.take_faults() == []


def _triple(made: dict[str, Any]) -> dict[str, str]:
    return {name: made[name] for name in ("productKey", "deviceName", "deviceSecret")}


def _tsl(folder: Path) -> Path:
    file = folder / "tsl.json"
    file.write_text(models.tsl("smart_door"), "utf-8")
    return file
