"""The messages of one queue that were read from the log and are not settled, and the number up to which all are
settled.

Pure bookkeeping. The log's ids rise, but on PostgreSQL a transaction may commit a lower id after a higher one was read.
So the cursor never passes `safe`, below which no new id can appear. Settled ids above it are kept.
"""

from collections.abc import Callable, Iterable
from typing import Protocol


class Numbered(Protocol):
    @property
    def id(self) -> int: ...


class Window[M: Numbered]:
    """One queue's messages in hand. `cursor`: everything up to it is settled."""

    def __init__(self, cursor: int) -> None:
        self.cursor = cursor
        self.last = cursor
        """The highest id read."""
        self._waiting: dict[int, M] = {}
        self._in_flight: dict[int, M] = {}
        self._settled: set[int] = set()
        """Ids above the cursor that are done with."""

    def __len__(self) -> int:
        """Messages waiting or in flight."""
        return len(self._waiting) + len(self._in_flight)

    def knows(self, number: int) -> bool:
        return (
            number <= self.cursor
            or number in self._settled
            or number in self._waiting
            or number in self._in_flight
        )

    def read(self, messages: Iterable[M], wanted: Callable[[M], bool]) -> None:
        """Take messages from the log; those not `wanted` are settled at once. Known ones are left as they are."""
        for message in messages:
            if self.knows(message.id):
                continue
            if wanted(message):
                self._waiting[message.id] = message
            else:
                self._settled.add(message.id)
            self.last = max(self.last, message.id)

    def waiting(self) -> list[M]:
        """Messages to send, oldest first."""
        return [self._waiting[number] for number in sorted(self._waiting)]

    def start(self, number: int) -> None:
        """A waiting message is being sent."""
        self._in_flight[number] = self._waiting.pop(number)

    def put_back(self, number: int) -> None:
        """It could not be sent now: it waits again."""
        if number in self._in_flight:
            self._waiting[number] = self._in_flight.pop(number)

    def settle(self, number: int) -> None:
        """Done with: it got through, or a row elsewhere remembers it."""
        self._in_flight.pop(number, None)
        self._waiting.pop(number, None)
        if number > self.cursor:
            self._settled.add(number)

    def advance(self, safe: int | None) -> int:
        """Move the cursor as far as all is settled, never beyond `safe` (None: no such bound); where it is now."""
        unsettled = [*self._waiting, *self._in_flight]
        reach = self.last if safe is None else min(self.last, safe)
        if unsettled:
            reach = min(reach, min(unsettled) - 1)
        if reach > self.cursor:
            self.cursor = reach
            self._settled = {number for number in self._settled if number > reach}
        return self.cursor
