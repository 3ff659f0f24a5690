"""A resident's phone at doors that read no encrypted code: a code of the scanner's own form, and Bluetooth."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Playwright, expect

from linli.demo.logins import RESIDENT_LOGIN
from tests.browser.air import Air
from tests.browser.conftest import Demo, Visit
from tests.browser.phone import look, open_phone, sign_in

ORDER, CARD = "DZP20200117037", "514152694808390"
BLE_NAME, WALL_NAME = "SRE1001000100001", "SRE1000000002001"
ASKS = {"X-Linli-Request": "1"}


@pytest.fixture(scope="module")
def pictures() -> Path | None:
    """Where to keep pictures of the pages, when somebody wants to look at them."""
    folder = os.environ.get("LINLI_PHONE_PICTURES")
    if not folder:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


class Home(NamedTuple):
    """The sample's resident, and two of their doors."""

    community: str
    person: str
    doors: list[dict[str, Any]]


def _get(visit: Visit, path: str, **params: Any) -> Any:
    answer = visit.page.request.get(f"{visit.base}/api{path}", params=params)
    assert answer.ok, answer.text()
    return answer.json()


def _send(visit: Visit, method: str, path: str, body: dict[str, Any]) -> None:
    answer = visit.page.request.fetch(f"{visit.base}/api{path}", method=method, data=body, headers=ASKS)
    assert answer.ok, answer.text()


@pytest.fixture(scope="module")
def home(playwright: Playwright, demo: Demo, administrator: Visit) -> Home:
    with open_phone(playwright, demo.url) as visit:
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        community = next(one["id"] for one in _get(visit, "/resident/communities") if one["mine"])
        doors = [
            one
            for one in _get(visit, f"/resident/communities/{community}/doors")
            if one["code"] and one["online"]
        ]
    people = _get(administrator, f"/console/communities/{community}/residents", q=RESIDENT_LOGIN)
    return Home(community, people["data"][0]["identityId"], doors)


@pytest.fixture
def air() -> Iterator[Air]:
    air = Air(ORDER)
    yield air
    air.close()


@pytest.mark.covers("G-C15")
def test_the_desk_says_what_a_scanner_reads_and_the_key_page_shows_such_a_code(
    playwright: Playwright, demo: Demo, administrator: Visit, home: Home, pictures: Path | None
) -> None:
    desk, page = administrator, administrator.page
    door = home.doors[0]
    desk.go(f"/doors/{door['iotId']}?tab=reading")
    page.get_by_text("A form of its own").click()
    page.get_by_label("Prefix").fill("88")
    page.get_by_text("For this door only").click()
    page.get_by_label("Name of the door").fill(BLE_NAME)
    page.get_by_label("Order number of the site's doors").fill(ORDER)
    expect(page.locator("code", has_text="88")).to_be_visible()
    if pictures is not None:
        for width, height in ((1440, 900), (360, 740)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(300)
            page.screenshot(path=pictures / f"console-reading-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1440, "height": 900})
    with page.expect_response(lambda one: one.url.endswith("/bluetooth") and one.request.method == "PUT"):
        page.get_by_role("button", name="Save", exact=True).click()
    assert desk.take_faults() == []

    with open_phone(playwright, demo.url) as visit:
        phone = visit.page
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        visit.go("/m/key")
        phone.get_by_role("button", name=door["name"], exact=True).click()
        code = phone.get_by_role("img", name="once")
        code.wait_for()
        first = code.get_attribute("data-text") or ""
        assert (len(first), first[:2], first.isdigit()) == (12, "88", True)
        phone.get_by_text("Hold it before the door's reader").wait_for()  # the door has it
        look(visit, "own-code", pictures)
        phone.get_by_role("button", name="Another code").click()
        expect(code).not_to_have_attribute("data-text", first)
        phone.get_by_role("button", name="Other doors").click()
        sealed = phone.get_by_role("img", name="QR code that opens your doors")
        assert len(sealed.get_attribute("data-text") or "") == 88
        visit.looks("zh-CN", "dark")
        visit.go("/m/key")
        phone.get_by_role("button", name=door["name"], exact=True).click()
        phone.get_by_text("请对准门禁读头").wait_for()
        look(visit, "own-code-zh-dark", pictures)


@pytest.mark.covers("G-C17", "G-C19")
def test_a_phone_opens_a_door_by_bluetooth(
    playwright: Playwright, demo: Demo, administrator: Visit, home: Home, air: Air, pictures: Path | None
) -> None:
    """The page's own bytes at the simulated door's own chip: found by name in both modes, opened by an encrypted card."""
    console = f"/console/communities/{home.community}"
    own, wall = home.doors[0], home.doors[1]
    _send(administrator, "PUT", f"{console}/door-readings/bluetooth", {"bleOrder": ORDER})
    for door, name in ((own, BLE_NAME), (wall, WALL_NAME)):
        _send(administrator, "PUT", f"/console/doors/{door['iotId']}/reading", {"bleName": name})
    _send(
        administrator, "POST", f"{console}/credentials",
        {"kind": "ble", "personId": home.person, "number": CARD, "reach": "doors",
         "iotIds": [own["iotId"], wall["iotId"]]},
    )  # fmt: skip
    air.door(BLE_NAME, CARD)
    air.door(WALL_NAME, "another card")
    with open_phone(playwright, demo.url) as visit:
        page = visit.page
        air.join(visit.context)
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        visit.go("/m/key")
        page.get_by_role("button", name="Open by Bluetooth").click()
        page.get_by_role("region", name=own["name"]).wait_for()
        look(visit, "bluetooth", pictures)
        page.get_by_role("button", name=f"Open {own['name']} by Bluetooth").click()
        page.get_by_text("The door has let you in.").wait_for()
        look(visit, "bluetooth-open", pictures)
        assert air.opened == [(BLE_NAME, CARD)]
        assert page.evaluate("window.__asked") == {
            "filters": [{"name": BLE_NAME}], "companies": 65536,
            "services": ["f6ecfffa-bda1-46ec-a43a-6d86de88561d"],
        }  # fmt: skip
        first = page.evaluate("window.__written")
        assert [len(piece) // 2 for piece in first] == [20]
        page.get_by_role("button", name=f"Open {own['name']} by Bluetooth").click()
        page.wait_for_function("window.__written.length === 2")
        page.get_by_text("The door has let you in.").wait_for()
        assert page.evaluate("window.__written")[1] != first[0]  # what was overheard is worth nothing

        page.get_by_role("button", name=f"Open {wall['name']} by Bluetooth").click()
        page.get_by_text("The door does not know your card").wait_for()
        look(visit, "bluetooth-refused", pictures)
        page.evaluate("window.__closesList = true")
        page.get_by_role("button", name=f"Open {own['name']} by Bluetooth").click()
        page.get_by_text("No door was chosen").wait_for()
        assert air.opened == [(BLE_NAME, CARD)] * 2
        visit.looks("zh-CN", "dark")
        visit.go("/m/bluetooth")
        page.get_by_role("button", name=f"开门：{own['name']}（蓝牙）").click()
        page.get_by_text("门禁已放行").wait_for()
        look(visit, "bluetooth-zh-dark", pictures)


@pytest.mark.parametrize(("language", "theme"), [("zh-CN", "dark"), ("en", "light")])
def test_a_browser_without_bluetooth_says_so_and_offers_the_code(
    playwright: Playwright, demo: Demo, home: Home, pictures: Path | None, language: str, theme: str
) -> None:
    with open_phone(playwright, demo.url) as visit:
        visit.context.add_init_script("Object.defineProperty(navigator, 'bluetooth', { value: undefined })")
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        visit.looks(language, theme)
        visit.go("/m/bluetooth")
        words, button = {
            "zh-CN": ("此浏览器不能使用蓝牙", "出示二维码"),
            "en": ("This browser cannot use Bluetooth", "Show the QR key"),
        }[language]  # fmt: skip
        visit.page.get_by_text(words).wait_for()
        look(visit, f"bluetooth-none-{language}", pictures)
        visit.page.get_by_role("button", name=button).first.click()
        visit.page.wait_for_url("**/m/key")
