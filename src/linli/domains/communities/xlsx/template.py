"""The empty workbook that people fill: titles, drop-downs, and what each column takes."""

from collections.abc import Sequence
from typing import Final

from linli.domains.communities.xlsx.columns import SHEETS
from linli.kernel.tables import TablePage, book_bytes, new_book
from linli.kernel.workbooks.columns import Sheet
from linli.kernel.workbooks.template import add_sheet

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
