"""Wills in the database. If a front is killed, the process that takes over publishes its wills. Written behind.

A row exists from the CONNECT until the will is published or void. `due_ms` is set when the connection is lost and the
will waits. A row without it belongs to a client that was connected when its front died.
"""

import asyncio
from typing import Any, Protocol

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.kernel.clock import Clock
from linli.kernel.db import Command, Database, Query, Tx
from linli.kernel.telemetry import logger
from linli.protocols import mqtt
from linli.protocols.mqtt.bodies5 import read_properties
from linli.protocols.mqtt.properties import On, write_properties
from linli.things.mqtt.models import mqtt_wills
from linli.things.mqtt.store import Key

log = logger(__name__)

GATHER_SECONDS = 0.01
RETRY_SECONDS = 1.0


class KeptWill(msgspec.Struct, frozen=True):
    key: Key
    tenant_id: str
    device_no: int
    """Of the client itself; 0: an app."""
    will: mqtt.Will
    delay_s: int
    due_ms: int = 0
    """0: the client is connected."""


class KeptWills(Protocol):
    async def all(self) -> list[KeptWill]:
        """Take over the wills of every front: this one is the only one."""
        ...

    async def inherit(self, gone: str) -> list[KeptWill]:
        """Take over those of a front that has ended."""
        ...

    def keep(self, kept: KeptWill) -> None: ...

    def drop(self, key: Key) -> None: ...

    async def close(self) -> None:
        """Write what waits."""
        ...


class NoKeptWills:
    """Wills end with the process. Implements KeptWills."""

    async def all(self) -> list[KeptWill]:
        return []

    async def inherit(self, gone: str) -> list[KeptWill]:
        return []

    def keep(self, kept: KeptWill) -> None:
        pass

    def drop(self, key: Key) -> None:
        pass

    async def close(self) -> None:
        pass


_c = mqtt_wills.c
_FRONT = "the front says what its clients asked for, of all tenants"
_COLUMNS = (
    _c.product_key, _c.device_name, _c.tenant_id, _c.device_no, _c.topic, _c.payload, _c.qos, _c.retain,
    _c.properties, _c.delay_s, _c.due_ms,
)  # fmt: skip
_mine = update(mqtt_wills).values(front=bindparam("me")).returning(*_COLUMNS)
_ALL = Query(_mine, unscoped=_FRONT)
_INHERIT = Query(_mine.where(_c.front == bindparam("gone")), unscoped=_FRONT)
_DROP = Command(
    delete(mqtt_wills).where(
        _c.product_key == bindparam("key"), _c.device_name == bindparam("name"), _c.front == bindparam("me")
    ),
    unscoped=_FRONT,
)
_DROP_DEVICE = Command(
    delete(mqtt_wills).where(_c.product_key == bindparam("key"), _c.device_name == bindparam("name")),
    unscoped=_FRONT,
)


async def forget_will(tx: Tx, *, product_key: str, device_name: str) -> None:
    """The device is gone."""
    await _DROP_DEVICE.run(tx, key=product_key, name=device_name)


class DatabaseWills:
    """Implements KeptWills over `mqtt_wills`. `front`: this one's name."""

    def __init__(self, db: Database, clock: Clock, front: str) -> None:
        self._db = db
        self._clock = clock
        self._me = front
        self._changes: dict[Key, KeptWill | None] = {}
        self._writer: asyncio.Task[None] | None = None
        self._closing = False

    async def all(self) -> list[KeptWill]:
        async def work(tx: Tx) -> list[KeptWill]:
            return [_kept(row) for row in await _ALL.all(tx, me=self._me)]

        return await self._db.run(work)

    async def inherit(self, gone: str) -> list[KeptWill]:
        async def work(tx: Tx) -> list[KeptWill]:
            return [_kept(row) for row in await _INHERIT.all(tx, gone=gone, me=self._me)]

        return await self._db.run(work)

    def keep(self, kept: KeptWill) -> None:
        self._change(kept.key, kept)

    def drop(self, key: Key) -> None:
        self._change(key, None)

    async def close(self) -> None:
        self._closing = True
        if self._writer is not None:
            await self._writer

    def _change(self, key: Key, kept: KeptWill | None) -> None:
        self._changes[key] = kept
        if self._writer is None:
            self._writer = asyncio.get_running_loop().create_task(self._write_all(), name="wills")

    async def _write_all(self) -> None:
        while self._changes:
            if not self._closing:
                await asyncio.sleep(GATHER_SECONDS)
            changes, self._changes = self._changes, {}
            try:
                await self._write(changes)
            except Exception:
                log.exception("wills could not be written")
                self._changes = changes | self._changes
                if self._closing:
                    break
                await asyncio.sleep(RETRY_SECONDS)
        self._writer = None

    async def _write(self, changes: dict[Key, KeptWill | None]) -> None:
        async def work(tx: Tx) -> None:
            await tx.upsert(
                mqtt_wills,
                [_row(kept, self._me) for kept in changes.values() if kept is not None],
                keys=("product_key", "device_name"),
                update=(
                    "front",
                    "tenant_id",
                    "device_no",
                    "topic",
                    "payload",
                    "qos",
                    "retain",
                    "properties",
                    "delay_s",
                    "due_ms",
                ),
            )
            void = [
                {"key": key[0], "name": key[1], "me": self._me} for key, kept in changes.items() if not kept
            ]
            if void:
                await _DROP.run_many(tx, void)

        await self._db.run(work)


def _row(kept: KeptWill, front: str) -> dict[str, Any]:
    will = kept.will
    return {
        "product_key": kept.key[0],
        "device_name": kept.key[1],
        "front": front,
        "tenant_id": kept.tenant_id,
        "device_no": kept.device_no,
        "topic": will.topic,
        "payload": will.payload,
        "qos": will.qos,
        "retain": int(will.retain),
        "properties": write_properties(will.properties) if will.properties else None,
        "delay_s": kept.delay_s,
        "due_ms": kept.due_ms,
    }


def _kept(row: Any) -> KeptWill:
    key, name, tenant_id, device_no, topic, payload, qos, retain, wire, delay_s, due_ms = row
    properties = read_properties(On.WILL, bytes(wire), 0)[0] if wire else None
    will = mqtt.Will(topic, bytes(payload), qos, bool(retain), properties)
    return KeptWill((key, name), tenant_id, device_no, will, delay_s, due_ms)
