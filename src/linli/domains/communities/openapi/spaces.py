"""Open API: the space tree. Spec B §3.5, A009-A014."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linli.domains.communities import space_rules as rules
from linli.domains.communities.openapi.wire import SpaceId, WirePage, space_number
from linli.domains.communities.queries import spaces as queries
from linli.domains.communities.rows import Space
from linli.domains.communities.service import removal, spaces
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method

SPACES_MAX = 100
"""Spaces in one call of space/get."""
_KINDS = (
    "area 区域，building 幢，unit 单元，house 房屋，parking_area 停车区域，parking_space_channel 车道"
    " / area, building, unit, house, parking_area, parking_space_channel (lane)"
)
_DIRECTION = "方向，仅车道：0 进口 1 出口 / lanes only: 0 entrance, 1 exit"


class SpaceCreate(msgspec.Struct, rename="camel"):
    name: Annotated[str, Meta(description="空间名称 / space name")]
    parent_id: Annotated[
        str | int,
        Meta(description="父空间 id，一级空间填小区根空间 / parent; the root space for the first level"),
    ]
    type_code: Annotated[str, Meta(description=_KINDS)]
    direction: Annotated[int | None, Meta(description=_DIRECTION)] = None


class SpaceCreated(msgspec.Struct, rename="camel"):
    space_id: Annotated[str, Meta(description="新空间 id / new space id")]


@method(
    "/solution/community/paas/space/sub/create",
    "1.0.1",
    service="community",
    raises=(NotFound, BadInput, spaces.WrongParent, spaces.SpaceNameTaken),
    title="新建小区下区域",
    title_en="Create a space under the community",
    contract=Contract(source="spec B 3.5 A009"),
)
async def create_space(data: SpaceCreate, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> SpaceCreated:
    """Buildings stand in the community or an area, units in a building, houses in a unit; lanes in a parking area."""
    space_id = await spaces.create(
        scope,
        tx,
        parent_id=space_number(data.parent_id),
        kind=data.type_code,
        name=data.name,
        direction=data.direction,
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return SpaceCreated(str(space_id))


class SpaceUpdate(msgspec.Struct, rename="camel"):
    name: Annotated[str, Meta(description="空间名称 / space name")]
    space_id: SpaceId
    direction: Annotated[int | None, Meta(description=_DIRECTION)] = None


@method(
    "/solution/community/paas/space/update",
    "1.0.1",
    service="community",
    raises=(NotFound, BadInput, spaces.SpaceNameTaken, spaces.RootFixed),
    title="修改小区下区域",
    title_en="Rename a space or turn a lane",
    contract=Contract(source="spec B 3.5 A010"),
)
async def update_space(data: SpaceUpdate, scope: Scope, tx: Tx, clock: Clock) -> None:
    await spaces.rename(
        scope,
        tx,
        space_id=space_number(data.space_id),
        name=data.name,
        direction=data.direction,
        now_ms=clock.now_ms(),
    )


class SpaceNamed(msgspec.Struct, rename="camel"):
    space_id: SpaceId


@method(
    "/solution/community/paas/space/delete",
    "1.0.0",
    service="community",
    raises=(NotFound, spaces.SpaceInUse, spaces.RootFixed),
    title="删除小区下区域",
    title_en="Delete an empty space",
    contract=Contract(source="spec B 3.5 A011"),
)
async def delete_space(data: SpaceNamed, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Refused while spaces, residents, assets or devices hang on it; the message counts them."""
    await removal.remove(scope, tx, space_id=space_number(data.space_id), now_ms=clock.now_ms())


class SpaceInfo(msgspec.Struct, rename="camel"):
    space_id: Annotated[str, Meta(description="空间 id / space id")]
    name: Annotated[str, Meta(description="空间名称 / space name")]
    type_code: Annotated[str, Meta(description=_KINDS)]
    parent_id: Annotated[str | None, Meta(description="父空间 id / parent space id")]
    direction: Annotated[int | UnsetType, Meta(description=_DIRECTION)] = UNSET

    @staticmethod
    def of(row: Space) -> "SpaceInfo":
        return SpaceInfo(
            str(row.space_id),
            row.name,
            row.kind,
            None if row.parent_id is None else str(row.parent_id),
            UNSET if row.direction is None else row.direction,
        )


class SpacePage(WirePage):
    data: list[SpaceInfo]


class SpaceChildren(msgspec.Struct, rename="camel"):
    space_id: Annotated[str | int, Meta(description="父空间 id / parent space id")]
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量，最多 100 / page size, at most 100")]
    type_code_list: Annotated[list[str] | None, Meta(description="按类型过滤 / only these types")] = None


@method(
    "/solution/community/paas/space/query",
    "1.0.2",
    service="community",
    raises=(NotFound, BadInput),
    title="层级查询子空间",
    title_en="Query children level by level",
    contract=Contract(source="spec B 3.5 A012"),
)
async def query_children(data: SpaceChildren, scope: Scope, db: Database) -> SpacePage:
    """Direct children only, in the order people count (2 before 10)."""
    for kind in data.type_code_list or ():
        _check_kind(kind, "typeCodeList")
    parent = await queries.space(scope, db, space_number(data.space_id))
    page = await queries.children(
        scope,
        db,
        parent.space_id,
        PageRequest.of(data.page_no, data.page_size),
        kinds=data.type_code_list or None,
    )
    return SpacePage(page.total, page.page_no, page.page_size, [SpaceInfo.of(row) for row in page.data])


class SpacesOfType(msgspec.Struct, rename="camel"):
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量，最多 100 / page size, at most 100")]
    type_code: Annotated[str, Meta(description=_KINDS)]


@method(
    "/solution/community/paas/space/sub/query",
    "1.0.1",
    service="community",
    raises=(BadInput,),
    title="平铺查询子空间",
    title_en="Query all spaces of one type",
    contract=Contract(source="spec B 3.5 A013"),
)
async def query_spaces_of_type(data: SpacesOfType, call: Call, scope: Scope, db: Database) -> SpacePage:
    """All depths of the community of the cloudToken, without hierarchy."""
    _check_kind(data.type_code, "typeCode")
    assert call.community_id is not None  # token="required"
    page = await queries.of_kind(
        scope, db, call.community_id, data.type_code, PageRequest.of(data.page_no, data.page_size)
    )
    return SpacePage(page.total, page.page_no, page.page_size, [SpaceInfo.of(row) for row in page.data])


class SpacesNamed(msgspec.Struct, rename="camel"):
    space_ids: Annotated[list[str | int], Meta(description="空间 id 列表，最多 100 / space ids, at most 100")]


class SpaceDetail(msgspec.Struct, rename="camel"):
    space_id: Annotated[str, Meta(description="空间 id / space id")]
    name: Annotated[str, Meta(description="空间名称 / space name")]
    type_code: Annotated[str, Meta(description=_KINDS)]
    parent_id: Annotated[str | None, Meta(description="父空间 id / parent space id")]
    name_path: Annotated[str, Meta(description="名称路径，以 / 分隔 / names from the root down, joined by /")]
    path_ids: Annotated[list[str], Meta(description="路径上的空间 id / ids from the root down")]
    path: Annotated[str, Meta(description="id 路径 / path of ids")]
    direction: Annotated[int | UnsetType, Meta(description=_DIRECTION)] = UNSET


@method(
    "/solution/community/paas/space/get",
    "1.0.2",
    service="community",
    raises=(BadInput,),
    title="查询空间详情",
    title_en="Read spaces in bulk",
    contract=Contract(source="spec B 3.5 A014"),
)
async def get_spaces(data: SpacesNamed, scope: Scope, db: Database) -> list[SpaceDetail]:
    """In the order asked for; ids that do not exist in the community are left out."""
    if len(data.space_ids) > SPACES_MAX:
        raise BadInput(field="spaceIds", rule="too_many_items", limit=SPACES_MAX)
    wanted = []
    for value in data.space_ids:
        text = str(value)
        if text.isascii() and text.isdigit() and len(text) <= 16:
            wanted.append(int(text))
    spaces_by_id = await queries.spaces_by_id(scope, db, wanted)
    above = {space_id for row in spaces_by_id.values() for space_id in rules.path_ids(row.path)}
    names = await queries.names(scope, db, sorted(above))
    return [
        _detail(spaces_by_id[space_id], names)
        for space_id in dict.fromkeys(wanted)
        if space_id in spaces_by_id
    ]


def _detail(row: Space, names: dict[int, str]) -> SpaceDetail:
    way = rules.path_ids(row.path)
    return SpaceDetail(
        space_id=str(row.space_id),
        name=row.name,
        type_code=row.kind,
        parent_id=None if row.parent_id is None else str(row.parent_id),
        name_path=rules.LOCATION_SEPARATOR.join(names[space_id] for space_id in way),
        path_ids=[str(space_id) for space_id in way],
        path=row.path,
        direction=UNSET if row.direction is None else row.direction,
    )


def _check_kind(kind: str, field: str) -> None:
    if kind not in rules.KINDS:
        raise BadInput(field=field, rule="one_of", allowed=", ".join(rules.KINDS))
