"""Orders that callers add and settle, and plates that are put right. Source: spec F 3.5 1.4, 8.1-8.2; 5.14."""

from typing import Any

from linli.edge.parking import coupon_rows, fees, order_rows, passes, stays
from linli.edge.parking.order_rows import FREE, PAID, SETTLED, UNPAID, Order, find, save, tell
from linli.edge.parking.params import in_order
from linli.edge.parking.refusals import BAD_PARAM, ORDER_UNKNOWN, PASS_UNKNOWN, ParkingRefused
from linli.edge.parking.work import Lift, Work
from linli.protocols.parking_site import Lot
from linli.rules.parking_fees import Fee


def add(work: Work) -> Any:
    lot, plate, params = work.lot(), work.params.plate(), work.params
    entry = work.barrier_of(lot, params.text("inBarrierGateId"))
    in_ms = params.time("inTime")
    status = params.number("payStatus", "orderStatus", low=0, high=4)
    if status not in (PAID, UNPAID):
        raise ParkingRefused(BAD_PARAM, "payStatus: 0 or 4", "payStatus应为 0 或 4")
    gate, out_ms = params.optional("outBarrierGateId") or "", params.optional_time("outTime", "outTIme")
    if gate:
        work.barrier_of(lot, gate)
    in_order(in_ms, out_ms)
    stay = stays.inside(work, lot, plate)
    order = Order(
        work.number(), lot.parking_lot_id, entry.area_id, str(plate), plate.shown, entry.barrier_id, in_ms, gate,
        out_ms, status, stay=stay.id if stay is not None else 0,
    )  # fmt: skip
    fen, fee, terms = _charged(work, lot, order)
    order = order._replace(fen=fen, paid_ms=work.now_ms if status == PAID else None)
    save(work, order)
    if stay is not None:
        work.do("UPDATE parking_stays SET order_number = ? WHERE id = ?", order.number, stay.id)
    tell(work, lot, order, terms, fee)
    return {"orderNumber": order.number}


def completed(work: Work) -> Any:
    """A settled order stays as it is; the car that waits for it is let out."""
    lot, params = work.lot(), work.params
    if area := params.optional("areaId"):
        work.area_of(lot, area)
    status = params.number("payStatus", low=0, high=3)
    order = find(work, params.text("orderNumber"))
    if order is None or order.lot != lot.parking_lot_id:
        raise ParkingRefused(ORDER_UNKNOWN)
    if order.status != UNPAID:
        if order.status == status:
            return None
        raise ParkingRefused(BAD_PARAM, "payStatus: the order is closed already", "payStatus订单已关闭")
    fen, fee, terms = _charged(work, lot, order)
    if not coupon_rows.of_stay(work, lot, order.stay, order.plate):
        fen = max(fen, order.fen)
    free = fen if status == FREE else 0
    order = order._replace(
        status=status,
        fen=fen - free,
        waived_fen=free,
        paid_ms=work.now_ms if status in SETTLED else None,
        reason=params.optional("reason", most=200) or order.reason,
    )
    if status in SETTLED:
        if order.waits:
            order = order._replace(waits=0)
            passes.let_out(work, lot, order)
            work.lift.append(Lift(order.out_barrier, order.shown, order.number, order.fen))
        tell(work, lot, order, terms, fee)
    save(work, order)
    return None


def _charged(work: Work, lot: Lot, order: Order) -> tuple[int, Fee, fees.Terms]:
    """What an order is about now, how it is made up, and by what."""
    until_ms = order.out_ms or work.now_ms
    stay = stays.by_id(work, order.stay) if order.stay else None
    if stay is not None:
        paid = order_rows.paid_of(work, stay.id)
        due, fee = fees.charge(work, lot, stay.costs, until_ms=until_ms, paid=paid)
        return due, fee, stay.terms
    terms = fees.terms_now(work, lot)
    costs = fees.Costs(0, order.plate, order.in_barrier, order.in_ms, "", False, terms)
    due, fee = fees.charge(work, lot, costs, until_ms=until_ms, paid=[])
    return due, fee, terms


def correct(work: Work) -> Any:
    """The plate of a pass was misread: the stay, its order and its fee follow."""
    lot, plate = work.lot(), work.params.plate()
    record = work.params.text("recordId")
    row = work.row(
        "SELECT plate, barrier, direction, order_number FROM parking_passes WHERE id = ? AND lot = ?",
        record,
        lot.parking_lot_id,
    )
    if row is None:
        raise ParkingRefused(PASS_UNKNOWN)
    before, barrier, direction, number = row
    if before == plate:
        return ""
    work.do("UPDATE parking_passes SET plate = ?, shown = ? WHERE id = ?", str(plate), plate.shown, record)
    if direction == passes.IN:
        where = (str(plate), plate.shown, lot.parking_lot_id, before, number)
        work.do(
            "UPDATE parking_stays SET plate = ?, shown = ? WHERE lot = ? AND plate = ? AND order_number = ?"
            " AND out_ms IS NULL",
            *where,
        )
        work.do(
            "UPDATE parking_orders SET plate = ?, shown = ? WHERE lot = ? AND plate = ? AND number = ?",
            *where,
        )
    else:
        passes.mended_exit(work, lot, plate, barrier, record)
    return ""
