"""The handlers of domain events. `events.emit` calls them, the outbox's worker runs those that come after."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import msgspec

AFTER_KIND = "event"


class Event(msgspec.Struct, frozen=True):
    """A thing that happened in a domain. Subclasses set `name`, stable since stored rows carry it."""

    name: ClassVar[str]


type Inline[U, E: Event] = Callable[[U, E], Awaitable[None]]
type After[E: Event] = Callable[[E], Awaitable[None]]


class DeferredEvent(msgspec.Struct, frozen=True):
    """Outbox payload: one event for one *after* handler."""

    event: str
    handler: str
    body: msgspec.Raw


class Handlers[U]:
    """The registered handlers, filled by the composing function. `U` is the unit of work of the events (`db.Tx`)."""

    def __init__(self) -> None:
        self._inline: dict[type[Event], list[Inline[U, Any]]] = {}
        self._after: dict[type[Event], dict[str, After[Any]]] = {}
        self._types: dict[str, type[Event]] = {}

    def inline[E: Event](self, kind: type[E], handler: Inline[U, E]) -> None:
        """`handler(tx, event)` runs in the emitting transaction; its failure undoes the whole unit."""
        self._inline.setdefault(kind, []).append(handler)

    def after[E: Event](self, kind: type[E], handler: After[E], *, name: str) -> None:
        """`handler(event)` runs after the commit, at least once, so it must be idempotent. `name` is stable."""
        self._after.setdefault(kind, {})[name] = handler
        self._types[kind.name] = kind

    def inline_for(self, kind: type[Event]) -> list[Inline[U, Any]]:
        return self._inline.get(kind, [])

    def after_for(self, kind: type[Event]) -> dict[str, After[Any]]:
        return self._after.get(kind, {})

    async def run_after(self, deferred: DeferredEvent) -> None:
        """Run one stored *after* handler. A handler that no longer exists is skipped."""
        kind = self._types.get(deferred.event)
        handler = self._after.get(kind, {}).get(deferred.handler) if kind else None
        if kind is not None and handler is not None:
            await handler(msgspec.json.decode(deferred.body, type=kind))
