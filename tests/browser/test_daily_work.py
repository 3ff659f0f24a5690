"""The console in front of the living sample: what its people do all day."""

import json
import re
from collections.abc import Iterator

import openpyxl
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.doorway import Doorway
from tests.browser.drop_downs import choose
from tests.browser.sample import Demo
from tests.browser.visit import Visit, open_browser

pytestmark = pytest.mark.slow


@pytest.fixture
def doorway(administrator: Visit, demo: Demo) -> Iterator[Doorway]:
    made = Doorway(administrator, demo.mqtt_port)
    yield made
    made.stop()


def test_passes_reach_the_screen_as_they_happen_and_wait_while_paused(administrator: Visit):
    page = administrator.page
    administrator.go("/overview")
    rows = page.get_by_test_id("live-passes").locator("li")
    first = rows.first.inner_text()
    expect(rows.first).not_to_have_text(first)

    page.get_by_role("button", name="Pause").click()
    held = rows.first.inner_text()
    expect(page.get_by_text(re.compile(r"Paused, \d+ waiting"))).to_be_visible()
    assert rows.first.inner_text() == held
    page.get_by_role("button", name="Resume").click()
    expect(rows.first).not_to_have_text(held)
    assert administrator.take_faults() == []


@pytest.mark.covers("EP-18")
def test_a_door_is_opened_from_afar_with_a_reason(administrator: Visit, doorway: Doorway):
    page = administrator.page
    administrator.go(f"/doors?q={doorway.name}")
    row = page.get_by_role("row", name=re.compile(doorway.name))
    row.get_by_role("button", name="Open", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Open the door")).to_be_disabled()  # not without a reason
    dialog.get_by_role("button", name="Visitor").click()
    dialog.get_by_role("button", name="Open the door").click()
    expect(dialog.get_by_role("status")).to_contain_text("The door opened")
    assert administrator.take_faults() == []


@pytest.mark.covers("EP-20")
def test_a_refused_pass_says_why(administrator: Visit, doorway: Doorway):
    page = administrator.page
    assert not doorway.swipe("0000000000")
    administrator.go("/passes")
    page.get_by_role("button", name="Refused", exact=True).click()
    page.wait_for_url("**/passes?result=refused")
    reasons = page.locator("tbody td[data-title=Result]")
    expect(reasons.filter(has_text="This door does not know the card").first).to_be_visible()
    passed = re.compile(r"^\s*Passed\s*$")
    expect(reasons.filter(has_text=passed)).to_have_count(0)  # until then: the list from before the press
    assert "Unknown reason" not in reasons.all_inner_texts()


def test_devices_are_filtered_and_sorted_by_link(administrator: Visit):
    page = administrator.page
    administrator.go("/devices")
    page.get_by_role("button", name="Online", exact=True).click()
    page.wait_for_url("**/devices?state=online")
    with page.expect_response(
        re.compile(r"/api/console/devices\?.*sort=name")
    ):  # until then: the list before
        page.get_by_role("button", name=re.compile("^Name")).click()
    page.wait_for_url("**/devices?state=online&sort=name")

    def shown() -> list[str]:
        expect(page.get_by_role("columnheader", name=re.compile("^Name"))).to_have_attribute(
            "aria-sort", "ascending"
        )
        expect(page.locator(".data-table[aria-busy=false] tbody tr:not(.skeleton)").first).to_be_visible()
        return page.locator("tbody td.first").all_inner_texts()

    before = shown()
    page.reload()
    after = shown()
    # The sample lives: a device may come or go meanwhile, and the others stay in their order.
    both = set(before) & set(after)
    assert len(both) >= len(before) - 3
    assert [name for name in after if name in both] == [name for name in before if name in both]
    assert administrator.take_faults() == []


def test_a_device_shows_values_messages_and_answers_a_call(administrator: Visit, doorway: Doorway):
    page = administrator.page
    assert doorway.swipe()
    administrator.go(f"/doors/{doorway.iot_id}")
    page.get_by_role("link", name="As a device").click()
    page.get_by_role("tab", name="Messages").click()
    expect(page.get_by_text("passEvent").first).to_be_visible()
    page.get_by_role("tab", name="Services").click()
    page.get_by_role("option", name=re.compile("remoteOpen")).click()
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(re.compile(r"Answered in \d+ ms"))
    assert administrator.take_faults() == []


def test_deliveries_tell_their_state_and_their_history(administrator: Visit):
    page = administrator.page
    administrator.go("/deliveries?state=done")
    expect(page.get_by_text("Delivered").first).to_be_visible()
    page.locator("tbody button.open").first.click()
    panel = page.get_by_role("dialog")
    expect(panel.locator("ol li").first).to_be_visible()
    assert not re.search(r"(?m)^(device|system|staff:\d+|app:\d+) · ", panel.inner_text())
    assert administrator.take_faults() == []


def test_an_import_with_errors_changes_nothing_and_names_them(administrator: Visit, tmp_path):
    page = administrator.page
    administrator.go("/spaces")
    page.get_by_role("button", name="Import a spreadsheet").click()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Download the template").click()
    template = tmp_path / "houses.xlsx"
    downloaded.value.save_as(template)
    book = openpyxl.load_workbook(template)
    sheet = next(s for s in book.worksheets if s.sheet_state == "visible")
    titles = [str(cell.value or "") for cell in sheet[1]]
    building, unit, house = (
        next(at for at, title in enumerate(titles) if title.startswith(wanted)) + 1
        for wanted in ("Building", "Unit", "House")
    )
    line = sheet.max_row + 1
    for at, value in ((building, "0?9"), (unit, "01"), (house, "101")):
        sheet.cell(line, at, value)
    book.save(template)

    page.get_by_test_id("import-file").set_input_files(template)
    expect(page.get_by_role("alert")).to_contain_text("nothing was imported")
    expect(page.get_by_test_id("import-questions")).to_contain_text("0?9")

    book = openpyxl.load_workbook(template)
    sheet = next(s for s in book.worksheets if s.sheet_state == "visible")
    sheet.cell(line, building, "99")
    book.save(template)
    page.get_by_test_id("import-file").set_input_files(template)
    page.get_by_role("button", name=re.compile(r"^Import \d+ rows")).click()
    expect(page.get_by_text(re.compile("Imported; "))).to_be_visible()
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_text("Undone")).to_be_visible()
    assert administrator.take_faults() == []


def test_a_key_is_made_used_found_and_closed(administrator: Visit):
    page = administrator.page
    administrator.go("/integrations/keys")
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Project name", exact=True).fill("Browser")
    page.get_by_role("button", name="Make", exact=True).click()
    app_key, app_secret = (page.get_by_role("dialog").locator("dd code").nth(n).inner_text() for n in (0, 1))
    assert re.fullmatch(r"2\d{7}", app_key)
    page.get_by_role("button", name="Saved it").click()
    assert app_secret not in page.content()

    methods = page.request.get(f"{administrator.base}/api/console/reference").json()
    method = [m for m in methods if m["path"].endswith("/poid/query")][-1]
    administrator.go(f"/integrations/reference{method['path']}@{method['version']}")
    page.get_by_text("A real key", exact=True).click()
    choose(page.get_by_role("combobox", name="As which key"), re.compile(app_key))
    page.get_by_label("Request", exact=True).fill(
        json.dumps({"keywords": "桂花", "city": "杭州", "citylimit": True})
    )
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text(re.compile(r"HTTP 200 · \d+ ms"))).to_be_visible()

    page.get_by_role("status").get_by_role("link").click()  # its line in the request log
    page.wait_for_url("**/integrations/requests?requestId=*")
    expect(page.locator("tbody tr")).to_have_count(1)

    administrator.go("/integrations/keys")
    row = page.get_by_role("row").filter(has_text=app_key)
    row.get_by_role("button", name="Disable").click()
    page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    expect(row).to_contain_text("Disabled")
    assert administrator.take_faults() == []


def test_the_signature_debugger_points_at_the_byte_a_proxy_changed(administrator: Visit):
    page = administrator.page
    keys = page.request.get(f"{administrator.base}/api/console/keys").json()
    app_key = keys[0]["appKey"]
    request = "\n".join((
        "POST /cloud/token HTTP/1.1",
        "accept: application/json",
        "content-type: application/octet-stream; charset=utf-8",
        "content-md5: 1B2M2Y8AsgTpgAmY7PhCfg==",
        "date: Tue, 24 Nov 2026 08:00:00 GMT",
        f"x-ca-key: {app_key}",
        "x-ca-nonce: n-1",
        "x-ca-signature: c29tZXRoaW5n",
        "x-ca-signature-headers: x-ca-key,x-ca-nonce",
    ))  # fmt: skip
    client = "\n".join((
        "POST", "application/json", "1B2M2Y8AsgTpgAmY7PhCfg==", "application/octet-stream",
        "Tue, 24 Nov 2026 08:00:00 GMT", f"x-ca-key:{app_key}", "x-ca-nonce:n-1", "/cloud/token",
    ))  # fmt: skip
    administrator.go("/integrations/debugger")
    page.get_by_label("Request", exact=True).fill(request)
    page.get_by_label("The client's string to sign (optional)", exact=True).fill(client)
    page.get_by_role("button", name="Check the signature").click()
    result = page.get_by_test_id("signature-result")
    expect(result).to_contain_text("The signature is wrong")
    expect(result.get_by_role("status")).to_contain_text("line 4, column 25")
    marks = result.locator("mark").all_inner_texts()
    assert marks[0] == ";"
    assert marks[1].startswith("↵")
    assert administrator.take_faults() == []


def test_search_finds_people_doors_and_opens_from_the_keyboard(administrator: Visit):
    page = administrator.page
    administrator.go("/overview")
    page.wait_for_selector("nav")
    page.keyboard.press("/")
    page.get_by_role("searchbox", name="Search").fill("北门")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/doors/*")
    assert administrator.take_faults() == []


def test_a_guard_sees_no_keys_and_may_not_register(browser: Browser, demo: Demo):
    with open_browser(browser, demo.url) as visit:
        visit.sign_in("guard", demo.passwords["guard"])
        page = visit.page
        expect(page.get_by_role("link", name="Passes", exact=True)).to_be_visible()
        assert page.get_by_role("link", name="API keys").count() == 0
        visit.go("/doors")
        expect(page.locator("tbody tr").nth(2)).to_be_visible()
        assert page.get_by_role("button", name="Register a door").count() == 0
        answer = page.request.get(f"{visit.base}/api/console/keys")
        assert answer.status == 403
        refused: list[str] = []
        page.on("response", lambda answer: answer.status == 403 and refused.append(answer.url))
        visit.go("/integrations/keys")  # a link that a colleague sent
        expect(page.get_by_role("heading", level=1, name="You may not open this page")).to_be_visible()
        page.get_by_role("main").get_by_role("link").click()
        expect(page.get_by_role("heading", level=1, name="You may not open this page")).to_have_count(0)
        assert not refused
