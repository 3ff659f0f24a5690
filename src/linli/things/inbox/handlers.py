"""The registry of message handlers of the domains, filled by the composing function."""

from collections.abc import Awaitable, Callable
from typing import Any

from linli.kernel.db import Tx
from linli.things.fleet import DeviceEntry
from linli.things.inbox.messages import Message
from linli.things.models import MessageKind

type Handler = Callable[[Tx, Message], Awaitable[None]]
"""Runs in one transaction with the message's removal from the work list: all of it holds or nothing does."""

type EventCheck = Callable[[DeviceEntry, Any], None]
"""Sees the `params` of a device's event before it is stored. Raises ValueRefused, which the device gets as its answer."""

ANY = "*"


class InboxHandlers:
    """A message nobody wants costs no second pass: it is stored and done with."""

    def __init__(self) -> None:
        self._handlers: dict[tuple[MessageKind, str], list[Handler]] = {}
        self._for_any: set[MessageKind] = set()
        self._properties: set[str] = set()
        self._past: list[Handler] = []
        self._checks: dict[str, EventCheck] = {}

    def on_event(self, identifier: str, handler: Handler, *, history: bool = False) -> None:
        """`handler(tx, message)` for each such event; ANY for all events. `message.values` are its outputs.

        `history`: also for events that a device reports afterwards. A handler that records events wants them; a handler
        that acts on the present state does not.
        """
        self._add("event", identifier, handler, history=history)

    def check_event(self, identifier: str, check: EventCheck) -> None:
        """A rule that a thing model cannot say, such as the size of an event as a whole."""
        self._checks[identifier] = check

    def require_event(self, device: DeviceEntry, identifier: str, params: Any) -> None:
        """Raises ValueRefused."""
        if (check := self._checks.get(identifier)) is not None:
            check(device, params)

    def on_property(self, identifier: str, handler: Handler, *, history: bool = False) -> None:
        """For each post that holds the property; ANY for every post. `message.values` are all its values.

        `history` as for events; `message.values` has the last value of each property.
        """
        self._add("property", identifier, handler, history=history)

    def on_service_reply(self, identifier: str, handler: Handler) -> None:
        """For each answer to an asynchronous call. `message.values` is the reply (`id`, `code`, `data`, `message`)."""
        self._add("service_reply", identifier, handler)

    def on_status(self, handler: Handler) -> None:
        """When a device connects or is gone. `message.identifier` is `online` or `offline`."""
        self._add("status", ANY, handler)

    def wants(self, message: Message) -> bool:
        """Whether any handler would run."""
        kind = message.kind
        if kind == "property" and not self._properties.isdisjoint(message.values):
            return True
        return kind in self._for_any or (kind, message.identifier) in self._handlers

    def wants_past(self, message: Message) -> bool:
        """`wants` for a message of the past."""
        return bool(self.of(message))

    def of(self, message: Message) -> list[Handler]:
        """Handlers in the order of their registration by name, then those for any; each once."""
        names = list(message.values) if message.kind == "property" else [message.identifier]
        handlers: list[Handler] = []
        for name in (*names, ANY):
            handlers += [h for h in self._handlers.get((message.kind, name), ()) if h not in handlers]
        return [h for h in handlers if h in self._past] if message.history else handlers

    def _add(self, kind: MessageKind, identifier: str, handler: Handler, *, history: bool = False) -> None:
        if history:
            self._past.append(handler)
        self._handlers.setdefault((kind, identifier), []).append(handler)
        if identifier == ANY:
            self._for_any.add(kind)
        elif kind == "property":
            self._properties.add(identifier)
