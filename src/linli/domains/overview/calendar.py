"""Days and weeks of a community, in its own time zone. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

WEEKS_BEFORE: Final = 4
"""Number of weeks before the present one that the mean is taken of (CON-03)."""


class Weeks(NamedTuple):
    """The present week and the four before it."""

    starts_ms: list[int]
    """The start of each day, UTC ms: 36 entries from the Monday four weeks ago; the last is the end of this Sunday."""
    today: int
    """Index of today, 28 to 34."""

    @property
    def monday_ms(self) -> int:
        return self.starts_ms[WEEKS_BEFORE * 7]


def weeks(now_ms: int, zone: str) -> Weeks:
    """A day has 23 or 25 hours when clocks change."""
    zone_info = ZoneInfo(zone)
    local = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone_info).date()
    first = local - timedelta(days=local.weekday() + WEEKS_BEFORE * 7)
    starts = [
        round(datetime(d.year, d.month, d.day, tzinfo=zone_info).timestamp() * 1000)
        for d in (first + timedelta(days=n) for n in range(WEEKS_BEFORE * 7 + 8))
    ]
    return Weeks(starts, WEEKS_BEFORE * 7 + local.weekday())
