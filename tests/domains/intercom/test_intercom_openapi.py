"""SIP accounts, groups, doors' rooms and houses by signed calls."""

from typing import Any

import pytest

from linli.domains.intercom.queries.doors import door_number, groups_of_rooms
from tests.domains.intercom.conftest import DOOR, GROUP, SERVER, SIP, Home


@pytest.mark.covers("B098", "EP-34", "EP-35")
async def test_one_server_is_listed_and_chosen(home: Home) -> None:
    (server,) = await home.ok(f"{SERVER}/query")
    assert server["hostIp"] == "sip.example.com"
    assert await home.ok(f"{SERVER}/getbind") is None
    assert (await home.call(f"{SERVER}/bind", serverId="x"))["code"] == 403
    await home.ok(f"{SERVER}/bind", serverId=server["serverId"])
    assert await home.ok(f"{SERVER}/getbind") == server
    assert await home.ok(f"{SERVER}/getbind", by=home.other) is None


@pytest.mark.covers("B099", "EP-36", "EP-37", "EP-38")
async def test_accounts_are_made_read_and_deleted(home: Home) -> None:
    rows = await home.ok(f"{SIP}/add", count=100, type=1)
    assert len({row["sipNumber"] for row in rows}) == len({row["sipPassword"] for row in rows}) == 100
    row = rows[0]
    assert (row["sipHost"], row["sipPort"], row["type"]) == ("sip.example.com", 6050, 1)
    assert row["createTime"] == home.platform.clock.now_ms()
    assert len(row["sipNumber"]) == 10
    assert await home.ok(f"{SIP}/detail/get", sipNumber=row["sipNumber"]) == row
    await home.ok(f"{SIP}/delete", sipNumberList=[row["sipNumber"]])
    answer = await home.call(f"{SIP}/detail/get", sipNumber=row["sipNumber"])
    assert answer["code"] == "SYS_0002"


BAD: list[tuple[str, dict[str, Any], Any, str]] = [
    (f"{SIP}/add", {"count": 101, "type": 0}, 460, "count"),
    (f"{SIP}/add", {"count": 0, "type": 0}, 460, "count"),
    (f"{SIP}/add", {"count": 1, "type": 2}, 460, "type"),
    (f"{SIP}/add", {"count": "many", "type": 0}, 400, "count"),
    (f"{SIP}/detail/get", {"sipNumber": "小" * 300}, "SYS_0002", "小"),
    (f"{SIP}/delete", {"sipNumberList": []}, 460, "sipNumberList"),
    (f"{SIP}/password/update", {"sipNumber": "nobody"}, "SYS_0002", "nobody"),
    (f"{GROUP}/add", {"count": 101}, 460, "count"),
    (f"{GROUP}/delete", {"groupList": ["g"] * 201}, 460, "groupList"),
    (f"{GROUP}/sip/list", {"groupID": "nobody"}, 403, "nobody"),
    (f"{DOOR}/sipnumber/get", {"iotId": "nothing"}, 403, "forbidden"),
    (f"{DOOR}/space/get", {}, 460, "spaceId"),
    (f"{DOOR}/space/get", {"groupId": "nobody"}, 403, "nobody"),
]


async def test_bad_input_is_named(home: Home) -> None:
    for path, params, code, named in BAD:
        answer = await home.call(path, **params)
        assert answer["code"] == code, answer
        assert named in answer["message"], answer


async def test_an_unknown_number_changes_nothing(home: Home) -> None:
    first, second = await home.numbers(2)
    answer = await home.call(f"{SIP}/delete", sipNumberList=[first, "nobody", second])
    assert answer["code"] == "SYS_0002"
    group = await home.group()
    answer = await home.call(f"{GROUP}/sip/add", groupID=group, sipNumberList=[first, "nobody"])
    assert answer["code"] == "SYS_0002"
    assert await home.members(group) == []
    await home.ok(f"{SIP}/detail/get", sipNumber=second)


async def test_another_project_sees_none_of_it(home: Home) -> None:
    (number,), group = await home.numbers(), await home.group()
    for path, params in (
        (f"{SIP}/detail/get", {"sipNumber": number}),
        (f"{SIP}/password/update", {"sipNumber": number}),
        (f"{SIP}/delete", {"sipNumberList": [number]}),
        (f"{GROUP}/sip/list", {"groupID": group}),
        (f"{GROUP}/delete", {"groupList": [group]}),
        (f"{GROUP}/sip/add", {"groupID": group, "sipNumberList": [number]}),
    ):
        assert (await home.call(path, by=home.other, **params))["code"] in ("SYS_0002", 403), path
    await home.ok(f"{GROUP}/sip/add", groupID=group, sipNumberList=[number])
    assert await home.members(group) == [number]


@pytest.mark.covers("B100")
async def test_a_renewed_password_replaces_the_old_one(home: Home) -> None:
    (row,) = await home.ok(f"{SIP}/add", count=1, type=0)
    fresh = await home.ok(f"{SIP}/password/update", sipNumber=row["sipNumber"])
    assert fresh["sipPassword"] != row["sipPassword"]
    assert (await home.ok(f"{SIP}/detail/get", sipNumber=row["sipNumber"]))["sipPassword"] == fresh[
        "sipPassword"
    ]


@pytest.mark.covers("B101", "EP-40", "EP-41", "EP-42", "EP-43", "EP-44")
async def test_groups_hold_apps_and_no_doors(home: Home) -> None:
    apps, (door,), group = await home.numbers(2), await home.numbers(1, 1), await home.group()
    await home.ok(f"{GROUP}/sip/add", groupID=group, sipNumberList=apps)
    await home.ok(f"{GROUP}/sip/add", groupID=group, sipNumberList=apps[:1])
    assert sorted(await home.members(group)) == sorted(apps)
    answer = await home.call(f"{GROUP}/sip/add", groupID=group, sipNumberList=[door])
    assert answer["code"] == 460
    assert "sipNumberList" in answer["message"]
    await home.ok(f"{GROUP}/sip/delete", groupID=group, sipNumberList=apps[:1])
    assert await home.members(group) == apps[1:]
    rows = await home.ok(f"{GROUP}/sip/list", groupID=group)
    assert rows[0]["serverPort"] == rows[0]["sipPort"] == 6050
    await home.ok(f"{SIP}/delete", sipNumberList=apps[1:])
    assert await home.members(group) == []
    await home.ok(f"{GROUP}/delete", groupList=[group])
    assert (await home.call(f"{GROUP}/sip/list", groupID=group))["code"] == 403


async def test_a_door_has_a_number_whose_password_is_never_told(home: Home) -> None:
    iot_id, _ = await home.platform.new_door(home.partner, home.product_key, online=False)
    assert await home.ok(f"{DOOR}/sipnumber/get", iotId=iot_id) is None
    issue = {"iotId": iot_id, "sipNumber": "obog97v34g", "host": "pbx.example.com", "port": "6050"}
    assert (await home.call(f"{DOOR}/sipnumber/sync", **issue, password=""))["code"] == 460
    assert (await home.call(f"{DOOR}/sipnumber/sync", **{**issue, "port": "0"}, password="p"))["code"] == 460
    await home.ok(f"{DOOR}/sipnumber/sync", **issue, password="o3yira")
    answer = await home.ok(f"{DOOR}/sipnumber/get", iotId=iot_id)
    assert answer == {"sipNumber": "obog97v34g", "host": "pbx.example.com", "port": "6050"}
    row = await door_number(home.partner.owner, home.platform.db, iot_id)
    assert row is not None
    assert home.secrets.open(row.password, about=f"sip_door:{iot_id}") == "o3yira"
    assert (await home.call(f"{DOOR}/sipnumber/get", by=home.other, iotId=iot_id))["code"] == 403


@pytest.mark.covers("B104")
async def test_rooms_of_a_door_ring_groups(home: Home) -> None:
    iot_id, _ = await home.platform.new_door(home.partner, home.product_key, online=False)
    first, second = await home.group(), await home.group()
    rooms = [("1-9-3-1202", first), ("10-3A-1709", second), ("1203", first)]
    maps = [{"roomId": room, "groupId": group} for room, group in rooms]
    await home.ok(f"{DOOR}/map/add", iotId=iot_id, maps=maps)

    async def listed(**conditions: Any) -> list[tuple[str, str]]:
        page = await home.ok(f"{DOOR}/map/query", iotId=iot_id, pageNo=1, pageSize=20, **conditions)
        return sorted((row["roomId"], row["groupId"]) for row in page["data"])

    assert await listed() == sorted(rooms)
    assert await listed(roomId="9-3-1202") == [("1-9-3-1202", first)]
    assert await listed(groupId=second) == [("10-3A-1709", second)]
    # The period is 1 where it is left out: this is the same room, which rings another group now.
    await home.ok(f"{DOOR}/map/add", iotId=iot_id, maps=[{"roomId": "9-3-1202", "groupId": second}])
    assert await listed(roomId="1-9-3-1202") == [("9-3-1202", second)]
    await home.ok(f"{DOOR}/map/delete", iotId=iot_id, maps=[{"roomId": "9-3-1202", "groupId": first}])
    assert len(await listed()) == 3
    await home.ok(f"{DOOR}/map/delete", iotId=iot_id, maps=[{"roomId": "9-3-1202", "groupId": second}])
    assert await listed() == [("10-3A-1709", second), ("1203", first)]


async def test_a_room_out_of_form_is_named_and_nothing_changes(home: Home) -> None:
    iot_id, _ = await home.platform.new_door(home.partner, home.product_key, online=False)
    group = await home.group()
    for room in ("", "1-2", "123456", "1-1-9-3-1202", "12-9-3-1202", "1-9-3-12 02", "九-3-1202"):
        maps = [{"roomId": "1202", "groupId": group}, {"roomId": room, "groupId": group}]
        answer = await home.call(f"{DOOR}/map/add", iotId=iot_id, maps=maps)
        assert answer["code"] == 460, room
        assert "maps[1].roomId" in answer["message"]
    assert (await home.ok(f"{DOOR}/map/query", iotId=iot_id))["total"] == 0


async def test_a_foreign_door_or_group_is_refused(home: Home) -> None:
    iot_id, _ = await home.platform.new_door(home.partner, home.product_key, online=False)
    group = await home.group()
    maps = [{"roomId": "1202", "groupId": group}]
    assert (await home.call(f"{DOOR}/map/add", by=home.other, iotId=iot_id, maps=maps))["code"] == 403
    theirs = (await home.ok(f"{GROUP}/add", by=home.other, count=1))[0]["groupID"]
    foreign = [{"roomId": "1202", "groupId": theirs}]
    assert (await home.call(f"{DOOR}/map/add", iotId=iot_id, maps=foreign))["code"] == 403
    assert (await home.ok(f"{DOOR}/map/query", iotId=iot_id))["total"] == 0


async def test_a_door_that_goes_keeps_neither_number_nor_rooms(home: Home) -> None:
    group = await home.group()
    issue = {"sipNumber": "n", "password": "p", "host": "pbx.example.com", "port": "6050"}
    maps = [{"roomId": "1202", "groupId": group}]
    for leave in (home.delete_device, home.take_out):
        stays, goes = [
            (await home.platform.new_door(home.partner, home.product_key, online=False))[0] for _ in range(2)
        ]
        for iot_id in (stays, goes):
            await home.ok(f"{DOOR}/sipnumber/sync", iotId=iot_id, **issue)
            await home.ok(f"{DOOR}/map/add", iotId=iot_id, maps=maps)
        await leave(goes)
        owner, db = home.partner.owner, home.platform.db
        assert await door_number(owner, db, goes) is None
        assert await groups_of_rooms(owner, db, iot_id=goes, room_keys=["1202"]) == {}
        assert await door_number(owner, db, stays) is not None
        assert await groups_of_rooms(owner, db, iot_id=stays, room_keys=["1202"]) == {"1202": group}
