"""A resident's page takes calls to the home: it sees the door, answers, opens, declines; and nobody else's does."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.domains.intercom.service.derived import group_of_house
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import sdp, sip
from tests.domains.access.estate import NEIGHBOUR_PHONE
from tests.domains.access.platform import until
from tests.domains.intercom.sip.house import House
from tests.domains.intercom.sip.pages import PAGE, browser_answer, open_pages
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import ANSWER, acknowledge, answer

pytest.importorskip("pylibsrtp")
pytest.importorskip("OpenSSL")


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_pages(database, clock, ids, tmp_path, first_port=25_000) as made:
        yield made


async def ring(house: House, station: Phone, which: int = 0) -> sip.Request:
    """The door rings a home, which hears it."""
    invite = await station.call(group_of_house(house.estate.houses[which]))
    await station.response(180)
    return invite


async def call_of(resident: Any) -> tuple[str, dict[str, Any]]:
    """The path of the call that rings at home, and what the page knows of it."""
    now = (await resident.get("/calls/now")).json()
    assert now["on"]
    (call,) = now["calls"]
    return f"/houses/{call['houseId']}/calls/{call['id']}", call


async def look(resident: Any, path: str, page: dict[str, str] = PAGE) -> str:
    """The page sees the door; what it was offered."""
    joined = await resident.post(f"{path}/join", json=page)
    assert joined.status_code == 200, joined.text
    offer: str = joined.json()["description"]
    seen = await resident.put(f"{path}/picture", json={**page, "description": browser_answer(offer)})
    assert seen.status_code == 204, seen.text
    return offer


async def test_a_page_that_comes_while_it_rings_sees_takes_opens_and_hangs_up(house: House) -> None:
    """Nobody at home has a phone: the door rings on for whoever opens a page."""
    _, door, station = await house.door()
    async with house.estate.phone() as owner:
        invite = await ring(house, station)
        path, call = await call_of(owner)
        assert (call["doorName"], call["state"]) == ("大门", "rings")
        offer = await look(owner, path)
        assert "a=ice-lite" in offer
        early = sdp.read((await station.response(183)).body)
        assert (early.media[0].profile, early.media[0].live) == ("RTP/AVP", True)
        # Opening needs no answer, and asks the door as a phone would.
        told = await owner.post(f"{path}/open", json={})
        assert told.status_code == 200, told.text
        assert told.json()["opened"], told.text
        assert door.opened == 1
        taken = await owner.post(f"{path}/take", json=PAGE)
        assert taken.status_code == 204, taken.text
        accepted = await station.response(200)
        while "INVITE" not in (accepted.get("cseq") or ""):
            accepted = await station.response(200)
        dialog = acknowledge(station, invite, accepted)

        async def talks() -> bool:
            return (await call_of(owner))[1]["state"] == "talks"

        await until(talks)
        ended = await owner.post(f"{path}/hang-up", json=PAGE)
        assert ended.status_code == 204, ended.text
        bye = await station.request("BYE")
        station.send(sip.respond(bye, 200))
        assert dialog is not None
        mine = (await owner.get(f"/houses/{house.estate.houses[0]}/calls")).json()["data"]

        async def over() -> bool:
            mine[:] = (await owner.get(f"/houses/{house.estate.houses[0]}/calls")).json()["data"]
            return bool(mine) and mine[0]["outcome"] == "answered"

        await until(over)
        assert mine[0]["takenBy"] == "王伟"
        gone = await owner.post(f"{path}/take", json=PAGE)
        assert (gone.status_code, gone.json()["code"]) == (409, "intercom.call_over")


async def test_only_the_called_home_may(house: House) -> None:
    _, _, station = await house.door()
    async with house.estate.phone() as owner, house.estate.phone(NEIGHBOUR_PHONE) as neighbour:
        await ring(house, station)
        path, _ = await call_of(owner)
        assert (await neighbour.get("/calls/now")).json()["calls"] == []
        other = path.replace(str(house.estate.houses[0]), str(house.estate.houses[1]))
        for way in ("join", "take", "decline", "hang-up", "open"):
            for where in (path, other):
                refused = await neighbour.post(f"{where}/{way}", json=PAGE)
                assert (refused.status_code, refused.json()["code"]) == (404, "not_found"), (way, where)
        # A page that joined nothing takes nothing, and no page takes another one's place.
        assert (await owner.post(f"{path}/take", json=PAGE)).json()["code"] == "intercom.call_over"
        await look(owner, path)
        foreign = {"page": "page-0002"}
        assert (await owner.post(f"{path}/take", json=foreign)).json()["code"] == "intercom.call_over"
        bad = await owner.put(f"{path}/picture", json={**PAGE, "description": "v=0"})
        assert (bad.status_code, bad.json()["code"]) == (409, "intercom.cannot_see")
        nothing = await owner.post(f"{path}/join", json={"page": "no name"})
        assert nothing.status_code == 400


async def test_a_phone_takes_it_and_the_page_hears_where(house: House) -> None:
    _, _, station = await house.door()
    phone = await house.member(0)
    async with house.estate.phone() as owner:
        invite = await ring(house, station)
        received = await phone.request("INVITE")
        path, _ = await call_of(owner)
        await look(owner, path)
        answer(phone, received, 200, body=ANSWER)
        acknowledge(station, invite, await station.response(200))
        late = await owner.post(f"{path}/take", json=PAGE)
        assert (late.status_code, late.json()["code"]) == (409, "intercom.taken_elsewhere")


async def test_who_declines_last_declines_for_the_home(house: House) -> None:
    _, _, station = await house.door()
    async with house.estate.phone() as owner:
        await ring(house, station)
        path, _ = await call_of(owner)
        second = {"page": "page-0002"}
        await look(owner, path)
        await look(owner, path, second)
        assert (await owner.post(f"{path}/decline", json=PAGE)).status_code == 204
        assert (await call_of(owner))[1]["state"] == "rings"
        assert (await owner.post(f"{path}/decline", json=second)).status_code == 204
        assert (await station.response(603)).status == 603


async def test_a_door_that_cannot_be_opened_says_so_in_words(house: House) -> None:
    _, _, station = await house.door(serves=False)
    async with house.estate.phone() as owner:
        await ring(house, station)
        path, _ = await call_of(owner)
        told = (await owner.post(f"{path}/open", json={}, headers={"accept-language": "en"})).json()
        assert told["opened"] is False
        assert told["words"]


async def test_who_comes_later_does_not_end_the_picture_of_the_first(house: House) -> None:
    """A plain 180 after the early description makes some doors send nothing more."""
    _, _, station = await house.door()
    async with house.estate.phone() as owner:
        await ring(house, station)
        path, _ = await call_of(owner)
        await look(owner, path)
        await station.response(183)
        await look(owner, path, {"page": "page-0002"})
        assert (await owner.post(f"{path}/take", json=PAGE)).status_code == 204
        assert (await station.next(lambda message: isinstance(message, sip.Response))).status == 200
