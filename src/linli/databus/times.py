"""The time forms that writers of records use, read to one number and written back."""

import re
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

SITE_ZONE = ZoneInfo("Asia/Shanghai")
"""Zone of a text without an offset, unless the community says otherwise."""

# Smaller whole numbers are seconds: as milliseconds they would lie before March 1973.
_SECONDS_BELOW = 100_000_000_000
# 9999-12-31T23:59:59.999Z, the last moment that the text forms can say.
_LAST_MS = 253_402_300_799_999
_WHOLE = re.compile(r"-?\d{1,17}")
_TEXT = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}([.,]\d{1,9})?)?)?\s*(Z|[+-]\d{2}:?\d{2})?"
)
EXAMPLE = "2026-11-24 08:00:00"


def to_ms(value: object, zone: tzinfo = SITE_ZONE) -> int | None:
    """Milliseconds since the epoch, UTC; None when `value` is no time.

    Understood: ms since the epoch (as a number or its digits; small numbers are seconds),
    `yyyy-MM-dd HH:mm:ss`, a date alone, and ISO 8601. A text without an offset is in `zone`.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str):
        value = value.strip()
        if _WHOLE.fullmatch(value):
            value = int(value)
        else:
            return _text_to_ms(value, zone)
    if not isinstance(value, int) or not 0 <= value <= _LAST_MS:
        return None
    return value * 1000 if value < _SECONDS_BELOW else value


def _text_to_ms(text: str, zone: tzinfo) -> int | None:
    if not _TEXT.fullmatch(text):
        return None
    date, _, rest = text.partition("T" if "T" in text else " ")
    year, month, day = date.split("-") if date.count("-") == 2 else ("", "", "")
    hour, colon, tail = rest.partition(":")
    padded = f"{year}-{month:0>2}-{day:0>2}" + (f"T{hour:0>2}{colon}{tail}" if rest else "")
    try:
        moment = datetime.fromisoformat(padded.replace(" ", ""))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return round(moment.timestamp() * 1000)
    except (OverflowError, ValueError):
        return None
