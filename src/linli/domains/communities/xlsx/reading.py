"""A workbook is read row by row, whatever its size: every row as values, or every fault of it by row and column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from linli.domains.communities.xlsx import cells
from linli.domains.communities.xlsx.columns import (
    HOUSES,
    RESIDENTS,
    SHEETS,
    Column,
    Sheet,
    by_title,
    plain_title,
)
from linli.kernel import i18n
from linli.kernel.workbooks.refusals import BadWorkbook
from linli.kernel.workbooks.sheets import SheetRows, open_workbook

ROWS_MAX: Final = 500_000
PROBLEMS_MAX: Final = 20_000
"""Faults that are told; reading ends with the one after."""
_KEPT_MAX: Final = 64 * 1024 * 1024
"""Characters of all rows that are kept: half a million rows of 128 each."""
_HEADER_ROWS: Final = 10
"""Titles stand in one of the first rows: people put headlines above them."""
_BLANK_ROWS_MAX: Final = 10_000
_WIDTH_MAX: Final = 64
_STEP: Final = 500
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

    @property
    def place(self) -> tuple[str, str, str]:
        """(building, unit, house)."""
        values = self.values
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
    """What the workbook was read for."""
    titles: dict[str, str] = field(default_factory=dict)
    """Sheet key → title of the sheet in the file."""

    def fault(self, row: Row, key: str, rule: str, **facts: Any) -> Problem:
        """A fault of a row that read well by itself."""
        sheet = next(one for one in self.sheets if one.key == row.sheet)
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


class ListReading(NamedTuple):
    """What a workbook of one kind of rows held."""

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
        found = ListReading(
            [], [], {column.key: letter for _, letter, _, column in head.columns}, 0, head.sheet.title
        )
        count = 0
        lines = head.sheet.rows(first=head.row + 1, width=_WIDTH_MAX)
        seen: Seen = {}
        for number, values in enumerate(lines, head.row + 1):
            if number > head.row + most + _BLANK_ROWS_MAX:
                break
            if all(value is None or value == "" for value in values):
                continue
            count += 1
            if count > most:
                found.problems.append(Problem(kind.key, number, "", "", "", "too_many_rows", {"limit": most}))
                break
            row, faults = _read_row(head, number, values, seen)
            found.problems.extend(faults)
            if not faults:
                found.rows.append(Row(kind.key, number, row))
            if len(found.problems) > PROBLEMS_MAX:
                found.problems.append(_too_many(kind.key, number))
                break
            if count % _STEP == 0:
                progress(count, max(head.rows, count))
        progress(count, count)
        return found._replace(total=count)


def _letter(position: int) -> str:
    """A spreadsheet's name of a column, from 0: A, B, … Z, AA, …"""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _too_many(sheet: str, row: int) -> Problem:
    return Problem(sheet, row, "", "", "", "too_many_problems", {"limit": PROBLEMS_MAX})


class _Head(NamedTuple):
    sheet: SheetRows
    kind: Sheet
    row: int
    columns: list[tuple[int, str, str, Column]]
    """(position from 0, letter, title as spelt, column)."""
    unknown: list[str]
    rows: int


def _find_header(sheet: SheetRows, sheets: Sequence[Sheet]) -> _Head | None:
    """Where the titles stand and which sheet this is; residents have a name, houses have not."""
    for number, values in enumerate(sheet.rows(last=_HEADER_ROWS, width=_WIDTH_MAX), 1):
        titles = [plain_title(value) for value in values]
        for kind in reversed(sheets):
            known = by_title(kind)
            if "name" not in {known[t].key for t in titles if t in known} and kind.key == RESIDENTS.key:
                continue
            if not any(known[t].key == "house" for t in titles if t in known):
                continue
            columns: list[tuple[int, str, str, Column]] = []
            unknown: list[str] = []
            for position, title in enumerate(titles):
                spelt = cells.text_of(values[position])
                if title in known and known[title] not in [c for *_, c in columns]:
                    columns.append((position, _letter(position), spelt, known[title]))
                elif title:
                    unknown.append(spelt)
            return _Head(sheet, kind, number, columns, unknown, sheet.expected)
    return None


def _find_list(sheet: SheetRows, kind: Sheet) -> _Head | None:
    known = by_title(kind)
    required = {column.key for column in kind.columns if column.required}
    for number, values in enumerate(sheet.rows(last=_HEADER_ROWS, width=_WIDTH_MAX), 1):
        columns: list[tuple[int, str, str, Column]] = []
        for position, value in enumerate(values):
            column = known.get(plain_title(value))
            if column is not None and column not in [c for *_, c in columns]:
                columns.append((position, _letter(position), cells.text_of(value), column))
        if required and required <= {column.key for *_, column in columns}:
            return _Head(sheet, kind, number, columns, [], sheet.expected)
    return None


def _read_sheet(head: _Head, reading: Reading, progress: Callable[[int], None]) -> None:
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
    rows = head.sheet.rows(first=head.row + 1, width=_WIDTH_MAX)
    for number, values in enumerate(rows, head.row + 1):
        if all(value is None or value == "" for value in values):
            blank += 1
            if blank > _BLANK_ROWS_MAX:
                break
            continue
        blank = 0
        reading.rows += 1
        if reading.rows > ROWS_MAX:
            reading.problems.append(Problem(key, number, "", "", "", "too_many_rows", {"limit": ROWS_MAX}))
            return
        if reading.rows % _STEP == 0:
            progress(reading.rows)
        found, faults = _read_row(head, number, values, seen)
        if faults:
            reading.problems += faults
            if len(reading.problems) > PROBLEMS_MAX:
                reading.problems.append(_too_many(key, number))
                return
        else:
            into.append(Row(key, number, found))
            kept += sum(len(value) for value in found.values() if type(value) is str)
            if kept > _KEPT_MAX:
                raise BadWorkbook("workbook_too_large", limit=f"{_KEPT_MAX // 1024 // 1024} MiB")


type Seen = dict[tuple[str, str], Any]
"""(column, what its cell says) → its value: most columns say few different things, and saying them once saves both
the time of reading and the memory of a long workbook."""
_SEEN_MAX: Final = 50_000


def _read_row(
    head: _Head, number: int, values: tuple[Any, ...], seen: Seen
) -> tuple[dict[str, Any], list[Problem]]:
    found: dict[str, Any] = {}
    faults: list[Problem] = []
    for position, letter, title, column in head.columns:
        raw = values[position] if position < len(values) else None
        if type(raw) is str and (known := seen.get((column.key, raw))) is not None:
            found[column.key] = known
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
            found[column.key] = value
            if type(raw) is str and not column.distinct and len(seen) < _SEEN_MAX:
                seen[column.key, raw] = value
    return found, faults
