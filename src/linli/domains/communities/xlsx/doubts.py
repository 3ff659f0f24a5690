"""Cells that only the rest of their column explains: numbers that may have lost zeros, dates in either order."""

from array import array
from collections import Counter
from typing import NamedTuple

from linli.kernel.workbooks import asks, cells
from linli.kernel.workbooks.columns import Column
from linli.kernel.workbooks.dates import ORDERS, Doubtful, Order
from linli.kernel.workbooks.groups import Answers
from linli.kernel.workbooks.mends import Mends
from linli.kernel.workbooks.reader import RowRead, RowReader
from linli.kernel.workbooks.rows import PROBLEMS_MAX, Head, Problem, Row

_DATE_ORDER = "date_order"
_ZEROS_LOST = "zeros_lost"


class Settled(NamedTuple):
    """The rows that are good, and what became of the others."""

    rows: list[Row]
    problems: list[Problem]
    left_out: list[int]
    """Numbers of rows that somebody said shall not be imported."""


class Doubts:
    """Of one sheet."""

    def __init__(self, head: Head, reader: RowReader) -> None:
        self._head = head
        self._reader = reader
        self._numbers: dict[str, array[int]] = {}
        """Column → positions of good rows where a number stood."""
        self._dates: dict[str, array[int]] = {}

    def note(self, position: int, row: RowRead) -> None:
        """The row that will be the good row number `position`."""
        for key in row.numbers:
            self._numbers.setdefault(key, array("I")).append(position)
        for key, _ in row.doubtful:
            self._dates.setdefault(key, array("I")).append(position)

    def settle(self, rows: list[Row], answers: Answers, mends: Mends) -> Settled:
        """Mend what the columns explain or somebody answered; the rest are faults."""
        settled = Settled(rows, [], [])
        bad: set[int] = set()
        for _, letter, title, column in self._head.columns:
            place = _Column(self._head.kind.key, letter, title, column, mends, answers)
            if (positions := self._numbers.get(column.key)) and (
                widths := self._reader.widths.get(column.key)
            ):
                width = _usual(widths)
                bad |= _zeros(place, rows, positions, width, settled)
            if positions := self._dates.get(column.key):
                bad |= _days(place, rows, positions, self._reader.orders.get(column.key, set()), settled)
        if not bad:
            return settled
        return settled._replace(rows=[row for position, row in enumerate(rows) if position not in bad])


class _Column(NamedTuple):
    sheet: str
    letter: str
    title: str
    column: Column
    mends: Mends
    answers: Answers

    def problem(self, row: Row, value: str, rule: str, **facts: object) -> Problem:
        return Problem(
            self.sheet, row.number, self.letter, self.title, value, rule, dict(facts), self.column.key
        )

    def mended(self, row: Row, before: str, after: str, kind: str) -> None:
        row.put(self.column.key, after)
        self.mends.note(
            self.sheet, self.column.key, self.title, kind, row=row.number, before=before, after=after
        )


def _usual(widths: Counter[int]) -> int:
    """Digits that most numbers with zeros in front have."""
    return max(widths, key=lambda width: (widths[width], width))


def _zeros(
    place: _Column, rows: list[Row], positions: "array[int]", width: int, settled: Settled
) -> set[int]:
    """Numbers that are shorter than those that kept their zeros."""
    action = place.answers.action(place.sheet, place.column.key, _ZEROS_LOST)
    bad: set[int] = set()
    for position in positions:
        row = rows[position]
        value = row.values[place.column.key]
        if not value.isdigit() or len(value) >= width or action == "keep":
            continue
        full = value.zfill(width)
        if action == "pad":
            place.mended(row, value, full, asks.ZEROS)
            continue
        bad.add(position)
        if action == "leave_out":
            settled.left_out.append(row.number)
        elif len(settled.problems) < PROBLEMS_MAX:
            settled.problems.append(place.problem(row, value, _ZEROS_LOST, given=value, example=full))
    return bad


def _days(
    place: _Column, rows: list[Row], positions: "array[int]", shown: set[Order], settled: Settled
) -> set[int]:
    """Dates in either order: as others of the column show, or as somebody answered."""
    answer = place.answers.of(place.sheet, place.column.key, _DATE_ORDER)
    order = next(iter(shown)) if len(shown) == 1 else None
    if order is None and answer is not None and answer.action == "take":
        order = next((option for option in ORDERS if option == answer.value), None)
    bad: set[int] = set()
    for position in positions:
        row = rows[position]
        date: Doubtful = row.values[place.column.key]
        before = f"{date.first}/{date.second}/{date.year}"
        if order is not None:
            place.mended(row, before, date.in_order(order), cells.DATE)
            continue
        if answer is not None and answer.action == "empty" and not place.column.required:
            values = {key: value for key, value in row.values.items() if key != place.column.key}
            rows[position] = Row(row.sheet, row.number, values)
            continue
        bad.add(position)
        if answer is not None and answer.action == "leave_out":
            settled.left_out.append(row.number)
        elif len(settled.problems) < PROBLEMS_MAX:
            facts = {option: date.in_order(option) for option in ORDERS}
            settled.problems.append(place.problem(row, before, _DATE_ORDER, **facts))
    return bad
