"""Stays: from a car's way in to its way out, with the orders of each guest. Source: spec F 5.13, 5.14."""

from typing import Final, NamedTuple

import msgspec

from linli.edge.parking import coupon_rows, fees
from linli.edge.parking.fees import Costs, Terms
from linli.edge.parking.order_rows import PAID, SETTLED, UNPAID, Order, of_stay, paid_of, save, tell
from linli.edge.parking.params import Plate, read_plate
from linli.edge.parking.work import Work
from linli.protocols.parking_site import Barrier, Lot
from linli.rules.parking_fees import Fee

_COLUMNS: Final = (
    "id, in_barrier, in_ms, in_picture, order_number, shown, vehicle_class, basis, tariff, version, as_guest"
)
_INSIDE: Final = (
    f"SELECT {_COLUMNS} FROM parking_stays WHERE lot = ? AND plate = ? AND out_ms IS NULL ORDER BY id DESC"
)


class Stay(NamedTuple):
    id: int
    in_barrier: str
    in_ms: int
    in_picture: str
    order_number: str
    shown: str
    vehicle_class: str
    basis: str
    tariff: str
    version: int
    as_guest: int
    """1: the spaces of its holder were taken when it came."""

    @property
    def terms(self) -> Terms:
        return Terms(self.basis, self.tariff, self.version)

    @property
    def costs(self) -> Costs:
        plate = str(read_plate(self.shown, "plateNumber"))
        return Costs(
            self.id, plate, self.in_barrier, self.in_ms, self.vehicle_class, bool(self.as_guest), self.terms
        )


class Bill(NamedTuple):
    """What a stay costs if it ends here and now; not kept yet."""

    order: Order
    fee: Fee
    terms: Terms


class Coming(NamedTuple):
    """How a car comes in."""

    picture: str = ""
    vehicle_class: str = ""
    guest: bool = True
    as_guest: bool = False


def inside(work: Work, lot: Lot, plate: str) -> Stay | None:
    cleaned = read_plate(plate, "plateNumber") if plate.strip() else ""
    row = work.row(_INSIDE, lot.parking_lot_id, str(cleaned))
    return None if row is None else Stay(*row)


def by_id(work: Work, stay_id: int) -> Stay | None:
    row = work.row(f"SELECT {_COLUMNS} FROM parking_stays WHERE id = ?", stay_id)
    return None if row is None else Stay(*row)


def area_of(work: Work, stay: Stay) -> str:
    row = work.row("SELECT area FROM parking_stays WHERE id = ?", stay.id)
    return str(row[0]) if row else ""


def bill(work: Work, lot: Lot, barrier: Barrier, stay: Stay) -> Bill:
    now, before = work.now_ms, of_stay(work, stay.id)
    due, fee = fees.charge(work, lot, stay.costs, until_ms=now, paid=paid_of(work, stay.id))
    settled = [order for order in before if order.status in SETTLED]
    if due == 0 and settled:
        order = settled[-1]
    else:
        order = next((each for each in before if each.status == UNPAID), None) or _next(
            work, lot, stay, settled
        )
        order = order._replace(fen=due, status=UNPAID)
    return Bill(order._replace(out_barrier=barrier.barrier_id, out_ms=now), fee, stay.terms)


def _next(work: Work, lot: Lot, stay: Stay, settled: list[Order]) -> Order:
    """A stay's further orders are for what grew after it was paid."""
    entry = work.site.barriers.get(stay.in_barrier)
    area = entry[1].area_id if entry else ""
    number = f"{settled[0].number}{'R' * len(settled)}" if settled else work.number()
    return Order(
        number, lot.parking_lot_id, area, str(read_plate(stay.shown, "plateNumber")), stay.shown,
        stay.in_barrier, stay.in_ms, in_picture=stay.in_picture, stay=stay.id,
    )  # fmt: skip


def open_order(work: Work, lot: Lot, stay: Stay) -> Order:
    order = _next(work, lot, stay, [])
    keep_order(work, order)
    return order


def keep_order(work: Work, order: Order) -> None:
    """With its stay, which bears the number of its first order."""
    save(work, order)
    work.do(
        "UPDATE parking_stays SET order_number = ? WHERE id = ? AND order_number = ''",
        order.number,
        order.stay,
    )


def begin(work: Work, lot: Lot, barrier: Barrier, plate: Plate, stay: Stay | None, coming: Coming) -> str:
    """The number of its order; a car that is inside already only moves to another area."""
    if stay is not None:
        work.do("UPDATE parking_stays SET area = ? WHERE id = ?", barrier.area_id, stay.id)
        return stay.order_number
    work.asks |= coupon_rows.is_named(work, str(plate))
    work.do(
        "INSERT INTO parking_stays (lot, area, plate, shown, in_barrier, in_ms, in_picture, out_barrier, order_number,"
        " vehicle_class, basis, tariff, version, as_guest) VALUES (?, ?, ?, ?, ?, ?, ?, '', '', ?, ?, ?, ?, ?)",
        lot.parking_lot_id,
        barrier.area_id,
        str(plate),
        plate.shown,
        barrier.barrier_id,
        work.now_ms,
        coming.picture,
        coming.vehicle_class,
        *fees.terms_now(work, lot),
        int(coming.as_guest),
    )
    begun = inside(work, lot, plate)
    return open_order(work, lot, begun).number if coming.guest and begun is not None else ""


def leaves_lot(work: Work, lot: Lot, barrier: Barrier) -> bool:
    """Whether a way out leads out of the lot, and not into the area around."""
    return not work.site.areas[lot.parking_lot_id][barrier.area_id].parent_area_id


def go_out(
    work: Work,
    lot: Lot,
    barrier_id: str,
    plate: str,
    fee: Fee | None = None,
    *,
    charged_ms: int | None = None,
) -> None:
    """Out of the lot, or out of an inner area into the one around it. `fee`: what counts for the day's next stays.

    `charged_ms`: until when it was charged; None: until now.
    """
    area = work.site.barriers[barrier_id][1].area_id
    around = work.site.areas[lot.parking_lot_id][area].parent_area_id
    if around:
        work.do(
            "UPDATE parking_stays SET area = ? WHERE lot = ? AND plate = ? AND out_ms IS NULL",
            around,
            lot.parking_lot_id,
            str(plate),
        )
        return
    stay = inside(work, lot, plate)
    if stay is not None and any(
        order.status in SETTLED or (order.status == UNPAID and order.fen) for order in of_stay(work, stay.id)
    ):
        fees.use_coupons(
            work,
            lot,
            stay.costs,
            stay.order_number,
            until_ms=charged_ms or work.now_ms,
            paid=paid_of(work, stay.id),
        )
    by_day, free_on = (fee.by_day, sorted(fee.free_on)) if fee is not None else ({}, [])
    work.do(
        "UPDATE parking_stays SET out_ms = ?, out_barrier = ?, by_day = ?, free_on = ?"
        " WHERE lot = ? AND plate = ? AND out_ms IS NULL",
        work.now_ms,
        barrier_id,
        msgspec.json.encode(by_day).decode(),
        msgspec.json.encode(free_on).decode(),
        lot.parking_lot_id,
        str(plate),
    )


def settle(work: Work, lot: Lot, bill: Bill, *, status: int = PAID, reason: str = "") -> Order:
    """Its order is closed: paid, or free for a reason. Told, unless it was closed before."""
    order = bill.order
    if order.status in SETTLED:
        save(work, order._replace(waits=0))
        return order
    free = order.fen if reason else 0
    order = order._replace(
        status=status, paid_ms=work.now_ms, waits=0, fen=order.fen - free, waived_fen=free, reason=reason
    )
    keep_order(work, order)
    tell(work, lot, order, bill.terms, bill.fee)
    return order


def owe(work: Work, lot: Lot, bill: Bill, *, waits: bool, picture: str = "", reason: str = "") -> None:
    """Its order stays open: its car waits for it, or left without paying. Told when it is new, or is another sum."""
    order = bill.order._replace(
        waits=int(waits), out_picture=picture or bill.order.out_picture, reason=reason
    )
    before = next((each for each in of_stay(work, order.stay) if each.number == order.number), None)
    keep_order(work, order)
    last_sum = before and (before.fen, before.out_barrier, before.reason)
    if last_sum != (order.fen, order.out_barrier, order.reason):
        tell(work, lot, order, bill.terms, bill.fee)
