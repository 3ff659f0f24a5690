"""Cameras in the console: looked at, corrected, filled in by a workbook with its faults, cleared and taken back."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.drop_downs import choose
from tests.browser.phone import findings
from tests.browser.visit import Visit

pytestmark = pytest.mark.slow


def template(visit: Visit) -> openpyxl.Workbook:
    link = visit.page.get_by_role("link", name="Download the template")
    answer = visit.page.request.get(visit.base + str(link.get_attribute("href")))
    return openpyxl.load_workbook(io.BytesIO(answer.body()))


def hand_in(page: Page, book: openpyxl.Workbook, path: Path) -> None:
    book.save(path)
    page.get_by_test_id("camera-file").set_input_files(path)


def row_of(page: Page, name: str):
    return page.get_by_role("row", name=re.compile(name))


def test_cameras_of_a_community(administrator: Visit, tmp_path: Path) -> None:
    visit, page = administrator, administrator.page
    visit.go("/cameras")
    expect(page.get_by_text("5 of 13 cameras of this community have no information yet.")).to_be_visible()
    expect(row_of(page, "南门全景")).to_contain_text("In use")
    visit.picture("cameras-list", whole=False)
    assert findings(visit) == []

    page.get_by_label("Name, device, address, IP, model or manager", exact=True).fill("B1")
    expect(row_of(page, "南门全景")).to_have_count(0)
    row_of(page, "车库 B1 通道").get_by_role("button", name="车库 B1 通道").click()
    panel = page.get_by_role("dialog", name="车库 B1 通道")
    expect(panel.get_by_text("B1 层 12 号柱")).to_be_visible()
    visit.picture("cameras-facts", whole=False)
    panel.get_by_role("tab", name="Edit").click()
    panel.get_by_label("Stream address", exact=True).fill("rtsp://viewer:secret@192.168.20.2/1")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("must not hold a user or password").first).to_be_visible()
    visit.picture("cameras-edit", whole=False)
    panel.get_by_label("Stream address", exact=True).fill("rtsp://192.168.20.2/1")
    panel.get_by_label("Password", exact=True).fill("hidden-away")
    panel.get_by_label("Remark", exact=True).fill("镜头已清洁")
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_be_hidden()
    row_of(page, "车库 B1 通道").get_by_role("button", name="车库 B1 通道").click()
    panel.get_by_role("tab", name="History").click()
    expect(panel.get_by_role("list", name="History").get_by_text("镜头已清洁")).to_be_visible()
    expect(panel.get_by_text("hidden-away")).to_have_count(0)
    visit.picture("cameras-history", whole=False)
    assert findings(visit) == []
    page.keyboard.press("Escape")

    visit.go("/cameras")
    page.get_by_role("button", name="Import a spreadsheet").click()
    book = template(visit)
    titles = [cell.value for cell in book.active[1]]
    assert book.active["A2"].value == "cam-playground"
    book.active.cell(2, titles.index("Port") + 1, "eight")
    hand_in(page, book, tmp_path / "cameras.xlsx")
    panel = page.get_by_role("dialog", name="Import a spreadsheet")
    expect(panel.get_by_text("1 rows have errors; nothing was imported.")).to_be_visible()
    visit.picture("cameras-faults", whole=False)
    with page.expect_download() as saved:
        panel.get_by_role("link", name="Download the file with the errors marked").click()
    assert saved.value.suggested_filename == "linli-cameras-problems.xlsx"
    book.active.cell(2, titles.index("Port") + 1, 554)
    hand_in(page, book, tmp_path / "cameras.xlsx")
    panel.get_by_role("button", name="Import 5 rows").click()
    expect(panel.get_by_text("Imported: 5 new, 0 changed.")).to_be_visible()
    panel.get_by_role("button", name="Undo this import").click()
    expect(panel.get_by_text("Undone; all is as it was before.")).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Clear all").click()
    dialog = page.get_by_role("dialog", name="Clear the information of all 8 cameras?")
    visit.picture("cameras-clear", whole=False)
    dialog.get_by_role("button", name="Clear 8").click()
    expect(page.get_by_role("heading", name="No camera information yet")).to_be_visible()
    visit.picture("cameras-empty", whole=False)
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(row_of(page, "南门全景")).to_have_count(1)
    page.get_by_role("button", name="Imports and clearings").click()
    expect(page.get_by_text("Import of 桂花园摄像头.xlsx")).to_be_visible()
    past = page.get_by_role("dialog", name="Imports and clearings")
    past.get_by_role("button", name="Undo").last.click()
    expect(past.get_by_text("What it made is removed, what it changed put back.")).to_be_visible()
    visit.picture("cameras-batches", whole=False)
    assert visit.take_faults() == []


def test_a_projects_communities(administrator: Visit) -> None:
    visit, page = administrator, administrator.page
    visit.go("/projects")
    visit.follow(page.get_by_role("link", name="掌上桂花"), "掌上桂花")
    page.get_by_role("tab", name="Communities", exact=True).click()
    pane = page.get_by_role("tabpanel", name="Communities")
    choose(pane.get_by_role("combobox", name="A community of the company"), "银杏里")
    pane.get_by_role("button", name="Take it into the project").click()
    expect(pane.get_by_text("Usable once the operator has approved it")).to_be_visible()
    visit.picture("cameras-project", whole=False)
    pane.get_by_role("button", name="Manage devices").click()
    panel = page.get_by_role("dialog", name="Devices of 桂花园")
    expect(panel.get_by_text("cam-garden")).to_be_visible()
    panel.locator(".el-checkbox", has_text="cam-playground").click()
    panel.get_by_role("button", name="Take 1 devices out").click()
    expect(panel.locator(".el-checkbox", has_text="cam-playground")).to_have_count(0)
    panel.get_by_text("To be added", exact=True).click()
    panel.locator(".el-checkbox", has_text="cam-playground").click()
    visit.picture("cameras-project-devices", whole=False)
    panel.get_by_role("button", name="Add 1 devices").click()
    expect(panel.locator(".el-checkbox")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    pane.get_by_role("button", name="Cameras").click()
    expect(page.get_by_text("5 of 13 cameras of this community have no information yet.")).to_be_visible()
    assert visit.take_faults() == []
