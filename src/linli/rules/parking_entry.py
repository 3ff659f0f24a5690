"""May this plate pass this lane now, and why? Pure, so that cloud, box and lane camera decide alike. Spec F 5.13, A 4.6.

    verdict = judge(Arrival("浙A12345", now_ms), lane, rights, state)

- `Arrival`: what came: the plate as read, whether it goes in or out, the time.
- `Lane`: the barrier: its direction and `places`, the ids of every space it stands for: the lane itself, its area, the
  areas around that one, the lot. A right for any of them counts here, so nested areas need nothing else.
- `Right`: a row of a list or a permission: `kind` whitelist, blacklist or ordinary, for one plate at one place, from
  `starts_ms` to `ends_ms` (None: without limit; both ends belong to it).
- `State`: what else is so now: fire, what is free in the areas this lane enters, locks, the spaces of the holder, a fee.
- `Verdict`: open or not, the reason, what the car is taken for, and the end of the right it came by.

In this order: fire; a car of the emergency services; no plate; a lock (leaving only); blacklist; whitelist; a
permission (whose later cars are guests when its spaces are taken); a guest: full lot (in), a fee that is due (out).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from linli.rules.plates import clean_plate, is_plate

type Direction = Literal["in", "out"]
type RightKind = Literal["ordinary", "whitelist", "blacklist"]


class Standing(StrEnum):
    """What a car is taken for."""

    ORDINARY = "ordinary"
    TEMPORARY = "temporary"
    WHITELIST = "whitelist"
    BLACKLIST = "blacklist"
    NO_PLATE = "no_plate"


class Reason(StrEnum):
    """Why it opens or stays shut; keys of words."""

    FIRE = "fire"
    EMERGENCY = "emergency"
    WHITELIST = "whitelist"
    PERMISSION = "permission"
    GUEST = "guest"
    SPACE_TAKEN = "space_taken"
    """A guest: the spaces of its holder are taken by their other cars."""
    NO_PLATE = "no_plate"
    NOT_A_PLATE = "not_a_plate"
    LOCKED = "locked"
    BLACKLIST = "blacklist"
    FULL = "full"
    FEE_DUE = "fee_due"


PARK_RECORD_V2: Final[Mapping[Standing, int]] = {
    Standing.ORDINARY: 0, Standing.TEMPORARY: 1, Standing.WHITELIST: 2, Standing.BLACKLIST: 3, Standing.NO_PLATE: 4,
}  # fmt: skip
"""`typePermission` of `iot_park_record_v2_model`."""
PARK_PASS: Final[Mapping[Standing, int]] = {
    Standing.ORDINARY: 1, Standing.TEMPORARY: 2, Standing.WHITELIST: 3, Standing.BLACKLIST: 0, Standing.NO_PLATE: 0,
}  # fmt: skip
"""`typePermission` of `iot_park_pass_record`."""
LED_SITUATION: Final[Mapping[Standing, int]] = {
    Standing.ORDINARY: 1, Standing.WHITELIST: 1, Standing.BLACKLIST: 2, Standing.TEMPORARY: 3, Standing.NO_PLATE: 4,
}  # fmt: skip
"""`Situation` and `DefaultSituation` of a lane's display; 0 is an idle lane."""
PERMISSION_TYPE: Final[Mapping[RightKind, int]] = {"ordinary": 1, "whitelist": 2, "blacklist": 3}
"""`permissionType` of a lane camera's permission file."""


@dataclass(frozen=True, slots=True)
class Arrival:
    plate: str
    """As read; empty: the camera saw none."""
    now_ms: int


@dataclass(frozen=True, slots=True)
class Lane:
    direction: Direction
    places: frozenset[str]
    """Ids of the lane and of every space around it, up to the lot."""


@dataclass(frozen=True, slots=True)
class Right:
    kind: RightKind
    plate: str
    place: str
    starts_ms: int | None = None
    ends_ms: int | None = None

    def holds(self, now_ms: int) -> bool:
        """Whether `now_ms` lies within it; both ends belong to it."""
        return (self.starts_ms is None or self.starts_ms <= now_ms) and (
            self.ends_ms is None or now_ms <= self.ends_ms
        )


@dataclass(frozen=True, slots=True)
class State:
    fire: bool = False
    free: tuple[int | None, ...] = ()
    """Free spaces of each area that this lane leads into; None: not counted there."""
    locked: tuple[tuple[int | None, int | None], ...] = ()
    """Windows (UTC ms) in which the car's owner has locked it."""
    spaces: int | None = None
    """How many spaces the holder of this plate's permission has; None: any number of their cars may come."""
    others_inside: int = 0
    """How many other cars of that holder stand inside."""
    fee_due: bool = False
    emergency_plates: frozenset[str] = field(default_factory=frozenset[str])
    """Cleaned plates that always pass beside those known by their shape, such as of ambulances."""


@dataclass(frozen=True, slots=True)
class Verdict:
    open: bool
    reason: Reason
    standing: Standing
    plate: str
    """Cleaned; empty for a car without a plate."""
    until_ms: int | None = None
    """The end of the right it came by; None: no right, or one without end."""

    @property
    def asks(self) -> bool:
        """Whether a person must look: nothing the driver can do opens the lane."""
        return self.reason in (Reason.NO_PLATE, Reason.NOT_A_PLATE, Reason.BLACKLIST, Reason.LOCKED)


def judge(arrival: Arrival, lane: Lane, rights: Iterable[Right], state: State | None = None) -> Verdict:
    """The verdict on one car at one lane. `rights` may hold rows of other plates, places and times: they do not count."""
    state = state or State()
    plate, now_ms = clean_plate(arrival.plate), arrival.now_ms
    good = is_plate(plate)
    if state.fire:
        return Verdict(
            True, Reason.FIRE, Standing.TEMPORARY if good else Standing.NO_PLATE, plate if good else ""
        )
    if not good:
        reason = Reason.NOT_A_PLATE if plate else Reason.NO_PLATE
        return Verdict(False, reason, Standing.NO_PLATE, "")
    if is_emergency(plate) or plate in state.emergency_plates:
        return Verdict(True, Reason.EMERGENCY, Standing.WHITELIST, plate)
    best = _in_force(plate, lane, rights, now_ms)
    if lane.direction == "out" and any(
        Right("ordinary", "", "", *window).holds(now_ms) for window in state.locked
    ):
        return Verdict(False, Reason.LOCKED, _standing(best), plate)
    if "blacklist" in best:
        return Verdict(False, Reason.BLACKLIST, Standing.BLACKLIST, plate, best["blacklist"].ends_ms)
    if "whitelist" in best:
        return Verdict(True, Reason.WHITELIST, Standing.WHITELIST, plate, best["whitelist"].ends_ms)
    taken = state.spaces is not None and state.others_inside >= state.spaces
    if "ordinary" in best and not taken:
        return Verdict(True, Reason.PERMISSION, Standing.ORDINARY, plate, best["ordinary"].ends_ms)
    return _guest(plate, lane, state, Reason.SPACE_TAKEN if "ordinary" in best else Reason.GUEST)


def is_emergency(plate: str) -> bool:
    """Whether a cleaned plate is of the police, the armed police or the rescue services by its shape."""
    return plate.endswith(("警", "应急")) or plate.startswith("WJ")


def _guest(plate: str, lane: Lane, state: State, reason: Reason) -> Verdict:
    if lane.direction == "in" and any(free is not None and free <= 0 for free in state.free):
        return Verdict(False, Reason.FULL, Standing.TEMPORARY, plate)
    if lane.direction == "out" and state.fee_due:
        return Verdict(False, Reason.FEE_DUE, Standing.TEMPORARY, plate)
    return Verdict(True, reason, Standing.TEMPORARY, plate)


def _in_force(plate: str, lane: Lane, rights: Iterable[Right], now_ms: int) -> dict[RightKind, Right]:
    """The right of each kind that counts here and now; of several the one that ends last."""
    best: dict[RightKind, Right] = {}
    for right in rights:
        if right.place not in lane.places or not right.holds(now_ms) or clean_plate(right.plate) != plate:
            continue
        other = best.get(right.kind)
        if other is None or _ends(right) > _ends(other):
            best[right.kind] = right
    return best


def _ends(right: Right) -> float:
    return float("inf") if right.ends_ms is None else right.ends_ms


def _standing(best: Mapping[RightKind, Right]) -> Standing:
    order: tuple[RightKind, ...] = ("blacklist", "whitelist", "ordinary")
    return next((Standing(kind) for kind in order if kind in best), Standing.TEMPORARY)
