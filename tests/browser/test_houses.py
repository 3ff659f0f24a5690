"""The desk keeps houses and residents: tree and list, assets, the form, review, moving out, duplicates, history."""

import io
import re

import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.drop_downs import choose
from tests.browser.phone import findings
from tests.browser.sample import Demo, until
from tests.browser.visit import Visit, expect_in_view, open_browser

pytestmark = pytest.mark.slow


def pick_house(within: Locator, *names: str) -> None:
    box = within.get_by_role("combobox", name="House", exact=True)
    words = "Building {}, Unit {}, Room {}".format(*(name.lstrip("0") for name in names))
    choose(box, words, words="-".join(names))


def community_id(visit: Visit) -> str:
    return str(visit.fetch("GET", "/console/communities", applyStatus=2)["data"][0]["id"])


@pytest.mark.covers("PM-19")
def test_buildings_units_houses_and_lanes(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/spaces")
    tree, actions = page.get_by_role("tree"), page.locator("section.actions")
    expect(tree.get_by_role("treeitem").first).to_be_visible()

    def add(kind: str, name: str) -> None:
        actions.get_by_role("button", name="Add here").click()
        choose(actions.get_by_role("combobox", name="Kind"), kind)
        actions.get_by_role("textbox", name="Name").fill(name)
        actions.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_text(f"Added {name}").last).to_be_visible()
        actions.get_by_role("button", name="Close").click()

    add("Building", "88")
    tree.get_by_text("Building 88", exact=True).click()
    expect(actions.get_by_role("heading", name="Building 88", exact=True)).to_be_visible()
    add("Unit", "01")
    building = tree.get_by_role("treeitem").filter(has=page.get_by_text("Building 88", exact=True))
    building.locator(".el-tree-node__expand-icon").first.click()
    building.get_by_text("Unit 1", exact=True).click()
    expect(actions.get_by_role("heading", name="Unit 1", exact=True)).to_be_visible()
    add("House", "0101")
    page.get_by_role("button", name="Building 88, Unit 1, Room 101").click()
    panel = page.get_by_role("dialog", name="Building 88, Unit 1, Room 101")
    panel.get_by_label("Layout", exact=True).fill("three")
    panel.get_by_role("button", name="Save").click()
    expect(panel.locator(".el-form-item__error")).to_contain_text("3/2/1")
    panel.get_by_label("Layout", exact=True).fill("3/2/1")
    choose(panel.get_by_role("combobox", name="House type"), "High-rise")
    panel.get_by_role("button", name="Save").click()
    expect(page.locator("tbody")).to_contain_text("3/2/1")
    panel.get_by_role("tab", name="Parking and storage").click()
    panel.get_by_role("textbox", name="Number").fill("B1-012")
    panel.get_by_role("button", name="Add asset").click()
    expect(panel.get_by_role("listitem")).to_contain_text("B1-012")
    panel.get_by_role("button", name="Delete").click()
    expect(panel).to_contain_text("No parking space")
    panel.get_by_role("tab", name="History").click()
    removed = panel.get_by_role("listitem").first
    expect(removed).to_contain_text("Asset removed")
    removed.get_by_role("button", name="Put back to before this").click()
    removed.get_by_role("button", name="Put back", exact=True).click()
    expect(panel.get_by_role("listitem").first).to_contain_text("Asset added")
    page.keyboard.press("Escape")

    tree.get_by_text("Building 88", exact=True).click()
    expect(actions.get_by_role("heading", name="Building 88")).to_be_visible()
    actions.get_by_role("button", name="Rename").click()
    actions.get_by_role("textbox", name="Name").fill("89")
    actions.get_by_role("button", name="Save").click()
    expect(page.locator("tbody")).to_contain_text("Building 89, Unit 1, Room 101")
    actions.get_by_role("button", name="Delete").click()
    sure = page.get_by_role("dialog", name=re.compile("Delete"))
    expect(sure.get_by_test_id("consequences")).to_contain_text(
        "2 spaces below go with it (1 of them houses), 1 assets"
    )
    sure.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted “")).to_be_visible()
    expect(tree.get_by_text("Building 89", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(tree.get_by_text("Building 89", exact=True)).to_be_visible()

    page.locator("button.root").click()
    add("Parking area", "P9")
    tree.get_by_text("Parking area P9", exact=True).click()
    expect(actions.get_by_role("heading", name="P9")).to_be_visible()
    actions.get_by_role("button", name="Add here").click()
    actions.get_by_role("textbox", name="Name").fill("East gate")
    actions.get_by_text("Exit", exact=True).click()
    actions.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Added East gate")).to_be_visible()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Export").click()
    book = openpyxl.load_workbook(io.BytesIO(downloaded.value.path().read_bytes()))
    assert [cell.value for cell in book["Houses"][1]][:3] == ["Building", "Unit", "House"]
    assert administrator.take_faults() == []


@pytest.mark.covers("CON-06", "CON-07", "CON-08", "PM-06", "PM-07", "PM-08", "TOP-01")
def test_the_form_decides_what_residents_are_asked(administrator: Visit, tmp_path) -> None:
    page, here = administrator.page, community_id(administrator)
    administrator.go("/resident-form")
    page.get_by_role("tab", name="Own fields").click()
    page.get_by_role("button", name="Add a field").click()
    dialog = page.get_by_role("dialog", name="Add a field")
    dialog.get_by_label("Field name", exact=True).fill("Pet")
    dialog.get_by_label("Key", exact=True).fill("pet")
    dialog.get_by_text("Choice", exact=True).click()
    dialog.get_by_role("textbox", name="Value").fill("dog")
    dialog.get_by_role("textbox", name="Description").fill("Dog")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("tab", name="Display").click()
    pet = page.get_by_role("listitem", name="Pet")
    expect(pet.get_by_role("checkbox", name="Shown")).not_to_be_checked()
    pet.get_by_text("Required", exact=True).click()
    expect(pet.get_by_role("checkbox", name="Shown")).to_be_checked()
    expect(pet.get_by_role("radio", name="Main")).to_be_checked()
    pet.get_by_text("Extended", exact=True).click()
    expect(pet.get_by_role("checkbox", name="Required")).not_to_be_checked()
    pet.get_by_text("Required", exact=True).click()
    expect(page.get_by_role("listitem", name="Phone").get_by_role("checkbox", name="Shown")).to_be_disabled()
    page.get_by_role("button", name="Move Pet up").click()
    page.get_by_role("button", name="Save").click()
    expect_in_view(page.locator(".el-message").filter(has_text="Saved"))
    page.get_by_role("tab", name="Review").click()
    expect(page.get_by_text("No", exact=True)).to_be_visible()
    page.get_by_role("switch").locator("xpath=..").click()
    expect(page.get_by_text("Yes", exact=True)).to_be_visible()

    got = page.request.get(
        f"{administrator.base}/api/console/spaces/template.xlsx?language=en&communityId={here}"
    )
    sheet = openpyxl.load_workbook(io.BytesIO(got.body()))["Residents"]
    red = {cell.value for cell in sheet[1] if cell.font.color.rgb == "00C00000"}
    assert red == {"Building", "Unit", "House", "Name", "Relation", "Pet"}

    houses = administrator.fetch("GET", f"/console/communities/{here}/houses")["data"]
    building, unit, house = houses[0]["location"].split("/")
    book = openpyxl.load_workbook(io.BytesIO(got.body()))
    for row in (
        (building, unit, house, "杜甫", "owner", "13912340001"),
        (building, unit, house, "王维", "owner", "1391"),
    ):
        book["Residents"].append(row)
    file = tmp_path / "residents.xlsx"
    book.save(file)
    administrator.go("/residents")
    page.get_by_role("button", name="Import a spreadsheet").click()
    page.get_by_test_id("import-file").set_input_files(file)
    expect(page.get_by_role("alert")).to_contain_text("nothing was imported")
    faults = page.get_by_test_id("import-questions")
    expect(faults).to_contain_text("1391")
    expect(faults.get_by_role("listitem")).to_have_count(2)  # two rows without a pet, one wrong phone
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Add a resident").first.click()
    panel = page.get_by_role("dialog", name="Add a resident")
    pick_house(panel, building, unit, house)
    panel.get_by_label("Name", exact=True).fill("李清照")
    panel.get_by_label("Phone", exact=True).fill("13912340002")
    panel.get_by_label("ID number", exact=True).fill("330102199001011234")
    panel.get_by_role("button", name="Save").click()
    expect(panel.locator(".el-form-item__error")).to_be_visible()
    choose(panel.get_by_role("combobox", name="Pet"), "Dog")
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_be_hidden()
    page.get_by_role("button", name="李清照").first.click()
    panel = page.get_by_role("dialog", name="李清照")
    expect(panel.get_by_test_id("id-no")).to_have_text("330*************34")
    panel.get_by_role("button", name="Show the whole number").click()
    expect(panel.get_by_test_id("id-no")).to_have_text("330102199001011234")
    panel.get_by_role("tab", name="Details").click()
    panel.get_by_label("Phone", exact=True).fill("13912340003")
    panel.get_by_role("button", name="Save").click()
    panel.get_by_role("tab", name="History").click()
    expect(panel.get_by_role("listitem").first).to_contain_text("13912340003")
    expect(panel.get_by_role("listitem").nth(1)).to_contain_text("ID number shown")
    panel.get_by_role("tab", name="Houses and review").click()
    panel.get_by_role("button", name="Move out").click()
    leaving = page.get_by_role("dialog", name="李清照 moves out?")
    expect(leaving.get_by_test_id("lost-rights")).to_contain_text(re.compile(r"QR code at \d+ doors"))
    leaving.get_by_role("button", name="Move out").click()
    toast = page.locator(".undo-toast").filter(has_text="李清照 moved out")
    expect_in_view(toast)
    expect(panel).to_be_visible()  # under their name, though the list shows them no more
    expect(panel.get_by_role("button", name="Move out")).to_be_hidden()
    page.keyboard.press("Escape")  # the panel goes, the way back stays
    expect(panel).to_be_hidden()
    page.evaluate("() => { window.clicks = 0; addEventListener('click', () => (window.clicks += 1), true) }")
    toast.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="李清照").first).to_be_visible()
    assert page.evaluate("window.clicks") <= 2
    expect(toast).to_be_hidden()

    page.get_by_role("button", name="李清照").first.click()
    panel.get_by_role("button", name="Move out").click()
    leaving.get_by_role("button", name="Move out").click()
    expect_in_view(toast)
    expect(page.get_by_role("dialog", name=re.compile("李清照"))).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(panel.get_by_role("button", name="Move out")).to_be_visible()
    expect(toast).to_be_hidden()

    administrator.go("/resident-form")
    page.get_by_role("tab", name="Own fields").click()
    page.get_by_role("listitem").filter(has_text="Pet").get_by_role("button", name="Delete").click()
    sure = page.locator(".el-message-box")
    expect_in_view(sure)
    sure.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("listitem").filter(has_text="Pet")).to_be_hidden()
    assert administrator.take_faults() == []


def test_several_residents_are_moved_out_at_once_and_brought_back(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/residents")
    boxes = page.locator("tbody .el-checkbox")
    names = page.locator("tbody tr td.first button")
    expect(names.first).to_be_visible()
    chosen = [names.nth(at).inner_text() for at in (0, 1)]
    for at in (0, 1):
        boxes.nth(at).click()
        expect(boxes.nth(at).get_by_role("checkbox")).to_be_checked()
    bar = page.get_by_role("region", name="Selected residents")
    expect(bar.get_by_role("status").first).to_have_text("2 selected")
    with page.expect_download() as downloaded:
        bar.get_by_role("button", name="Export the selected").click()
    file = downloaded.value.path().read_text(encoding="utf-8-sig")
    assert [name in file for name in chosen] == [True, True]
    assert len(file.strip().splitlines()) == 3
    total = administrator.fetch("GET", f"/console/communities/{community_id(administrator)}/residents")[
        "total"
    ]
    bar.get_by_role("button", name="Move out").click()
    dialog = page.get_by_role("dialog", name="Move 2 out?")
    expect(dialog.get_by_text("2 persons will no longer belong")).to_be_visible()
    dialog.get_by_role("button", name="Move out").click()
    expect(bar.get_by_text("2 done, 0 left as they were.")).to_be_visible()
    at = f"/console/communities/{community_id(administrator)}/residents"
    assert administrator.fetch("GET", at)["total"] == total - 2
    toast = page.locator(".undo-toast").filter(has_text="2 moved out")
    expect_in_view(toast)
    toast.get_by_role("button", name="Undo").click()
    for name in chosen:
        expect(page.get_by_role("button", name=name, exact=True).first).to_be_visible()
    assert administrator.fetch("GET", at)["total"] == total
    page.locator(".el-checkbox", has=page.get_by_role("checkbox", name="Select this page")).click()
    expect(bar.get_by_role("status").first).to_have_text("20 selected")
    bar.get_by_role("button", name=re.compile("^Select (all|the first)")).click()
    expect(bar.get_by_role("status").first).to_have_text(f"{min(total, 200)} selected")
    assert administrator.take_faults() == []


def test_the_selected_join_a_group_and_get_a_notice(administrator: Visit) -> None:
    page, here = administrator.page, community_id(administrator)
    at = f"/console/communities/{here}"
    made = administrator.fetch("POST", f"{at}/user-groups", {"name": "巡逻志愿者", "type": "RESIDENT"})
    group = next(iter(made.values()))

    def members() -> int:
        return int(administrator.fetch("GET", f"{at}/users", groupId=group, pageSize=1)["total"])

    administrator.go("/residents?status=1")
    boxes = page.locator("tbody .el-checkbox")
    for number in (0, 1):
        boxes.nth(number).click()
        expect(boxes.nth(number).get_by_role("checkbox")).to_be_checked()
    bar = page.get_by_role("region", name="Selected residents")
    choose(bar.get_by_role("combobox", name="Add to a user group"), "巡逻志愿者")
    toast = page.locator(".undo-toast").filter(has_text="joined “巡逻志愿者”")
    expect_in_view(toast)
    assert members() == 2
    assert findings(administrator) == []
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_be_hidden()
    until(lambda: members() == 0)
    way = bar.get_by_role("button", name=re.compile(r"^Write a notice to \d house"))
    houses = int(re.findall(r"\d+", way.inner_text())[0])
    administrator.follow(way, "Write a notice")
    page.get_by_label("Title", exact=True).fill("楼道清理")
    page.get_by_label("Text of paragraph 1", exact=True).fill("请各位邻居本周清理楼道。")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish…").click()
    sure = page.get_by_role("dialog", name="Publish the notice")
    expect(sure).to_contain_text(re.compile(r"residents at present"))
    assert findings(administrator) == []
    sure.get_by_role("button", name="Publish now").click()
    expect(page.get_by_role("dialog").get_by_test_id("reads")).to_be_visible()
    row = administrator.fetch("GET", f"{at}/notices", pageSize=1)["data"][0]
    notice = administrator.fetch("GET", f"{at}/notices/{row['id']}")
    assert (notice["title"], len(notice["targets"])) == ("楼道清理", houses)
    assert administrator.take_faults() == []


def test_names_in_a_history_lead_to_their_pages(browser: Browser, demo: Demo) -> None:
    """What happened to a house names who moved in, and the person's history the house."""
    with open_browser(browser, demo.url) as visit:
        visit.sign_in_quietly("manager", demo.passwords["manager"])
        house = visit.fetch("GET", "/console/communities/1/houses", pageSize=1)["data"][0]
        lives = {"houseId": int(house["id"]), "name": "欧阳询", "type": 1}
        visit.fetch("POST", "/console/communities/1/residents", lives)
        page = visit.page
        visit.go(f"/houses/{house['id']}?tab=history")
        visit.follow(page.locator(".changes").get_by_role("link", name="欧阳询").first, "欧阳询")
        page.get_by_role("tab", name="History").click()
        link = page.locator(".changes a.hub")
        assert link.first.get_attribute("href") == f"/houses/{house['id']}"
