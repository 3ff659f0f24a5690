"""Imports in the console: who would change is told before, faults are marked, and all is taken back."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from linli.domains.communities.xlsx import employees as employee_book
from tests.browser.conftest import Visit
from tests.browser.test_houses import community_id
from tests.browser.test_property import shoot

pytestmark = pytest.mark.slow
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def handed_in(content: bytes) -> dict[str, object]:
    return {"name": "list.xlsx", "mimeType": XLSX, "buffer": content}


def test_an_import_tells_who_changes_and_takes_it_back(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/residents")
    base = f"{administrator.base}/api/console"
    at = f"{base}/communities/{community_id(administrator)}"
    people = page.request.get(f"{at}/residents?pageSize=50").json()["data"]
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
    expect(told).to_contain_text("第一纺织厂", timeout=30_000)
    expect(told).to_contain_text(known["name"])
    shoot(administrator, "import-changes")
    panel.get_by_role("button", name="Import 1 rows").click()
    expect(panel.get_by_text("The details of 1 persons were changed.")).to_be_visible(timeout=30_000)
    where = f"{at}/residents/{known['identityId']}"
    assert page.request.get(where).json()["company"] == "第一纺织厂"
    panel.get_by_role("button", name="Undo this import").click()
    expect(panel.get_by_text(re.compile("^Undone"))).to_be_visible()
    assert page.request.get(where).json()["company"] != "第一纺织厂"
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
    expect(panel.get_by_role("alert")).to_contain_text("2 rows have errors", timeout=30_000)
    shoot(administrator, "import-employees")
    with page.expect_download() as loading:
        panel.get_by_role("link", name="Download the file with the errors marked").click()
    marked = openpyxl.load_workbook(io.BytesIO(Path(loading.value.path()).read_bytes())).active
    assert [row for row in range(2, 125) if marked.cell(row, 1).value] == [122, 123]
    file.set_input_files(handed_in(employee_book.filled("en", rows)))
    panel.get_by_role("button", name="Import 120 rows").click()
    expect(panel.get_by_text("Imported: 120 new")).to_be_visible(timeout=60_000)
    panel.get_by_role("button", name="Undo this import").click()
    expect(panel.get_by_text(re.compile("^Undone"))).to_be_visible(timeout=60_000)
    tree = page.get_by_role("navigation", name="Departments")
    expect(tree.get_by_text("夜班")).to_have_count(0)
    assert administrator.take_faults() == []
