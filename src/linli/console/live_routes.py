"""Live events as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Final

from litestar.response import Stream
from msgspec import Meta

from linli.console.access import signed_in, token_of
from linli.console.hub import Hub, Subscription
from linli.console.live_topics import TOPICS, scopes_of
from linli.console.routes import AnyRequest
from linli.domains.accounts.service.sessions import Session
from linli.domains.accounts.service.spare_sessions import SpareSessions
from linli.domains.people.rights import SIGNED_IN
from linli.domains.people.service.agreements import AgreementPending
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.i18n import language_of
from linli.kernel.scope import Scope

RETRY_MS: Final = 2_000


@dataclass(frozen=True)
class Follower:
    """One page: the session behind it and what it asked for."""

    db: Database
    spare: SpareSessions
    clock: Clock
    token: str
    tenant_id: str
    topics: frozenset[str]
    community_id: int | None
    language: str

    async def look(self) -> dict[str, Scope]:
        """The events that it may get now, by session, account, company and rights.

        Raises SignInFirst, AgreementPending, Forbidden, NotFound.
        """
        caller = await signed_in(self.db, self.token, spare=self.spare, now_ms=self.clock.now_ms())
        if caller.pending:
            raise AgreementPending()
        scopes = scopes_of(
            caller.rights,
            caller.session.tenant_id,
            self.topics,
            community_id=self.community_id,
            language=self.language,
        )
        return scopes if caller.session.tenant_id == self.tenant_id else {}


async def _stream(subscription: Subscription, hub: Hub, follower: Follower) -> AsyncIterator[bytes]:
    """Events until the page leaves, may not hear them any more, or the server stops.

    Every `hub.look_seconds` by the clock, however much there is to tell, the follower is looked at again before
    anything else is said; the comment then sent keeps proxies awake.
    """
    time = asyncio.get_running_loop().time
    looked = time()
    try:
        yield f"retry: {RETRY_MS}\n\n".encode()
        while not subscription.closed:
            left = looked + hub.look_seconds - time()
            if left <= 0:
                try:
                    scopes = await follower.look()
                except LinliError:
                    return
                if not scopes:
                    return
                subscription.see(scopes)
                looked = time()
                yield b": ping\n\n"
                continue
            event = await subscription.next(left)
            if event is not None:
                yield f"event: {event.topic}\ndata: ".encode() + event.body + b"\n\n"
    finally:
        hub.leave(subscription)


live_routes = Routes("/live", tags=("live",))


TopicNames = Annotated[
    str,
    Meta(
        description="Comma-separated: pass, alarm, attack, device, delivery, message, firmware, config, edge, visit."
    ),
]


@live_routes.get(right=SIGNED_IN)
async def follow(
    request: AnyRequest,
    session: Session,
    hub: Hub,
    db: Database,
    spare: SpareSessions,
    topics: TopicNames,
    community_id: int | None = None,
) -> Stream:
    """Follow what happens in the communities the account may see, as it happens.

    Each topic asks for the right of its list (devices.use; visit: visitors.use), 403 without it. An event's name is
    its topic, its data the JSON of the same row that the topic's list gives. `missed` means that events were
    dropped, because the reader was too slow or sees other communities now: load the list again. The stream ends
    within 15 s of the session, the account or a right.
    """
    wanted = frozenset(topic for topic in topics.split(",") if topic)
    if not wanted or not wanted <= TOPICS:
        raise BadInput(field="topics", rule="one_of", allowed=", ".join(sorted(TOPICS)))
    token = token_of(request)
    follower = Follower(
        db=db,
        spare=spare,
        clock=db.clock,
        token=token,
        tenant_id=session.tenant_id,
        topics=wanted,
        community_id=community_id,
        language=language_of(request),
    )
    subscription = hub.subscribe(await follower.look(), account_id=session.account_id)
    return Stream(
        _stream(subscription, hub, follower),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )
