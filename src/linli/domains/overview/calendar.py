"""Days and weeks of a community, in its own time zone. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

WEEKS_BEFORE: Final = 4
"""The mean is of so many weeks before the present one (CON-03)."""


class Weeks(NamedTuple):
    """The present week and the four before it."""

    starts_ms: list[int]
    """When each day began, UTC ms: the Monday four weeks ago first, 36 entries; the last one ends this Sunday."""
    today: int
    """Which of the days is today, 28 to 34."""

    @property
    def monday_ms(self) -> int:
        return self.starts_ms[WEEKS_BEFORE * 7]

    @property
    def today_ms(self) -> int:
        return self.starts_ms[self.today]


def weeks(now_ms: int, zone: str) -> Weeks:
    """A day has 23 or 25 hours where clocks are put forward or back."""
    zone_info = ZoneInfo(zone)
    local = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone_info).date()
    first = local - timedelta(days=local.weekday() + WEEKS_BEFORE * 7)
    starts = [
        round(datetime(d.year, d.month, d.day, tzinfo=zone_info).timestamp() * 1000)
        for d in (first + timedelta(days=n) for n in range(WEEKS_BEFORE * 7 + 8))
    ]
    return Weeks(starts, WEEKS_BEFORE * 7 + local.weekday())
