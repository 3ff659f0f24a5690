"""Domain events: a room tells the others what happened, without knowing them.

`emit(tx, event)` runs the *inline* handlers at once in the same transaction; they write a few rows. For each *after*
handler it writes one outbox row. The worker runs these later, at least once.
"""

import msgspec

from linli.kernel import outbox
from linli.kernel.db import Tx
from linli.kernel.handlers import AFTER_KIND, DeferredEvent, Event

__all__ = ["Event", "emit"]


async def emit(tx: Tx, event: Event, *, key: str = "") -> None:
    """Tell the other rooms. *After* handlers of events with the same non-empty `key` run in order."""
    handlers = tx.db.handlers
    for handler in handlers.inline_for(type(event)):
        await handler(tx, event)
    if names := handlers.after_for(type(event)):
        body = msgspec.Raw(msgspec.json.encode(event))
        for name in names:
            deferred = DeferredEvent(event.name, name, body)
            await outbox.add(tx, AFTER_KIND, deferred, key=f"{name}:{key}" if key else "")
