"""Codes by which drivers pay with their own phones: signed by this box, shown at an exit (ADR 0122).

A code is what one order costs at one barrier until some minutes from now. Each is a row, which its payment uses up,
whether a receipt brings it or the line (`receipts`).
"""

from typing import Final, NamedTuple

from linli.edge.parking import order_rows, stays
from linli.edge.parking.order_rows import UNPAID, Order
from linli.edge.parking.work import Work
from linli.rules.pay_codes import NONCE_BYTES, PayCode, PayCodeBad, write_code

PAYS_MS: Final = 10 * 60_000
"""How long a code may be paid."""
SHOWN_MS: Final = 5 * 60_000
"""A code that is good for less is not shown again: the driver needs time."""
COLUMNS: Final = "nonce, code, key_no, order_number, lot, barrier, fen, at_ms, until_ms, used_ms"


class CodeRow(NamedTuple):
    """A row of `parking_pay_codes`."""

    nonce: str
    code: str
    key_no: int
    order_number: str
    lot: str
    barrier: str
    fen: int
    at_ms: int
    until_ms: int
    used_ms: int | None


class LaneCode(NamedTuple):
    """What the screen of an exit shows."""

    lot_name: str
    barrier: str
    barrier_name: str
    plate: str
    fen: int
    url: str


def issue(work: Work, order: Order) -> str:
    """The address for the QR code of an order that waits to be paid; the one that is shown already, while it is good."""
    keys, rules = work.given.pay_keys, work.given.rules
    if not rules.pay_url or not keys or order.fen <= 0:
        return ""
    before = newest(
        work,
        "order_number = ? AND barrier = ? AND fen = ? AND until_ms > ? AND used_ms IS NULL",
        order.number,
        order.out_barrier,
        order.fen,
        work.now_ms + SHOWN_MS,
    )
    if before is not None and before.key_no in keys:
        return rules.pay_url + before.code
    number, key = next(iter(keys.items()))
    nonce, until_ms = bytes.fromhex(work.number())[:NONCE_BYTES], work.now_ms + PAYS_MS
    try:
        code = write_code(
            PayCode(
                number,
                rules.pay_node,
                order.number,
                order.fen,
                until_ms // 1000,
                nonce,
                order.out_barrier,
                order.shown[:16],
            ),
            key,
        )
    except PayCodeBad:  # the order of a caller, by a number of its own
        return ""
    work.do(
        f"INSERT INTO parking_pay_codes ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        nonce.hex(),
        code,
        number,
        order.number,
        order.lot,
        order.out_barrier,
        order.fen,
        work.now_ms,
        until_ms,
    )
    return rules.pay_url + code


def shown(work: Work) -> list[LaneCode]:
    """Of each car that waits at an exit until it is paid; `url` is empty where its code is over, or there was none."""
    lanes = []
    for barrier_id, (lot, barrier) in work.site.barriers.items():
        order = order_rows.waiting_at(work, barrier_id)
        if order is None:
            continue
        row = newest(
            work,
            "order_number = ? AND barrier = ? AND until_ms > ? AND used_ms IS NULL",
            order.number,
            barrier_id,
            work.now_ms,
        )
        url = work.given.rules.pay_url + row.code if row is not None else ""
        fen = row.fen if row is not None else order.fen
        lanes.append(LaneCode(lot.name, barrier_id, barrier.barrier_name, order.shown, fen, url))
    return lanes


def renewed(work: Work) -> list[LaneCode]:
    """The same; a car whose code is over gets another, of what it owes now."""
    for lane in shown(work):
        lot, barrier = work.site.barriers[lane.barrier]
        order = order_rows.waiting_at(work, lane.barrier)
        stay = stays.by_id(work, order.stay) if order is not None else None
        if lane.url or order is None or stay is None:
            continue
        bill = stays.bill(work, lot, barrier, stay)
        if bill.order.status == UNPAID and bill.order.fen:
            stays.owe(work, lot, bill, waits=True, picture=order.out_picture)
            issue(work, bill.order)
    return shown(work)


def newest(work: Work, where: str, *values: object) -> CodeRow | None:
    """Of those of which this is so."""
    row = work.row(
        f"SELECT {COLUMNS} FROM parking_pay_codes WHERE {where} ORDER BY at_ms DESC LIMIT 1", *values
    )
    return None if row is None else CodeRow(*row)
