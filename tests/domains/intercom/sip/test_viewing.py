"""Looking through a door's camera: by who may open it, one at a time, for a minute."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import sip
from tests.domains.intercom.sip.house import House, open_house
from tests.domains.intercom.sip.test_calls import ANSWER, acknowledge, answer


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database, clock, ids, tmp_path) as made:
        yield made


async def test_a_door_answers_silently_one_viewer_for_a_minute(house: House) -> None:
    house.front.calls.view_s = 1.0
    _, _, station = await house.door()
    phone, neighbour = await house.member(0), await house.member(1)
    invite = await phone.call(station.number)
    received = await station.request("INVITE")
    assert received.get("answer-mode") == "Auto"
    assert "answer-after=0" in (received.get("call-info") or "")
    assert "alert-autoanswer" in (received.get("alert-info") or "")
    answer(station, received, 200, body=ANSWER)
    acknowledge(phone, invite, await phone.response(200))
    await neighbour.call(station.number)
    assert (await neighbour.response()).status == 486
    for each in (phone, station):
        each.send(sip.respond(await each.request("BYE"), 200))


async def test_nobody_looks_through_a_door_that_is_not_theirs(house: House) -> None:
    _, _, station = await house.door(serves=False)
    phone = await house.member(0)
    await phone.call(station.number)
    assert (await phone.response()).status == 403
    await station.silence()
