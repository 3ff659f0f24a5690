"""Opening a door from a call: by which way first, and by which one next. Source: spec A 4.1."""

from enum import StrEnum
from typing import Final

TWICE_MS: Final = 3_000
"""The second copy of a request comes within this time and counts for nothing."""


class Way(StrEnum):
    INFO = "info"
    """The door is asked within the call, and says how it went."""
    STAR = "star"
    """The door is told that `*` was pressed."""
    REMOTE = "remote"
    """The platform asks the device by its own line (`remoteOpen`)."""


class TryResult(StrEnum):
    """What became of one way."""

    OPENED = "opened"
    SENT = "sent"
    """The door took it and will not say how it went."""
    REFUSED = "refused"
    """The door understood, and did not open: its word counts, and no other way goes around it."""
    UNKNOWN = "unknown"
    """The door does not know this message."""
    SILENT = "silent"
    """No word came in time."""


def next_way(way: Way, outcome: TryResult, *, remote: bool) -> Way | None:
    """The way to try after this one; None: it stays at what is known. `remote`: whether the platform knows the device."""
    if outcome in (TryResult.OPENED, TryResult.SENT, TryResult.REFUSED) or way is Way.REMOTE:
        return None
    if way is Way.INFO and (outcome is TryResult.UNKNOWN or not remote):
        return Way.STAR
    return Way.REMOTE if remote else None


class Twice:
    """Which requests are the second copy of one. Time comes in as ms of a clock that only rises."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int], int] = {}

    def again(self, asker: str, number: int, now_ms: int) -> bool:
        """Whether this is a copy; if not, it is kept for its time."""
        self._seen = {key: at for key, at in self._seen.items() if now_ms - at < TWICE_MS}
        key = (asker, number)
        if key in self._seen:
            return True
        self._seen[key] = now_ms
        return False
