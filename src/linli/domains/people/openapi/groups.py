"""Open API: user groups and who is in them. Spec B §3.7, A022-A025, A031, A032; older versions §3.22."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people import person_rules as rules
from linli.domains.people.queries import persons as queries
from linli.domains.people.service import groups, users
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method

GROUP_TYPES = (
    "RESIDENT 居民，VISITOR 访客，PROPERTY 物业，BLACKLIST 黑名单 / RESIDENT, VISITOR, PROPERTY, BLACKLIST"
)

type GroupId = Annotated[str, Meta(description="用户组 id / group id")]
type GroupName = Annotated[str, Meta(description="用户组名称，最长 64 / group name, at most 64")]


def _of_group_type(kind: str) -> str:
    if kind not in rules.GROUP_TYPES:
        raise BadInput(field="userGroupType", rule="one_of", allowed=", ".join(rules.GROUP_TYPES))
    return kind


class GroupAdd(msgspec.Struct, rename="camel"):
    user_group_name: GroupName
    user_group_type: Annotated[str, Meta(description=GROUP_TYPES)]


class GroupAdded(msgspec.Struct, rename="camel"):
    user_group_id: GroupId


async def _add(community_id: int, name: str, kind: str, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> str:
    return await groups.create(
        scope,
        tx,
        community_id=community_id,
        kind=_of_group_type(kind),
        name=name,
        ids=ids,
        now_ms=clock.now_ms(),
    )


@method(
    "/solution/community/paas/user/group/add",
    "1.0.1",
    service="user",
    raises=(BadInput, groups.GroupNameTaken),
    title="新建用户组",
    title_en="Create a user group",
    contract=Contract(source="spec B 3.7 A022"),
)
async def add_group(data: GroupAdd, call: Call, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> GroupAdded:
    """A group of one of the four types, beside the four that every community has."""
    assert call.community_id is not None  # token="required"
    return GroupAdded(
        await _add(call.community_id, data.user_group_name, data.user_group_type, scope, tx, ids, clock)
    )


class OldGroupAdd(GroupAdd, rename="camel", kw_only=True):
    community_id: Annotated[int, Meta(description="小区 id / community id")]


@method(
    "/solution/community/paas/user/group/add",
    "1.0.0",
    service="user",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(NotFound, BadInput, groups.GroupNameTaken),
    title="新建用户组",
    title_en="Create a user group (old version)",
)
async def add_group_1_0_0(data: OldGroupAdd, call: Call, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> str:
    """`data` is the id itself."""
    if data.community_id != call.community_id:
        raise NotFound(what="community", id=data.community_id)
    return await _add(data.community_id, data.user_group_name, data.user_group_type, scope, tx, ids, clock)


class GroupUpdate(msgspec.Struct, rename="camel"):
    user_group_id: GroupId
    user_group_name: GroupName


@method(
    "/solution/community/paas/user/group/update",
    "1.0.1",
    service="user",
    raises=(NotFound, BadInput, groups.DefaultGroup, groups.GroupNameTaken),
    title="更新用户组",
    title_en="Rename a user group",
    contract=Contract(source="spec B 3.7 A023"),
)
@method(
    "/solution/community/paas/user/group/update",
    "1.0.0",
    service="user",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(NotFound, BadInput, groups.DefaultGroup, groups.GroupNameTaken),
    title="更新用户组",
    title_en="Rename a user group (old version)",
)
async def update_group(data: GroupUpdate, scope: Scope, tx: Tx, clock: Clock) -> None:
    """The four default groups keep their names."""
    await groups.rename(
        scope, tx, group_id=data.user_group_id, name=data.user_group_name, now_ms=clock.now_ms()
    )


class GroupDelete(msgspec.Struct, rename="camel"):
    user_group_id: GroupId


@method(
    "/solution/community/paas/user/group/delete",
    "1.0.1",
    service="user",
    raises=(NotFound, groups.DefaultGroup),
    title="删除用户组",
    title_en="Delete a user group",
    contract=Contract(source="spec B 3.7 A024"),
)
@method(
    "/solution/community/paas/user/group/delete",
    "1.0.0",
    service="user",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(NotFound, groups.DefaultGroup),
    title="删除用户组",
    title_en="Delete a user group (old version)",
)
async def delete_group(data: GroupDelete, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Its members stay users of the community. The four default groups cannot be deleted."""
    await groups.remove(scope, tx, group_id=data.user_group_id, now_ms=clock.now_ms())


class GroupQuery(msgspec.Struct, rename="camel"):
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量，最多 100 / page size, at most 100")]
    user_group_name: Annotated[str | None, Meta(description="用户组名称 / group name")] = None


class GroupInfo(msgspec.Struct, rename="camel"):
    community_id: Annotated[int, Meta(description="小区 id / community id")]
    user_group_id: GroupId
    user_group_type: Annotated[str, Meta(description=GROUP_TYPES)]
    user_group_name: Annotated[str, Meta(description="用户组名称 / group name")]
    is_default: Annotated[int, Meta(description="1 系统创建 0 用户创建 / 1 made by the system, 0 by a user")]


@method(
    "/solution/community/paas/user/group/query",
    "1.0.1",
    service="user",
    raises=(BadInput,),
    title="查询用户组",
    title_en="List user groups",
    contract=Contract(source="spec B 3.7 A025"),
)
@method(
    "/solution/community/paas/user/group/query",
    "1.0.0",
    service="user",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(BadInput,),
    title="查询用户组",
    title_en="List user groups (old version)",
)
async def query_groups(data: GroupQuery, call: Call, scope: Scope, db: Database) -> list[GroupInfo]:
    """The four default groups (业主, 物业, 访客, 黑名单) come first."""
    assert call.community_id is not None  # token="required"
    page = PageRequest.of(data.page_no, data.page_size)
    matches = await queries.groups(scope, db, call.community_id, name=data.user_group_name or "")
    return [
        GroupInfo(row.community_id, row.user_group_id, row.type, row.name, row.is_default)
        for row in matches[page.offset : page.offset + page.page_size]
    ]


class GroupMember(msgspec.Struct, rename="camel"):
    user_group_id: GroupId
    identity_id: Annotated[str, Meta(description="用户 id / user id")]


@method(
    "/solution/community/paas/user/group/member/add",
    "1.0.1",
    service="user",
    raises=(NotFound,),
    title="用户组添加用户",
    title_en="Put a user into a group",
    contract=Contract(source="spec B 3.7 A031"),
)
@method(
    "/solution/community/paas/user/group/member/add",
    "1.0.0",
    service="user",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(NotFound,),
    title="用户组添加用户",
    title_en="Put a user into a group (old version)",
)
async def add_group_member(data: GroupMember, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Twice changes nothing."""
    await users.join_group(
        scope, tx, group_id=data.user_group_id, identity_id=data.identity_id, now_ms=clock.now_ms()
    )


@method(
    "/solution/community/paas/user/group/member/delete",
    "1.0.1",
    service="user",
    raises=(NotFound,),
    title="用户组删除用户",
    title_en="Take a user out of a group",
    contract=Contract(source="spec B 3.7 A032"),
)
async def delete_group_member(data: GroupMember, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Nothing happens when the user is not in the group."""
    await users.leave_group(
        scope, tx, group_id=data.user_group_id, identity_id=data.identity_id, now_ms=clock.now_ms()
    )
