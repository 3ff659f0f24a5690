"""Accounts of phones that stand somewhere: indoor units of a house, guard desks of a community, and their terminals."""

from typing import Final, NamedTuple

from linli.calls.rows import APP
from linli.domains.communities.queries import communities
from linli.domains.intercom.errors import HouseUnbound
from linli.domains.intercom.models import members, owners
from linli.domains.intercom.queries import owners as queries
from linli.domains.intercom.queries.numbers import account
from linli.domains.intercom.rows import Owner, seal_about
from linli.domains.intercom.service.boxes import tell_boxes
from linli.domains.intercom.service.ending import end_accounts
from linli.domains.intercom.service.ladder import DESK, UNIT
from linli.domains.intercom.service.numbers import fresh_numbers, make_accounts, renew_password
from linli.kernel import history
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

MOST_DESKS: Final = 3


class LogIn(NamedTuple):
    """What a phone is set up with; told once."""

    number: str
    password: str


def unit_of(space_id: int) -> str:
    return f"{UNIT}{space_id}"


def desk_of(community_id: int, place: int) -> str:
    return f"{DESK}{community_id}:{place}"


async def set_up_unit(
    scope: Scope, tx: Tx, *, community_id: int, space_id: int, ids: Ids, secrets: Secrets, now_ms: int
) -> LogIn:
    """The account of a house's indoor unit; of one that is there, a new password. Raises HouseUnbound."""
    wish = Owner(unit_of(space_id), "", scope.tenant, community_id, space_id, "", "", now_ms)
    return await _set_up_at_home(scope, tx, wish, space_id, ids, secrets, now_ms)


async def set_up_terminal(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    space_id: int | None,
    bind_id: str,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> str:
    """The number of a bound terminal, which rings as an indoor unit or a desk does. `space_id` None: the property's.

    Raises HouseUnbound.
    """
    if space_id is None:
        owner = f"{DESK}{community_id}:{bind_id}"
        wish = Owner(owner, "", scope.tenant, community_id, None, "", "", now_ms)
        return (await _set_up(scope, tx, wish, ids, secrets, now_ms)).number
    wish = Owner(f"{UNIT}{space_id}:{bind_id}", "", scope.tenant, community_id, space_id, "", "", now_ms)
    return (await _set_up_at_home(scope, tx, wish, space_id, ids, secrets, now_ms)).number


async def set_up_desk(
    scope: Scope, tx: Tx, *, community_id: int, place: int, ids: Ids, secrets: Secrets, now_ms: int
) -> LogIn:
    """The account of a guard desk; of one that is there, a new password. Raises BadInput."""
    if not 1 <= place <= MOST_DESKS:
        raise BadInput(field="place", rule="range", low=1, high=MOST_DESKS)
    wish = Owner(desk_of(community_id, place), "", scope.tenant, community_id, None, "", "", now_ms)
    return await _set_up(scope, tx, wish, ids, secrets, now_ms)


async def take_down(scope: Scope, tx: Tx, *, owner: str, now_ms: int) -> None:
    """The phone is logged out and rings no more; nothing happens when there is none."""
    row = (await queries.owners_by_name(scope, tx, [owner])).get(owner)
    if row is None:
        return
    await end_accounts(tx, tenant_id=scope.tenant, numbers=[row.number], now_ms=now_ms)
    await _note(scope, tx, row, "deleted", now_ms)


async def _set_up_at_home(
    scope: Scope, tx: Tx, wish: Owner, space_id: int, ids: Ids, secrets: Secrets, now_ms: int
) -> LogIn:
    """Rings with the house's group. Raises HouseUnbound."""
    group = (await queries.groups_of_houses(scope, tx, [space_id])).get(space_id)
    if group is None:
        raise HouseUnbound(str(space_id))
    log_in = await _set_up(scope, tx, wish, ids, secrets, now_ms)
    system = Scope.system(scope.tenant, "intercom")
    row = {
        "group_id": group.group_id,
        "number": log_in.number,
        "tenant_id": scope.tenant,
        "project_id": (await account(system, tx, log_in.number)).project_id,
        "created_ms": now_ms,
    }
    await tx.upsert(members, [row], keys=("group_id", "number"))
    return log_in


async def _set_up(scope: Scope, tx: Tx, wish: Owner, ids: Ids, secrets: Secrets, now_ms: int) -> LogIn:
    system = Scope.system(scope.tenant, "intercom")
    there = (await queries.owners_by_name(system, tx, [wish.owner])).get(wish.owner)
    if there is not None:
        password = await renew_password(
            system, tx, number=there.number, ids=ids, secrets=secrets, now_ms=now_ms
        )
        await _note(scope, tx, there, "changed", now_ms)
        await tell_boxes(scope, tx, wish.community_id)
        return LogIn(there.number, password)
    place = (await communities.by_id(system, tx, [wish.community_id])).get(wish.community_id)
    if place is None or not place.scope_id:
        raise NotFound(what="community", id=wish.community_id)
    (number,) = await fresh_numbers(tx, ids=ids, count=1)
    row = wish._replace(number=number)
    await tx.insert(owners, row._asdict())
    (new_account,) = await make_accounts(
        system,
        tx,
        numbers=[number],
        project_id=place.scope_id,
        kind=APP,
        ids=ids,
        secrets=secrets,
        now_ms=now_ms,
    )
    await _note(scope, tx, row, "created", now_ms)
    await tell_boxes(scope, tx, wish.community_id)
    return LogIn(number, secrets.open(new_account.password, about=seal_about(number)))


async def _note(scope: Scope, tx: Tx, row: Owner, what: str, now_ms: int) -> None:
    kind, target = (
        ("call_settings", str(row.community_id))
        if row.space_id is None
        else ("house_calls", str(row.space_id))
    )
    record = history.Record(kind, target, row.community_id)
    await history.note(scope, tx, record, what, after={"number": row.number}, now_ms=now_ms)
