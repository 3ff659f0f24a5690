"""Persistent sessions in the database, written behind. Implements `store.SessionStore`.

Changes are gathered by session and written together a moment later. A downlink that was told and
settled within that moment leaves no trace; one whose write fails is tried again with the rest.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select

from linli.kernel.clock import Clock
from linli.kernel.db import Command, Database, Query, Tx
from linli.kernel.telemetry import logger
from linli.things.mqtt.models import mqtt_downlinks, mqtt_filters, mqtt_sessions
from linli.things.mqtt.store import Key, StoredDownlink, StoredSession

log = logger(__name__)

GATHER_SECONDS = 0.02
RETRY_SECONDS = 1.0

_SESSIONS = Query(
    select(mqtt_sessions.c.product_key, mqtt_sessions.c.device_name, mqtt_sessions.c.gone_ms), heavy=True
)
_FILTERS = Query(
    select(mqtt_filters.c.product_key, mqtt_filters.c.device_name, mqtt_filters.c.filter, mqtt_filters.c.qos),
    heavy=True,
)
_DOWNLINKS = Query(
    select(
        mqtt_downlinks.c.product_key,
        mqtt_downlinks.c.device_name,
        mqtt_downlinks.c.number,
        mqtt_downlinks.c.topic,
        mqtt_downlinks.c.payload,
        mqtt_downlinks.c.expires_ms,
    ).order_by(mqtt_downlinks.c.number),
    heavy=True,
)


def _of_session(table: Any) -> Any:
    return (table.c.product_key == bindparam("key")) & (table.c.device_name == bindparam("name"))


_SESSION = Query(select(mqtt_sessions.c.gone_ms).where(_of_session(mqtt_sessions)))
_FILTERS_OF = Query(
    select(mqtt_filters.c.filter, mqtt_filters.c.qos).where(_of_session(mqtt_filters)),
)
_DOWNLINKS_OF = Query(
    select(
        mqtt_downlinks.c.number,
        mqtt_downlinks.c.topic,
        mqtt_downlinks.c.payload,
        mqtt_downlinks.c.expires_ms,
    )
    .where(_of_session(mqtt_downlinks))
    .order_by(mqtt_downlinks.c.number)
)
_WIPE = [
    Command(delete(table).where(_of_session(table)))
    for table in (mqtt_sessions, mqtt_filters, mqtt_downlinks)
]
_DROP_FILTER = Command(
    delete(mqtt_filters).where(_of_session(mqtt_filters), mqtt_filters.c.filter == bindparam("text"))
)
_DROP_DOWNLINK = Command(delete(mqtt_downlinks).where(mqtt_downlinks.c.number == bindparam("sent")))


class _Changes(msgspec.Struct):
    """What is to be written of one session."""

    wiped: bool = False
    """First delete all there is."""
    gone_ms: int | None = None
    filters: dict[str, int | None] = msgspec.field(default_factory=dict)
    """None: unsubscribed."""
    queued: dict[int, StoredDownlink] = msgspec.field(default_factory=dict)
    settled: set[int] = msgspec.field(default_factory=set)


class DatabaseSessionStore:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._changes: defaultdict[Key, _Changes] = defaultdict(_Changes)
        self._waiting: list[Callable[[], None]] = []
        self._writer: asyncio.Task[None] | None = None
        self._closing = False

    async def load(self) -> list[StoredSession]:
        now_ms = self._clock.now_ms()
        found = {
            (key, name): StoredSession(key=(key, name), gone_ms=gone_ms or now_ms)
            for key, name, gone_ms in await _SESSIONS.all(self._db)
        }
        for key, name, text, qos in await _FILTERS.all(self._db):
            if (key, name) in found:
                found[key, name].filters[text] = qos
        for key, name, number, topic, payload, expires_ms in await _DOWNLINKS.all(self._db):
            if (key, name) in found:
                found[key, name].downlinks.append(StoredDownlink(number, topic, payload, expires_ms))
        return list(found.values())

    async def find(self, key: Key) -> StoredSession | None:
        of: dict[str, Any] = {"key": key[0], "name": key[1]}
        row = await _SESSION.one(self._db, **of)
        if row is None:
            return None
        return StoredSession(
            key=key,
            gone_ms=row[0] or self._clock.now_ms(),
            filters=dict(await _FILTERS_OF.all(self._db, **of)),
            downlinks=[StoredDownlink(*found) for found in await _DOWNLINKS_OF.all(self._db, **of)],
        )

    def opened(self, key: Key) -> None:
        self._changes[key].gone_ms = 0
        self._write_soon()

    def gone(self, key: Key, at_ms: int) -> None:
        self._changes[key].gone_ms = at_ms
        self._write_soon()

    def forgotten(self, key: Key) -> None:
        self._changes[key] = _Changes(wiped=True)
        self._write_soon()

    def subscribed(self, key: Key, filters: dict[str, int]) -> None:
        self._changes[key].filters.update(filters)
        self._write_soon()

    def unsubscribed(self, key: Key, filters: list[str]) -> None:
        self._changes[key].filters.update(dict.fromkeys(filters))
        self._write_soon()

    def queued(self, key: Key, downlink: StoredDownlink) -> None:
        self._changes[key].queued[downlink.number] = downlink
        self._write_soon()

    def settled(self, key: Key, number: int) -> None:
        changes = self._changes[key]
        if changes.queued.pop(number, None) is None:
            changes.settled.add(number)
            self._write_soon()

    def when_durable(self, call: Callable[[], None]) -> None:
        if self._writer is None:
            call()
        else:
            self._waiting.append(call)

    async def close(self) -> None:
        self._closing = True
        if self._writer is not None:
            await self._writer

    def _write_soon(self) -> None:
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write_all())

    async def _write_all(self) -> None:
        """Until there is nothing left; on a failure again and again, but once only when closing."""
        try:
            while self._changes:
                if not self._closing:
                    await asyncio.sleep(GATHER_SECONDS)
                changes, self._changes = self._changes, defaultdict(_Changes)
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

    async def _write(self, changes: dict[Key, _Changes]) -> bool:
        while True:
            try:
                async with self._db.begin() as tx:
                    await _apply(tx, changes)
            except Exception:
                log.exception("MQTT sessions could not be written")
                if self._closing:
                    return False
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return True


async def _apply(tx: Tx, changes: dict[Key, _Changes]) -> None:
    wiped = [{"key": key, "name": name} for (key, name), change in changes.items() if change.wiped]
    for command in _WIPE if wiped else ():
        await command.run_many(tx, wiped)
    await tx.upsert(
        mqtt_sessions,
        [
            {"product_key": key, "device_name": name, "gone_ms": change.gone_ms}
            for (key, name), change in changes.items()
            if change.gone_ms is not None
        ],
        keys=("product_key", "device_name"),
        update=("gone_ms",),
    )
    await tx.upsert(
        mqtt_filters,
        [
            {"product_key": key, "device_name": name, "filter": text, "qos": qos}
            for (key, name), change in changes.items()
            for text, qos in change.filters.items()
            if qos is not None
        ],
        keys=("product_key", "device_name", "filter"),
        update=("qos",),
    )
    dropped = [
        {"key": key, "name": name, "text": text}
        for (key, name), change in changes.items()
        for text, qos in change.filters.items()
        if qos is None and not change.wiped
    ]
    if dropped:
        await _DROP_FILTER.run_many(tx, dropped)
    await tx.insert_many(
        mqtt_downlinks,
        [
            {
                "number": kept.number,
                "product_key": key,
                "device_name": name,
                "topic": kept.topic,
                "payload": kept.payload,
                "expires_ms": kept.expires_ms,
            }
            for (key, name), change in changes.items()
            for kept in change.queued.values()
        ],
    )
    settled = [{"sent": number} for change in changes.values() for number in change.settled]
    if settled:
        await _DROP_DOWNLINK.run_many(tx, settled)
