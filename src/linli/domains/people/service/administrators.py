"""The administrators of an organisation, and the managers of a community. Spec A §1.1 (ONB-08), §2.1 (roles)."""

from typing import Final

from sqlalchemy import bindparam, delete, select

from linli.domains.people.models import account_roles, accounts
from linli.domains.people.queries import organisation as queries
from linli.domains.people.rights import RIGHTS_OF, SOMEWHERE, TENANT_ROLES, Role
from linli.domains.people.service import inviters
from linli.domains.people.service.accounts import grant_role
from linli.domains.people.service.organisation import CannotGive, Hand, note
from linli.kernel.db import INT, Command, Query, Reader, Tx
from linli.kernel.errors import BadInput, Conflict
from linli.kernel.scope import Scope

MANAGERS_MAX: Final = 50


class LastAdministrator(Conflict):
    """Somebody must administer the organisation."""

    code = "organisation.last_administrator"


_TENANT = "the tenant is a condition of its own"
_holders = Query(
    select(account_roles.c.account_id).where(
        account_roles.c.tenant_id == bindparam("tenant"),
        account_roles.c.role == bindparam("role"),
        account_roles.c.community_id == bindparam("community", type_=INT),
    ),
    unscoped=_TENANT,
)
_take = Command(
    delete(account_roles).where(
        account_roles.c.tenant_id == bindparam("of_tenant"),
        account_roles.c.account_id == bindparam("of_account", type_=INT),
        account_roles.c.role == bindparam("of_role"),
        account_roles.c.community_id == bindparam("of_community", type_=INT),
    ),
    unscoped=_TENANT,
)
_managers = Query(
    select(accounts.c.id, accounts.c.name, accounts.c.phone)
    .join(account_roles, account_roles.c.account_id == accounts.c.id)
    .where(
        account_roles.c.tenant_id == bindparam("tenant"),
        account_roles.c.role == Role.COMMUNITY_MANAGER.value,
        account_roles.c.community_id == bindparam("community", type_=INT),
    )
    .order_by(account_roles.c.created_ms, accounts.c.id),
    unscoped=_TENANT,
)


async def set_administrator(hand: Hand, tx: Tx, *, account_id: int, role: str) -> None:
    """Make a person administrator (`tenant_admin`), sub-administrator (`sub_admin`) or neither (``).

    Raises NotFound, BadInput, CannotGive, LastAdministrator.
    """
    if role and role not in TENANT_ROLES:
        raise BadInput(field="role", rule="one_of", allowed=", ".join(sorted(TENANT_ROLES)))
    person = await queries.person(hand.scope, tx, account_id)
    if Role.TENANT_ADMIN not in hand.rights.roles(hand.tenant, 0):
        raise CannotGive()
    roles = [
        administrator_role
        for administrator_role in (Role.TENANT_ADMIN, Role.SUB_ADMIN)
        if account_id in await _ids(tx, hand.tenant, administrator_role, 0)
    ]
    if role:
        hand.check(frozenset((right, SOMEWHERE) for right in RIGHTS_OF[Role(role)]))
        await grant_role(
            tx, account_id=account_id, role=Role(role), tenant_id=hand.tenant, now_ms=tx.db.clock.now_ms()
        )
        if Role(role) not in roles:
            await note(hand, tx, "administrator.made", account_id=account_id, name=person.name, detail=role)
    for administrator_role in roles:
        if administrator_role.value == role:
            continue
        await _take.run(
            tx, of_tenant=hand.tenant, of_account=account_id, of_role=administrator_role.value, of_community=0
        )
        await note(
            hand,
            tx,
            "administrator.taken",
            account_id=account_id,
            name=person.name,
            detail=administrator_role.value,
        )
    if not await _ids(tx, hand.tenant, Role.TENANT_ADMIN, 0):
        raise LastAdministrator()
    await inviters.revoke_groundless(
        tx, tenant_id=hand.tenant, account_id=account_id, now_ms=tx.db.clock.now_ms()
    )


async def set_sub_administrator(hand: Hand, tx: Tx, *, account_id: int, sub_admin: bool) -> None:
    """Make another person sub-administrator, or no longer; an administrator is more than that and stays one.

    Raises NotFound, BadInput (oneself), CannotGive.
    """
    if account_id == hand.rights.account_id:
        await queries.person(hand.scope, tx, account_id)
        raise BadInput(field="accountId", rule="organisation.self")
    if account_id in await _ids(tx, hand.tenant, Role.TENANT_ADMIN, 0):
        await queries.person(hand.scope, tx, account_id)
        if Role.TENANT_ADMIN not in hand.rights.roles(hand.tenant, 0):
            raise CannotGive()
        return
    await set_administrator(hand, tx, account_id=account_id, role=Role.SUB_ADMIN.value if sub_admin else "")


async def set_managers(hand: Hand, tx: Tx, *, community_id: int, name: str, account_ids: list[int]) -> None:
    """The managers of a community: these persons and no others. The surface has checked the community.

    Raises NotFound, BadInput, CannotGive.
    """
    if len(account_ids) > MANAGERS_MAX:
        raise BadInput(field="accountIds", rule="too_many_items", limit=MANAGERS_MAX)
    place = f"c:{community_id}"
    hand.check(frozenset((right, place) for right in RIGHTS_OF[Role.COMMUNITY_MANAGER]))
    wanted = {
        manager_id: (await queries.person(hand.scope, tx, manager_id)).name
        for manager_id in dict.fromkeys(account_ids)
    }
    ids = await _ids(tx, hand.tenant, Role.COMMUNITY_MANAGER, community_id)
    for account_id in wanted.keys() - ids:
        await grant_role(
            tx,
            account_id=account_id,
            role=Role.COMMUNITY_MANAGER,
            tenant_id=hand.tenant,
            community_id=community_id,
            now_ms=tx.db.clock.now_ms(),
        )
        await note(hand, tx, "manager.made", account_id=account_id, name=wanted[account_id], detail=name)
    for account_id in ids - wanted.keys():
        await _take.run(
            tx,
            of_tenant=hand.tenant,
            of_account=account_id,
            of_role=Role.COMMUNITY_MANAGER.value,
            of_community=community_id,
        )
        await inviters.revoke_groundless(
            tx, tenant_id=hand.tenant, account_id=account_id, now_ms=tx.db.clock.now_ms()
        )
        await note(hand, tx, "manager.taken", account_id=account_id, detail=name)


async def managers(scope: Scope, db: Reader, *, community_id: int) -> list[tuple[int, str, str]]:
    """(account, name, phone) of who manages a community that the caller has read in scope."""
    rows = await _managers.all(db, tenant=scope.tenant, community=community_id)
    return [(int(number), name, phone or "") for number, name, phone in rows]


async def _ids(db: Reader, tenant: str, role: Role, community: int) -> set[int]:
    rows = await _holders.all(db, tenant=tenant, role=role.value, community=community)
    return {int(number) for (number,) in rows}
