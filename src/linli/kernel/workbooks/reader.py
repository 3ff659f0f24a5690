"""Reads rows of one sheet: mends what is known, tells what is not, and heeds the answers that were given to that."""

from collections import Counter
from typing import Any, Final, NamedTuple

from linli.kernel.workbooks import cells, dates
from linli.kernel.workbooks.columns import Column
from linli.kernel.workbooks.dates import Doubtful, Order
from linli.kernel.workbooks.groups import NO_ANSWERS, Answer, Answers, can_take
from linli.kernel.workbooks.mends import Mends
from linli.kernel.workbooks.rows import Head, Problem
from linli.kernel.workbooks.sheets import Line

_SEEN_MAX: Final = 50_000
_VALUE_MAX: Final = 200


class Cell(NamedTuple):
    """The value of a cell after mending, or its fault."""

    value: Any
    mends: tuple[str, ...] = ()
    fault: cells.Broken | None = None


class RowRead(NamedTuple):
    fields: dict[str, Any]
    faults: list[Problem]
    left_out: bool = False
    """Somebody answered so to one of its faults."""
    numbers: tuple[str, ...] = ()
    """Columns where zeros mean something and a number stood: it may have lost some."""
    doubtful: tuple[tuple[str, Doubtful], ...] = ()
    """Columns whose dates may be read in two ways."""


class RowReader:
    """Most columns say few different things: each is worked out once, which saves the time of reading and the memory of
    a long workbook."""

    def __init__(
        self,
        head: Head,
        mends: Mends | None = None,
        answers: Answers = NO_ANSWERS,
        missing: dict[str, Any] | None = None,
    ) -> None:
        """`missing`: values for columns that the sheet lacks."""
        self._head = head
        self._mends = mends or Mends()
        self._answers = answers
        self._missing = missing or {}
        self._seen: dict[tuple[str, str], Cell] = {}
        self.widths: dict[str, Counter[int]] = {}
        """Column where zeros mean something → digits of those that begin with one → how many different ones."""
        self.orders: dict[str, set[Order]] = {}
        """Column of dates → the orders of day and month that some of them show."""

    def read(self, number: int, line: Line) -> RowRead:
        """Values of row `number` by column, and its faults."""
        fields: dict[str, Any] = dict(self._missing)
        faults: list[Problem] = []
        numbers: list[str] = []
        doubtful: list[tuple[str, Doubtful]] = []
        left_out = False
        for position, letter, title, column in self._head.columns:
            raw = line.values[position] if position < len(line.values) else None
            cell = self._cell(column, raw)
            if cell.fault is not None:
                text = cells.text_of(raw)
                answer = self._answers.of(self._head.kind.key, column.key, cell.fault.rule, text[:_VALUE_MAX])
                if answer is not None and answer.action == "leave_out":
                    left_out = True
                    continue
                cell = _answered(column, cell, answer)
            if cell.fault is not None:
                kind, fault = self._head.kind.key, cell.fault
                problem = Problem(kind, number, letter, title, text[:_VALUE_MAX], fault.rule, fault.facts)
                faults.append(problem._replace(key=column.key))
                continue
            if cell.value is None:
                continue
            if isinstance(cell.value, Doubtful):
                doubtful.append((column.key, cell.value))
            if column.zeros and type(raw) in (int, float):
                numbers.append(column.key)
            fields[column.key] = cell.value
            if cell.mends or line.marks:
                self._note(column, title, number, raw, cell, line.marks.get(position, ""))
        return RowRead(fields, faults, left_out, tuple(numbers), tuple(doubtful))

    def _note(self, column: Column, title: str, number: int, raw: object, cell: Cell, mark: str) -> None:
        for kind in (mark, *cell.mends) if mark else cell.mends:
            self._mends.note(
                self._head.kind.key, column.key, title, kind, row=number, before=raw, after=cell.value
            )

    def _cell(self, column: Column, raw: object) -> Cell:
        if type(raw) is not str:
            return self._worked_out(column, raw)
        cell = self._seen.get((column.key, raw))
        if cell is None:
            cell = self._worked_out(column, raw)
            if not column.distinct and len(self._seen) < _SEEN_MAX:
                self._seen[column.key, raw] = cell
        return cell

    def _worked_out(self, column: Column, raw: object) -> Cell:
        text = cells.text_of(raw)
        if not text:
            return Cell(None, (), cells.Broken("required", {}) if column.required else None)
        mends = [kind] if (kind := cells.spelling(raw)) else []
        if column.digits and type(raw) in (int, float):
            mends.append(cells.NUMBER)
        if column.dates:
            return self._date(column, text, mends)
        value = column.read(text)
        if isinstance(value, cells.Broken):
            return Cell(None, (), value)
        if isinstance(value, cells.Mended):
            mends.append(value.kind)
            value = value.value
        elif column.zeros and type(raw) is str and value[0] == "0" and value.isdigit():
            self.widths.setdefault(column.key, Counter())[len(value)] += 1
        return Cell(value, tuple(mends))

    def _date(self, column: Column, text: str, mends: list[str]) -> Cell:
        dated = dates.read(text)
        if isinstance(dated, dates.Impossible):
            return Cell(None, (), cells.Broken("date", {}))
        if isinstance(dated, Doubtful):
            return Cell(dated)
        if dated is not None and dated.order is not None:
            self.orders.setdefault(column.key, set()).add(dated.order)
        value = column.read(dated.iso if dated is not None else text)
        if isinstance(value, cells.Broken):
            return Cell(None, (), value)
        return Cell(value, (*mends, cells.DATE) if dated is not None and dated.iso != text else tuple(mends))


def _answered(column: Column, cell: Cell, answer: Answer | None) -> Cell:
    """The cell after the answer to its fault."""
    if answer is None or cell.fault is None:
        return cell
    if answer.action == "empty" and not column.required:
        return Cell(None)
    if answer.action == "keep" and cell.fault.value is not None:
        return Cell(cell.fault.value)
    if answer.action == "take" and can_take(column):
        return Cell(taken(column, answer.value), (), None)
    return cell


def taken(column: Column, text: str) -> Any:
    """The value of an answer for a column; None where the column cannot take it."""
    value = column.read(cells.text_of(text))
    if isinstance(value, cells.Mended):
        return value.value
    return None if isinstance(value, cells.Broken) else value
