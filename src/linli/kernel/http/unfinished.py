"""The received bytes of unfinished requests: memory that strangers can fill, with one limit for all together.

Bytes are counted only between two pieces of a request, so a request in one piece costs nothing here. Above the limit
the oldest unfinished request of the address with the most such bytes is broken off.
"""

from collections import Counter
from typing import Final, Protocol

_ROOM: Final = 1 / 16
"""The share of the bound that is freed at a time: connections to end are chosen once for many pieces."""


class Sender(Protocol):
    """A connection whose request is not whole."""

    @property
    def address(self) -> str: ...

    def abort(self) -> None: ...


class Unfinished:
    def __init__(self, most: int) -> None:
        """`most`: bytes."""
        self._most = most
        self._sizes: dict[Sender, int] = {}
        """The oldest first."""
        self.total = 0
        self.broken_off = 0
        """Requests since the start."""

    def hold(self, sender: Sender, size: int) -> None:
        """`size`: bytes of its present request so far."""
        self.total += size - self._sizes.get(sender, 0)
        self._sizes[sender] = size
        if self.total > self._most:
            self._make_room()

    def drop(self, sender: Sender) -> None:
        """Its request is whole, or over, or known to be somebody's."""
        self.total -= self._sizes.pop(sender, 0)

    def _make_room(self) -> None:
        by_address: dict[str, list[Sender]] = {}
        sizes: Counter[str] = Counter()
        for sender, size in self._sizes.items():
            by_address.setdefault(sender.address, []).append(sender)
            sizes[sender.address] += size
        for senders in by_address.values():
            senders.reverse()
        while self.total > self._most * (1 - _ROOM) and sizes:
            ((address, _),) = sizes.most_common(1)
            sender = by_address[address].pop()
            sizes[address] -= self._sizes[sender]
            if not by_address[address]:
                del sizes[address]
            self.drop(sender)
            self.broken_off += 1
            sender.abort()
