"""Open API: a house's SIP group and room (spec B A122-A124)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.intercom.errors import GroupUnknown, HouseUnbound
from linli.domains.intercom.openapi.results import GroupId, RoomId
from linli.domains.intercom.queries import doors as queries
from linli.domains.intercom.service import doors as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.openapi.registry import Contract, method

SpaceId = Annotated[str | int, Meta(description="房屋空间 / house space")]


class HouseOfGroup(msgspec.Struct, rename="camel"):
    space_id: SpaceId
    group_id: GroupId
    room_id: RoomId


class HouseNamed(msgspec.Struct, rename="camel"):
    space_id: SpaceId


class HouseOrGroup(msgspec.Struct, rename="camel"):
    space_id: Annotated[
        str | int | None, Meta(description="房屋空间，与SIP组二选一 / house space, if groupId is absent")
    ] = None
    group_id: Annotated[
        str | None, Meta(description="SIP组，与房屋空间二选一 / SIP group, if spaceId is absent")
    ] = None


class HouseBinding(msgspec.Struct, rename="camel"):
    space_id: Annotated[str, Meta(description="房屋空间 / house space")]
    group_id: GroupId
    room_id: RoomId
    roomid: Annotated[str, Meta(description="同 roomId / the same, as the sample spells it")]


@method(
    "/entrance/paas/videointercom/space/add",
    "1.0.0",
    service="access",
    token="optional",
    raises=(NotFound, GroupUnknown, BadInput),
    title="添加或更新房屋空间",
    title_en="Bind a house to a SIP group",
    contract=Contract(source="spec B A122"),
)
async def save_house(data: HouseOfGroup, scope: Scope, tx: Tx, clock: Clock) -> None:
    """In place of the group and room that it has."""
    await service.save_house(
        scope,
        tx,
        space_id=_space_id(data.space_id),
        group_id=data.group_id,
        room_id=data.room_id,
        now_ms=clock.now_ms(),
    )


@method(
    "/entrance/paas/videointercom/space/delete",
    "1.0.0",
    service="access",
    token="optional",
    raises=(HouseUnbound, NotFound),
    title="删除房屋空间",
    title_en="Unbind a house from its SIP group",
    contract=Contract(source="spec B A123"),
)
async def delete_house(data: HouseNamed, scope: Scope, tx: Tx) -> None:
    """The group stays."""
    await service.delete_house(scope, tx, space_id=_space_id(data.space_id))


@method(
    "/entrance/paas/videointercom/space/get",
    "1.0.0",
    service="access",
    token="optional",
    raises=(HouseUnbound, NotFound, BadInput),
    title="查询房屋空间",
    title_en="Get the SIP group of a house",
    contract=Contract(source="spec B A124"),
)
async def get_house(data: HouseOrGroup, scope: Scope, db: Database) -> HouseBinding:
    """By the house, or by the group."""
    space_id = _space_id(data.space_id) if data.space_id not in (None, "") else None
    row = await queries.house_binding(scope, db, space_id=space_id, group_id=data.group_id)
    return HouseBinding(str(row.space_id), row.group_id, row.room_id, row.room_id)


def _space_id(value: str | int | None) -> int:
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 16:
        raise NotFound(what="space", id=text[:64])
    return int(text)
