"""Schedules as people give and read them: weekly hours or an expression in, hours in words out."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.kernel.errors import BadInput
from linli.kernel.i18n import text
from linli.rules import schedules
from linli.rules.schedules import ScheduleError, WeekWindow

MOST_HOURS = 21


class WeekHours(msgspec.Struct, rename="camel", frozen=True):
    """Hours that come back every week."""

    days: Annotated[list[int], Meta(description="Weekdays on which they begin: 1 Monday to 7 Sunday.")]
    start: Annotated[str, Meta(description="HH:MM at the site.")]
    end: Annotated[str, Meta(description="HH:MM, 24:00 at most; at or before `start`: on the next day.")]


class Hours(msgspec.Struct, rename="camel", frozen=True):
    """A schedule. Given: weekly hours or an expression, not both; neither: at all hours."""

    weeks: Annotated[
        list[WeekHours] | None, Meta(description="Null where the expression also goes by date.")
    ] = msgspec.field(default_factory=list)
    cron: Annotated[
        str,
        Meta(description="Cron expressions joined by `;`; five fields, or six and seven as Quartz has them."),
    ] = ""


def read_hours(given: Hours | None, field: str) -> str:
    """The schedule's text; empty: at all hours. Raises BadInput naming `field`."""
    if given is None:
        return ""
    if given.weeks and given.cron.strip():
        raise BadInput(field=field, rule="schedule_one")
    try:
        if not given.weeks:
            return schedules.clean(given.cron)
        if len(given.weeks) > MOST_HOURS:
            raise BadInput(field=field, rule="too_many_items", limit=MOST_HOURS)
        windows = [
            WeekWindow(tuple(sorted(set(week.days))), _minute(week.start), _minute(week.end, last=True))
            for week in given.weeks
        ]
        return schedules.from_windows(windows)
    except ScheduleError as error:
        raise BadInput(field=field, rule=f"schedule_{error.rule}", part=error.part) from error


def tell_hours(schedule: str) -> Hours | None:
    """None: at all hours."""
    if not schedule:
        return None
    windows = schedules.to_windows(schedule)
    weeks = (
        None
        if windows is None
        else [WeekHours(list(window.days), _clock(window.start), _clock(window.end)) for window in windows]
    )
    return Hours(weeks, schedule)


def words_of(schedule: str, language: str) -> str:
    """Hours in words; an expression by date is returned as it is written."""
    windows = schedules.to_windows(schedule) if schedule else []
    if windows is None:
        return schedule
    if not windows:
        return text("hours.always", language)
    parts = []
    for window in windows:
        key = "hours.night" if window.end <= window.start else "hours.day"
        days = _days(window.days, language)
        parts.append(text(key, language, days=days, start=_clock(window.start), end=_clock(window.end)))
    return text("hours.and", language).join(parts)


def _days(days: tuple[int, ...], language: str) -> str:
    if len(days) == 7:
        return text("hours.daily", language)
    groups: list[list[int]] = []
    for day in days:
        if groups and groups[-1][-1] == day - 1:
            groups[-1].append(day)
        else:
            groups.append([day])
    names = []
    for group in groups:
        first, last = (text(f"hours.weekday_{day}", language) for day in (group[0], group[-1]))
        names.append(first if len(group) == 1 else text("hours.span", language, first=first, last=last))
    return text("hours.also", language).join(names)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _minute(clock: str, *, last: bool = False) -> int:
    hour, colon, minute = clock.partition(":")
    good = colon and all(len(part) == 2 and part.isascii() and part.isdecimal() for part in (hour, minute))
    if good and int(minute) < 60:
        minutes = int(hour) * 60 + int(minute)
        if minutes < 1440 or (last and minutes == 1440):
            return minutes
    raise ScheduleError("hours", clock[:8])
