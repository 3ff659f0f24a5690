"""What happens at a resident's homes, as it happens: calls that ring, are taken, or are over."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from litestar.response import Stream

from linli.console.hub import MISSED, Hub, Subscription
from linli.domains.accounts.service import sessions
from linli.domains.accounts.service.sessions import Session
from linli.domains.people.queries.residence import Resident, resident
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.scope import Scope

RETRY_MS: Final = 2_000
EVENT: Final = "call"


def home_topic(house_id: int) -> str:
    """What the live hub calls the events of one home; no topic of the console is called so."""
    return f"home:{house_id}"


def _scopes(who: Resident) -> dict[str, Scope]:
    return {home_topic(home.house_id): who.at(home) for home in who.living_in}


@dataclass(frozen=True)
class Follower:
    """One page: who opened it, and by which session."""

    db: Database
    who: Resident
    session: Session

    async def look(self) -> dict[str, Scope] | None:
        """The homes of which it may hear now; None: its session is over."""
        if not await sessions.is_living(self.db, self.session.id, now_ms=self.db.clock.now_ms()):
            return None
        who = self.who
        now = await resident(
            self.db, account_id=who.account_id, phone=who.phone, name=who.name, language=who.language
        )
        return _scopes(now)


async def _stream(subscription: Subscription, hub: Hub, follower: Follower) -> AsyncIterator[bytes]:
    """Until the page leaves, its homes change, its session ends, or the server stops; looked at every 15 s."""
    time = asyncio.get_running_loop().time
    looked = time()
    try:
        yield f"retry: {RETRY_MS}\n\n".encode()
        while not subscription.closed:
            left = looked + hub.look_seconds - time()
            if left <= 0:
                scopes = await follower.look()
                if scopes is None or scopes.keys() != subscription.topics:
                    return
                looked = time()
                yield b": ping\n\n"
                continue
            event = await subscription.next(left)
            if event is not None:
                name = MISSED if event.topic == MISSED else EVENT
                yield f"event: {name}\ndata: ".encode() + event.body + b"\n\n"
    finally:
        hub.leave(subscription)


live_routes = Routes("/calls/live", tags=("intercom",))


@live_routes.get()
async def follow_homes(resident: Resident, session: Session, hub: Hub, db: Database) -> Stream:
    """Follow the calls to one's homes: `call` with callId, houseId, state (0 rings, 1 talks, 2 over) and outcome.

    `missed`: some were dropped; ask for the calls of now again. The stream ends within 15 s of the session, of a move in
    or out: open it again.
    """
    subscription = hub.subscribe(_scopes(resident), account_id=resident.account_id)
    return Stream(
        _stream(subscription, hub, Follower(db, resident, session)),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


ROUTES = (live_routes,)
