"""When nobody is to be disturbed, and how."""

from typing import Final

SILENT, SKIP = MANNERS = ("silent", "skip")
"""The phone shows the call without a sound; the call goes on to the next step."""
DAY_MINUTES: Final = 1440
ALL_DAYS: Final = 127
AGAIN_MS: Final = 180_000
"""Who rings the same home at the same door again within this time may have reason to."""


def holds(*, from_minute: int, to_minute: int, days: int, weekday: int, minute: int) -> bool:
    """Whether hours hold now. `weekday`: 0 Monday; `days`: 1 Monday … 64 Sunday, of the day on which they begin.

    Hours that end no later than they begin go on into the next day.
    """
    today, yesterday = days >> weekday & 1, days >> (weekday - 1) % 7 & 1
    if from_minute < to_minute:
        return bool(today) and from_minute <= minute < to_minute
    return (bool(today) and minute >= from_minute) or (bool(yesterday) and minute < to_minute)


def stricter(first: str, second: str) -> str:
    """Of two manners, or none."""
    return SKIP if SKIP in (first, second) else first or second
