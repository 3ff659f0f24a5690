"""Doors at the desk and on the wall: a pass as it happens, credentials ended, the denied lifted, why it does not open."""

import asyncio
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from linli.demo.logins import RESIDENT_LOGIN
from linli.sim.face_door import SimulatedFaceDoor
from linli.sim.link import Triple
from tests.browser.conftest import Demo, Visit, open_browser
from tests.browser.phone import STILL, findings, look, open_phone, sign_in

CARD = "0455AA77"
SIZES = ((1440, 900), (360, 780))


class DoorInThread:
    """A simulated door with an event loop of its own: the browser has this thread's."""

    def __init__(self, triple: Triple, port: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.door = self.do(lambda: SimulatedFaceDoor(triple, "127.0.0.1", port))
        self._wait(self.door.start())
        self._wait(self.door.link.wait_online())

    def do[T](self, act: Callable[[], T]) -> T:
        async def acted() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(acted(), self._loop).result(10)

    def until(self, met: Callable[[], object]) -> None:
        async def waited() -> None:
            async with asyncio.timeout(30):
                while not met():
                    await asyncio.sleep(0.02)

        self._wait(waited())

    def upload(self, picture: bytes) -> str:
        found: str = self._wait(self.door.upload_capture(picture))
        return found

    def swipe(self, card: str) -> bool:
        return self.do(lambda: self.door.swipe(card).opens)

    def stop(self) -> None:
        self._wait(self.door.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(40)


class Site:
    """The sample's first community with one more door, and somebody who has a card for it."""

    def __init__(self, visit: Visit, demo: Demo) -> None:
        self.visit = visit
        self.community = self.get("/communities?applyStatus=2")["data"][0]["id"]
        self.here = f"/communities/{self.community}"
        person = self.get(f"{self.here}/residents?status=1&pageSize=5")["data"][2]
        self.person, self.name = person["identityId"], person["name"]
        product = next(row["iotId"] for row in self.get("/doors?pageSize=50")["data"] if not row["lift"])
        key = self.get(f"/doors/{product}")["productKey"]
        body = {"communityId": int(self.community), "sn": "WALL-1", "name": "Test gate", "productKey": key}
        told = self.post("/doors", body)
        self.iot_id = told["iotId"]
        triple = Triple(told["productKey"], told["deviceName"], told["deviceSecret"])
        self.door = DoorInThread(triple, demo.mqtt_port)
        card = {
            "kind": "card",
            "personId": self.person,
            "number": CARD,
            "reach": "doors",
            "iotIds": [self.iot_id],
        }
        self.post(f"{self.here}/credentials", card)
        self.door.until(lambda: CARD in self.door.door.held.cards)

    def get(self, path: str) -> Any:
        answer = self.visit.page.request.get(f"{self.visit.base}/api/console{path}")
        assert answer.ok, answer.text()
        return answer.json()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        answer = self.visit.page.request.post(
            f"{self.visit.base}/api/console{path}", data=body, headers={"X-Linli-Request": "1"}
        )
        assert answer.ok, answer.text()
        return answer.json() if answer.text() else None


@pytest.fixture(scope="module")
def pictures() -> Path | None:
    """Where to keep pictures of the pages, when somebody wants to look at them."""
    folder = os.environ.get("LINLI_PHONE_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) if folder else None


@pytest.fixture(scope="module")
def desk(playwright: Playwright, demo: Demo) -> Iterator[Visit]:
    visit = open_browser(playwright, demo.url)
    visit.page.emulate_media(reduced_motion="reduce")
    visit.looks()
    visit.sign_in("admin", demo.passwords["admin"])
    yield visit
    visit.context.close()


@pytest.fixture(scope="module")
def site(desk: Visit, demo: Demo) -> Iterator[Site]:
    made = Site(desk, demo)
    yield made
    made.door.stop()


def _look(visit: Visit, name: str, pictures: Path | None) -> None:
    """At both sizes in both looks: nothing serious for axe, nothing wider than the screen, no fault."""
    page = visit.page
    try:
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for dark in (False, True):
                page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", dark)
                page.wait_for_timeout(200)
                page.wait_for_function(STILL)
                if pictures is not None:
                    page.screenshot(path=pictures / f"{name}-{width}-{'dark' if dark else 'light'}.png")
                assert findings(visit) == [], f"{name} at {width}, dark: {dark}"
            wide = page.evaluate(
                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{name}: wider than {width} px"
    finally:  # other files use this page after this one
        page.set_viewport_size({"width": 1440, "height": 900})
        page.evaluate("() => document.documentElement.classList.remove('dark')")
    assert visit.take_faults() == [], name


@pytest.mark.covers("DOOR-03")
def test_the_wall_shows_a_pass_as_it_happens(desk: Visit, site: Site, pictures: Path | None) -> None:
    page = desk.page
    desk.go(f"/wall?doors={site.iot_id}")
    page.get_by_text("No passes yet.").wait_for()
    page.get_by_text("Live", exact=True).wait_for()
    assert site.door.swipe(CARD)
    last = page.get_by_role("region", name="The last pass")
    last.get_by_text(site.name).wait_for()
    expect(last.get_by_text("Passed")).to_be_visible()
    # A stranger is refused and stays in sight while others pass.
    assert not site.door.swipe("0000000000")
    last.get_by_text("This door does not know the card").wait_for()
    capture = site.door.upload(_picture())
    site.door.do(lambda: site.door.door.show_face(None, capture=capture, temperature=37.8))
    last.get_by_text("37.8 °C").wait_for()
    site.door.swipe(CARD)
    refused = page.get_by_role("region", name="Refused just now")
    expect(refused.get_by_text("This door does not know the card")).to_be_visible()
    picture = refused.locator("img").first
    assert picture.evaluate("one => one.naturalWidth") == 200
    # What comes while paused is shown after the pause; what comes while the line is down, once it is back.
    page.get_by_role("button", name="Pause").click()
    seen = _count(page)
    site.door.swipe(CARD)
    page.get_by_text(re.compile(r"Paused, \d+ waiting")).wait_for()  # the sample's own doors go on
    assert _count(page) == seen
    page.get_by_role("button", name="Resume").click()
    page.wait_for_function(_MORE, arg=seen)
    desk.context.set_offline(True)
    page.get_by_text("The connection is lost").wait_for()
    seen = _count(page)
    site.door.swipe(CARD)
    desk.context.set_offline(False)
    page.wait_for_function(_MORE, arg=seen, timeout=20_000)
    _look(desk, "wall", pictures)
    desk.go("/wall")
    page.get_by_test_id("wall-passes").wait_for()
    page.wait_for_function("() => document.querySelectorAll('[data-testid=wall-passes] article').length > 8")
    _look(desk, "wall-all", pictures)
    if pictures is not None:
        page.set_viewport_size({"width": 3840, "height": 2160})
        desk.go("/wall")
        page.wait_for_timeout(3000)
        page.screenshot(path=pictures / "wall-all-3840.png")
        page.set_viewport_size({"width": 1440, "height": 900})


_CARDS = "document.querySelectorAll('[data-testid=wall] article').length"
_MORE = f"before => {_CARDS} > before"


def _count(page: Page) -> int:
    return int(page.evaluate(f"() => {_CARDS}"))


def _picture() -> bytes:
    from linli.demo.picture import portrait  # draws a head: takes its time

    return portrait(3)


def test_passes_are_found_by_door_and_kind_and_taken_away(
    desk: Visit, site: Site, pictures: Path | None
) -> None:
    page = desk.page
    site.door.swipe(CARD)
    desk.go(f"/passes?door={site.iot_id}&kind=CARD")
    page.locator("tbody tr").first.wait_for()
    page.locator("tbody").get_by_role("button", name=site.name).first.click()
    expect(page).to_have_url(re.compile("personId="))
    _look(desk, "passes", pictures)
    page.locator("tbody tr").first.locator("button.at").click()
    page.get_by_text("The door's words").wait_for()
    _look(desk, "pass", pictures)
    page.keyboard.press("Escape")
    with page.expect_download() as file:
        page.get_by_role("link", name="CSV").click()
    assert site.name in Path(file.value.path()).read_text("utf-8-sig")
    with page.expect_download() as file:
        page.get_by_role("link", name="Excel").click()
    assert Path(file.value.path()).read_bytes().startswith(b"PK")


def test_doors_say_what_they_hold_and_how_wrong_their_clocks_are(
    desk: Visit, site: Site, pictures: Path | None
) -> None:
    page = desk.page
    desk.go("/doors?q=Test gate")
    row = page.locator("tbody tr").first
    expect(row.get_by_role("link", name="card 1")).to_be_visible()
    expect(row.get_by_text("right")).to_be_visible()
    _look(desk, "doors", pictures)
    row.get_by_role("link", name="card 1").click()
    page.get_by_role("tabpanel", name="Deliveries").locator("tbody tr").first.wait_for()


@pytest.mark.covers("PM-02")
def test_why_a_door_does_not_open_is_mended_where_it_is_told(
    desk: Visit, site: Site, pictures: Path | None
) -> None:
    page = desk.page
    site.post(f"{site.here}/denied", {"personId": site.person, "reason": "Card was passed on"})
    site.door.until(lambda: CARD not in site.door.door.held.cards)
    assert not site.door.swipe(CARD)
    desk.go(f"/passes?door={site.iot_id}&result=refused")
    page.locator("tbody tr", has_text=site.name).first.get_by_role("button", name="Why?").click()
    page.get_by_role("status").get_by_text("The property has shut the doors").wait_for()
    _look(desk, "why", pictures)
    page.get_by_role("dialog").get_by_role("button", name="Let the rights hold again").click()
    site.door.until(lambda: CARD in site.door.door.held.cards)
    assert site.door.swipe(CARD)


def test_a_credential_is_ended_and_that_undone(desk: Visit, site: Site, pictures: Path | None) -> None:
    page = desk.page
    desk.go(f"/credentials?q={CARD}")
    row = page.locator("tbody tr").first
    expect(row.get_by_text(site.name)).to_be_visible()
    _look(desk, "credentials", pictures)
    row.get_by_role("button", name="End").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Lost")
    _look(desk, "credential-end", pictures)
    dialog.get_by_role("button", name="End").click()
    site.door.until(lambda: CARD not in site.door.door.held.cards)
    expect(row.get_by_text("Ended")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    site.door.until(lambda: CARD in site.door.door.held.cards)
    expect(row.get_by_text("In use")).to_be_visible()
    desk.go("/credentials?kind=qr")
    page.locator("tbody tr").nth(3).wait_for()
    page.get_by_role("button", name="Give a credential").click()
    page.locator("#give-number").wait_for()
    _look(desk, "credential-give", pictures)


@pytest.mark.covers("DOOR-03")
def test_a_card_is_given_with_hours_and_everybody_concerned_reads_them(
    playwright: Playwright, desk: Visit, site: Site, demo: Demo, pictures: Path | None
) -> None:
    page = desk.page
    holder = site.get(f"{site.here}/residents?status=1&q={RESIDENT_LOGIN}")["data"][0]
    desk.go("/credentials")
    page.get_by_role("button", name="Give a credential").click()
    panel = page.get_by_role("dialog", name="Give a credential")
    panel.locator("#give-person").fill(RESIDENT_LOGIN)
    page.locator(".el-select-dropdown__item:visible", has_text=holder["name"]).first.click()
    panel.locator("#give-number").fill("0455AA99")
    panel.get_by_role("radio", name="All doors").check(force=True)
    panel.get_by_role("button", name="Set hours").click()
    hours = page.get_by_role("dialog", name="Hours of Card")
    hours.get_by_text("Weekly hours", exact=True).click()
    expect(hours.get_by_text("Mon–Fri 08:00–18:00")).to_be_visible()
    _look(desk, "credential-hours", pictures)
    hours.get_by_role("button", name="Use these hours").click()
    expect(panel.get_by_text("Mon–Fri 08:00–18:00")).to_be_visible()
    _look(desk, "credential-give-hours", pictures)
    panel.get_by_role("button", name="Give a credential").click()
    desk.go("/credentials?q=0455AA99")
    expect(page.locator("tbody tr").first.get_by_text("Mon–Fri 08:00–18:00")).to_be_visible()
    _look(desk, "credentials-hours", pictures)
    site.door.until(lambda: "0455AA99" in site.door.door.held.cards)
    assert site.door.door.held.cards["0455AA99"].schedule == "* * 8-17 ? * MON-FRI"
    with open_phone(playwright, demo.url) as visit:
        sign_in(visit, RESIDENT_LOGIN, demo.code)
        visit.go("/m/key")
        visit.page.get_by_text("Opens Mon–Fri 08:00–18:00").first.wait_for()
        look(visit, "resident-hours", pictures)
    with open_phone(playwright, demo.url) as visit:
        visit.sign_in_quietly("manager", demo.passwords["manager"])
        visit.go(f"/staff/residents/{holder['identityId']}")
        visit.page.get_by_text("Opens Mon–Fri 08:00–18:00").first.wait_for()
        look(visit, "staff-hours", pictures)


def test_the_board_tells_what_a_door_refused_and_in_whose_words(
    desk: Visit, site: Site, pictures: Path | None
) -> None:
    page = desk.page
    door = site.door.door
    site.door.do(lambda: setattr(door, "refuse_files", True))
    person = site.get(f"{site.here}/residents?status=1&pageSize=5")["data"][3]["identityId"]
    card = {
        "kind": "card",
        "personId": person,
        "number": "0455AA55",
        "reach": "doors",
        "iotIds": [site.iot_id],
    }
    site.post(f"{site.here}/credentials", card)
    desk.go("/deliveries/devices")
    row = page.locator("tbody tr", has_text="Test gate")
    for _ in range(20):
        if row.get_by_text("storage fault").count():
            break
        page.wait_for_timeout(500)
        page.reload()
        row.wait_for()
    expect(row.get_by_text("storage fault")).to_be_visible()
    _look(desk, "board-refused", pictures)
    site.door.do(lambda: setattr(door, "refuse_files", False))
    row.get_by_role("button", name="Reset and retry").click()
    site.door.until(lambda: "0455AA55" in door.held.cards)


def test_a_community_lives_by_the_clocks_of_its_zone(desk: Visit, site: Site, pictures: Path | None) -> None:
    page = desk.page
    for zone in ("Asia/Urumqi", "Asia/Shanghai"):
        desk.go(f"/communities/{site.community}")
        chosen = page.get_by_role("combobox", name="Time zone")
        chosen.fill(zone)
        page.locator(".el-select-dropdown__item:visible", has_text=zone).click()
        form = page.locator("form", has=page.get_by_role("combobox", name="Time zone"))
        if zone == "Asia/Urumqi":
            _look(desk, "community-zone", pictures)
        form.get_by_role("button", name="Save").click()
        expect(page.locator("dd", has_text=zone)).to_be_visible()
        assert site.get(f"/communities/{site.community}")["timeZone"] == zone


def test_the_denied_are_listed_with_who_said_so_and_lifted(
    desk: Visit, site: Site, pictures: Path | None
) -> None:
    page = desk.page
    desk.go("/denied")
    page.get_by_role("button", name="Deny a person").click()
    panel = page.get_by_role("dialog")
    panel.locator("#deny-person").fill(site.name)
    page.locator(".el-select-dropdown__item:visible", has_text=site.name).first.click()
    panel.get_by_label("Reason").fill("Moved furniture through the lobby at night")
    panel.get_by_role("button", name="Deny a person").click()
    row = page.locator("tbody tr", has_text=site.name).first
    row.get_by_role("button", name="Lift").wait_for()
    _look(desk, "denied", pictures)
    row.get_by_role("button", name="Lift").click()
    page.get_by_text(f"Doors open to {site.name} again").wait_for()
    page.get_by_role("button", name="Lifted ones too").click()
    expect(page.locator("tbody tr", has_text="at night").get_by_text("Lifted")).to_be_visible()


def test_staff_ask_on_the_phone_why_a_door_does_not_open_and_mend_it(
    playwright: Playwright, desk: Visit, site: Site, demo: Demo, pictures: Path | None
) -> None:
    site.post(f"{site.here}/denied", {"personId": site.person, "reason": "Card was passed on"})
    site.door.until(lambda: CARD not in site.door.door.held.cards)
    assert not site.door.swipe(CARD)
    with open_phone(playwright, demo.url) as visit:
        page = visit.page
        visit.go("/staff/")
        page.fill("#login", "manager")
        page.fill("#password", demo.passwords["manager"])
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("link", name="Door does not open").click()
        page.fill("#find-who", site.name)
        page.get_by_role("button", name="Find").click()
        look(visit, "staff-why-who", pictures)
        page.get_by_role("button", name=site.name).first.click()
        # The door that refused the person last is chosen already.
        page.get_by_role("status").get_by_text("The property has shut the doors").wait_for()
        expect(page.locator("#which-door")).to_have_value(site.iot_id)
        look(visit, "staff-why", pictures)
        page.get_by_role("button", name="Let the rights hold again").click()
        page.get_by_text("Done. The door hears of it").wait_for()
        site.door.until(lambda: CARD in site.door.door.held.cards)
        visit.go("/staff/passes")
        page.get_by_role("link", name="Why?").first.wait_for()
        look(visit, "staff-passes", pictures)


def test_a_delivery_leads_to_why_its_door_does_not_open(
    desk: Visit, site: Site, pictures: Path | None
) -> None:
    page = desk.page
    desk.go(f"/doors/{site.iot_id}?tab=deliveries")
    page.get_by_role("button", name="Why?").first.click()
    page.get_by_role("button", name="Look again").wait_for()
    _look(desk, "delivery-why", pictures)
