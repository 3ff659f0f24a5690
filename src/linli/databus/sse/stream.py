"""One connection's stream of a subscription's messages, in the order of their numbers.

Each connection has its own place: after `Last-Event-ID`, else the subscription's place. The subscription's place
follows its furthest connection, or with `ack=manual` only the confirmed messages. A client without memory resumes
there. Memory keeps one page at most: a slow reader gets less at a time.

On PostgreSQL a number can be drawn before a higher one and committed after it. So a stream goes only as far as the log
is complete. Otherwise the number of the last message would not be a safe place to resume from.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import msgspec
from sqlalchemy import bindparam, update

from linli.databus import minutes
from linli.databus.changes import Change
from linli.databus.models import subscriptions
from linli.databus.queues.horizon import Horizon
from linli.databus.queues.reader import Reader
from linli.databus.queues.window import Window
from linli.databus.subscription_rows import EVENTS, Subscription, find_by_id
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Tx
from linli.kernel.rounds import set_within

HEARTBEAT_MS: Final = 15_000
LOOK_MS: Final = 1_000
"""How often the subscription itself is looked at, and the place written."""
CATCH_UP_SECONDS: Final = 0.025
"""How soon to ask again for how far the log is complete, while there is more than that."""
ROOM: Final = 500
RETRY_MS: Final = 3_000
"""How long clients shall wait before they connect again."""

_forward = Command(
    update(subscriptions)
    .where(
        subscriptions.c.id == bindparam("row_id", type_=INT),
        subscriptions.c.generation == bindparam("of_generation", type_=INT),
        subscriptions.c.cursor_id < bindparam("cursor", type_=INT),
    )
    .values(cursor_id=bindparam("cursor", type_=INT), last_seen_ms=bindparam("now", type_=INT)),
    unscoped="streams whose key was checked when they were opened",
)


class EventStream:
    """`wake` it when the log grew."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        horizon: Horizon,
        subscription: Subscription,
        *,
        after: int | None,
        manual: bool,
    ) -> None:
        self.subscription = subscription
        self._db = db
        self._clock = clock
        self._horizon = horizon
        self._manual = manual
        self._reader = Reader(db, clock, horizon, subscription)
        self._place = subscription.cursor_id if after is None else after
        self._confirmed = after
        """The last message that the client says it has."""
        self._wake = asyncio.Event()
        self._looked_ms = clock.now_ms()
        self._said_ms = clock.now_ms()
        self._sent = 0
        self.closed = ""
        """Why the stream ends."""

    def wake(self) -> None:
        self._wake.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Bytes to send; each has been taken when the next is asked for. Ends when the subscription does."""
        yield b"retry: %d\n\n: stream of subscription %d\n\n" % (RETRY_MS, self.subscription.id)
        if self._confirmed is not None:
            await self._settle(self._confirmed)
        while True:
            self._wake.clear()
            if not (await self._reader.access()).enabled:
                self.closed = "disabled"
            if self.closed:
                yield b'event: closed\ndata: {"reason":"%b"}\n\n' % self.closed.encode()
                return
            changes, complete = await self._page()
            if changes:
                self._said_ms = self._clock.now_ms()
                yield b"".join(_event(change, self.subscription.app_key) for change in changes)
                self._sent += len(changes)
            now = self._clock.now_ms()
            if now - self._looked_ms >= LOOK_MS:
                await self._look(now)
            if now - self._said_ms >= HEARTBEAT_MS:
                self._said_ms = now
                yield b": %d\n\n" % now
            if len(changes) < ROOM:
                await self._rest(LOOK_MS / 1000 if complete else CATCH_UP_SECONDS)

    async def end(self) -> None:
        """Write down how far the client was sent things."""
        await self._keep()

    async def _page(self) -> tuple[list[Change], bool]:
        """(The next messages, whether there is nothing more that could be read a moment later)."""
        safe = await self._horizon.safe()
        window: Window[Change] = Window(self._place)
        await self._reader.fill(window, room=ROOM)
        waiting = window.waiting()
        reach = window.last if safe is None else min(window.last, safe)
        changes = [change for change in waiting if change.id <= reach][:ROOM]
        if len(changes) < ROOM:
            self._place = max(self._place, reach)  # up to here nothing more is for this stream
        else:
            self._place = changes[-1].id
        return changes, window.last <= reach

    async def _look(self, now: int) -> None:
        """Whether the subscription is still there, and still where this stream thinks."""
        self._looked_ms = now
        await self._keep()
        row = await find_by_id(self._db, subscription_id=self.subscription.id)
        if row is None or row.kind != EVENTS:
            self.closed = "deleted"
        elif not row.enabled:
            self.closed = "stopped"
        elif row.generation != self.subscription.generation:
            self._reader = Reader(self._db, self._clock, self._horizon, row)
            self._place, self.subscription = row.cursor_id, row
        elif row.filters_json != self.subscription.filters_json:
            self._reader = Reader(self._db, self._clock, self._horizon, row)
            self.subscription = row

    async def _keep(self) -> None:
        sent, self._sent = self._sent, 0
        if not self._manual:
            await self._settle(self._place, sent)
        elif sent:
            await self._settle(0, sent)

    async def _settle(self, place: int, sent: int = 0) -> None:
        subscription = self.subscription

        async def work(tx: Tx) -> None:
            await _forward.run(
                tx,
                row_id=subscription.id,
                of_generation=subscription.generation,
                cursor=place,
                now=self._clock.now_ms(),
            )
            await minutes.count(
                tx,
                subscription_id=subscription.id,
                tenant_id=subscription.tenant_id,
                delivered=sent,
                failed=0,
            )

        await self._db.run(work)

    async def _rest(self, seconds: float) -> None:
        if self._wake.is_set():
            await asyncio.sleep(0)
            return
        await set_within(self._clock, seconds, self._wake)


class _Message(msgspec.Struct):
    """The data of one event."""

    topic: str
    time: int
    payload: msgspec.Raw


def _event(change: Change, app_key: str) -> bytes:
    """One message as an event without a name, so that a browser's `onmessage` gets it. JSON holds no line break."""
    message = _Message(change.topic(app_key), change.created_ms, msgspec.Raw(change.message()))
    return b"id: %d\ndata: %b\n\n" % (change.id, msgspec.json.encode(message))
