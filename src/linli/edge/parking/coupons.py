"""What the cloud says of coupons, and cars that wait at an exit: they owe less, or nothing any more."""

from linli.edge.parking import coupon_rows, order_rows, passes, pay_codes, stays
from linli.edge.parking.work import Lift, Work
from linli.protocols.edge_link import CouponsAsked, ParkingCoupons


def asked(work: Work, spaces: list[str]) -> CouponsAsked:
    """Before the version: what is given up changes it."""
    holds = coupon_rows.wanted(work)
    return CouponsAsked(spaces=spaces, have=coupon_rows.version(work), holds=holds)


def take(work: Work, answer: ParkingCoupons) -> None:
    coupon_rows.replace_all(work, answer.version, answer.coupons)
    for barrier_id, (lot, barrier) in work.site.barriers.items():
        order = order_rows.waiting_at(work, barrier_id)
        stay = stays.by_id(work, order.stay) if order is not None and order.stay else None
        if order is None or stay is None or not coupon_rows.of_stay(work, lot, stay.id, order.plate):
            continue
        bill = stays.bill(work, lot, barrier, stay)
        if bill.order.fen >= order.fen:
            continue
        if bill.order.fen:
            stays.owe(work, lot, bill, waits=True, picture=order.out_picture)
            pay_codes.issue(work, bill.order)
            continue
        settled = stays.settle(work, lot, bill)
        passes.let_out(work, lot, settled)
        work.lift.append(Lift(barrier_id, settled.shown, settled.number, settled.fen))
