"""Accounts, groups and who is in them. Source: spec B 3.20 (A105-A116), E 3.4."""

import string
from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import bindparam, delete, update

from linli.calls.rows import APP, KINDS, Account
from linli.domains.intercom.errors import ServerUnknown
from linli.domains.intercom.models import accounts, bindings, groups, house_groups, members, rooms, servers
from linli.domains.intercom.queries import numbers as queries
from linli.domains.intercom.queries.doors import doors_ringing
from linli.domains.intercom.rows import Group, seal_about
from linli.domains.intercom.service.delivering import want_rooms
from linli.domains.intercom.service.doors import password_renewed
from linli.domains.intercom.service.ending import end_accounts
from linli.kernel.db import INT, Command, Tx, any_of, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

MAX_NEW: Final = 100
"""Accounts or groups made by one call."""
MAX_LIST: Final = 200
"""Numbers or groups named by one call."""
SERVER: Final = "linli"
"""Id of this installation's SIP server, the only one it lists."""
_SIGNS: Final = string.ascii_lowercase + string.digits
_NUMBER_LENGTH, _GROUP_LENGTH, _PASSWORD_LENGTH = 10, 14, 20
"""A group is never as long as a number: both are dialled."""

_forget_phones = Command(delete(bindings).where(any_of(bindings.c.number, "numbers"), in_scope(bindings)))
_new_password = Command(
    update(accounts)
    .where(accounts.c.number == bindparam("of_number"), in_scope(accounts))
    .values(password=bindparam("to_password"), changed_ms=bindparam("now", type_=INT))
)
_delete_groups = Command(delete(groups).where(any_of(groups.c.group_id, "group_ids"), in_scope(groups)))
_empty_groups = Command(delete(members).where(any_of(members.c.group_id, "group_ids"), in_scope(members)))
_drop_rooms = Command(
    delete(rooms).where(any_of(rooms.c.group_id, "group_ids"), rooms.c.tenant_id == bindparam("scope_tenant"))
)
_drop_houses = Command(
    delete(house_groups).where(
        any_of(house_groups.c.group_id, "group_ids"), house_groups.c.tenant_id == bindparam("scope_tenant")
    )
)
_leave = Command(
    delete(members).where(
        members.c.group_id == bindparam("of_group"), any_of(members.c.number, "numbers"), in_scope(members)
    )
)


async def bind_server(scope: Scope, tx: Tx, *, server_id: str, now_ms: int) -> None:
    """Choose the SIP server of the caller's project. Raises ServerUnknown."""
    if server_id != SERVER:
        raise ServerUnknown(server_id)
    row = {
        "project_id": scope.project_id or "",
        "tenant_id": scope.tenant,
        "server_id": server_id,
        "changed_ms": now_ms,
    }
    await tx.upsert(servers, [row], keys=("project_id",), update=("tenant_id", "server_id", "changed_ms"))


async def add_accounts(
    scope: Scope, tx: Tx, *, count: int, kind: int, ids: Ids, secrets: Secrets, now_ms: int
) -> list[Account]:
    """Make accounts of one kind in the caller's project. Raises BadInput."""
    _check_count(count)
    if kind not in KINDS:
        raise BadInput(field="type", rule="one_of", allowed="0, 1")
    numbers = await fresh_numbers(tx, ids=ids, count=count)
    project_id = scope.project_id or ""
    return await make_accounts(
        scope, tx, numbers=numbers, project_id=project_id, kind=kind, ids=ids, secrets=secrets, now_ms=now_ms
    )


async def fresh_numbers(tx: Tx, *, ids: Ids, count: int) -> list[str]:
    """Numbers that no account has."""
    return await _fresh(ids, _NUMBER_LENGTH, count, lambda some: queries.taken_numbers(tx, some))


async def make_accounts(
    scope: Scope,
    tx: Tx,
    *,
    numbers: list[str],
    project_id: str,
    kind: int,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> list[Account]:
    """Accounts of a project under these fresh numbers."""
    rows = [
        Account(
            number=number,
            tenant_id=scope.tenant,
            project_id=project_id,
            kind=kind,
            password=secrets.seal(ids.token(_PASSWORD_LENGTH, _SIGNS), about=seal_about(number)),
            created_ms=now_ms,
            changed_ms=now_ms,
        )
        for number in numbers
    ]
    await tx.insert_many(accounts, [row._asdict() for row in rows])
    return rows


async def delete_accounts(scope: Scope, tx: Tx, *, numbers: list[str], now_ms: int) -> None:
    """Delete accounts: they end as `end_accounts` says, terminals too. Raises NumberUnknown, BadInput."""
    chosen = _checked(numbers, "sipNumberList")
    await queries.require_accounts(scope, tx, chosen)
    await end_accounts(tx, tenant_id=scope.tenant, numbers=chosen, now_ms=now_ms)


async def renew_password(
    scope: Scope, tx: Tx, *, number: str, ids: Ids, secrets: Secrets, now_ms: int
) -> str:
    """Give an account another password, which ends the log-in made with the old one. Raises NumberUnknown."""
    await queries.account(scope, tx, number)
    password = ids.token(_PASSWORD_LENGTH, _SIGNS)
    sealed = secrets.seal(password, about=seal_about(number))
    await _new_password.run(tx, scope, of_number=number, to_password=sealed, now=now_ms)
    await _forget_phones.run(tx, scope, numbers=[number])
    await password_renewed(
        tx, tenant_id=scope.tenant, number=number, password=password, secrets=secrets, now_ms=now_ms
    )
    return password


async def add_groups(scope: Scope, tx: Tx, *, count: int, ids: Ids, now_ms: int) -> list[Group]:
    """Make empty groups in the caller's project. Raises BadInput."""
    _check_count(count)
    fresh = await _fresh(ids, _GROUP_LENGTH, count, lambda some: queries.taken_groups(tx, some))
    rows = [Group(group_id, scope.tenant, scope.project_id or "", now_ms) for group_id in fresh]
    await tx.insert_many(groups, [row._asdict() for row in rows])
    return rows


async def delete_groups(scope: Scope, tx: Tx, *, group_ids: list[str], now_ms: int) -> None:
    """Delete groups with their members, rooms and houses. Raises GroupUnknown, BadInput."""
    chosen = _checked(group_ids, "groupList")
    await queries.require_groups(scope, tx, chosen)
    ringing = await doors_ringing(tx, tenant_id=scope.tenant, group_ids=chosen)
    for command in (_empty_groups, _drop_rooms, _drop_houses, _delete_groups):
        await command.run(tx, scope, group_ids=chosen)
    system = Scope.system(scope.tenant, "intercom")
    for iot_id, community_id in ringing:
        await want_rooms(system, tx, iot_id=iot_id, community_id=community_id, now_ms=now_ms)


async def add_members(scope: Scope, tx: Tx, *, group_id: str, numbers: list[str], now_ms: int) -> None:
    """Put accounts of apps into a group. Raises GroupUnknown, NumberUnknown, BadInput: a door's number is none."""
    chosen = _checked(numbers, "sipNumberList")
    (group,) = await queries.require_groups(scope, tx, [group_id])
    for account in await queries.require_accounts(scope, tx, chosen):
        if account.kind != APP or account.project_id != group.project_id:
            raise BadInput(field="sipNumberList", rule="app_numbers_only")
    rows = [
        {
            "group_id": group_id,
            "number": number,
            "tenant_id": scope.tenant,
            "project_id": group.project_id,
            "created_ms": now_ms,
        }
        for number in chosen
    ]
    await tx.upsert(members, rows, keys=("group_id", "number"))


async def remove_members(scope: Scope, tx: Tx, *, group_id: str, numbers: list[str]) -> None:
    """Take accounts out of a group; one that is not in it is none. Raises GroupUnknown, NumberUnknown, BadInput."""
    chosen = _checked(numbers, "sipNumberList")
    await queries.require_groups(scope, tx, [group_id])
    await queries.require_accounts(scope, tx, chosen)
    await _leave.run(tx, scope, of_group=group_id, numbers=chosen)


def _check_count(count: int) -> None:
    if not 1 <= count <= MAX_NEW:
        raise BadInput(field="count", rule="range", low=1, high=MAX_NEW)


def _checked(values: list[str], field: str) -> list[str]:
    """Each once, in order. Raises BadInput."""
    if not values:
        raise BadInput(field=field, rule="required")
    if len(values) > MAX_LIST:
        raise BadInput(field=field, rule="too_many_items", limit=MAX_LIST)
    return list(dict.fromkeys(values))


async def _fresh(
    ids: Ids, length: int, count: int, taken: Callable[[list[str]], Awaitable[set[str]]]
) -> list[str]:
    """So many texts that nothing has yet."""
    fresh: dict[str, None] = {}
    while len(fresh) < count:
        some = [ids.token(length, _SIGNS) for _ in range(count - len(fresh))]
        used = await taken(some)
        fresh |= dict.fromkeys(text for text in some if text not in used)
    return list(fresh)
