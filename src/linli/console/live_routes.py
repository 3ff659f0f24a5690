"""Live events as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Stream

from linli.console import sessions
from linli.console.access import COOKIE, SIGNED_IN
from linli.console.hub import Hub, Subscription
from linli.console.live_topics import TOPICS
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope

PING_SECONDS: Final = 15.0
RETRY_MS: Final = 2_000


async def _stream(
    subscription: Subscription, hub: Hub, db: Database, clock: Clock, token: str
) -> AsyncIterator[bytes]:
    """Events until the page leaves, the session ends or the server stops; a comment every 15 s keeps proxies awake."""
    try:
        yield f"retry: {RETRY_MS}\n\n".encode()
        while not subscription.closed:
            event = await subscription.next(PING_SECONDS)
            if event is not None:
                yield f"event: {event.topic}\ndata: ".encode() + event.body + b"\n\n"
                continue
            if await sessions.find_session(db, token, now_ms=clock.now_ms()) is None:
                return
            yield b": ping\n\n"
    finally:
        hub.leave(subscription)


class LiveRoutes(Controller):
    path = "/live"
    tags = ("live",)

    @get("/", right=SIGNED_IN)
    async def follow(
        self,
        request: Request[Any, Any, Any],
        within: NamedDependency[Scope],
        hub: NamedDependency[Hub],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        topics: Annotated[
            str,
            QueryParameter(description="Comma-separated: pass, device, delivery, message, firmware, config."),
        ],
        community_id: Annotated[int | None, QueryParameter(name="communityId")] = None,
    ) -> Stream:
        """Follow what happens in the communities the account may see, as it happens.

        An event's name is its topic, its data the JSON of the same row that the topic's list gives. `missed` means
        that events were dropped because the reader was too slow: load the list again.
        """
        wanted = {topic for topic in topics.split(",") if topic}
        if not wanted or not wanted <= TOPICS:
            raise BadInput(field="topics", rule="one_of", allowed=", ".join(sorted(TOPICS)))
        subscription = hub.subscribe(within, wanted, community_id=community_id)
        token = request.cookies.get(COOKIE, "")
        return Stream(
            _stream(subscription, hub, db, clock, token),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )
