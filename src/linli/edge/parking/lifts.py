"""Barriers that open for cars that paid: kept with the payment until they moved (ADR 0127); the box may end between.

A barrier that did not move, or of which nobody knows since the box ended, is for a person; the same plate read there
again opens it too. Another car that is read there, or any opening, ends it.
"""

import sqlite3
from typing import Final

from linli.edge.parking.work import Lift, Work
from linli.rules.plates import clean_plate

STANDS_MS: Final = 30 * 60_000
"""How long the same plate opens again."""
_COLUMNS: Final = "barrier, shown, order_number, fen"


def keep(work: Work, lift: Lift) -> None:
    """In the transaction that counts the payment."""
    work.do(
        "INSERT OR REPLACE INTO parking_lifts (barrier, plate, shown, order_number, fen, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        lift.barrier,
        clean_plate(lift.shown),
        lift.shown,
        lift.order,
        lift.fen,
        work.now_ms,
    )


def moved(work: Work, lift: Lift) -> None:
    work.do("DELETE FROM parking_lifts WHERE barrier = ? AND order_number = ?", lift.barrier, lift.order)


def over(work: Work, barrier_id: str) -> None:
    """Whatever was to open there: it opens now, or the car is gone."""
    work.do("DELETE FROM parking_lifts WHERE barrier = ?", barrier_id)


def is_to_open(db: sqlite3.Connection, lift: Lift) -> bool:
    """Whether the car still waits for it: no person was asked, and no other car was read there."""
    columns = "barrier = ? AND order_number = ? AND told = 0"
    row = db.execute(f"SELECT 1 FROM parking_lifts WHERE {columns}", (lift.barrier, lift.order))
    return row.fetchone() is not None


def note_shut(work: Work, barrier_id: str) -> bool:
    """Whether this is new."""
    return bool(work.do("UPDATE parking_lifts SET told = 1 WHERE barrier = ? AND told = 0", barrier_id))


def unknown(work: Work) -> list[Lift]:
    """Of which nobody can tell whether they moved: the box ended meanwhile."""
    return [Lift(*row) for row in work.all(f"SELECT {_COLUMNS} FROM parking_lifts WHERE told = 0")]


def shut_at(work: Work, barrier_id: str) -> Lift | None:
    """The car that a person is to let out."""
    row = work.row(f"SELECT {_COLUMNS} FROM parking_lifts WHERE barrier = ? AND told = 1", barrier_id)
    return None if row is None else Lift(*row)


def is_shut(work: Work, barrier_id: str, order: str) -> bool:
    lift = shut_at(work, barrier_id)
    return lift is not None and lift.order == order


def read_again(work: Work, barrier_id: str, plate: str) -> Lift | None:
    """The car that paid, where it is the one that is read there now. Another one there: it is gone."""
    row = work.row(f"SELECT {_COLUMNS}, plate, at_ms FROM parking_lifts WHERE barrier = ?", barrier_id)
    if row is None:
        return None
    over(work, barrier_id)
    *lift, paid_plate, at_ms = row
    same = paid_plate == clean_plate(plate) and at_ms > work.now_ms - STANDS_MS
    return Lift(*lift) if same else None


def shut(db: sqlite3.Connection) -> dict[str, str]:
    """By barrier, the plate of the car that stands before it."""
    return dict(db.execute("SELECT barrier, shown FROM parking_lifts WHERE told = 1"))
