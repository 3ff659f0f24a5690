"""Joining an organisation: by an invitation's link or QR code, or by a request. Spec A §1.1 (ONB-02, ONB-13).

The link has a random text; only its hash is stored. Inviters pass on only rights that they have themselves, and only
while they have them (`inviters`).
"""

import hashlib
import secrets
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select, update

from linli.domains.people.models import accounts as account_table
from linli.domains.people.models import invitations, join_requests
from linli.domains.people.models import staff as staff_table
from linli.domains.people.rights import COMMUNITY_ROLES, Role
from linli.domains.people.service import accounts, companies
from linli.domains.people.service.inviters import Given, given_by, may_still_give
from linli.domains.people.service.organisation import AlreadyInCompany, Hand, note
from linli.kernel import tenancy
from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

DAYS_MAX: Final = 30
USES_MAX: Final = 500
DAY_MS: Final = 86_400_000
WAITING: Final = "waiting"
OPEN_MAX: Final = 5
"""Requests of one log-in that may wait at a time."""


class InvitationGone(NotFound):
    """Unknown, used up, expired, revoked, or of somebody who may not invite any more: all alike."""

    def __init__(self) -> None:
        super().__init__(what="invitation")


class AlreadyAsked(Conflict):
    code = "joining.already_asked"


class AlreadyDecided(Conflict):
    code = "joining.already_decided"


class Invitation(NamedTuple):
    """A row of `invitations`, in the order of the columns."""

    invitation_id: int
    tenant_id: str
    token_hash: str
    note: str
    role: str
    community_id: int
    approval: int
    uses_left: int
    uses: int
    expires_ms: int
    made_by: int
    created_ms: int
    revoked_ms: int


class JoinRequest(NamedTuple):
    request_id: int
    tenant_id: str
    account_id: int
    words: str
    state: str
    reason: str
    decided_by: int
    decided_ms: int
    created_ms: int
    name: str
    phone: str | None


_list = Query(
    select(invitations).where(in_scope(invitations)).order_by(invitations.c.invitation_id.desc()).limit(200),
    Invitation,
)
_by_token = Query(
    select(invitations).where(
        invitations.c.token_hash == bindparam("token"),
        invitations.c.revoked_ms == 0,
        invitations.c.uses_left > 0,
        invitations.c.expires_ms > bindparam("now", type_=INT),
    ),
    Invitation,
    unscoped="the link is what tells the tenant",
)
_use = Command(
    update(invitations)
    .where(
        invitations.c.invitation_id == bindparam("row", type_=INT),
        invitations.c.uses_left > 0,
        invitations.c.revoked_ms == 0,
    )
    .values(uses_left=invitations.c.uses_left - 1, uses=invitations.c.uses + 1),
    unscoped="the row was found by its link",
)
_revoke = Command(
    update(invitations)
    .where(
        in_scope(invitations),
        invitations.c.invitation_id == bindparam("row", type_=INT),
        invitations.c.revoked_ms == 0,
    )
    .values(revoked_ms=bindparam("now", type_=INT))
)
_requests = Query(
    select(join_requests, account_table.c.name, account_table.c.phone)
    .join(account_table, account_table.c.id == join_requests.c.account_id)
    .where(in_scope(join_requests), join_requests.c.state == bindparam("state"))
    .order_by(join_requests.c.request_id.desc())
    .limit(200),
    JoinRequest,
)
_request = Query(
    select(join_requests, account_table.c.name, account_table.c.phone)
    .join(account_table, account_table.c.id == join_requests.c.account_id)
    .where(in_scope(join_requests), join_requests.c.request_id == bindparam("row", type_=INT)),
    JoinRequest,
)
_mine = Query(
    select(join_requests, account_table.c.name, account_table.c.phone)
    .join(account_table, account_table.c.id == join_requests.c.account_id)
    .where(join_requests.c.account_id == bindparam("account", type_=INT))
    .order_by(join_requests.c.request_id.desc())
    .limit(20),
    JoinRequest,
    unscoped="one's own requests",
)
_decide = Command(
    update(join_requests)
    .where(
        in_scope(join_requests),
        join_requests.c.request_id == bindparam("row", type_=INT),
        join_requests.c.state == WAITING,
    )
    .values(
        state=bindparam("to"),
        reason=bindparam("why"),
        decided_by=bindparam("by", type_=INT),
        decided_ms=bindparam("now", type_=INT),
    )
)
_member = Query(
    select(staff_table.c.account_id).where(
        staff_table.c.tenant_id == bindparam("tenant"),
        staff_table.c.account_id == bindparam("account", type_=INT),
    ),
    unscoped="the tenant is a condition of its own",
)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def invite(
    hand: Hand,
    tx: Tx,
    *,
    note_text: str,
    role: str,
    community_id: int,
    approval: bool,
    uses: int,
    days: int,
    now_ms: int,
) -> tuple[int, str]:
    """A new invitation: its id and the text of its link, shown only this once. The surface has checked the community.

    Raises BadInput, CannotGive.
    """
    if role and role not in COMMUNITY_ROLES:
        raise BadInput(field="role", rule="one_of", allowed=", ".join(sorted(COMMUNITY_ROLES)))
    if bool(role) != bool(community_id):
        raise BadInput(field="communityId" if role else "role", rule="required")
    if not 1 <= uses <= USES_MAX:
        raise BadInput(field="uses", rule="range", low=1, high=USES_MAX)
    if not 1 <= days <= DAYS_MAX:
        raise BadInput(field="days", rule="range", low=1, high=DAYS_MAX)
    if len(note_text) > 64:
        raise BadInput(field="note", rule="too_long", limit=64)
    if role:
        hand.check(given_by(Role(role), community_id))
    token, number = secrets.token_urlsafe(18), hand.ids.number()
    row = Invitation(
        invitation_id=number,
        tenant_id=hand.tenant,
        token_hash=_hash(token),
        note=note_text.strip(),
        role=role,
        community_id=community_id,
        approval=int(approval),
        uses_left=uses,
        uses=0,
        expires_ms=now_ms + days * DAY_MS,
        made_by=hand.rights.account_id,
        created_ms=now_ms,
        revoked_ms=0,
    )
    await tx.insert(invitations, row._asdict())
    await note(hand, tx, "invitation.made", detail=note_text.strip())
    return number, token


async def revoke(hand: Hand, tx: Tx, *, invitation_id: int, now_ms: int) -> None:
    """Raises NotFound."""
    if not await _revoke.run(tx, hand.scope, row=invitation_id, now=now_ms):
        raise InvitationGone()
    await note(hand, tx, "invitation.revoked")


async def list_invitations(scope: Scope, db: Reader) -> list[Invitation]:
    """The newest first."""
    return await _list.all(db, scope)


async def find(db: Reader, *, token: str, now_ms: int) -> Invitation:
    """The invitation of a link. Raises InvitationGone."""
    invitation = await _by_token.one(db, token=_hash(token), now=now_ms)
    if invitation is None:
        raise InvitationGone()
    given = Given(
        invitation.invitation_id,
        invitation.tenant_id,
        invitation.role,
        invitation.community_id,
        made_by=invitation.made_by,
    )
    if not await may_still_give(db, given):
        raise InvitationGone()
    return invitation


async def accept(tx: Tx, *, token: str, account_id: int, ids: Ids, now_ms: int) -> Invitation:
    """Come in by a link, or wait for an administrator where the invitation says so.

    Raises InvitationGone, AlreadyInCompany, AlreadyAsked.
    """
    invitation = await find(tx, token=token, now_ms=now_ms)
    if await is_member(tx, tenant_id=invitation.tenant_id, account_id=account_id):
        raise AlreadyInCompany(phone="")
    if not await _use.run(tx, row=invitation.invitation_id):
        raise InvitationGone()
    if invitation.approval:
        await _ask(
            tx,
            tenant_id=invitation.tenant_id,
            account_id=account_id,
            words=invitation.note,
            ids=ids,
            now_ms=now_ms,
        )
        return invitation
    await companies.put_in(
        tx, tenant_id=invitation.tenant_id, account_id=account_id, by=invitation.made_by, now_ms=now_ms
    )
    if invitation.role:
        await accounts.grant_role(
            tx,
            account_id=account_id,
            role=Role(invitation.role),
            tenant_id=invitation.tenant_id,
            community_id=invitation.community_id,
            now_ms=now_ms,
        )
    return invitation


async def ask_by_name(
    tx: Tx, *, organisation: str, account_id: int, words: str, ids: Ids, now_ms: int
) -> None:
    """Ask an organisation to be let in, by its exact name. Raises NotFound for one that does not want that."""
    tenant = await tenancy.find_tenant(tx, " ".join(organisation.split()))
    company = None if tenant is None else await companies.of_tenant(tx, tenant.id)
    if company is None or not company.joinable or company.ended_ms:
        raise NotFound(what="organisation", id=organisation)
    if await is_member(tx, tenant_id=company.tenant_id, account_id=account_id):
        raise AlreadyInCompany(phone="")
    if len(words) > 200:
        raise BadInput(field="words", rule="too_long", limit=200)
    await _ask(tx, tenant_id=company.tenant_id, account_id=account_id, words=words, ids=ids, now_ms=now_ms)


async def _ask(tx: Tx, *, tenant_id: str, account_id: int, words: str, ids: Ids, now_ms: int) -> None:
    waiting = [
        join_request
        for join_request in await _mine.all(tx, account=account_id)
        if join_request.state == WAITING
    ]
    if any(join_request.tenant_id == tenant_id for join_request in waiting) or len(waiting) >= OPEN_MAX:
        raise AlreadyAsked()
    row = {
        "request_id": ids.number(),
        "tenant_id": tenant_id,
        "account_id": account_id,
        "words": words.strip(),
        "state": WAITING,
        "created_ms": now_ms,
    }
    await tx.insert(join_requests, row)


async def is_member(db: Reader, *, tenant_id: str, account_id: int) -> bool:
    return await _member.one(db, tenant=tenant_id, account=account_id) is not None


async def mine(db: Reader, account_id: int) -> list[JoinRequest]:
    """An account's requests, the newest first."""
    return await _mine.all(db, account=account_id)


async def waiting(scope: Scope, db: Reader) -> list[JoinRequest]:
    """The waiting requests."""
    return await _requests.all(db, scope, state=WAITING)


async def let_in(hand: Hand, tx: Tx, *, request_id: int, role: str, community_id: int, now_ms: int) -> None:
    """Let somebody in, if wished with a role in a community. The surface has checked the community.

    Raises NotFound, AlreadyDecided, BadInput, CannotGive.
    """
    if role and role not in COMMUNITY_ROLES:
        raise BadInput(field="role", rule="one_of", allowed=", ".join(sorted(COMMUNITY_ROLES)))
    if bool(role) != bool(community_id):
        raise BadInput(field="communityId" if role else "role", rule="required")
    join_request = await _request_of(hand, tx, request_id)
    await _settle(hand, tx, join_request, "accepted", "", now_ms)
    await companies.put_in(
        tx,
        tenant_id=hand.tenant,
        account_id=join_request.account_id,
        by=hand.rights.account_id,
        now_ms=now_ms,
    )
    await note(hand, tx, "person.let_in", account_id=join_request.account_id, name=join_request.name)
    if role:
        hand.check(given_by(Role(role), community_id))
        await accounts.grant_role(
            tx,
            account_id=join_request.account_id,
            role=Role(role),
            tenant_id=hand.tenant,
            community_id=community_id,
            now_ms=now_ms,
        )
        await note(
            hand, tx, "role.given", account_id=join_request.account_id, name=join_request.name, detail=role
        )


async def refuse(hand: Hand, tx: Tx, *, request_id: int, reason: str, now_ms: int) -> None:
    """Raises NotFound, AlreadyDecided, BadInput."""
    if not reason.strip():
        raise BadInput(field="reason", rule="required")
    if len(reason) > 200:
        raise BadInput(field="reason", rule="too_long", limit=200)
    join_request = await _request_of(hand, tx, request_id)
    await _settle(hand, tx, join_request, "refused", reason.strip(), now_ms)
    await note(
        hand,
        tx,
        "person.refused",
        account_id=join_request.account_id,
        name=join_request.name,
        detail=reason.strip(),
    )


async def _request_of(hand: Hand, tx: Tx, request_id: int) -> JoinRequest:
    join_request = await _request.one(tx, hand.scope, row=request_id)
    if join_request is None:
        raise NotFound(what="join_request", id=request_id)
    return join_request


async def _settle(
    hand: Hand, tx: Tx, join_request: JoinRequest, state: str, reason: str, now_ms: int
) -> None:
    if not await _decide.run(
        tx,
        hand.scope,
        row=join_request.request_id,
        to=state,
        why=reason,
        by=hand.rights.account_id,
        now=now_ms,
    ):
        raise AlreadyDecided()
