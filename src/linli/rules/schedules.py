"""The times within its window at which a right is valid: weekly hours or cron expressions. Pure, so that cloud, edge
and doors agree.

The specification names `cron` as a right's validity expression (有效期表达式, spec E C6, B A079) and no dialect. Here a
schedule is one or more expressions joined by `;`. It is valid at a moment if one expression matches in all fields. Five
fields (minute hour day month weekday, Sunday 0 or 7) and Quartz' six or seven (seconds first, Sunday 1) are read. Six
fields are written, with weekdays by name, so that no reader takes Sunday for Monday. Empty text: always.

Times are local times of the site. The zone is an argument; empty means the platform's default. On a day of 23 or 25
hours a skipped hour never comes, and a repeated hour is valid twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from linli.rules.cron import DAY_MINUTES, DAYS, CronError, Expression, read_expression

SITE_ZONE: Final = "Asia/Shanghai"
"""Of communities that say no other."""
_MINUTE_MS: Final = 60_000
MOST_CHARACTERS, MOST_EXPRESSIONS = 2048, 64
MOST_A_DAY = 12
"""Windows in one day: doors that know no schedules are sent each of them."""
LONGEST_PIECE_DAYS = 31
NOON = 720
_SEARCH_DAYS = 1462
_WHOLE_DAY = (1 << DAY_MINUTES) - 1


class ScheduleError(ValueError):
    """`rule` names what is wrong, `part` the expression or window that breaks it."""

    def __init__(self, rule: str, part: str = "") -> None:
        super().__init__(f"{rule}: {part}")
        self.rule = rule
        self.part = part


@dataclass(frozen=True, slots=True, order=True)
class WeekWindow:
    """Hours that come back every week."""

    days: tuple[int, ...]
    """ISO weekdays, Monday 1 to Sunday 7, on which it begins."""
    start: int
    """Minutes after midnight, 0 to 1439."""
    end: int
    """Exclusive, up to 1440; at or before `start`: on the next day."""


class Piece(NamedTuple):
    """An unbroken stretch in which a schedule holds. UTC ms, both ends inclusive."""

    starts_ms: int
    ends_ms: int


def clean(text: str) -> str:
    """A schedule as it is stored and compared. Raises ScheduleError."""
    if len(text) > MOST_CHARACTERS:
        raise ScheduleError("too_long")
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if not parts:
        return ""
    if len(parts) > MOST_EXPRESSIONS:
        raise ScheduleError("too_many", str(MOST_EXPRESSIONS))
    expressions = []
    for part in parts:
        try:
            expressions.append(read_expression(part))
        except CronError as error:
            raise ScheduleError("cron_format", f"{part} ({error})") from error
        if not (expressions[-1].every_day or expressions[-1].every_weekday):
            # Old cron reads the two as "or", Quartz refuses them: the author would be surprised.
            raise ScheduleError("both_days", part)
    return _checked(expressions)


def from_windows(windows: Iterable[WeekWindow]) -> str:
    """The schedule of weekly hours; empty when they are the whole week. Raises ScheduleError."""
    week = [0] * 7
    for window in windows:
        if not window.days or not all(1 <= day <= 7 for day in window.days):
            raise ScheduleError("days")
        if not (0 <= window.start < DAY_MINUTES and 0 <= window.end <= DAY_MINUTES):
            raise ScheduleError("hours")
        if window.start == window.end:
            raise ScheduleError("hours")
        for day in window.days:
            if window.end > window.start:
                week[day - 1] |= _bits(window.start, window.end)
            else:
                week[day - 1] |= _bits(window.start, DAY_MINUTES)
                week[day % 7] |= _bits(0, window.end)
    if not any(week):
        raise ScheduleError("never")
    _check_runs(week)
    return "" if all(day == _WHOLE_DAY for day in week) else _text_of_week(week)


def to_windows(text: str) -> list[WeekWindow] | None:
    """The weekly hours that a schedule says; None when it also goes by date, which no week shows."""
    expressions = _read(text)
    if not all(expression.weekly for expression in expressions):
        return None
    return _windows(_week(expressions))


def holds(text: str, now_ms: int, zone: str = "") -> bool:
    """Whether a schedule holds now. A text or a zone that cannot be read never holds: a door fails closed."""
    if not text:
        return True
    try:
        expressions, place = _read(text), zone_named(zone)
    except (CronError, ScheduleError):
        return False
    moment = datetime.fromtimestamp(now_ms / 1000, place)
    bit = 1 << (moment.hour * 60 + moment.minute)
    return any(expression.on(moment.date()) and expression.minutes & bit for expression in expressions)


def piece_at(text: str, now_ms: int, zone: str = "") -> Piece | None:
    """The stretch that holds now, else the next one; None when there is none within four years.

    A stretch over more than a month ends after a month, and is followed by the next. Raises ScheduleError (zone).
    """
    expressions, place = _read(text), zone_named(zone)
    first = datetime.fromtimestamp(now_ms / 1000, place).date()
    piece: Piece | None = None
    for day, run in _pieces_from(expressions, first, place):
        near = (day - first).days < LONGEST_PIECE_DAYS
        if piece is not None and run.starts_ms == piece.ends_ms + 1 and near:
            piece = Piece(piece.starts_ms, run.ends_ms)
        elif piece is not None and piece.ends_ms >= now_ms:
            break
        else:
            piece = run
    return piece if piece is not None and piece.ends_ms >= now_ms else None


@lru_cache(maxsize=512)
def zone_named(zone: str) -> ZoneInfo:
    """A time zone by its IANA name; empty: the default. Raises ScheduleError."""
    try:
        return ZoneInfo(zone or SITE_ZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ScheduleError("zone", zone[:64]) from error


def both(first: str, other: str) -> str | None:
    """When both hold; None: never."""
    if not first or not other or first == other:
        return first or other
    met = [a & b for a in _read(first) for b in _read(other)]
    expressions = [expression for expression in met if expression.possible]
    return _written(expressions) if expressions else None


def either(schedules: Iterable[str]) -> str:
    """When one of them holds."""
    distinct = sorted(set(schedules))
    if len(distinct) == 1 or "" in distinct:
        return distinct[0]
    return _written([expression for text in distinct for expression in _read(text)])


def _checked(expressions: list[Expression]) -> str:
    if not any(expression.possible for expression in expressions):
        raise ScheduleError("never")
    if all(expression.weekly for expression in expressions):
        _check_runs(_week(expressions))
    else:
        every = 0
        for expression in expressions:
            every |= expression.minutes
        _check_runs([every])
    text = _written(expressions)
    if len(text) > MOST_CHARACTERS:
        raise ScheduleError("too_long")
    return text


def _check_runs(days: Iterable[int]) -> None:
    if any(len(list(_runs(mask))) > MOST_A_DAY for mask in days):
        raise ScheduleError("too_often", str(MOST_A_DAY))


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[Expression, ...]:
    return tuple(read_expression(part) for part in text.split(";") if part.strip())


def _written(expressions: list[Expression]) -> str:
    """One text for one meaning where it is weekly; otherwise the expressions in order, each once."""
    if all(expression.weekly for expression in expressions):
        week = _week(expressions)
        return "" if all(day == _WHOLE_DAY for day in week) else _text_of_week(week)
    return ";".join(sorted({expression.text for expression in expressions}))


def _week(expressions: Iterable[Expression]) -> list[int]:
    week = [0] * 7
    for expression in expressions:
        for day in expression.weekdays:
            week[day - 1] |= expression.minutes
    return week


def _text_of_week(week: list[int]) -> str:
    parts: list[str] = []
    by_run: dict[tuple[int, int], list[int]] = {}
    for number, mask in enumerate(week, 1):
        for run in _runs(mask):
            by_run.setdefault(run, []).append(number)
    for (start, end), days in by_run.items():
        parts += _expressions_of(start, end, days)
    return ";".join(parts)


def _expressions_of(start: int, end: int, days: list[int]) -> Iterator[str]:
    """Cron's fields are independent: 08:30 to 18:15 takes the rest of one hour, whole hours, and part of another."""
    (first, from_minute), (last, to_minute) = divmod(start, 60), divmod(end - 1, 60)
    named = _days(days)
    if first == last:
        yield _line(from_minute, to_minute, first, last, named)
        return
    if from_minute:
        yield _line(from_minute, 59, first, first, named)
        first += 1
    whole_to = last if to_minute == 59 else last - 1
    if first <= whole_to:
        yield _line(0, 59, first, whole_to, named)
    if to_minute != 59:
        yield _line(0, to_minute, last, last, named)


def _line(from_minute: int, to_minute: int, first: int, last: int, days: str) -> str:
    minute = "*" if (from_minute, to_minute) == (0, 59) else _range(from_minute, to_minute)
    hour = "*" if (first, last) == (0, 23) else _range(first, last)
    return f"* {minute} {hour} ? * {days}"


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"


def _days(days: list[int]) -> str:
    if len(days) == 7:
        return "*"
    groups: list[list[int]] = []
    for day in days:
        if groups and groups[-1][-1] == day - 1:
            groups[-1].append(day)
        else:
            groups.append([day])
    return ",".join(
        DAYS[group[0] - 1] if len(group) == 1 else f"{DAYS[group[0] - 1]}-{DAYS[group[-1] - 1]}"
        for group in groups
    )


def _windows(week: list[int]) -> list[WeekWindow]:
    """Runs by day. Runs over midnight are joined again; equal runs of several days become one."""
    runs = {(day, *run) for day, mask in enumerate(week, 1) for run in _runs(mask)}
    by_span: dict[tuple[int, int], list[int]] = {}
    for day, start, end in sorted(runs):
        if any(_one_night(run, (day, start, end)) for run in runs):
            continue  # told with the evening before
        morning = next((run for run in runs if _one_night((day, start, end), run)), None)
        by_span.setdefault((start, morning[2] if morning else end), []).append(day)
    return sorted(
        (WeekWindow(tuple(days), start, end) for (start, end), days in by_span.items()),
        key=lambda window: (window.start, window.end, window.days),
    )


def _one_night(evening: tuple[int, int, int], morning: tuple[int, int, int]) -> bool:
    """Whether two runs (day, start, end) are one stretch over midnight that people would call a night."""
    joined = evening[0] % 7 + 1 == morning[0] and evening[2] == DAY_MINUTES and morning[1] == 0
    return joined and morning[2] < evening[1] and morning[2] <= NOON


def _bits(start: int, end: int) -> int:
    return (1 << end) - (1 << start)


def _runs(mask: int) -> Iterator[tuple[int, int]]:
    """(start, end exclusive) of each run of ones."""
    at = 0
    while mask >> at:
        rest = mask >> at
        start = at + (rest & -rest).bit_length() - 1
        ones = mask >> start
        end = start + (~ones & (ones + 1)).bit_length() - 1
        yield start, end
        at = end


def _pieces_from(
    expressions: tuple[Expression, ...], first: date, zone: ZoneInfo
) -> Iterator[tuple[date, Piece]]:
    """(local day on which it begins, piece) from the day before `first` on, in their order."""
    for number in range(-1, _SEARCH_DAYS):
        day = first + timedelta(days=number)
        mask = 0
        for expression in expressions:
            if expression.on(day):
                mask |= expression.minutes
        if not mask:
            continue
        for begins, ends, midnight in _even_parts(day, zone):
            for start, end in _runs(mask):
                low = max(midnight + start * _MINUTE_MS, begins)
                high = min(midnight + end * _MINUTE_MS, ends)
                if low < high:
                    yield day, Piece(low, high - 1)


def _even_parts(day: date, zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    """A local day cut where its clocks are put forward or back: (from, to, when its midnight would have been), UTC ms."""
    begins, ends = _begins(day, zone), _begins(day + timedelta(days=1), zone)
    local = round(datetime.combine(day, time(), UTC).timestamp()) * 1000
    while begins < ends:
        offset = _offset(begins, zone)
        until = ends if _offset(ends - 1, zone) == offset else _change(begins, ends, zone)
        yield begins, until, local - offset
        begins = until


def _change(begins: int, ends: int, zone: ZoneInfo) -> int:
    """The first moment after `begins` with another offset, which `ends` - 1 has."""
    low, high, offset = begins, ends - 1, _offset(begins, zone)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(middle, zone) == offset else (low, middle)
    return high


def _begins(day: date, zone: ZoneInfo) -> int:
    """UTC ms of a local day's first moment, also where midnight is left out."""
    return round(datetime.combine(day, time(), zone).timestamp()) * 1000


def _offset(at_ms: int, zone: ZoneInfo) -> int:
    """How much local time is ahead of UTC, in ms."""
    offset = datetime.fromtimestamp(at_ms / 1000, zone).utcoffset() or timedelta()
    return offset // timedelta(milliseconds=1)
