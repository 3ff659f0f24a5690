"""What stays cost: cases worked out by hand, families by a formula, and random ones by the oracle of `soak tariffs`."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from linli.rules import parking_fees as fees
from linli.rules.parking_fees import Coupon, Earlier, Line, Paid, Stay, due, fee
from linli.rules.tariffs import (
    DAY_KINDS,
    HOLIDAY,
    WEEKEND,
    WORKDAY,
    Days,
    Plan,
    Price,
    Segment,
    Tariff,
    faults,
)
from tests.campaigns.tariffs import campaign

HANGZHOU = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
ALL = frozenset(DAY_KINDS)
HOURLY = Tariff(
    {"": (Plan(ALL, (Segment(0, 1440, first=Price(60, 500), further=Price(30, 200)),)),)},
    free_minutes=30,
    day_cap_fen=3_000,
)
"""The commonest in China: half an hour free, 5 yuan the first hour, 2 yuan each further half-hour, 30 yuan a day."""
NIGHTS = Tariff(
    {
        "": (
            Plan(
                ALL,
                (
                    Segment(480, 1200, further=Price(30, 300), cap_fen=2_000),
                    Segment(1200, 480, further=Price(60, 100), cap_fen=500),
                ),
            ),
        ),
        "large": (Plan(ALL, (Segment(0, 1440, further=Price(60, 1_000)),)),),
    }
)
"""3 yuan the half-hour by day up to 20, 1 yuan the hour by night up to 5; large vehicles 10 yuan the hour."""


def ms(text: str, zone: ZoneInfo = HANGZHOU) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def cost(tariff: Tariff, begin: str, end: str, zone: ZoneInfo = HANGZHOU, **more: object) -> int:
    stay = Stay(ms(begin, zone), ms(end, zone), **more)  # type: ignore[arg-type]
    answer = fee(tariff, stay, zone=zone, days=Days())
    assert sum(line.fen for line in answer.lines) == answer.fen
    return answer.fen


@pytest.mark.parametrize("free_deducted", [False, True])
def test_each_length_of_a_day_costs_what_the_board_at_the_entry_says(free_deducted: bool) -> None:
    tariff = Tariff(HOURLY.classes, free_minutes=30, free_deducted=free_deducted, day_cap_fen=3_000)
    begin = ms("2026-12-01T00:00")
    for minutes in range(0, 1441, 3):
        paid = minutes - (30 if free_deducted else 0)
        further = max(0, -(-(paid - 60) // 30))
        should = 0 if minutes <= 30 else min(3_000, 500 + 200 * further)
        stay = Stay(begin, begin + minutes * 60_000)
        assert fee(tariff, stay, zone=HANGZHOU, days=Days()).fen == should, minutes


@pytest.mark.parametrize(
    ("begin", "end", "fen"),
    [
        ("2026-12-01T09:00", "2026-12-01T09:00", 0),
        ("2026-12-01T09:00", "2026-12-01T09:01", 300),
        ("2026-12-01T09:00", "2026-12-01T12:00", 1_800),
        ("2026-12-01T09:00", "2026-12-01T13:00", 2_000),  # the day's hours are full
        (
            "2026-12-01T19:45",
            "2026-12-01T20:15",
            300,
        ),  # the half-hour that began by day pays for the quarter after
        ("2026-12-01T19:45", "2026-12-01T20:16", 400),
        ("2026-12-01T20:00", "2026-12-02T08:00", 500),
        ("2026-12-01T18:00", "2026-12-02T09:00", 1_200 + 500 + 600),
        ("2026-12-01T08:00", "2026-12-03T08:00", 2 * 2_500),
        ("2026-12-02T02:00", "2026-12-02T07:00", 500),  # after midnight it is the night of the day before
        ("2026-12-02T02:00", "2026-12-03T07:00", 500 + 2_000 + 500),
    ],
)
def test_days_and_nights_have_their_own_prices_and_caps(begin: str, end: str, fen: int) -> None:
    assert cost(NIGHTS, begin, end) == fen


def test_classes_days_of_the_week_and_holidays_have_their_own_prices() -> None:
    assert cost(NIGHTS, "2026-12-01T09:00", "2026-12-01T11:00", vehicle_class="large") == 2_000
    flat = {
        kind: Plan(frozenset({kind}), (Segment(0, 1440, Price(60, fen)),))
        for kind, fen in zip(DAY_KINDS, (100, 200, 300), strict=True)
    }
    tariff = Tariff({"": (flat[WORKDAY], flat[WEEKEND], flat[HOLIDAY])})
    days = Days(holidays=frozenset({date(2026, 10, 1)}), workdays=frozenset({date(2026, 10, 10)}))
    for day, fen in (("2026-10-01", 300), ("2026-10-08", 100), ("2026-10-10", 100), ("2026-10-11", 200)):
        stay = Stay(ms(f"{day}T09:00"), ms(f"{day}T10:00"))
        assert fee(tariff, stay, zone=HANGZHOU, days=days).fen == fen, day


def test_a_day_is_of_the_calendar_or_counted_from_the_entry() -> None:
    assert cost(HOURLY, "2026-12-01T12:00", "2026-12-02T12:00") == 6_000
    from_entry = Tariff(HOURLY.classes, day_bounds="from_entry", day_cap_fen=3_000)
    assert cost(from_entry, "2026-12-01T12:00", "2026-12-02T12:00") == 3_000
    assert cost(from_entry, "2026-12-01T12:00", "2026-12-02T12:31") == 3_400
    capped = Tariff(HOURLY.classes, day_cap_fen=3_000, stay_cap_fen=4_000)
    assert cost(capped, "2026-12-01T12:00", "2026-12-05T12:00") == 4_000


def test_days_of_23_and_25_hours_are_paid_by_their_hours() -> None:
    hourly = Tariff({"": (Plan(ALL, (Segment(0, 1440, Price(60, 100)),)),)})
    assert cost(hourly, "2026-03-29T00:00", "2026-03-30T00:00", BERLIN) == 2_300
    assert cost(hourly, "2026-10-25T00:00", "2026-10-26T00:00", BERLIN) == 2_500
    assert cost(NIGHTS, "2026-10-24T20:00", "2026-10-25T08:00", BERLIN) == 500
    short = Tariff({"": (Plan(ALL, (Segment(0, 180, Price(60, 100)), Segment(180, 1440, Price(60, 0)))),)})
    assert cost(short, "2026-03-29T00:00", "2026-03-29T12:00", BERLIN) == 200  # 02:00 to 03:00 was not
    assert cost(short, "2026-10-25T00:00", "2026-10-25T12:00", BERLIN) == 400  # and was there twice


def test_a_pass_pays_for_its_part_of_a_stay() -> None:
    covered = ((ms("2026-12-01T10:00"), ms("2026-12-01T20:00")),)
    plain = Tariff(HOURLY.classes)
    assert cost(plain, "2026-12-01T10:00", "2026-12-01T20:00", passes=covered) == 0
    assert cost(plain, "2026-12-01T09:00", "2026-12-01T20:30", passes=covered) == 500 + 200
    assert (
        cost(plain, "2026-12-01T09:40", "2026-12-01T20:40", passes=covered) == 500
    )  # twenty minutes, and forty
    stay = Stay(ms("2026-12-01T09:40"), ms("2026-12-01T20:40"), passes=covered)
    assert Line(fees.PASS, 0, minutes=600) in fee(plain, stay, zone=HANGZHOU, days=Days()).lines


def test_stays_of_one_day_share_its_cap_and_its_free_minutes() -> None:
    today = date(2026, 12, 1)
    shared = Tariff(HOURLY.classes, 30, free_once_a_day=True, day_cap_fen=3_000, shared_day_cap=True)
    earlier = Earlier({today: 2_800}, frozenset({today}))
    assert cost(shared, "2026-12-01T18:00", "2026-12-01T18:20", earlier=earlier) == 200
    assert cost(shared, "2026-12-01T18:00", "2026-12-01T18:20") == 0
    first = fee(shared, Stay(ms("2026-12-01T08:00"), ms("2026-12-01T08:10")), zone=HANGZHOU, days=Days())
    assert first.free_on == {today}
    paying = fee(shared, Stay(ms("2026-12-01T08:00"), ms("2026-12-01T10:00")), zone=HANGZHOU, days=Days())
    assert (paying.fen, dict(paying.by_day), paying.free_on) == (900, {today: 900}, frozenset())


def test_coupons_come_off_minutes_first_and_never_below_nothing() -> None:
    def less(*coupons: Coupon) -> int:
        return cost(HOURLY, "2026-12-01T08:00", "2026-12-01T10:00", coupons=coupons)

    assert less() == 900
    assert less(Coupon("a", fees.MINUTES, 60)) == 500
    assert less(Coupon("a", fees.MINUTES, 90)) == 0  # with the half-hour that is free
    assert less(Coupon("a", fees.FEN, 200)) == 700
    assert less(Coupon("a", fees.PERCENT, 50)) == 450
    assert less(Coupon("a", fees.FEN, 200), Coupon("b", fees.PERCENT, 50)) == 250
    assert less(Coupon("a", fees.FEN, 2_000)) == 0
    assert less(Coupon("a", fees.WHOLE)) == 0
    assert (
        cost(HOURLY, "2026-12-01T08:00", "2026-12-01T10:00", coupons=(Coupon("a", fees.PERCENT, 33),)) == 603
    )


def test_who_has_paid_has_time_to_leave() -> None:
    stay = Stay(ms("2026-12-01T08:00"), ms("2026-12-01T10:00"))

    def left(out: str, *paid: Paid) -> int:
        return due(HOURLY, Stay(stay.in_ms, ms(out)), paid=paid, zone=HANGZHOU, days=Days())[0]

    assert left("2026-12-01T10:00") == 900
    paid = Paid(ms("2026-12-01T10:00"), 900)
    assert left("2026-12-01T10:15", paid) == 0
    assert left("2026-12-01T10:16", paid) == 200
    assert left("2026-12-01T10:15", Paid(ms("2026-12-01T10:00"), 800)) == 300
    assert left("2026-12-01T10:31", paid, Paid(ms("2026-12-01T10:20"), 200)) == 0
    assert left("2026-12-01T08:20", paid) == 0


def test_a_fee_says_how_it_came_about() -> None:
    stay = Stay(ms("2026-12-01T19:00"), ms("2026-12-02T10:00"), coupons=(Coupon("c7", fees.FEN, 100),))
    answer = fee(NIGHTS, stay, zone=HANGZHOU, days=Days())
    today, tomorrow = date(2026, 12, 1), date(2026, 12, 2)
    assert answer.lines == (
        Line(fees.FURTHER, 600, today, (480, 1200), 2, 30, 300),
        Line(fees.FURTHER, 1_200, today, (1200, 480), 12, 60, 100),
        Line(fees.FURTHER, 1_200, tomorrow, (480, 1200), 4, 30, 300),
        Line(fees.SEGMENT_CAP, -700, today, (1200, 480)),
        Line(fees.COUPON, -100, coupon=Coupon("c7", fees.FEN, 100)),
    )
    assert answer.fen == 600 + 500 + 1_200 - 100


@pytest.mark.parametrize(
    ("tariff", "field", "rule"),
    [
        (Tariff({}), "classes", "no_default"),
        (Tariff({"": ()}), "classes.default", "no_workday"),
        (Tariff({"": (*HOURLY.classes[""], *HOURLY.classes[""])}), "classes.default", "holiday_twice"),
        (Tariff({"": (Plan(ALL, ()),)}), "classes.default[0].segments", "count"),
        (Tariff({"": (Plan(ALL, (Segment(0, 720, Price(60, 1)),)),)}), "classes.default[0].segments", "gap"),
        (
            Tariff({"": (Plan(ALL, (Segment(0, 1440, Price(60, 1)), Segment(60, 90, Price(60, 1)))),)}),
            "classes.default[0].segments",
            "overlap",
        ),
        (
            Tariff({"": (Plan(ALL, (Segment(0, 1440, Price(1, 1)),)),)}),
            "classes.default[0].segments[0].further.minutes",
            "range",
        ),
        (
            Tariff({"": (Plan(ALL, (Segment(-1, 1440, Price(60, 1)),)),)}),
            "classes.default[0].segments[0].fromMinute",
            "range",
        ),
        (Tariff(HOURLY.classes, day_cap_fen=-1), "dayCapFen", "range"),
        (Tariff(HOURLY.classes, day_bounds="week"), "dayBounds", "unknown"),
        (
            Tariff(HOURLY.classes, day_bounds="from_entry", shared_day_cap=True),
            "sharedDayCap",
            "calendar_only",
        ),
    ],
)
def test_what_is_wrong_with_a_tariff_is_named(tariff: Tariff, field: str, rule: str) -> None:
    assert (field, rule) in [(fault.field, fault.rule) for fault in faults(tariff)]


@pytest.mark.parametrize("seed", [1, 2])
def test_random_stays_cost_what_the_oracle_says(seed: int) -> None:
    """A hundredth each of `linli soak tariffs`."""
    found = campaign(stays=1_000, seed=seed)
    assert found["wrong"] == []
    assert min(found["lines"].values()) > 5
