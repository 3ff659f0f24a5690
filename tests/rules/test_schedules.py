"""Schedules: what cron expressions and weekly hours mean, and how they are written (vectors.json names its sources)."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.rules.schedules import (
    ScheduleError,
    WeekWindow,
    both,
    clean,
    either,
    from_windows,
    holds,
    piece_at,
    to_windows,
    zone_named,
)

WORKDAYS = (1, 2, 3, 4, 5)


def at(text: str, zone: str = "") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone_named(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("* 8-17 * * 1-5", "* * 8-17 ? * MON-FRI"),
        ("0 * 8-17 ? * 2-6", "* * 8-17 ? * MON-FRI"),  # Quartz: Sunday is 1
        ("0 * 8-17 ? * MON-FRI *", "* * 8-17 ? * MON-FRI"),
        ("* * * * 0", "* * * ? * SUN"),
        ("* * * * 7", "* * * ? * SUN"),
        ("* * * ? * 1", "* * * ? * SUN"),
        ("* * * * FRI-MON", "* * * ? * MON,FRI-SUN"),
        ("* 0-23/2 * * *;* 1-23/2 * * *", ""),
        ("30-59 22 1,15 * ?", "* 30-59 22 1,15 * ?"),
        ("* 9 1-5 OCT *", "* * 9 1-5 10 ?"),
        ("* * * * *", ""),
        ("  ", ""),
        ("* 9 * * 1 ; * 10 * * 1", "* * 9-10 ? * MON"),
    ],
)
def test_one_meaning_has_one_text(given: str, written: str) -> None:
    assert clean(given) == written
    assert clean(written) == written


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("* 8-17", "cron_format"), ("61 * * * *", "cron_format"), ("* 8-7 * * *", "cron_format"),
        ("* * * * 8", "cron_format"), ("* * * ? * 0", "cron_format"), ("5 * * ? * 2", "cron_format"),
        ("* * L * *", "cron_format"), ("* * * * MON#2", "cron_format"), ("* */0 * * *", "cron_format"),
        ("* * ٣ * *", "cron_format"), ("0 * 8 ? * 2 2026", "cron_format"),
        ("* * 1 * 1", "both_days"), ("* * 30 2 *", "never"), ("*/5 * * * *", "too_often"),
        ("* 8 1 1 *;" * 65, "too_many"), ("* 8 1 1 * " + " " * 2048, "too_long"),
    ],
)  # fmt: skip
def test_a_refusal_names_its_rule(given: str, rule: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        clean(given)
    assert refused.value.rule == rule


def test_hours_that_do_not_begin_on_the_hour_take_three_expressions() -> None:
    text = from_windows([WeekWindow(WORKDAYS, 8 * 60 + 30, 18 * 60 + 15)])
    assert text == "* 30-59 8 ? * MON-FRI;* * 9-17 ? * MON-FRI;* 0-14 18 ? * MON-FRI"
    assert to_windows(text) == [WeekWindow(WORKDAYS, 510, 1095)]
    assert [holds(text, at(f"2026-11-24T{clock}")) for clock in ("08:29:59", "08:30", "18:14:59", "18:15")] == [
        False, True, True, False,
    ]  # fmt: skip
    assert not holds(text, at("2026-11-28T12:00"))  # Saturday


def test_a_night_is_one_stretch_over_midnight() -> None:
    text = from_windows([WeekWindow((6,), 22 * 60, 6 * 60)])
    assert to_windows(text) == [WeekWindow((6,), 1320, 360)]
    piece = piece_at(text, at("2026-11-24T12:00"))
    assert piece == (at("2026-11-28T22:00"), at("2026-11-29T06:00") - 1)
    assert piece_at(text, at("2026-11-29T05:59:59.999")) == piece
    assert piece_at(text, at("2026-11-29T06:00")) == (at("2026-12-05T22:00"), at("2026-12-06T06:00") - 1)


def test_by_date_no_week_shows_it() -> None:
    text = clean("* 9-10 1 * *")
    assert to_windows(text) is None
    assert piece_at(text, at("2026-11-24T12:00")) == (at("2026-12-01T09:00"), at("2026-12-01T11:00") - 1)
    leap = piece_at(clean("* * 29 2 *"), at("2026-11-24T12:00"))
    assert leap == (at("2028-02-29T00:00"), at("2028-03-01T00:00") - 1)


def test_what_holds_without_a_break_is_told_a_month_at_a_time() -> None:
    piece = piece_at("* * * ? * *", at("2026-11-24T12:00"))
    assert piece == (at("2026-11-23T00:00"), at("2026-12-25T00:00") - 1)


def test_both_and_either() -> None:
    office, late = clean("* 8-17 * * 1-5"), clean("* 12-20 * * 5,6")
    assert both(office, late) == "* * 12-17 ? * FRI"
    assert both(office, "") == both("", office) == office
    assert both(clean("* 8 * * *"), clean("* 9 * * *")) is None
    assert both(clean("* 8 30 * *"), clean("* 8 * 2 *")) is None
    assert either([office, ""]) == ""
    assert either([late, office]) == "* * 8-17 ? * MON-THU;* * 8-20 ? * FRI;* * 12-20 ? * SAT"
    assert both(clean("* 8 1 * *"), clean("* 8 * * 1")) == "* * 8 1 * MON"
    assert holds("* * 8 1 * MON", at("2027-02-01T08:00"))  # both fields at once, which nobody may write
    assert not holds("* * 8 1 * MON", at("2026-12-01T08:00"))


@pytest.mark.parametrize("broken", ["nonsense", "* * *", "* 8-17 * * 1-5;x"])
def test_a_text_that_cannot_be_read_never_holds(broken: str) -> None:
    assert not holds(broken, at("2026-11-24T12:00"))


weeks = st.lists(
    st.builds(
        WeekWindow,
        st.sets(st.integers(1, 7), min_size=1).map(lambda days: tuple(sorted(days))),
        st.integers(0, 1439),
        st.integers(0, 1440),
    ).filter(lambda window: window.start != window.end),
    min_size=1, max_size=4,
)  # fmt: skip


def _said(windows: list[WeekWindow], moment: datetime) -> bool:
    minute, day = moment.hour * 60 + moment.minute, moment.isoweekday()
    for window in windows:
        if window.end > window.start:
            if day in window.days and window.start <= minute < window.end:
                return True
        elif (day in window.days and minute >= window.start) or (
            (day - 2) % 7 + 1 in window.days and minute < window.end
        ):
            return True
    return False


@given(weeks, st.integers(0, 10079))
def test_hours_mean_what_they_say_and_come_back(windows: list[WeekWindow], minute: int) -> None:
    text = from_windows(windows)
    now_ms = at("2026-11-23T00:00") + minute * 60_000
    moment = datetime.fromtimestamp(now_ms / 1000, zone_named(""))
    assert holds(text, now_ms) is _said(windows, moment)
    assert clean(text) == text
    told: Any = to_windows(text)
    if text:
        assert from_windows(told) == text
        piece = piece_at(text, now_ms)
        assert piece is not None
        assert holds(text, piece.starts_ms)
        assert holds(text, piece.ends_ms)
        assert (piece.starts_ms <= now_ms) is holds(text, now_ms)


@given(weeks, weeks, st.integers(0, 10079))
def test_both_and_either_are_and_and_or(one: list[WeekWindow], other: list[WeekWindow], minute: int) -> None:
    first, second = from_windows(one), from_windows(other)
    now_ms = at("2026-11-23T00:00") + minute * 60_000
    met = both(first, second)
    assert (met is not None and holds(met, now_ms)) is (holds(first, now_ms) and holds(second, now_ms))
    assert holds(either([first, second]), now_ms) is (holds(first, now_ms) or holds(second, now_ms))


NEW_YORK = "America/New_York"


def test_hours_go_by_the_clocks_of_the_place() -> None:
    office = from_windows([WeekWindow(WORKDAYS, 9 * 60, 17 * 60)])
    noon = at("2026-11-24T12:00", NEW_YORK)  # 01:00 of the next day in Shanghai
    assert holds(office, noon, NEW_YORK)
    assert not holds(office, noon)
    assert piece_at(office, noon, NEW_YORK) == (
        at("2026-11-24T09:00", NEW_YORK),
        at("2026-11-24T17:00", NEW_YORK) - 1,
    )
    assert not holds(office, noon, "Mars/Olympus")
    with pytest.raises(ScheduleError, match="zone"):
        piece_at(office, noon, "Mars/Olympus")


def test_an_hour_left_out_does_not_come_and_one_that_comes_twice_holds_twice() -> None:
    night = clean("* 2 * * *")
    spring = piece_at(night, at("2026-03-08T00:00", NEW_YORK), NEW_YORK)  # 02:00 is 03:00 on this day
    assert spring == (at("2026-03-09T02:00", NEW_YORK), at("2026-03-09T03:00", NEW_YORK) - 1)
    quarter = clean("0-14 1 * * *")
    autumn = at("2026-11-01T00:00", NEW_YORK)  # 02:00 is 01:00 again
    first = piece_at(quarter, autumn, NEW_YORK)
    assert first == (autumn + 3_600_000, autumn + 3_600_000 + 15 * 60_000 - 1)
    assert piece_at(quarter, first[1] + 1, NEW_YORK) == (first[0] + 3_600_000, first[1] + 3_600_000)
    morning = piece_at(clean("* 0-5 * * *"), autumn, NEW_YORK)
    assert morning is not None
    assert morning.ends_ms + 1 - morning.starts_ms == 7 * 3_600_000


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        (NEW_YORK, "2026-03-07"), (NEW_YORK, "2026-10-31"), ("Europe/Berlin", "2026-10-24"),
        ("Australia/Lord_Howe", "2026-04-04"), ("Africa/Cairo", "2026-04-23"), ("Africa/Cairo", "2026-10-29"),
        ("America/Havana", "2026-10-31"), ("Asia/Shanghai", "2026-10-31"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("text", ["* 23,0-1 * * *", "20-39 0-3,23 * * *", "* * * * SUN"])
def test_stretches_and_moments_agree_on_days_with_23_and_25_hours(zone: str, day: str, text: str) -> None:
    """Minute by minute over three days around a change of the clocks."""
    begins = at(f"{day}T00:00", zone)
    piece = piece_at(text, begins, zone)
    for now in range(begins, begins + 3 * 86_400_000, 300_000):
        while piece is not None and piece.ends_ms < now:
            piece = piece_at(text, now, zone)
        assert holds(text, now, zone) is (piece is not None and piece.starts_ms <= now), (
            datetime.fromtimestamp(now / 1000, zone_named(zone))
        )
