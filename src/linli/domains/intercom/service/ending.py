"""The end of derived accounts: at once, in the transaction of what ended them."""

from sqlalchemy import bindparam, delete, update

from linli.domains.intercom.account_ends import tell_gone
from linli.domains.intercom.models import (
    accounts,
    auto_opens,
    bindings,
    door_numbers,
    groups,
    homes,
    house_groups,
    members,
    owners,
    quiet_hours,
    rooms,
    screens,
    telephones,
    terminals,
)
from linli.domains.intercom.models.bells import duress
from linli.domains.intercom.queries import owners as queries
from linli.domains.intercom.queries.doors import doors_with_numbers
from linli.domains.intercom.queries.terminals import numbers_bound_by
from linli.domains.intercom.service.boxes import tell_boxes
from linli.domains.intercom.service.delivering import take_number
from linli.domains.people.person_rules import MOVED_IN
from linli.domains.people.queries import residents
from linli.kernel.db import INT, Command, Tx, any_of
from linli.kernel.scope import Scope

_OWN = "the tenant of what ends is a condition"
_drop_accounts, _drop_phones, _drop_members, _drop_owners, _drop_issued, _drop_terminals, _drop_screens = (
    Command(
        delete(table).where(any_of(table.c.number, "numbers"), table.c.tenant_id == bindparam("of_tenant")),
        unscoped=_OWN,
    )
    for table in (accounts, bindings, members, owners, door_numbers, terminals, screens)
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
_drop_rules = Command(
    delete(homes).where(
        homes.c.space_id == bindparam("of_space", type_=INT),
        homes.c.tenant_id == bindparam("of_tenant"),
    ),
    unscoped=_OWN,
)
_drop_all_quiet = Command(
    delete(quiet_hours).where(
        quiet_hours.c.space_id == bindparam("of_space", type_=INT),
        quiet_hours.c.tenant_id == bindparam("of_tenant"),
    ),
    unscoped=_OWN,
)
_drop_telephones = Command(
    delete(telephones).where(
        telephones.c.space_id == bindparam("of_space", type_=INT),
        telephones.c.tenant_id == bindparam("of_tenant"),
    ),
    unscoped=_OWN,
)
_no_neighbour = Command(
    update(homes)
    .where(
        homes.c.neighbour_id == bindparam("of_space", type_=INT),
        homes.c.tenant_id == bindparam("of_tenant"),
    )
    .values(neighbour_id=None, neighbour_agreed=0),
    unscoped=_OWN,
)
_drop_quiet = Command(
    delete(quiet_hours).where(
        quiet_hours.c.space_id == bindparam("of_space", type_=INT),
        quiet_hours.c.identity_id == bindparam("of_identity"),
        quiet_hours.c.tenant_id == bindparam("of_tenant"),
    ),
    unscoped=_OWN,
)
_drop_telephone = Command(
    delete(telephones).where(
        telephones.c.space_id == bindparam("of_space", type_=INT),
        telephones.c.identity_id == bindparam("of_identity"),
        telephones.c.tenant_id == bindparam("of_tenant"),
    ),
    unscoped=_OWN,
)
_drop_duress = Command(
    delete(duress).where(
        duress.c.space_id == bindparam("of_space", type_=INT),
        duress.c.identity_id == bindparam("of_identity"),
        duress.c.tenant_id == bindparam("of_tenant"),
    ),
    unscoped=_OWN,
)
_end_auto = Command(
    update(auto_opens)
    .where(
        auto_opens.c.space_id == bindparam("of_space", type_=INT),
        auto_opens.c.identity_id == bindparam("of_identity"),
        auto_opens.c.tenant_id == bindparam("of_tenant"),
        auto_opens.c.ended_ms == 0,
    )
    .values(ended_ms=bindparam("now", type_=INT)),
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
    """The accounts are no more: phones are logged out and hung up, groups lose them, doors give them back, terminals
    are unbound."""
    if not numbers:
        return
    scope = Scope.system(tenant_id, "intercom")
    doors = await doors_with_numbers(tx, tenant_id=tenant_id, numbers=numbers)
    derived = await queries.owners_of_numbers(scope, tx, numbers)
    places = {row.community_id for row in derived} | {door.community_id for door in doors}
    for command in (
        _drop_screens, _drop_terminals, _drop_phones, _drop_members, _drop_owners, _drop_issued, _drop_accounts,
    ):  # fmt: skip
        await command.run(tx, numbers=numbers, of_tenant=tenant_id)
    for door in doors:
        await take_number(scope, tx, iot_id=door.iot_id, now_ms=now_ms, reason="account_deleted")
    tell_gone(tx, numbers)
    for community_id in sorted(places):
        await tell_boxes(scope, tx, community_id)


async def end_members(tx: Tx, *, tenant_id: str, homes: list[tuple[int, str]], now_ms: int) -> None:
    """Persons, by identityId, belong to these houses no more."""
    scope = Scope.system(tenant_id, "intercom")
    by_name = await queries.owners_by_name(scope, tx, [f"home:{house}:{who}" for house, who in homes])
    numbers = {row.number for row in by_name.values()}
    for house, who in homes:  # who moves out leaves no ears behind
        numbers |= set(await numbers_bound_by(tx, tenant_id=tenant_id, space_id=house, identity_id=who))
    await end_accounts(tx, tenant_id=tenant_id, numbers=sorted(numbers), now_ms=now_ms)


async def end_home_rules(tx: Tx, *, tenant_id: str, homes: list[tuple[int, str]], now_ms: int) -> None:
    """What these members chose goes with them, and with the last one what the home chose and agreed to."""
    scope = Scope.system(tenant_id, "intercom")
    for house, who in homes:
        await _drop_quiet.run(tx, of_space=house, of_identity=who, of_tenant=tenant_id)
        await _drop_telephone.run(tx, of_space=house, of_identity=who, of_tenant=tenant_id)
        await _drop_duress.run(tx, of_space=house, of_identity=who, of_tenant=tenant_id)
        await _end_auto.run(tx, of_space=house, of_identity=who, of_tenant=tenant_id, now=now_ms)
    houses = sorted({house for house, _ in homes})
    ties = await residents.ties_of(scope, tx, houses)
    lived_in = {house for house, _, _, _, status in ties if status == MOVED_IN}
    for house in houses:
        if house not in lived_in:
            await _forget_rules(tx, tenant_id, house)


async def _forget_rules(tx: Tx, tenant_id: str, space_id: int) -> None:
    for command in (_drop_rules, _drop_all_quiet, _drop_telephones, _no_neighbour):
        await command.run(tx, of_space=space_id, of_tenant=tenant_id)


async def end_house(tx: Tx, *, tenant_id: str, space_id: int, group_id: str, now_ms: int) -> None:
    """A house goes: its derived group and accounts go with it, and doors ring them no more."""
    scope = Scope.system(tenant_id, "intercom")
    numbers = [row.number for row in await queries.owners_in(scope, tx, [space_id])]
    await end_accounts(tx, tenant_id=tenant_id, numbers=numbers, now_ms=now_ms)
    await _drop_house.run(tx, of_space=space_id, of_tenant=tenant_id)
    await _forget_rules(tx, tenant_id, space_id)
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
