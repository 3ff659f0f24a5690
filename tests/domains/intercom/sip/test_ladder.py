"""A call to a home goes on step by step until somebody takes it, and says later whom it tried."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.domains.intercom.queries.homes import home_rules
from linli.domains.intercom.service.derived import group_of_house
from linli.domains.intercom.service.settings import answer_neighbour, name_neighbour, save_home
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import sip
from tests.domains.access.platform import until
from tests.domains.intercom.sip.house import House, open_house
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import ANSWER, acknowledge, answer, send
from tests.domains.intercom.sip.test_unlocking import asked, press, say_opened, told


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database, clock, ids, tmp_path) as made:
        yield made


async def desk_phone(house: House) -> Phone:
    answered = await house.estate.desk.post(f"{house.estate.path}/call-settings/desks/1")
    assert answered.status_code == 200, answered.text
    return await house.phone(answered.json()["number"])


async def unit(house: House, which: int = 0) -> Phone:
    path = f"{house.estate.path}/houses/{house.estate.houses[which]}/intercom/unit"
    answered = await house.estate.desk.post(path)
    assert answered.status_code == 200, answered.text
    set_up = answered.json()
    phone = await Phone.open(house.front.port, set_up["number"], set_up["password"])
    house.phones.append(phone)
    assert (await phone.register()).status == 200
    return phone


async def choose_steps(house: House, steps: str) -> None:
    estate = house.estate
    rules = await home_rules(
        estate.tenant, estate.platform.db, community_id=estate.community, space_id=estate.houses[0]
    )
    async with estate.platform.db.begin() as tx:
        await save_home(tx, rules._replace(tenant_id=estate.tenant.tenant, steps=steps))


async def course(house: House, outcome: str) -> dict[str, Any]:
    """The only call's, once it is over."""
    found: dict[str, Any] = {}

    async def over() -> bool:
        (row,) = (await house.estate.desk.get("/calls")).json()["data"]
        found.update((await house.estate.desk.get(f"/calls/{row['id']}")).json())
        return bool(found["call"]["outcome"] == outcome)

    await until(over)
    return found


def tried(detail: dict[str, Any]) -> list[tuple[str, int, str, str]]:
    return [(row["step"], row["phones"], row["result"], row["takenBy"]) for row in detail["steps"]]


async def test_a_call_that_nobody_takes_at_home_reaches_the_desk(house: House) -> None:
    _, _, station = await house.door()
    indoor, phone, desk = await unit(house), await house.member(0), await desk_phone(house)
    invite = await station.call(group_of_house(house.estate.houses[0]))
    answer(indoor, await indoor.request("INVITE"), 480)
    answer(phone, await phone.request("INVITE"), 486)
    received = await desk.request("INVITE")
    answer(desk, received, 200, body=ANSWER)
    dialog = acknowledge(station, invite, await station.response(200))
    await desk.request("ACK")
    theirs = sip.Dialog.of_request(received, "callee")
    press(desk, theirs, b'{"req":"unlock","reqsn":7}')
    first = await asked(station, 200)
    await asked(station, 200)
    say_opened(station, dialog, first, 200)
    assert await told(desk) == (7, 200, "门已打开")
    send(station, dialog.request("BYE"))
    detail = await course(house, "answered")
    assert tried(detail) == [
        ("indoor", 1, "missed", ""), ("family", 1, "busy", ""), ("desk", 1, "answered", ""),
    ]  # fmt: skip
    (opening,) = detail["openings"]
    assert (opening["number"], opening["way"], opening["opened"], opening["words"]) == (
        desk.number, "info", True, "The door is open",
    )  # fmt: skip


@pytest.mark.covers("G-C26")
async def test_an_indoor_unit_that_is_silent_for_fifteen_seconds_leaves_the_call_to_the_cloud(
    house: House,
) -> None:
    """As a home is called that chose nothing. The unit rings on: whoever is first has the call."""
    _, _, station = await house.door()
    indoor, phone = await unit(house), await house.member(0)
    began = time.monotonic()
    invite = await station.call(group_of_house(house.estate.houses[0]))
    answer(indoor, await indoor.request("INVITE"), 180)
    await station.response(180)
    received = await phone.request("INVITE")
    assert time.monotonic() - began > 14.9
    answer(phone, received, 200, body=ANSWER)
    dialog = acknowledge(station, invite, await station.response(200))
    await indoor.request("CANCEL")
    send(station, dialog.request("BYE"))
    detail = await course(house, "answered")
    assert tried(detail) == [("indoor", 1, "elsewhere", ""), ("family", 1, "answered", "王伟")]


async def test_after_its_time_the_next_step_rings_besides(house: House) -> None:
    await choose_steps(house, "indoor:1,family:1,-neighbour:20,-desk:20")
    _, _, station = await house.door()
    indoor, phone = await unit(house), await house.member(0)
    invite = await station.call(group_of_house(house.estate.houses[0]))
    answer(indoor, await indoor.request("INVITE"), 180)
    received = await phone.request("INVITE")
    answer(phone, received, 200, body=ANSWER)
    dialog = acknowledge(station, invite, await station.response(200))
    cancel = await indoor.request("CANCEL")
    assert "Call completed elsewhere" in (cancel.get("reason") or "")
    send(station, dialog.request("BYE"))
    detail = await course(house, "answered")
    assert tried(detail) == [("indoor", 1, "elsewhere", ""), ("family", 1, "answered", "王伟")]
    assert detail["steps"][1]["startedMs"] >= detail["steps"][0]["startedMs"]


async def test_who_declines_at_home_declines_for_the_home(house: House) -> None:
    _, _, station = await house.door()
    phone, desk = await house.member(0), await desk_phone(house)
    await station.call(group_of_house(house.estate.houses[0]))
    answer(phone, await phone.request("INVITE"), 603)
    assert (await station.response()).status == 603
    assert tried(await course(house, "refused")) == [("family", 1, "refused", "")]
    await desk.silence()


async def test_a_neighbour_answers_once_the_neighbour_agreed(house: House) -> None:
    _, _, station = await house.door()
    estate = house.estate
    neighbour = await house.member(1)
    at = {"community_id": estate.community, "now_ms": estate.now}
    async with estate.platform.db.begin() as tx:
        await name_neighbour(
            estate.tenant, tx, space_id=estate.houses[0], neighbour_id=estate.houses[1], **at
        )
    await station.call(group_of_house(estate.houses[0]))
    assert (await station.response()).status == 480
    assert tried(await course(house, "unreachable")) == [
        ("family", 0, "unreachable", ""), ("desk", 0, "none", ""),
    ]  # fmt: skip
    await neighbour.silence()
    async with estate.platform.db.begin() as tx:
        await answer_neighbour(
            estate.tenant, tx, space_id=estate.houses[1], asking_id=estate.houses[0], agreed=True, **at
        )
    await station.call(group_of_house(estate.houses[0]))
    assert (await neighbour.request("INVITE")).from_.uri.user == station.number


async def test_the_limits_of_a_community_hold_from_the_next_call_on(house: House) -> None:
    path = f"{house.estate.path}/call-settings"
    desk = house.estate.desk
    assert (await desk.put(path, json={"talkMinutes": 6, "viewSeconds": 60})).status_code == 400
    assert (await desk.put(path, json={"talkMinutes": 2, "viewSeconds": 20})).status_code == 204
    shown = (await desk.get(path)).json()
    assert (shown["talkMinutes"], shown["viewSeconds"], shown["desks"]) == (2, 20, [])
    _, _, station = await house.door()
    phone = await house.member(0)
    await house.talking(station, phone)
    (call,) = house.front.calls._calls
    assert call.limit_s == 120


async def test_a_fixed_phone_is_taken_down(house: House) -> None:
    _, _, station = await house.door()
    phone = await desk_phone(house)
    path = f"{house.estate.path}/call-settings"
    (shown,) = (await house.estate.desk.get(path)).json()["desks"]
    assert (shown["place"], shown["number"]) == (1, phone.number)
    assert "password" not in shown
    assert (await house.estate.desk.delete(f"{path}/desks/1")).status_code == 204
    assert (await house.estate.desk.delete(f"{path}/desks/1")).status_code == 204
    await station.call(group_of_house(house.estate.houses[0]))
    assert (await station.response()).status == 480
    await phone.silence()
