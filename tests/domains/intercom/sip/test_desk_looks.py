"""Guard desks look through doors: several at once, one talks, each with a trace that staff and residents see."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.domains.access.service.alarms import HELD_OPEN
from linli.domains.people.rights import Role
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import sip
from tests.domains.access.platform import until
from tests.domains.access.test_search import staff
from tests.domains.intercom.sip.house import House
from tests.domains.intercom.sip.pages import PAGE, browser_answer, open_pages
from tests.domains.intercom.sip.test_guard_desk import OTHER, Desk, account_of
from tests.domains.intercom.sip.test_page_views import answers, look

pytest.importorskip("pylibsrtp")
pytest.importorskip("OpenSSL")


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_pages(database, clock, ids, tmp_path, first_port=25_600) as made:
        yield made


async def desk_of(house: House, web: Any, page: dict[str, str] = PAGE) -> Desk:
    return Desk(house, web, await account_of(web), page)


async def sees(desk: Desk, iot_id: str) -> None:
    path = f"{desk.path}/doors/{iot_id}/look"
    asked = await desk.web.post(path, json=desk.page)
    assert asked.status_code == 200, asked.text
    said = {**desk.page, "description": browser_answer(asked.json()["description"])}
    seen = await desk.web.put(f"{path}/picture", json=said)
    assert seen.status_code == 204, seen.text


async def wall(desk: Desk, **where: Any) -> Any:
    answered = await desk.web.get(f"{desk.path}/doors", params=where)
    assert answered.status_code == 200, answered.text
    return answered.json()


async def looks(desk: Desk) -> list[dict[str, Any]]:
    return list((await desk.web.get(f"{desk.path}/looks")).json()["data"])


async def voice(desk: Desk, iot_id: str, *, on: bool) -> Any:
    return await desk.web.put(f"{desk.path}/doors/{iot_id}/look/voice", json={**desk.page, "on": on})


async def test_two_desks_and_a_home_look_one_talks_and_all_is_written_down(house: House) -> None:
    iot_id, door, station = await house.door()
    estate = house.estate
    async with (
        staff(estate, Role.STAFF, community_id=estate.community) as guard,
        estate.phone() as owner,
    ):
        mine, other = await desk_of(house, guard), await desk_of(house, estate.desk, OTHER)
        (row,) = (await wall(mine))["doors"]
        assert (row["state"], row["viewers"], row["standingOpen"]) == ("ready", [], False)
        await asyncio.gather(sees(mine, iot_id), answers(station))
        (row,) = (await wall(other))["doors"]
        assert (row["state"], row["viewers"], row["mine"]) == ("looked", ["保安"], False)
        await sees(other, iot_id)  # in the same call
        await look(owner, f"{estate.path}/doors/{iot_id}")
        assert house.front.calls.count == 1
        assert (await voice(mine, iot_id, on=True)).status_code == 204
        taken = await voice(other, iot_id, on=True)
        assert (taken.status_code, taken.json()["code"]) == (409, "intercom.voice_taken")
        opened = await guard.post(f"/doors/{iot_id}/open", json={"reason": "快递"})
        assert opened.status_code == 200, opened.text
        assert door.opened == 1
        for desk in (mine, other):
            left = await desk.web.post(f"{desk.path}/doors/{iot_id}/look/leave", json=desk.page)
            assert left.status_code == 204
        assert (await owner.post(f"{estate.path}/doors/{iot_id}/view/leave", json=PAGE)).status_code == 204
        station.send(sip.respond(await station.request("BYE"), 200))

        async def ended() -> bool:
            return all(row["endedMs"] for row in await looks(mine))

        await until(ended)
        second, first = await looks(mine)
        assert (first["name"], first["talked"], first["doorName"]) == ("保安", True, "大门")
        assert (second["talked"], second["iotId"]) == (False, iot_id)
        shown = await owner.get(f"{estate.path}/doors/{iot_id}/looks")
        assert [(row["name"], row["talked"]) for row in shown.json()] == [
            (second["name"], False),
            ("保安", True),
        ]
        calls = (await guard.get("/calls")).json()["data"]
        assert [(row["caller"], row["iotId"]) for row in calls] == [("保安", iot_id)]


async def test_a_page_that_closes_looks_no_more(house: House, monkeypatch: Any) -> None:
    monkeypatch.setattr("linli.domains.intercom.guard_desks.BACK_S", 0.0)
    iot_id, _, station = await house.door()
    desk = await desk_of(house, house.estate.desk)
    await asyncio.gather(sees(desk, iot_id), answers(station))
    desk.desks.leave(desk.seat, for_good=False)
    station.send(sip.respond(await station.request("BYE"), 200))

    async def ended() -> bool:
        (row,) = await looks(desk)
        return bool(row["endedMs"])

    await until(ended)
    refused = await desk.web.post(f"{desk.path}/doors/{iot_id}/look", json=desk.page)
    assert (refused.status_code, refused.json()["code"]) == (409, "intercom.not_at_desk")


async def test_a_page_looks_through_one_door_at_a_time(house: House) -> None:
    first, _, station = await house.door()
    second, _, other_station = await house.door("SN-2")
    desk = await desk_of(house, house.estate.desk)
    await asyncio.gather(sees(desk, first), answers(station))
    await asyncio.gather(sees(desk, second), answers(other_station))
    station.send(sip.respond(await station.request("BYE"), 200))
    gone = await voice(desk, first, on=True)
    assert (gone.status_code, gone.json()["code"]) == (409, "intercom.call_over")
    assert (await voice(desk, second, on=True)).status_code == 204


async def test_who_may_not_open_doors_there_looks_through_none(house: House) -> None:
    iot_id, _, station = await house.door()
    estate = house.estate
    desk = await desk_of(house, estate.desk)
    path = f"{desk.path}/doors/{iot_id}/look"
    async with staff(estate, Role.STAFF, community_id=estate.community + 1) as stranger:
        for where in (f"{desk.path}/doors", f"{desk.path}/looks"):
            assert (await stranger.get(where)).status_code == 404
        assert (await stranger.post(path, json=PAGE)).status_code == 404
    unknown = await estate.desk.post(f"{desk.path}/doors/none/look", json=PAGE)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "access.door_unknown")
    for bad in ({"page": "x"}, {"page": "x" * 65}, {"page": 7}, {}, {**PAGE, "more": 1}):
        assert (await estate.desk.post(path, json=bad)).status_code == 400
    early = await estate.desk.put(f"{path}/picture", json={**PAGE, "description": "v=0"})
    assert (early.status_code, early.json()["code"]) == (409, "intercom.call_over")
    assert await looks(desk) == []
    await station.silence()


async def test_a_door_that_rings_or_is_away_says_so_and_leaves_no_look(house: House) -> None:
    iot_id, _, station = await house.door()
    away, _, gone = await house.door("SN-2")
    assert (await gone.register(expires="0")).status == 200
    desk = await desk_of(house, house.estate.desk)
    phone = await house.member(1)
    await house.talking(station, phone, 1)

    async def talks() -> bool:
        return [row["iotId"] for row in (await wall(desk, state="in_call"))["doors"]] == [iot_id]

    await until(talks)
    busy = await desk.web.post(f"{desk.path}/doors/{iot_id}/look", json=desk.page)
    assert (busy.status_code, busy.json()["code"]) == (409, "intercom.door_busy")
    refused = await desk.web.post(f"{desk.path}/doors/{away}/look", json=desk.page)
    assert (refused.status_code, refused.json()["code"]) == (503, "intercom.door_away")
    assert await looks(desk) == []

    async def is_away() -> bool:
        return [row["iotId"] for row in (await wall(desk, state="away"))["doors"]] == [away]

    await until(is_away)  # log-outs are written a moment later


async def test_the_wall_finds_and_pages_and_shows_a_door_that_stands_open(house: House) -> None:
    iot_id, door, _ = await house.door()
    await house.door("SN-2")
    desk = await desk_of(house, house.estate.desk)
    every = await wall(desk, pageSize=1)
    assert (every["total"], len(every["doors"]), every["off"]) == (2, 1, "")
    assert (await wall(desk, q="none such"))["total"] == 0
    assert (await wall(desk, q="大门"))["total"] == 2
    assert (await wall(desk, building="9幢"))["total"] == 0
    door.link.queue_event("alarmEvent", {"alarmType": 6, "alarm": HELD_OPEN})

    async def stands_open() -> bool:
        return [row["iotId"] for row in (await wall(desk, state="open"))["doors"]] == [iot_id]

    await until(stands_open)
