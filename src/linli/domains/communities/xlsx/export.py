"""What a community holds, as a workbook that can be imported again: the sheets and titles of the template."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from linli.domains.communities.xlsx.columns import Column, Sheet


def build(sheets: Sequence[tuple[Sheet, Iterable[dict[str, Any]]]], language: str) -> bytes:
    """The bytes of an xlsx file; each row is values by column key. Blocks: call it beside the event loop."""
    book = openpyxl.Workbook(write_only=True)
    for sheet, rows in sheets:
        page = book.create_sheet(sheet.title(language))
        page.freeze_panes = "A2"
        head = []
        for position, column in enumerate(sheet.columns):
            page.column_dimensions[openpyxl.utils.get_column_letter(position + 1)].width = column.width
            cell = WriteOnlyCell(page, column.title(language))
            cell.font = Font(bold=True)
            head.append(cell)
        page.append(head)
        for row in rows:
            page.append([_shown(column, row.get(column.key), language) for column in sheet.columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _shown(column: Column, value: Any, language: str) -> Any:
    """Choices in words; text that begins like a formula stays text."""
    if value is None or value == "":
        return None
    if column.choices is not None:
        label = column.choices.get(value)
        return label[1 if language == "en" else 0] if label else value
    if isinstance(value, str) and value[0] in "=+-@":
        return "'" + value
    return value
