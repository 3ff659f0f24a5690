"""How a room is written where it is keyed at a door. Source: spec A 4.2, E D14, G A18.

Three forms: the house alone, as a unit's door takes it (`1202`); building, unit and house of a wall door
(`10-3A-1709`); and with the period before them (`1-10-3A-1709`), which counts as 1 where it is left out.
"""

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final

from linli.domains.communities.addresses import parts

_HOUSE: Final = re.compile(r"[0-9A-Za-z]{1,5}")
_WHOLE: Final = re.compile(r"(?:([0-9A-Za-z])-)?([0-9A-Za-z]{1,3})-([0-9A-Za-z]{1,4})-([0-9A-Za-z]{1,5})")
_CODE: Final = re.compile(r"[0-9A-Z]+")
_CHINESE: Final = str.maketrans("一二三四五六七八九", "123456789")
_WALL_UNIT: Final = 3
"""Signs of a unit that a wall door takes; elsewhere it may have four."""


class Form(Enum):
    """What a door asks a visitor for, and so how its rooms are written."""

    UNIT = "unit"
    """The house alone."""
    WALL = "wall"
    """Building, unit and house, at most 3-3-5 signs."""
    WHOLE = "whole"
    """With the period: a door behind a box, which asks the box for a room's group."""


def room_key(room_id: str) -> str | None:
    """The room in its whole form, the same for all spellings of one; None if it has none of the three forms."""
    if _HOUSE.fullmatch(room_id):
        return room_id.upper()
    match = _WHOLE.fullmatch(room_id)
    if match is None:
        return None
    period, building, unit, house = match.groups()
    return f"{period or '1'}-{building}-{unit}-{house}".upper()


def room_of(levels: Sequence[tuple[str, str]]) -> str | None:
    """The room of a house by its place in the tree: (kind, name) from the top down, the house last.

    A building without units counts as one of unit 1. What has no number, or too long a one, leaves the house alone;
    None where the house itself has none.
    """
    texts = {kind: _core(name) for kind, name in levels}
    house = texts.get("house", "")
    period = texts.get("area", "")
    whole = (
        f"{period if len(period) == 1 else '1'}-{texts.get('building', '')}-{texts.get('unit', '1')}-{house}"
    )
    return room_key(whole) or room_key(house)


def _core(name: str) -> str:
    """The first number or letter of a name: `3` of 3幢, `1` of 一期; empty where it has none."""
    if "十" in name:
        return ""
    codes = [part for part in parts(name.translate(_CHINESE)) if _CODE.fullmatch(part)]
    return codes[0] if codes else ""


def keyed(key: str, form: Form) -> str | None:
    """A room, named by its key, as a door of this form takes it; None: it cannot be keyed there."""
    _, _, place = key.partition("-")
    if form is Form.UNIT:
        return key.rpartition("-")[2]
    if not place:
        return None
    if form is Form.WHOLE:
        return key
    return place if len(place.split("-")[1]) <= _WALL_UNIT else None


def on_door(rooms: Iterable[tuple[str, str]], form: Form) -> dict[str, str]:
    """Group by room as a door takes it, of (room key, group) pairs. What does not fit is left out; of two rooms that
    are keyed alike, the first one counts.
    """
    groups: dict[str, str] = {}
    for key, group in rooms:
        if (text := keyed(key, form)) is not None:
            groups.setdefault(text, group)
    return groups
