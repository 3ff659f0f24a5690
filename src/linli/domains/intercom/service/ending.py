"""The end of derived accounts: at once, in the transaction of what ended them."""

from sqlalchemy import bindparam, delete

from linli.domains.intercom.models import (
    accounts,
    bindings,
    door_numbers,
    groups,
    house_groups,
    members,
    owners,
    rooms,
)
from linli.domains.intercom.queries import owners as queries
from linli.domains.intercom.queries.doors import doors_with_numbers
from linli.domains.intercom.service.delivering import take_number
from linli.kernel.db import INT, Command, Tx, any_of
from linli.kernel.scope import Scope

_OWN = "the tenant of what ends is a condition"
_drop_accounts, _drop_phones, _drop_members, _drop_owners, _drop_issued = (
    Command(
        delete(table).where(any_of(table.c.number, "numbers"), table.c.tenant_id == bindparam("of_tenant")),
        unscoped=_OWN,
    )
    for table in (accounts, bindings, members, owners, door_numbers)
)
_drop_group = Command(
    delete(groups).where(
        groups.c.group_id == bindparam("of_group"), groups.c.tenant_id == bindparam("of_tenant")
    ),
    unscoped=_OWN,
)
_drop_rooms = Command(
    delete(rooms).where(
        rooms.c.group_id == bindparam("of_group"),
        rooms.c.tenant_id == bindparam("of_tenant"),
        rooms.c.derived == 1,
    ),
    unscoped=_OWN,
)
_drop_house = Command(
    delete(house_groups).where(
        house_groups.c.space_id == bindparam("of_space", type_=INT),
        house_groups.c.tenant_id == bindparam("of_tenant"),
    ),
    unscoped=_OWN,
)
_drop_rooms_of_door = Command(
    delete(rooms).where(
        rooms.c.iot_id == bindparam("of_door"),
        rooms.c.tenant_id == bindparam("of_tenant"),
        rooms.c.derived == 1,
    ),
    unscoped=_OWN,
)


async def end_accounts(tx: Tx, *, tenant_id: str, numbers: list[str], now_ms: int) -> None:
    """The accounts are no more: phones are logged out, groups lose them, doors give them back."""
    if not numbers:
        return
    scope = Scope.system(tenant_id, "intercom")
    doors = await doors_with_numbers(tx, tenant_id=tenant_id, numbers=numbers)
    for command in (_drop_phones, _drop_members, _drop_owners, _drop_issued, _drop_accounts):
        await command.run(tx, numbers=numbers, of_tenant=tenant_id)
    for door in doors:
        await take_number(scope, tx, iot_id=door.iot_id, now_ms=now_ms, reason="account_deleted")


async def end_members(tx: Tx, *, tenant_id: str, homes: list[tuple[int, str]], now_ms: int) -> None:
    """Persons, by identityId, belong to these houses no more."""
    scope = Scope.system(tenant_id, "intercom")
    by_name = await queries.owners_by_name(scope, tx, [f"home:{house}:{who}" for house, who in homes])
    numbers = sorted(row.number for row in by_name.values())
    await end_accounts(tx, tenant_id=tenant_id, numbers=numbers, now_ms=now_ms)


async def end_house(tx: Tx, *, tenant_id: str, space_id: int, group_id: str, now_ms: int) -> None:
    """A house goes: its derived group and accounts go with it, and doors ring them no more."""
    scope = Scope.system(tenant_id, "intercom")
    numbers = [row.number for row in await queries.owners_in(scope, tx, [space_id])]
    await end_accounts(tx, tenant_id=tenant_id, numbers=numbers, now_ms=now_ms)
    await _drop_house.run(tx, of_space=space_id, of_tenant=tenant_id)
    for command in (_drop_rooms, _drop_group):
        await command.run(tx, of_group=group_id, of_tenant=tenant_id)


async def end_community(tx: Tx, *, tenant_id: str, community_id: int, now_ms: int) -> None:
    """The service of a community rests or is over: nobody calls by a derived account."""
    scope = Scope.system(tenant_id, "intercom")
    numbers = await queries.numbers_of_community(scope, tx, community_id)
    await end_accounts(tx, tenant_id=tenant_id, numbers=numbers, now_ms=now_ms)


async def end_door(tx: Tx, *, tenant_id: str, iot_id: str, now_ms: int) -> None:
    """A door goes, or an application takes it over: its derived account and rooms end."""
    scope = Scope.system(tenant_id, "intercom")
    name = f"door:{iot_id}"
    owner = (await queries.owners_by_name(scope, tx, [name])).get(name)
    if owner is not None:
        await end_accounts(tx, tenant_id=tenant_id, numbers=[owner.number], now_ms=now_ms)
    await _drop_rooms_of_door.run(tx, of_door=iot_id, of_tenant=tenant_id)
