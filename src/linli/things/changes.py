"""How the parts of one process that keep things in memory learn of a committed change.

A service calls `tell(tx, …)`; once `tx` is durable every listener of that database hears it. It is no durable message:
rooms that must not miss a change react to domain events.
"""

import weakref
from collections.abc import Callable
from typing import Literal, NamedTuple

from linli.kernel.db import Database, Tx


class Change(NamedTuple):
    """What changed. `product` concerns all devices of it; `inbox`: a parked message of the device was put back."""

    kind: Literal["device", "device_gone", "product", "inbox"]
    no: int
    """device_no or product_no."""
    product_key: str
    device_name: str = ""
    closes: bool = False
    """The device's connection must end: disabled, deleted, or its secret was changed."""
    leaves_gateway: bool = False
    """It may no longer speak through the gateway it logged in through; its own connection stays."""


type Listener = Callable[[Change], None]

_listeners: "weakref.WeakKeyDictionary[Database, list[Listener]]" = weakref.WeakKeyDictionary()


def listen(db: Database, listener: Listener) -> Callable[[], None]:
    """Hear of every change; call what is returned to stop."""
    listeners = _listeners.setdefault(db, [])
    listeners.append(listener)

    def stop() -> None:
        if listener in listeners:
            listeners.remove(listener)

    return stop


def tell(tx: Tx, change: Change) -> None:
    """Let listeners hear of `change` after the commit."""

    def spread() -> None:
        for listener in list(_listeners.get(tx.db, ())):
            listener(change)

    tx.after_commit(spread)
