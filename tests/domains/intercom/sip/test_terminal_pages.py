"""Pages that are indoor terminals: bound by their code, rung with the picture, calling the property, ended at once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from linli.domains.intercom.queries.screens import GRACE_MS
from linli.domains.intercom.service.derived import group_of_house
from linli.domains.intercom.service.screens import RENEW_MS
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import sdp, sip
from tests.domains.access.estate import NEIGHBOUR_PHONE
from tests.domains.access.platform import until
from tests.domains.intercom.sip.house import House
from tests.domains.intercom.sip.pages import PAGE, open_pages
from tests.domains.intercom.sip.terminal_page import TerminalPage, at_home, at_office
from tests.domains.intercom.sip.test_calls import acknowledge
from tests.domains.intercom.sip.test_gone import move_out
from tests.domains.intercom.sip.test_ladder import choose_steps
from tests.domains.intercom.sip.test_page_views import answers
from tests.domains.intercom.sip.test_permissions import PICTURE

pytest.importorskip("pylibsrtp")
pytest.importorskip("OpenSSL")
OTHER = {"page": "page-0002"}


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_pages(database, clock, ids, tmp_path, first_port=25_600) as made:
        yield made


async def test_a_page_is_bound_by_its_code_and_ends_with_the_binding(house: House) -> None:
    await house.door()
    async with TerminalPage(house.estate.parts) as terminal, house.estate.phone() as owner:
        assert await terminal.state() == "new"
        assert (await terminal.get("/place")).status_code == 401
        first = await terminal.code()
        assert len(first) == 12
        before = terminal.cookies["linli_terminal"]
        assert await terminal.state() == "waits"
        refused = await terminal.post("/session")
        assert (refused.status_code, refused.json()["code"]) == (409, "intercom.not_bound_yet")
        place = await at_home(house, terminal, owner)
        assert (place["kind"], place["nickname"], place["callsOn"], place["floor"]) == (
            "home",
            "客厅",
            True,
            "",
        )
        assert "101" in place["house"]
        async with TerminalPage(house.estate.parts) as thief:
            thief.cookies.set("linli_terminal", before, path="/api/terminal")
            assert (await thief.state(), (await thief.get("/place")).status_code) == ("new", 401)
        listed = (await owner.get(f"/houses/{house.estate.houses[0]}/terminals")).json()
        assert [row["nickname"] for row in listed] == ["客厅"]
        assert (await terminal.delete("/session")).status_code == 204
        assert (await terminal.get("/place")).status_code == 401
        assert await terminal.state() == "new"
        assert (await owner.get(f"/houses/{house.estate.houses[0]}/terminals")).json() == []
        assert (await terminal.code()) != first
        assert await terminal.state() == "waits"


async def test_a_token_is_renewed_and_the_old_one_ends(house: House, clock: ManualClock) -> None:
    await house.door()
    async with TerminalPage(house.estate.parts) as terminal, TerminalPage(house.estate.parts) as copy:
        await at_home(house, terminal)
        old = terminal.cookies["linli_terminal"]
        assert (await terminal.put("/session/token")).status_code == 204
        assert terminal.cookies["linli_terminal"] == old, "a fresh one stays"
        await clock.advance(RENEW_MS)
        assert (await terminal.put("/session/token")).status_code == 204
        assert terminal.cookies["linli_terminal"] != old
        copy.cookies.set("linli_terminal", old, path="/api/terminal")
        assert (await copy.get("/place")).status_code == 200, "requests under way"
        await clock.advance(GRACE_MS + 1)
        assert (await copy.get("/place")).status_code == 401
        assert (await terminal.get("/place")).status_code == 200


async def test_codes_are_counted_for_an_address(house: House) -> None:
    async with TerminalPage(house.estate.parts) as terminal:
        answers = [(await terminal.post("/session/code")).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]


@pytest.mark.covers("RES-10", "PM-18")
async def test_a_terminal_sees_takes_opens_and_hangs_up(house: House) -> None:
    _, door, station = await house.door()
    async with TerminalPage(house.estate.parts) as terminal, TerminalPage(house.estate.parts) as stranger:
        await at_home(house, terminal)
        await at_office(house, stranger)
        invite = await station.call(group_of_house(house.estate.houses[0]))
        call = await terminal.rings()
        assert terminal.moves
        (shown,) = (await terminal.calls())["calls"]
        assert (shown["state"], shown["doorName"], shown["fromDoor"], shown["silent"]) == (
            "rings", "大门", True, False,
        )  # fmt: skip
        assert (await stranger.calls())["calls"] == []
        refused = await stranger.post(f"/calls/{call}/join", json=stranger.page)
        assert refused.status_code in (404, 409), refused.text
        await terminal.look(f"/calls/{call}")
        assert (await station.response(183)).body
        told = await terminal.ask(f"/calls/{call}/open", 200)  # before answering
        assert told["opened"], told
        assert door.opened == 1
        await terminal.ask(f"/calls/{call}/take")
        accepted = await station.response(200)
        while "INVITE" not in (accepted.get("cseq") or ""):
            accepted = await station.response(200)
        acknowledge(station, invite, accepted)
        assert [row["state"] for row in (await terminal.calls())["calls"]] == ["talks"]
        await terminal.ask(f"/calls/{call}/hang-up")
        station.send(sip.respond(await station.request("BYE"), 200))
        assert (await terminal.calls())["calls"] == []

        async def over() -> bool:
            refused = await terminal.post(f"/calls/{call}/open", json=terminal.page)
            return bool(refused.json()["code"] == "intercom.call_over")

        await until(over)


async def test_declining_at_the_only_terminal_declines_for_the_home(house: House) -> None:
    _, _, station = await house.door()
    async with TerminalPage(house.estate.parts) as terminal:
        await at_home(house, terminal)
        await station.call(group_of_house(house.estate.houses[0]))
        call = await terminal.rings()
        await terminal.look(f"/calls/{call}")
        await terminal.ask(f"/calls/{call}/decline")
        assert (await station.response(603)).status == 603


@pytest.mark.covers("RES-10", "PM-18")
async def test_a_house_calls_the_property_by_voice(house: House) -> None:
    await house.door()
    async with (
        TerminalPage(house.estate.parts) as home,
        TerminalPage(house.estate.parts, page=OTHER) as office,
    ):
        await at_home(house, home)
        await at_office(house, office)
        await home.ask("/property-call", 202)
        call = await office.rings()
        (shown,) = (await office.calls())["calls"]
        assert (shown["fromDoor"], shown["doorName"], shown["state"]) == (False, "", "rings")
        assert "101" in shown["house"]
        own = (await home.calls())["own"]
        assert (own["state"], own["mine"]) == ("rings", True)
        early = await home.post("/property-call/join", json=home.page)
        assert (early.status_code, early.json()["code"]) == (409, "intercom.call_over")
        await office.look(f"/calls/{call}")
        nothing = await office.post(f"/calls/{call}/open", json=office.page)
        assert nothing.status_code == 404
        await office.ask(f"/calls/{call}/take")

        async def taken() -> bool:
            return bool((await home.calls())["own"]["state"] == "taken")

        await until(taken)
        await home.look("/property-call")
        assert (await home.calls())["own"]["state"] == "talks"
        await office.ask(f"/calls/{call}/hang-up")

        async def over() -> bool:
            return bool((await home.calls())["own"]["why"] == "ended")

        await until(over)
        assert house.front.calls.count == 0


async def test_the_caller_may_give_up_and_a_dark_office_is_said_so(house: House) -> None:
    await house.door()
    async with (
        TerminalPage(house.estate.parts) as home,
        TerminalPage(house.estate.parts, page=OTHER) as office,
    ):
        await at_home(house, home)
        await home.ask("/property-call", 202)

        async def nobody() -> bool:
            own = (await home.calls())["own"]
            return bool(own and (own["state"], own["why"]) == ("over", "nobody"))

        await until(nobody)
        await at_office(house, office)
        await home.ask("/property-call", 202)
        await office.rings()
        await home.ask("/property-call/hang-up")

        async def quiet() -> bool:
            return (await office.calls())["calls"] == []

        await until(quiet)


@pytest.mark.covers("RES-10", "PM-18")
async def test_doors_are_the_houses_own_and_one_terminal_looks(house: House) -> None:
    iot_id, door, station = await house.door()
    async with (
        TerminalPage(house.estate.parts) as home,
        TerminalPage(house.estate.parts, page=OTHER) as office,
    ):
        await at_home(house, home)
        await at_office(house, office)
        (shown,) = (await home.get("/doors")).json()
        assert (shown["iotId"], shown["name"], shown["online"], shown["watch"], shown["own"]) == (
            iot_id, "大门", True, True, True,
        )  # fmt: skip
        assert (await home.post(f"/doors/{iot_id}/open")).status_code == 204
        assert door.opened == 1
        assert (await home.post("/doors/nothing/open")).status_code == 404
        await asyncio.gather(home.look(f"/doors/{iot_id}/view"), answers(station))
        second = await office.post(f"/doors/{iot_id}/view", json=office.page)
        assert (second.status_code, second.json()["code"]) == (409, "intercom.door_busy")
        assert (
            await home.put(f"/doors/{iot_id}/view/voice", json={**home.page, "on": True})
        ).status_code == 204
        await home.ask(f"/doors/{iot_id}/view/leave")
        station.send(sip.respond(await station.request("BYE"), 200))


@pytest.mark.covers("PM-18")
async def test_a_unit_door_rings_at_the_office_with_its_picture(house: House) -> None:
    _, door, station = await house.door()
    async with (
        TerminalPage(house.estate.parts) as office,
        TerminalPage(house.estate.parts, page=OTHER) as home,
    ):
        await at_office(house, office)
        await at_home(house, home)
        await choose_steps(house, "desk:30,family:30")
        invite = await station.call(group_of_house(house.estate.houses[0]))
        call = await office.rings()
        (shown,) = (await office.calls())["calls"]
        assert (shown["fromDoor"], shown["doorName"]) == (True, "大门")
        assert "101" in shown["house"]
        assert (await home.calls())["calls"] == [], "the home's own step comes later"
        await office.look(f"/calls/{call}")
        assert (await station.response(183)).body
        assert (await office.ask(f"/calls/{call}/open", 200))["opened"]
        assert door.opened == 1
        await office.ask(f"/calls/{call}/take")
        accepted = await station.response(200)
        while "INVITE" not in (accepted.get("cseq") or ""):
            accepted = await station.response(200)
        acknowledge(station, invite, accepted)
        await office.ask(f"/calls/{call}/hang-up")
        station.send(sip.respond(await station.request("BYE"), 200))


async def test_who_moves_out_leaves_no_terminal_behind(house: House) -> None:
    await house.door()
    async with (
        TerminalPage(house.estate.parts) as terminal,
        TerminalPage(house.estate.parts, page=OTHER) as office,
    ):
        await at_home(house, terminal)
        await at_office(house, office)
        await terminal.ask("/property-call", 202)
        await office.rings()
        await move_out(house)
        assert (await terminal.get("/place")).status_code == 401

        async def quiet() -> bool:
            return (await office.calls())["calls"] == []

        await until(quiet)


async def test_a_neighbour_binds_no_terminal_to_another_house(house: House) -> None:
    await house.door()
    async with TerminalPage(house.estate.parts) as terminal, house.estate.phone(NEIGHBOUR_PHONE) as neighbour:
        body = {"code": await terminal.code(), "nickname": "x"}
        refused = await neighbour.post(f"/houses/{house.estate.houses[0]}/terminals", json=body)
        assert refused.status_code == 404
        assert await terminal.state() == "waits"


async def test_the_line_ends_with_the_binding_at_once(house: House) -> None:
    await house.door()
    parts = house.estate.parts
    parts.hub.look_seconds = 86_400.0  # only word of the end can end it
    async with TerminalPage(parts) as terminal, house.estate.phone() as owner:
        body = {"code": await terminal.code(), "nickname": "客厅"}
        path = f"/houses/{house.estate.houses[0]}/terminals"
        assert (await owner.post(path, json=body)).status_code == 204
        number = (await terminal.enter())["number"]
        line = asyncio.create_task(terminal.get("/live", params=terminal.page))
        terminals = parts.services["answering"].terminals

        async def there() -> bool:
            return bool(terminals.is_here(number))

        await until(there)
        (row,) = (await owner.get(path)).json()
        assert row["online"]
        assert (await owner.delete(f"{path}/{row['bindId']}")).status_code == 204
        body_text = (await line).text
        assert "event: calls" in body_text
        assert not terminals.is_here(number)
        assert (await terminal.get("/live", params=terminal.page)).status_code == 401


async def test_notices_of_today_for_terminals(house: House, clock: ManualClock) -> None:
    await house.door()
    estate = house.estate
    path = f"{estate.path}/notices"

    async def publish(title: str, publish_type: int, spaces: tuple[int, ...] = ()) -> str:
        form = {"title": title, "groups": [{"text": "内容", "uploadId": ""}], "publishType": publish_type}
        made = await estate.desk.post(path, json={**form, "spaceIds": list(spaces)})
        assert made.status_code == 201, made.text
        number = str(made.json()["id"])
        assert (await estate.desk.post(f"{path}/{number}/publish", json={})).is_success
        return number

    async with TerminalPage(estate.parts) as home, TerminalPage(estate.parts, page=OTHER) as office:
        await at_home(house, home)
        await at_office(house, office)
        own, near = await publish("停水", 4), await publish("邻居", 7, (estate.houses[1],))
        phones = await publish("手机", 3)
        listed = (await home.get("/notices")).json()
        assert [(row["id"], row["title"], row["texts"], row["read"]) for row in listed] == [
            (own, "停水", ["内容"], False)
        ]
        assert [row["id"] for row in (await office.get("/notices")).json()] == [near, own]
        assert (await home.put(f"/notices/{own}/read")).status_code == 204
        for number in (near, phones, "999"):
            assert (await home.put(f"/notices/{number}/read")).status_code == 404
        assert [row["read"] for row in (await home.get("/notices")).json()] == [True]
        assert [row["read"] for row in (await office.get("/notices")).json()] == [False, False]
        assert (await estate.desk.get(f"{path}/{own}/reads")).json()["terminals"] == 1
        await clock.advance(86_400_000)
        assert (await home.get("/notices")).json() == []


async def test_a_terminal_that_may_have_no_picture_looks_through_no_door(house: House) -> None:
    """The property gave the home's terminals the voice alone; the office's see on."""
    _, _, station = await house.door()
    async with TerminalPage(house.estate.parts) as terminal, TerminalPage(house.estate.parts) as office:
        await at_home(house, terminal)
        await at_office(house, office)
        (door,) = (await terminal.get("/doors")).json()
        assert door["watch"]
        talk = {"talkMinutes": 5, "viewSeconds": 60, "indoor": "voice"}
        told = await house.estate.desk.put(f"{house.estate.path}/call-settings", json=talk)
        assert told.status_code == 204, told.text
        (door,) = (await terminal.get("/doors")).json()
        assert not door["watch"]
        refused = await terminal.post(f"/doors/{door['iotId']}/view", json=PAGE)
        assert (refused.status_code, refused.json()["code"]) == (403, "intercom.voice_alone")
        assert [each["watch"] for each in (await office.get("/doors")).json()] == [True]
        await station.call(group_of_house(house.estate.houses[0]), body=PICTURE)
        await station.response(180)
        call = await terminal.rings()
        joined = await terminal.post(f"/calls/{call}/join", json=PAGE)
        assert joined.status_code == 200, joined.text
        media = sdp.read(joined.json()["description"].encode()).media
        assert {medium.kind: medium.live for medium in media} == {"audio": True, "video": False}
