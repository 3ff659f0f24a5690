"""A community's rows as a workbook that can be imported again, with the sheets and titles of the template."""

from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl.styles import Font

from linli.kernel.tables import TablePage, book_bytes, new_book
from linli.kernel.workbooks.columns import Column, Sheet


def build(sheets: Sequence[tuple[Sheet, Iterable[dict[str, Any]]]], language: str) -> bytes:
    """The bytes of an xlsx file; each row is values by column key. Blocks: call it beside the event loop."""
    book = new_book()
    for sheet, rows in sheets:
        page = TablePage(book, sheet.title(language))
        page.sheet.freeze_panes = "A2"
        page.widths([column.width for column in sheet.columns])
        page.append([page.cell(column.title(language), font=Font(bold=True)) for column in sheet.columns])
        for row in rows:
            page.append([_shown(column, row.get(column.key), language) for column in sheet.columns])
    return book_bytes(book)


def _shown(column: Column, value: Any, language: str) -> Any:
    """Choices in words."""
    if value is None or value == "":
        return None
    if column.choices is not None:
        label = column.choices.get(value)
        return label[1 if language == "en" else 0] if label else value
    return value
