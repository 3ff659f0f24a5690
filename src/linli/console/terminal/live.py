"""The line of a page that is an indoor terminal: while it is open, calls ring there. It ends with the binding."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from litestar.response import Stream

from linli.console.hub import MISSED, Hub, Subscription
from linli.console.routes import AnyRequest
from linli.console.terminal.access import terminal_of_token
from linli.domains.accounts.cookies import TERMINAL_COOKIE, session_token
from linli.domains.intercom.account_ends import hear_gone
from linli.domains.intercom.answering import Answering
from linli.domains.intercom.guard_desks import GuardDesks, Seat
from linli.domains.intercom.queries.screens import BoundTerminal
from linli.domains.intercom.resident_answering import PageName
from linli.kernel.db import Database
from linli.kernel.entry import Routes

RETRY_MS: Final = 2_000
CALLS: Final = "calls"
NOTICES: Final = "notices"
live_routes = Routes("/live", tags=("intercom",))


def notices_topic(community_id: int) -> str:
    """What the live hub calls word of a community's notices for terminals; no topic of the console is called so."""
    return f"terminal-notices:{community_id}"


async def _stream(
    subscription: Subscription, hub: Hub, desks: GuardDesks, seat: Seat, db: Database, token: str
) -> AsyncIterator[bytes]:
    """Until the page leaves, its binding ends, or the server stops; looked at every 15 s besides."""
    time = asyncio.get_running_loop().time
    looked, gone = time(), False

    def ended(numbers: frozenset[str]) -> None:
        nonlocal gone
        if seat.number in numbers:
            gone = True
            subscription.close()

    hear_no_more = hear_gone(db.signals, ended)
    desks.sit(seat)
    try:
        yield f"retry: {RETRY_MS}\n\nevent: {CALLS}\ndata: {{}}\n\n".encode()
        while not subscription.closed:
            left = looked + hub.look_seconds - time()
            if left <= 0:
                now = await terminal_of_token(db, token, "", now_ms=db.clock.now_ms())
                if now is None or now.terminal.number != seat.number:
                    gone = True
                    return
                looked = time()
                yield b": ping\n\n"
                continue
            event = await subscription.next(left)
            if event is not None and not subscription.closed:
                name = CALLS if event.topic == MISSED else NOTICES
                yield f"event: {name}\ndata: {{}}\n\n".encode()
    finally:
        hear_no_more()
        desks.leave(seat, for_good=gone)
        hub.leave(subscription)


@live_routes.get()
async def be_there(
    request: AnyRequest, terminal: BoundTerminal, hub: Hub, db: Database, answering: Answering, page: PageName
) -> Stream:
    """Be the terminal as long as the stream is open: `calls` says that its calls changed, `notices` that notices did.

    `page`: a random name that the page keeps. The stream, and the talk of its page, end with the binding.
    """
    row = terminal.terminal
    topics = {notices_topic(row.community_id): terminal.scope}
    subscription = hub.subscribe(topics, account_id=-row.created_ms)
    seat = Seat(row.community_id, row.number, page, subscription.miss)
    token = session_token(request.cookies, TERMINAL_COOKIE, plain_too=True)
    return Stream(
        _stream(subscription, hub, answering.terminals, seat, db, token),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


ROUTES = (live_routes,)
