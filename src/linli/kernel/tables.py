"""Tables for download, as CSV or as a workbook. A spreadsheet program runs nothing that is in them.

All cells are written here. A text that looks like a formula gets an apostrophe in front; `original` removes it again,
so a value that is read back is the value that was written.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from linli.kernel.late import LOADING

BOM: Final = codecs.BOM_UTF8
"""The mark that spreadsheets know UTF-8 by."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters of formulas; East Asian versions accept full-width signs too. Source: OWASP, CSV injection."""

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def harmless(value: Any) -> Any:
    """A cell of ours; numbers, dates and nothing stay what they are."""
    if isinstance(value, str) and value.lstrip("'").startswith(FORMULA):
        return f"'{value}"
    return value


def original(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text[:1] == "'" and text.lstrip("'").startswith(FORMULA) else text


def write_csv(rows: Iterable[Sequence[Any]], *, mark: bool = True) -> bytes:
    """UTF-8, with the mark unless this is a further part of a file."""
    out = io.StringIO()
    csv.writer(out).writerows([harmless(value) for value in row] for row in rows)
    text = out.getvalue().encode()
    return BOM + text if mark else text


def _writable(value: Any) -> Any:
    """XML takes no control characters: left out, where the library would refuse the whole book."""
    return harmless(_CONTROLS.sub("", value) if isinstance(value, str) else value)


def new_book(*, streamed: bool = True) -> Any:
    """An openpyxl workbook without sheets; `streamed`: rows leave memory as they are written."""
    with LOADING:
        from openpyxl import Workbook  # takes 0.15 s: not at every start of the process

    book = Workbook(write_only=streamed)
    if not streamed:
        book.remove(book.active)
    return book


def book_bytes(book: Any) -> bytes:
    """The file. Blocks."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class TablePage:
    """A sheet of a workbook. All its cells are made harmless."""

    def __init__(self, book: Any, title: str = "", *, sheet: Any = None) -> None:
        """A new sheet at the end of the book, or one that it has."""
        self.sheet = book.create_sheet(title) if sheet is None else sheet
        """For widths, styles and drop-downs; cells are written here alone."""

    def width(self, letter: str, characters: int) -> None:
        self.sheet.column_dimensions[letter].width = characters

    def widths(self, characters: Sequence[int]) -> None:
        """From the first column on."""
        with LOADING:
            from openpyxl.utils import get_column_letter

        for number, width in enumerate(characters, start=1):
            self.width(get_column_letter(number), width)

    def append(self, values: Iterable[Any]) -> None:
        """The next row: values, or cells that `cell` made."""
        self.sheet.append([_writable(value) for value in values])

    def cell(self, value: Any, **looks: Any) -> Any:
        """A cell with a font, a fill, a comment …, for `append` of a streamed workbook."""
        with LOADING:
            from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self.sheet, _writable(value))
        for name, look in looks.items():
            setattr(cell, name, look)
        return cell

    def put(self, row: int, column: int, value: Any) -> Any:
        """Write one cell of a workbook that is not streamed, by numbers from 1; the cell."""
        return self.sheet.cell(row, column, _writable(value))
