"""The property's front desk in front of the living sample: visitors, vehicles, notices."""

import base64
import re

import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.drop_downs import choose, unfold
from tests.browser.sample import Demo
from tests.browser.visit import Visit, open_browser

pytestmark = pytest.mark.slow

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8Dwn4GBgYmBgYGBgQEAFQwCAcY1cU0AAAAASUVORK5CYII="
)


def choose_house(panel: Locator) -> None:
    """The first house that the number fits."""
    box = panel.get_by_role("combobox", name="House", exact=True)
    unfold(box, words="0101").get_by_role("option").first.click()
    expect(box).to_have_attribute("aria-expanded", "false")


@pytest.mark.covers("PM-14")
def test_visitors_are_announced_checked_in_and_looked_up(administrator: Visit):
    page = administrator.page
    administrator.go("/visitors")
    page.get_by_role("button", name="Announce visitors").first.click()
    panel = page.get_by_role("dialog")
    choose_house(panel)
    panel.get_by_label("Name", exact=True).fill("Visitor Wang")
    panel.get_by_label("Phone", exact=True).fill("139123")
    panel.get_by_label("Plate", exact=True).fill("no plate")
    panel.get_by_role("button", name=re.compile("^Announce 1")).click()
    expect(panel.get_by_text(re.compile("must be a licence plate")).first).to_be_visible()
    panel.get_by_label("Phone", exact=True).fill("13912345678")
    panel.get_by_label("Plate", exact=True).fill("浙a·12345")
    panel.get_by_role("button", name=re.compile("^Announce 1")).click()
    expect(page.get_by_role("dialog").get_by_role("img", name="The visitor's QR code")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    row = page.get_by_role("row").filter(has_text="Visitor Wang")
    expect(row).to_contain_text("Expected")
    expect(row).to_contain_text("139****5678")
    row.get_by_role("button", name="Visitor Wang").click()
    panel = page.get_by_role("dialog")
    panel.get_by_role("button", name="Show the pass").click()
    expect(panel.get_by_role("img", name="The visitor's QR code")).to_be_visible()
    expect(panel.get_by_text("浙A12345")).to_be_visible()
    panel.get_by_role("button", name="Check in").click()
    expect(panel.get_by_role("button", name="Check out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(row).to_contain_text("Here")

    administrator.go("/visitors?view=history&range=2020-01-01~2099-12-31&q=Visitor+Wang")
    expect(page.locator(".data-table tbody tr")).to_have_count(1)
    administrator.go("/visitors?view=history&range=2020-01-01~2020-12-31")
    expect(
        page.get_by_text("Nothing fits").or_(page.get_by_text(re.compile("filters"))).first
    ).to_be_visible()
    assert administrator.take_faults() == []


def test_a_visitor_at_the_desk_has_a_printed_pass_after_five_clicks(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/visitors")
    expect(page.get_by_role("button", name="Announce visitors").first).to_be_visible()
    page.evaluate("""() => {
      window.clicks = 0
      window.printed = 0
      window.print = () => (window.printed += 1)
      addEventListener('pointerdown', () => (window.clicks += 1), true)
    }""")
    page.get_by_role("button", name="Announce visitors").first.click()
    panel = page.get_by_role("dialog")
    box = panel.get_by_role("combobox", name="House", exact=True)
    expect(unfold(box, words="0301").get_by_role("option").first).to_contain_text("Room 301")
    box.press("Enter")
    expect(box).to_have_attribute("aria-expanded", "false")
    panel.get_by_label("Name", exact=True).click()
    page.keyboard.type("Visitor Zhou")
    panel.get_by_role("button", name=re.compile("^Announce 1")).click()
    panel = page.get_by_role("dialog", name="Pass")
    expect(panel.get_by_role("img", name="The visitor's QR code")).to_be_visible()
    expect(panel.get_by_text("No phone was given")).to_be_visible()
    expect(panel.locator("code").filter(has_text="/v/")).to_be_visible()
    panel.get_by_role("button", name="Print the pass").click()
    assert page.evaluate("[window.clicks, window.printed]") == [5, 1]
    page.emulate_media(media="print")
    slip = page.locator(".slip")
    expect(slip).to_be_visible()
    expect(slip).to_contain_text("Visitor Zhou")
    expect(slip).to_contain_text("Room 301")
    expect(slip.locator("img")).to_have_count(1)
    expect(page.locator(".shell")).to_be_hidden()
    expect(panel).to_be_hidden()
    page.emulate_media(media="screen")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("body")).not_to_have_class(re.compile("prints-slips"))
    row = page.get_by_role("row").filter(has_text="Visitor Zhou")
    expect(row).to_contain_text("Expected")
    assert "/v/" not in page.content()
    assert administrator.take_faults() == []


@pytest.mark.covers("PM-13")
def test_a_visitor_scans_the_poster_registers_and_is_let_in(
    browser: Browser, demo: Demo, administrator: Visit, operator: Visit
):
    page = administrator.page
    administrator.go("/visitors")
    page.get_by_role("button", name="Registration QR").first.click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("img", name="Registration QR")).to_be_visible()
    url = panel.get_by_text(re.compile(r"/r/\w+")).first.inner_text().strip()
    page.keyboard.press("Escape")
    community = administrator.fetch("GET", "/console/communities", applyStatus=2)["data"][0]["id"]
    houses = administrator.fetch("GET", f"/console/communities/{community}/houses", pageSize=1)
    house = houses["data"][0]

    with open_browser(browser, demo.url) as visitor:
        phone = visitor.page
        visitor.resize((360, 740))
        phone.goto(url)
        phone.get_by_label("House", exact=True).fill("nowhere")
        phone.get_by_label("Your name", exact=True).fill("Gate Li")
        phone.get_by_role("button", name="Register").click()
        expect(phone.get_by_role("alert")).to_be_visible()
        expect(phone.get_by_label("House", exact=True)).to_have_attribute("aria-invalid", "true")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
        phone.get_by_label("House", exact=True).fill(house["location"])
        phone.get_by_label("Your phone", exact=True).fill("13987654321")
        phone.get_by_role("button", name="Register").click()
        expect(phone.get_by_role("status")).to_have_text("To be confirmed")

        row = page.get_by_role("row").filter(has_text="Gate Li")
        expect(row).to_contain_text("To be confirmed")  # by itself
        row.get_by_role("button", name="Gate Li").click()
        page.get_by_role("dialog").get_by_role("button", name="Let them come").click()
        expect(page.get_by_role("dialog").get_by_role("button", name="Check in")).to_be_visible()
        page.keyboard.press("Escape")

        phone.reload()
        expect(phone.get_by_role("status")).to_have_text("Expected")
        expect(phone.locator("svg.qr")).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
        assert visitor.take_faults() == []
    assert administrator.take_faults() == []
    operator.go("/sms-outbox")
    expect(operator.page.get_by_text(re.compile(r"Gate Li.*/v/")).first).to_be_visible()


def test_vehicles_are_registered_imported_and_removed(administrator: Visit, tmp_path):
    page = administrator.page
    administrator.go("/vehicles")
    page.get_by_role("button", name="Register a vehicle").first.click()
    panel = page.get_by_role("dialog")
    unfold(panel.locator(".el-select input").first).get_by_role("option").first.click()
    panel.get_by_label("Plate", exact=True).fill("浙ad·12345")
    choose(panel.get_by_role("combobox", name="Colour"), "White")
    panel.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="浙A·D12345")
    expect(row).to_contain_text("White")
    owner = row.locator("td").nth(1).inner_text()

    page.get_by_role("button", name="Import a spreadsheet").first.click()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Download the template").click()
    file = tmp_path / "vehicles.xlsx"
    downloaded.value.save_as(file)
    book = openpyxl.load_workbook(file)
    phone = row.locator("td").nth(2).inner_text()
    book.active.append(["浙A1", owner, phone])
    book.save(file)
    page.get_by_test_id("vehicle-file").set_input_files(file)
    expect(page.get_by_role("alert")).to_contain_text("nothing was imported")
    book.active.cell(2, 1, "浙B54321")
    book.save(file)
    page.get_by_test_id("vehicle-file").set_input_files(file)
    page.get_by_role("button", name="Import 1 rows").click()
    expect(page.get_by_text(re.compile("Imported: 1 new"))).to_be_visible()
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.get_by_text(re.compile("^Undone"))).to_be_visible()
    page.keyboard.press("Escape")
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)

    page.get_by_role("button", name="Removed ones").click()
    row.get_by_role("button", name="History").click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("list", name="History").get_by_role("listitem")).to_have_count(2)
    expect(panel.get_by_text("Deleted")).to_be_visible()
    panel.get_by_role("tab", name="Register again").click()
    panel.get_by_role("button", name="Register again").click()
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Removed ones").click()
    expect(row).to_contain_text("White")
    assert administrator.take_faults() == []


@pytest.mark.covers("PM-10")
def test_a_notice_is_drafted_aimed_published_deleted_and_brought_back(administrator: Visit):
    page = administrator.page
    administrator.go("/notices")
    administrator.follow(page.get_by_role("button", name="Write a notice").first, "Write a notice")
    page.get_by_label("Title", exact=True).fill("停水通知!")
    page.get_by_label("Text of paragraph 1", exact=True).fill("周五九点到十二点停水，请提前储水。")
    page.get_by_test_id("notice-picture-0").set_input_files(
        {"name": "pipe.png", "mimeType": "image/png", "buffer": DOT}
    )
    expect(page.get_by_role("img", name="Picture of paragraph 1")).to_be_visible()
    page.get_by_text("Buildings, units or houses").click()
    box = page.locator(".el-tree input[type=checkbox]").first
    box.focus()  # by keyboard: the page still grows around the picture that was added
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    page.get_by_role("button", name="Save the draft").click()
    expect(
        page.get_by_text(re.compile("letters, digits or Chinese|letters and digits")).first
    ).to_be_visible()
    page.reload()  # what was typed is still there
    expect(page.get_by_text("What you had not saved is back.")).to_be_visible()
    page.get_by_label("Title", exact=True).fill("停水通知")
    page.get_by_role("button", name="Save the draft").click()
    page.wait_for_url("**/notices?notice=*")
    panel = page.get_by_role("dialog")
    expect(panel.get_by_text("Draft", exact=True)).to_be_visible()
    expect(panel.get_by_role("img", name="Picture of paragraph 1")).to_be_visible()
    panel.get_by_role("button", name="Publish…").click()
    page.get_by_role("dialog", name="Publish the notice").get_by_role("button", name="Publish now").click()
    expect(panel.locator(".tag").get_by_text("Published", exact=True)).to_be_visible()
    expect(panel.get_by_test_id("reads")).to_contain_text(re.compile(r"0 of \d+ residents"))
    panel.get_by_role("button", name="Pin", exact=True).click()
    expect(panel.locator(".el-tag").get_by_text("Pinned")).to_be_visible()
    panel.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name=re.compile("^Delete the notice")).get_by_role(
        "button", name="Delete"
    ).click()
    expect(page.get_by_text("“停水通知” is deleted.")).to_be_visible()
    page.get_by_role("button", name="See and bring back").click()
    page.get_by_role("dialog").get_by_role("button", name="Bring back").click()
    expect(page.get_by_role("dialog").locator(".tag").get_by_text("Published", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("row").filter(has_text="停水通知")).to_contain_text("Pinned")
    assert administrator.take_faults() == []


def test_credentials_fit_and_names_lead_to_their_pages(administrator: Visit) -> None:
    page = administrator.page
    administrator.resize((1440, 900))
    administrator.go("/credentials")
    expect(page.locator(".data-table[aria-busy=false] tbody tr:not(.skeleton)").first).to_be_visible()
    wider = page.evaluate(
        "() => { const at = document.querySelector('.data-table'); return at.scrollWidth - at.clientWidth }"
    )
    administrator.picture("credentials-1440", whole=False)
    assert wider <= 0
    administrator.go("/vehicles")
    row = page.locator(".data-table[aria-busy=false] tbody tr:not(.skeleton)").first
    expect(row.locator("a[href*='/residents/']")).to_be_visible()
    expect(row.locator("a[href*='/houses/']").first).to_be_visible()
    name = row.locator("a[href*='/residents/']").inner_text()
    row.locator("a[href*='/residents/']").click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    assert administrator.take_faults() == []
