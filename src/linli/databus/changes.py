"""The change log: changes are written in their own transaction, and every subscription reads them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple, Protocol

import msgspec

from linli.databus.models import changes
from linli.databus.record_ids import record_id
from linli.databus.topics import (
    DEVICE_KINDS,
    Business,
    CommunityChange,
    DataChange,
    Kind,
    business_topic,
    device_topic,
    topics_of,
)
from linli.kernel.causes import CAUSE
from linli.kernel.db import Database, Tx

_COLUMNS = (
    "tenant_id",
    "community_id",
    "app_key",
    "kind",
    "model_id",
    "operate",
    "payload",
    "created_ms",
    "cause",
)
_PROJECT_COLUMNS = (*_COLUMNS, "project_id")
_DEVICE_COLUMNS = (*_COLUMNS, "project_id", "product_key", "device_name", "iot_id")
GROWTH: Final = "databus_log"
"""The channel for signals between processes that the log of a tenant (the payload) grew."""
type Listener = Callable[[str], None]


class Change(NamedTuple):
    """One row of the log, in the order of its columns."""

    id: int
    tenant_id: str
    community_id: int | None
    app_key: str
    kind: str
    model_id: str
    operate: str
    payload: str
    created_ms: int
    project_id: str = ""
    product_key: str = ""
    device_name: str = ""
    iot_id: str = ""

    def topic(self, app_key: str) -> str:
        """The topic under which `app_key` gets it."""
        if self.kind in DEVICE_KINDS:
            return device_topic(self.kind, app_key, self.product_key, self.device_name, self.operate)
        return topics_of(self.kind, app_key, self.tenant_id)[0]

    def message(self) -> bytes:
        """The JSON that subscribers get."""
        if self.kind != Kind.DATA:
            return self.payload.encode()
        ids = msgspec.json.decode(self.payload) if self.payload else [record_id(self.id, self.created_ms)]
        return msgspec.json.encode(DataChange(self.model_id, ids, self.operate))

    def message_on(self, topic: str) -> bytes:
        """The JSON for subscribers of one topic: the business topic has an envelope."""
        if self.kind == Kind.TEST or topic != business_topic(self.kind, self.tenant_id):
            return self.message()
        data = msgspec.Raw(self.message())
        return msgspec.json.encode(Business(str(self.id), self.kind, self.created_ms, data))


async def publish(
    tx: Tx,
    kind: str,
    community_id: int | None,
    payload: msgspec.Struct,
    *,
    tenant_id: str,
    app_key: str = "",
    project_id: str = "",
) -> int:
    """Tell the subscribers of a community something, once `tx` has committed; the number of the message.

    `payload` becomes the JSON body (`CommunityChange` for space, message and user). `app_key` addresses one key
    alone. Only keys whose project is granted the community get it, and those of `project_id`.
    """
    operate = payload.type if isinstance(payload, CommunityChange) else ""
    body = msgspec.json.encode(payload).decode()
    return await _append(tx, (tenant_id, community_id, app_key, kind, "", operate, body), project_id)


async def publish_data(
    tx: Tx, *, tenant_id: str, community_id: int | None, model_id: str, operate: str, ids: list[int] | None
) -> int:
    """Tell that records changed; `ids` None: the one record numbered by this message."""
    body = "" if ids is None else msgspec.json.encode(ids).decode()
    return await _append(tx, (tenant_id, community_id, "", Kind.DATA, model_id, operate, body))


async def publish_test(
    tx: Tx, *, tenant_id: str, app_key: str, subscription_id: int, payload: msgspec.Struct
) -> int:
    """A message for one subscription only. It has the subscription's number in place of a model."""
    body = msgspec.json.encode(payload).decode()
    return await _append(tx, (tenant_id, None, app_key, Kind.TEST, str(subscription_id), "", body))


async def publish_inserted(
    tx: Tx, *, tenant_id: str, community_id: int | None, model_id: str, count: int
) -> list[int]:
    """The same for `count` new records at once, a message each; their numbers in order."""
    now = tx.db.clock.now_ms()
    row = (tenant_id, community_id, "", str(Kind.DATA), model_id, "insert", "", now, CAUSE.get())
    numbers = await tx.insert_returning(changes, _COLUMNS, [row] * count)
    tx.db.signals.publish_after(tx, GROWTH, tenant_id)
    return numbers


class DeviceFacts(NamedTuple):
    """The facts of a message's device that decide who may see it."""

    tenant_id: str
    community_id: int | None
    project_id: str | None
    product_key: str
    device_name: str
    iot_id: str


async def publish_devices(
    tx: Tx, messages: Sequence[tuple[DeviceFacts, str, str, bytes]], *, causes: Sequence[str] | None = None
) -> None:
    """Tell of devices: (device, kind, event or service or state, JSON) each, in order. `causes`: one each, where they
    differ.
    """
    now = tx.db.clock.now_ms()
    causes = causes or [CAUSE.get()] * len(messages)
    rows = [
        (
            of.tenant_id, of.community_id, "", str(kind), "", operate, payload.decode(), now, cause,
            of.project_id or "", of.product_key, of.device_name, of.iot_id,
        )
        for (of, kind, operate, payload), cause in zip(messages, causes, strict=True)
    ]  # fmt: skip
    await tx.insert_tuples(changes, _DEVICE_COLUMNS, rows)
    for tenant_id in {of.tenant_id for of, *_ in messages}:
        tx.db.signals.publish_after(tx, GROWTH, tenant_id)


async def _append(tx: Tx, row: tuple[str | int | None, ...], project_id: str = "") -> int:
    values = (*row[:3], str(row[3]), *row[4:], tx.db.clock.now_ms(), CAUSE.get(), project_id)
    number = (await tx.insert_returning(changes, _PROJECT_COLUMNS, [values]))[0]
    tx.db.signals.publish_after(tx, GROWTH, str(row[0]))
    return number


def on_growth(
    db: Database, listener: Listener, *, missed: Callable[[], None] | None = None
) -> Callable[[], None]:
    """Have `listener(tenant_id)` called after every commit that wrote to the log, in whatever process.

    `missed()`: some may have been lost. Returns how to stop it.
    """
    return db.signals.listen(GROWTH, listener, missed=missed)


class CommunityEvent(Protocol):
    """A domain event about rows of one community."""

    @property
    def tenant_id(self) -> str: ...
    @property
    def community_id(self) -> int: ...
    @property
    def ids(self) -> Sequence[str | int]: ...
    @property
    def type(self) -> str: ...


def relay(kind: Kind) -> Callable[[Tx, CommunityEvent], Awaitable[None]]:
    """An inline handler (`Handlers.inline`) that passes a domain's event on to the subscribers of `kind`."""

    async def handle(tx: Tx, event: CommunityEvent) -> None:
        change = CommunityChange(event.community_id, [str(row_id) for row_id in event.ids], event.type)
        await publish(tx, kind, event.community_id, change, tenant_id=event.tenant_id)

    return handle
