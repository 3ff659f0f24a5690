"""Owners invite members by a code to scan. Spec A RES-03: it works once, for a day."""

import hashlib
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, select, update

from linli.domains.people import person_rules as rules
from linli.domains.people.models import house_invitations
from linli.kernel.db import INT, Command, Query, Reader, Tx
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

LIVES_MS: Final = 24 * 3_600_000
KEPT_MS: Final = 30 * LIVES_MS
TOKEN_LENGTH: Final = 32
_WHY: Final = "whoever holds the code was shown it by the owner; it names its house"


class InvitationSpent(Conflict):
    """Used, or older than a day."""

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


_one = Query(
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
        _hash(token), scope.tenant, community_id, house_id, type, person_id, now_ms, now_ms + LIVES_MS, 0
    )
    await tx.insert(house_invitations, row._asdict())
    return token, row.expires_ms


async def find(db: Reader, token: str, *, now_ms: int) -> Invitation:
    """Raises NotFound, InvitationSpent."""
    found = await _one.one(db, token=_hash(token))
    if found is None:
        raise NotFound(what="invitation")
    if found.used_ms or found.expires_ms <= now_ms:
        raise InvitationSpent()
    return found


async def use(tx: Tx, token: str, *, now_ms: int) -> Invitation:
    """The invitation, which works no second time. Raises NotFound, InvitationSpent."""
    found = await find(tx, token, now_ms=now_ms)
    if not await _use.run(tx, token=found.token_hash, now=now_ms):
        raise InvitationSpent()
    return found


def check_member_type(type: int) -> None:
    """Owners add family, tenants and others, not further owners. Raises BadInput."""
    if type not in rules.MEMBER_TYPES or type == rules.OWNER:
        raise BadInput(field="type", rule="range", low=2, high=9)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
