"""Whether the author of a company's invitation may still make it. It lets in no longer than its maker could.

Looked at when a link is opened and when it is used: the maker's log-in is open, the company has not closed them, they
have the right to manage its staff and hold whatever the invitation gives; the company goes on, and so does the
community of its role. If a change in the company removes the reason of an invitation, it is revoked at once, so that it
is not valid again when the right comes back. Persons who joined before stay, and so do waiting requests: an
administrator decides about them.
"""

from typing import NamedTuple

from sqlalchemy import bindparam, select, update

from linli.domains.people.models import invitations
from linli.domains.people.queries.own_rights import closed_tenants
from linli.domains.people.rights import RIGHTS_OF, SOMEWHERE, Right, Role
from linli.domains.people.service import accounts, companies
from linli.kernel.db import INT, Command, Query, Reader, Tx
from linli.kernel.errors import LinliError
from linli.kernel.tenancy import closed_communities

_TENANT = "the tenant is a condition of its own"


class Given(NamedTuple):
    """An invitation's rights, and its inviter."""

    invitation_id: int
    tenant_id: str
    role: str
    community_id: int
    made_by: int


_open = Query(
    select(*(invitations.c[name] for name in Given._fields)).where(
        invitations.c.tenant_id == bindparam("tenant"),
        invitations.c.made_by == bindparam("account", type_=INT),
        invitations.c.revoked_ms == 0,
        invitations.c.uses_left > 0,
    ),
    Given,
    unscoped=_TENANT,
)
_revoke = Command(
    update(invitations)
    .where(invitations.c.invitation_id == bindparam("row", type_=INT), invitations.c.revoked_ms == 0)
    .values(revoked_ms=bindparam("now", type_=INT)),
    unscoped=_TENANT,
)
_closed = Query(
    select(closed_communities.c.community_id).where(
        closed_communities.c.community_id == bindparam("community", type_=INT)
    ),
    unscoped="whether a community's service runs",
)


def given_by(role: Role, community_id: int) -> frozenset[tuple[Right, str]]:
    """The rights of a role in a community, in the form of `Rights.holdings`."""
    return frozenset((right, at) for right in RIGHTS_OF[role] for at in (f"c:{community_id}", SOMEWHERE))


async def may_still_give(db: Reader, given: Given) -> bool:
    """Whether its maker could make the invitation now."""
    try:
        rights = await accounts.rights(db, given.made_by)
    except LinliError:  # closed, or gone
        return False
    if given.tenant_id in await closed_tenants(db, given.made_by):
        return False
    if not rights.may(Right.STAFF_MANAGE, tenant_id=given.tenant_id):
        return False
    company = await companies.of_tenant(db, given.tenant_id)
    if company is not None and company.ended_ms:
        return False
    if not given.role:
        return True
    if await _closed.one(db, community=given.community_id) is not None:
        return False
    return rights.covers(given_by(Role(given.role), given.community_id), tenant_id=given.tenant_id)


async def revoke_groundless(tx: Tx, *, tenant_id: str, account_id: int, now_ms: int) -> None:
    """After a change of what a person may: revoke those of their invitations that they could not make any more."""
    for given in await _open.all(tx, tenant=tenant_id, account=account_id):
        if not await may_still_give(tx, given):
            await _revoke.run(tx, row=given.invitation_id, now=now_ms)
