"""The line of a guard desk that is a page: while it is open, calls of the community ring there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from litestar.response import Stream

from linli.calls.rows import staff_number
from linli.console.access import signed_in, token_of
from linli.console.hub import Hub, Subscription
from linli.console.routes import AnyRequest
from linli.domains.accounts.service.sessions import Session
from linli.domains.accounts.service.spare_sessions import SpareSessions
from linli.domains.intercom.answering import Answering
from linli.domains.intercom.guard_desks import GuardDesks, Seat
from linli.domains.intercom.resident_answering import PageName
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Right
from linli.domains.people.service.agreements import AgreementPending
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import LinliError, NotFound
from linli.kernel.scope import Scope

RETRY_MS: Final = 2_000
EVENT: Final = "desk"
desk_live_routes = Routes("/guard-desk/live", tags=("intercom",))


@dataclass(frozen=True)
class Follower:
    """One page: the session behind it and its community."""

    db: Database
    spare: SpareSessions
    token: str
    tenant_id: str
    community_id: int

    async def look(self) -> None:
        """Whether it may still be a desk. Raises SignInFirst, AgreementPending, Forbidden, NotFound."""
        caller = await signed_in(self.db, self.token, spare=self.spare, now_ms=self.db.clock.now_ms())
        if caller.pending:
            raise AgreementPending()
        if caller.session.tenant_id != self.tenant_id:
            raise NotFound(what="community", id=self.community_id)
        scope = caller.rights.scope_with(Right.DOORS_OPEN, self.tenant_id, language="")
        await people.community_scope(scope, self.db, self.community_id)


async def _stream(
    subscription: Subscription, hub: Hub, desks: GuardDesks, seat: Seat, follower: Follower
) -> AsyncIterator[bytes]:
    """Until the page leaves, its session or right ends, or the server stops; looked at every 15 s."""
    time = asyncio.get_running_loop().time
    looked = time()
    lost = False
    desks.sit(seat)
    try:
        yield f"retry: {RETRY_MS}\n\nevent: {EVENT}\ndata: {{}}\n\n".encode()
        while not subscription.closed:
            left = looked + hub.look_seconds - time()
            if left <= 0:
                try:
                    await follower.look()
                except LinliError:
                    lost = True
                    return
                looked = time()
                yield b": ping\n\n"
                continue
            if await subscription.next(left) is not None:
                yield f"event: {EVENT}\ndata: {{}}\n\n".encode()
    finally:
        desks.leave(seat, for_good=lost)
        hub.leave(subscription)


@desk_live_routes.get(right="doors.use", raises=(NotFound,))
async def be_a_desk(
    request: AnyRequest,
    session: Session,
    within: Scope,
    hub: Hub,
    db: Database,
    spare: SpareSessions,
    answering: Answering,
    community_id: int,
    page: PageName,
) -> Stream:
    """Be one of a community's guard desks as long as the stream is open: `desk` says that its calls changed.

    `page`: a random name that the page keeps. The stream, and the talk of its page, end within 15 s of the session or
    of the right.
    """
    await people.community_scope(within, db, community_id)
    follower = Follower(db, spare, token_of(request), session.tenant_id, community_id)
    subscription = hub.subscribe({}, account_id=session.account_id)
    seat = Seat(community_id, staff_number(within.caller.id), page, subscription.miss)
    return Stream(
        _stream(subscription, hub, answering.guard_desks, seat, follower),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )
