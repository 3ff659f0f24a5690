"""SIP accounts and groups of each lot, a door with a number and a room, and how the methods name them."""

import hashlib
from collections.abc import Callable
from typing import Any

from linli.app.platform import Platform
from linli.domains.intercom.models import calls, door_numbers, looks
from linli.domains.intercom.rows import CallRow, DoorLook, DoorNumber
from linli.domains.intercom.service import fixed_phones
from linli.domains.intercom.service.delivering import door_seal
from linli.kernel.scope import Scope
from tests.domains.intercom.terminal_codes import bind_one, show_one
from tests.scope.doorbells import add_doorbells

SIP, GROUP = "/entrance/paas/sipservice/sip", "/entrance/paas/sipservice/group"
TERMINAL = "/solution/community/intercom"
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
    kept = {"iotId": lot.door, "maps": [{"roomId": "1-9-3-1203", "groupId": lot.sip_group}]}
    await call(f"{DOOR}/map/add", "1.0.0", kept)  # by which a terminal opens, whatever becomes of the other
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
        lot.call = row.id
        look = DoorLook(
            platform.ids.number(), lot.project.tenant_id, lot.community, lot.door, "staff:1", "main",
            platform.clock.now_ms(), 0, platform.clock.now_ms(),
        )  # fmt: skip
        await tx.insert(looks, look._asdict())
        sealed = platform.secrets.seal("none", about=door_seal(lot.door))
        station = DoorNumber(
            lot.door,
            lot.project.tenant_id,
            lot.community,
            lot.sip_number,
            sealed,
            "sip.example.com",
            "6050",
            0,
        )
        await tx.insert(door_numbers, station._asdict())
        owner = Scope.system(lot.project.tenant_id, "intercom")
        parts: dict[str, Any] = {
            "community_id": lot.community,
            "ids": platform.ids,
            "secrets": platform.secrets,
            "now_ms": row.started_ms,
        }
        await fixed_phones.set_up_unit(owner, tx, space_id=lot.house, **parts)
        await fixed_phones.set_up_desk(owner, tx, place=2, **parts)
    await add_doorbells(platform, lot)
    lot.terminal_device, lot.spare_terminal_device = f"hall-{lot.name}-0001", f"desk-{lot.name}-0001"
    devices = (lot.terminal_device, lot.spare_terminal_device, f"lost-{lot.name}-0001")
    bound = [
        await bind_one(platform, lot.project, lot.community, lot.house, lot.person, one) for one in devices
    ]
    lot.terminal_bind, lot.lost_terminal_bind = bound[0].bind_id, bound[2].bind_id
    offices = [
        await bind_one(platform, lot.project, lot.community, None, "", f"office-{lot.name}-{place}")
        for place in (1, 2)
    ]
    lot.office_bind, lot.lost_office_bind = (one.bind_id for one in offices)
    lot.office_code = await show_one(platform, lot.project, f"new-office-{lot.name}")
    lot.terminal_code = await show_one(platform, lot.project, f"fresh-{lot.name}-0001")


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
    newer = (f"{DOOR}/map/query", f"{TERMINAL}/device/status/get", f"{TERMINAL}/unitdoor/open")
    calls |= _terminals()
    return {(path, "1.0.1" if path in newer else "1.0.0"): each for path, each in calls.items()}


def _terminals() -> dict[str, list[Callable[[Any], dict[str, Any]]]]:
    def own(x: Any) -> dict[str, Any]:
        return {"paasIdentityId": x.person}

    def code(x: Any) -> dict[str, Any]:
        now_ms = x.project.caller.now_ms()
        text = f"{x.own_key}-{now_ms}-shown-{x.name}TMALL_GENIE"
        sign = hashlib.md5(text.encode()).hexdigest()
        return {"deviceId": f"shown-{x.name}", "ts": now_ms, "sign": sign}

    device = f"{TERMINAL}/device"
    return {
        f"{device}/qrcode/get": [code],
        f"{device}/status/get": [lambda x: {"deviceId": x.terminal_device}],
        f"{device}/end/unbind": [lambda x: {"deviceId": x.spare_terminal_device}],
        f"{TERMINAL}/unitdoor/open": [
            lambda x: {"deviceId": x.terminal_device},
            lambda x: {"deviceId": x.terminal_device, "iotId": x.door},
        ],
        f"{device}/channel/get": [lambda x: {"deviceId": x.terminal_device}],
        f"{TERMINAL}/entrance/device/list": [
            lambda x: {"deviceId": x.terminal_device, "pageNo": 1, "pageSize": 20}
        ],
        f"{device}/bind": [
            lambda x: {
                **own(x), "qrCode": x.terminal_code, "houseSpaceId": x.house, "deviceNickName": "客厅",
            }
        ],
        f"{device}/rename": [
            lambda x: {**own(x), "bindId": x.terminal_bind, "deviceNickName": "书房"}
        ],
        f"{device}/list": [own],
        f"{device}/unbind": [lambda x: {**own(x), "bindId": x.lost_terminal_bind}],
    }  # fmt: skip
