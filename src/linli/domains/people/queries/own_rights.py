"""An account's rights from its companies' roles, given by hand and from permission management. Scopes are built from
them."""

import msgspec
from sqlalchemy import and_, bindparam, select

from linli.domains.people import rights_tree
from linli.domains.people.models import (
    account_persons,
    account_roles,
    accounts,
    community_rights,
    company_role_holders,
    company_roles,
    project_group_members,
    staff,
    staff_rights,
)
from linli.domains.people.rights import OwnRights, Right
from linli.kernel.db import INT, Query, Reader, any_of
from linli.kernel.tenancy import closed_communities, project_communities

_RIGHTS = "the rights of an account are what scopes are made of"
_account = bindparam("account", type_=INT)
_role_rights = Query(
    select(company_role_holders.c.tenant_id, company_roles.c.rights)
    .join(company_roles, company_roles.c.role_id == company_role_holders.c.role_id)
    .where(company_role_holders.c.account_id == _account),
    unscoped=_RIGHTS,
)
_hand_rights = Query(
    select(staff_rights.c.tenant_id, staff_rights.c.right).where(staff_rights.c.account_id == _account),
    unscoped=_RIGHTS,
)
_places = Query(
    select(
        project_group_members.c.tenant_id,
        project_group_members.c.project_id,
        project_communities.c.community_id,
    )
    .select_from(project_group_members)
    .outerjoin(
        project_communities,
        and_(
            project_communities.c.project_id == project_group_members.c.project_id,
            project_communities.c.tenant_id == project_group_members.c.tenant_id,
            project_communities.c.community_id.not_in(select(closed_communities.c.community_id)),
        ),
    )
    .where(project_group_members.c.account_id == _account),
    unscoped=_RIGHTS,
)
_in_communities = Query(
    select(
        community_rights.c.tenant_id,
        community_rights.c.community_id,
        community_rights.c.function,
        community_rights.c.level,
    )
    .join(
        account_persons,
        and_(
            account_persons.c.person_id == community_rights.c.person_id,
            account_persons.c.tenant_id == community_rights.c.tenant_id,
        ),
    )
    .where(account_persons.c.account_id == _account),
    unscoped=_RIGHTS,
)
_names = Query(
    select(accounts.c.id, accounts.c.name).where(any_of(accounts.c.id, "account_ids")),
    unscoped="who did something is told to whoever may see what was done",
)
_logins = Query(
    select(accounts.c.id, accounts.c.login).where(any_of(accounts.c.id, "account_ids")),
    unscoped="who did something is told to whoever may see what was done",
)
_closed = Query(
    select(staff.c.tenant_id).where(staff.c.account_id == _account, staff.c.disabled == 1), unscoped=_RIGHTS
)


_not_running = Query(
    select(account_roles.c.tenant_id, account_roles.c.community_id).where(
        account_roles.c.account_id == _account,
        account_roles.c.community_id.in_(select(closed_communities.c.community_id)),
    ),
    unscoped=_RIGHTS,
)


async def own_rights(db: Reader, account_id: int) -> list[OwnRights]:
    """An account's rights, with their places, from companies' roles, given by hand and from permission management."""
    rights_by_tenant: dict[str, set[Right]] = {}
    for tenant_id, stored in await _role_rights.all(db, account=account_id):
        rights_by_tenant.setdefault(tenant_id, set()).update(
            rights_tree.existing_rights(msgspec.json.decode(stored, type=list[str]))
        )
    for tenant_id, right in await _hand_rights.all(db, account=account_id):
        rights_by_tenant.setdefault(tenant_id, set()).update(rights_tree.existing_rights([right]))
    one_place: dict[tuple[str, int], set[Right]] = {}
    for tenant_id, community_id, function, level in await _in_communities.all(db, account=account_id):
        if (right := rights_tree.right_in_community(function, level)) is not None:
            one_place.setdefault((tenant_id, community_id), set()).add(right)
    here = [
        OwnRights(tenant_id, frozenset(rights), communities=frozenset({community_id}))
        for (tenant_id, community_id), rights in one_place.items()
    ]
    if not rights_by_tenant:
        return here
    places = await _places.all(db, account=account_id)
    return here + [
        OwnRights(
            tenant_id,
            frozenset(rights),
            frozenset(project for tenant, project, _ in places if tenant == tenant_id),
            frozenset(c for tenant, _, c in places if tenant == tenant_id and c is not None),
        )
        for tenant_id, rights in rights_by_tenant.items()
    ]


async def names(db: Reader, account_ids: list[int]) -> dict[int, str]:
    """Account id → name."""
    return dict(await _names.all(db, account_ids=account_ids)) if account_ids else {}


async def logins(db: Reader, account_ids: list[int]) -> dict[int, str]:
    """Account id → what it signs in with."""
    return dict(await _logins.all(db, account_ids=account_ids)) if account_ids else {}


async def closed_tenants(db: Reader, account_id: int) -> frozenset[str]:
    """Tenants that have disabled the person."""
    return frozenset(tenant_id for (tenant_id,) in await _closed.all(db, account=account_id))


async def closed_places(db: Reader, account_id: int) -> dict[str, list[int]]:
    """Tenant → communities out of service in which the account has a role."""
    communities_by_tenant: dict[str, list[int]] = {}
    for tenant_id, community_id in await _not_running.all(db, account=account_id):
        communities_by_tenant.setdefault(tenant_id, []).append(community_id)
    return communities_by_tenant
