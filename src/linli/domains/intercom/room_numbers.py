"""How a room is written where it is keyed at a door. Source: spec A 4.2, E D14.

Three forms: the house alone, as a unit's door takes it (`1202`); building, unit and house of a wall door
(`10-3A-1709`); and with the period before them (`1-10-3A-1709`), which counts as 1 where it is left out.
"""

import re
from typing import Final

_HOUSE: Final = re.compile(r"[0-9A-Za-z]{1,5}")
_WHOLE: Final = re.compile(r"(?:([0-9A-Za-z])-)?([0-9A-Za-z]{1,3})-([0-9A-Za-z]{1,4})-([0-9A-Za-z]{1,5})")


def room_key(room_id: str) -> str | None:
    """The room in its whole form, the same for all spellings of one; None if it has none of the three forms."""
    if _HOUSE.fullmatch(room_id):
        return room_id.upper()
    match = _WHOLE.fullmatch(room_id)
    if match is None:
        return None
    period, building, unit, house = match.groups()
    return f"{period or '1'}-{building}-{unit}-{house}".upper()
