"""The workbook of vehicles: the empty form, the filled-in form, and the community's export."""

from typing import Final

from linli.domains.communities.xlsx import cells
from linli.kernel.late import LOADING
from linli.kernel.tables import book_bytes, new_book
from linli.kernel.workbooks.cells import Broken, short_text
from linli.kernel.workbooks.columns import Column, Labels, Sheet, choice_of
from linli.rules.plates import clean_plate, is_plate

COLORS: Final[Labels] = {
    0: ("其他", "other"), 1: ("白", "white"), 2: ("灰", "grey"), 3: ("黄", "yellow"), 4: ("粉", "pink"),
    5: ("红", "red"), 6: ("紫", "purple"), 7: ("绿", "green"), 8: ("蓝", "blue"), 9: ("棕", "brown"),
    10: ("黑", "black"), 11: ("青", "cyan"),
}  # fmt: skip
ROWS_MAX: Final = 20_000
BRAND_MAX: Final = 32


def _plate(text: str) -> str | Broken:
    plate = clean_plate(text)
    return plate if is_plate(plate) else Broken("plate", {"example": "浙A12345"})


def _brand(text: str) -> str | Broken:
    return text if len(text) <= BRAND_MAX else Broken("too_long", {"limit": BRAND_MAX})


VEHICLES: Final = Sheet(
    "vehicles",
    "车辆",
    "Vehicles",
    (
        Column("plate", "车牌号", "Plate", _plate, True, width=14, also=("车牌", "车牌号码", "车号", "plate number")),
        Column("name", "车主姓名", "Owner", cells.person_name, width=14, also=("姓名", "车主", "住户")),
        Column(
            "phone", "手机号", "Phone", cells.any_phone, width=16,
            hint_zh="车主手机号。没有手机号时请填写姓名和房屋",
            hint_en="The owner's phone; without one, fill in name and house",
            also=("手机", "手机号码", "电话", "联系电话", "车主手机号"),
        ),
        Column(
            "house", "房屋", "House", short_text, width=18,
            hint_zh="如 1-2-301", hint_en="Such as 1-2-301", also=("房号", "住址", "房间号"),
        ),
        Column("brand", "品牌", "Brand", _brand, width=14, also=("车辆品牌", "型号")),
        Column(
            "color", "颜色", "Colour", choice_of(COLORS), choices=COLORS,
            also=("车身颜色", "color"),
        ),
    ),
)  # fmt: skip


def template(language: str) -> bytes:
    """The empty workbook."""
    return _book(language, [])


def filled(language: str, rows: list[tuple[str, str, str, str, str, int | None]]) -> bytes:
    """A workbook of (plate, owner, phone, house, brand, colour), which can be imported again."""
    return _book(language, rows)


def _book(language: str, rows: list[tuple[str, str, str, str, str, int | None]]) -> bytes:
    with LOADING:
        from linli.kernel.workbooks.template import add_sheet  # takes 0.15 s: not at every start

    book = new_book(streamed=False)
    page = add_sheet(book, VEHICLES, language)
    for row in rows:
        color = row[-1]
        label = "" if color is None else COLORS[color][1 if language == "en" else 0]
        page.append((*row[:-1], label))
    return book_bytes(book)
