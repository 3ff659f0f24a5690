"""The box's own page in a browser: first log-in, every section on a desk and on a phone, the network, a download."""

import asyncio
import contextlib
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from linli.edge.services.cellular import CellularKeeper
from linli.edge.services.network import LinkOutcome, ModemLink
from linli.kernel.clock import SystemClock
from tests.browser.visit import Visit, open_browser
from tests.edge.services.console_box import ConsoleBox
from tests.edge.services.modem_service import NAME, ModemService, looked_after, private_bus

SECTIONS = (
    "status",
    "devices",
    "parking",
    "video",
    "logs",
    "diagnosis",
    "network",
    "interconnect",
    "files",
    "keeping",
    "activation",
)
PASSWORD = "a good password"


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """In a thread of its own, as the browser's calls block this one."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


@pytest.fixture
def box(tmp_path: Path, loop: asyncio.AbstractEventLoop) -> Iterator[ConsoleBox]:
    async def run() -> ConsoleBox:
        box = ConsoleBox(tmp_path, doors=130)
        (box.home / "identity.json").write_text('{"serialNumber": "SN-1"}')
        await box.start()
        for n in range(60):
            await box.store.add(f"pass/{n:03}.jpg", b"\xff\xd8" * 900, 7200)
        return box

    box = asyncio.run_coroutine_threadsafe(run(), loop).result(60)
    yield box
    asyncio.run_coroutine_threadsafe(box.stop(), loop).result(60)


class NoCard:
    def link(self, link: ModemLink, *, fresh: bool) -> LinkOutcome:
        return LinkOutcome()


@pytest.fixture
def modem(box: ConsoleBox, loop: asyncio.AbstractEventLoop, tmp_path: Path) -> Iterator[ModemService]:
    """Its box looks after it, over a real D-Bus."""
    if shutil.which("dbus-daemon") is None:
        pytest.skip("dbus is not installed")
    ends, service = contextlib.AsyncExitStack(), ModemService()

    async def run() -> None:
        bus = await ends.enter_async_context(private_bus(tmp_path))
        await service.start(bus)
        ends.push_async_callback(service.stop)
        box.parts.cellular = CellularKeeper(box.home, NoCard(), SystemClock(), bus=bus, first_s=0.5)
        await ends.enter_async_context(looked_after(box.parts.cellular))

    asyncio.run_coroutine_threadsafe(run(), loop).result(60)
    yield service
    asyncio.run_coroutine_threadsafe(ends.aclose(), loop).result(60)


@pytest.fixture
def visit(browser: Browser, box: ConsoleBox) -> Iterator[Visit]:
    said: list[str] = []
    with open_browser(browser, box.url) as visit:
        visit.page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        yield visit
        assert said == []
        assert visit.take_faults() == []


def log_in(visit: Visit, code: str) -> Page:
    page = visit.page
    visit.go("/")
    page.fill("[name=word]", code)
    page.fill("[name=new]", PASSWORD)
    page.click("button.first")
    page.wait_for_selector(".hero")
    return page


def test_every_section_fits_a_desk_and_a_phone_in_both_languages(visit: Visit, box: ConsoleBox) -> None:
    page = log_in(visit, box.code)
    for width, height in ((1440, 900), (360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        for _ in range(2):
            page.click(".top button >> nth=0")  # the other language
            for section in SECTIONS:
                visit.go(f"/#/{section}")
                page.wait_for_selector(
                    f".nav a[href='#/{section}'][aria-current]"
                )  # the section comes with it
                page.wait_for_selector("h1")
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (section, width)
                assert not {"null", "undefined", "[object Object]"} & set(page.inner_text("#page").split())


def test_the_network_is_set_from_the_page_and_a_backup_is_downloaded(visit: Visit, box: ConsoleBox) -> None:
    page = log_in(visit, box.code)
    visit.go("/#/network")
    for name, value in (("device", "eno1"), ("address", "10.249.24.20"), ("gateway", "10.1.1.1")):
        page.fill(f"[data-field='outside.{name}'] input", value)
    page.click("#page button.first")
    page.wait_for_selector("[data-field='outside.gateway'] .wrong")
    page.fill("[data-field='outside.gateway'] input", "10.249.24.1")
    page.click("#page button.first")
    page.wait_for_selector("pre >> text=+IPADDR=10.249.24.20")
    page.click(".card:has(pre) button.first")
    page.click("dialog button.first")
    page.wait_for_selector("dl >> text=10.249.24.20 / 255.255.255.0")
    assert (box.scripts / "ifcfg-eno1").exists()

    visit.go("/#/keeping")
    for n in range(2):
        page.fill(f"#page input[type=password] >> nth={n}", "a long passphrase")
    with page.expect_download() as download:
        page.click("#page button.first")
    assert download.value.suggested_filename.startswith("jinanwangyuefu-01-")
    assert Path(download.value.path()).read_bytes().startswith(b"LINLIBOX1\n")


def test_the_modem_is_connected_from_the_page(visit: Visit, box: ConsoleBox, modem: ModemService) -> None:
    page = log_in(visit, box.code)
    modem.refusal = (f"{NAME}.Error.MobileEquipment.MissingOrUnknownApn", "Missing or unknown APN")
    visit.go("/#/network")
    page.wait_for_selector("text=QUALCOMM INCORPORATED EC25")
    page.fill("[data-field='apn'] input", "cmnet")
    page.fill("[data-field='user'] input", "card")
    page.fill("[data-field='password'] input", "s3cret")
    page.get_by_role("button", name="Save and connect").click()
    page.wait_for_selector("text=the network refuses this APN")
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    modem.refusal = None
    page.wait_for_selector("text=wwan0 10.64.3.2")
    assert modem.connects[-1]["password"] == "s3cret"
    visit.go("/#/status")
    visit.go("/#/network")
    page.wait_for_selector("text=wwan0 10.64.3.2")
    assert page.input_value("[data-field='apn'] input") == "cmnet"
    assert page.input_value("[data-field='password'] input") == ""  # never back to the page
    page.get_by_role("button", name="Disconnect").click()
    page.click("dialog button.danger")
    page.wait_for_selector("text=wwan0 10.64.3.2", state="detached")


def test_a_cut_line_shows_by_itself(visit: Visit, box: ConsoleBox) -> None:
    page = log_in(visit, box.code)
    box.state.line_up = False
    page.wait_for_selector(".hero .lamp.bad")
    assert "1,284" in page.inner_text(".tiles")


def test_a_call_from_an_unknown_address_is_settled_from_the_page(visit: Visit, box: ConsoleBox) -> None:
    page = log_in(visit, box.code)
    page.wait_for_selector("text=10.249.8.77")
    page.get_by_role("button", name="Confirm the address").click()
    page.wait_for_selector("dialog >> text=HJSB-000205.1 may call from 10.249.8.77")
    page.click("dialog button.first")
    page.wait_for_selector("text=10.249.8.77", state="detached")
    assert box.state.settled == [("HJSB-000205.1", "10.249.8.77", True)]
