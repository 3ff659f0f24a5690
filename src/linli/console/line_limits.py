"""How many lines of a kind are written to the log a minute, where strangers decide how often something happens."""

from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

MINUTE_MS: Final = 60_000


class Most(NamedTuple):
    """Lines a minute."""

    of_address: int
    in_all: int


class LineLimits:
    """Counts in memory, of one process, for the minute that runs. It keeps addresses only of lines that were admitted."""

    def __init__(self) -> None:
        self._minute = 0
        self._by_address: Counter[tuple[str, str]] = Counter()
        self._in_all: Counter[str] = Counter()
        self._beyond: Counter[str] = Counter()

    def admit(self, kind: str, address: str, most: Most, *, now_ms: int) -> bool:
        """Whether the event gets a line; else it is counted."""
        if now_ms // MINUTE_MS != self._minute:
            self._minute = now_ms // MINUTE_MS
            self._by_address.clear()
            self._in_all.clear()
        if self._in_all[kind] >= most.in_all or self._by_address[kind, address] >= most.of_address:
            self._beyond[kind] += 1
            return False
        self._in_all[kind] += 1
        self._by_address[kind, address] += 1
        return True

    def left_out(self, *, now_ms: int) -> Mapping[str, int]:
        """Events of a past minute that got no line, by kind; one line reports them."""
        if not self._beyond or now_ms // MINUTE_MS == self._minute:
            return {}
        counted, self._beyond = self._beyond, Counter()
        return counted
