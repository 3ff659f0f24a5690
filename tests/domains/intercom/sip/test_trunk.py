"""Calls to telephones by a line: SIPp, which we did not write, is the provider or the gateway of a property."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from linli.calls.relay_media import Relayed
from linli.databus.queries import find_records
from linli.domains.intercom.queries.homes import telephones_of
from linli.domains.intercom.service.derived import group_of_house
from linli.domains.intercom.service.ending import end_home_rules
from linli.domains.intercom.service.phone_checks import FAILED, MOST_ASKED, VALID
from linli.domains.intercom.sip.telephones import NOT_HERE, TOO_OFTEN
from linli.domains.intercom.sip.trunk import Trunk as TelephoneLine
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.settings import Rewrite, Trunk
from linli.media.relay import Relay
from linli.protocols import sip
from linli.rules import ladder
from linli.things.service import products
from tests.domains.access.estate import NEIGHBOUR_PHONE, OWNER_PHONE
from tests.domains.access.platform import until
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.house import House, open_house
from tests.domains.intercom.sip.test_call_records import kept
from tests.domains.intercom.sip.test_calls import acknowledge, send
from tests.domains.intercom.sip.test_home_settings import hours_now, last_call
from tests.domains.intercom.sip.test_ladder import tried
from tests.domains.intercom.sip.test_media import voice
from tests.domains.intercom.sip.test_sipp import SCENARIOS
from tests.domains.intercom.sip.test_unlocking import _calls, _openings, asked, say_opened
from tests.domains.intercom.test_phone_checks import model
from tests.ports import free_port

USER, PASSWORD = "02112345678", "line-secret"
pytestmark = pytest.mark.skipif(shutil.which("sipp") is None, reason="SIPp is not installed")


def raw_sockets() -> bool:
    """SIPp sends key presses by them."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP).close()
    except PermissionError:
        return False
    return True


@dataclass
class Provider:
    """A line at work, and what it was told."""

    process: asyncio.subprocess.Process
    messages: Path

    async def ended(self) -> str:
        """All that it heard and said, once its calls are over as they should."""
        output, _ = await self.process.communicate()
        assert self.process.returncode == 0, output.decode(errors="replace")[-3000:]
        return self.messages.read_text(errors="replace")


@asynccontextmanager
async def line(
    folder: Path, scenario: str, port: int, *, calls: int = 2, status: str = "", by: str = "u1", **keys: str
) -> AsyncIterator[Provider]:
    """`calls`: with the question whether it is there; `status`: SIPp takes none as a key."""
    script = folder / f"{scenario}.xml"
    script.write_text((SCENARIOS / script.name).read_text().replace("[status]", status))
    messages = folder / "messages.log"
    told = {"user": USER, "pass": PASSWORD, "keys": "*", **keys}
    options = [word for key, value in told.items() for word in ("-key", key, value)]
    process = await asyncio.create_subprocess_exec(
        "sipp", "-sf", str(script), "-i", "127.0.0.1", "-p", str(port), "-nostdin",
        "-t", by, "-m", str(calls), "-d", "200", "-timeout", "60s", "-trace_msg", "-message_file", str(messages),
        "-min_rtp_port", str(free_port()), *options,
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield Provider(process, messages)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def trunk(port: int, **more: Any) -> Trunk:
    wanted: dict[str, Any] = {
        "user": USER, "password": PASSWORD, "check_seconds": 3600, "rewrites": (Rewrite(match="^", to="0"),),
    }  # fmt: skip
    return Trunk(host="127.0.0.1", port=port, **wanted | more)


type Open = Callable[..., Any]


@pytest.fixture
def opened(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> Open:
    @asynccontextmanager
    async def made(scenario: str, **more: Any) -> AsyncIterator[tuple[House, Provider]]:
        port = free_port()
        settings = trunk(port, **more.pop("settings", {}))
        async with (
            line(tmp_path, scenario, port, **more) as provider,
            open_house(database, clock, ids, tmp_path, trunk=settings) as house,
        ):
            await until(lambda: house.front.trunk.checks)
            assert house.front.trunk.notice() == ""
            yield house, provider

    return made


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_door_calls_a_telephone_that_is_answered_and_hangs_up(opened: Open, transport: str) -> None:
    settings = {"transport": transport}
    async with opened("line_hangs_up", keys="1", by=f"{transport[0]}1", settings=settings) as (
        house,
        provider,
    ):
        _, _, station = await house.door()
        invite = await station.call(OWNER_PHONE, body=voice(40_000) + b"m=video 40002 RTP/AVP 96\r\n")
        early = await station.response(183)
        assert b"m=audio" in early.body
        acknowledge(station, invite, await station.response(200))
        station.send(sip.respond(await station.request("BYE"), 200))
        row = await kept(house.estate.platform.db)
        assert (row.outcome, row.answered_by, row.opened_ms) == (
            "answered", f"tel:{house.estate.owner}", 0,
        )  # fmt: skip
        heard = await provider.ended()
        assert f"INVITE sip:0{OWNER_PHONE}@127.0.0.1" in heard
        assert f"<sip:{USER}@127.0.0.1>" in heard
        assert "m=video 40002" not in heard
        assert PASSWORD not in heard


@pytest.mark.covers("EP-65", "G-C24")
@pytest.mark.skipif(not raw_sockets(), reason="SIPp may send no key presses here")
async def test_star_opens_the_door_and_the_record_names_the_phone(opened: Open) -> None:
    relay = Relay("127.0.0.1", 22_000, 22_999)
    async with opened("line_hung_up") as (house, provider):
        await relay.start()
        house.front.calls.media = Relayed(relay, "127.0.0.1", "")
        await make_product(house)
        iot_id, door, station = await house.door()
        verdicts: list[tuple[str, int]] = []

        async def verified(params: Any) -> dict[str, Any]:
            verdicts.append((params["phoneNumber"], params["result"]))
            return {}

        door.link.on_service("verifyPhoneResult", verified)
        for number in ("13900000000", OWNER_PHONE):
            door.link.queue_event("checkPhoneNumber", {"phoneNumber": number})
        await until(lambda: len(verdicts) == 2)
        assert sorted(verdicts) == [(OWNER_PHONE, VALID), ("13900000000", FAILED)]
        invite = await station.call(OWNER_PHONE, body=voice(40_000))
        dialog = acknowledge(station, invite, await station.response(200))
        question = await asked(station, 200)
        await asked(station, 200)
        say_opened(station, dialog, question, 200)
        await until_opened(house.estate.platform.db)
        send(station, dialog.request("BYE"))
        await kept(house.estate.platform.db)
        await provider.ended()
        (opening,) = await _openings.all(house.estate.platform.db)
        assert (opening.iot_id, opening.identity_id, opening.way, opening.result) == (
            iot_id, house.estate.owner, "info", "opened",
        )  # fmt: skip
        # The door reports it, too, which is no second pass; by a gateway of its own, a call is one.
        for number in (OWNER_PHONE, "02188886666"):
            report = {"sourceType": 1, "number": number, "extInfo": "{}"}
            door.link.queue_event("doorOpenEvent", report)

        async def reported() -> list[Any]:
            return [each for each in await records(house, house.estate.tenant) if "02188886666" in each.body]

        await until(reported)
        record, gateway = sorted(await records(house, house.estate.tenant), key=lambda each: each.id)
        assert [gateway] == await reported()
        fields = msgspec.json.decode(record.body)
        assert (fields["sourceType"], msgspec.json.decode(fields["eventInfo"])) == (
            "1", {"phone": OWNER_PHONE},
        )  # fmt: skip
        assert fields["tenantId"] == house.estate.tenant.tenant
        assert fields["time"]
        assert not fields.get("iotId"), "of a landline call it is empty"
        assert record.community_id == house.estate.community
        assert not await records(house, Scope.system("other"))
        (line,) = (await house.estate.desk.get("/calls")).json()["data"]
        assert (line["answeredName"], line["opened"]) == ("王伟", True)
        assert OWNER_PHONE not in msgspec.json.encode(line).decode(), "lists hide the middle of a number"
    await relay.stop()


async def make_product(house: House) -> None:
    """Of doors that ask about telephone numbers."""
    estate = house.estate
    async with estate.platform.db.begin() as tx:
        values = products.ProductValues(name="电话门", tsl=model())
        product = await products.create_product(
            estate.tenant, tx, values=values, ids=estate.platform.ids, secrets=estate.parts.secrets
        )
    estate.product_key = product.product_key
    await estate.switch()


async def until_opened(db: Database) -> None:
    async def opened() -> bool:
        return bool((await _calls.all(db))[0].opened_ms)

    await until(opened)


async def records(house: House, scope: Scope) -> list[Any]:
    return await find_records(
        scope, house.estate.platform.db, model_id="iot_entrance_videointercom_record_model",
        terms=(), page=PageRequest(1, 10),
    )  # fmt: skip


@pytest.mark.skipif(not raw_sockets(), reason="SIPp may send no key presses here")
async def test_star_of_who_may_not_open_opens_nothing(opened: Open) -> None:
    relay = Relay("127.0.0.1", 22_000, 22_999)
    async with opened("line_hung_up") as (house, _):
        await relay.start()
        house.front.calls.media = Relayed(relay, "127.0.0.1", "")
        _, door, station = await house.door(serves=False)
        invite = await station.call(OWNER_PHONE, body=voice(40_000))
        dialog = acknowledge(station, invite, await station.response(200))

        async def refused() -> bool:
            rows = await _openings.all(house.estate.platform.db)
            return bool(rows) and rows[0].result == "not_allowed"

        await until(refused)
        send(station, dialog.request("BYE"))
        assert (await kept(house.estate.platform.db)).opened_ms == 0
        assert door.opened == 0
        assert not await records(house, house.estate.tenant)
    await relay.stop()


@pytest.mark.parametrize(
    ("status", "told", "outcome", "fault"),
    [
        ("486", 486, "busy", ""),
        ("603", 603, "refused", ""),
        ("404", 404, "unreachable", ""),
        ("480", 480, "missed", ""),
        ("500", 503, "unreachable", ""),
        ("402", 503, "unreachable", "the telephone line: it refuses calls: 402"),
    ],
)
async def test_a_line_that_refuses(opened: Open, status: str, told: int, outcome: str, fault: str) -> None:
    async with opened("line_refuses", status=status) as (house, provider):
        _, _, station = await house.door()
        await station.call(OWNER_PHONE)
        assert (await station.response()).status == told
        assert (await kept(house.estate.platform.db)).outcome == outcome
        await provider.ended()
        assert house.front.notice().startswith(fault)
        assert bool(house.front.notice()) == bool(fault)


async def test_a_wrong_password_is_told_to_the_operator(opened: Open) -> None:
    async with opened("line_hung_up", settings={"password": "wrong"}) as (house, provider):
        _, _, station = await house.door()
        await station.call(OWNER_PHONE)
        assert (await station.response()).status == 503
        await provider.ended()
        assert "it refuses calls: 403" in house.front.notice()


async def test_a_telephone_that_nobody_takes_is_given_up(opened: Open) -> None:
    async with opened("line_rings", settings={"most_calls": 1}) as (house, provider):
        _, _, station = await house.door()
        invite = await station.call(OWNER_PHONE)
        await station.response(180)
        await station.call(NEIGHBOUR_PHONE)
        assert (await station.response()).status == 486, "one call at once"
        station.send(sip.cancel(invite))
        await until(lambda: not house.front.calls.count)
        await provider.ended()


async def test_which_numbers_a_door_may_call(opened: Open) -> None:
    async with opened("line_rings") as (house, _):
        _, _, station = await house.door()
        member = await house.member(0)
        await station.call("13900000000")
        refused = await station.response()
        assert (refused.status, refused.reason) == (403, NOT_HERE)
        for number in ("95588", "00861380000010", "+8613800000101", "13800000101;x", "1380000010x"):
            await station.call(number)
            assert (await station.response()).status == 404
        await member.call(OWNER_PHONE)
        assert (await member.response()).status == 404, "phones of homes call no telephones"
        for _ in range(MOST_ASKED - 1):
            await station.call("13900000000")
            await station.response()
        await station.call(OWNER_PHONE)
        refused = await station.response()
        assert (refused.status, refused.reason) == (403, TOO_OFTEN)


async def test_a_line_that_wants_a_log_in(exchange: Exchange, tmp_path: Path) -> None:
    for password, fault in ((PASSWORD, ""), ("wrong", "the telephone line: it refuses our log-in: 403")):
        port = free_port()
        settings = msgspec.structs.replace(trunk(port), register=True, password=password)
        async with line(tmp_path, "line_rings", port, calls=1) as provider:
            line_ = TelephoneLine(settings)
            front = exchange.front
            line_.start(front.exchange, front._datagrams.server, front._streams, front.secure)
            await until(lambda of=line_: of.checks)
            assert line_.notice().startswith(fault)
            assert bool(line_.notice()) == bool(fault)
            assert "Expires: 600" in await provider.ended()
            await line_.stop()


PHONE_STEPS = [
    {"name": step.name, "seconds": step.seconds, "on": step.name in ("family", "phone")}
    for step in ladder.USUAL
]


async def test_a_call_that_nobody_takes_goes_on_to_the_telephone_of_who_agreed(opened: Open) -> None:
    async with opened("line_hangs_up", keys="1") as (house, provider):
        _, _, station = await house.door()
        path = f"/houses/{house.estate.houses[0]}/call-settings"
        async with house.estate.phone() as mine:
            shown = (await mine.get(path)).json()
            assert [step["name"] for step in shown["steps"]][-1] == "phone"
            assert (shown["callsTelephones"], shown["myTelephone"], shown["steps"][-1]["on"]) == (
                True, False, False,
            )  # fmt: skip
            wanted = {"steps": PHONE_STEPS}
            assert (await mine.put(path, json=wanted)).status_code == 204
            await station.call(group_of_house(house.estate.houses[0]))
            assert (await station.response()).status == 480
            assert tried(await last_call(house, 1)) == [("family", 0, "unreachable", "")]
            assert (await mine.put(path, json=wanted | {"myTelephone": True})).status_code == 204
            assert (await mine.get(path)).json()["myTelephone"]
            for manner in ("skip", "silent"):
                quiet = wanted | {"myQuiet": hours_now(house, manner), "strictQuiet": True}
                assert (await mine.put(path, json=quiet)).status_code == 204
                await station.call(group_of_house(house.estate.houses[0]))
                assert (await station.response()).status == 480
                count = 2 if manner == "skip" else 3
                assert tried(await last_call(house, count))[-1] == ("phone", 0, "quiet", "")
            assert (await mine.put(path, json=wanted)).status_code == 204
            invite = await station.call(group_of_house(house.estate.houses[0]))
            acknowledge(station, invite, await station.response(200))
            station.send(sip.respond(await station.request("BYE"), 200))
            detail = await last_call(house, 4)
            assert tried(detail) == [("family", 0, "unreachable", ""), ("phone", 1, "answered", "王伟")]
            assert f"INVITE sip:0{OWNER_PHONE}@127.0.0.1" in await provider.ended()
            assert (await mine.put(path, json=wanted | {"myTelephone": False})).status_code == 204
            assert not (await mine.get(path)).json()["myTelephone"]


async def test_consent_goes_with_who_moves_out(opened: Open) -> None:
    async with opened("line_rings") as (house, _):
        path = f"/houses/{house.estate.houses[0]}/call-settings"
        async with house.estate.phone() as mine:
            wanted = {"steps": PHONE_STEPS, "myTelephone": True}
            assert (await mine.put(path, json=wanted)).status_code == 204
        async with house.estate.phone(NEIGHBOUR_PHONE) as other:
            assert (await other.put(path, json=wanted)).status_code == 404
        estate = house.estate
        assert await telephones_of(estate.tenant, estate.platform.db, estate.houses[0]) == [estate.owner]
        async with estate.platform.db.begin() as tx:
            await end_home_rules(
                tx,
                tenant_id=estate.tenant.tenant,
                homes=[(estate.houses[0], estate.owner)],
                now_ms=estate.now,
            )
        assert await telephones_of(estate.tenant, estate.platform.db, estate.houses[0]) == []
