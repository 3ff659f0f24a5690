"""Tariffs, cases and fees as they cross the wire and are kept: hours as 08:00, days by name, money in fen."""

import re
from datetime import datetime
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from linli.kernel.errors import BadInput
from linli.rules import tariffs
from linli.rules.parking_fees import Coupon, Fee, Line, Stay
from linli.rules.tariffs import Plan, Price, Segment, Tariff

MOST_CASES: Final = 200
_LONGEST_STAY_MS: Final = 400 * 86_400_000
_HOUR: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")

type DayKind = Literal["workday", "weekend", "holiday"]
type CouponKind = Literal["minutes", "percent", "fen", "whole"]
type LineKind = Literal["free", "pass", "first", "further", "segment_cap", "day_cap", "stay_cap", "coupon"]
type ClassName = Annotated[str, Meta(description="Class of vehicle; empty: all others.", max_length=32)]
type LocalTime = Annotated[str, Meta(description="2026-12-01T08:00 by the community's clock.", max_length=19)]


class PriceForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """For a period that has begun."""

    minutes: int
    fen: int


class SegmentForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """Hours with prices of their own."""

    begins: Annotated[str, Meta(description="08:00", max_length=5)]
    ends: Annotated[
        str, Meta(description="20:00, or 24:00; no later than the beginning: of the next day.", max_length=5)
    ]
    further: PriceForm
    first: Annotated[
        PriceForm | None, Meta(description="Where the stay's first paid period begins here.")
    ] = None
    cap_fen: Annotated[int | None, Meta(description="The most that one run of these hours costs.")] = None


class PlanForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    days: Annotated[list[DayKind], Meta(max_length=3)]
    segments: Annotated[list[SegmentForm], Meta(max_length=tariffs.MOST_SEGMENTS)]


class ClassForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    vehicle_class: ClassName
    plans: Annotated[list[PlanForm], Meta(max_length=3)]


class TariffForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A tariff as a person fills it in."""

    classes: Annotated[list[ClassForm], Meta(max_length=12)]
    free_minutes: int = 0
    free_deducted: Annotated[bool, Meta(description="A longer stay does not pay for them either.")] = False
    free_once_a_day: bool = False
    day_bounds: Literal["calendar", "from_entry"] = "calendar"
    day_cap_fen: int | None = None
    shared_day_cap: Annotated[bool, Meta(description="Stays of one calendar day have one cap.")] = False
    stay_cap_fen: int | None = None
    leave_minutes: Annotated[int, Meta(description="To leave after paying.")] = 15

    def tariff(self) -> Tariff:
        """Raises BadInput for hours that are none and a class that is there twice."""
        names = [form.vehicle_class for form in self.classes]
        if len(set(names)) != len(names):
            raise BadInput(field="classes", rule="tariff.class_twice")
        return Tariff(
            classes={
                form.vehicle_class: tuple(
                    Plan(frozenset(plan.days), tuple(_segment(segment) for segment in plan.segments))
                    for plan in form.plans
                )
                for form in self.classes
            },
            free_minutes=self.free_minutes,
            free_deducted=self.free_deducted,
            free_once_a_day=self.free_once_a_day,
            day_bounds=self.day_bounds,
            day_cap_fen=self.day_cap_fen,
            shared_day_cap=self.shared_day_cap,
            stay_cap_fen=self.stay_cap_fen,
            leave_minutes=self.leave_minutes,
        )


class CouponForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    kind: CouponKind
    value: Annotated[int, Meta(ge=0, le=tariffs.MOST_FEN, description="Minutes, percent or fen.")] = 0


class StayForm(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A stay to try a tariff with."""

    enters: LocalTime
    leaves: LocalTime
    vehicle_class: ClassName = ""
    coupons: Annotated[list[CouponForm], Meta(max_length=10)] = []

    def stay(self, zone: ZoneInfo) -> Stay:
        """Raises BadInput for times that are none, in the wrong order or too far apart."""
        in_ms, out_ms = _instant("enters", self.enters, zone), _instant("leaves", self.leaves, zone)
        if not in_ms <= out_ms <= in_ms + _LONGEST_STAY_MS:
            raise BadInput(field="leaves", rule="tariff.stay_length", days=_LONGEST_STAY_MS // 86_400_000)
        coupons = [Coupon(str(number), form.kind, form.value) for number, form in enumerate(self.coupons)]
        return Stay(in_ms, out_ms, self.vehicle_class, coupons=coupons)


class CaseForm(StayForm, rename="camel", frozen=True, kw_only=True):
    """A stay and what it costs, worked out by a person."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    fen: Annotated[int, Meta(ge=0, le=tariffs.MOST_FEN * 100)]


class LineRow(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """One line of a fee; below zero where something is taken off."""

    kind: LineKind
    fen: int
    day: Annotated[str | None, Meta(description="On which its hours began.")] = None
    begins: str = ""
    ends: str = ""
    count: Annotated[int, Meta(description="Periods.")] = 0
    minutes: Annotated[int, Meta(description="Of each period; of free time and passes in all.")] = 0
    each_fen: int = 0
    coupon: CouponForm | None = None


class FeeRow(msgspec.Struct, rename="camel", frozen=True):
    fen: int
    lines: list[LineRow]


def fee_row(fee: Fee) -> FeeRow:
    return FeeRow(fee.fen, [_line(line) for line in fee.lines])


def _line(line: Line) -> LineRow:
    begins, ends = ("", "") if line.hours is None else (_clock(line.hours[0]), _clock(line.hours[1]))
    coupon = line.coupon and CouponForm(line.coupon.kind, line.coupon.value)  # type: ignore[arg-type]
    return LineRow(
        kind=line.kind,  # type: ignore[arg-type]
        fen=line.fen,
        day=None if line.day is None else line.day.isoformat(),
        begins=begins,
        ends=ends,
        count=line.count,
        minutes=line.minutes,
        each_fen=line.each_fen,
        coupon=coupon,
    )


def _segment(form: SegmentForm) -> Segment:
    first = None if form.first is None else Price(form.first.minutes, form.first.fen)
    further = Price(form.further.minutes, form.further.fen)
    return Segment(_minute("begins", form.begins), _minute("ends", form.ends), further, first, form.cap_fen)


def _minute(field: str, text: str) -> int:
    if not _HOUR.fullmatch(text) or (field == "begins" and text == "24:00"):
        raise BadInput(field=field, rule="tariff.hours")
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _instant(field: str, text: str, zone: ZoneInfo) -> int:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(field=field, rule="tariff.local_time") from None
    if local.tzinfo is not None or not 2000 <= local.year < 2100:
        raise BadInput(field=field, rule="tariff.local_time")
    return int(local.replace(tzinfo=zone).timestamp() * 1000)
