"""How the parts of every process that keep things in memory learn of a committed change.

A service calls `tell(tx, …)`; once `tx` is durable every listener of that database hears it: those of this process at
once, those of others by a signal. It is no durable message: rooms that must not miss a change react to domain events.
"""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

import msgspec

from linli.kernel.db import Database, Tx

CHANNEL: Final = "things"


class Change(NamedTuple):
    """A change. `product` concerns all devices of it; `inbox`: a parked message of the device was put back."""

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

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Change).decode


def listen(
    db: Database, listener: Listener, *, missed: Callable[[], object] | None = None
) -> Callable[[], None]:
    """Hear of every change; call what is returned to stop.

    `missed()`: changes of other processes may have gone unheard, as they are after an outage of the database.
    """
    return db.signals.listen(CHANNEL, lambda payload: listener(_decode(payload)), missed=missed)


def tell(tx: Tx, change: Change) -> None:
    """Let listeners hear of `change` after the commit."""
    tx.db.signals.publish_after(tx, CHANNEL, _encode(change).decode())
