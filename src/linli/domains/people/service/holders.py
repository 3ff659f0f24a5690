"""The persons of a company with a right, to notify them of waiting work."""

from typing import Any

from sqlalchemy import BindParameter, bindparam, select, union

from linli.domains.people.models import (
    account_persons,
    account_roles,
    accounts,
    community_rights,
    company_role_holders,
    staff_rights,
)
from linli.domains.people.rights import Right
from linli.domains.people.service.accounts import rights
from linli.kernel.db import Query, Reader
from linli.kernel.errors import LinliError

_tenant: BindParameter[Any] = bindparam("tenant")
_members = Query(
    select(accounts.c.id).where(
        accounts.c.id.in_(
            union(
                select(account_roles.c.account_id).where(account_roles.c.tenant_id == _tenant),
                select(company_role_holders.c.account_id).where(company_role_holders.c.tenant_id == _tenant),
                select(staff_rights.c.account_id).where(staff_rights.c.tenant_id == _tenant),
                select(account_persons.c.account_id)
                .join(community_rights, community_rights.c.person_id == account_persons.c.person_id)
                .where(community_rights.c.tenant_id == _tenant, account_persons.c.tenant_id == _tenant),
            )
        ),
    ),
    unscoped="the tenant is a condition of its own",
)


async def holders(
    db: Reader, *, tenant_id: str, right: Right, community_id: int | None, among: set[int] | None = None
) -> list[int]:
    """Log-ins that have a right in a community, or with None in the tenant; `among` leaves out everybody else."""
    account_ids = []
    for (account_id,) in await _members.all(db, tenant=tenant_id):
        if among is not None and account_id not in among:
            continue
        try:
            account_rights = await rights(db, account_id)
        except LinliError:  # closed in this moment
            continue
        if account_rights.may(right, tenant_id=tenant_id, community_id=community_id):
            account_ids.append(int(account_id))
    return account_ids
