"""The empty workbook that people fill: titles, drop-downs, and what each column takes."""

from collections.abc import Sequence
from typing import Any, Final

from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from linli.domains.communities.xlsx.columns import SHEETS, Column, Sheet
from linli.kernel.tables import TablePage, book_bytes, new_book

_FORMULA_MAX: Final = 250
_CHOICES: Final = "_choices"
"""A hidden page with what long drop-downs offer."""
_LAST_ROW: Final = 1_048_576
_REQUIRED: Final = Font(bold=True, color="C00000")
_OPTIONAL: Final = Font(bold=True, color="303133")
_HEAD: Final = PatternFill("solid", fgColor="EEF2F7")
_NOTES: Final = {
    "zh-CN": (
        "说明",
        "红色标题为必填列。先填“房屋”，再填“住户”；只导入其中一种时，另一个表留空即可。",
        "楼栋、单元、房号相同即为同一房屋：再次导入同一文件不会重复创建，只更新有变化的内容。",
        "同一手机号视为同一人；换了手机号或没有手机号时，按姓名和证件号码、再按房屋和姓名识别。",
        "已登记的人：填写的内容与现有不同时会更新，留空的不变；姓名和已登记的性别不变。检查时会列出谁的什么内容将改变。",
        "任何一行有误时默认不导入任何内容，所有错误会按行列一次列出；也可以选择只导入正确的行。",
    ),
    "en": (
        "Notes",
        "Columns with red titles are required. Fill in Houses first, then Residents; leave a sheet empty if unused.",
        "Building, unit and house together name one house: importing a file again makes nothing twice.",
        "One phone is one person; without it, or with a new one, by name and ID number, else by house and name.",
        "What a row says of a registered person replaces what is known, empty cells change nothing; name and sex stay.",
        "If any row is bad nothing is imported and all faults are listed by row and column; or take the good rows.",
    ),
}


def build(language: str, sheets: Sequence[Sheet] = SHEETS) -> bytes:
    """The template in a language, as the bytes of an xlsx file. Titles of columns that must be filled are red."""
    book = new_book(streamed=False)
    for sheet in sheets:
        add_sheet(book, sheet, language)
    title, *lines = _NOTES["en" if language == "en" else "zh-CN"]
    notes = TablePage(book, title)
    notes.width("A", 110)
    for line in lines:
        notes.append([line])
    return book_bytes(book)


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
    plain = len(inline) <= _FORMULA_MAX and not any("," in one or '"' in one for one in labels)
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
