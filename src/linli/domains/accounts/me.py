"""The signed-in account as its own screens see it."""

import msgspec

from linli.domains.accounts.schemas import Me, RoleIn, TenantOption
from linli.domains.communities.queries import communities
from linli.domains.people.person_rules import mask_phone
from linli.domains.people.queries.own_rights import closed_places
from linli.domains.people.rights import Right, Rights
from linli.domains.people.service import accounts, agreements, companies, passwords
from linli.kernel import tenancy
from linli.kernel.db import Reader
from linli.kernel.scope import Scope


async def describe(db: Reader, rights: Rights, tenant_id: str) -> Me:
    """The account working in `tenant_id` ("" for a pure operator)."""
    account = await accounts.get_account(db, rights.account_id)
    tenants = [await tenancy.get_tenant(db, tenant) for tenant in rights.tenants]
    options = [TenantOption(tenant.id, tenant.name) for tenant in tenants]
    wanted = [] if rights.is_operator else await agreements.pending(db, account.id)
    rights = msgspec.structs.replace(rights, withheld=agreements.withheld(wanted))
    return Me(
        account_id=str(account.id),
        name=account.name,
        login=account.login,
        must_change_password=bool(account.must_change),
        has_password=await passwords.has_password(db, account.id),
        phone=mask_phone(account.phone or ""),
        operator=rights.is_operator,
        tenant=next((option for option in options if option.id == tenant_id), None),
        tenants=options,
        roles=[
            RoleIn(grant.role, grant.community_id)
            for grant in rights.grants
            if grant.tenant_id in ("", tenant_id)
        ],
        rights=sorted(rights.all_in(tenant_id)),
        agreements_pending=agreements.waits(wanted),
        terms_pending=[agreement.kind for agreement in wanted if agreement.kind in agreements.SERVICES],
        contract_missing=await _contract_missing(db, rights, tenant_id),
        not_running=[] if tenants or rights.is_operator else await _not_running(db, account.id),
    )


async def _not_running(db: Reader, account_id: int) -> list[str]:
    """Why a person with roles can do nothing: the page does not ask them to found a company."""
    names = []
    for tenant_id, places in (await closed_places(db, account_id)).items():
        closed = await communities.by_id(Scope.system(tenant_id, "session"), db, sorted(set(places)))
        names += [community.name for community in closed.values()]
    return sorted(names)


async def _contract_missing(db: Reader, rights: Rights, tenant_id: str) -> bool:
    """Whether this administrator is asked for the contract form of the first use."""
    if not rights.may(Right.ORGANISATION_MANAGE, tenant_id=tenant_id):
        return False
    row = await companies.of_tenant(db, tenant_id)
    return row is not None and not row.signed_ms
