"""Which vehicle inside is the one that a lane reads as it leaves, where no plate inside is exactly that?

Cameras confuse characters that look alike, and each camera has habits of its own. A plate inside is as far from a reading
as the confusions cost that lead from one to the other; what a camera's corrected readings show makes its usual
confusions cheap. The nearest is taken only where it is near and the next is clearly farther: a wrong pairing makes two
people pay for each other, a question costs a look.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log
from typing import Final, NamedTuple

ALIKE: Final = ("0DQO", "8B", "2Z", "5S", "17TLI", "6G", "UVY", "CG", "MNWH", "A4", "EF", "PR", "KX", "3J")
"""Characters that cameras take for each other."""
PROVINCES: Final = frozenset("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼")
ALIKE_COST: Final = 0.4
PROVINCE_COST: Final = 0.5
OTHER_COST: Final = 1.0
MISSING_COST: Final = 0.8
"""Of a character that one of both lacks."""
COLOR_COST: Final = 0.6
"""Of a plate whose colour was seen as another one."""
LEAST_COST: Final = 0.15
"""Of a confusion that is the camera's rule."""
FAR: Final = 1.3
"""Nothing farther is taken without a person."""
MARGIN: Final = 0.42
"""How much farther the next must be."""
_GROUPS: Final = {(a, b) for group in ALIKE for a in group for b in group if a != b}
_PRIOR: Final = 8.0
"""How many readings the general habits of cameras are worth beside a camera's own."""


@dataclass(slots=True)
class Confusions:
    """What one camera read where what stood there, learned from readings that were put right."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """(stood there, was read) → how often."""
    totals: dict[str, int] = field(default_factory=dict[str, int])
    """Character that stood there → how often it was read at all."""
    _costs: dict[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])

    def cost(self, stood: str, read: str) -> float:
        """Of reading one for the other: 0 of the same, `LEAST_COST` to `OTHER_COST` else."""
        if stood == read:
            return 0.0
        cost = self._costs.get((stood, read))
        if cost is None:
            cost = self._costs[stood, read] = self._reckoned(stood, read)
        return cost

    def _reckoned(self, stood: str, read: str) -> float:
        general = _general(stood, read)
        seen = self.totals.get(stood, 0)
        if not seen:
            return general
        share = (self.counts.get((stood, read), 0) + _PRIOR * _share(general)) / (seen + _PRIOR)
        return min(max(LEAST_COST, -log(share) / 5), general if share > _share(general) else OTHER_COST)


class Candidate(NamedTuple):
    """A vehicle inside. `color`: of the plate, None: not seen."""

    stay_id: int
    plate: str
    color: int | None = None


class Near(NamedTuple):
    candidate: Candidate
    cost: float


class Pairing(NamedTuple):
    """`sure`: the first of `nearest` is it. Otherwise a person chooses among them."""

    sure: bool
    nearest: tuple[Near, ...]


GENERAL: Final = Confusions()
"""Of a camera of which nothing was corrected yet."""


def pair(
    reading: str,
    color: int | None,
    inside: Iterable[Candidate],
    confusions: Confusions = GENERAL,
    *,
    most: int = 5,
) -> Pairing:
    """The vehicles inside that may be it, the nearest first."""
    near = list[Near]()
    for candidate in inside:
        cost = distance(candidate.plate, reading, confusions, limit=FAR + MARGIN)
        if color is not None and candidate.color is not None and color != candidate.color:
            cost += COLOR_COST
        if cost <= FAR + MARGIN:
            near.append(Near(candidate, cost))
    near.sort(key=lambda row: (row.cost, row.candidate.stay_id))
    is_sure = bool(near) and near[0].cost <= FAR
    if is_sure and len(near) > 1:
        is_sure = near[1].cost - near[0].cost >= MARGIN
    return Pairing(is_sure, tuple(near[:most]))


def distance(plate: str, reading: str, confusions: Confusions = GENERAL, *, limit: float = 99.0) -> float:
    """What the confusions cost that make a reading of a plate; at least `limit` where it is farther."""
    if plate == reading:
        return 0.0
    if len(plate) == len(reading):
        total = 0.0
        for stood, read in zip(plate, reading, strict=True):
            if stood != read:
                total += confusions.cost(stood, read)
                if total > limit:
                    break
        return total
    longer, shorter = (plate, reading) if len(plate) > len(reading) else (reading, plate)
    if len(longer) - len(shorter) > 1:
        return limit + 1
    return MISSING_COST + min(
        _sum(longer[:at] + longer[at + 1 :], shorter, confusions, plate is longer)
        for at in range(len(longer))
    )


def _sum(one_less: str, other: str, confusions: Confusions, is_plate: bool) -> float:
    pairs = zip(one_less, other, strict=True)
    return sum(confusions.cost(a, b) if is_plate else confusions.cost(b, a) for a, b in pairs)


def _general(stood: str, read: str) -> float:
    if (stood, read) in _GROUPS:
        return ALIKE_COST
    return PROVINCE_COST if stood in PROVINCES and read in PROVINCES else OTHER_COST


def _share(cost: float) -> float:
    """How often a confusion of this cost happens, by the same scale that costs are reckoned with."""
    shares: Mapping[float, float] = {ALIKE_COST: 0.02, PROVINCE_COST: 0.01}
    return shares.get(cost, 0.0005)
