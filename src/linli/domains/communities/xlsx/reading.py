"""A workbook is read row by row, whatever its size: every row as values, or every fault of it by row and column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from linli.domains.communities.xlsx.columns import HOUSES, RESIDENTS, SHEETS
from linli.domains.communities.xlsx.doubts import Doubts
from linli.kernel.workbooks import cells
from linli.kernel.workbooks.columns import Column, Sheet, by_title, column_of, plain_title
from linli.kernel.workbooks.groups import NO_ANSWERS, Answers
from linli.kernel.workbooks.mends import Mends
from linli.kernel.workbooks.reader import RowReader, taken
from linli.kernel.workbooks.refusals import BadWorkbook
from linli.kernel.workbooks.rows import (
    BLANK_ROWS_MAX,
    HEADER_ROWS,
    PROBLEMS_MAX,
    STEP,
    WIDTH_MAX,
    Head,
    Problem,
    Row,
    is_empty,
    letter_of,
    too_many,
)
from linli.kernel.workbooks.sheets import SheetRows, open_workbook

ROWS_MAX: Final = 500_000
_KEPT_MAX: Final = 64 * 1024 * 1024
"""Characters of all rows that are kept: half a million rows of 128 each."""


def place_of(row: Row) -> tuple[str, str, str]:
    """(building, unit, house)."""
    values = row.values
    return values["building"], values["unit"], values["house"]


@dataclass(slots=True)
class Reading:
    """The contents of a workbook."""

    houses: list[Row] = field(default_factory=list)
    residents: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0
    """Rows that were not empty."""
    ignored_columns: list[str] = field(default_factory=list)
    """Titles that we do not know, as the file spells them."""
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    """Sheet key → column key → letter, for faults that are found later."""
    sheets: Sequence[Sheet] = SHEETS
    """The purpose of reading the workbook."""
    titles: dict[str, str] = field(default_factory=dict)
    """Sheet key → title of the sheet in the file."""

    answers: Answers = NO_ANSWERS
    """The answers to the faults of an earlier check."""
    mends: Mends = field(default_factory=Mends)
    left_out: set[tuple[str, int]] = field(default_factory=set)
    """(sheet key, row) that somebody said shall not be imported."""

    def fault(self, row: Row, key: str, rule: str, **facts: Any) -> Problem:
        """A fault of a row that read well by itself."""
        column = column_of(self.sheets, row.sheet, key)
        value = str(row.values.get(key, ""))
        letter = self.places[row.sheet].get(key, "")
        title = column.zh if column else ""
        return Problem(row.sheet, row.number, letter, title, value, rule, facts, key)


def read(
    path: Path,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    sheets: Sequence[Sheet] = SHEETS,
    answers: Answers = NO_ANSWERS,
) -> Reading:
    """Read a whole workbook; `progress(rows read, rows expected)` is called now and then, from this thread.

    Blocks for as long as it takes: call it beside the event loop. Raises BadWorkbook.
    """
    reading = Reading(sheets=sheets, answers=answers)
    with open_workbook(path) as book:
        heads = [head for sheet in book.sheets if (head := _find_header(sheet, sheets)) is not None]
        heads.sort(key=lambda head: sheets.index(head.kind))
        if not heads:
            raise BadWorkbook("no_known_sheet")
        total = sum(max(head.rows - head.row, 0) for head in heads)
        for head in heads:
            _read_sheet(head, reading, lambda done: progress(done, max(total, done)))
        progress(reading.rows, reading.rows)
    reading.problems.sort(key=lambda p: (p.sheet, p.row, len(p.column), p.column))
    return reading


def _find_header(sheet: SheetRows, sheets: Sequence[Sheet]) -> Head | None:
    """Where the titles stand and which sheet this is: the first rows' one with most titles that we know; residents have
    a name, houses have not."""
    best: Head | None = None
    for number, values in enumerate(sheet.rows(last=HEADER_ROWS, width=WIDTH_MAX), 1):
        head = _titles(sheet, sheets, number, values)
        if head is not None and (best is None or len(head.columns) > len(best.columns)):
            best = head
    return best


def _titles(sheet: SheetRows, sheets: Sequence[Sheet], number: int, values: tuple[Any, ...]) -> Head | None:
    titles = [plain_title(value) for value in values]
    for kind in reversed(sheets):
        columns_by_title = by_title(kind)
        keys = {columns_by_title[title].key for title in titles if title in columns_by_title}
        if "house" not in keys or ("name" not in keys and kind.key == RESIDENTS.key):
            continue
        columns: list[tuple[int, str, str, Column]] = []
        unknown: list[str] = []
        for position, title in enumerate(titles):
            spelt = cells.text_of(values[position])
            if title in columns_by_title and columns_by_title[title] not in [c for *_, c in columns]:
                columns.append((position, letter_of(position), spelt, columns_by_title[title]))
            elif title:
                unknown.append(spelt)
        return Head(sheet, kind, number, columns, unknown, sheet.expected)
    return None


def _missing(head: Head, reading: Reading) -> dict[str, Any] | None:
    """The answered values for required columns that the sheet lacks; None where there is no answer."""
    key = head.kind.key
    values: dict[str, Any] = {}
    unanswered = False
    for column in head.kind.columns:
        if not column.required or column.key in reading.places[key]:
            continue
        answer = reading.answers.of(key, column.key, "missing_column")
        value = taken(column, answer.value) if answer is not None and answer.action == "take" else None
        if value is None:
            unanswered = True
            problem = Problem(key, head.row, "", column.zh, "", "missing_column", {}, column.key)
            reading.problems.append(problem)
        values[column.key] = value
    return None if unanswered else values


def _read_sheet(head: Head, reading: Reading, progress: Callable[[int], None]) -> None:
    key = head.kind.key
    reading.titles[key] = head.sheet.title
    reading.places[key] = {column.key: letter for _, letter, _, column in head.columns}
    reading.ignored_columns += head.unknown
    missing = _missing(head, reading)
    if missing is None:
        return
    into = reading.houses if head.kind.key == HOUSES.key else reading.residents
    blank = kept = 0
    reader = RowReader(head, reading.mends, reading.answers, missing)
    doubts = Doubts(head, reader)
    lines = head.sheet.lines(first=head.row + 1, width=WIDTH_MAX)
    for number, line in enumerate(lines, head.row + 1):
        if is_empty(head, line):
            blank += 1
            if blank > BLANK_ROWS_MAX:
                break
            continue
        blank = 0
        reading.rows += 1
        if reading.rows > ROWS_MAX:
            reading.problems.append(Problem(key, number, "", "", "", "too_many_rows", {"limit": ROWS_MAX}))
            break
        if reading.rows % STEP == 0:
            progress(reading.rows)
        row = reader.read(number, line)
        if row.left_out:
            reading.left_out.add((key, number))
        elif row.faults:
            reading.problems += row.faults
            if len(reading.problems) > PROBLEMS_MAX:
                reading.problems.append(too_many(key, number))
                break
        else:
            doubts.note(len(into), row)
            into.append(Row(key, number, row.fields))
            kept += sum(len(value) for value in row.fields.values() if type(value) is str)
            if kept > _KEPT_MAX:
                raise BadWorkbook("workbook_too_large", limit=f"{_KEPT_MAX // 1024 // 1024} MiB")
    settled = doubts.settle(into, reading.answers, reading.mends)
    reading.problems += settled.problems
    reading.left_out |= {(key, number) for number in settled.left_out}
    into[:] = settled.rows
