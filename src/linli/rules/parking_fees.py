"""What a stay costs, as lines that sum to it, and what of it is still due.

A stay is cut into minutes counted from its entry; one that has begun counts whole, and belongs to the day and the segment
in which it begins by the lot's clock. Minutes under a pass cost nothing and stop the clock of a paid period. The first
minute that nothing pays for begins a period at the price of its segment, which then pays for that many minutes, also over
the segment's end. Caps are filled by periods where they begin: the segment's, then the day's, then the stay's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from linli.rules.tariffs import CALENDAR, DAY_MINUTES, Days, Plan, Price, Segment, Tariff

MINUTE_MS: Final = 60_000
FREE: Final = "free"
PASS: Final = "pass"
FIRST: Final = "first"
FURTHER: Final = "further"
SEGMENT_CAP: Final = "segment_cap"
DAY_CAP: Final = "day_cap"
STAY_CAP: Final = "stay_cap"
COUPON: Final = "coupon"
MINUTES: Final = "minutes"
PERCENT: Final = "percent"
FEN: Final = "fen"
WHOLE: Final = "whole"
COUPON_KINDS: Final = (MINUTES, PERCENT, FEN, WHOLE)
"""In the order in which they are taken off."""


class Coupon(NamedTuple):
    """`value`: minutes, percent taken off, fen taken off; of `whole` nothing."""

    number: str
    kind: str
    value: int = 0


@dataclass(frozen=True, slots=True)
class Earlier:
    """What other stays of the same vehicle in this lot have used up, by calendar day."""

    fen: Mapping[date, int] = field(default_factory=dict[date, int])
    free: frozenset[date] = frozenset()


NOTHING_EARLIER: Final = Earlier()


@dataclass(frozen=True, slots=True)
class Stay:
    """Times are UTC ms. `passes`: from, and until before."""

    in_ms: int
    out_ms: int
    vehicle_class: str = ""
    passes: Sequence[tuple[int, int]] = ()
    coupons: Sequence[Coupon] = ()
    earlier: Earlier = NOTHING_EARLIER


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a fee. `fen` is below zero where something is taken off.

    `count` periods of `minutes` at `each_fen`; of `free` and `pass` the minutes alone. `hours`: the segment's, and `day`
    the one on which they began.
    """

    kind: str
    fen: int
    day: date | None = None
    hours: tuple[int, int] | None = None
    count: int = 0
    minutes: int = 0
    each_fen: int = 0
    coupon: Coupon | None = None


@dataclass(frozen=True, slots=True)
class Fee:
    fen: int
    lines: tuple[Line, ...]
    by_day: Mapping[date, int] = field(default_factory=dict[date, int])
    """What counts for the caps of the next stays of these days, before coupons."""
    free_on: frozenset[date] = frozenset()
    """Days whose free minutes are used."""


class Paid(NamedTuple):
    at_ms: int
    fen: int


class _Run(NamedTuple):
    """Hours that a minute belongs to."""

    segment: Segment
    number: int
    began: date
    today: date


def fee(tariff: Tariff, stay: Stay, *, zone: ZoneInfo, days: Days) -> Fee:
    """What a stay costs that ends at `out_ms`."""
    charged = _charged(stay)
    count = sum(len(part) for part in charged)
    lines: list[Line] = []
    covered = _length(stay) - count
    if covered:
        lines.append(Line(PASS, 0, minutes=covered))
    entry = datetime.fromtimestamp(stay.in_ms // 1000, zone).date()
    has_free = tariff.free_minutes and count and not (tariff.free_once_a_day and entry in stay.earlier.free)
    free = min(tariff.free_minutes, count) if has_free else 0
    given = sum(coupon.value for coupon in stay.coupons if coupon.kind == MINUTES)
    whole = count <= free + given
    if free and (whole or tariff.free_deducted):
        lines.append(Line(FREE, 0, minutes=free))
    skipped = given + (free if tariff.free_deducted else 0)
    lines += [
        Line(COUPON, 0, minutes=coupon.value, coupon=coupon)
        for coupon in stay.coupons
        if coupon.kind == MINUTES and count
    ]
    register = _Register(tariff, stay.earlier)
    if not whole:
        for run, price, kind, elapsed in _periods(tariff, stay, _after(charged, skipped), zone, days):
            register.take(run, price, kind, elapsed)
    lines += register.lines()
    total = sum(line.fen for line in lines)
    lines += _taken_off(total, stay.coupons)
    used = free and (whole or tariff.free_deducted)
    free_on = frozenset({entry}) if used and tariff.free_once_a_day else frozenset[date]()
    return Fee(sum(line.fen for line in lines), tuple(lines), register.by_date, free_on)


def due(tariff: Tariff, stay: Stay, *, paid: Sequence[Paid], zone: ZoneInfo, days: Days) -> tuple[int, Fee]:
    """What is still to pay at `out_ms`, and the fee that it is of.

    Who paid all that was due then has `leave_minutes` to leave, and the fee stays that of then.
    """
    given = sum(payment.fen for payment in paid)
    if paid:
        last = max(payment.at_ms for payment in paid)
        if last <= stay.out_ms <= last + tariff.leave_minutes * MINUTE_MS:
            then = fee(tariff, replace(stay, out_ms=last), zone=zone, days=days)
            if given >= then.fen:
                return 0, then
    until = fee(tariff, stay, zone=zone, days=days)
    return max(0, until.fen - given), until


def _length(stay: Stay) -> int:
    """Minutes that have begun."""
    return max(0, -(-(stay.out_ms - stay.in_ms) // MINUTE_MS))


def _charged(stay: Stay) -> list[range]:
    """The minutes, by number from the entry, that no pass covers."""
    free_at, end, parts = 0, _length(stay), list[range]()
    for from_ms, until_ms in sorted(stay.passes):
        first = max(0, -(-(from_ms - stay.in_ms) // MINUTE_MS))
        after = max(0, -(-(until_ms - stay.in_ms) // MINUTE_MS))
        if first >= end or after <= first:
            continue
        if first > free_at:
            parts.append(range(free_at, first))
        free_at = max(free_at, after)
    if free_at < end:
        parts.append(range(free_at, end))
    return parts


def _after(parts: Sequence[range], skipped: int) -> list[range]:
    """The same without their first minutes."""
    left = list[range]()
    for part in parts:
        cut = min(skipped, len(part))
        skipped -= cut
        if cut < len(part):
            left.append(part[cut:])
    return left


def _periods(
    tariff: Tariff, stay: Stay, parts: Sequence[range], zone: ZoneInfo, days: Days
) -> Iterator[tuple[_Run, Price, str, int]]:
    """Each paid period: where it begins, its price, and which 24 hours of the stay it begins in."""
    plans = tariff.plans(stay.vehicle_class)
    paid, begun = 0, False
    for part in parts:
        at = part.start + paid
        while at < part.stop:
            run = _run(plans, datetime.fromtimestamp(stay.in_ms / 1000 + at * 60, zone), days)
            opening = run.segment.first is not None and not begun
            price = run.segment.first if opening and run.segment.first else run.segment.further
            begun = True
            yield run, price, FIRST if opening else FURTHER, at // DAY_MINUTES
            at += price.minutes
        paid = at - part.stop


def _run(plans: Sequence[Plan], at: datetime, days: Days) -> _Run:
    today, minute = at.date(), at.hour * 60 + at.minute
    kind = days.kind(today)
    plan = next(plan for plan in plans if kind in plan.days)
    number = plan.at(minute)
    segment = plan.segments[number]
    from_yesterday = segment.to_minute <= segment.from_minute and minute < segment.to_minute
    began = today - timedelta(days=1) if from_yesterday else today
    return _Run(segment, plans.index(plan) * DAY_MINUTES + number, began, today)


class _Register:
    """Adds up periods under their caps, and keeps what each line says."""

    def __init__(self, tariff: Tariff, earlier: Earlier) -> None:
        self.by_date: dict[date, int] = {}
        self._tariff = tariff
        self._earlier = earlier.fen if tariff.shared_day_cap else {}
        self._segments: dict[tuple[int, date], int] = {}
        self._days: dict[date | int, int] = {}
        self._total = 0
        self._periods: dict[tuple[str, int, date, Price], tuple[_Run, int]] = {}
        self._cut: dict[tuple[str, object], tuple[_Run, int]] = {}

    def take(self, run: _Run, price: Price, kind: str, elapsed: int) -> None:
        self._count(kind, run, price)
        hours = run.number, run.began
        day = run.today if self._tariff.day_bounds == CALENDAR else elapsed
        fen = self._cap(SEGMENT_CAP, hours, run, price.fen, run.segment.cap_fen, self._segments.get(hours, 0))
        used = self._days.get(day, 0) + (self._earlier.get(run.today, 0) if day == run.today else 0)
        day_fen = self._cap(DAY_CAP, day, run, fen, self._tariff.day_cap_fen, used)
        stay_fen = self._cap(STAY_CAP, None, run, day_fen, self._tariff.stay_cap_fen, self._total)
        self._segments[hours] = self._segments.get(hours, 0) + fen
        self._days[day] = self._days.get(day, 0) + day_fen
        self._total += stay_fen
        self.by_date[run.today] = self.by_date.get(run.today, 0) + stay_fen

    def lines(self) -> Iterator[Line]:
        for (kind, _, began, price), (run, count) in self._periods.items():
            yield Line(
                kind,
                count * price.fen,
                day=began,
                hours=run.segment[:2],
                count=count,
                minutes=price.minutes,
                each_fen=price.fen,
            )
        for (kind, _), (run, fen) in self._cut.items():
            of_hours = kind == SEGMENT_CAP
            day = run.began if of_hours else None if kind == STAY_CAP else run.today
            yield Line(kind, -fen, day=day, hours=run.segment[:2] if of_hours else None)

    def _count(self, kind: str, run: _Run, price: Price) -> None:
        key = kind, run.number, run.began, price
        self._periods[key] = run, self._periods.get(key, (run, 0))[1] + 1

    def _cap(self, kind: str, key: object, run: _Run, fen: int, cap: int | None, used: int) -> int:
        """What is left of `fen` under a cap of which `used` is full already."""
        if cap is None or used + fen <= cap:
            return fen
        left = max(0, cap - used)
        if fen > left:
            first, cut = self._cut.get((kind, key), (run, 0))
            self._cut[kind, key] = first, cut + fen - left
        return left


def _taken_off(total: int, coupons: Sequence[Coupon]) -> Iterator[Line]:
    """What coupons take off, never below nothing: percent first, of what is left each time, rounded for the driver."""
    for kind in COUPON_KINDS[1:]:
        for coupon in coupons:
            if coupon.kind != kind:
                continue
            off = {PERCENT: -(-total * coupon.value // 100), FEN: coupon.value, WHOLE: total}[kind]
            off = min(total, off)
            total -= off
            yield Line(COUPON, -off, coupon=coupon)
