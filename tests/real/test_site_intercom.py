"""The intercom of a site on its box: calls and openings with the line cut, and the phones of the cloud with it."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from linli.domains.communities.queries import spaces
from linli.domains.intercom.queries import owners
from linli.edge.doors.caller import Refusal
from linli.kernel.scope import Scope
from linli.protocols import sip
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_baresip import MODULES, Baresip, loudest
from tests.domains.intercom.sip.test_calls import ANSWER, acknowledge, answer, send
from tests.domains.intercom.sip.test_unlocking import asked, press, say_opened, told
from tests.ports import free_port
from tests.real.box_site import HERE, BoxSite, box_site, until
from tests.real.test_box_intercom import homes, may_open, phone_of

JSON: Final = "application/json"
SIP_PORT: Final = 6050
"""Of the box, as people key it into units."""
UNLOCK: Final = b'{"req":"unlock","reqsn":7}'


def free_host() -> str:
    """An address of loopback on which nobody serves SIP."""
    for last in range(80, 250):
        host = f"127.0.7.{last}"
        with socket.socket() as probe:
            try:
                probe.bind((host, SIP_PORT))
            except OSError:
                continue
            return host
    raise AssertionError("no address is free")


class SitePhone(Phone):
    """A phone on the site's LAN, which knows the box as its server."""

    box = ""

    def send(self, data: bytes | sip.Message) -> None:
        self.wire.sendto(bytes(data), (self.box, self.server))

    @classmethod
    async def at(cls, box: str, number: str, password: str) -> "SitePhone":
        loop = asyncio.get_running_loop()
        _, phone = await loop.create_datagram_endpoint(
            lambda: cls(SIP_PORT, number, password), local_addr=(HERE, 0)
        )
        phone.box = box
        return phone


class Town:
    """A site with a door, an indoor unit, a guard desk and a resident's phone at the cloud."""

    site: BoxSite
    houses: dict[str, int]
    door: SitePhone
    unit: SitePhone
    desk: SitePhone
    app: Phone
    group: str

    def __init__(self, site: BoxSite, port: int) -> None:
        self.site, self.port = site, port
        self.phones: list[Phone] = []

    async def build(self) -> "Town":
        site = self.site
        scope, db = Scope.system(site.tenant), site.aside.db
        machine = await site.machine(3)
        await site.add("gate", "video", machine)
        await site.deploy()
        site.runs(machine)
        await site.until_states(gate="online")
        self.houses = await homes(site, scope)
        root = await spaces.require_root(scope, db, site.community)
        place = {"name": "gate", "direction": "ENTRANCE", "spaceId": root}
        await site.send("PUT", f"/doors/{site.iot_ids['gate']}", place)
        products = sorted({(await site.thing(name))["productKey"] for name in site.iot_ids})
        keys = {"provider": "邻里样机", "productKeys": products, "serviceOn": True, "freezeDoors": False}
        await site.send("PUT", f"/communities/{site.community}/door-settings", keys)
        await site.send("PUT", f"/doors/{site.iot_ids['gate']}/scope", {"spaceIds": [root], "groupIds": []})

        async def group() -> str:
            try:
                return await machine.group_of("1-9-3-1202")
            except Refusal:
                return ""

        self.group = await until(group, 90)
        place_of = f"/communities/{site.community}"
        unit = await site.send("POST", f"{place_of}/houses/{self.houses['1202']}/intercom/unit")
        desk = await site.send("POST", f"{place_of}/call-settings/desks/1")
        components = f"/edge/clusters/{site.cluster}/components"
        await site.send("POST", f"{components}/site_intercom/install", {"params": {}})

        async def runs() -> bool:
            rows = await site.get(components)
            return any(row["code"] == "site_intercom" and row["state"] == "running" for row in rows)

        await until(runs, 90)

        async def at_box() -> bool:
            kept = machine.memory.sip
            return kept is not None and (kept.sip_server_addr, kept.sip_server_port) == (
                site.lan,
                str(SIP_PORT),
            )

        await until(at_box, 90)
        account = machine.memory.sip
        assert account is not None
        self.door = await self.at_site(account.sip_number, account.password)
        self.unit = await self.at_site(unit["number"], unit["password"])
        self.desk = await self.at_site(desk["number"], desk["password"])
        rows = await owners.owners_in(scope, db, [self.houses["1202"]])
        owner = next(row for row in rows if row.identity_id)
        self.app = await phone_of(site, scope, self.port, owner.number)
        self.phones.append(self.app)
        await until(lambda: may_open(site, owner.identity_id))
        await until(self.seen, 60)
        return self

    async def at_site(self, number: str, password: str) -> SitePhone:
        phone = await SitePhone.at(self.site.lan, number, password)
        self.phones.append(phone)
        assert (await phone.register()).status == 200
        return phone

    async def seen(self) -> bool:
        """The cloud sees all three phones of the site."""
        rows = await self.site.get(f"/communities/{self.site.community}/site-intercom")
        return bool(rows) and len(rows[0]["phones"]) == 3 and rows[0]["heldMs"] > 0

    async def calls(self) -> list[dict[str, Any]]:
        """Newest first."""
        page = await self.site.get("/calls", communityId=self.site.community)
        rows: list[dict[str, Any]] = page["data"]
        return rows


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    port = free_port()
    more = {"LINLI_SIP_PORT": str(port), "LINLI_SIP_PUBLIC_HOST": HERE}
    async with box_site(folder, more=more, lan=free_host()) as site:
        made = Town(site, port)
        try:
            yield await made.build()
        except BaseException:
            print(site.box.log())
            for file in sorted((site.box.home / "logs" / "intercom").rglob("*")):
                print(file.read_text(errors="replace")[-3000:] if file.is_file() else file)
            raise
        finally:
            for phone in made.phones:
                phone.close()


async def two_that_we_did_not_write(made: Town, folder: Path) -> None:
    """A baresip door rings a room, and a baresip unit there takes it: both hear each other through the box."""
    here = f"{made.site.lan}:{SIP_PORT}"

    def account(phone: Phone, more: str = "") -> str:
        return f"<sip:{phone.number}@{here};transport=udp>;auth_pass={phone.password};regint=60{more}"

    unit = await Baresip.start(folder / "unit", account(made.unit, ";answermode=auto"))
    door = None
    try:
        await unit.says("200 OK")
        door = await Baresip.start(folder / "door", account(made.door), f"/dial sip:{made.group}@{here}")
        for each in (door, unit):
            await each.says("Call established")
            await each.says("incoming rtp for 'audio' established")
        async with asyncio.timeout(60):
            while min(loudest(folder / name / "heard.wav") for name in ("unit", "door")) < 4000:
                await asyncio.sleep(0.1)
        await door.quit()
        await unit.says("session closed")
    finally:
        for each in filter(None, (unit, door)):
            await each.quit()
    for phone in (made.door, made.unit):
        assert (await phone.register()).status == 200


async def hang_up(one: Phone, dialog: sip.Dialog, other: Phone) -> None:
    send(one, dialog.request("BYE"))
    other.send(sip.respond(await other.request("BYE"), 200))


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_site_calls_and_opens_without_its_line(tmp_path: Path) -> None:
    async with town(tmp_path) as made:
        site, door, unit, desk, app = made.site, made.door, made.unit, made.desk, made.app

        # With the line: the unit and, by the cloud, the phone of the family ring; the family opens from there.
        invite = await door.call(made.group)
        at_unit, at_app = await unit.request("INVITE"), await app.request("INVITE")
        answer(unit, at_unit, 180)
        answer(app, at_app, 200, body=ANSWER)
        dialog = acknowledge(door, invite, await door.response(200))
        await app.request("ACK")
        cancelled = await unit.request("CANCEL")
        assert "cause=200" in (cancelled.get("reason") or "")
        unit.send(sip.respond(cancelled, 200))
        answer(unit, at_unit, 487)
        press(app, sip.Dialog.of_request(at_app, "callee"), UNLOCK)
        say_opened(door, dialog, await asked(door, 200), 200)
        assert (await told(app))[:2] == (7, 200)
        await hang_up(door, dialog, app)

        # The line is cut: the unit rings, sees, opens, and is told so in words.
        await asyncio.to_thread(site.linli.stop)
        invite = await door.call(made.group)
        at_unit = await unit.request("INVITE")
        assert at_unit.from_.uri.user == door.number
        answer(unit, at_unit, 183, body=ANSWER)
        assert (await door.response(183)).body
        answer(unit, at_unit, 200, body=ANSWER)
        dialog = acknowledge(door, invite, await door.response(200))
        await unit.request("ACK")
        press(unit, sip.Dialog.of_request(at_unit, "callee"), UNLOCK)
        say_opened(door, dialog, await asked(door, 200), 200)
        assert (await told(unit)) == (7, 200, "门已打开")
        await hang_up(unit, sip.Dialog.of_request(at_unit, "callee"), door)

        # The unit calls the guard desk, and the desk the unit.
        for one, other in ((unit, desk), (desk, unit)):
            invite = await one.call(other.number)
            received = await other.request("INVITE")
            answer(other, received, 200, body=ANSWER)
            dialog = acknowledge(one, invite, await one.response(200))
            await other.request("ACK")
            await hang_up(one, dialog, other)

        spoken = bool(shutil.which("baresip")) and MODULES.exists()
        if spoken:
            await two_that_we_did_not_write(made, tmp_path)

        # The line is back: what happened follows, each call once.
        await asyncio.to_thread(site.linli.start)

        async def followed() -> list[dict[str, Any]]:
            rows = await made.calls()
            return rows if len([row for row in rows if row["outcome"]]) >= 4 + spoken else []

        rows = await until(followed, 120)
        by_app, by_unit, to_desk, to_unit, *more = rows[::-1]
        assert [row["answeredBy"] for row in more] == [unit.number] * spoken
        assert (by_app["answeredBy"], by_app["outcome"], by_app["opened"]) == (
            app.number,
            "answered",
            True,
        )
        assert (by_unit["answeredBy"], by_unit["outcome"], by_unit["opened"]) == (
            unit.number,
            "answered",
            True,
        )
        assert [to_desk["answeredBy"], to_unit["answeredBy"]] == [desk.number, unit.number]
        detail = await site.get(f"/calls/{by_unit['id']}")
        assert detail["box"]
        assert [(each["number"], each["result"]) for each in detail["openings"]] == [(unit.number, "opened")]

        # The box is killed while the unit rings; it comes back, no door is busy, and the call was missed.
        await door.call(made.group)
        await unit.request("INVITE")
        await asyncio.to_thread(site.box.power_off)
        site.box.start()

        async def rings() -> bool:
            try:
                async with asyncio.timeout(3):
                    await door.call(made.group)
                    await unit.request("INVITE")
            except TimeoutError:
                return False
            return True

        await until(rings, 90)

        async def missed() -> bool:
            later = (await made.calls())[: -len(rows)]
            return bool(later) and later[-1]["outcome"] in ("missed", "unreachable") and later[-1]["missed"]

        await until(missed, 120)

        # What proves a password lies sealed on the box. A new one ends the old log-in there.
        files = b"".join(file.read_bytes() for file in site.box.home.glob("box.db*"))
        hashed = sip.user_hash(unit.number, "linli", unit.password, "MD5").encode()
        assert hashed not in files
        assert b"site_intercom" in files
        await site.send("POST", f"/communities/{site.community}/houses/{made.houses['1202']}/intercom/unit")

        async def logged_out() -> bool:
            (box,) = await site.get(f"/communities/{site.community}/site-intercom")
            return unit.number not in {phone["number"] for phone in box["phones"]}

        await until(logged_out, 90)
        assert (await unit.register()).status == 401

        # Without the component doors go back to the platform.
        await site.send("POST", f"/edge/clusters/{site.cluster}/components/site_intercom/stop")

        async def at_platform() -> bool:
            kept = site.machines[-1].memory.sip
            return kept is not None and kept.sip_server_port == str(made.port)

        await until(at_platform, 90)
