"""Times as visitors read them, at the site's zone."""

from datetime import UTC, datetime

from linli.domains.access.times import SITE_ZONE


def wall_clock(ms: int) -> str:
    """11-24 08:00, as a text message tells it."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(SITE_ZONE).strftime("%m-%d %H:%M")


def form_value(ms: int) -> str:
    """2026-11-24T08:00, as a browser's field for date and time takes it."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(SITE_ZONE).strftime("%Y-%m-%dT%H:%M")


def of_form(value: str) -> int | None:
    """UTC ms of such a field; None when it is no time."""
    try:
        moment = datetime.strptime(value[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=SITE_ZONE)
        return int(moment.timestamp()) * 1000
    except (ValueError, OverflowError):
        return None


def day_of(ms: int) -> tuple[int, int]:
    """(first, last) UTC ms of the site's day that holds a time."""
    moment = datetime.fromtimestamp(ms / 1000, UTC).astimezone(SITE_ZONE)
    first = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    start = int(first.timestamp()) * 1000
    return start, start + 86_400_000 - 1
