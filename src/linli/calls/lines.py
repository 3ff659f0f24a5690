"""Which numbers talk and which ring: so that nobody rings all phones, or one phone without end."""

from collections import Counter
from typing import Final

MOST_EACH: Final = 4
"""Calls of one number at once: one on the line, others held."""
MOST_RINGING: Final = 3
"""Calls that ring one phone at once."""


class Lines:
    """Of one process."""

    def __init__(self) -> None:
        self._busy: Counter[str] = Counter()
        self._ringing: Counter[str] = Counter()

    def may_call(self, number: str) -> bool:
        return self._busy[number] < MOST_EACH

    def reachable(self, number: str) -> bool:
        """Whether a phone is free and not rung by several already."""
        return number not in self._busy and self._ringing[number] < MOST_RINGING

    def talks(self, number: str) -> None:
        """A number calls, or has answered."""
        self._busy[number] += 1

    def ended(self, number: str) -> None:
        _take_one(self._busy, number)

    def rings(self, number: str) -> None:
        self._ringing[number] += 1

    def rang(self, number: str) -> None:
        _take_one(self._ringing, number)


def _take_one(counts: Counter[str], number: str) -> None:
    counts[number] -= 1
    if counts[number] <= 0:
        del counts[number]
