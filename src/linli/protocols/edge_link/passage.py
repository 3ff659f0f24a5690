"""Passage rules (通行规则): a person passes a door, and the box calls a lift for them. Spec C C010, C016; G F14, F15.

They are sent apart from the deployment, so that a rule takes effect at once and no driver restarts.
"""

import re
from typing import Annotated, Final
from urllib.parse import quote

import msgspec
from msgspec import Meta

PASSAGE_RULES: Final = "/edge/passage-rules"
"""GET, `?have=` the version that the box keeps; answers `PassageRules`, or `unchanged` for that very version."""
RULE_EVENT: Final = "elevatorRuleEvent"
"""The event of a lift with the result of a rule. A lift that stores rules itself reports the same event."""
LONGEST_DELAY_S: Final = 300
"""Spec G 8: delaySeconds."""
_HOUSE: Final = re.compile(r"(?P<sign>[Bb-]?)(?P<digits>\d{3,5})")


def rules_path(have: str) -> str:
    return f"{PASSAGE_RULES}?have={quote(have, safe='')}"


def floor_of(house: str) -> str:
    """The floor that a house number names: `1202` is on 12, `301` on 3, `B101` on B1; empty where it names none."""
    match = _HOUSE.fullmatch(house.strip())
    if match is None:
        return ""
    floor = match["digits"][:-2].lstrip("0")
    return match["sign"].upper() + floor if floor else ""


class _Struct(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    pass


class LiftFloor(_Struct, frozen=True, kw_only=True):
    """Where a person lives. The lift's own list of floors and rooms goes before `floor`, which is read off the number."""

    floor: str = ""
    room: str = ""


class PassageRule(_Struct, frozen=True, kw_only=True):
    id: Annotated[str, Meta(min_length=1, max_length=64)]
    door: Annotated[str, Meta(min_length=1)]
    """DeviceName of the door that somebody passes."""
    lift: Annotated[str, Meta(min_length=1)]
    """DeviceName of the device that answers for the lift."""
    elevator: str = ""
    """Which lift behind it; empty: the one that it chooses."""
    start_floor: Annotated[str, Meta(min_length=1, max_length=16)]
    start_room: str = ""
    delay_s: Annotated[int, Meta(ge=0, le=LONGEST_DELAY_S)] = 0
    release: bool = False
    """Also free the floors of the person who passed."""
    persons: dict[str, list[LiftFloor]] = {}
    """Floors by identityId; empty unless `release`."""


class PassageRules(_Struct, frozen=True, kw_only=True):
    version: str = ""
    """The mark of this content; the same content has the same mark."""
    unchanged: bool = False
    rules: list[PassageRule] = []
