"""Open API: a door's SIP number and its rooms (spec B A117-A121, E D12-D16)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.errors import DoorUnknown
from linli.domains.access.queries.doors import get_door
from linli.domains.intercom.errors import GroupUnknown, NumberUnknown
from linli.domains.intercom.openapi.results import GroupId, RoomId, SipNumber
from linli.domains.intercom.places import sip_address
from linli.domains.intercom.queries import doors as queries
from linli.domains.intercom.room_numbers import room_key
from linli.domains.intercom.service import doors as service
from linli.domains.intercom.service.doors import NumberWish, RoomWish
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi.registry import Contract, method

IotId = Annotated[str, Meta(description="门禁设备 / door station")]


class NumberIssue(msgspec.Struct, rename="camel"):
    iot_id: IotId
    sip_number: SipNumber
    password: Annotated[str, Meta(description="SIP密码 / SIP password")]
    host: Annotated[str, Meta(description="SIP服务器地址 / SIP server address")]
    port: Annotated[str, Meta(description="SIP服务器端口 / SIP server port")]


class DoorNamed(msgspec.Struct, rename="camel"):
    iot_id: IotId


class IssuedNumber(msgspec.Struct, rename="camel"):
    sip_number: SipNumber
    host: Annotated[str, Meta(description="SIP服务器地址 / SIP server address")]
    port: Annotated[str, Meta(description="SIP服务器端口 / SIP server port")]


class RoomOfGroup(msgspec.Struct, rename="camel"):
    room_id: RoomId
    group_id: GroupId


class RoomsOfDoor(msgspec.Struct, rename="camel"):
    iot_id: IotId
    maps: Annotated[
        list[RoomOfGroup], Meta(description="映射关系，最多 500 条 / rooms and groups, at most 500")
    ]


class RoomsQuery(msgspec.Struct, rename="camel"):
    iot_id: IotId
    room_id: RoomId | None = None
    group_id: GroupId | None = None
    page_no: Annotated[int | None, Meta(description="页码，从 1 起 / page, from 1")] = None
    page_size: Annotated[int | None, Meta(description="每页数量，最多 100 / page size, at most 100")] = None


class RoomPage(msgspec.Struct, rename="camel"):
    total: Annotated[int, Meta(description="总数 / total rows")]
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量 / page size")]
    data: list[RoomOfGroup]


@method(
    "/entrance/paas/videointercom/sipnumber/sync",
    "1.0.0",
    service="access",
    token="optional",
    raises=(DoorUnknown, NumberUnknown, BadInput),
    title="颁发门禁机SIP号",
    title_en="Issue a SIP number to a door",
    contract=Contract(source="spec B A117"),
)
async def issue_number(
    data: NumberIssue, scope: Scope, tx: Tx, clock: Clock, secrets: Secrets, settings: Settings
) -> None:
    """The door is brought the account that it logs in with, in place of the one it had, and keeps it."""
    await service.issue_number(
        scope,
        tx,
        iot_id=data.iot_id,
        wish=NumberWish(data.sip_number, data.password, data.host, data.port),
        here=sip_address(settings),
        secrets=secrets,
        now_ms=clock.now_ms(),
    )


@method(
    "/entrance/paas/videointercom/sipnumber/get",
    "1.0.0",
    service="access",
    token="optional",
    raises=(DoorUnknown,),
    title="查询门禁机SIP号",
    title_en="Get the SIP number of a door",
    contract=Contract(source="spec B A118"),
)
async def door_number(data: DoorNamed, scope: Scope, db: Database) -> IssuedNumber | None:
    """Never the password. Nothing while none was issued."""
    await get_door(scope, db, iot_id=data.iot_id)
    row = await queries.door_number(scope, db, data.iot_id)
    return None if row is None else IssuedNumber(row.number, row.host, row.port)


@method(
    "/entrance/paas/videointercom/map/add",
    "1.0.0",
    service="access",
    token="optional",
    raises=(DoorUnknown, GroupUnknown, BadInput),
    title="添加SIP组与房间编号映射关系",
    title_en="Let rooms at a door ring groups",
    contract=Contract(source="spec B A119"),
)
async def add_rooms(data: RoomsOfDoor, scope: Scope, tx: Tx, clock: Clock) -> None:
    """A room that is there already rings the new group."""
    await service.add_rooms(scope, tx, iot_id=data.iot_id, wishes=_wishes(data), now_ms=clock.now_ms())


@method(
    "/entrance/paas/videointercom/map/delete",
    "1.0.0",
    service="access",
    token="optional",
    raises=(DoorUnknown, GroupUnknown, BadInput),
    title="删除SIP组与房间编号映射关系",
    title_en="Take rooms off a door",
    contract=Contract(source="spec B A120"),
)
async def delete_rooms(data: RoomsOfDoor, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Pairs that are not there are left out."""
    await service.delete_rooms(scope, tx, iot_id=data.iot_id, wishes=_wishes(data), now_ms=clock.now_ms())


@method(
    "/entrance/paas/videointercom/map/query",
    "1.0.1",
    service="access",
    token="optional",
    raises=(DoorUnknown, BadInput),
    title="查询SIP组与房间编号映射关系",
    title_en="List the rooms of a door",
    contract=Contract(source="spec B A121"),
)
async def query_rooms(data: RoomsQuery, scope: Scope, db: Database) -> RoomPage:
    """All of them, or those of one room or group."""
    page = PageRequest.of(data.page_no, data.page_size)
    await get_door(scope, db, iot_id=data.iot_id)
    key = ""
    if data.room_id:
        key = room_key(data.room_id) or ""
        if not key:
            raise BadInput(field="roomId", rule="room_form")
    rows = await queries.room_page(
        scope, db, iot_id=data.iot_id, room_key=key, group_id=data.group_id or "", page=page
    )
    pairs = [RoomOfGroup(row.room_id, row.group_id) for row in rows.data]
    return RoomPage(rows.total, rows.page_no, rows.page_size, pairs)


def _wishes(data: RoomsOfDoor) -> list[RoomWish]:
    return [RoomWish(pair.room_id, pair.group_id) for pair in data.maps]
