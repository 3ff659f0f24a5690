"""Pure: whether a camera is armed at a moment, and when a plan takes pictures. Local times of the community."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from linli.protocols.event_api.checks import WEEKDAYS, minutes_of
from linli.rules.cron import CronError, read_expression


class Slot(NamedTuple):
    interval_s: int
    """The least seconds between two alarms."""
    groups: tuple[str, ...]
    """Bound libraries; of a person alone."""


def armed_at(week: Sequence[Mapping[str, Any]], moment: datetime) -> Slot | None:
    """The slot that holds at a local moment; both ends are inside."""
    minute = moment.hour * 60 + moment.minute
    for day in week:
        if day["weekDay"] != WEEKDAYS[moment.weekday()]:
            continue
        for slot in day["timeSlot"]:
            begin, end = minutes_of(slot["time"])
            if begin <= minute <= end:
                groups = tuple(each["groupId"] for each in day.get("bindGroup", ()))
                return Slot(int(slot["interval"]), groups)
    return None


def check_cron(plan: Mapping[str, Any]) -> None:
    """Raises CronError."""
    for text in plan.get("cron", ()):
        if not read_expression(text).possible:
            raise CronError(text)


def next_due(plan: Mapping[str, Any], after_ms: int, zone: str) -> int | None:
    """The first minute after a moment at which pictures are taken; None: never again, or switched off.

    Dates are both inclusive. A local time that a clock change leaves out is skipped.
    """
    if not plan["status"]:
        return None
    where = ZoneInfo(zone)
    after = datetime.fromtimestamp(after_ms / 1000, where)
    begin = max(date.fromisoformat(plan["startDate"]), after.date())
    end = date.fromisoformat(plan["endDate"])
    day = begin
    while day <= end and (day - begin).days <= 366:
        for minute in _minutes_on(plan, day):
            moment = datetime.combine(day, time(minute // 60, minute % 60), where)
            at_ms = round(moment.timestamp() * 1000)
            back = datetime.fromtimestamp(at_ms / 1000, where)
            if at_ms > after_ms and (back.hour, back.minute) == (moment.hour, moment.minute):
                return at_ms
        day += timedelta(days=1)
    return None


def _minutes_on(plan: Mapping[str, Any], day: date) -> Iterator[int]:
    """Minutes of a day, ascending."""
    minutes: set[int] = set()
    for row in plan.get("captureWeekDay", ()):
        if row["weekDay"] == WEEKDAYS[day.weekday()]:
            minutes |= {int(text[:2]) * 60 + int(text[3:]) for text in row["captureTime"]}
    for text in plan.get("cron", ()):
        expression = read_expression(text)
        if expression.on(day):
            minutes |= {number for number in range(1440) if expression.minutes >> number & 1}
    return iter(sorted(minutes))
