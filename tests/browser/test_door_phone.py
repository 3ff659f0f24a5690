"""A resident's phone at doors that read no encrypted code: a code of the scanner's own form, and Bluetooth."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, expect

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.air import Air
from tests.browser.phone import look, open_phone, sign_in
from tests.browser.sample import STEADY, Demo, until
from tests.browser.visit import Visit

ORDER, CARD = "DZP20200117037", "514152694808390"
BLE_NAME, WALL_NAME = "SRE1001000100001", "SRE1000000002001"


class Home(NamedTuple):
    """The sample's resident, and two of their doors."""

    community: str
    person: str
    doors: list[dict[str, Any]]


@pytest.fixture(scope="module")
def home(browser: Browser, demo: Demo, administrator: Visit) -> Home:
    def shown(visit: Visit, community: str) -> list[dict[str, Any]]:
        found = visit.fetch("GET", f"/resident/communities/{community}/doors")
        return [one for one in found if one["code"] and one["online"] and one["name"] in STEADY]

    with open_phone(browser, demo.url) as visit:
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        communities = visit.fetch("GET", "/resident/communities")
        community = next(one["id"] for one in communities if one["mine"])
        doors = until(lambda: found if len(found := shown(visit, community)) == len(STEADY) else None)
    people = administrator.fetch("GET", f"/console/communities/{community}/residents", q=RESIDENT_LOGIN)
    assert doors is not None
    return Home(community, people["data"][0]["identityId"], doors)


@pytest.fixture
def air() -> Iterator[Air]:
    air = Air(ORDER)
    yield air
    air.close()


@pytest.mark.covers("G-C15")
def test_the_desk_says_what_a_scanner_reads_and_the_key_page_shows_such_a_code(
    browser: Browser, demo: Demo, administrator: Visit, home: Home
) -> None:
    desk, page = administrator, administrator.page
    door = home.doors[0]
    desk.go(f"/doors/{door['iotId']}?tab=reading")
    page.get_by_text("A form of its own").click()
    page.get_by_label("Prefix", exact=True).fill("88")
    page.get_by_text("For this door only").click()
    page.get_by_label("Name of the door", exact=True).fill(BLE_NAME)
    page.get_by_label("Order number of the site's doors", exact=True).fill(ORDER)
    expect(page.locator("code", has_text="88")).to_be_visible()
    desk.picture("console-reading")
    reading = f"/api/console/doors/{door['iotId']}/reading"
    with page.expect_response(
        lambda one: one.url.endswith(reading) and one.request.method == "GET"
    ):  # after all
        page.get_by_role("button", name="Save", exact=True).click()
    assert desk.take_faults() == []

    with open_phone(browser, demo.url) as visit:
        phone = visit.page
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        visit.go("/m/key")
        phone.get_by_role("button", name=door["name"], exact=True).click()
        code = phone.get_by_role("img", name="once")
        code.wait_for()
        first = code.get_attribute("data-text") or ""
        assert (len(first), first[:2], first.isdigit()) == (12, "88", True)
        phone.get_by_text("Hold it before the door's reader").wait_for()  # the door has it
        look(visit, "own-code")
        phone.get_by_role("button", name="Another code").click()
        expect(code).not_to_have_attribute("data-text", first)
        phone.get_by_role("button", name="Other doors").click()
        sealed = phone.get_by_role("img", name="QR code that opens your doors")
        assert len(sealed.get_attribute("data-text") or "") == 88
        visit.looks("zh-CN", "dark")
        visit.go("/m/key")
        phone.get_by_role("button", name=door["name"], exact=True).click()
        phone.get_by_text("请对准门禁读头").wait_for()
        look(visit, "own-code-zh-dark")


@pytest.mark.covers("G-C17", "G-C19")
def test_a_phone_opens_a_door_by_bluetooth(
    browser: Browser, demo: Demo, administrator: Visit, home: Home, air: Air
) -> None:
    """The page's own bytes at the simulated door's own chip: found by name in both modes, opened by an encrypted card."""
    console = f"/console/communities/{home.community}"
    own, wall = home.doors[0], home.doors[1]
    administrator.fetch("PUT", f"{console}/door-readings/bluetooth", {"bleOrder": ORDER})
    for door, name in ((own, BLE_NAME), (wall, WALL_NAME)):
        administrator.fetch("PUT", f"/console/doors/{door['iotId']}/reading", {"bleName": name})
    administrator.fetch(
        "POST", f"{console}/credentials",
        {"kind": "ble", "personId": home.person, "number": CARD, "reach": "doors",
         "iotIds": [own["iotId"], wall["iotId"]]},
    )  # fmt: skip
    air.door(BLE_NAME, CARD)
    air.door(WALL_NAME, "another card")
    with open_phone(browser, demo.url) as visit:
        page = visit.page
        air.join(visit.context)
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        visit.go("/m/key")
        page.get_by_role("button", name="Open by Bluetooth").click()
        page.get_by_role("region", name=own["name"]).wait_for()
        look(visit, "bluetooth")
        page.get_by_role("button", name=f"Open {own['name']} by Bluetooth").click()
        page.get_by_text("The door has let you in.").wait_for()
        look(visit, "bluetooth-open")
        assert air.opened == [(BLE_NAME, CARD)]
        assert page.evaluate("window.__asked") == {
            "filters": [{"name": BLE_NAME}], "companies": 65536,
            "services": ["f6ecfffa-bda1-46ec-a43a-6d86de88561d"],
        }  # fmt: skip
        first = page.evaluate("window.__written")
        assert [len(piece) // 2 for piece in first] == [20]
        page.get_by_role("button", name=f"Open {own['name']} by Bluetooth").click()
        page.wait_for_function("() => window.__written.length === 2")
        page.get_by_text("The door has let you in.").wait_for()
        assert page.evaluate("window.__written")[1] != first[0]  # what was overheard is worth nothing

        page.get_by_role("button", name=f"Open {wall['name']} by Bluetooth").click()
        page.get_by_text("The door does not know your card").wait_for()
        look(visit, "bluetooth-refused")
        page.evaluate("window.__closesList = true")
        page.get_by_role("button", name=f"Open {own['name']} by Bluetooth").click()
        page.get_by_text("No door was chosen").wait_for()
        assert air.opened == [(BLE_NAME, CARD)] * 2
        visit.looks("zh-CN", "dark")
        visit.go("/m/bluetooth")
        page.get_by_role("button", name=f"开门：{own['name']}（蓝牙）").click()
        page.get_by_text("门禁已放行").wait_for()
        look(visit, "bluetooth-zh-dark")


@pytest.mark.parametrize(("language", "theme"), [("zh-CN", "dark"), ("en", "light")])
def test_a_browser_without_bluetooth_says_so_and_offers_the_code(
    browser: Browser, demo: Demo, home: Home, language: str, theme: str
) -> None:
    with open_phone(browser, demo.url) as visit:
        visit.context.add_init_script("Object.defineProperty(navigator, 'bluetooth', { value: undefined })")
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        visit.looks(language, theme)
        visit.go("/m/bluetooth")
        words, button = {
            "zh-CN": ("此浏览器不能使用蓝牙", "出示二维码"),
            "en": ("This browser cannot use Bluetooth", "Show the QR key"),
        }[language]  # fmt: skip
        visit.page.get_by_text(words).wait_for()
        look(visit, f"bluetooth-none-{language}")
        visit.page.get_by_role("button", name=button).first.click()
        visit.page.wait_for_url("**/m/key")
