"""Times as on the wire of the open API."""

from datetime import UTC, datetime, timedelta
from typing import Final

ZONE: Final = timedelta(hours=8)
"""Wall times of the open API are China's."""
DAY_MS: Final = 86_400_000


def wall(now_ms: int, *, days: float = 0) -> str:
    """`yyyy-MM-dd HH:mm:ss`, `days` from now."""
    at = datetime.fromtimestamp(now_ms / 1000, UTC) + ZONE + timedelta(days=days)
    return at.strftime("%Y-%m-%d %H:%M:%S")
