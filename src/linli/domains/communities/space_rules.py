"""Pure rules of the space tree (小区空间): kinds, allowed parents, names, paths. Spec B §3.5, A §2.2."""

import re
import unicodedata
from typing import Final

COMMUNITY: Final = "community"
"""Kind of a community's root space. The wire enum SPACE_TYPE does not list it: nobody may create one."""
AREA: Final = "area"
BUILDING: Final = "building"
UNIT: Final = "unit"
HOUSE: Final = "house"
PARKING_AREA: Final = "parking_area"
LANE: Final = "parking_space_channel"
"""Entrance or exit lane of a parking area (车道空间); the only kind with a direction."""

KINDS: Final = (AREA, BUILDING, UNIT, HOUSE, PARKING_AREA, LANE)
PARENTS: Final[dict[str, frozenset[str]]] = {
    AREA: frozenset({COMMUNITY, AREA}),
    BUILDING: frozenset({COMMUNITY, AREA}),
    UNIT: frozenset({BUILDING}),
    # Villas stand in an area, or in the community itself, without building or unit.
    HOUSE: frozenset({UNIT, BUILDING, AREA, COMMUNITY}),
    PARKING_AREA: frozenset({COMMUNITY, AREA, PARKING_AREA}),
    LANE: frozenset({PARKING_AREA}),
}
"""Kind of a space → kinds that may be its parent."""

NAME_MAX: Final = 64
"""Characters in the name of a space."""
DEPTH_MAX: Final = 12
"""Levels below the root: more is a loop or a mistake."""
DIRECTIONS: Final = (0, 1)
"""0 entrance, 1 exit (DIRECTION)."""


def may_stand_under(kind: str, parent_kind: str) -> bool:
    """Whether a space of `kind` may be a child of a space of `parent_kind`."""
    return parent_kind in PARENTS.get(kind, frozenset())


def clean_name(name: str) -> str:
    """Trim `name` and fold runs of blanks into one; widths are kept, since people write （一期） on purpose."""
    return " ".join(name.split())


def name_problem(name: str) -> str:
    """Why a cleaned `name` cannot be used: "required", "too_long", "control_character", or "" when it can."""
    if not name:
        return "required"
    if len(name) > NAME_MAX:
        return "too_long"
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in name):
        return "control_character"
    return ""


_DIGITS = re.compile(r"\d+")


def order_key(name: str) -> str:
    """A text that sorts names as people count: "2幢" before "10幢". Compare byte by byte (collation C)."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return _DIGITS.sub(lambda digits: digits.group().lstrip("0").rjust(12, "0"), folded)


def child_path(parent_path: str, space_id: int) -> str:
    """Path of a space: the ids from the root down to it, each followed by "/", with "/" in front."""
    return f"{parent_path or '/'}{space_id}/"


def path_ids(path: str) -> list[int]:
    """The ids along a path, root first, the space itself last."""
    return [int(part) for part in path.split("/") if part]


def subtree_range(path: str) -> tuple[str, str]:
    """(low, high) with low <= p < high for exactly the paths of a space and everything under it (collation C)."""
    return path, path[:-1] + "0"  # "0" is the code point after "/"


def holds(path: str, other: str) -> bool:
    """Whether the space at `other` is the space at `path`, or under it."""
    return other.startswith(path)


HOUSE_TYPES: Final = range(1, 8)
"""1 high-rise, 2 multi-storey, 3 villa, 4 terraced, 5 stacked, 6 flat, 7 other (A §2.2)."""
HOUSE_STATUSES: Final = range(1, 4)
"""1 lived in by the owner, 2 let, 3 empty."""
ASSET_TYPES: Final = range(1, 4)
"""ASSET_TYPE: 1 parking space, 2 garage, 3 storage room."""
LOCATION_SEPARATOR: Final = "/"
AREA_M2_MAX: Final = 100_000.0
_LAYOUT = re.compile(r"\d{1,2}/\d{1,2}/\d{1,2}")


def is_layout(text: str) -> bool:
    """Whether `text` counts bedrooms, living rooms and bathrooms: 3/2/1."""
    return _LAYOUT.fullmatch(text) is not None
