"""Rows of persistent MQTT sessions: how they are read, and how gathered changes are written."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select, update

from linli.kernel.db import INT, Command, Query, Tx
from linli.things.mqtt.models import mqtt_downlinks, mqtt_filters, mqtt_incoming, mqtt_sessions
from linli.things.mqtt.store import Key, StoredDownlink, StoredSession
from linli.things.mqtt.subscriptions import Subscription


def _of_session(table: Any) -> Any:
    return (table.c.product_key == bindparam("key")) & (table.c.device_name == bindparam("name"))


def _select(table: Any, *names: str) -> Any:
    return select(table.c.product_key, table.c.device_name, *(table.c[name] for name in names))


_S = _select(mqtt_sessions, "gone_ms", "expiry_s")
_F = _select(mqtt_filters, "filter", "qos", "options", "identifier")
_D = _select(
    mqtt_downlinks,
    "number",
    "topic",
    "payload",
    "expires_ms",
    "qos",
    "retain",
    "properties",
    "packet_id",
    "released",
).order_by(mqtt_downlinks.c.number)
_I = _select(mqtt_incoming, "packet_id")

ALL = tuple(Query(statement, heavy=True) for statement in (_S, _F, _D, _I))
"""Sessions, filters, downlinks and incoming ids, of all devices."""
ONE = tuple(
    Query(statement.where(_of_session(table)))
    for statement, table in (
        (_S, mqtt_sessions),
        (_F, mqtt_filters),
        (_D, mqtt_downlinks),
        (_I, mqtt_incoming),
    )
)
"""The same of one, bound by `key` and `name`."""

_WIPE = [
    Command(delete(table).where(_of_session(table)))
    for table in (mqtt_sessions, mqtt_filters, mqtt_downlinks, mqtt_incoming)
]
_DROP_FILTER = Command(
    delete(mqtt_filters).where(_of_session(mqtt_filters), mqtt_filters.c.filter == bindparam("text"))
)
_DROP_DOWNLINK = Command(delete(mqtt_downlinks).where(mqtt_downlinks.c.number == bindparam("settled")))
_SENT = Command(
    update(mqtt_downlinks)
    .where(mqtt_downlinks.c.number == bindparam("no", type_=INT))
    .values(packet_id=bindparam("under", type_=INT))
)
_RELEASED = Command(
    update(mqtt_downlinks).where(mqtt_downlinks.c.number == bindparam("no", type_=INT)).values(released=1)
)
_DROP_INCOMING = Command(
    delete(mqtt_incoming).where(_of_session(mqtt_incoming), mqtt_incoming.c.packet_id == bindparam("id"))
)


def assemble(
    sessions: Iterable[Any],
    filters: Iterable[Any],
    downlinks: Iterable[Any],
    incoming: Iterable[Any],
    *,
    now_ms: int,
) -> dict[Key, StoredSession]:
    """Rows of `ALL` or `ONE` as sessions; rows without a session are left out."""
    stored_sessions = {
        (key, name): StoredSession(key=(key, name), gone_ms=gone_ms or now_ms, expiry_s=expiry_s)
        for key, name, gone_ms, expiry_s in sessions
    }
    for key, name, *filter_ in filters:
        if (key, name) in stored_sessions:
            stored_sessions[key, name].filters.append(Subscription(*filter_))
    for (
        key,
        name,
        number,
        topic,
        payload,
        expires_ms,
        qos,
        retain,
        properties,
        packet_id,
        released,
    ) in downlinks:
        if (key, name) in stored_sessions:
            stored_sessions[key, name].downlinks.append(
                StoredDownlink(
                    number=number,
                    topic=topic,
                    payload=payload,
                    expires_ms=expires_ms,
                    qos=qos,
                    retain=bool(retain),
                    properties=properties,
                    packet_id=packet_id,
                    released=bool(released),
                )
            )
    for key, name, packet_id in incoming:
        if (key, name) in stored_sessions:
            stored_sessions[key, name].incoming.append(packet_id)
    return stored_sessions


class Changes(msgspec.Struct):
    """The rows to write for one session."""

    wiped: bool = False
    """First delete all there is."""
    gone_ms: int | None = None
    expiry_s: int = 0
    """Goes with `gone_ms`."""
    filters: dict[str, Subscription | None] = msgspec.field(default_factory=dict)
    """None: unsubscribed."""
    queued: dict[int, StoredDownlink] = msgspec.field(default_factory=dict)
    sent: dict[int, int] = msgspec.field(default_factory=dict)
    """Number -> packet id."""
    released: set[int] = msgspec.field(default_factory=set)
    settled: set[int] = msgspec.field(default_factory=set)
    incoming: dict[int, bool] = msgspec.field(default_factory=dict)
    """Packet id -> whether it is taken; False: released."""


async def write(tx: Tx, changes: dict[Key, Changes]) -> None:
    """Write all changes since the last time to the tables."""
    wiped = [{"key": key, "name": name} for (key, name), change in changes.items() if change.wiped]
    for command in _WIPE if wiped else ():
        await command.run_many(tx, wiped)
    await tx.upsert(
        mqtt_sessions,
        [
            {"product_key": k, "device_name": n, "gone_ms": change.gone_ms, "expiry_s": change.expiry_s}
            for (k, n), change in changes.items()
            if change.gone_ms is not None
        ],
        keys=("product_key", "device_name"),
        update=("gone_ms", "expiry_s"),
    )
    await _write_filters(tx, changes)
    await _write_downlinks(tx, changes)
    await _write_incoming(tx, changes)


async def _write_filters(tx: Tx, changes: dict[Key, Changes]) -> None:
    await tx.upsert(
        mqtt_filters,
        [
            {
                "product_key": k,
                "device_name": n,
                "filter": text,
                "qos": subscription.qos,
                "options": subscription.options,
                "identifier": subscription.identifier,
            }
            for (k, n), change in changes.items()
            for text, subscription in change.filters.items()
            if subscription is not None
        ],
        keys=("product_key", "device_name", "filter"),
        update=("qos", "options", "identifier"),
    )
    dropped = [
        {"key": k, "name": n, "text": text}
        for (k, n), change in changes.items()
        for text, subscription in change.filters.items()
        if subscription is None and not change.wiped
    ]
    if dropped:
        await _DROP_FILTER.run_many(tx, dropped)


async def _write_downlinks(tx: Tx, changes: dict[Key, Changes]) -> None:
    await tx.insert_many(
        mqtt_downlinks,
        [
            {
                "number": kept.number,
                "product_key": k,
                "device_name": n,
                "topic": kept.topic,
                "payload": kept.payload,
                "expires_ms": kept.expires_ms,
                "qos": kept.qos,
                "retain": int(kept.retain),
                "properties": kept.properties,
                "packet_id": change.sent.get(kept.number, 0),
                "released": int(kept.number in change.released),
            }
            for (k, n), change in changes.items()
            for kept in change.queued.values()
        ],
    )
    sent = [
        {"no": no, "under": under}
        for change in changes.values()
        for no, under in change.sent.items()
        if no not in change.queued
    ]
    if sent:
        await _SENT.run_many(tx, sent)
    released = [{"no": no} for change in changes.values() for no in change.released]
    if released:
        await _RELEASED.run_many(tx, released)
    settled = [{"settled": no} for change in changes.values() for no in change.settled]
    if settled:
        await _DROP_DOWNLINK.run_many(tx, settled)


async def _write_incoming(tx: Tx, changes: dict[Key, Changes]) -> None:
    rows = [
        ({"product_key": k, "device_name": n, "packet_id": packet_id}, taken)
        for (k, n), change in changes.items()
        for packet_id, taken in change.incoming.items()
    ]
    await tx.upsert(
        mqtt_incoming,
        [row for row, taken in rows if taken],
        keys=("product_key", "device_name", "packet_id"),
        update=(),
    )
    gone = [
        {"key": row["product_key"], "name": row["device_name"], "id": row["packet_id"]}
        for row, taken in rows
        if not taken
    ]
    if gone:
        await _DROP_INCOMING.run_many(tx, gone)
