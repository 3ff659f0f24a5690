"""A copy of a handed-in workbook in which every fault is marked where it stands. Streams, whatever the size."""

from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import column_index_from_string

from linli.domains.communities.xlsx.reading import Problem

_BAD: Final = PatternFill("solid", fgColor="FDE2E2")
_WORDS: Final = Font(color="C00000")
_COMMENTS_MAX: Final = 2000
"""Comments are drawings, and thousands of them make a workbook slow to open; the first column says it all anyway."""
_TITLE: Final = {"zh-CN": "问题", "en": "Problems"}


def write(
    source: Path, target: Path, titles: dict[str, str], problems: list[Problem], *, language: str
) -> None:
    """Copy the sheets that were read, with a first column that names each row's faults. Blocks.

    `titles`: key of a sheet → its title in the file.
    """
    by_row: dict[tuple[str, int], list[Problem]] = defaultdict(list)
    for problem in problems:
        by_row[problem.sheet, problem.row].append(problem)
    comments = len(problems) <= _COMMENTS_MAX
    keys = {title: key for key, title in titles.items()}
    book = openpyxl.load_workbook(source, read_only=True, data_only=True)
    out = openpyxl.Workbook(write_only=True)
    try:
        for sheet in book.worksheets:
            key = keys.get(sheet.title)
            if key is None:
                continue
            sheet.reset_dimensions()
            page = out.create_sheet(sheet.title)
            page.column_dimensions["A"].width = 60
            for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
                faults = by_row.get((key, number), [])
                page.append(_row(page, number, values, faults, language, comments=comments))
        out.save(target)
    finally:
        book.close()


def _row(
    page: Any, number: int, values: tuple[Any, ...], faults: list[Problem], language: str, *, comments: bool
) -> list[Any]:
    if not faults:
        return [_TITLE[language] if number == 1 else None, *map(_safe, values)]
    said = "; ".join(f"{fault.title or fault.column}: {fault.text(language)}" for fault in faults)
    first = WriteOnlyCell(page, said)
    first.font = _WORDS
    row: list[Any] = [first, *map(_safe, values)]
    for fault in faults:
        if not fault.column:
            continue
        position = column_index_from_string(fault.column)
        row += [None] * (position + 1 - len(row))
        cell = row[position]
        if not isinstance(cell, Cell):
            cell = WriteOnlyCell(page, cell)
            cell.fill = _BAD
            row[position] = cell
        if comments and cell.comment is None:
            cell.comment = Comment(fault.text(language), "Linli")
    return row


def _safe(value: Any) -> Any:
    """Text that begins like a formula stays text."""
    if isinstance(value, str) and value.startswith("="):
        return "'" + value
    return value
