"""Persistent sessions in the database, written behind. Implements `store.SessionStore`.

Changes are gathered by session and written together a moment later. A downlink that was told and
settled within that moment leaves no trace; one whose write fails is tried again with the rest.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.telemetry import logger
from linli.things.mqtt import session_rows
from linli.things.mqtt.session_rows import Changes
from linli.things.mqtt.store import Key, StoredDownlink, StoredSession
from linli.things.mqtt.subscriptions import Subscription

log = logger(__name__)

GATHER_SECONDS = 0.02
RETRY_SECONDS = 1.0


class DatabaseSessionStore:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._changes: defaultdict[Key, Changes] = defaultdict(Changes)
        self._waiting: list[Callable[[], None]] = []
        self._writer: asyncio.Task[None] | None = None
        self._closing = False

    async def load(self) -> list[StoredSession]:
        rows = [await query.all(self._db) for query in session_rows.ALL]
        return list(session_rows.assemble(*rows, now_ms=self._clock.now_ms()).values())

    async def find(self, key: Key) -> StoredSession | None:
        rows = [await query.all(self._db, key=key[0], name=key[1]) for query in session_rows.ONE]
        return session_rows.assemble(*rows, now_ms=self._clock.now_ms()).get(key)

    def opened(self, key: Key, expiry_s: int) -> None:
        changes = self._change(key)
        changes.gone_ms, changes.expiry_s = 0, expiry_s

    def gone(self, key: Key, at_ms: int, expiry_s: int) -> None:
        changes = self._change(key)
        changes.gone_ms, changes.expiry_s = at_ms, expiry_s

    def forgotten(self, key: Key) -> None:
        self._changes[key] = Changes(wiped=True)
        self._write_soon()

    def subscribed(self, key: Key, filters: list[Subscription]) -> None:
        self._change(key).filters.update((subscription.text, subscription) for subscription in filters)

    def unsubscribed(self, key: Key, filters: list[str]) -> None:
        self._change(key).filters.update(dict.fromkeys(filters))

    def queued(self, key: Key, downlink: StoredDownlink) -> None:
        self._change(key).queued[downlink.number] = downlink

    def sent(self, key: Key, number: int, packet_id: int) -> None:
        self._change(key).sent[number] = packet_id

    def released(self, key: Key, number: int) -> None:
        self._change(key).released.add(number)

    def settled(self, key: Key, number: int) -> None:
        changes = self._changes[key]
        changes.sent.pop(number, None)
        changes.released.discard(number)
        if changes.queued.pop(number, None) is None:
            changes.settled.add(number)
            self._write_soon()

    def receiving(self, key: Key, packet_id: int) -> None:
        self._change(key).incoming[packet_id] = True

    def received(self, key: Key, packet_id: int) -> None:
        self._change(key).incoming[packet_id] = False

    def when_durable(self, call: Callable[[], None]) -> None:
        if self._writer is None:
            call()
        else:
            self._waiting.append(call)

    async def close(self) -> None:
        self._closing = True
        if self._writer is not None:
            await self._writer

    def _change(self, key: Key) -> Changes:
        self._write_soon()
        return self._changes[key]

    def _write_soon(self) -> None:
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write_all())

    async def _write_all(self) -> None:
        """Until there is nothing left; on a failure again and again, but once only when closing."""
        try:
            while self._changes:
                if not self._closing:
                    await asyncio.sleep(GATHER_SECONDS)
                changes, self._changes = self._changes, defaultdict(Changes)
                waiting, self._waiting = self._waiting, []
                if not await self._write(dict(changes)):
                    return
                for call in waiting:
                    call()
        finally:
            self._writer = None
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()

    async def _write(self, changes: dict[Key, Changes]) -> bool:
        while True:
            try:
                await self._db.run(lambda tx: session_rows.write(tx, changes))
            except Exception:
                log.exception("MQTT sessions could not be written")
                if self._closing:
                    return False
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return True
