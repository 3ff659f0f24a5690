"""Imports in the console: who would change is told before, faults are marked, and all is taken back."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from linli.domains.communities.xlsx import employees as employee_book
from tests.browser.test_houses import community_id
from tests.browser.visit import WIDTHS, Visit

pytestmark = pytest.mark.slow
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def handed_in(content: bytes) -> dict[str, object]:
    return {"name": "list.xlsx", "mimeType": XLSX, "buffer": content}


def test_an_import_tells_who_changes_and_takes_it_back(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/residents")
    at = f"/communities/{community_id(administrator)}"
    people = administrator.fetch("GET", f"/console{at}/residents", pageSize=50)["data"]
    known = next(one for one in people if one["phone"] and one["houseLocation"].count("/") == 2)
    template = page.request.get(f"{administrator.base}/api/console/spaces/template.xlsx?language=en")
    book = openpyxl.load_workbook(io.BytesIO(template.body()))
    sheet = book["Residents"]
    titles = {cell.value: cell.column for cell in sheet[1]}
    place = known["houseLocation"].split("/")
    said = {
        "Building": place[0], "Unit": place[1], "House": place[2], "Name": known["name"],
        "Relation": known["type"], "Phone": known["phone"], "Employer": "第一纺织厂", "Degree": "7:bachelor",
    }  # fmt: skip
    for title, value in said.items():
        sheet.cell(2, titles[title], value)
    out = io.BytesIO()
    book.save(out)
    page.get_by_role("button", name="Import a spreadsheet").click()
    panel = page.get_by_role("dialog")
    panel.get_by_test_id("import-file").set_input_files(handed_in(out.getvalue()))
    told = panel.get_by_test_id("import-changes")
    expect(told).to_contain_text("第一纺织厂")
    expect(told).to_contain_text(known["name"])
    administrator.picture("import-changes", WIDTHS, whole=False)
    panel.get_by_role("button", name="Import 1 rows").click()
    expect(panel.get_by_text("The details of 1 persons were changed.")).to_be_visible()
    where = f"/console{at}/residents/{known['identityId']}"
    assert administrator.fetch("GET", where)["company"] == "第一纺织厂"
    panel.get_by_role("button", name="Undo this import").click()
    expect(panel.get_by_text(re.compile("^Undone"))).to_be_visible()
    assert administrator.fetch("GET", where)["company"] != "第一纺织厂"
    assert administrator.take_faults() == []


def test_many_employees_with_faults_marked(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/employees")
    page.get_by_role("button", name="Import employees").first.click()
    panel = page.get_by_role("dialog", name="Import employees")
    rows = [(f"员工{n}", f"1367777{n:04}", "客服部/夜班") for n in range(120)]
    bad = [*rows, ("", "13677771999", ""), ("孙工", "none", "客服部")]
    file = panel.get_by_test_id("employee-file")
    file.set_input_files(handed_in(employee_book.filled("en", bad)))
    expect(panel.get_by_role("alert")).to_contain_text("2 rows have errors")
    administrator.picture("import-employees", WIDTHS, whole=False)
    with page.expect_download() as loading:
        panel.get_by_role("link", name="Download the file with the errors marked").click()
    marked = openpyxl.load_workbook(io.BytesIO(Path(loading.value.path()).read_bytes())).active
    assert [row for row in range(2, 125) if marked.cell(row, 1).value] == [122, 123]
    file.set_input_files(handed_in(employee_book.filled("en", rows)))
    panel.get_by_role("button", name="Import 120 rows").click()
    expect(panel.get_by_text("Imported: 120 new")).to_be_visible()
    panel.get_by_role("button", name="Undo this import").click()
    expect(panel.get_by_text(re.compile("^Undone"))).to_be_visible()
    tree = page.get_by_role("navigation", name="Departments")
    expect(tree.get_by_text("夜班")).to_have_count(0)
    assert administrator.take_faults() == []
