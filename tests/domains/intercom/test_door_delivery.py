"""Accounts, rooms and the mode on their way to doors over MQTT, and back again when a door says something else."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from linli.delivery import service as delivery
from linli.delivery.queries import find_row
from linli.domains.intercom.kinds import CREDENTIALS, NUMBER, ROOMS
from linli.kernel.db import Query, metadata
from linli.sim.door import SimulatedDoor
from linli.sim.link import CallFailed
from tests.domains.access.platform import until
from tests.domains.intercom.conftest import DOOR, GROUP, SIP, Home

HERE = {"host": "sip.example.com", "port": "6050"}


async def new_door(home: Home, *, online: bool = True) -> tuple[str, SimulatedDoor]:
    return await home.platform.new_door(home.partner, home.product_key, online=online)


async def account(home: Home, kind: int = 1) -> dict[str, Any]:
    row: dict[str, Any] = (await home.ok(f"{SIP}/add", count=1, type=kind))[0]
    return {"sipNumber": row["sipNumber"], "password": row["sipPassword"], **HERE}


def on_door(issue: dict[str, Any]) -> dict[str, str]:
    return {
        "sipNumber": issue["sipNumber"], "password": issue["password"], "sipServerAddr": issue["host"],
        "sipServerPort": issue["port"],
    }  # fmt: skip


async def status(home: Home, iot_id: str, kind: str = NUMBER) -> str:
    row = await find_row(home.platform.db, device=iot_id, kind=kind, credential=CREDENTIALS[kind])
    return "" if row is None else row.status


async def until_status(home: Home, iot_id: str, kind: str, wanted: str) -> None:
    async def met() -> bool:
        return await status(home, iot_id, kind) == wanted

    await until(met)


@pytest.mark.covers("B103", "EP-45", "EP-46")
async def test_an_issued_account_reaches_the_door_and_is_read_back(home: Home) -> None:
    iot_id, door = await new_door(home)
    issue = await account(home)
    await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issue)
    await until(lambda: door.intercom.account == on_door(issue))
    answer = await home.ok(f"{DOOR}/sipnumber/get", iotId=iot_id)
    assert answer == {"sipNumber": issue["sipNumber"], **HERE}
    await until_status(home, iot_id, NUMBER, "transferred")


async def test_a_door_that_answers_another_number_is_mended(home: Home) -> None:
    iot_id, door = await new_door(home)
    issue = await account(home)
    await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issue)
    await until(lambda: door.intercom.account == on_door(issue))
    for wrong in ({**on_door(issue), "sipNumber": "somebody"}, {}):
        await until_status(home, iot_id, NUMBER, "transferred")
        door.intercom.account = wrong
        async with home.platform.db.begin() as tx:
            await delivery.compare_soon(tx, device=iot_id, now_ms=home.platform.clock.now_ms())
        await until(lambda: door.intercom.account == on_door(issue))


async def test_a_door_that_was_away_gets_its_account_when_it_comes(home: Home) -> None:
    iot_id, door = await new_door(home, online=False)
    issue = await account(home)
    await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issue)
    assert await status(home, iot_id) != "transferred"
    await door.start()
    await until(lambda: door.intercom.account == on_door(issue))


async def test_a_number_keyed_in_by_hand_is_left_alone(home: Home) -> None:
    iot_id, door = await new_door(home)
    door.intercom.account = {"sipNumber": "of-the-installer"}
    group = await home.group()
    await home.ok(f"{DOOR}/map/add", iotId=iot_id, maps=[{"roomId": "1202", "groupId": group}])
    await until(lambda: door.intercom.rooms == {"1202": group})
    async with home.platform.db.begin() as tx:
        await delivery.compare_soon(tx, device=iot_id, now_ms=home.platform.clock.now_ms())
    await home.platform.reconciler.run_once()
    assert door.intercom.account == {"sipNumber": "of-the-installer"}


@pytest.mark.engines("sqlite", "postgresql")
async def test_a_renewed_password_follows_and_a_deleted_account_leaves(home: Home) -> None:
    iot_id, door = await new_door(home)
    issue = await account(home)
    await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issue)
    await until(lambda: door.intercom.account == on_door(issue))
    fresh = (await home.ok(f"{SIP}/password/update", sipNumber=issue["sipNumber"]))["sipPassword"]
    await until(lambda: door.intercom.account["password"] == fresh)
    await home.ok(f"{SIP}/delete", sipNumberList=[issue["sipNumber"]])
    assert await home.ok(f"{DOOR}/sipnumber/get", iotId=iot_id) is None
    await until(lambda: door.intercom.account == {})


async def test_a_password_renewed_while_the_door_is_asked_is_still_brought(home: Home) -> None:
    iot_id, door = await new_door(home)
    issue = await account(home)
    await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issue)
    await until_status(home, iot_id, NUMBER, "transferred")
    asked, renewed = asyncio.Event(), asyncio.Event()

    async def answer(params: Any) -> dict[str, Any]:
        asked.set()
        await renewed.wait()
        return {"sipNumber": issue["sipNumber"]}

    door.link.on_service("querySipNumber", answer)
    async with home.platform.db.begin() as tx:
        await delivery.compare_soon(tx, device=iot_id, now_ms=home.platform.clock.now_ms())
    await asyncio.wait_for(asked.wait(), 30)
    fresh = (await home.ok(f"{SIP}/password/update", sipNumber=issue["sipNumber"]))["sipPassword"]
    renewed.set()
    await until(lambda: door.intercom.account["password"] == fresh)


async def test_a_door_that_leaves_gives_everything_back(home: Home) -> None:
    iot_id, door = await new_door(home)
    issue, group = await account(home), await home.group()
    await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issue)
    await home.ok(f"{DOOR}/map/add", iotId=iot_id, maps=[{"roomId": "1202", "groupId": group}])
    await until(lambda: door.intercom.account and door.intercom.rooms)
    await home.take_out(iot_id)
    await until(lambda: not door.intercom.account and not door.intercom.rooms)


async def test_the_same_issue_is_sent_again(home: Home) -> None:
    iot_id, door = await new_door(home)
    issue = await account(home)
    await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issue)
    await until(lambda: door.intercom.account == on_door(issue))
    await until_status(home, iot_id, NUMBER, "transferred")
    door.intercom.account = {}
    await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issue)
    await until(lambda: door.intercom.account == on_door(issue))


async def test_what_cannot_be_issued_is_named_and_changes_nothing(home: Home) -> None:
    (iot_id, _), (second, _) = await new_door(home, online=False), await new_door(home, online=False)
    good, of_app = await account(home), await account(home, 0)
    theirs = (await home.ok(f"{SIP}/add", by=home.other, count=1, type=1))[0]
    foreign = {"sipNumber": theirs["sipNumber"], "password": theirs["sipPassword"], **HERE}
    for issue, code, named in (
        (of_app, 460, "sipNumber"),
        (foreign, "SYS_0002", theirs["sipNumber"]),
        ({**good, "sipNumber": "nobody"}, "SYS_0002", "nobody"),
        ({**good, "password": "wrong"}, 460, "password"),
        ({**good, "port": "99999"}, 460, "port"),
        ({**good, "host": " "}, 460, "host"),
    ):
        answer = await home.call(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issue)
        assert answer["code"] == code, answer
        assert named in answer["message"], answer
        assert await home.ok(f"{DOOR}/sipnumber/get", iotId=iot_id) is None
    await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **good)
    answer = await home.call(f"{DOOR}/sipnumber/sync", iotId=second, **good)
    assert (answer["code"], "sipNumber" in answer["message"]) == (460, True)
    meter = await home.platform.new_product(home.partner, '{"schema": "x", "services": []}')
    plain, _ = await home.platform.new_door(home.partner, meter, online=False)
    free = await account(home)
    answer = await home.call(f"{DOOR}/sipnumber/sync", iotId=plain, **free)
    assert (answer["code"], "iotId" in answer["message"]) == (460, True)


async def test_the_password_stands_nowhere_in_clear(home: Home) -> None:
    iot_id, door = await new_door(home)
    issue = await account(home)
    await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issue)
    await until(lambda: door.intercom.account == on_door(issue))
    await until_status(home, iot_id, NUMBER, "transferred")
    found = []
    for table in metadata.sorted_tables:
        rows = await Query(select(table), unscoped="a test").all(home.platform.db)
        found += [table.name for row in rows if issue["password"] in repr(row)]
    assert found == []


async def test_a_doors_refusal_repeats_no_password(home: Home) -> None:
    iot_id, door = await new_door(home)
    issue = await account(home)

    async def refuse(params: Any) -> dict[str, Any]:
        raise CallFailed(500, f"flash is full: {params['password']} was not kept")

    door.link.on_service("SyncSipNumber", refuse)
    await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issue)

    async def refused() -> bool:
        row = await find_row(home.platform.db, device=iot_id, kind=NUMBER, credential=CREDENTIALS[NUMBER])
        return row is not None and "flash is full" in row.detail

    await until(refused)
    row = await find_row(home.platform.db, device=iot_id, kind=NUMBER, credential=CREDENTIALS[NUMBER])
    assert row is not None
    assert issue["password"] not in row.detail


@pytest.mark.covers("EP-47", "EP-48", "EP-49")
async def test_rooms_reach_a_units_door_as_its_visitors_key_them(home: Home) -> None:
    iot_id, door = await new_door(home)
    first, second = await home.group(), await home.group()
    maps = [{"roomId": "1-9-3-1202", "groupId": first}, {"roomId": "9-3-1203", "groupId": second}]
    await home.ok(f"{DOOR}/map/add", iotId=iot_id, maps=maps)
    await until(lambda: door.intercom.rooms == {"1202": first, "1203": second})
    assert (door.intercom.mode, door.intercom.group_of("1202")) == (0, first)
    page = await home.ok(f"{DOOR}/map/query", iotId=iot_id, pageNo=1, pageSize=20)
    assert {row["roomId"] for row in page["data"]} == {"1-9-3-1202", "9-3-1203"}
    # Another unit's 1202 would be keyed alike.
    clash = [{"roomId": "1-9-4-1202", "groupId": second}]
    answer = await home.call(f"{DOOR}/map/add", iotId=iot_id, maps=clash)
    assert answer["code"] == 460
    assert "maps[0].roomId" in answer["message"]
    assert "1-9-3-1202" in answer["message"]
    await home.ok(f"{DOOR}/map/delete", iotId=iot_id, maps=maps[:1])
    await until(lambda: door.intercom.rooms == {"1203": second})
    await home.ok(f"{GROUP}/delete", groupList=[second])
    await until(lambda: door.intercom.rooms == {})
    await until_status(home, iot_id, ROOMS, "transferDeleted")
