"""Times for visitors, in the zone of their community (`kernel.zones`; empty: the default)."""

from datetime import UTC, datetime, timedelta

from linli.rules.schedules import zone_named


def wall_clock(ms: int, zone: str) -> str:
    """`11-24 08:00`, as in text messages."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone_named(zone)).strftime("%m-%d %H:%M")


def day_of(ms: int, zone: str) -> tuple[int, int]:
    """(first, last) UTC ms of the site's day at a time: 23 to 25 hours long where clocks change."""
    moment = datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone_named(zone))
    first = moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    following = (first + timedelta(days=1)).replace(fold=0)
    return int(first.timestamp()) * 1000, int(following.timestamp()) * 1000 - 1
