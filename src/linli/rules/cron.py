"""One cron expression as sets: which minutes of which days it matches."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

DAY_MINUTES: Final = 1440
DAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_ALL_DAYS, _ALL_MONTHS, _ALL_WEEK = frozenset(range(1, 32)), frozenset(range(1, 13)), frozenset(range(1, 8))
_LONGEST: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class CronError(ValueError):
    """The text says which field breaks which rule."""


@dataclass(frozen=True)
class Expression:
    """All fields must match."""

    minute: frozenset[int]
    hour: frozenset[int]
    days: frozenset[int]
    """Of the month, 1 to 31."""
    months: frozenset[int]
    weekdays: frozenset[int]
    """ISO, Monday 1 to Sunday 7."""

    def __and__(self, other: "Expression") -> "Expression":
        return Expression(
            self.minute & other.minute,
            self.hour & other.hour,
            self.days & other.days,
            self.months & other.months,
            self.weekdays & other.weekdays,
        )

    @cached_property
    def minutes(self) -> int:
        """Bit n: the n-th minute of a day matches."""
        hour = sum(1 << minute for minute in self.minute)
        return sum(hour << (60 * number) for number in self.hour)

    @property
    def weekly(self) -> bool:
        """The same every week."""
        return self.every_day and self.months == _ALL_MONTHS

    @property
    def every_day(self) -> bool:
        return self.days == _ALL_DAYS

    @property
    def every_weekday(self) -> bool:
        return self.weekdays == _ALL_WEEK

    @property
    def possible(self) -> bool:
        """Whether there is such a day; 30 February is none."""
        some_day = any(day <= _LONGEST[month - 1] for month in self.months for day in self.days)
        return bool(self.minutes and self.weekdays and some_day)

    def on(self, day: date) -> bool:
        return day.day in self.days and day.month in self.months and day.isoweekday() in self.weekdays

    @property
    def text(self) -> str:
        """Quartz, six fields; seconds are all of a minute's."""
        days, week = _write(self.days, _ALL_DAYS), _write(self.weekdays, _ALL_WEEK, _day_name)
        if week == "*":
            week = "?"
        elif days == "*":
            days = "?"
        minute = _write(self.minute, frozenset(range(60)))
        hour = _write(self.hour, frozenset(range(24)))
        months = _write(self.months, _ALL_MONTHS)
        return f"* {minute} {hour} {days} {months} {week}"


def read_expression(text: str) -> Expression:
    """Read five fields, or Quartz' six or seven. Raises CronError."""
    fields = text.upper().split()
    if len(fields) not in (5, 6, 7):
        raise CronError("5, 6 or 7 fields")
    quartz = len(fields) > 5
    if quartz:
        if fields[0] not in ("*", "0", "0-59"):
            raise CronError("seconds: * or 0")
        if len(fields) == 7 and fields[6] != "*":
            raise CronError("year: *")
        fields = fields[1:6]
    minute, hour, day, month, week = fields
    weekdays = _field("weekday", week, 1 if quartz else 0, 7, _quartz_day if quartz else _unix_day)
    return Expression(
        _field("minute", minute, 0, 59, int),
        _field("hour", hour, 0, 23, int),
        _field("day", day, 1, 31, int),
        _field("month", month, 1, 12, _month),
        frozenset((number - 2) % 7 + 1 if quartz else (number - 1) % 7 + 1 for number in weekdays),
    )


def _field(name: str, text: str, low: int, high: int, number: Callable[[str], int]) -> frozenset[int]:
    values: set[int] = set()
    for part in text.split(","):
        span, slash, step_text = part.partition("/")
        step = _number(name, step_text, int) if slash else 1
        if span in ("*", "?"):
            first, last = low, high
        else:
            begin, dash, end = span.partition("-")
            first = _number(name, begin, number)
            last = _number(name, end, number) if dash else high if slash else first
        if name == "weekday" and last < first:
            last += 7  # FRI-MON
        if step < 1 or first < low or first > high or last < first or (name != "weekday" and last > high):
            raise CronError(f"{name}: {low}-{high}")
        values |= {
            low + (value - low) % 7 if name == "weekday" else value for value in range(first, last + 1, step)
        }
    return frozenset(values)


def _number(name: str, text: str, read: Callable[[str], int]) -> int:
    try:
        if not text.isascii() or len(text) > 3:
            raise ValueError
        return read(text)
    except ValueError:
        raise CronError(f"{name}: {text[:16]}") from None


def _unix_day(text: str) -> int:
    return (DAYS.index(text) + 1) % 7 if text in DAYS else int(text)


def _quartz_day(text: str) -> int:
    return (DAYS.index(text) + 1) % 7 + 1 if text in DAYS else int(text)


def _month(text: str) -> int:
    return _MONTHS.index(text) + 1 if text in _MONTHS else int(text)


def _day_name(day: int) -> str:
    return DAYS[day - 1]


def _write(values: frozenset[int], every: frozenset[int], name: Callable[[int], str] = str) -> str:
    if values == every:
        return "*"
    groups: list[list[int]] = []
    for value in sorted(values):
        if groups and groups[-1][-1] == value - 1:
            groups[-1].append(value)
        else:
            groups.append([value])
    return ",".join(
        name(group[0]) if len(group) == 1 else f"{name(group[0])}-{name(group[-1])}" for group in groups
    )
