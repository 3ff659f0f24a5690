"""Word that accounts are no more, to the processes whose calls they may be in."""

from collections.abc import Callable, Iterable
from itertools import batched
from typing import Final

from linli.kernel.db import Tx
from linli.kernel.signals import Signals

CHANNEL: Final = "intercom.gone"
_AT_ONCE: Final = 100
"""Numbers of one signal."""


def tell_gone(tx: Tx, numbers: Iterable[str]) -> None:
    """Once this is committed, their calls are hung up."""
    for some in batched(numbers, _AT_ONCE, strict=False):
        tx.db.signals.publish_after(tx, CHANNEL, ",".join(some))


def hear_gone(signals: Signals, heard: Callable[[frozenset[str]], object]) -> Callable[[], None]:
    """Call what is returned to hear no more."""
    return signals.listen(CHANNEL, lambda text: heard(frozenset(text.split(","))))
