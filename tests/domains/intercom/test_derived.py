"""Houses, members and doors make accounts, groups and rooms by themselves, and end them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from linli.calls.rows import Binding
from linli.domains.communities.service import lifecycle, removal
from linli.domains.intercom import room as intercom
from linli.domains.intercom.queries import doors as door_queries
from linli.domains.intercom.queries import numbers, owners
from linli.domains.intercom.service.derived import group_of_house
from linli.domains.intercom.sip import phones
from linli.domains.people.service import residents
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.settings import Settings, Sip
from linli.sim.door import SimulatedDoor
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import until
from tests.domains.communities.builders import make_space

ON = Settings(sip=Sip(port=6050, public_host="sip.example.com"))


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    intercom.register(database.handlers)
    async with open_estate(database, clock, ids, tmp_path, ON) as made:
        yield made


def group(estate: Estate, which: int) -> str:
    return group_of_house(estate.houses[which])


async def members(estate: Estate, which: int) -> list[str]:
    rows = await numbers.members_of(estate.tenant, estate.platform.db, group(estate, which))
    return [row.number for row in rows]


async def place(estate: Estate, iot_id: str, space_id: int | None) -> None:
    body = {"name": "大门", "direction": "ENTRANCE", "spaceId": space_id}
    answer = await estate.desk.put(f"/doors/{iot_id}", json=body)
    assert answer.status_code == 204, answer.text


async def wall_door(estate: Estate) -> tuple[str, SimulatedDoor]:
    iot_id, door = await estate.new_door("SN-W1", "围墙机")
    await until(lambda: door.intercom.account)
    await place(estate, iot_id, estate.root)
    await until(lambda: door.intercom.rooms)
    return iot_id, door


async def test_a_door_brings_accounts_groups_and_rooms(estate: Estate) -> None:
    iot_id, door = await wall_door(estate)
    assert door.intercom.mode == 1
    assert door.intercom.rooms == {"1-1-101": group(estate, 0), "2-1-201": group(estate, 1)}
    issued = await door_queries.door_number(estate.tenant, estate.platform.db, iot_id)
    assert issued is not None
    account = door.intercom.account
    assert (account["sipNumber"], account["sipServerAddr"], account["sipServerPort"]) == (
        issued.number, "sip.example.com", "6050",
    )  # fmt: skip
    station = await numbers.account(estate.tenant, estate.platform.db, issued.number)
    for which, person in ((0, estate.owner), (1, estate.neighbour)):
        (number,) = await members(estate, which)
        row = await numbers.account(estate.tenant, estate.platform.db, number)
        assert (row.kind, row.project_id) == (0, station.project_id)
        (owner,) = await owners.owners_in(estate.tenant, estate.platform.db, [estate.houses[which]])
        assert (owner.number, owner.identity_id) == (number, person)


@pytest.mark.covers("SIP-05")
async def test_a_moved_door_rings_other_houses(estate: Estate) -> None:
    iot_id, door = await wall_door(estate)
    await place(estate, iot_id, estate.buildings[1])
    await until(lambda: door.intercom.rooms == {"2-1-201": group(estate, 1)})
    unit = await make_space(
        estate.platform.db, estate.tenant, estate.platform.ids, estate.buildings[0], "unit", "3单元"
    )
    house = await make_space(estate.platform.db, estate.tenant, estate.platform.ids, unit, "house", "301室")
    answer = await estate.desk.put(f"/doors/{iot_id}/call-unit", json={"spaceId": unit})
    assert answer.status_code in (200, 204), answer.text
    await until(lambda: door.intercom.rooms == {"301": group_of_house(house)})
    await until(lambda: door.intercom.mode == 0)
    await place(estate, iot_id, None)


@pytest.mark.engines("sqlite", "postgresql")
async def test_who_moves_in_rings_and_who_moves_out_rings_no_more(estate: Estate) -> None:
    await wall_door(estate)
    new = await estate.move_in(estate.houses[0], "赵敏", "13800000777")

    async def two() -> bool:
        return len(await members(estate, 0)) == 2

    await until(two)
    async with estate.platform.db.begin() as tx:
        await residents.move_out(
            estate.tenant, tx, house_id=estate.houses[0], identity_id=new, now_ms=estate.now
        )
    (left,) = await members(estate, 0)  # at once
    rows = await owners.owners_in(estate.tenant, estate.platform.db, [estate.houses[0]])
    assert [(row.number, row.identity_id) for row in rows] == [(left, estate.owner)]


@pytest.mark.engines("sqlite", "postgresql")
async def test_a_deleted_house_ends_and_comes_back_with_its_group(estate: Estate) -> None:
    _, door = await wall_door(estate)
    both = dict(door.intercom.rooms)
    async with estate.platform.db.begin() as tx:
        change = await removal.remove(
            estate.tenant, tx, space_id=estate.houses[0], whole=True, now_ms=estate.now
        )
    assert await members(estate, 0) == []
    await until(lambda: door.intercom.rooms == {"2-1-201": group(estate, 1)})
    answer = await estate.desk.post(f"{estate.path}/history/{change}/restore")
    assert answer.is_success, answer.text
    await until(lambda: door.intercom.rooms == both)

    async def back() -> bool:
        return len(await members(estate, 0)) == 1

    await until(back)


@pytest.mark.engines("sqlite", "postgresql")
async def test_a_service_that_rests_ends_and_one_that_runs_again_returns(estate: Estate) -> None:
    _, door = await wall_door(estate)
    before = door.intercom.account
    async with estate.platform.db.begin() as tx:
        await lifecycle.halt(
            estate.tenant, tx, community_id=estate.community, state="suspended", reason="unpaid", words="",
            ids=estate.platform.ids, now_ms=estate.now,
        )  # fmt: skip
    assert await members(estate, 0) == await members(estate, 1) == []
    await until(lambda: not door.intercom.account)
    async with estate.platform.db.begin() as tx:
        await lifecycle.resume(
            estate.tenant, tx, community_id=estate.community, service_end="2099-01-01",
            ids=estate.platform.ids, now_ms=estate.now,
        )  # fmt: skip
    await until(lambda: door.intercom.account and door.intercom.account != before)


async def test_what_an_application_issued_is_left_alone(estate: Estate) -> None:
    iot_id, door = await wall_door(estate)
    rooms = dict(door.intercom.rooms)
    await estate.platform.intercom.bring_in_line(estate.tenant.tenant, estate.community)
    assert door.intercom.rooms == rooms
    leaving = door.intercom.account["sipNumber"]
    answer = await estate.desk.delete(f"/doors/{iot_id}")
    assert answer.status_code == 204, answer.text
    await until(lambda: not door.intercom.account and not door.intercom.rooms)
    assert leaving not in await numbers.accounts_by_number(estate.tenant, estate.platform.db, [leaving])


async def test_pages_show_a_doors_number_rooms_and_deliveries(estate: Estate) -> None:
    iot_id, door = await wall_door(estate)

    async def held() -> bool:
        rows = (await estate.desk.get(f"/doors/{iot_id}/intercom")).json()["deliveries"]
        return {row["status"] for row in rows} == {"transferred"} and len(rows) == 3

    await until(held)
    shown = (await estate.desk.get(f"/doors/{iot_id}/intercom")).json()
    number = door.intercom.account["sipNumber"]
    assert shown["account"] == {
        "number": number, "name": "", "registeredMs": None, "address": "", "agent": "",
    }  # fmt: skip
    assert (shown["able"], shown["here"], shown["derived"], shown["form"]) == (True, True, True, "wall")
    assert {row["keyed"]: row["houseId"] for row in shown["rooms"]} == {
        "1-1-101": str(estate.houses[0]), "2-1-201": str(estate.houses[1]),
    }  # fmt: skip
    assert door.intercom.account["password"] not in str(shown)
    house = f"{estate.path}/houses/{estate.houses[0]}/intercom"
    one = (await estate.desk.get(house)).json()
    assert (one["groupId"], one["roomId"], one["derived"]) == (group(estate, 0), "1-1-1-101", True)
    assert [phone["name"] for phone in one["phones"]] == ["王伟"]
    async with estate.platform.db.begin() as tx:
        account = await numbers.account(estate.tenant, tx, number)
        await phones.log_in(
            tx,
            Binding(
                number, account.tenant_id, account.project_id, "sip:x@192.0.2.9", "udp", "192.0.2.9", 5060,
                "c", 1, "door 1.0", estate.now, estate.now + 600_000,
            ),
            account,
        )  # fmt: skip
    logged_in = (await estate.desk.get(f"/doors/{iot_id}/intercom")).json()["account"]
    assert (logged_in["registeredMs"], logged_in["address"]) == (estate.now, "192.0.2.9")
    assert (await estate.desk.get("/doors/nothing/intercom")).status_code == 404
