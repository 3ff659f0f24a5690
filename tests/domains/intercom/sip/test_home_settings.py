"""What a home chose holds from the next call on: order, quiet hours, a hidden log, opening by itself."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from linli.domains.intercom.service.derived import group_of_house
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.rules import ladder, quiet
from tests.domains.access.estate import NEIGHBOUR_PHONE
from tests.domains.access.platform import until
from tests.domains.intercom.sip.house import House, open_house
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import answer, send
from tests.domains.intercom.sip.test_ladder import desk_phone, tried

STEPS = [{"name": step.name, "seconds": step.seconds, "on": step.on} for step in ladder.USUAL]


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database, clock, ids, tmp_path) as made:
        yield made


def path(house: House, which: int = 0) -> str:
    return f"/houses/{house.estate.houses[which]}"


async def last_call(house: House, count: int) -> dict[str, Any]:
    """The newest of so many calls, once it is over."""
    rows: list[dict[str, Any]] = []

    async def over() -> bool:
        rows[:] = (await house.estate.desk.get("/calls")).json()["data"]
        return len(rows) == count and bool(rows[0]["outcome"])

    await until(over)
    return (await house.estate.desk.get(f"/calls/{rows[0]['id']}")).json()  # type: ignore[no-any-return]


async def ring(house: House, station: Phone) -> None:
    await station.call(group_of_house(house.estate.houses[0]))


def hours_now(house: House, manner: str) -> dict[str, Any]:
    now = datetime.fromtimestamp(house.estate.now / 1000, UTC).astimezone(ZoneInfo("Asia/Shanghai"))
    minute = now.hour * 60 + now.minute
    return {
        "fromMinute": (minute - 60) % 1440,
        "toMinute": (minute + 60) % 1440,
        "days": quiet.ALL_DAYS,
        "manner": manner,
    }


async def test_quiet_hours_pass_a_call_on_and_a_second_ring_is_heard(house: House) -> None:
    _, _, station = await house.door()
    phone, desk = await house.member(0), await desk_phone(house)
    async with house.estate.phone() as mine:
        settings = {"steps": STEPS, "quiet": hours_now(house, "skip")}
        assert (await mine.put(f"{path(house)}/call-settings", json=settings)).status_code == 204
        shown = (await mine.get(f"{path(house)}/call-settings")).json()
        assert shown["quiet"] == settings["quiet"]
        assert (shown["myQuiet"], shown["neighbour"], shown["opensItself"]) == (None, None, None)
        bad = {"steps": STEPS, "quiet": hours_now(house, "skip") | {"toMinute": 1440}}
        refused = await mine.put(f"{path(house)}/call-settings", json=bad)
        assert refused.status_code == 400
        assert "quiet.toMinute" in refused.text
        await ring(house, station)
        answer(desk, await desk.request("INVITE"), 486)
        assert (await station.response()).status == 486
        assert tried(await last_call(house, 1)) == [("family", 0, "quiet", ""), ("desk", 1, "busy", "")]
        await phone.silence()
        await ring(house, station)
        answer(phone, await phone.request("INVITE"), 603)
        assert tried(await last_call(house, 2)) == [("family", 1, "refused", "")]
        settings = {"steps": STEPS, "quiet": hours_now(house, "silent"), "strictQuiet": True}
        assert (await mine.put(f"{path(house)}/call-settings", json=settings)).status_code == 204
        await ring(house, station)
        received = await phone.request("INVITE")
        assert (received.get("alert-info") or "").endswith("info=silent")
        answer(phone, received, 603)
    async with house.estate.phone(NEIGHBOUR_PHONE) as other:
        assert (await other.get(f"{path(house)}/call-settings")).status_code == 404


async def test_a_home_asks_another_one_by_its_room(house: House) -> None:
    await house.door()
    async with house.estate.phone() as mine, house.estate.phone(NEIGHBOUR_PHONE) as other:
        asked = f"{path(house)}/call-neighbour"
        assert (await mine.put(asked, json={"room": "9-9-9"})).status_code in (400, 404)
        rooms = (await house.estate.desk.get(f"{house.estate.path}{path(house, 1)}/intercom")).json()
        assert (await mine.put(asked, json={"room": rooms["roomId"]})).status_code == 204
        (row,) = (await other.get(f"{path(house, 1)}/call-settings")).json()["askedBy"]
        assert (row["houseId"], row["agreed"]) == (str(house.estate.houses[0]), False)
        agreed = f"{path(house, 1)}/call-neighbour/{house.estate.houses[0]}"
        assert (await other.put(agreed, json={"agreed": True})).status_code == 204
        shown = (await mine.get(f"{path(house)}/call-settings")).json()["neighbour"]
        assert (shown["houseId"], shown["agreed"]) == (str(house.estate.houses[1]), True)


async def test_a_hidden_log_shows_others_only_what_nobody_took(house: House) -> None:
    estate = house.estate
    _, _, station = await house.door()
    await estate.move_in(estate.houses[0], "王芳", "13800000103")
    phone = await house.member(0)
    dialog, _ = await house.talking(station, phone)
    send(station, dialog.request("BYE"))
    await last_call(house, 1)
    async with estate.phone() as mine, estate.phone("13800000103") as hers:
        assert len((await hers.get(f"{path(house)}/calls")).json()["data"]) == 1
        settings = {"steps": STEPS, "logHidden": True}
        assert (await mine.put(f"{path(house)}/call-settings", json=settings)).status_code == 204
        seen = [(await who.get(f"{path(house)}/calls")).json() for who in (mine, hers)]
    assert [page["total"] for page in seen] == [1, 0]
    assert seen[1]["data"] == []


async def test_a_home_opens_by_itself_for_a_while(house: House) -> None:
    _, door, station = await house.door()
    phone = await house.member(0)
    async with house.estate.phone() as mine, house.estate.phone(NEIGHBOUR_PHONE) as other:
        auto = f"{path(house)}/auto-open"
        assert (await mine.post(auto, json={"minutes": 121, "times": 1})).status_code == 400
        assert (await other.post(auto, json={"minutes": 5, "times": 1})).status_code == 404
        assert (await mine.post(auto, json={"minutes": 5, "times": 1})).status_code == 204
        assert (await mine.post(auto, json={"minutes": 5, "times": 1})).status_code == 409
        await ring(house, station)
        assert (await station.response()).status == 480
        assert door.opened == 1
        detail = await last_call(house, 1)
        assert (detail["call"]["outcome"], detail["call"]["opened"], detail["steps"]) == ("let_in", True, [])
        (opening,) = detail["openings"]
        assert (opening["who"], opening["way"], opening["opened"]) == ("王伟", "remote", True)
        (mine_row,) = (await mine.get(f"{path(house)}/calls")).json()["data"]
        assert (mine_row["outcome"], mine_row["openings"][0]["who"]) == ("let_in", "王伟")
        await phone.silence()
        await ring(house, station)
        answer(phone, await phone.request("INVITE"), 603)
        assert door.opened == 1, "once was all"
        await last_call(house, 2)
        assert (await mine.post(auto, json={"minutes": 5, "times": 3})).status_code == 204
        assert (await mine.get(f"{path(house)}/call-settings")).json()["opensItself"]["by"] == "王伟"
        assert (await mine.delete(auto)).status_code == 204
        await ring(house, station)
        answer(phone, await phone.request("INVITE"), 603)
        assert door.opened == 1
    history = await house.estate.desk.get(
        f"{house.estate.path}/history",
        params={"kind": "house_calls", "target": str(house.estate.houses[0])},
    )
    assert {row["action"] for row in history.json()["data"]} == {"changed"}


async def test_who_may_open_no_door_lets_nobody_in(house: House) -> None:
    await house.door(serves=False)
    async with house.estate.phone() as mine:
        refused = await mine.post(f"{path(house)}/auto-open", json={"minutes": 5, "times": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "intercom.auto_open_refused")
