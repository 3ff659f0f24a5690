"""What each coupon of a stay that ends took off, and which go together."""

from zoneinfo import ZoneInfo

import pytest

from linli.rules.parking_coupons import fits, taken_off
from linli.rules.parking_fees import FEN, MINUTE_MS, MINUTES, PERCENT, WHOLE, Coupon, Paid, Stay, fee
from linli.rules.tariffs import DAY_KINDS, DAY_MINUTES, Days, Plan, Price, Segment, Tariff

ZONE, DAYS = ZoneInfo("Asia/Shanghai"), Days()
HOURLY = Tariff(
    {"": (Plan(frozenset(DAY_KINDS), (Segment(0, DAY_MINUTES, Price(60, 300)),)),)},
    free_minutes=0,
    leave_minutes=15,
)
IN_MS = 1_796_000_000_000


def off(*coupons: Coupon, minutes: int = 180, paid: tuple[Paid, ...] = ()) -> list[int]:
    stay = Stay(IN_MS, IN_MS + minutes * MINUTE_MS, coupons=coupons)
    return [fen for _, fen in taken_off(HOURLY, stay, paid=paid, zone=ZONE, days=DAYS)]


@pytest.mark.parametrize(
    ("coupons", "each"),
    [
        ([Coupon("1", FEN, 500)], [500]),
        ([Coupon("1", FEN, 5_000)], [900]),
        ([Coupon("1", PERCENT, 50)], [450]),
        ([Coupon("1", WHOLE)], [900]),
        ([Coupon("1", MINUTES, 60), Coupon("2", MINUTES, 30)], [300, 0]),
        ([Coupon("1", FEN, 500), Coupon("2", MINUTES, 60)], [300, 500]),
        ([Coupon("1", WHOLE), Coupon("2", FEN, 100)], [800, 100]),
    ],
)
def test_the_sum_is_what_the_fee_is_lower_by(coupons: list[Coupon], each: list[int]) -> None:
    plain, lowered = (
        fee(HOURLY, Stay(IN_MS, IN_MS + 180 * MINUTE_MS, coupons=given), zone=ZONE, days=DAYS).fen
        for given in ([], coupons)
    )
    assert off(*coupons) == each
    assert sum(each) == plain - lowered


def test_what_was_paid_already_no_coupon_takes_off() -> None:
    whole = Paid(IN_MS + 170 * MINUTE_MS, 900)
    assert off(Coupon("1", FEN, 500), paid=(whole,)) == [0]
    assert off(Coupon("1", FEN, 500), paid=(Paid(whole.at_ms, 400),)) == [500]


def test_within_the_time_to_leave_the_fee_is_that_of_the_payment() -> None:
    paid = Paid(IN_MS + 175 * MINUTE_MS, 600)
    assert off(Coupon("1", MINUTES, 60), minutes=185, paid=(paid,)) == [300]


def test_one_that_stands_alone_goes_with_no_other() -> None:
    assert fits(False, [])
    assert fits(True, [True, True])
    assert not fits(True, [True, False])
    assert not fits(False, [True])
