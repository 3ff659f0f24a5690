"""The sample's houses and residents as the workbook that a property company would import."""

from typing import Any

from linli.demo.sample import Sample
from linli.domains.communities.xlsx.columns import HOUSES, RESIDENTS, SEXES
from linli.kernel.tables import TablePage, book_bytes, new_book
from linli.kernel.workbooks.columns import Column, Sheet

_ZH = 0


def build(sample: Sample) -> bytes:
    """The bytes of an xlsx file with the titles of the template in Chinese."""
    book = new_book()
    _add(
        book,
        HOUSES,
        ("building", "unit", "house", "layout", "area_m2", "house_type", "house_status"),
        [[*house.place, house.layout, house.area_m2, 1, house.status] for house in sample.houses],
    )
    _add(
        book,
        RESIDENTS,
        ("building", "unit", "house", "name", "type", "phone", "sex", "age"),
        [
            [
                *resident.place,
                resident.name,
                resident.relation,
                resident.phone or None,
                SEXES[resident.sex][_ZH],
                resident.age,
            ]
            for resident in sample.residents
        ],
    )
    return book_bytes(book)


def _add(book: Any, sheet: Sheet, keys: tuple[str, ...], rows: list[list[object]]) -> None:
    columns: dict[str, Column] = {column.key: column for column in sheet.columns}
    page = TablePage(book, sheet.zh)
    page.append([columns[key].zh for key in keys])
    for row in rows:
        page.append(row)
