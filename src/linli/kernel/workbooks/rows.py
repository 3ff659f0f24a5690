"""Rows of a workbook as values, or every fault of them by row and column; lists of one kind of rows read whole."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from linli.kernel import i18n
from linli.kernel.workbooks import cells
from linli.kernel.workbooks.columns import Column, Sheet, by_title, plain_title
from linli.kernel.workbooks.refusals import BadWorkbook
from linli.kernel.workbooks.sheets import SheetRows, open_workbook

PROBLEMS_MAX: Final = 20_000
"""Most faults in a report; reading ends with the one after."""
HEADER_ROWS: Final = 10
"""Titles stand in one of the first rows: people put headlines above them."""
BLANK_ROWS_MAX: Final = 10_000
WIDTH_MAX: Final = 64
STEP: Final = 500
"""Rows between two reports of progress."""


class Problem(NamedTuple):
    """One fault. `row` counts as the spreadsheet does, from 1; `column` is the letter, "" for the whole row."""

    sheet: str
    row: int
    column: str
    title: str
    """Title of the column as the file spells it."""
    value: str
    rule: str
    facts: dict[str, Any]

    def text(self, language: str) -> str:
        """The fault in words, without its place."""
        return i18n.text(f"rule.{self.rule}", language, **self.facts)


_keys: dict[tuple[str, ...], tuple[str, ...]] = {}
_KEYS_MAX: Final = 10_000


class Row:
    """One good row: values by column key; columns that are empty or absent are missing.

    Keys and values apart: rows of a workbook have the same few sets of keys, and a dictionary each would take most of
    the memory of a long one.
    """

    __slots__ = ("_cells", "_columns", "number", "sheet")

    def __init__(self, sheet: str, number: int, values: dict[str, Any]) -> None:
        self.sheet, self.number = sheet, number
        columns = tuple(values)
        if len(_keys) > _KEYS_MAX:
            _keys.clear()
        self._columns, self._cells = _keys.setdefault(columns, columns), tuple(values.values())

    @property
    def columns(self) -> tuple[str, ...]:
        """Keys of the columns that say something."""
        return self._columns

    @property
    def values(self) -> dict[str, Any]:
        return dict(zip(self._columns, self._cells, strict=True))


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
        lines = head.sheet.rows(first=head.row + 1, width=WIDTH_MAX)
        seen: Seen = {}
        for number, values in enumerate(lines, head.row + 1):
            if number > head.row + most + BLANK_ROWS_MAX:
                break
            if is_empty(head, values):
                continue
            count += 1
            if count > most:
                list_reading.problems.append(
                    Problem(kind.key, number, "", "", "", "too_many_rows", {"limit": most})
                )
                break
            row, faults = read_row(head, number, values, seen)
            list_reading.problems.extend(faults)
            if not faults:
                list_reading.rows.append(Row(kind.key, number, row))
            if len(list_reading.problems) > PROBLEMS_MAX:
                list_reading.problems.append(too_many(kind.key, number))
                break
            if count % STEP == 0:
                progress(count, max(head.rows, count))
        progress(count, count)
        return list_reading._replace(total=count)


def letter_of(position: int) -> str:
    """A spreadsheet's name of a column, from 0: A, B, … Z, AA, …"""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def too_many(sheet: str, row: int) -> Problem:
    return Problem(sheet, row, "", "", "", "too_many_problems", {"limit": PROBLEMS_MAX})


class Head(NamedTuple):
    sheet: SheetRows
    kind: Sheet
    row: int
    columns: list[tuple[int, str, str, Column]]
    """(position from 0, letter, title as spelt, column)."""
    unknown: list[str]
    rows: int


def is_empty(head: Head, values: Sequence[object]) -> bool:
    """Whether a row says nothing in any column that is read: blanks are nothing, and so is a remark beside the table."""
    return all(
        type(value) is str and not value.strip()
        for position, *_ in head.columns
        if position < len(values) and (value := values[position]) is not None
    )


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


type Seen = dict[tuple[str, str], Any]
"""(column, text of its cell) → its value. Most columns have few different values, so this saves time and memory for a
long workbook."""
_SEEN_MAX: Final = 50_000


def read_row(
    head: Head, number: int, values: tuple[Any, ...], seen: Seen
) -> tuple[dict[str, Any], list[Problem]]:
    fields: dict[str, Any] = {}
    faults: list[Problem] = []
    for position, letter, title, column in head.columns:
        raw = values[position] if position < len(values) else None
        if type(raw) is str and (cached := seen.get((column.key, raw))) is not None:
            fields[column.key] = cached
            continue
        text = cells.text_of(raw)
        if not text:
            if column.required:
                faults.append(Problem(head.kind.key, number, letter, title, "", "required", {}))
            continue
        value = column.read(text)
        if isinstance(value, cells.Broken):
            faults.append(Problem(head.kind.key, number, letter, title, text[:200], value.rule, value.facts))
        else:
            fields[column.key] = value
            if type(raw) is str and not column.distinct and len(seen) < _SEEN_MAX:
                seen[column.key, raw] = value
    return fields, faults
