"""The change log: what happened, written with it in one transaction, read by every subscription."""

import weakref
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

import msgspec

from linli.databus.models import changes
from linli.databus.record_ids import record_id
from linli.databus.topics import CommunityChange, DataChange, Kind
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
)
type Listener = Callable[[str], None]
_listeners: "weakref.WeakKeyDictionary[Database, list[Listener]]" = weakref.WeakKeyDictionary()


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

    def message(self) -> bytes:
        """The JSON that subscribers get."""
        if self.kind != Kind.DATA:
            return self.payload.encode()
        ids = msgspec.json.decode(self.payload) if self.payload else [record_id(self.id, self.created_ms)]
        return msgspec.json.encode(DataChange(self.model_id, ids, self.operate))


async def publish(
    tx: Tx, kind: str, community_id: int | None, payload: msgspec.Struct, *, tenant_id: str, app_key: str = ""
) -> int:
    """Tell the subscribers of a community something, once `tx` has committed; the number of the message.

    `payload` becomes the JSON body (`CommunityChange` for space, message and user). `app_key` addresses one key
    alone. Only keys whose project is granted the community get it.
    """
    operate = payload.type if isinstance(payload, CommunityChange) else ""
    body = msgspec.json.encode(payload).decode()
    return await _append(tx, (tenant_id, community_id, app_key, kind, "", operate, body))


async def publish_data(
    tx: Tx, *, tenant_id: str, community_id: int | None, model_id: str, operate: str, ids: list[int] | None
) -> int:
    """Tell that records changed; `ids` None: the one record numbered by this message."""
    body = "" if ids is None else msgspec.json.encode(ids).decode()
    return await _append(tx, (tenant_id, community_id, "", Kind.DATA, model_id, operate, body))


async def publish_test(
    tx: Tx, *, tenant_id: str, app_key: str, subscription_id: int, payload: msgspec.Struct
) -> int:
    """A message for one subscription alone, whose number stands where others name their model."""
    body = msgspec.json.encode(payload).decode()
    return await _append(tx, (tenant_id, None, app_key, Kind.TEST, str(subscription_id), "", body))


async def publish_inserted(
    tx: Tx, *, tenant_id: str, community_id: int | None, model_id: str, count: int
) -> list[int]:
    """The same for `count` new records at once, a message each; their numbers in order."""
    now = tx.db.clock.now_ms()
    row = (tenant_id, community_id, "", str(Kind.DATA), model_id, "insert", "", now)
    numbers = await tx.insert_returning(changes, _COLUMNS, [row] * count)
    tx.after_commit(lambda: _tell(tx.db, tenant_id))
    return numbers


async def _append(tx: Tx, row: tuple[str | int | None, ...]) -> int:
    values = (*row[:3], str(row[3]), *row[4:], tx.db.clock.now_ms())
    number = (await tx.insert_returning(changes, _COLUMNS, [values]))[0]
    tx.after_commit(lambda: _tell(tx.db, str(row[0])))
    return number


def _tell(db: Database, tenant_id: str) -> None:
    for listener in list(_listeners.get(db, ())):
        listener(tenant_id)


def on_growth(db: Database, listener: Listener) -> Callable[[], None]:
    """Have `listener(tenant_id)` called after every commit that wrote to the log. Returns how to stop it."""
    listeners = _listeners.setdefault(db, [])
    listeners.append(listener)
    return lambda: listeners.remove(listener) if listener in listeners else None


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
        change = CommunityChange(event.community_id, [str(one) for one in event.ids], event.type)
        await publish(tx, kind, event.community_id, change, tenant_id=event.tenant_id)

    return handle
