"""A fee by walking through a stay minute by minute: slow, and written without looking at the rule it judges."""

from collections import defaultdict
from collections.abc import Hashable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from linli.rules.parking_fees import Coupon, Stay
from linli.rules.tariffs import Tariff


def expected(tariff: Tariff, stay: Stay, zone: ZoneInfo, holidays: set[date], workdays: set[date]) -> int:
    """What the stay costs in fen."""
    plans = tariff.classes[stay.vehicle_class if stay.vehicle_class in tariff.classes else ""]
    start = datetime.fromtimestamp(stay.in_ms / 1000, UTC)
    minutes = []
    while stay.in_ms + len(minutes) * 60_000 < stay.out_ms:
        minutes.append(stay.in_ms + len(minutes) * 60_000)
    to_pay = [ms for ms in minutes if not any(begin <= ms < end for begin, end in stay.passes)]

    free = tariff.free_minutes
    if tariff.free_once_a_day and start.astimezone(zone).date() in stay.earlier.free:
        free = 0
    vouchers = sum(coupon.value for coupon in stay.coupons if coupon.kind == "minutes")
    if len(to_pay) <= free + vouchers:
        return 0
    to_pay = to_pay[vouchers + (free if tariff.free_deducted else 0) :]

    by_segment: dict[Hashable, int] = defaultdict(int)
    by_day: dict[Hashable, int] = defaultdict(int)
    total = left = 0
    first_due = True
    for ms in to_pay:
        if left:
            left -= 1
            continue
        local = datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)
        today = local.date()
        if today in holidays:
            kind = "holiday"
        elif local.isoweekday() in (6, 7) and today not in workdays:
            kind = "weekend"
        else:
            kind = "workday"
        [(plan_number, plan)] = [(at, plan) for at, plan in enumerate(plans) if kind in plan.days]
        clock = local.hour * 60 + local.minute
        for segment in plan.segments:
            begun = today
            if segment.from_minute < segment.to_minute:
                inside = segment.from_minute <= clock < segment.to_minute
            elif clock < segment.to_minute:
                inside, begun = True, today - timedelta(days=1)
            else:
                inside = clock >= segment.from_minute
            if inside:
                break
        price = segment.first if first_due and segment.first else segment.further
        first_due = False
        left = price.minutes - 1
        amount = price.fen
        run = plan_number, plan.segments.index(segment), begun
        if segment.cap_fen is not None:
            amount = max(0, min(amount, segment.cap_fen - by_segment[run]))
        by_segment[run] += amount
        day: Hashable = today if tariff.day_bounds == "calendar" else (ms - stay.in_ms) // 86_400_000
        if tariff.day_cap_fen is not None:
            used = by_day[day] + (stay.earlier.fen.get(today, 0) if tariff.shared_day_cap else 0)
            amount = max(0, min(amount, tariff.day_cap_fen - used))
        by_day[day] += amount
        if tariff.stay_cap_fen is not None:
            amount = max(0, min(amount, tariff.stay_cap_fen - total))
        total += amount
    return _less(total, [coupon for coupon in stay.coupons if coupon.kind != "minutes"])


def _less(total: int, coupons: list[Coupon]) -> int:
    for wanted in ("percent", "fen", "whole"):
        for _, kind, value in coupons:
            if kind != wanted:
                continue
            if kind == "percent":
                total = total * (100 - value) // 100
            elif kind == "fen":
                total -= value
            else:
                total = 0
            total = max(0, total)
    return total
