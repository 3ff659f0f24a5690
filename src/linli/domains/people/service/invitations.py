"""Owners invite members by a code to scan. Spec A RES-03: it works once, for a day, while its giver may still give it.

The giver is looked at when a code is used: still living in the house, still its owner, not frozen, the community's
service running. When they move out or are no longer an owner, their open invitations are deleted in the same
transaction, so that these do not come back with them. Persons who joined by a code before stay: the property and the
next owner decide about them.
"""

import hashlib
from collections.abc import Collection
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select, update

from linli.domains.people import person_rules as rules
from linli.domains.people.models import house_invitations, house_members
from linli.domains.people.queries.open_accounts import let_in
from linli.domains.people.queries.residence import CommunityClosed
from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.tenancy import closed_communities

LIVES_MS: Final = 24 * 3_600_000
KEPT_MS: Final = 30 * LIVES_MS
TOKEN_LENGTH: Final = 32
_WHY: Final = "whoever holds the code was shown it by the owner; it names its house"


class InvitationSpent(Conflict):
    """Used, older than a day, or of somebody who may not invite to that house any more: all alike."""

    code = "resident.invitation_spent"


class Invitation(NamedTuple):
    token_hash: str
    tenant_id: str
    community_id: int
    house_id: int
    type: int
    by_person: int
    created_ms: int
    expires_ms: int
    used_ms: int


_by_token = Query(
    select(*(house_invitations.c[name] for name in Invitation._fields)).where(
        house_invitations.c.token_hash == bindparam("token")
    ),
    Invitation,
    unscoped=_WHY,
)
_use = Command(
    update(house_invitations)
    .where(house_invitations.c.token_hash == bindparam("token"), house_invitations.c.used_ms == 0)
    .values(used_ms=bindparam("now", type_=INT)),
    unscoped=_WHY,
)
_giver = Query(
    select(house_members.c.person_id).where(
        house_members.c.house_id == bindparam("house", type_=INT),
        house_members.c.person_id == bindparam("person", type_=INT),
        house_members.c.tenant_id == bindparam("tenant"),
        house_members.c.type == rules.OWNER,
        house_members.c.status == rules.MOVED_IN,
        let_in(house_members.c.person_id, house_members.c.community_id),
    ),
    unscoped=_WHY,
)
_closed = Query(
    select(closed_communities.c.community_id).where(
        closed_communities.c.community_id == bindparam("community", type_=INT)
    ),
    unscoped=_WHY,
)
_open = Query(
    select(house_invitations.c.token_hash, house_invitations.c.house_id, house_invitations.c.by_person).where(
        in_scope(house_invitations),
        house_invitations.c.community_id == bindparam("community", type_=INT),
        house_invitations.c.used_ms == 0,
    )
)
_drop = Command(
    delete(house_invitations).where(
        in_scope(house_invitations), house_invitations.c.token_hash == bindparam("token")
    )
)
_purge = Command(
    delete(house_invitations).where(house_invitations.c.created_ms < bindparam("before", type_=INT)),
    unscoped=_WHY,
)


async def invite(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    house_id: int,
    person_id: int,
    type: int,
    ids: Ids,
    now_ms: int,
) -> tuple[str, int]:
    """A code for one new member of a house that `person_id` owns: (code, until when). Raises BadInput."""
    check_member_type(type)
    scope.allow(community_id)
    await _purge.run(tx, before=now_ms - KEPT_MS)
    token = ids.token(TOKEN_LENGTH)
    row = Invitation(
        token_hash=_hash(token),
        tenant_id=scope.tenant,
        community_id=community_id,
        house_id=house_id,
        type=type,
        by_person=person_id,
        created_ms=now_ms,
        expires_ms=now_ms + LIVES_MS,
        used_ms=0,
    )
    await tx.insert(house_invitations, row._asdict())
    return token, row.expires_ms


async def find(db: Reader, token: str, *, now_ms: int) -> Invitation:
    """An invitation that still lets in. Raises NotFound, InvitationSpent, CommunityClosed."""
    invitation = await _by_token.one(db, token=_hash(token))
    if invitation is None:
        raise NotFound(what="invitation")
    if invitation.used_ms or invitation.expires_ms <= now_ms:
        raise InvitationSpent()
    giver = await _giver.one(
        db, house=invitation.house_id, person=invitation.by_person, tenant=invitation.tenant_id
    )
    if giver is None:
        raise InvitationSpent()
    if await _closed.one(db, community=invitation.community_id) is not None:
        raise CommunityClosed()
    return invitation


async def use(tx: Tx, token: str, *, now_ms: int) -> Invitation:
    """The invitation, which works no second time. Raises as `find`."""
    invitation = await find(tx, token, now_ms=now_ms)
    if not await _use.run(tx, token=invitation.token_hash, now=now_ms):
        raise InvitationSpent()
    return invitation


async def drop_of(scope: Scope, tx: Tx, *, community_id: int, ties: Collection[tuple[int, int]]) -> None:
    """Delete the invitations of persons who left a house or no longer own it; `ties` are (house, person)."""
    gone = set(ties)
    for token, house_id, person_id in await _open.all(tx, scope, community=community_id):
        if (house_id, person_id) in gone:
            await _drop.run(tx, scope, token=token)


def check_member_type(type: int) -> None:
    """Owners add family, tenants and others, not further owners. Raises BadInput."""
    if type not in rules.MEMBER_TYPES or type == rules.OWNER:
        raise BadInput(field="type", rule="range", low=2, high=9)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
