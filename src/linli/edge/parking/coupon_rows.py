"""Merchants' coupons on this box: those that the cloud lists, those that it left to this box, and those that are used.

A coupon counts here only while the cloud left it to this box (`here`), so that no other place uses it too (ADR 0131).
"""

from typing import Final, NamedTuple

from linli.edge.parking.work import Work
from linli.protocols.edge_link import PlateCoupon
from linli.protocols.parking_site import Lot
from linli.rules.parking_coupons import MOST_OF_STAY, fits
from linli.rules.parking_fees import Coupon

_VERSION: Final = "coupons"


class CouponRow(NamedTuple):
    """A row of `parking_coupons`."""

    number: str
    plate: str
    kind: str
    value: int
    space: str
    """Of the lot where it counts; empty: of every one."""
    stacks: int
    here: int


def version(work: Work) -> str:
    row = work.row("SELECT value FROM parking_rules WHERE name = ?", _VERSION)
    return str(row[0]) if row else ""


def replace_all(work: Work, number: str, coupons: list[PlateCoupon]) -> None:
    """Uses that the cloud does not list any more are settled there."""
    work.do("DELETE FROM parking_coupons")
    work.db.executemany(
        "INSERT INTO parking_coupons VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(row.number, row.plate, row.kind, row.value, row.space, row.stacks, row.here) for row in coupons],
    )
    work.do(
        "UPDATE parking_coupon_uses SET settled = 1 WHERE number NOT IN (SELECT number FROM parking_coupons)"
    )
    work.do("INSERT OR REPLACE INTO parking_rules VALUES (?, ?)", _VERSION, number)


def wanted(work: Work) -> list[str]:
    """Those of cars inside, and those that were used here and that the cloud does not know of. Others are given up."""
    numbers = {str(row[0]) for row in work.all("SELECT number FROM parking_coupon_uses WHERE settled = 0")}
    stays = work.all(
        "SELECT DISTINCT s.lot, s.plate FROM parking_stays AS s JOIN parking_coupons AS c ON c.plate = s.plate"
        " WHERE s.out_ms IS NULL"
    )
    for lot_id, plate in stays:
        lot = work.site.lots.get(lot_id)
        if lot is not None:
            numbers |= {row.number for row in _together(_of_plate(work, lot, plate))}
    before = {str(row[0]) for row in work.all("SELECT number FROM parking_coupons WHERE here = 1")}
    for number in before - numbers:
        work.do("UPDATE parking_coupons SET here = 0 WHERE number = ?", number)
        work.do("DELETE FROM parking_rules WHERE name = ?", _VERSION)  # what it says then is news
    return sorted(numbers)


def of_stay(work: Work, lot: Lot, stay_id: int, plate: str) -> list[Coupon]:
    """Of one that is over, those that it used."""
    used = work.all(
        "SELECT number, kind, value FROM parking_coupon_uses WHERE stay = ? ORDER BY number", stay_id
    )
    if used:
        return [Coupon(*row) for row in used]
    if work.row("SELECT 1 FROM parking_stays WHERE id = ? AND out_ms IS NULL", stay_id) is None:
        return []
    rows = [row for row in _of_plate(work, lot, plate) if row.here]
    return [Coupon(row.number, row.kind, row.value) for row in _together(rows)]


def is_named(work: Work, plate: str) -> bool:
    """Whether a coupon waits for a car."""
    return work.row("SELECT 1 FROM parking_coupons WHERE plate = ?", plate) is not None


def note_use(work: Work, stay_id: int, coupon: Coupon) -> None:
    work.do(
        "INSERT OR IGNORE INTO parking_coupon_uses VALUES (?, ?, ?, ?, ?, 0)",
        coupon.number,
        stay_id,
        coupon.kind,
        coupon.value,
        work.now_ms,
    )


def _of_plate(work: Work, lot: Lot, plate: str) -> list[CouponRow]:
    """What counts in a lot of the cloud, those that were given first before others."""
    if work.given.lot(lot) is None:
        return []
    rows = work.all(
        "SELECT number, plate, kind, value, space, stacks, here FROM parking_coupons WHERE plate = ?"
        " AND space IN ('', ?) AND number NOT IN (SELECT number FROM parking_coupon_uses)"
        " ORDER BY length(number), number",
        str(plate),
        lot.space_id,
    )
    return [CouponRow(*row) for row in rows]


def _together(rows: list[CouponRow]) -> list[CouponRow]:
    having: list[CouponRow] = []
    for row in rows:
        if len(having) < MOST_OF_STAY and fits(bool(row.stacks), (bool(each.stacks) for each in having)):
            having.append(row)
    return having
