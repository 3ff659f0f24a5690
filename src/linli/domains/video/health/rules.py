"""What is wrong with a picture, by plain rules against the camera's own references. Pure."""

from typing import Final, Literal, NamedTuple

from linli.domains.video.health.scene import comparable, in_place, shift_of
from linli.domains.video.health.sight import Sight
from linli.domains.video.health_rows import Verdict

type Period = Literal["dawn", "day", "dusk", "night"]

DARK: Final = 20
"""Grey level: the mean of a black picture is below it, and nearly all of it below the double."""
_DARK_HIGH: Final = 40
_WHITE: Final = 225
_WHITE_LOW: Final = 200
_PLAIN: Final = 14
"""Spread of grey levels of a picture without anything in it."""
_COVERED: Final = 0.25
"""Of the reference's detail."""
_COVERED_FLAT: Final = 0.92
_BLURRED: Final = 0.45
"""Of the reference's sharpness."""
_BARELY: Final = 0.25
"""So little of it, and edges are not expected in their place any more."""
_LEAST_FINE: Final = 0.12
"""A reference with less is no measure of focus."""
_LEAST_SPREAD: Final = 30
"""Nor is one with less: what looks sharp in it is noise."""
_MATCHED: Final = 0.45
"""Edges in place: with so many it is the known scene, in whatever light."""
_MOVED: Final = 0.30
"""With fewer it is another scene; between the two only if it fits better shifted."""
_LEAST_SHIFT: Final = 4
"""Hundredths."""
_OTHER_LIGHT: Final = 25
"""Grey levels between means: another light, so a scene that is not known yet may be the same."""
_FROZEN: Final = 3


class Judged(NamedTuple):
    verdicts: list[Verdict]
    learn: bool
    """It becomes the reference of its period."""
    in_place: int
    """Of a hundred edges of the best reference; -1: nothing to compare with."""


def period_of(hour: int) -> Period:
    """Of a site's own clock."""
    if 5 <= hour < 9:
        return "dawn"
    if 9 <= hour < 16:
        return "day"
    return "dusk" if 16 <= hour < 20 else "night"


def judge(now: Sight, references: dict[Period, Sight], period: Period, alike: int) -> Judged:
    """`alike`: so many looks before this one, in a row, saw the same picture to the last bit."""
    blind = _blind(now, references, period)
    if blind is not None:
        return Judged([blind], False, -1)
    if _black(now):  # as it is used to be at this time
        return Judged([], period not in references, -1)
    verdicts: list[Verdict] = []
    if alike + 1 >= _FROZEN:
        verdicts.append(Verdict("frozen", min(99, 70 + 10 * (alike + 1 - _FROZEN)), {"looks": alike + 1}))
    usable = {name: sight for name, sight in references.items() if comparable(sight)}
    shares = {name: in_place(sight, now) for name, sight in usable.items()}
    percent = round(max(shares.values()) * 100) if shares else -1
    focus = _focus(now, references.get(period))
    if focus >= _BARELY and (moved := _moved(now, usable, references, period, shares)) is not None:
        return Judged([*verdicts, moved], False, percent)
    if focus < _BLURRED:
        sure = min(95, round(100 - focus * 60))
        verdicts.append(Verdict("blurred", sure, {"share": round(focus * 100)}))
    return Judged(verdicts, period not in references and not verdicts, percent)


def _black(now: Sight) -> bool:
    return now.mean < DARK and now.high < _DARK_HIGH


def _blind(now: Sight, references: dict[Period, Sight], period: Period) -> Verdict | None:
    """Nothing can be seen of the scene."""
    if _black(now):
        used_to = period != "day" and any(_black(sight) for sight in references.values())
        new_night = period == "night" and period not in references
        if used_to or new_night or (period in references and _black(references[period])):
            return None
        return Verdict("black", 95 if now.high < DARK else 85, {"level": round(now.mean)})
    if now.mean > _WHITE and now.low > _WHITE_LOW:
        return Verdict("white", 90, {"level": round(now.mean)})
    if now.spread < _PLAIN:
        return Verdict("covered", 90, {"detail": 0})
    own = references.get(period)
    if own is None or _black(own) or own.flat > _COVERED_FLAT:
        return None
    share = now.energy / max(own.energy, 0.1)
    if share < _COVERED and now.flat > max(_COVERED_FLAT, own.flat):
        return Verdict("covered", min(95, round(100 - share * 100)), {"detail": round(share * 100)})
    return None


def _moved(
    now: Sight,
    usable: dict[Period, Sight],
    references: dict[Period, Sight],
    period: Period,
    shares: dict[Period, float],
) -> Verdict | None:
    best = max(shares.values(), default=1.0)
    if best >= _MATCHED:
        return None
    if period not in references and all(
        abs(sight.mean - now.mean) > _OTHER_LIGHT for sight in usable.values()
    ):
        return None  # the first look in another light: it is learned
    against = usable.get(period) or usable[max(shares, key=lambda name: shares[name])]
    shift = shift_of(against, now)
    facts: dict[str, str | int] = {"share": round(best * 100)}
    if shift is not None and max(abs(shift.across), abs(shift.down)) >= _LEAST_SHIFT:
        return Verdict("moved", 95, {**facts, "across": shift.across, "down": shift.down})
    return None if best >= _MOVED else Verdict("moved", round(90 - best * 100), facts)


def _focus(now: Sight, own: Sight | None) -> float:
    """Its sharpness as a share of that of its period; 1: there is no measure."""
    if own is None or own.fine < _LEAST_FINE or own.spread < _LEAST_SPREAD:
        return 1.0
    return now.fine / own.fine
