"""Console: invitations into an organisation, and who asks to be let in. Spec A §1.1 (ONB-02, ONB-13)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import communities
from linli.domains.people.rights import Right
from linli.domains.people.service import joining
from linli.domains.people.service.joining import AlreadyDecided, InvitationGone
from linli.domains.people.service.organisation import CannotGive, Hand
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.qr import qr_image
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings


class NewInvitation(msgspec.Struct, rename="camel", frozen=True):
    note: Annotated[str, Meta(description="What it is for; whoever opens the link reads it.")] = ""
    role: Annotated[
        str, Meta(description="community_manager, staff; empty: a person without rights yet.")
    ] = ""
    community_id: int = 0
    approval: Annotated[bool, Meta(description="An administrator lets them in.")] = False
    uses: int = 1
    days: int = 7


class CreatedInvitation(msgspec.Struct, rename="camel", frozen=True):
    """The link is shown only this once."""

    id: str
    url: str
    qr: Annotated[str, Meta(description="The link as a QR code: an image address (data:).")]


class InvitationRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    note: str
    role: str
    community: str
    approval: bool
    uses: int
    uses_left: int
    expires_ms: int
    created_ms: int
    revoked: bool


class JoinRequestRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    account_id: str
    name: str
    phone: str
    words: str
    created_ms: int


class LetIn(msgspec.Struct, rename="camel", frozen=True):
    role: str = ""
    community_id: int = 0


class Refusal(msgspec.Struct, rename="camel", frozen=True):
    reason: str


invitation_routes = Routes("/organisation/invitations", tags=("organisation",))


@invitation_routes.get(right=Right.STAFF_MANAGE)
async def list_invitations(scope: Scope, db: Database) -> list[InvitationRow]:
    """Invitations of the organisation, the newest first."""
    rows = await joining.list_invitations(scope, db)
    named = await communities.by_id(scope, db, [row.community_id for row in rows if row.community_id])
    return [
        InvitationRow(
            id=str(row.invitation_id),
            note=row.note,
            role=row.role,
            community=named[row.community_id].name if row.community_id in named else "",
            approval=bool(row.approval),
            uses=row.uses,
            uses_left=row.uses_left,
            expires_ms=row.expires_ms,
            created_ms=row.created_ms,
            revoked=bool(row.revoked_ms),
        )
        for row in rows
    ]


@invitation_routes.post(right=Right.STAFF_MANAGE, raises=(NotFound, CannotGive))
async def invite(
    data: NewInvitation, hand: Hand, tx: Tx, clock: Clock, settings: Settings
) -> CreatedInvitation:
    """Make a link and QR code by which people come in."""
    if data.community_id:
        await communities.community(hand.scope, tx, data.community_id)
    number, token = await joining.invite(
        hand,
        tx,
        note_text=data.note,
        role=data.role,
        community_id=data.community_id,
        approval=data.approval,
        uses=data.uses,
        days=data.days,
        now_ms=clock.now_ms(),
    )
    url = f"{settings.public_url}/join/{token}"
    return CreatedInvitation(str(number), url, qr_image(url))


@invitation_routes.delete("/{invitation_id:int}", right=Right.STAFF_MANAGE, raises=(NotFound, InvitationGone))
async def revoke(invitation_id: int, hand: Hand, tx: Tx, clock: Clock) -> None:
    """Make an invitation worthless."""
    await joining.revoke(hand, tx, invitation_id=invitation_id, now_ms=clock.now_ms())


join_request_routes = Routes("/organisation/join-requests", tags=("organisation",))


@join_request_routes.get(right=Right.STAFF_MANAGE)
async def list_waiting(scope: Scope, db: Database) -> list[JoinRequestRow]:
    """The requests to join that wait."""
    return [
        JoinRequestRow(
            str(row.request_id), str(row.account_id), row.name, row.phone or "", row.words, row.created_ms
        )
        for row in await joining.waiting(scope, db)
    ]


@join_request_routes.post(
    "/{request_id:int}/accept", right=Right.STAFF_MANAGE, raises=(NotFound, AlreadyDecided, CannotGive)
)
async def accept(request_id: int, data: LetIn, hand: Hand, tx: Tx, clock: Clock) -> None:
    """Admit a person, if wished as manager or staff of a community."""
    if data.community_id:
        await communities.community(hand.scope, tx, data.community_id)
    await joining.let_in(
        hand, tx, request_id=request_id, role=data.role, community_id=data.community_id, now_ms=clock.now_ms()
    )


@join_request_routes.post(
    "/{request_id:int}/refuse", right=Right.STAFF_MANAGE, raises=(NotFound, AlreadyDecided)
)
async def refuse(request_id: int, data: Refusal, hand: Hand, tx: Tx, clock: Clock) -> None:
    """Refuse a person with a reason that they read."""
    await joining.refuse(hand, tx, request_id=request_id, reason=data.reason, now_ms=clock.now_ms())
