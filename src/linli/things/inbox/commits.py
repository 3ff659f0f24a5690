"""When the last batches of this process were committed: to tell afterwards when a message was safe and acknowledged."""

from bisect import bisect_left
from collections import deque
from typing import Final, NamedTuple

KEPT: Final = 20_000


class Commit(NamedTuple):
    """One batch. Numbers of messages rise from batch to batch."""

    last_seq: int
    first_seq: int
    at_ms: int
    messages: int


class Commits:
    """The newest `KEPT`. In memory: what a restart forgets is only the time between arrival and commit."""

    def __init__(self) -> None:
        self._last: deque[Commit] = deque(maxlen=KEPT)

    def note(self, first_seq: int, last_seq: int, at_ms: int, messages: int) -> None:
        self._last.append(Commit(last_seq, first_seq, at_ms, messages))

    def find(self, seq: int) -> Commit | None:
        """That of a message of this process; None for one too old."""
        place = bisect_left(self._last, seq, key=lambda commit: commit.last_seq)
        if place == len(self._last) or self._last[place].first_seq > seq:
            return None
        return self._last[place]
