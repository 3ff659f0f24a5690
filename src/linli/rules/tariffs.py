"""A car park's tariff: what a minute of which class, day and hour belongs to, and what is wrong with one.

Money is whole fen. Minutes of a day are those of the lot's own clock, 0 midnight to 1440.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

DAY_MINUTES: Final = 1440
WORKDAY: Final = "workday"
WEEKEND: Final = "weekend"
HOLIDAY: Final = "holiday"
DAY_KINDS: Final = (WORKDAY, WEEKEND, HOLIDAY)
CALENDAR: Final = "calendar"
FROM_ENTRY: Final = "from_entry"
DAY_BOUNDS: Final = (CALENDAR, FROM_ENTRY)
"""A day's cap counts from midnight to midnight, or each 24 hours from the entry."""

LEAST_PERIOD: Final = 5
MOST_FEN: Final = 9_999_900
MOST_SEGMENTS: Final = 12
MOST_LEAVE: Final = 120


class Price(NamedTuple):
    """`fen` for a period of `minutes` that has begun."""

    minutes: int
    fen: int


class Segment(NamedTuple):
    """Hours of a day with prices of their own; those that end no later than they begin go on after midnight."""

    from_minute: int
    to_minute: int
    further: Price
    first: Price | None = None
    """Of a stay whose first paid period begins here."""
    cap_fen: int | None = None
    """The most that one such run of hours costs."""

    def minutes(self) -> Iterator[range]:
        """As parts of one calendar day."""
        if self.from_minute < self.to_minute:
            yield range(self.from_minute, self.to_minute)
        else:
            yield range(self.from_minute, DAY_MINUTES)
            yield range(self.to_minute)


class Plan(NamedTuple):
    """The segments of some kinds of days: together they are the whole day, once."""

    days: frozenset[str]
    segments: tuple[Segment, ...]

    def at(self, minute: int) -> int:
        """The number of the segment that a minute of the day belongs to."""
        return next(
            number
            for number, segment in enumerate(self.segments)
            if any(minute in part for part in segment.minutes())
        )


@dataclass(frozen=True, slots=True)
class Tariff:
    """One version, which never changes: a stay keeps the one that it began under."""

    classes: Mapping[str, tuple[Plan, ...]]
    """By class of vehicle; the empty name is of all others."""
    free_minutes: int = 0
    free_deducted: bool = False
    """A longer stay does not pay for its free minutes either."""
    free_once_a_day: bool = False
    """A second stay of the same calendar day has none."""
    day_bounds: str = CALENDAR
    day_cap_fen: int | None = None
    shared_day_cap: bool = False
    """What earlier stays of a calendar day paid counts for its cap."""
    stay_cap_fen: int | None = None
    leave_minutes: int = 15
    """Time to leave after paying."""

    def plans(self, vehicle_class: str) -> tuple[Plan, ...]:
        return self.classes.get(vehicle_class) or self.classes[""]


@dataclass(frozen=True, slots=True)
class Days:
    """Which days of a calendar are not what their weekday says."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    """Weekend days on which people work (调休)."""

    def kind(self, day: date) -> str:
        if day in self.holidays:
            return HOLIDAY
        return WEEKEND if day.weekday() >= 5 and day not in self.workdays else WORKDAY


class Fault(NamedTuple):
    """What is wrong with a tariff. `rule` is a code; `facts` fill its words."""

    field: str
    rule: str
    facts: Mapping[str, int | str] = {}


def faults(tariff: Tariff) -> list[Fault]:
    """Everything that keeps a tariff from being published, by field; none: each minute has one price."""
    wrong_fields = [
        *_number("freeMinutes", tariff.free_minutes, DAY_MINUTES),
        *_number("leaveMinutes", tariff.leave_minutes, MOST_LEAVE),
        *_number("dayCapFen", tariff.day_cap_fen, MOST_FEN),
        *_number("stayCapFen", tariff.stay_cap_fen, MOST_FEN),
    ]
    if tariff.day_bounds not in DAY_BOUNDS:
        wrong_fields.append(Fault("dayBounds", "unknown"))
    if tariff.shared_day_cap and tariff.day_bounds != CALENDAR:
        wrong_fields.append(Fault("sharedDayCap", "calendar_only"))
    if "" not in tariff.classes:
        wrong_fields.append(Fault("classes", "no_default"))
    for name, plans in tariff.classes.items():
        wrong_fields += _plans(f"classes.{name or 'default'}", plans)
    return wrong_fields


def _plans(field: str, plans: Sequence[Plan]) -> Iterator[Fault]:
    for kind in DAY_KINDS:
        count = sum(kind in plan.days for plan in plans)
        if count != 1:
            yield Fault(field, f"no_{kind}" if count == 0 else f"{kind}_twice")
    for number, plan in enumerate(plans):
        at = f"{field}[{number}]"
        if plan.days - set(DAY_KINDS):
            yield Fault(f"{at}.days", "unknown")
        if not 0 < len(plan.segments) <= MOST_SEGMENTS:
            yield Fault(f"{at}.segments", "count", {"most": MOST_SEGMENTS})
        yield from _segments(at, plan.segments)


def _segments(at: str, segments: Sequence[Segment]) -> Iterator[Fault]:
    taken = [0] * DAY_MINUTES
    for number, segment in enumerate(segments):
        field = f"{at}.segments[{number}]"
        bounds = [
            *_number(f"{field}.fromMinute", segment.from_minute, DAY_MINUTES - 1),
            *_number(f"{field}.toMinute", segment.to_minute, DAY_MINUTES),
        ]
        yield from bounds
        yield from _number(f"{field}.capFen", segment.cap_fen, MOST_FEN)
        for name, price in (("first", segment.first), ("further", segment.further)):
            if price is not None:
                yield from _number(f"{field}.{name}.fen", price.fen, MOST_FEN)
                yield from _number(f"{field}.{name}.minutes", price.minutes, DAY_MINUTES, LEAST_PERIOD)
        if bounds:
            return
        for part in segment.minutes():
            for minute in part:
                taken[minute] += 1
    for rule, wrong in (("gap", taken.count(0)), ("overlap", sum(count > 1 for count in taken))):
        if wrong:
            first = next(m for m, count in enumerate(taken) if (count == 0 if rule == "gap" else count > 1))
            yield Fault(f"{at}.segments", rule, {"at": f"{first // 60:02}:{first % 60:02}"})


def _number(field: str, value: int | None, most: int, least: int = 0) -> Iterator[Fault]:
    if value is not None and not least <= value <= most:
        yield Fault(field, "range", {"least": least, "most": most})
