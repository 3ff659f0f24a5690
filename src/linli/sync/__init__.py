"""Bring desired state to devices: states, differences, batches, back-off, and one round over a store.

Pure: no clock, socket or database. The cloud's `delivery` room and the box use the same functions, each with a store of
its own, so that a state means the same in both.
"""

from linli.sync.backoff import Backoff
from linli.sync.batches import batch_limit, take_batch
from linli.sync.items import (
    ABSENT,
    UNKNOWN,
    Item,
    Outcome,
    Result,
    new_item,
    report,
    resend,
    retry,
    settle,
    start,
    wake,
    want,
)
from linli.sync.rounds import Carrier, Delivery, Store, serve_device
from linli.sync.states import State, wire_status
from linli.sync.windows import Window, next_change, window_now

__all__ = [
    "ABSENT",
    "UNKNOWN",
    "Backoff",
    "Carrier",
    "Delivery",
    "Item",
    "Outcome",
    "Result",
    "State",
    "Store",
    "Window",
    "batch_limit",
    "new_item",
    "next_change",
    "report",
    "resend",
    "retry",
    "serve_device",
    "settle",
    "start",
    "take_batch",
    "wake",
    "want",
    "window_now",
    "wire_status",
]
