"""An integrator brings in a new kind of device: a product of a category, its thing model mended, published, exported."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, expect

from tests.browser.drop_downs import choose
from tests.browser.visit import Visit

pytestmark = pytest.mark.slow


def make_product(visit: Visit, name: str) -> None:
    page = visit.page
    visit.go("/products")
    page.get_by_role("button", name="New product").first.click()
    panel = page.get_by_role("dialog", name="New product")
    panel.get_by_role("textbox", name="Search or choose a category").fill("Temperature and hum")
    page.locator(".el-cascader__suggestion-item").first.click()
    expect(panel.get_by_text("Starts with the category's model: properties 4")).to_be_visible()
    panel.get_by_label("Name", exact=True).fill(name)
    panel.get_by_role("button", name="Create").click()
    page.wait_for_url(re.compile(r"/products/a1\w{9}$"))
    expect(page.get_by_role("heading", name=name)).to_be_visible()


@pytest.mark.covers("CAT-01")
def test_a_product_is_made_edited_mended_published_and_exported(administrator: Visit, tmp_path: Path) -> None:
    page = administrator.page
    make_product(administrator, "Cellar climate")
    expect(page.get_by_text("v1 in force").first).to_be_visible()

    page.get_by_role("button", name="Add property").click()
    form = page.locator(".form")
    form.get_by_label("Name", exact=True).fill("Position")
    form.get_by_label("Identifier", exact=True).fill("my position")
    expect(form.get_by_text("must be 1 to 50 letters, digits or underscores")).to_be_visible()
    form.get_by_label("Identifier", exact=True).fill("Position")
    choose(form.get_by_role("combobox", name="Data type", exact=True), re.compile("^Struct"))
    expect(form.get_by_text("must not be empty")).to_be_visible()
    form.get_by_role("region", name="Members").get_by_role("button", name="Add", exact=True).click()
    inside = form.locator(".inside")
    inside.get_by_label("Name", exact=True).fill("Floor")
    inside.get_by_label("Smallest", exact=True).fill("200")
    expect(inside.get_by_text("is below the smallest 200")).to_be_visible()
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    inside.get_by_label("Smallest", exact=True).fill("-3")
    expect(page.get_by_text("to mend before it can be published")).to_have_count(0)

    page.get_by_role("button", name="Add service").click()
    form.get_by_label("Identifier", exact=True).fill("Calibrate")
    form.get_by_label("Name", exact=True).fill("Calibrate")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Draft not published")).to_be_visible()

    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog", name="Publish as v2")
    expect(dialog.get_by_text("properties.Position")).to_be_visible()
    expect(dialog.get_by_text("services.Calibrate")).to_be_visible()
    dialog.get_by_label("Notes", exact=True).fill("Where it hangs")
    dialog.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("v2 in force").first).to_be_visible()

    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Whole TSL").click()
    file = tmp_path / "tsl.json"
    download.value.save_as(file)
    document = json.loads(file.read_text("utf-8"))
    assert [one["identifier"] for one in document["services"]] == ["set", "get", "Calibrate"]
    assert document["properties"][-1]["dataType"]["specs"][0]["dataType"]["specs"]["min"] == "-3"

    page.get_by_role("button", name="Versions").click()
    versions = page.get_by_role("dialog", name="Versions")
    expect(versions.get_by_text("Where it hangs")).to_be_visible()
    expect(versions.locator("code", has_text="properties.Position")).to_be_visible()
    assert administrator.take_faults() == []


def test_a_file_shows_what_it_changes_before_it_is_taken(administrator: Visit, tmp_path: Path) -> None:
    page = administrator.page
    make_product(administrator, "Imported climate")
    page.get_by_role("button", name="Import").click()
    dialog = page.get_by_role("dialog", name="Import a thing model")
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"properties": [{"identifier": "a b", "dataType": {"type": "date"}}]}')
    dialog.get_by_test_id("tsl-file").set_input_files(wrong)
    expect(dialog.get_by_text("nothing was imported")).to_be_visible()
    right = tmp_path / "right.json"
    right.write_text(
        '{"properties": [{"identifier": "Level", "name": "Level", "dataType": {"type": "date"}}]}'
    )
    dialog.get_by_test_id("tsl-file").set_input_files(right)
    expect(dialog.get_by_text("properties.Level")).to_be_visible()
    expect(dialog.get_by_text("May break devices in use").first).to_be_visible()
    dialog.get_by_role("button", name="Take it into the draft").click()
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Unsaved changes")).to_have_count(0)
    assert administrator.take_faults() == []


def test_unsaved_changes_are_not_lost_by_a_click(administrator: Visit) -> None:
    page = administrator.page
    make_product(administrator, "Kept climate")
    page.get_by_role("button", name="Add event").click()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", stay)
    page.get_by_role("link", name="Categories").first.click()
    expect(page.get_by_role("heading", name="Kept climate")).to_be_visible()
    assert asked == ["The model has unsaved changes. Leave anyway?"]
    page.get_by_role("button", name="Undo").click()
    administrator.follow(page.get_by_role("link", name="Categories").first, "Categories")


def test_an_own_model_is_added_below_a_built_in_category(administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/products/categories")
    card = page.locator(".category", has=page.get_by_role("heading", name=re.compile("Building equipment")))
    card.get_by_role("button", name="Add a model").click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("Name", exact=True).fill("Thermostat_Honeywell01")
    panel.get_by_label("Code", exact=True).fill("tp-1")
    expect(panel.get_by_role("alert")).to_contain_text("1 to 10 letters")
    panel.get_by_label("Code", exact=True).fill("tpHw01")
    panel.get_by_role("button", name="Add", exact=True).click()
    card.get_by_role("button", name=re.compile("Thermostat_Honeywell01")).click()
    page.get_by_role("button", name="Edit the model").click()
    page.get_by_role("button", name="Add property").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Saved")
    assert administrator.take_faults() == []


def test_each_topic_shows_what_stands_in_its_messages(administrator: Visit) -> None:
    page = administrator.page
    make_product(administrator, "Attic climate")
    page.get_by_role("tab", name="Topics").click()
    row = page.get_by_role("listitem").filter(has_text="thing/event/property/post").first
    row.get_by_text("Example", exact=True).click()
    shown = row.locator("pre")
    expect(shown).to_be_visible()
    content = json.loads(shown.inner_text())
    assert content["method"] == "thing.event.property.post"
    assert content["params"], "of the product's own model"
    expect(row.get_by_role("button", name="Copy the example on one line")).to_be_visible()
