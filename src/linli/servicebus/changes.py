"""How the bus of every process learns that models or providers changed."""

from collections.abc import Callable
from typing import Final

from linli.kernel.db import Database, Tx

CHANNEL: Final = "servicebus"


def publish_change(tx: Tx) -> None:
    """Let every bus read again once `tx` is durable."""
    tx.db.signals.publish_after(tx, CHANNEL, "")


def follow(db: Database, stale: Callable[[], None]) -> Callable[[], None]:
    """`stale()` at each change and whenever changes may have been missed; call what is returned to stop."""
    return db.signals.listen(CHANNEL, lambda _: stale(), missed=stale)
