"""The child's side: a workbook opened with openpyxl, within the bounds, and its rows handed out when asked for."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

import openpyxl
from openpyxl.reader import excel
from openpyxl.utils.exceptions import InvalidFileException

from linli.kernel.children.channel import Channel
from linli.kernel.workbooks import refusals
from linli.kernel.workbooks.asks import MERGED, ZEROS, Ask, BookAnswer, OpenAsk, Piece, RowsAsk
from linli.kernel.workbooks.merges import MergedCells, ranges
from linli.kernel.workbooks.refusals import BadWorkbook
from linli.kernel.workbooks.strings import read_strings

TEXT_MAX: Final = 32_767
"""Characters of a cell, as spreadsheets have it; the rest of a longer one is dropped."""
_ROWS: Final = 500
_ZEROS_MAX: Final = 32
"""Zeros of a number format that are put before a number."""
_CHARACTERS: Final = 256 * 1024
"""Of the rows in one piece."""
_BROKEN: Final = (
    InvalidFileException,
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    OverflowError,
    NotImplementedError,
    OSError,
    EOFError,
    ParseError,
)
"""The library's exceptions for broken files."""


def open_book(path: Path) -> Any:
    """A workbook for reading. Raises BadWorkbook."""
    with refusals.open_parts(path) as archive:
        for member in archive.infolist():
            if member.filename.lower().endswith((".xml", ".rels")):
                _refuse_types(archive, member)
    excel.read_string_table = read_strings
    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except _BROKEN as error:
        raise BadWorkbook("workbook") from error


def _refuse_types(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """No part declares a document type: entities come from there. Raises BadWorkbook."""
    parser = expat.ParserCreate()
    events: list[str] = []
    parser.StartDoctypeDeclHandler = lambda *_: events.append("type")
    parser.StartElementHandler = lambda *_: events.append("root")
    try:
        with archive.open(part) as source:
            while not events and (piece := source.read(4096)):
                parser.Parse(piece, False)
    except (expat.ExpatError, *_BROKEN) as error:
        raise BadWorkbook("workbook_bomb" if events[:1] == ["type"] else "workbook") from error
    if events[:1] == ["type"]:
        raise BadWorkbook("workbook_bomb")


def serve(channel: Channel) -> None:
    """Open the file that is asked for, then hand out rows, a piece an ask, the next piece made meanwhile."""
    asked = channel.receive(OpenAsk)
    try:
        book = open_book(Path(asked.path))
        sheets = [
            worksheet for worksheet in book.worksheets if hasattr(worksheet, "iter_rows")
        ]  # a chart has none
        sizes = [(sheet.title, int(sheet.max_row or 0)) for sheet in sheets]
    except BadWorkbook as error:
        channel.send(BookAnswer(rule=error.facts["rule"], limit=str(error.facts.get("limit", ""))))
        return
    channel.send(BookAnswer(sheets=sizes))
    ask = channel.receive(RowsAsk)
    while True:
        sheets[ask.sheet].reset_dimensions()  # some programs write wrong ones
        ask = _hand_out(channel, sheets[ask.sheet], ask)


def _hand_out(channel: Channel, sheet: Any, ask: RowsAsk) -> RowsAsk:
    """The rows of a sheet; then the next request, which may also come before the end."""
    pieces = _pieces(sheet, ask)
    piece = next(pieces)
    while True:
        channel.send(piece)
        piece = next(pieces)
        following = channel.receive(Ask)
        if isinstance(following, RowsAsk):
            return following


def merged_cells(sheet: Any) -> MergedCells:
    """Of a sheet that is read row by row. Raises BadWorkbook."""
    try:
        with sheet._get_source() as source:
            return MergedCells(ranges(source))
    except _BROKEN as error:
        raise BadWorkbook("workbook") from error


def _pieces(sheet: Any, ask: RowsAsk) -> Iterator[Piece]:
    """Never ends: after the last piece come empty ones, which nobody asks for."""
    rows: list[list[Any]] = []
    marks: dict[int, dict[int, str]] = {}
    characters = 0
    try:
        merged = merged_cells(sheet)
        # From the first row, though others are asked for: merged cells may begin above them.
        for number, line in enumerate(sheet.iter_rows(max_row=ask.last or None, max_col=ask.width), 1):
            row, mended = _row(line)
            while row and row[-1] is None:
                row.pop()
            mended |= dict.fromkeys(merged.fill(number, row), MERGED)
            if number < ask.first:
                continue
            if mended:
                marks[len(rows)] = mended
            rows.append(row)
            characters += sum(len(value) for value in row if type(value) is str)
            if len(rows) >= _ROWS or characters > _CHARACTERS:
                yield Piece(rows, marks)
                rows, marks, characters = [], {}, 0
    except (BadWorkbook, *_BROKEN):
        yield Piece([], last=True, broken=True)
    while True:
        yield Piece(rows, marks, last=True)
        rows, marks = [], {}


def _row(line: tuple[Any, ...]) -> tuple[list[Any], dict[int, str]]:
    """Values of cells; a number whose format has zeros in front keeps them, as a text."""
    row: list[Any] = []
    marks: dict[int, str] = {}
    for position, cell in enumerate(line):
        value = cell.value
        digits = _digits(cell.number_format) if type(value) is int and value >= 0 else 0
        if digits and value < 10 ** (digits - 1):
            marks[position] = ZEROS
            value = f"{value:0{digits}}"
        row.append(_plain(value))
    return row, marks


def _digits(number_format: str) -> int:
    """How many digits a number format shows at least, where it is of zeros alone; else 0."""
    return len(number_format) if len(number_format) <= _ZEROS_MAX and not number_format.strip("0") else 0


def _plain(value: Any) -> Any:
    if value is None or type(value) is bool:
        return value
    if type(value) is str:
        return value[:TEXT_MAX]
    if type(value) is float:
        return value
    if type(value) is int:
        return value if -(2**63) <= value < 2**63 else str(value)[:TEXT_MAX]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)[:TEXT_MAX]
