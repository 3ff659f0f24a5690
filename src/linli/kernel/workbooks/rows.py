"""Rows of a workbook as values, and faults of them by row and column."""

from typing import Any, Final, NamedTuple

from linli.kernel import i18n
from linli.kernel.workbooks.asks import MERGED
from linli.kernel.workbooks.columns import Column, Sheet
from linli.kernel.workbooks.sheets import Line, SheetRows

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
    key: str = ""
    """Of the column."""

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

    def put(self, key: str, value: Any) -> None:
        """Say something else in a column that says something."""
        at = self._columns.index(key)
        self._cells = (*self._cells[:at], value, *self._cells[at + 1 :])


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


def is_empty(head: Head, line: Line) -> bool:
    """Whether a row says nothing in any column that is read: blanks are nothing, and so is a remark beside the table,
    or what merged cells say of it."""
    return all(
        line.marks.get(position) == MERGED or (type(value) is str and not value.strip())
        for position, *_ in head.columns
        if position < len(line.values) and (value := line.values[position]) is not None
    )
