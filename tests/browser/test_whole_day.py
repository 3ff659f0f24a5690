"""The first day as one chain: from an empty installation to a door that opens to its people, and to nobody who left.

Every step is taken on the page that its person has, or in the words of the door and of the integrator's program.
"""

import io
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, FilePayload, expect

from linli.protocols import qr_rsa
from linli.sim.link import Triple
from tests.browser import first_day
from tests.browser.doorway import LiveDoor
from tests.browser.drop_downs import choose, choose_several
from tests.browser.first_day import COMMUNITY, PASSWORD, read_code, read_message
from tests.browser.phone import look, open_phone, sign_in_by_page
from tests.browser.qr_picture import text_of
from tests.browser.visit import Visit
from tests.campaigns.import_ import HOUSE_TITLES, RESIDENT_TITLES, Town
from tests.real.partner import Partner
from tests.real.platform import Installation
from tests.real.webhook import Webhook

pytestmark = pytest.mark.slow
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOWN = Town(4)
RESIDENT = 4
"""Which of the town's residents the day is about."""
NAME, PHONE = TOWN.name(RESIDENT), TOWN.phone(RESIDENT)
GUARD, GUARD_PHONE = "门岗老赵", "13866660003"
GUEST, GUEST_PHONE = "送货小李", "13866660004"
PRODUCT, DOOR, CARD = "大门门禁", "正门", "0455AA01"
PASSES = "iot_entrance_event_model"
MOST = {"operator": 86, "resident": 10, "guard": 9, "guest": 1}
"""Presses and pages opened that the day may cost each of them."""


class Presses:
    """How often a person presses something or opens a page."""

    def __init__(self, visit: Visit) -> None:
        self.count = 0
        visit.context.expose_function("linliPressed", self._one_more)
        visit.context.add_init_script("addEventListener('pointerdown', () => linliPressed(), true)")
        visit.page.on("load", lambda page: self._one_more())

    def _one_more(self) -> None:
        self.count += 1


class Day:
    """Who takes part, each in a browser of their own, and what they learn on their pages."""

    def __init__(
        self, operator: Visit, installation: Installation, browser: Browser, stack: ExitStack
    ) -> None:
        base = operator.base
        self.installation, self.operator = installation, operator
        self.resident = stack.enter_context(open_phone(browser, base))
        self.guard = stack.enter_context(open_phone(browser, base))
        self.guest = stack.enter_context(open_phone(browser, base))
        people = ("operator", "resident", "guard", "guest")
        self.presses = {person: Presses(getattr(self, person)) for person in people}
        self.webhook = Webhook()
        stack.callback(self.webhook.close)
        self._stack = stack
        self.door: LiveDoor
        self.partner: Partner
        self.scope_id = ""
        self.codes: dict[str, str] = {}
        """The text of each person's QR code."""

    def connect(self, triple: Triple) -> None:
        self.door = LiveDoor(triple, self.installation.mqtt_port)
        self._stack.callback(self.door.stop)

    def code(self, phone: str) -> str:
        return read_code(self.operator, phone)

    def holds(self, text: str) -> bool:
        """Whether the door knows the code in a picture."""
        key = self.door.door.public_key
        return key is not None and qr_rsa.open_code(key, text).code in self.door.door.permissions.qr

    def scan(self, person: str) -> bool:
        """Whether the door opens to their picture."""
        return self.door.do(lambda: self.door.door.scan(self.codes[person]).opens)

    def swipe(self) -> bool:
        return self.door.do(lambda: self.door.door.swipe(CARD).opens)

    def row(self) -> dict[str, Any]:
        """The record of the next pass: pushed to the integrator's program, then read over the API."""
        pushed = self.webhook.wait_for(lambda body: body.get("modelId") == PASSES)
        wish = {
            "modelId": PASSES, "scopeId": self.scope_id, "pageNum": 1, "pageSize": 50,
            "conditions": [{"fieldName": "id", "operate": "in", "value": pushed.json["dataIds"]}],
        }  # fmt: skip
        found = self.partner.ok("/data/model/data/query", "0.0.3", wish)
        (row,) = found["items"] if "items" in found else found["data"]
        return dict(row)


@pytest.fixture
def day(fresh: tuple[Visit, Installation], browser: Browser) -> Iterator[Day]:
    with ExitStack() as stack:
        yield Day(*fresh, browser, stack)


def test_from_an_empty_installation_to_an_open_door_and_a_closed_one(day: Day) -> None:
    set_up(day)
    see_what_is_missing(day)
    first_day.create_community(day.operator)
    import_the_community(day)
    add_the_door(day)
    give_a_card(day)
    appoint_a_guard(day)
    connect_the_integrator(day)
    resident_comes_home(day)
    see_what_is_done(day)
    guest_comes(day)
    guard_sees_both(day)
    resident_moves_out(day)
    presses = {person: counted.count for person, counted in day.presses.items()}
    print(presses)
    assert all(count <= MOST[person] for person, count in presses.items()), presses
    for person in presses:
        assert getattr(day, person).take_faults() == [], person


def set_up(day: Day) -> None:
    """The company that runs its own server follows the wizard, signs out and in, and says what its people agree to."""
    operator, page = day.operator, day.operator.page
    operator.go(f"/setup?code={(day.installation.folder / 'setup-code').read_text().strip()}")
    page.get_by_label("Your name", exact=True).fill("王伟")
    page.get_by_label("Phone number or log-in name", exact=True).fill("op.one")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Company", exact=True).fill("绿源")
    page.get_by_text("Also make an integration project").click()
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("button", name="Open the console").click()
    page.get_by_label("Account: 王伟", exact=True).click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/login*")
    operator.sign_in("op.one", PASSWORD)
    first_day.publish_agreement(operator)


def see_what_is_missing(day: Day) -> None:
    """The desk knows what the day still lacks, and an entry leads to where it is done."""
    operator, page = day.operator, day.operator.page
    operator.go("/overview")
    steps = page.get_by_test_id("first-steps-own")
    expect(steps).to_contain_text("0 of 10 done")
    expect(steps.get_by_text("There is none in use yet.")).to_be_visible()
    expect(page.get_by_test_id("waiting")).to_contain_text("The backup is overdue or failed")
    operator.follow(steps.get_by_role("link", name="Create a community"), "Communities")


def see_what_is_done(day: Day) -> None:
    """All of the day's own is done; no SMS gateway stands behind messages, and the machine was never backed up."""
    operator, page = day.operator, day.operator.page
    operator.go("/overview")
    installation = page.get_by_test_id("first-steps-installation")
    expect(installation).to_contain_text("2 of 4 done")
    expect(page.get_by_test_id("first-steps-own")).to_have_count(0)
    installation.get_by_role("button", name="Hide").click()
    expect(page.get_by_role("button", name="The platform itself (2 of 4)")).to_be_visible()


def workbook() -> FilePayload:
    """Houses and residents in one file, as the template has them."""
    book = openpyxl.Workbook()
    for title, titles, rows in (
        ("房屋", HOUSE_TITLES, TOWN.house_rows()),
        ("住户", RESIDENT_TITLES, TOWN.resident_rows()),
    ):
        sheet = book.create_sheet(title)
        for row in (titles, *rows):
            sheet.append(row)
    del book["Sheet"]
    out = io.BytesIO()
    book.save(out)
    return {"name": "小区.xlsx", "mimeType": XLSX, "buffer": out.getvalue()}


def import_the_community(day: Day) -> None:
    page = day.operator.page
    day.operator.go("/spaces")
    page.get_by_role("button", name="Import a spreadsheet").first.click()
    panel = page.get_by_role("dialog")
    panel.get_by_test_id("import-file").set_input_files(workbook())
    panel.get_by_role("button", name=f"Import {TOWN.houses + TOWN.residents} rows").click()
    expect(panel.get_by_text(re.compile("^Imported"))).to_be_visible()


def add_the_door(day: Day) -> None:
    """Its product, the community's provider, the door itself by what the page shows once, and whom it serves."""
    operator, page = day.operator, day.operator.page
    operator.go("/products")
    page.get_by_role("button", name="New product").first.click()
    panel = page.get_by_role("dialog", name="New product")
    panel.get_by_role("textbox", name="Search or choose a category").fill("All-in-one door")
    page.locator(".el-cascader__suggestion-item").first.click()
    panel.get_by_label("Name", exact=True).fill(PRODUCT)
    panel.get_by_role("button", name="Create").click()
    page.wait_for_url(re.compile(r"/products/a1\w{9}$"))

    operator.go("/doors")
    page.get_by_role("button", name="Provider and service").click()
    panel = page.get_by_role("dialog", name="Provider and service")
    panel.get_by_label("Provider", exact=True).fill("绿源")
    choose_several(panel.get_by_role("combobox", name="Its products"), PRODUCT)
    panel.get_by_role("switch", name="Residents have keys of their own").locator("xpath=..").click()
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_be_hidden()

    page.get_by_role("button", name="Register a door").first.click()
    panel = page.get_by_role("dialog", name="Register a door")
    choose(page.locator("#door-product"), PRODUCT)
    page.fill("#door-sn", "SN-0001")
    page.fill("#door-name", DOOR)
    choose(panel.get_by_role("combobox", name="Level 1"), f"Building {int(TOWN.place(0)[0])}")
    panel.get_by_role("button", name="Register", exact=True).click()
    expect(panel.get_by_text("Put these three into the device")).to_be_visible()
    shown = panel.locator("dd code")
    day.connect(Triple(*(shown.nth(at).inner_text() for at in range(3))))
    panel.get_by_role("button", name="Done").click()
    row = page.get_by_role("row").filter(has_text=DOOR)
    expect(row.get_by_text("Online", exact=True)).to_be_visible()

    operator.follow(row.get_by_role("link", name=DOOR), DOOR)
    page.get_by_role("tab", name="Serves").click()
    served = page.locator("section.card").filter(has_text="Whoever lives in these buildings")
    choose(served.get_by_role("combobox", name="Level 1"), f"Building {int(TOWN.place(0)[0])}")
    served.get_by_role("button", name="Add this place").click()
    served.get_by_role("button", name="Save", exact=True).click()
    expect(served.get_by_text(f"{TOWN.residents} people now.")).to_be_visible()


def give_a_card(day: Day) -> None:
    page = day.operator.page
    day.operator.go("/credentials")
    page.get_by_role("button", name="Give a credential").first.click()
    panel = page.get_by_role("dialog", name="Give a credential")
    choose(panel.locator("#give-person"), re.compile(NAME), words=PHONE)
    panel.locator("#give-number").fill(CARD)
    expect(panel.get_by_test_id("reached-doors")).to_have_text(f"Opens 1 doors: {DOOR}")
    panel.get_by_role("button", name="Give a credential").click()
    day.door.until_held(CARD)


def appoint_a_guard(day: Day) -> None:
    operator, page = day.operator, day.operator.page
    operator.go("/employees")
    page.get_by_role("button", name="New employee").first.click()
    panel = page.get_by_role("dialog", name="New employee")
    panel.get_by_label("Name", exact=True).fill(GUARD)
    panel.get_by_label("Phone", exact=True).fill(GUARD_PHONE)
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_be_hidden()
    operator.go("/permissions")
    page.get_by_role("button", name="Add permissions").first.click()
    panel = page.get_by_role("dialog", name="Add permissions")
    choose_several(panel.locator(".el-select input").first, GUARD)
    panel.locator(".entry").filter(has_text="Devices").get_by_text("Use").click()
    panel.get_by_role("button", name="Give to 1 members").click()
    row = page.get_by_role("row", name=re.compile(GUARD))
    expect(row).to_contain_text("Devices: Use")
    expect(row).to_contain_text("Communities: Use")  # else they would work nowhere


def connect_the_integrator(day: Day) -> None:
    """A key that sees the community, and a webhook that is told of its passes."""
    operator, page = day.operator, day.operator.page
    operator.go("/integrations/keys")
    page.get_by_role("button", name="New project").first.click()
    page.get_by_label("Project name", exact=True).fill("通行对接")
    page.get_by_role("button", name="Make", exact=True).click()
    app_key, secret = (page.get_by_role("dialog").locator("dd code").nth(at).inner_text() for at in (0, 1))
    day.partner = Partner(f"127.0.0.1:{day.installation.http_port}", app_key, secret)
    page.get_by_role("button", name="Saved it").click()
    page.get_by_role("button", name="0 communities").click()
    panel = page.get_by_role("dialog", name=re.compile("^Communities that"))
    panel.get_by_text(COMMUNITY, exact=True).click()
    panel.get_by_role("button", name="Save").click()
    ids = page.locator(".ids code")
    expect(ids).to_have_count(2)
    day.scope_id = ids.nth(1).inner_text()
    token = day.partner.ok("/cloud/token", "1.0.1", {"grantType": "project", "res": day.scope_id})
    day.partner.cloud_token = str(token["cloudToken"])

    operator.go("/integrations/subscriptions")
    page.get_by_role("button", name="New subscription").first.click()
    panel = page.get_by_role("dialog", name="New subscription")
    panel.get_by_text("Webhook", exact=True).click()
    panel.get_by_role("button", name="Next").click()
    choose(panel.locator("#sub-key"), re.compile(app_key))
    panel.locator("#sub-name").fill("通行记录")
    panel.locator("#sub-url").fill(day.webhook.url)
    choose_several(panel.locator("#sub-models"), PASSES)
    panel.get_by_role("button", name="Next").click()
    panel.get_by_role("button", name="Make", exact=True).click()
    page.get_by_role("button", name="Saved it").click()
    expect(page.get_by_role("heading", name="通行记录")).to_be_visible()


def resident_comes_home(day: Day) -> None:
    """They open by the phone, by the code that it shows, and by the card."""
    resident, page = day.resident, day.resident.page
    sign_in_by_page(resident, PHONE, day.code)
    opened = day.door.door.opened
    page.get_by_role("button", name=f"Open {DOOR}").click()
    page.get_by_text("The door answered after").wait_for()
    assert day.door.door.opened == opened + 1
    resident.go("/m/key")
    code = page.get_by_role("img", name="QR code that opens your doors")
    day.codes[NAME] = text = code.get_attribute("data-text") or ""
    day.door.until(lambda: day.holds(text))
    for opens, kind in ((lambda: day.scan(NAME), "QRCODE"), (day.swipe, "CARD")):
        assert opens()
        row = day.row()
        assert (row["name"], row["type"]) == (NAME, kind)


def guest_comes(day: Day) -> None:
    """The resident invites them, the pass goes to their phone, and the door reads it off the phone's screen."""
    page = day.resident.page
    day.resident.go("/m/visitors")
    page.get_by_role("button", name="Invite a visitor").click()
    page.fill("#visitor", GUEST)
    page.fill("#phone", GUEST_PHONE)
    page.get_by_role("button", name="Invite", exact=True).click()
    page.get_by_text(f"{GUEST} gets the pass as a text message.").wait_for()
    link = read_message(day.operator, GUEST_PHONE, r"(http\S+/v/[\w-]+)")
    day.guest.go(link.removeprefix(day.guest.base))
    shown = day.guest.page.locator("svg.qr")
    expect(shown).to_have_count(1)
    day.codes[GUEST] = text = text_of(str(shown.evaluate("(code) => code.outerHTML")))
    day.door.until(lambda: day.holds(text))
    assert day.scan(GUEST)
    assert day.row()["name"] == GUEST


def guard_sees_both(day: Day) -> None:
    guard, page = day.guard, day.guard.page
    guard.go("/staff/")
    page.get_by_role("button", name="With a one-time code").click()
    page.fill("#phone", GUARD_PHONE)
    page.get_by_role("button", name="Send code", exact=True).click()
    page.get_by_text("The code is on its way").wait_for()
    page.fill("#code", day.code(GUARD_PHONE))
    page.keyboard.press("Enter")
    page.get_by_text("服务协议, version 1").click()
    page.get_by_text("二、双方责任").wait_for()
    page.get_by_text("I have read and accept this", exact=True).click()
    look(guard, "staff-agreements")
    page.get_by_role("button", name="Accept and go on").click()
    page.get_by_role("navigation", name="Main places").wait_for()
    guard.go("/staff/passes")
    rows = page.locator("main ul.list li").filter(has_text=DOOR)
    for name in (NAME, GUEST):
        expect(rows.filter(has_text=name).first).to_contain_text("In")


def resident_moves_out(day: Day) -> None:
    """Then nothing of theirs opens the door: card, code, phone, nor the pass of their guest."""
    operator, page = day.operator, day.operator.page
    operator.go(f"/residents?q={PHONE}")
    page.get_by_role("button", name=NAME).first.click()
    page.get_by_role("dialog", name=NAME).get_by_role("button", name="Move out").click()
    leaving = page.get_by_role("dialog", name=re.compile(f"{NAME} moves out"))
    expect(leaving.get_by_test_id("lost-rights")).to_be_visible()
    leaving.get_by_role("button", name="Move out").click()
    expect(page.get_by_text(f"{NAME} moved out")).to_be_visible()
    opened = day.door.door.opened
    day.door.until_gone(CARD)
    day.door.until(lambda: not any(day.holds(text) for text in day.codes.values()))
    assert not day.swipe()
    assert not any(day.scan(person) for person in day.codes)
    phone = day.resident.page
    day.resident.go("/m/")
    phone.get_by_text("Certify your house first").wait_for()
    expect(phone.get_by_role("button", name=f"Open {DOOR}")).to_have_count(0)
    assert day.door.door.opened == opened
