"""A workbook is read row by row, whatever its size: every row as values, or every fault of it by row and column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from linli.domains.communities.xlsx.columns import HOUSES, RESIDENTS, SHEETS
from linli.kernel.workbooks import cells
from linli.kernel.workbooks.columns import Column, Sheet, by_title, plain_title
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
    Seen,
    is_empty,
    letter_of,
    read_row,
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
    """What a workbook held."""

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

    def fault(self, row: Row, key: str, rule: str, **facts: Any) -> Problem:
        """A fault of a row that read well by itself."""
        sheet = next(candidate for candidate in self.sheets if candidate.key == row.sheet)
        column = next((c for c in sheet.columns if c.key == key), None)
        value = str(row.values.get(key, ""))
        letter = self.places[row.sheet].get(key, "")
        return Problem(row.sheet, row.number, letter, column.zh if column else "", value, rule, facts)


def read(
    path: Path,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    sheets: Sequence[Sheet] = SHEETS,
) -> Reading:
    """Read a whole workbook; `progress(rows read, rows expected)` is called now and then, from this thread.

    Blocks for as long as it takes: call it beside the event loop. Raises BadWorkbook.
    """
    reading = Reading(sheets=sheets)
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
    """Where the titles stand and which sheet this is; residents have a name, houses have not."""
    for number, values in enumerate(sheet.rows(last=HEADER_ROWS, width=WIDTH_MAX), 1):
        titles = [plain_title(value) for value in values]
        for kind in reversed(sheets):
            columns_by_title = by_title(kind)
            if (
                "name" not in {columns_by_title[t].key for t in titles if t in columns_by_title}
                and kind.key == RESIDENTS.key
            ):
                continue
            if not any(columns_by_title[t].key == "house" for t in titles if t in columns_by_title):
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


def _read_sheet(head: Head, reading: Reading, progress: Callable[[int], None]) -> None:
    key = head.kind.key
    reading.titles[key] = head.sheet.title
    reading.places[key] = {column.key: letter for _, letter, _, column in head.columns}
    reading.ignored_columns += head.unknown
    missing = [c for c in head.kind.columns if c.required and c.key not in reading.places[key]]
    for column in missing:
        reading.problems.append(Problem(key, head.row, "", column.zh, "", "missing_column", {}))
    if missing:
        return
    into = reading.houses if head.kind.key == HOUSES.key else reading.residents
    blank = kept = 0
    seen: Seen = {}
    rows = head.sheet.rows(first=head.row + 1, width=WIDTH_MAX)
    for number, values in enumerate(rows, head.row + 1):
        if is_empty(head, values):
            blank += 1
            if blank > BLANK_ROWS_MAX:
                break
            continue
        blank = 0
        reading.rows += 1
        if reading.rows > ROWS_MAX:
            reading.problems.append(Problem(key, number, "", "", "", "too_many_rows", {"limit": ROWS_MAX}))
            return
        if reading.rows % STEP == 0:
            progress(reading.rows)
        fields, faults = read_row(head, number, values, seen)
        if faults:
            reading.problems += faults
            if len(reading.problems) > PROBLEMS_MAX:
                reading.problems.append(too_many(key, number))
                return
        else:
            into.append(Row(key, number, fields))
            kept += sum(len(value) for value in fields.values() if type(value) is str)
            if kept > _KEPT_MAX:
                raise BadWorkbook("workbook_too_large", limit=f"{_KEPT_MAX // 1024 // 1024} MiB")
