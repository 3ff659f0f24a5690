"""Lists of one kind of rows, read whole from a workbook."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from linli.kernel.workbooks import cells
from linli.kernel.workbooks.columns import Column, Sheet, by_title, plain_title
from linli.kernel.workbooks.reader import RowReader
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


class ListReading(NamedTuple):
    """The contents of a workbook with one kind of rows."""

    rows: list[Row]
    problems: list[Problem]
    letters: dict[str, str]
    """Column key → letter, for faults that are found later."""
    total: int
    """Rows that were not empty."""
    title: str
    """Of the sheet in the file."""


def read_list(
    path: Path, kind: Sheet, *, most: int, progress: Callable[[int, int], None] = lambda done, total: None
) -> ListReading:
    """Read the first sheet of a workbook that has the required titles of `kind`, at most `most` rows of it.

    Blocks: call it beside the event loop. Raises BadWorkbook.
    """
    with open_workbook(path) as book:
        head = next((head for sheet in book.sheets if (head := _find_list(sheet, kind)) is not None), None)
        if head is None:
            raise BadWorkbook("no_known_sheet")
        list_reading = ListReading(
            [], [], {column.key: letter for _, letter, _, column in head.columns}, 0, head.sheet.title
        )
        count = 0
        lines = head.sheet.lines(first=head.row + 1, width=WIDTH_MAX)
        reader = RowReader(head)
        for number, line in enumerate(lines, head.row + 1):
            if number > head.row + most + BLANK_ROWS_MAX:
                break
            if is_empty(head, line):
                continue
            count += 1
            if count > most:
                list_reading.problems.append(
                    Problem(kind.key, number, "", "", "", "too_many_rows", {"limit": most})
                )
                break
            row = reader.read(number, line)
            list_reading.problems.extend(row.faults)
            if not row.faults:
                list_reading.rows.append(Row(kind.key, number, row.fields))
            if len(list_reading.problems) > PROBLEMS_MAX:
                list_reading.problems.append(too_many(kind.key, number))
                break
            if count % STEP == 0:
                progress(count, max(head.rows, count))
        progress(count, count)
        return list_reading._replace(total=count)


def _find_list(sheet: SheetRows, kind: Sheet) -> Head | None:
    titled = by_title(kind)
    required = {column.key for column in kind.columns if column.required}
    for number, values in enumerate(sheet.rows(last=HEADER_ROWS, width=WIDTH_MAX), 1):
        columns: list[tuple[int, str, str, Column]] = []
        for position, value in enumerate(values):
            column = titled.get(plain_title(value))
            if column is not None and column not in [c for *_, c in columns]:
                columns.append((position, letter_of(position), cells.text_of(value), column))
        if required and required <= {column.key for *_, column in columns}:
            return Head(sheet, kind, number, columns, [], sheet.expected)
    return None
