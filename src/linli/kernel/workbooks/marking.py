"""The child that copies a handed-in workbook and marks every fault where it stands. Streams, whatever the size."""

from collections import defaultdict
from pathlib import Path
from typing import Any, Final

from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import column_index_from_string

from linli.kernel.children.channel import Channel
from linli.kernel.tables import TablePage, new_book
from linli.kernel.workbooks.opening import merged_cells, open_book
from linli.kernel.workbooks.refusals import BadWorkbook
from linli.kernel.workbooks.report import MarkAsk
from linli.kernel.workbooks.rows import Problem

_BAD: Final = PatternFill("solid", fgColor="FDE2E2")
_WORDS: Final = Font(color="C00000")
_COMMENTS_MAX: Final = 2000
"""Comments are drawings, and thousands of them make a workbook slow to open; the first column says it all anyway."""
_WIDTH_MAX: Final = 256
_ROWS_MAX: Final = 550_000
_TITLE: Final = {"zh-CN": "问题", "en": "Problems"}


def serve(channel: Channel) -> None:
    """One copy; the answer is the rule that the file breaks, or empty."""
    asked = channel.receive(MarkAsk)
    try:
        _write(asked)
    except BadWorkbook as error:
        channel.send(error.facts["rule"])
    else:
        channel.send("")


def _write(asked: MarkAsk) -> None:
    """Copy the sheets that were read, with a first column that names each row's faults. Raises BadWorkbook."""
    by_row: dict[tuple[str, int], list[Problem]] = defaultdict(list)
    for problem in asked.problems:
        by_row[problem.sheet, problem.row].append(problem)
    comments = len(asked.problems) <= _COMMENTS_MAX
    keys = {title: key for key, title in asked.titles.items()}
    book = open_book(Path(asked.source))
    out = new_book()
    for sheet in book.worksheets:
        key = keys.get(sheet.title)
        if key is None:
            continue
        sheet.reset_dimensions()
        page = TablePage(out, sheet.title)
        page.width("A", 60)
        merged = merged_cells(sheet)
        for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=_WIDTH_MAX), 1):
            values = list(cells)
            merged.fill(number, values)
            faults = by_row.get((key, number), [])
            page.append(_row(page, number, values, faults, asked.language, comments=comments))
            if number > _ROWS_MAX:
                break
    out.save(asked.target)


def _row(
    page: TablePage,
    number: int,
    values: list[Any],
    faults: list[Problem],
    language: str,
    *,
    comments: bool,
) -> list[Any]:
    if not faults:
        return [_TITLE[language] if number == 1 else None, *values]
    text = "; ".join(f"{fault.title or fault.column}: {fault.text(language)}" for fault in faults)
    row: list[Any] = [page.cell(text, font=_WORDS), *values]
    for fault in faults:
        if not fault.column:
            continue
        position = column_index_from_string(fault.column)
        row += [None] * (position + 1 - len(row))
        cell = row[position]
        if not isinstance(cell, Cell):
            cell = row[position] = page.cell(cell, fill=_BAD)
        if comments and cell.comment is None:
            cell.comment = Comment(fault.text(language), "Linli")
    return row
