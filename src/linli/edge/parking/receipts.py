"""Receipts for codes that this box signed, each counted once: shown at a lane, or brought by the line (ADR 0122).

A receipt needs no line: the cloud signs it with the key that both got while the line stood. What the line brings is
counted by the same row, so that one of both does.
"""

import hmac
import sqlite3
from typing import Final, NamedTuple

from linli.edge.parking import coupon_rows, fees, lifts, order_rows, passes, stays
from linli.edge.parking.order_rows import PAID, UNPAID, Order, find, save
from linli.edge.parking.params import read_plate
from linli.edge.parking.pay_codes import COLUMNS, CodeRow, issue, newest
from linli.edge.parking.refusals import (
    BARRIER_UNKNOWN,
    DigitsBarred,
    ParkingRefused,
    ReceiptFeeGrew,
    ReceiptForged,
    ReceiptOtherLane,
    ReceiptPaidShut,
    ReceiptTooLate,
    ReceiptUsed,
)
from linli.edge.parking.work import Lift, Work
from linli.kernel.errors import LinliError
from linli.protocols.edge_link import LanePayment, PaymentCounted
from linli.protocols.parking_site import Lot
from linli.rules.parking_fees import Fee
from linli.rules.pay_codes import DIGITS, digits_of, nonce_of_receipt, receipt_of

LEAVES_MS: Final = 15 * 60_000
"""How long after a code is over its receipt opens, whatever the fee has become."""
TRIES: Final = 5
"""Wrong digits at a lane, and then none is looked at for the rest of `TRIES_MS`."""
TRIES_MS: Final = 10 * 60_000
AT_LANE: Final = 3
"""Codes of a lane that digits may belong to, the newest: each makes guessing easier."""
LOOKED_MS: Final = 24 * 3_600_000


class Counted(NamedTuple):
    """A payment that counts now."""

    plate: str
    fen: int
    kept_fen: int
    due_fen: int
    """What is owed beyond it."""
    opens: bool


def take(work: Work, barrier_id: str, shown: str) -> Counted | LinliError:
    """A receipt, or its digits. A refusal is an answer, since what was counted with it stays. Raises ParkingRefused."""
    if barrier_id not in work.site.barriers:
        raise ParkingRefused(BARRIER_UNKNOWN)
    row = _of_receipt(work, shown) if nonce_of_receipt(shown) else _of_digits(work, barrier_id, shown)
    if isinstance(row, LinliError):
        return row
    if row.barrier != barrier_id:
        place = work.site.barriers.get(row.barrier)
        return ReceiptOtherLane(lane=place[1].barrier_name if place else row.barrier)
    counted = _count(work, row)
    if counted is None:
        return ReceiptPaidShut() if lifts.is_shut(work, row.barrier, row.order_number) else ReceiptUsed()
    if counted.opens:
        return counted
    if counted.due_fen:
        return ReceiptFeeGrew(paid=_yuan(counted.fen), due=_yuan(counted.due_fen))
    return ReceiptTooLate(paid=_yuan(counted.fen))


def paid(work: Work, payment: LanePayment) -> None:
    """The cloud has it. Of a code that this box does not know everything counts: it signed what was owed."""
    row = newest(work, "nonce = ?", payment.nonce)
    if row is None:
        work.do(
            f"INSERT INTO parking_pay_codes ({COLUMNS}, kept_fen, untold)"
            " VALUES (?, '', 0, '', '', '', ?, ?, ?, ?, ?, 1)",
            payment.nonce,
            payment.fen,
            work.now_ms,
            work.now_ms,
            work.now_ms,
            payment.fen,
        )
    elif _count(work, row) is None:
        work.do("UPDATE parking_pay_codes SET untold = 1 WHERE nonce = ?", payment.nonce)


def for_cloud(db: sqlite3.Connection) -> list[PaymentCounted]:
    """What it does not know yet."""
    rows = db.execute("SELECT nonce, kept_fen FROM parking_pay_codes WHERE untold = 1 LIMIT 100")
    return [PaymentCounted(nonce=nonce, kept_fen=kept) for nonce, kept in rows]


def taken_by_cloud(db: sqlite3.Connection, nonces: list[str]) -> None:
    db.executemany("UPDATE parking_pay_codes SET untold = 0 WHERE nonce = ?", [(each,) for each in nonces])


# within


def _of_receipt(work: Work, shown: str) -> CodeRow | LinliError:
    nonce = nonce_of_receipt(shown) or b""
    row = newest(work, "nonce = ?", nonce.hex())
    key = work.given.pay_keys.get(row.key_no) if row is not None else None
    if row is None or key is None or not hmac.compare_digest(receipt_of(row.code, key), shown):
        return ReceiptForged()
    return row


def _of_digits(work: Work, barrier_id: str, shown: str) -> CodeRow | LinliError:
    """Each wrong try counts at its lane, also one that fits another lane."""
    digits = "".join(shown.split()).replace("-", "")
    tries, since_ms = work.row(
        "SELECT tries, since_ms FROM parking_digit_tries WHERE barrier = ?", barrier_id
    ) or (0, work.now_ms)
    if not 0 <= work.now_ms - since_ms < TRIES_MS:
        tries, since_ms = 0, work.now_ms
    if tries >= TRIES:
        return DigitsBarred(minutes=-(-(since_ms + TRIES_MS - work.now_ms) // 60_000))
    if not (len(digits) == DIGITS and digits.isascii() and digits.isdecimal()):
        return ReceiptForged()  # nothing that could have been right
    since = work.now_ms - LOOKED_MS
    here = work.all(
        f"SELECT {COLUMNS} FROM parking_pay_codes WHERE barrier = ? AND at_ms > ? ORDER BY at_ms DESC LIMIT ?",
        barrier_id,
        since,
        AT_LANE,
    )
    if row := _fitting(work, here, digits):
        return row
    work.do("INSERT OR REPLACE INTO parking_digit_tries VALUES (?, ?, ?)", barrier_id, tries + 1, since_ms)
    elsewhere = work.all(
        f"SELECT {COLUMNS} FROM parking_pay_codes WHERE barrier <> ? AND at_ms > ? ORDER BY at_ms DESC LIMIT 30",
        barrier_id,
        since,
    )
    return _fitting(work, elsewhere, digits) or ReceiptForged()


def _fitting(work: Work, rows: list[tuple[object, ...]], digits: str) -> CodeRow | None:
    for values in rows:
        row = CodeRow(*values)  # type: ignore[arg-type]
        key = work.given.pay_keys.get(row.key_no)
        if key is not None and hmac.compare_digest(digits_of(row.code, key), digits):
            return row
    return None


def _count(work: Work, row: CodeRow) -> Counted | None:
    """The payment of a code counts for its order as of when the code was made. None: it did before."""
    fresh = work.do(
        "UPDATE parking_pay_codes SET used_ms = ?, untold = 1 WHERE nonce = ? AND used_ms IS NULL",
        work.now_ms,
        row.nonce,
    )
    if not fresh:
        return None
    order = find(work, row.order_number)
    place = work.site.barriers.get(row.barrier)
    if order is None or order.status != UNPAID or place is None:
        kept = row.fen if order is None or place is None else 0
        _keep(work, row, kept)
        return Counted(order.shown if order is not None else "", row.fen, kept, 0, opens=False)
    lot, barrier = place
    kept = _taken(work, lot, order, row)
    _keep(work, row, kept)
    waits = bool(order.waits) and order.out_barrier == row.barrier
    stay = stays.by_id(work, order.stay) if order.stay else None
    order = order._replace(status=PAID, fen=kept, paid_ms=row.at_ms, waits=0, reason="")
    save(work, order)
    fee, terms = Fee(0, ()), fees.terms_now(work, lot)
    if stay is not None:
        paid_before = order_rows.paid_of(work, stay.id)
        fee, terms = fees.charge(work, lot, stay.costs, until_ms=row.at_ms, paid=paid_before).fee, stay.terms
    order_rows.tell(work, lot, order, terms, fee)
    if not waits:
        return Counted(order.shown, row.fen, kept, 0, opens=False)
    if work.now_ms > row.until_ms + LEAVES_MS and stay is not None:
        inside = stays.inside(work, lot, str(read_plate(stay.shown, "plateNumber")))
        bill = stays.bill(work, lot, barrier, inside) if inside is not None else None
        if bill is not None and bill.order.status == UNPAID and bill.order.fen:
            stays.owe(work, lot, bill, waits=True, picture=order.out_picture)
            issue(work, bill.order)
            return Counted(order.shown, row.fen, kept, bill.order.fen, opens=False)
    passes.let_out(work, lot, order)
    work.lift.append(Lift(row.barrier, order.shown, order.number, kept))
    return Counted(order.shown, row.fen, kept, 0, opens=True)


def _taken(work: Work, lot: Lot, order: Order, row: CodeRow) -> int:
    """What its order takes of a payment: less where a coupon came after the code was made."""
    stay = stays.by_id(work, order.stay) if order.stay else None
    if stay is None or not coupon_rows.of_stay(work, lot, stay.id, order.plate):
        return row.fen
    paid_before = order_rows.paid_of(work, stay.id)
    return min(row.fen, fees.charge(work, lot, stay.costs, until_ms=row.at_ms, paid=paid_before).due_fen)


def _keep(work: Work, row: CodeRow, fen: int) -> None:
    work.do("UPDATE parking_pay_codes SET kept_fen = ? WHERE nonce = ?", fen, row.nonce)


def _yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"
