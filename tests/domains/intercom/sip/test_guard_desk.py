"""A page of the property's staff is a guard desk: calls reach it, one desk takes them, and nobody else's may."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.calls.rows import desk_pages, staff_number
from linli.domains.intercom.answering import Answering
from linli.domains.intercom.guard_desks import Seat
from linli.domains.intercom.service.derived import group_of_house
from linli.domains.people.rights import RIGHTS_OF, Right, Role
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import sip
from tests.domains.access.platform import until
from tests.domains.access.test_search import staff
from tests.domains.intercom.sip.house import House
from tests.domains.intercom.sip.pages import PAGE, browser_answer, open_pages
from tests.domains.intercom.sip.test_calls import acknowledge, answer
from tests.domains.intercom.sip.test_ladder import choose_steps, course, desk_phone, tried

pytest.importorskip("pylibsrtp")
pytest.importorskip("OpenSSL")
OTHER = {"page": "page-0002"}


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_pages(database, clock, ids, tmp_path, first_port=25_600) as made:
        yield made


class Desk:
    """A page that is a desk."""

    def __init__(self, house: House, web: Any, account: int, page: dict[str, str] = PAGE) -> None:
        answering = house.estate.parts.services["answering"]
        assert isinstance(answering, Answering)
        self.web, self.page, self.moves = web, page, 0
        self.path = f"{house.estate.path}/guard-desk"
        self.desks = answering.guard_desks
        number = staff_number(str(account))
        self.seat = Seat(house.estate.community, number, page["page"], self._moved)
        self.desks.sit(self.seat)

    def _moved(self) -> None:
        self.moves += 1

    async def now(self) -> list[dict[str, Any]]:
        answered = await self.web.get(self.path)
        assert answered.status_code == 200, answered.text
        assert answered.json()["off"] == ""
        return list(answered.json()["calls"])

    async def rings(self) -> str:
        """The id of the only call."""

        async def there() -> bool:
            return len(await self.now()) == 1

        await until(there)
        return str((await self.now())[0]["call"]["id"])

    async def ask(self, call: str, way: str, status: int = 204) -> Any:
        answered = await self.web.post(f"{self.path}/calls/{call}/{way}", json=self.page)
        assert answered.status_code == status, (way, answered.text)
        return answered.json() if answered.content else None

    async def look(self, call: str) -> None:
        offer = (await self.ask(call, "join", 200))["description"]
        body = {**self.page, "description": browser_answer(offer)}
        seen = await self.web.put(f"{self.path}/calls/{call}/picture", json=body)
        assert seen.status_code == 204, seen.text


async def account_of(web: Any) -> int:
    return int((await web.get("/session")).json()["accountId"])


async def test_a_desk_sees_takes_opens_and_hangs_up(house: House) -> None:
    iot_id, door, station = await house.door()
    async with staff(house.estate, Role.STAFF, community_id=house.estate.community) as guard:
        desk = Desk(house, guard, await account_of(guard))
        manager = Desk(house, house.estate.desk, await account_of(house.estate.desk), OTHER)
        await choose_steps(house, "desk:30,family:30")
        invite = await station.call(group_of_house(house.estate.houses[0]))
        call = await desk.rings()
        assert desk.moves
        assert manager.moves
        (shown,) = await desk.now()
        assert (shown["state"], shown["mine"], shown["takenBy"]) == ("rings", False, "")
        assert (shown["call"]["doorName"], shown["call"]["houseId"]) == ("大门", str(house.estate.houses[0]))
        await desk.look(call)
        await manager.look(call)
        assert (await station.response(183)).body
        told = await desk.ask(call, "open", 200)  # before answering
        assert told["opened"], told
        assert door.opened == 1
        await desk.ask(call, "take")
        refused = await manager.ask(call, "take", 409)
        assert refused["code"] in ("intercom.taken_elsewhere", "intercom.call_over")
        accepted = await station.response(200)
        while "INVITE" not in (accepted.get("cseq") or ""):
            accepted = await station.response(200)
        acknowledge(station, invite, accepted)
        (shown,) = await manager.now()
        assert (shown["state"], shown["mine"], shown["takenBy"]) == ("talks", False, "保安")
        assert (await desk.now())[0]["mine"]
        await desk.ask(call, "hang-up")
        station.send(sip.respond(await station.request("BYE"), 200))
        detail = await course(house, "answered")
        assert detail["call"]["answeredName"] == "保安"
        assert tried(detail) == [("desk", 1, "answered", "保安")]
        (opening,) = detail["openings"]
        assert (opening["who"], opening["opened"]) == ("保安", True)
        assert await desk.now() == []
        assert (await desk.ask(call, "open", 409))["code"] == "intercom.call_over"
        opens = (await guard.get(f"/doors/{iot_id}")).json()["opens"]
        assert [(row["callerName"], row["reason"]) for row in opens] == [("保安", f"call {call}")]


async def test_all_desks_decline_and_the_call_goes_on(house: House) -> None:
    _, _, station = await house.door()
    await choose_steps(house, "desk:30,family:30")
    async with staff(house.estate, Role.STAFF, community_id=house.estate.community) as guard:
        desk = Desk(house, guard, await account_of(guard))
        manager = Desk(house, house.estate.desk, await account_of(house.estate.desk), OTHER)
        phone = await house.member(0)
        await station.call(group_of_house(house.estate.houses[0]))
        call = await desk.rings()
        await desk.ask(call, "decline")
        assert await manager.now()  # it rings on there
        await manager.ask(call, "decline")
        assert await phone.request("INVITE")
        assert await desk.now() == []


async def test_a_call_to_the_property_rings_at_the_desk(house: House) -> None:
    """Who dials the desk's own number reaches the pages too, whether its phone is logged in or not."""
    _, _, station = await house.door()
    desk_number = (await desk_phone(house)).number
    desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
    await station.call(desk_number)
    call = await desk.rings()
    await desk.look(call)
    await desk.ask(call, "take")
    assert (await desk.now())[0]["mine"]


async def test_a_call_from_a_home_says_which_one(house: House) -> None:
    await house.door()
    phone, desk_number = await house.member(0), (await desk_phone(house)).number
    desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
    await phone.call(desk_number)
    await desk.rings()
    (row,) = await desk.now()
    assert (row["call"]["callerHouse"], row["call"]["doorName"]) == ("1幢/101室", "")


async def test_only_who_may_open_doors_there_is_a_desk(house: House, monkeypatch: Any) -> None:
    _, _, station = await house.door()
    estate = house.estate
    desk = Desk(house, estate.desk, await account_of(estate.desk))
    await choose_steps(house, "desk:30,family:30")
    await station.call(group_of_house(estate.houses[0]))
    call = await desk.rings()
    ways = ("join", "take", "decline", "hang-up", "open")
    async with staff(estate, Role.STAFF, community_id=estate.community + 1) as stranger:
        assert (await stranger.get(desk.path)).status_code == 404
        live = {"communityId": estate.community, "page": "page-0009"}
        assert (await stranger.get("/guard-desk/live", params=live)).status_code == 404
        for way in ways:
            refused = await stranger.post(f"{desk.path}/calls/{call}/{way}", json=PAGE)
            assert (refused.status_code, refused.json()["code"]) == (404, "not_found"), way
    for way in ways:  # a page without a line, a call that is none, a name that is none
        none = await estate.desk.post(f"{desk.path}/calls/{call}/{way}", json=OTHER)
        assert (none.status_code, none.json()["code"]) == (409, "intercom.not_at_desk"), way
        gone = await estate.desk.post(f"{desk.path}/calls/123/{way}", json=PAGE)
        assert gone.status_code == 404, way
        bad = await estate.desk.post(f"{desk.path}/calls/{call}/{way}", json={"page": "no name"})
        assert bad.status_code == 400, way
    monkeypatch.setitem(RIGHTS_OF, Role.TENANT_ADMIN, RIGHTS_OF[Role.TENANT_ADMIN] - {Right.DOORS_OPEN})
    assert (await estate.desk.get(desk.path)).status_code == 403
    for way in ways:
        assert (await estate.desk.post(f"{desk.path}/calls/{call}/{way}", json=PAGE)).status_code == 403


async def test_without_an_open_page_the_desk_is_left_out(house: House) -> None:
    _, _, station = await house.door()
    desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
    desk.desks.leave(desk.seat, for_good=True)
    await choose_steps(house, "desk:5,family:5")
    phone = await house.member(0)
    await station.call(group_of_house(house.estate.houses[0]))
    answer(phone, await phone.request("INVITE"), 486)
    assert await desk.now() == []
    assert desk_pages(1) == "desks-1"


async def test_a_page_that_lost_its_right_talks_no_more(house: House) -> None:
    _, _, station = await house.door()
    await choose_steps(house, "desk:30,family:30")
    desk = Desk(house, house.estate.desk, await account_of(house.estate.desk))
    invite = await station.call(group_of_house(house.estate.houses[0]))
    call = await desk.rings()
    await desk.look(call)
    await desk.ask(call, "take")
    acknowledge(station, invite, await station.response(200))
    desk.desks.leave(desk.seat, for_good=True)
    assert await station.request("BYE")
