"""User groups, employees and departments, and permission management, as a property's administrator works with them."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from linli.domains.communities.xlsx import employees as workbook
from tests.browser.drop_downs import choose_several
from tests.browser.visit import WIDTHS, Visit

pytestmark = pytest.mark.slow


@pytest.mark.covers("B027", "B029", "B034")
def test_user_groups(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/user-groups")
    nav = page.get_by_role("navigation", name="User groups")
    for name in ("Owners", "Property staff", "Visitors", "Denied"):
        expect(nav.get_by_role("link", name=name)).to_contain_text("Default")
    page.get_by_role("button", name="New group").click()
    panel = page.get_by_role("dialog", name="New group")
    panel.get_by_label("Group name", exact=True).fill("装修队")
    panel.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="装修队")).to_be_visible()

    page.get_by_role("button", name="Add people").first.click()
    panel = page.get_by_role("dialog", name="Add people to 装修队")
    panel.get_by_label("Name", exact=True).fill("木工张三")
    panel.get_by_label("Phone", exact=True).fill("13966660001")
    panel.get_by_role("button", name="Register and add").click()
    row = page.get_by_role("row", name=re.compile("木工张三"))
    expect(row).to_contain_text("装修队")
    row.get_by_text("木工张三").click()
    page.get_by_role("button", name="Take out of this group").click()
    expect(page.get_by_text("Took 1 people out of 装修队.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()
    administrator.picture("user-groups", WIDTHS, whole=False)

    page.get_by_role("button", name="Delete group").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete group").click()
    expect(nav.get_by_role("link", name="装修队")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    nav.get_by_role("link", name="装修队").click()
    expect(row).to_be_visible()
    assert administrator.take_faults() == []


def sheet(folder: Path, rows: list[tuple[str, str, str]]) -> str:
    book = openpyxl.load_workbook(io.BytesIO(workbook.template("en")))
    for row in rows:
        book.active.append(row)
    path = folder / "employees.xlsx"
    book.save(path)
    return str(path)


@pytest.mark.covers("B049", "B050", "B051", "PM-09")
def test_employees_departments_and_permissions(administrator: Visit, tmp_path: Path) -> None:
    page = administrator.page
    administrator.go("/employees")
    page.get_by_role("button", name="Import employees").first.click()
    panel = page.get_by_role("dialog", name="Import employees")
    bad = [("赵工", "13955550101", "工程部/水暖组"), ("钱工", "none", "客服部")]
    panel.get_by_test_id("employee-file").set_input_files(sheet(tmp_path, bad))
    expect(panel.get_by_text("B3")).to_be_visible()
    good = [("赵工", "13955550101", "工程部/水暖组; 客服部"), ("钱工", "13955550102", "客服部")]
    panel.get_by_test_id("employee-file").set_input_files(sheet(tmp_path, good))
    panel.get_by_role("button", name="Import 2 rows").click()
    expect(panel.get_by_text("Imported: 2 new")).to_be_visible()
    panel.get_by_role("button", name="Close").last.click()
    tree = page.get_by_role("navigation", name="Departments")
    tree.get_by_text("水暖组").click()
    expect(page.get_by_role("row", name=re.compile("赵工"))).to_contain_text("工程部/水暖组")
    expect(page.get_by_role("row", name=re.compile("钱工"))).to_have_count(0)

    page.get_by_role("button", name="New department").click()
    panel = page.get_by_role("dialog", name="New department")
    panel.get_by_label("Department name", exact=True).fill("值班室")
    panel.get_by_role("button", name="Save").click()
    expect(tree.get_by_text("值班室")).to_be_visible()
    tree.get_by_text("值班室").drag_to(tree.get_by_text("客服部"))
    tree.get_by_text("客服部").click()
    page.get_by_role("row", name=re.compile("钱工")).get_by_text("钱工").click()
    page.get_by_role("button", name="Remove employees").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove employees").click()
    expect(page.get_by_role("row", name=re.compile("钱工"))).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("row", name=re.compile("钱工"))).to_be_visible()
    administrator.picture("employees", WIDTHS, whole=False)

    administrator.go("/permissions")
    page.get_by_role("button", name="Add permissions").first.click()
    panel = page.get_by_role("dialog", name="Add permissions")
    choose_several(panel.locator(".el-select input").first, *map(re.compile, ("赵工", "钱工")))
    panel.locator(".entry").filter(has_text="Notices").get_by_text("Manage").click()
    panel.get_by_role("button", name="Give to 2 members").click()
    first = page.get_by_role("row", name=re.compile("赵工"))
    expect(first).to_contain_text("Notices: Manage")
    administrator.picture("permissions-by-person", WIDTHS, whole=False)

    page.get_by_role("tab", name="By function").click()
    line = page.locator("li").filter(has=page.get_by_role("heading", name="Notices"))
    expect(line).to_contain_text("赵工")
    administrator.picture("permissions-by-function", WIDTHS, whole=False)
    page.get_by_role("button", name="Edit who has Visitors").click()
    panel = page.get_by_role("dialog", name="Visitors")
    choose_several(panel.locator(".el-select input").first, re.compile("赵工"))
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_be_hidden()

    page.get_by_role("tab", name="By person").click()
    expect(first).to_contain_text("Visitors: Use")
    page.get_by_role("button", name="Remove 钱工").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("row", name=re.compile("钱工"))).to_have_count(0)
    page.get_by_role("button", name="Edit 赵工").click()
    panel = page.get_by_role("dialog", name="赵工")
    panel.locator(".entry").filter(has_text="Visitors").get_by_text("Use").click()
    panel.get_by_role("button", name="Save").click()
    expect(first).not_to_contain_text("Visitors")
    assert administrator.take_faults() == []
