"""`yyyy-MM-dd HH:mm:ss` of the access APIs, at the zone of the site, which is its community's (spec E T23).

Zones are IANA names as `kernel.zones` tells them; empty: the default.
"""

from datetime import UTC, datetime

from linli.kernel.errors import BadInput
from linli.rules.schedules import zone_named

_FORMAT = "%Y-%m-%d %H:%M:%S"
_LENGTH = 19
EXAMPLE = "2026-11-24 08:00:00"


def read_time(text: str, field: str, zone: str = "") -> int:
    """UTC ms. Raises BadInput naming `field`."""
    try:
        if len(text) != _LENGTH:
            raise ValueError
        moment = datetime.strptime(text, _FORMAT).replace(tzinfo=zone_named(zone))
        return int(moment.timestamp()) * 1000
    except (ValueError, OverflowError):
        raise BadInput(field=field, rule="format", example=EXAMPLE) from None


def write_time(ms: int, zone: str = "") -> str:
    """The text of UTC ms."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone_named(zone)).strftime(_FORMAT)
