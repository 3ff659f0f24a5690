"""A maker's list of serial numbers is brought in: tried, mended, imported, searched, one number deleted."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drop_downs import choose
from tests.browser.visit import Visit

pytestmark = pytest.mark.slow


def file_of(folder: Path, *rows: tuple[str, str, str]) -> Path:
    out = io.StringIO()
    csv.writer(out).writerows(
        [("vpcInstanceId", "snCode", "deviceName", "productKey"), *(("", *r) for r in rows)]
    )
    path = folder / "serials.csv"
    path.write_text(out.getvalue(), "utf-8")
    return path


def a_product_key(visit: Visit) -> str:
    return str(visit.fetch("GET", "/console/products")[0]["productKey"])


def hand_in(page: Page, path: Path) -> None:
    page.get_by_test_id("serial-file").set_input_files(path)


@pytest.mark.covers("TOP-06", "B109")
def test_serial_numbers_are_brought_in(administrator: Visit, tmp_path: Path) -> None:
    page, key = administrator.page, a_product_key(administrator)
    administrator.go("/serials")
    page.get_by_role("button", name="New category").click()
    panel = page.get_by_role("dialog", name="New category")
    panel.get_by_label("Name of the category", exact=True).fill("Face doors")
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_be_hidden()

    page.get_by_role("button", name="Import").first.click()
    panel = page.get_by_role("dialog", name="Import serial numbers")
    choose(panel.locator(".el-select input"), re.compile("Face doors"))
    hand_in(page, file_of(tmp_path, ("wang_0001", "wangjing_0001", key), ("wang 0002", "wangjing_0002", key)))
    expect(panel.get_by_text("1 of 2 rows have problems")).to_be_visible()
    expect(panel.get_by_text("must be without blanks")).to_be_visible()
    hand_in(page, file_of(tmp_path, ("wang_0001", "wangjing_0001", key), ("wang_0002", "wangjing_0002", key)))
    panel.get_by_role("button", name="Import 2 serial numbers").click()
    expect(panel.get_by_text("2 serial numbers imported.")).to_be_visible()
    panel.get_by_role("button", name="Close", exact=True).last.click()

    page.get_by_role("button", name=re.compile("Face doors 2")).click()
    page.get_by_label("Serial number, DeviceName or ProductKey", exact=True).fill("0002")
    expect(page.get_by_role("row", name=re.compile("wang_0001"))).to_have_count(0)
    row = page.get_by_role("row", name=re.compile("wang_0002"))
    expect(row).to_contain_text("Not created yet")
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete serial number wang_0002?").get_by_role(
        "button", name="Delete"
    ).click()
    expect(page.get_by_role("row", name=re.compile("wang_0002"))).to_have_count(0)
    assert administrator.take_faults() == []
