"""Pages look through a door's camera: all of those who may open it at once, and one of them talks."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import sdp, sip
from tests.domains.access.estate import NEIGHBOUR_PHONE
from tests.domains.intercom.sip.house import House
from tests.domains.intercom.sip.pages import PAGE, browser_answer, open_pages
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import answer
from tests.domains.intercom.sip.test_gone import move_out

pytest.importorskip("pylibsrtp")
pytest.importorskip("OpenSSL")


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_pages(database, clock, ids, tmp_path, first_port=25_600) as made:
        yield made


async def answers(station: Phone) -> sip.Request:
    """The door answers by itself, as it was asked."""
    invite = await station.request("INVITE")
    assert invite.get("answer-mode") == "Auto"
    offer = sdp.read(invite.body)
    assert [medium.kind for medium in offer.media] == ["audio", "video"]
    answer(station, invite, 200, body=offer.placed("127.0.0.1", [41_000, 41_002]))
    await station.request("ACK")
    return invite


async def look(resident: Any, path: str, page: dict[str, str] = PAGE) -> None:
    asked = await resident.post(f"{path}/view", json=page)
    assert asked.status_code == 200, asked.text
    said = {**page, "description": browser_answer(asked.json()["description"])}
    assert (await resident.put(f"{path}/view/picture", json=said)).status_code == 204


async def test_many_look_one_talks_and_the_last_one_hangs_up(house: House) -> None:
    iot_id, _, station = await house.door()
    path = f"{house.estate.path}/doors/{iot_id}"
    async with house.estate.phone() as owner, house.estate.phone(NEIGHBOUR_PHONE) as neighbour:
        assert (await owner.get(f"{house.estate.path}/views")).json()["iotIds"] == [iot_id]
        await asyncio.gather(look(owner, path), answers(station))
        await look(neighbour, path)  # in the same call
        assert house.front.calls.count == 1
        on, off = {**PAGE, "on": True}, {**PAGE, "on": False}
        assert (await owner.put(f"{path}/view/voice", json=on)).status_code == 204
        taken = await neighbour.put(f"{path}/view/voice", json=on)
        assert (taken.status_code, taken.json()["code"]) == (409, "intercom.voice_taken")
        assert (await owner.put(f"{path}/view/voice", json=off)).status_code == 204
        assert (await neighbour.put(f"{path}/view/voice", json=on)).status_code == 204
        assert (await owner.post(f"{path}/view/leave", json=PAGE)).status_code == 204
        assert (await neighbour.post(f"{path}/view/leave", json=PAGE)).status_code == 204
        station.send(sip.respond(await station.request("BYE"), 200))
        gone = await owner.put(f"{path}/view/voice", json=on)
        assert (gone.status_code, gone.json()["code"]) == (409, "intercom.call_over")


async def test_the_page_of_who_moves_out_looks_no_more_and_the_neighbours_does(house: House) -> None:
    iot_id, _, station = await house.door()
    path = f"{house.estate.path}/doors/{iot_id}"
    async with house.estate.phone() as owner, house.estate.phone(NEIGHBOUR_PHONE) as neighbour:
        await asyncio.gather(look(owner, path), answers(station))
        await look(neighbour, path)
        on = {**PAGE, "on": True}
        assert (await owner.put(f"{path}/view/voice", json=on)).status_code == 204
        await move_out(house)
        assert (await neighbour.put(f"{path}/view/voice", json=on)).status_code == 204, "the voice is free"
        assert house.front.calls.count == 1
        assert (await neighbour.post(f"{path}/view/leave", json=PAGE)).status_code == 204
        station.send(sip.respond(await station.request("BYE"), 200))


async def test_a_door_that_is_not_theirs_is_not_there(house: House) -> None:
    iot_id, _, station = await house.door(serves=False)
    path = f"{house.estate.path}/doors/{iot_id}"
    async with house.estate.phone() as owner:
        assert (await owner.get(f"{house.estate.path}/views")).json()["iotIds"] == []
        refused = await owner.post(f"{path}/view", json=PAGE)
        assert (refused.status_code, refused.json()["code"]) == (404, "access.door_unknown")
    await station.silence()


async def test_a_door_in_a_talk_says_so(house: House) -> None:
    iot_id, _, station = await house.door()
    path = f"{house.estate.path}/doors/{iot_id}"
    phone = await house.member(1)
    await house.talking(station, phone, 1)
    async with house.estate.phone() as owner:
        refused = await owner.post(f"{path}/view", json=PAGE)
        assert (refused.status_code, refused.json()["code"]) == (409, "intercom.door_busy")
