"""Coupons of one stay: which go together, and what each takes off its fee."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from linli.rules.parking_fees import MINUTE_MS, MINUTES, Coupon, Paid, Stay, fee
from linli.rules.tariffs import Days, Tariff

MOST_OF_STAY: Final = 10


def fits(stacks: bool, beside: Iterable[bool]) -> bool:
    """Whether one goes with those that a stay has already; each says whether it stacks."""
    others = list(beside)
    return not others or (stacks and all(others))


def taken_off(
    tariff: Tariff, stay: Stay, *, paid: Sequence[Paid], zone: ZoneInfo, days: Days
) -> list[tuple[Coupon, int]]:
    """Each coupon of a stay that ends with what it took off, in fen: together never more than payments left open.

    Minutes count one coupon after the other, the others by their lines.
    """
    given = sum(payment.fen for payment in paid)
    if paid:
        last = max(payment.at_ms for payment in paid)
        then = replace(stay, out_ms=last)
        in_time = last <= stay.out_ms <= last + tariff.leave_minutes * MINUTE_MS
        if in_time and given >= fee(tariff, then, zone=zone, days=days).fen:
            stay = then
    plain = fee(tariff, replace(stay, coupons=()), zone=zone, days=days)
    lines = fee(tariff, stay, zone=zone, days=days).lines
    by_line = {line.coupon.number: -line.fen for line in lines if line.coupon is not None}
    left, before, counted = max(0, plain.fen - given), plain.fen, list[Coupon]()
    off = list[tuple[Coupon, int]]()
    for coupon in sorted(stay.coupons, key=lambda each: each.kind != MINUTES):
        fen = by_line.get(coupon.number, 0)
        if coupon.kind == MINUTES:
            counted.append(coupon)
            after = fee(tariff, replace(stay, coupons=tuple(counted)), zone=zone, days=days).fen
            fen, before = before - after, after
        fen = min(left, fen)
        left -= fen
        off.append((coupon, fen))
    return off
