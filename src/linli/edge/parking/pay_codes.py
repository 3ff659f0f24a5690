"""Codes by which drivers pay with their own phones: signed by this box, shown at an exit (ADR 0122).

A code is what one order costs at one barrier until some minutes from now. Each is a row, which its payment uses up,
whether a receipt brings it or the line (`receipts`).
"""

from typing import Final, NamedTuple

from linli.edge.parking.order_rows import Order
from linli.edge.parking.refusals import BARRIER_UNKNOWN, ParkingRefused
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


def shown_at(work: Work, barrier_id: str) -> str:
    """Of the car that waits there; empty: nobody does, or its code is over. Raises ParkingRefused."""
    if barrier_id not in work.site.barriers:
        raise ParkingRefused(BARRIER_UNKNOWN)
    row = newest(
        work,
        "barrier = ? AND until_ms > ? AND used_ms IS NULL AND order_number IN"
        " (SELECT number FROM parking_orders WHERE waits = 1 AND status = 4)",
        barrier_id,
        work.now_ms,
    )
    return work.given.rules.pay_url + row.code if row is not None else ""


def newest(work: Work, where: str, *values: object) -> CodeRow | None:
    """Of those of which this is so."""
    row = work.row(
        f"SELECT {COLUMNS} FROM parking_pay_codes WHERE {where} ORDER BY at_ms DESC LIMIT 1", *values
    )
    return None if row is None else CodeRow(*row)
