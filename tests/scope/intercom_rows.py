"""SIP accounts and groups of each lot, a door with a number and a room, and how the methods name them."""

from collections.abc import Callable
from typing import Any

from linli.app.platform import Platform
from linli.domains.intercom.models import calls
from linli.domains.intercom.rows import CallRow

SIP, GROUP = "/entrance/paas/sipservice/sip", "/entrance/paas/sipservice/group"
SERVER, DOOR = "/entrance/paas/sipserver", "/entrance/paas/videointercom"
NUMBERS = ("sip_number", "member_sip_number", "spare_sip_number")
GROUPS = ("sip_group", "spare_sip_group")


async def add_intercom(platform: Platform, lot: Any) -> None:
    call = lot.project.caller.ok
    accounts = await call(f"{SIP}/add", "1.0.0", {"count": len(NUMBERS), "type": 0})
    for name, account in zip(NUMBERS, accounts, strict=True):
        setattr(lot, name, account["sipNumber"])
    groups = await call(f"{GROUP}/add", "1.0.0", {"count": len(GROUPS)})
    for name, group in zip(GROUPS, groups, strict=True):
        setattr(lot, name, group["groupID"])
    await call(f"{GROUP}/sip/add", "1.0.0", _members(lot, lot.member_sip_number))
    await call(f"{DOOR}/map/add", "1.0.0", _rooms(lot))
    for house in (lot.house, lot.building):
        await call(f"{DOOR}/space/add", "1.0.0", _house(lot, house))
    async with platform.db.begin() as tx:
        row = CallRow(
            id=platform.ids.number(), tenant_id=lot.project.tenant_id, project_id=lot.project.project_id,
            community_id=lot.community, caller=lot.sip_number, caller_kind=1, target=lot.sip_group,
            target_type=1, iot_id=lot.door, space_id=lot.house, room_id="9-3-1202", state=2, outcome="missed",
            answered_by="", process="main", started_ms=platform.clock.now_ms(), answered_ms=0, opened_ms=0,
            ended_ms=platform.clock.now_ms(),
        )  # fmt: skip
        await tx.insert(calls, row._asdict())


def _members(x: Any, number: str) -> dict[str, Any]:
    return {"groupID": x.sip_group, "sipNumberList": [number]}


def _rooms(x: Any) -> dict[str, Any]:
    return {"iotId": x.door, "maps": [{"roomId": "1-9-3-1202", "groupId": x.sip_group}]}


def _house(x: Any, space_id: int) -> dict[str, Any]:
    return {"spaceId": str(space_id), "groupId": x.sip_group, "roomId": "9-3-1202"}


def methods() -> dict[tuple[str, str], list[Callable[[Any], dict[str, Any]]]]:
    number = {"password": "p", "host": "pbx.example.com", "port": "6050"}
    calls: dict[str, list[Callable[[Any], dict[str, Any]]]] = {
        f"{SERVER}/query": [lambda x: {}],
        f"{SERVER}/bind": [lambda x: {"serverId": "linli"}],
        f"{SERVER}/getbind": [lambda x: {}],
        f"{SIP}/add": [lambda x: {"count": 1, "type": 1}],
        f"{SIP}/delete": [lambda x: {"sipNumberList": [x.spare_sip_number]}],
        f"{SIP}/detail/get": [lambda x: {"sipNumber": x.sip_number}],
        f"{SIP}/password/update": [lambda x: {"sipNumber": x.sip_number}],
        f"{GROUP}/add": [lambda x: {"count": 1}],
        f"{GROUP}/delete": [lambda x: {"groupList": [x.spare_sip_group]}],
        f"{GROUP}/sip/add": [lambda x: _members(x, x.sip_number)],
        f"{GROUP}/sip/delete": [lambda x: _members(x, x.sip_number)],
        f"{GROUP}/sip/list": [lambda x: {"groupID": x.sip_group}],
        f"{DOOR}/sipnumber/sync": [lambda x: {"iotId": x.door, "sipNumber": "n", **number}],
        f"{DOOR}/sipnumber/get": [lambda x: {"iotId": x.door}],
        f"{DOOR}/map/add": [_rooms],
        f"{DOOR}/map/delete": [_rooms],
        f"{DOOR}/map/query": [lambda x: {"iotId": x.door, "pageNo": 1, "pageSize": 20}],
        f"{DOOR}/space/add": [lambda x: _house(x, x.house)],
        f"{DOOR}/space/delete": [lambda x: {"spaceId": str(x.building)}],
        f"{DOOR}/space/get": [lambda x: {"spaceId": str(x.house)}, lambda x: {"groupId": x.sip_group}],
    }
    return {(path, "1.0.1" if path == f"{DOOR}/map/query" else "1.0.0"): each for path, each in calls.items()}
