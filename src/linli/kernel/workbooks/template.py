"""Pages of an empty workbook: titles, drop-downs, and what each column takes."""

from typing import Any, Final

from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from linli.kernel.tables import TablePage
from linli.kernel.workbooks.columns import Column, Sheet

_FORMULA_MAX: Final = 250
_CHOICES: Final = "_choices"
"""A hidden page with what long drop-downs offer."""
_LAST_ROW: Final = 1_048_576
_REQUIRED: Final = Font(bold=True, color="C00000")
_OPTIONAL: Final = Font(bold=True, color="303133")
_HEAD: Final = PatternFill("solid", fgColor="EEF2F7")


def add_sheet(book: Any, sheet: Sheet, language: str) -> TablePage:
    """A page with the titles, hints and drop-downs of a sheet."""
    page = TablePage(book, sheet.title(language))
    page.sheet.freeze_panes = "A2"
    for position, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(position)
        head = page.put(1, position, column.title(language))
        head.font = _REQUIRED if column.required else _OPTIONAL
        head.fill = _HEAD
        head.alignment = Alignment(horizontal="center")
        if hint := column.hint(language):
            head.comment = Comment(hint, "Linli", width=260, height=90)
        page.width(letter, column.width)
        # Text cells keep "0101" and "3/2/1" as typed.
        page.sheet.column_dimensions[letter].number_format = "@"
        if column.choices or column.options:
            page.sheet.add_data_validation(_drop_down(book, column, letter, language))
    return page


def _drop_down(book: Any, column: Column, letter: str, language: str) -> DataValidation:
    index = 1 if language == "en" else 0
    numbered = (column.choices or {}).items()
    labels = [*column.options] or [f"{number}:{names[index]}" for number, names in numbered]
    inline = ",".join(labels)
    # A formula takes no more, and no commas within a choice: longer lists stand on a page of their own.
    plain = len(inline) <= _FORMULA_MAX and not any("," in label or '"' in label for label in labels)
    formula = f'"{inline}"' if plain else _listed(book, labels)
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=not column.open)
    rule.add(f"{letter}2:{letter}{_LAST_ROW}")
    return rule


def _listed(book: Any, labels: list[str]) -> str:
    """Choices in the next column of a hidden page; where they stand."""
    if _CHOICES in book.sheetnames:
        page = TablePage(book, sheet=book[_CHOICES])
        position = page.sheet.max_column + 1
    else:
        page, position = TablePage(book, _CHOICES), 1
        page.sheet.sheet_state = "hidden"
    for number, label in enumerate(labels, 1):
        page.put(number, position, label)
    letter = get_column_letter(position)
    return f"{_CHOICES}!${letter}$1:${letter}${len(labels)}"
