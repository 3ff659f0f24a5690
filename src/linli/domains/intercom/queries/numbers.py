"""Accounts, groups and who is in them."""

from sqlalchemy import bindparam, select

from linli.calls.rows import Account
from linli.domains.intercom.errors import GroupUnknown, NumberUnknown
from linli.domains.intercom.models import accounts, groups, members, servers
from linli.domains.intercom.rows import Group
from linli.kernel.db import Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope

_a, _g, _m = accounts.c, groups.c, members.c
_accounts = Query(
    select(accounts).where(any_of(_a.number, "numbers"), in_scope(accounts)).order_by(_a.number), Account
)
_groups = Query(
    select(groups).where(any_of(_g.group_id, "group_ids"), in_scope(groups)).order_by(_g.group_id), Group
)
_in_group = Query(
    select(accounts)
    .join(members, _m.number == _a.number)
    .where(_m.group_id == bindparam("group_id"), in_scope(accounts))
    .order_by(_m.created_ms, _a.number),
    Account,
)
_taken = Query(
    select(_a.number).where(any_of(_a.number, "numbers")), unscoped="numbers are one for all of the server"
)
_taken_groups = Query(
    select(_g.group_id).where(any_of(_g.group_id, "group_ids")),
    unscoped="group ids are one for all of the server",
)
_server = Query(
    select(servers.c.server_id).where(servers.c.project_id == bindparam("project"), in_scope(servers))
)


async def accounts_by_number(scope: Scope, db: Reader, numbers: list[str]) -> dict[str, Account]:
    """The caller's accounts among these."""
    return {account.number: account for account in await _accounts.all(db, scope, numbers=numbers)}


async def require_accounts(scope: Scope, db: Reader, numbers: list[str]) -> list[Account]:
    """All of these, in order. Raises NumberUnknown for the first that is not the caller's."""
    by_number = await accounts_by_number(scope, db, numbers)
    for number in numbers:
        if number not in by_number:
            raise NumberUnknown(number)
    return [by_number[number] for number in numbers]


async def account(scope: Scope, db: Reader, number: str) -> Account:
    """Raises NumberUnknown."""
    return (await require_accounts(scope, db, [number]))[0]


async def require_groups(scope: Scope, db: Reader, group_ids: list[str]) -> list[Group]:
    """All of these, in order. Raises GroupUnknown for the first that is not the caller's."""
    by_id = {group.group_id: group for group in await _groups.all(db, scope, group_ids=group_ids)}
    for group_id in group_ids:
        if group_id not in by_id:
            raise GroupUnknown(group_id)
    return [by_id[group_id] for group_id in group_ids]


async def members_of(scope: Scope, db: Reader, group_id: str) -> list[Account]:
    """The accounts of a group that the caller sees, in the order in which they came."""
    return await _in_group.all(db, scope, group_id=group_id)


async def taken_numbers(db: Reader, numbers: list[str]) -> set[str]:
    """Those that some account has, of whatever company."""
    return {number for (number,) in await _taken.all(db, numbers=numbers)}


async def taken_groups(db: Reader, group_ids: list[str]) -> set[str]:
    return {group_id for (group_id,) in await _taken_groups.all(db, group_ids=group_ids)}


async def bound_server(scope: Scope, db: Reader) -> str | None:
    """Id of the server that the caller's project chose."""
    row = await _server.one(db, scope, project=scope.project_id or "")
    return None if row is None else str(row[0])
