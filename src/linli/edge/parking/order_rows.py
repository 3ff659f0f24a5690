"""Orders as they are kept and reported. Source: spec F 2.9, 3.6."""

from typing import Final, NamedTuple

from linli.edge.parking import fees
from linli.edge.parking.fees import Terms
from linli.edge.parking.work import Work
from linli.protocols.edge_link import OrderDetail
from linli.protocols.parking_site import Lot
from linli.rules.parking_fees import Fee

PAID, FREE, PAID_HERE, CANCELLED, UNPAID = 0, 1, 2, 3, 4
SETTLED: Final = (PAID, FREE, PAID_HERE)
_COLUMNS: Final = (
    "number, lot, area, plate, shown, in_barrier, in_ms, out_barrier, out_ms, status, fen, paid_ms, in_picture,"
    " out_picture, waits, stay, waived_fen, reason"
)


class Order(NamedTuple):
    """A row of `parking_orders`."""

    number: str
    lot: str
    area: str
    plate: str
    shown: str
    in_barrier: str
    in_ms: int
    out_barrier: str = ""
    """Empty: the car is inside, or it was paid there."""
    out_ms: int | None = None
    status: int = UNPAID
    fen: int = 0
    paid_ms: int | None = None
    in_picture: str = ""
    out_picture: str = ""
    waits: int = 0
    """1: its car stands before the closed barrier."""
    stay: int = 0
    """0: of no stay that the box knows."""
    waived_fen: int = 0
    reason: str = ""
    """Why it is free, or why its car left without paying."""


def find(work: Work, number: str) -> Order | None:
    row = work.row(f"SELECT {_COLUMNS} FROM parking_orders WHERE number = ?", number)
    return None if row is None else Order(*row)


def waiting_at(work: Work, barrier_id: str) -> Order | None:
    """Of the car that stands before this closed barrier until it is paid."""
    row = work.row(
        f"SELECT {_COLUMNS} FROM parking_orders WHERE out_barrier = ? AND waits = 1 AND status = ?",
        barrier_id,
        UNPAID,
    )
    return None if row is None else Order(*row)


def save(work: Work, order: Order) -> None:
    marks = ", ".join("?" * len(order))
    work.do(f"INSERT OR REPLACE INTO parking_orders ({_COLUMNS}) VALUES ({marks})", *order)


def of_stay(work: Work, stay: int) -> list[Order]:
    """In the order in which they were opened."""
    rows = work.all(f"SELECT {_COLUMNS} FROM parking_orders WHERE stay = ? ORDER BY length(number)", stay)
    return [Order(*row) for row in rows]


def paid_of(work: Work, stay: int) -> list[tuple[int, int]]:
    """When, and how many fen, with those that were waived."""
    return [
        (order.paid_ms or 0, order.fen + order.waived_fen)
        for order in of_stay(work, stay)
        if order.status in SETTLED
    ]


def tell(work: Work, lot: Lot, order: Order, terms: Terms, fee: Fee) -> None:
    """A fee that is due, or was settled, and how it is made up."""
    names = {barrier.barrier_id: barrier.barrier_name for barrier in lot.barriers}
    work.report(
        "iot_park_fee",
        {
            "outBarrierName": names.get(order.out_barrier, ""),
            "outBarrierId": order.out_barrier,
            "inBarrierName": names.get(order.in_barrier, ""),
            "inBarrierId": order.in_barrier,
            "payStatus": UNPAID if order.status == UNPAID else PAID,
            "orderNumber": order.number,
            "amount": fees.yuan(order.fen),
            "outTime": work.show(order.out_ms),
            "inTime": work.show(order.in_ms),
            "plateNumber": order.shown,
            "areaId": order.area,
            "parkingLotId": order.lot,
        },
        OrderDetail(
            number=order.number,
            lot=order.lot,
            lot_name=lot.name,
            plate=order.shown,
            in_name=names.get(order.in_barrier, ""),
            in_ms=order.in_ms,
            out_name=names.get(order.out_barrier, ""),
            out_ms=order.out_ms,
            status=order.status,
            fen=order.fen,
            waived_fen=order.waived_fen,
            paid_ms=order.paid_ms,
            basis=terms.basis,
            tariff=terms.tariff,
            version=terms.version,
            lines=fees.lines(fee),
            reason=order.reason,
        ),
        inImage=order.in_picture,
        outImage=order.out_picture,
    )
