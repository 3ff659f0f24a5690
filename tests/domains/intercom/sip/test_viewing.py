"""Looking through a door's camera: by who may open it, for a limited time."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from linli.domains.intercom.service import settings
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


@pytest.mark.covers("SIP-04")
async def test_a_door_answers_silently_for_as_long_as_the_community_says(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute where nobody said anything; here a second, so that a test need not wait for the shortest one."""
    monkeypatch.setattr(settings, "LEAST_VIEW", 1)
    path = f"{house.estate.path}/call-settings"
    assert (await house.estate.desk.get(path)).json()["viewSeconds"] == house.front.calls.view_s == 60
    limits = {"talkMinutes": 5, "viewSeconds": 1}
    assert (await house.estate.desk.put(path, json=limits)).status_code == 204
    _, _, station = await house.door()
    phone = await house.member(0)
    began = time.monotonic()
    invite = await phone.call(station.number)
    received = await station.request("INVITE")
    assert received.get("answer-mode") == "Auto"
    assert "answer-after=0" in (received.get("call-info") or "")
    assert "alert-autoanswer" in (received.get("alert-info") or "")
    answer(station, received, 200, body=ANSWER)
    acknowledge(phone, invite, await phone.response(200))
    for each in (phone, station):
        each.send(sip.respond(await each.request("BYE"), 200))
    assert 1 <= time.monotonic() - began < 60


async def test_a_door_in_a_call_is_not_looked_through(house: House) -> None:
    _, _, station = await house.door()
    phone, neighbour = await house.member(0), await house.member(1)
    await house.talking(station, neighbour, 1)
    await phone.call(station.number)
    assert (await phone.response()).status == 486


async def test_nobody_looks_through_a_door_that_is_not_theirs(house: House) -> None:
    _, _, station = await house.door(serves=False)
    phone = await house.member(0)
    await phone.call(station.number)
    assert (await phone.response()).status == 403
    await station.silence()
