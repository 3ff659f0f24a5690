"""Retained messages: the last of a topic, for those who subscribe later. Source: MQTT 5.0, 3.3.1.3; ADR 0020.

Kept in the database and written behind, like sessions: the sender's acknowledgement waits until it is written.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from sqlalchemy import bindparam, delete, or_, select

from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Query, Tx
from linli.kernel.telemetry import logger
from linli.protocols import mqtt
from linli.protocols.mqtt.bodies5 import read_properties
from linli.protocols.mqtt.properties import On, write_properties
from linli.things.mqtt.message import Message
from linli.things.mqtt.models import mqtt_retained
from linli.things.mqtt.store import Key

log = logger(__name__)

GATHER_SECONDS = 0.01
RETRY_SECONDS = 1.0

_c = mqtt_retained.c
_FRONT = "the front passes on what its topic rules allow, of all tenants"
_of_owner = select(
    _c.topic, _c.payload, _c.qos, _c.properties, _c.expires_ms, _c.tenant_id, _c.device_name
).where(
    _c.product_key == bindparam("key"),
    or_(bindparam("name") == "+", _c.device_name == bindparam("name")),
)
_FIND = Query(_of_owner.order_by(_c.topic), unscoped=_FRONT, heavy=True)
_TOPICS = Query(select(_c.topic, _c.tenant_id), unscoped=_FRONT, heavy=True)
_DROP = Command(delete(mqtt_retained).where(_c.topic == bindparam("name")), unscoped=_FRONT)
_DROP_OWNER = Command(
    delete(mqtt_retained).where(_c.product_key == bindparam("key"), _c.device_name == bindparam("name")),
    unscoped=_FRONT,
)
_EXPIRE = Command(delete(mqtt_retained).where(_c.expires_ms <= bindparam("now", type_=INT)), unscoped=_FRONT)


class Retained(Protocol):
    async def start(self) -> None: ...

    def takes(self, message: Message, most: int) -> bool:
        """Whether the tenant may keep this one too, of at most so many."""
        ...

    def keep(self, message: Message) -> None:
        """In the place of the topic's last one; an empty payload forgets that."""
        ...

    async def find(self, text: str, owner: Key) -> list[Message]:
        """The messages whose topic matches the filter; `owner` as in `rules.user_owner`. Raises Unavailable."""
        ...

    def when_durable(self, call: Callable[[], None]) -> None: ...

    async def sweep(self) -> None:
        """Forget what expired."""
        ...

    async def close(self) -> None: ...


class MemoryRetained:
    """Keeps them as long as the process. Implements Retained."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._messages: dict[str, Message] = {}

    async def start(self) -> None:
        pass

    def takes(self, message: Message, most: int) -> bool:
        mine = sum(m.tenant_id == message.tenant_id for m in self._messages.values())
        return message.topic in self._messages or mine < most

    def keep(self, message: Message) -> None:
        if message.payload:
            self._messages[message.topic] = message
        else:
            self._messages.pop(message.topic, None)

    async def find(self, text: str, owner: Key) -> list[Message]:
        now_ms = self._clock.now_ms()
        return [
            m
            for topic, m in sorted(self._messages.items())
            if mqtt.matches(text, topic) and (m.expires_ms is None or m.expires_ms > now_ms)
        ]

    def when_durable(self, call: Callable[[], None]) -> None:
        call()

    async def sweep(self) -> None:
        now_ms = self._clock.now_ms()
        for topic in [t for t, m in self._messages.items() if m.expires_ms and m.expires_ms <= now_ms]:
            del self._messages[topic]

    async def close(self) -> None:
        pass


async def forget_retained(tx: Tx, *, product_key: str, device_name: str) -> None:
    """The device is gone, and with it what its topics keep."""
    await _DROP_OWNER.run(tx, key=product_key, name=device_name)


class DatabaseRetained:
    """Implements Retained over `mqtt_retained`, which all fronts share."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._tenant_of: dict[str, str] = {}
        """Topic -> tenant, as last read and changed here: a limit need not be exact among several fronts."""
        self._count: Counter[str] = Counter()
        self._changes: dict[str, Message] = {}
        self._waiting: list[Callable[[], None]] = []
        self._writer: asyncio.Task[None] | None = None
        self._closing = False

    async def start(self) -> None:
        self._tenant_of = dict(await _TOPICS.all(self._db))
        self._count = Counter(self._tenant_of.values())

    def takes(self, message: Message, most: int) -> bool:
        return message.topic in self._tenant_of or self._count[message.tenant_id] < most

    def keep(self, message: Message) -> None:
        topic = message.topic
        before = self._tenant_of.pop(topic, None)
        if before is not None:
            self._count[before] -= 1
        if message.payload:
            self._tenant_of[topic] = message.tenant_id
            self._count[message.tenant_id] += 1
        self._changes[topic] = message
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write_all())

    async def find(self, text: str, owner: Key) -> list[Message]:
        if self._writer is not None:
            written = asyncio.Event()
            self.when_durable(written.set)
            await written.wait()
        now_ms = self._clock.now_ms()
        messages = []
        rows = await _FIND.all(self._db, key=owner[0], name=owner[1])
        for topic, payload, qos, properties, expires_ms, tenant_id, device_name in rows:
            if mqtt.matches(text, topic) and (expires_ms is None or expires_ms > now_ms):
                read = read_properties(On.PUBLISH, properties, 0)[0] if properties else None
                whose = (owner[0], device_name)
                messages.append(
                    Message(
                        topic=topic,
                        payload=payload,
                        qos=qos,
                        retain=True,
                        tenant_id=tenant_id,
                        owner=whose,
                        properties=read,
                        expires_ms=expires_ms,
                    )
                )
        return messages

    def when_durable(self, call: Callable[[], None]) -> None:
        if self._writer is None:
            call()
        else:
            self._waiting.append(call)

    async def sweep(self) -> None:
        await self._db.run(lambda tx: _EXPIRE.run(tx, now=self._clock.now_ms()))
        await self.start()

    async def close(self) -> None:
        self._closing = True
        if self._writer is not None:
            await self._writer

    async def _write_all(self) -> None:
        while self._changes:
            if not self._closing:
                await asyncio.sleep(GATHER_SECONDS)
            changes, self._changes = self._changes, {}
            waiting, self._waiting = self._waiting, []
            try:
                await self._write(changes)
            except Exception:
                log.exception("retained messages could not be written")
                self._changes = changes | self._changes
                self._waiting = waiting + self._waiting
                if self._closing:
                    break
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for call in waiting:
                call()
        self._writer = None
        waiting, self._waiting = self._waiting, []
        if not self._changes:
            for call in waiting:
                call()

    async def _write(self, changes: dict[str, Message]) -> None:
        async def work(tx: Tx) -> None:
            await tx.upsert(
                mqtt_retained,
                [
                    {
                        "topic": m.topic,
                        "tenant_id": m.tenant_id,
                        "product_key": m.owner[0],
                        "device_name": m.owner[1],
                        "payload": m.payload,
                        "qos": m.qos,
                        "properties": write_properties(m.properties) if m.properties else None,
                        "stored_ms": self._clock.now_ms(),
                        "expires_ms": m.expires_ms,
                    }
                    for m in changes.values()
                    if m.payload
                ],
                keys=("topic",),
                update=("tenant_id", "payload", "qos", "properties", "stored_ms", "expires_ms"),
            )
            gone = [{"name": topic} for topic, m in changes.items() if not m.payload]
            if gone:
                await _DROP.run_many(tx, gone)

        await self._db.run(work)
