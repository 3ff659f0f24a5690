"""Domain events: how one room tells the others what happened, without knowing them.

`emit(tx, event)` runs the *inline* handlers at once in the same transaction (they write a few rows) and leaves one
outbox row for each *after* handler, which the worker runs later, at least once.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

if TYPE_CHECKING:
    from linli.kernel.db import Tx

AFTER_KIND = "event"


class Event(msgspec.Struct, frozen=True):
    """A thing that happened in a domain. Subclasses set `name`, stable since stored rows carry it."""

    name: ClassVar[str]


type Inline[E: Event] = Callable[["Tx", E], Awaitable[None]]
type After[E: Event] = Callable[[E], Awaitable[None]]


class DeferredEvent(msgspec.Struct, frozen=True):
    """Outbox payload: one event for one *after* handler."""

    event: str
    handler: str
    body: msgspec.Raw


class Handlers:
    """Who reacts to what; filled by the composing function."""

    def __init__(self) -> None:
        self._inline: dict[type[Event], list[Inline[Any]]] = {}
        self._after: dict[type[Event], dict[str, After[Any]]] = {}
        self._types: dict[str, type[Event]] = {}

    def inline[E: Event](self, kind: type[E], handler: Inline[E]) -> None:
        """`handler(tx, event)` runs in the emitting transaction; its failure undoes the whole unit."""
        self._inline.setdefault(kind, []).append(handler)

    def after[E: Event](self, kind: type[E], handler: After[E], *, name: str) -> None:
        """`handler(event)` runs after the commit, at least once, so it must be idempotent. `name` is stable."""
        self._after.setdefault(kind, {})[name] = handler
        self._types[kind.name] = kind

    def inline_for(self, kind: type[Event]) -> list[Inline[Any]]:
        return self._inline.get(kind, [])

    def after_for(self, kind: type[Event]) -> dict[str, After[Any]]:
        return self._after.get(kind, {})

    async def run_after(self, deferred: DeferredEvent) -> None:
        """Run one stored *after* handler. A handler that no longer exists is skipped."""
        kind = self._types.get(deferred.event)
        handler = self._after.get(kind, {}).get(deferred.handler) if kind else None
        if kind is not None and handler is not None:
            await handler(msgspec.json.decode(deferred.body, type=kind))


async def emit(tx: "Tx", event: Event, *, key: str = "") -> None:
    """Tell the other rooms. *After* handlers of events with the same non-empty `key` run in order."""
    from linli.kernel import outbox

    handlers = tx.db.handlers
    for handler in handlers.inline_for(type(event)):
        await handler(tx, event)
    if names := handlers.after_for(type(event)):
        body = msgspec.Raw(msgspec.json.encode(event))
        for name in names:
            deferred = DeferredEvent(event.name, name, body)
            await outbox.add(tx, AFTER_KIND, deferred, key=f"{name}:{key}" if key else "")
