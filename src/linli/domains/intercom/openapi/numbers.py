"""Open API: SIP accounts and groups (spec B A108-A116, E D3-D11)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.intercom.errors import GroupUnknown, NumberUnknown
from linli.domains.intercom.openapi.results import GroupId, SipAccount, SipMember, SipNumber
from linli.domains.intercom.queries import numbers as queries
from linli.domains.intercom.service import numbers as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi.registry import Contract, method

Count = Annotated[int, Meta(description="数量，最多 100 / how many, at most 100")]
Numbers = Annotated[list[str], Meta(description="SIP号列表，最多 200 个 / SIP numbers, at most 200")]


class AccountsAdd(msgspec.Struct):
    count: Count
    type: Annotated[int, Meta(description="0 APP 1 门禁机 / 0 app, 1 door station")]


class NumbersNamed(msgspec.Struct, rename="camel"):
    sip_number_list: Numbers


class NumberNamed(msgspec.Struct, rename="camel"):
    sip_number: SipNumber


class NewPassword(msgspec.Struct, rename="camel"):
    sip_password: Annotated[str, Meta(description="新的SIP密码 / new SIP password")]


class GroupsAdd(msgspec.Struct):
    count: Count


class SipGroup(msgspec.Struct, rename="camel"):
    group_id: GroupId = msgspec.field(name="groupID")
    create_time: Annotated[int, Meta(description="创建时间，毫秒 / created, ms")]


class GroupsNamed(msgspec.Struct, rename="camel"):
    group_list: Annotated[list[str], Meta(description="SIP组列表，最多 200 个 / SIP groups, at most 200")]


class GroupNamed(msgspec.Struct, rename="camel"):
    group_id: GroupId = msgspec.field(name="groupID")


class MembersNamed(msgspec.Struct, rename="camel"):
    group_id: GroupId = msgspec.field(name="groupID")
    sip_number_list: Numbers


@method(
    "/entrance/paas/sipservice/sip/add",
    "1.0.0",
    service="access",
    token="optional",
    raises=(BadInput,),
    title="创建SIP账号",
    title_en="Create SIP accounts",
    contract=Contract(source="spec B A108"),
)
async def add_accounts(
    data: AccountsAdd, scope: Scope, tx: Tx, ids: Ids, clock: Clock, secrets: Secrets, settings: Settings
) -> list[SipAccount]:
    """Accounts of the project; they call each other within it."""
    rows = await service.add_accounts(
        scope, tx, count=data.count, kind=data.type, ids=ids, secrets=secrets, now_ms=clock.now_ms()
    )
    return [SipAccount.of(row, secrets, settings) for row in rows]


@method(
    "/entrance/paas/sipservice/sip/delete",
    "1.0.0",
    service="access",
    token="optional",
    raises=(NumberUnknown, BadInput),
    title="删除SIP账号",
    title_en="Delete SIP accounts",
    contract=Contract(source="spec B A109"),
)
async def delete_accounts(data: NumbersNamed, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Their phones are logged out, groups and doors lose them. An unknown number changes nothing."""
    await service.delete_accounts(scope, tx, numbers=data.sip_number_list, now_ms=clock.now_ms())


@method(
    "/entrance/paas/sipservice/sip/detail/get",
    "1.0.0",
    service="access",
    token="optional",
    raises=(NumberUnknown,),
    title="查询SIP账号详情",
    title_en="Get a SIP account",
    contract=Contract(source="spec B A110"),
)
async def get_account(
    data: NumberNamed, scope: Scope, db: Database, secrets: Secrets, settings: Settings
) -> SipAccount:
    """With its password."""
    return SipAccount.of(await queries.account(scope, db, data.sip_number), secrets, settings)


@method(
    "/entrance/paas/sipservice/sip/password/update",
    "1.0.0",
    service="access",
    token="optional",
    raises=(NumberUnknown,),
    title="更新SIP账号密码",
    title_en="Renew a SIP password",
    contract=Contract(source="spec B A111"),
)
async def renew_password(
    data: NumberNamed, scope: Scope, tx: Tx, ids: Ids, clock: Clock, secrets: Secrets
) -> NewPassword:
    """An account is logged in on one client at a time: call this before a log-in. The old password ends."""
    return NewPassword(
        await service.renew_password(
            scope, tx, number=data.sip_number, ids=ids, secrets=secrets, now_ms=clock.now_ms()
        )
    )


@method(
    "/entrance/paas/sipservice/group/add",
    "1.0.0",
    service="access",
    token="optional",
    raises=(BadInput,),
    title="创建SIP组",
    title_en="Create SIP groups",
    contract=Contract(source="spec B A112"),
)
async def add_groups(data: GroupsAdd, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> list[SipGroup]:
    """Empty ones; one for each house."""
    rows = await service.add_groups(scope, tx, count=data.count, ids=ids, now_ms=clock.now_ms())
    return [SipGroup(row.group_id, row.created_ms) for row in rows]


@method(
    "/entrance/paas/sipservice/group/delete",
    "1.0.0",
    service="access",
    token="optional",
    raises=(GroupUnknown, BadInput),
    title="删除SIP组",
    title_en="Delete SIP groups",
    contract=Contract(source="spec B A113"),
)
async def delete_groups(data: GroupsNamed, scope: Scope, tx: Tx, clock: Clock) -> None:
    """With their members, their rooms at doors and their houses. An unknown group changes nothing."""
    await service.delete_groups(scope, tx, group_ids=data.group_list, now_ms=clock.now_ms())


@method(
    "/entrance/paas/sipservice/group/sip/add",
    "1.0.0",
    service="access",
    token="optional",
    raises=(GroupUnknown, NumberUnknown, BadInput),
    title="SIP账号分组",
    title_en="Put SIP accounts into a group",
    contract=Contract(source="spec B A114"),
)
async def add_members(data: MembersNamed, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Accounts of apps only."""
    await service.add_members(
        scope, tx, group_id=data.group_id, numbers=data.sip_number_list, now_ms=clock.now_ms()
    )


@method(
    "/entrance/paas/sipservice/group/sip/delete",
    "1.0.0",
    service="access",
    token="optional",
    raises=(GroupUnknown, NumberUnknown, BadInput),
    title="SIP账号从组里移除",
    title_en="Take SIP accounts out of a group",
    contract=Contract(source="spec B A115"),
)
async def remove_members(data: MembersNamed, scope: Scope, tx: Tx) -> None:
    """The accounts stay."""
    await service.remove_members(scope, tx, group_id=data.group_id, numbers=data.sip_number_list)


@method(
    "/entrance/paas/sipservice/group/sip/list",
    "1.0.0",
    service="access",
    token="optional",
    raises=(GroupUnknown,),
    title="查看组下SIP账号列表",
    title_en="List the SIP accounts of a group",
    contract=Contract(source="spec B A116"),
)
async def list_members(
    data: GroupNamed, scope: Scope, db: Database, secrets: Secrets, settings: Settings
) -> list[SipMember]:
    """With their passwords."""
    await queries.require_groups(scope, db, [data.group_id])
    rows = await queries.members_of(scope, db, data.group_id)
    return [SipMember.of(row, secrets, settings) for row in rows]
