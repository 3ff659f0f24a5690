"""Which plate stands in a picture, and in several pictures of one pass, by what a reader made of them.

A reader gives ways to read each place of a picture with their probabilities. Only what is a plate counts; a plate whose
ground has another colour is doubted, for then a character was lost or made up; a second plate elsewhere takes as much
from the first as it is likely itself. A wrong car let through is worse than a question, so what decides is how sure the
reading is, and `SURE` is where a barrier may act by it.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from linli.rules.plates import clean_plate, is_new_energy, is_plate

SURE: Final = 0.8
"""A reading of this confidence is acted upon; below it is a hint for a person."""
OTHER_GROUND: Final = 0.4
"""What a plate of this shape on a ground of another colour is still worth."""
_LEAST: Final = 0.02
"""Less likely plates are none."""


class Way(Protocol):
    """One way to read a place."""

    @property
    def text(self) -> str: ...
    @property
    def probability(self) -> float: ...


class Seen(Protocol):
    """A place of a picture."""

    @property
    def texts(self) -> Sequence[Way]: ...
    @property
    def color(self) -> str:
        """Of the ground: blue, green, yellow, white, black; empty: not known."""
        ...


class Reading(NamedTuple):
    plate: str
    """Cleaned."""
    confidence: float
    """0 to 1."""
    color: str


def read(places: Iterable[Seen]) -> Reading | None:
    """The plate in one picture; None: there is none."""
    best: dict[str, Reading] = {}
    for place in places:
        for way in place.texts:
            plate = clean_plate(way.text)
            if not is_plate(plate):
                continue
            worth = min(1.0, way.probability) * (1.0 if _fits(plate, place.color) else OTHER_GROUND)
            if worth >= _LEAST and worth > best.get(plate, Reading("", 0.0, "")).confidence:
                best[plate] = Reading(plate, worth, place.color)
    return _ahead(best)


def vote(readings: Iterable[Reading | None]) -> Reading | None:
    """The plate of one pass by several of its pictures: they agree, or they take from each other.

    Two pictures of one car are spoilt alike, so agreement adds less than two witnesses would.
    """
    plain = [reading for reading in readings if reading is not None]
    sums: dict[str, float] = {}
    for reading in plain:
        sums[reading.plate] = sums.get(reading.plate, 0.0) + reading.confidence
    best: dict[str, Reading] = {}
    whole = sum(sums.values())
    for plate, total in sums.items():
        mine = [reading for reading in plain if reading.plate == plate]
        surest = max(mine, key=lambda reading: reading.confidence)
        more = 0.5 * (1 - surest.confidence) * (total - surest.confidence)
        share = total / whole
        best[plate] = surest._replace(confidence=min(0.99, surest.confidence + more) * share)
    return max(best.values(), key=lambda reading: reading.confidence, default=None)


def _ahead(best: dict[str, Reading]) -> Reading | None:
    """The likeliest, less what the next is likely."""
    order = sorted(best.values(), key=lambda reading: -reading.confidence)
    if not order:
        return None
    rival = order[1].confidence if len(order) > 1 else 0.0
    return order[0]._replace(confidence=order[0].confidence - rival)


def _fits(plate: str, color: str) -> bool:
    """Whether a plate of this shape has such a ground. GA 36-2018: new energy green, the army and the police white."""
    if not color:
        return True
    if is_new_energy(plate):
        return color in ("green", "yellow")  # of large vehicles half yellow
    if plate.endswith(("警", "应急")) or plate.startswith("WJ") or plate[0].isascii():
        return color == "white"
    if plate.endswith(("港", "澳", "领")) or "使" in plate:
        return color == "black"
    return color != "green" or plate.startswith("民航")
