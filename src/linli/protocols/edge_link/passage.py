"""Passage rules (通行规则): a person passes a door, and the box calls a lift for them. Spec C C010, C016; G F14, F15.

They are sent apart from the deployment, so that a rule takes effect at once and no driver restarts.
"""

import hashlib
import hmac
import re
from typing import Annotated, Final, Literal
from urllib.parse import quote

import msgspec
from msgspec import Meta

PASSAGE_RULES: Final = "/edge/passage-rules"
"""GET, `?have=` the version that the box keeps; answers `PassageRules`, or `unchanged` for that very version."""
RULE_EVENT: Final = "elevatorRuleEvent"
"""The event of a lift with the result of a rule. A lift that stores rules itself reports the same event."""
LONGEST_DELAY_S: Final = 300
type ControlMode = Literal["CALL_ONLY", "CALL_WITH_TARGET", "RELEASE_ONLY", "ACTIVATE_ONLY"]
CALL_ONLY: Final = "CALL_ONLY"
CALL_WITH_TARGET: Final = "CALL_WITH_TARGET"
RELEASE_ONLY: Final = "RELEASE_ONLY"
ACTIVATE_ONLY: Final = "ACTIVATE_ONLY"
IN_CAR: Final = (RELEASE_ONLY, ACTIVATE_ONLY)
"""Modes whose reader is in a car."""
"""Spec G 8: delaySeconds."""
KEYED: Final = "k"
"""How marks begin; older ones, without a key, are of hexadecimal digits alone."""
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


class VisitFloor(_Struct, frozen=True, kw_only=True):
    """Where a visitor is expected, and when; UTC ms. The box's clock ends it."""

    floor: LiftFloor
    starts_ms: int
    ends_ms: int


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
    visitors: dict[str, list[VisitFloor]] = {}
    """The same of visitors with a pass."""


class LinkageTarget(_Struct, frozen=True, kw_only=True):
    """Where one person, or who shows one credential, is taken."""

    floors: list[LiftFloor] = []
    expires_ms: int = 0
    """From when on it does not count any more, UTC ms; 0: never."""


class Linkage(_Struct, frozen=True, kw_only=True):
    """What a pass does at a lift for the persons and credentials listed, and for nobody else. Spec E 5.6."""

    id: Annotated[str, Meta(min_length=1, max_length=64)]
    door: Annotated[str, Meta(min_length=1)]
    """DeviceName of what somebody passes; in the car for the last two modes."""
    lift: Annotated[str, Meta(min_length=1)]
    mode: ControlMode
    elevator: str = ""
    start_floor: str = ""
    start_room: str = ""
    delay_s: Annotated[int, Meta(ge=0, le=LONGEST_DELAY_S)] = 0
    persons: dict[str, LinkageTarget] = {}
    """By identityId; asked before `credentials`."""
    credentials: dict[str, LinkageTarget] = {}
    """By `credential_mark`."""


class LiftOrders(_Struct, frozen=True, kw_only=True):
    """What the platform says of a lift. What its cars say of themselves, the box hears before the platform does."""

    mode: str = ""
    """SINGLE, GROUP or ALL; empty: the lift was never read."""
    cars: dict[str, list[str]] = {}
    """Floors by number of the car, in the lift's own names."""
    out: dict[str, int] = {}
    """Cars that a person took out of service, by number (empty: the whole lift): until then, UTC ms; 0: until they say
    otherwise."""
    emergency: bool = False
    """Nobody calls it until a person ended the emergency."""
    ended_ms: int = 0
    """When a person ended its last emergency, UTC ms: a lock that the box made itself before then is over."""
    exits: list[str] = []
    """Where it lets visitors out, in its own names; empty: not known, so nowhere."""


def credential_mark(key: bytes, kind: str, value: str) -> str:
    """What stands for a face (`IDENTITY`), a code (`QRCODE`) or a card (`CARD`) in linkages.

    A card's number is short enough to be found by trying; not without `key`, which no database has.
    """
    return keyed_mark(key, hashlib.sha256(f"{kind}\n{value}".encode()).hexdigest())


def keyed_mark(key: bytes, digest: str) -> str:
    """The mark of which this is the digest without a key."""
    return KEYED + hmac.digest(key, digest.encode(), hashlib.sha256).hex()


class PassageRules(_Struct, frozen=True, kw_only=True):
    version: str = ""
    """The mark of this content; the same content has the same mark."""
    unchanged: bool = False
    rules: list[PassageRule] = []
    linkages: list[Linkage] = []
    """A list of their own: a box that does not know them goes on with its rules."""
    lifts: dict[str, LiftOrders] = {}
    """By DeviceName of the lift; one of which nothing is known is absent."""
    faces: dict[str, str] = {}
    """identityId by faceId, of the persons named above: a door tells the face only."""
    mark_key: str = ""
    """The key of `credential_mark`, in hexadecimal."""
    site_key: str = ""
    """By which the boxes of one community tell each other of counted passes, in hexadecimal; empty: there is no other."""
