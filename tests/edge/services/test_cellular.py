"""The box's modem by ModemManager: what is shown, connecting, why it cannot, and coming again. On a real D-Bus."""

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from linli.edge.services.cellular import CellularKeeper
from linli.edge.services.network import LinkOutcome, ModemLink
from linli.kernel.clock import SystemClock
from tests.edge.services.console_box import ConsoleBox
from tests.edge.services.modem_service import (
    DHCP,
    IMEI,
    NAME,
    PPP,
    ModemService,
    Variant,
    looked_after,
    private_bus,
)
from tests.edge.services.test_console import PASSWORD, Page

APN = {"apn": "cmnet", "ipType": "ipv4"}
MODEM_MANAGER = "/usr/sbin/ModemManager"
pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="dbus is not installed")


class Card:
    """What the modem's card was given."""

    def __init__(self) -> None:
        self.links: list[tuple[ModemLink, bool]] = []
        self.outcome = LinkOutcome()

    def link(self, link: ModemLink, *, fresh: bool) -> LinkOutcome:
        self.links.append((link, fresh))
        return self.outcome


class Site:
    """A box's page with the keeper of its modem behind it."""

    def __init__(self, page: Page, keeper: CellularKeeper, card: Card, service: ModemService) -> None:
        self.page, self.keeper, self.card, self.service = page, keeper, card, service

    async def until(self, holds: Callable[[dict[str, Any]], object], what: str) -> dict[str, Any]:
        view: dict[str, Any] = {}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(60):
                while not holds(view := await self.look()):
                    await asyncio.sleep(0.02)
                return view
        raise AssertionError(f"{what}: {view}")

    async def until_why(self, why: str) -> dict[str, Any]:
        return await self.until(lambda view: view["why"] == why, why)

    async def until_connected(self) -> dict[str, Any]:
        return await self.until(lambda view: view["progress"] == "connected", "connected")

    async def look(self) -> dict[str, Any]:
        return dict((await self.page.get("cellular")).json())

    async def connect(self, **words: Any) -> None:
        answer = await self.page.post("cellular/connect", APN | words)
        assert (answer.status_code, answer.json()) == (200, {})


@contextlib.asynccontextmanager
async def page_of(box: ConsoleBox) -> AsyncIterator[Page]:
    await box.start()
    page = Page(box)
    try:
        assert (await page.log_in(box.code, PASSWORD)).status_code == 200
        yield page
    finally:
        await page.http.aclose()
        await box.stop()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    box, card, service = ConsoleBox(tmp_path), Card(), ModemService()
    async with private_bus(tmp_path) as bus, page_of(box) as page:
        await service.start(bus)
        keeper = box.parts.cellular = CellularKeeper(box.home, card, SystemClock(), bus=bus, first_s=0.3)
        async with looked_after(keeper):
            yield Site(page, keeper, card, service)
        await service.stop()


# what there is


async def test_a_modem_is_shown_with_its_sim_and_network(site: Site) -> None:
    view = await site.until(lambda view: view["modems"], "no modem is shown")
    assert view["modems"] == [
        {
            "id": "9f2c5a",
            "maker": "QUALCOMM INCORPORATED",
            "model": "EC25",
            "imei": "***3809",
            "sim": "ready",
            "operator": "CHINA MOBILE",
            "registration": "home",
            "state": "registered",
            "signal": 67,
            "access": ["LTE"],
            "interface": "wwan0",
        }
    ]
    assert (view["progress"], IMEI in json.dumps(view), "460001234567890" in json.dumps(view)) == (
        "off",
        False,
        False,
    )
    assert site.service.connects == []  # nobody said so
    site.service.network["RegistrationState"] = Variant("u", 2)
    site.service.modem["SignalQuality"] = Variant("(ub)", [12, True])
    site.service.tell()
    view = await site.until(lambda view: view["modems"][0]["signal"] == 12, "its news are not heard")
    assert (view["modems"][0]["registration"], view["modems"][0]["operator"]) == ("searching", "CMCC")


async def test_what_is_missing_is_said(tmp_path: Path) -> None:
    box = ConsoleBox(tmp_path)
    async with page_of(box) as page:
        assert (await page.get("cellular")).json() == {}
        assert (await page.post("cellular/connect", APN)).status_code == 404
        box.parts.cellular = keeper = CellularKeeper(
            box.home, Card(), SystemClock(), bus=f"unix:path={tmp_path}/none"
        )
        site = Site(page, keeper, Card(), ModemService())
        async with looked_after(keeper):
            view = await site.until_why("no_bus")
            assert "D-Bus" in view["text"]


async def test_one_whose_modem_manager_comes_later_is_told_so(site: Site) -> None:
    site.service.present = False
    await site.service.stop()
    view = await site.until_why("no_service")
    assert (view["progress"], "ModemManager does not run" in view["text"]) == ("off", True)
    await site.connect()
    await site.until(
        lambda view: (view["progress"], view["why"]) == ("waiting", "no_service"), "it is not on"
    )
    await site.service.start(site.keeper._bus)
    assert (await site.until_why("no_modem"))["text"] == "there is no modem"
    site.page.http.headers["accept-language"] = "zh"
    assert (await site.look())["text"] == "没有蜂窝模块"
    site.service.present = True
    site.service.tell()
    await site.until_connected()


# connecting


@pytest.mark.covers("H-88")
async def test_it_connects_and_gives_its_card_the_addresses(site: Site) -> None:
    await site.connect(user="card", password="s3cret", roaming=True)
    view = await site.until_connected()
    assert site.service.connects == [
        {"apn": "cmnet", "user": "card", "password": "s3cret", "ip-type": 1, "allow-roaming": True}
    ]
    assert (view["interface"], view["address"], view["why"]) == ("wwan0", "10.64.3.2", "")
    link = ModemLink(
        device="wwan0",
        method="static",
        address="10.64.3.2",
        prefix=30,
        gateway="10.64.3.1",
        dns=["114.114.114.114"],
        mtu=1428,
    )
    assert site.card.links[-1] == (link, True)
    assert view["settings"] == {
        "on": True,
        "modem": "",
        "apn": "cmnet",
        "user": "card",
        "ipType": "ipv4",
        "roaming": True,
        "hasPassword": True,
        "hasPin": False,
    }
    kept = site.page.box.home / "cellular.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    await site.connect(user="card", apn="iot")  # the password stays, the connection is made anew
    await site.until(lambda view: len(site.service.connects) == 2, "other settings are not used")
    assert site.service.connects[1] == {
        "apn": "iot",
        "user": "card",
        "password": "s3cret",
        "ip-type": 1,
        "allow-roaming": False,
    }
    await site.until_connected()

    assert (await site.page.post("cellular/disconnect")).status_code == 200
    await site.until(lambda view: site.service.disconnects == 2, "it does not disconnect")
    await site.until(lambda view: view["modems"][0]["state"] == "registered", "it does not disconnect")
    assert site.card.links[-1] == (ModemLink(device="wwan0", method="none"), False)
    assert len(site.service.connects) == 2


async def test_the_settings_hold_after_a_restart_and_a_connection_that_stands_is_kept(site: Site) -> None:
    await site.connect()
    await site.until_connected()
    card = Card()
    again = CellularKeeper(site.page.box.home, card, SystemClock(), bus=site.keeper._bus)
    async with looked_after(again):
        async with asyncio.timeout(60):
            while again.view().progress != "connected":
                await asyncio.sleep(0.02)
    assert len(site.service.connects) == 1
    assert [(link.address, fresh) for link, fresh in card.links] == [("10.64.3.2", False)]


@pytest.mark.parametrize(
    "field, value",
    [("apn", "a b"), ("apn", "-x"), ("pin", "12"), ("pin", "12345678x"), ("ipType", "ipv6"), ("user", "ü")],
)
async def test_bad_settings_are_refused_by_field(site: Site, field: str, value: str) -> None:
    answer = await site.page.post("cellular/connect", APN | {field: value})
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert not (site.page.box.home / "cellular.json").exists()


async def test_a_bearer_by_dhcp_and_one_by_ppp(site: Site) -> None:
    site.service.addresses = DHCP
    await site.connect()
    await site.until_connected()
    assert site.card.links[-1] == (ModemLink(device="wwan0", method="dhcp"), True)
    site.service.addresses = PPP
    site.service.drop()
    view = await site.until_why("ppp")
    assert "PPP" in view["text"]


# why it cannot


@pytest.mark.covers("H-88")
@pytest.mark.parametrize(
    "error, why, says",
    [
        ("MobileEquipment.MissingOrUnknownApn", "apn_refused", "refuses this APN"),
        ("MobileEquipment.GprsServiceOptionNotSubscribed", "apn_refused", "refuses this APN"),
        ("MobileEquipment.UserAuthenticationFailed", "login_refused", "user and password"),
        ("MobileEquipment.NetworkNotAllowed", "registration_denied", "refuses this SIM card"),
        ("MobileEquipment.NetworkTimeout", "no_network", "antenna"),
        ("Core.Unauthorized", "not_allowed", "polkit"),
        ("Core.Failed", "other", "could not connect"),
    ],
)
async def test_a_refusal_is_told_and_tried_again(site: Site, error: str, why: str, says: str) -> None:
    site.service.refusal = (f"{NAME}.Error.{error}", "Call failed: s3cret")
    await site.connect(user="card", password="s3cret")
    view = await site.until_why(why)
    assert says in view["text"]
    assert "s3cret" not in json.dumps(view)
    assert "Call failed: ***" in view["detail"]
    await site.until(lambda view: len(site.service.connects) >= 3, "it is not tried again")
    site.service.refusal = None
    await site.until_connected()


@pytest.mark.covers("H-88")
async def test_what_bars_the_way_is_told_and_not_tried(site: Site) -> None:
    modem, network = site.service.modem, site.service.network
    modem |= {"State": Variant("i", -1), "StateFailedReason": Variant("u", 2)}
    await site.connect()
    view = await site.until_why("sim_missing")
    assert (view["modems"][0]["sim"], "no SIM card" in view["text"], view["retryMs"]) == ("missing", True, 0)
    modem |= {
        "State": Variant("i", 2),
        "StateFailedReason": Variant("u", 0),
        "UnlockRequired": Variant("u", 4),
    }
    site.service.tell()
    assert (await site.until_why("sim_puk"))["modems"][0]["sim"] == "puk"
    assert site.service.connects == []
    modem |= {"State": Variant("i", 8), "UnlockRequired": Variant("u", 1)}
    network["RegistrationState"] = Variant("u", 3)
    site.service.refusal = (f"{NAME}.Error.Core.Timeout", "timed out")
    site.service.tell()
    assert (await site.until_why("registration_denied"))["modems"][0]["registration"] == "denied"
    network["RegistrationState"] = Variant("u", 5)
    site.service.refusal = (f"{NAME}.Error.Core.Unauthorized", "roaming")
    site.service.tell()
    await site.until_why("roaming")


async def test_a_wrong_pin_is_tried_once_only(site: Site) -> None:
    site.service.modem |= {"State": Variant("i", 2), "UnlockRequired": Variant("u", 2)}
    site.service.pin = "1357"
    await site.connect()
    assert (await site.until_why("sim_locked"))["modems"][0]["sim"] == "locked"
    await site.connect(pin="2468")
    view = await site.until_why("pin_wrong")
    assert "2468" not in json.dumps(view)
    for _ in range(3):
        site.service.tell()
        await asyncio.sleep(0.3)
    await site.connect()  # the same PIN, kept
    again = CellularKeeper(site.page.box.home, Card(), SystemClock(), bus=site.keeper._bus)
    async with looked_after(again):  # nor after a restart
        async with asyncio.timeout(60):
            while again.view().why != "pin_wrong":
                await asyncio.sleep(0.02)
    assert (site.service.pins, site.service.connects) == (["2468"], [])
    await site.connect(pin="1357")
    await site.until_connected()
    assert site.service.pins == ["2468", "1357"]


async def test_the_last_try_of_a_pin_is_left_to_a_person(site: Site) -> None:
    locked = {"UnlockRequired": Variant("u", 2), "UnlockRetries": Variant("a{uu}", {2: 1})}
    site.service.modem |= {"State": Variant("i", 2), **locked}
    await site.connect(pin="1357")
    await site.until_why("pin_last_try")
    assert site.service.pins == []


# coming again


async def test_one_that_is_stopped_at_any_moment_ends_nothing_else(tmp_path: Path) -> None:
    async with private_bus(tmp_path) as bus:
        for turns in range(200):  # at each step of the connection, of which some are short
            keeper = CellularKeeper(tmp_path, Card(), SystemClock(), bus=bus)
            async with looked_after(keeper):
                for _ in range(turns // 20):
                    await asyncio.sleep(0)
            await asyncio.sleep(0.001)


async def test_a_lost_connection_comes_again(site: Site) -> None:
    await site.connect()
    await site.until_connected()
    site.service.addresses = (
        site.service.addresses
        | {"address": Variant("s", "10.64.3.1")}
        | {"gateway": Variant("s", "10.64.3.2")}
    )
    site.service.drop((f"{NAME}.Error.MobileEquipment.NetworkTimeout", "detached"))
    await site.until(lambda view: view["address"] == "10.64.3.1", "it does not come again")
    assert [fresh for _, fresh in site.card.links[-2:]] == [True, True]
    await site.service.stop()  # ModemManager is restarted
    await site.until_why("no_service")
    await site.service.start(site.keeper._bus)
    await site.until_connected()


async def test_addresses_that_cannot_be_written_are_told_and_tried_again(site: Site) -> None:
    site.card.outcome = LinkOutcome("not_written", "read-only file system")
    await site.connect()
    view = await site.until_why("not_written")
    assert (view["progress"], view["detail"]) == ("waiting", "read-only file system")
    site.card.outcome = LinkOutcome()
    await site.until_connected()
    assert len(site.service.connects) == 1


# the real one


async def test_the_real_modem_manager_says_that_there_is_no_modem(tmp_path: Path) -> None:
    if not Path(MODEM_MANAGER).exists():
        pytest.skip("modemmanager is not installed")
    box = ConsoleBox(tmp_path)
    async with private_bus(tmp_path) as bus, page_of(box) as page:
        real = await asyncio.create_subprocess_exec(
            MODEM_MANAGER,
            "--test-no-udev",
            "--test-no-suspend-resume",
            env={"DBUS_SYSTEM_BUS_ADDRESS": bus, "PATH": "/usr/sbin:/usr/bin"},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            keeper = box.parts.cellular = CellularKeeper(box.home, Card(), SystemClock(), bus=bus)
            site = Site(page, keeper, Card(), ModemService())
            async with looked_after(keeper):
                await site.connect()
                await site.until_why("no_modem")
        finally:
            real.kill()
            await real.wait()
