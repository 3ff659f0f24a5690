"""The sample's houses and residents as the workbook that a property company would import."""

import io

from openpyxl import Workbook

from linli.demo.sample import Sample
from linli.domains.communities.xlsx.columns import HOUSES, RESIDENTS, SEXES, Column, Sheet

_ZH = 0


def build(sample: Sample) -> bytes:
    """The bytes of an xlsx file with the titles of the template in Chinese."""
    book = Workbook(write_only=True)
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
            [*one.place, one.name, one.relation, one.phone or None, SEXES[one.sex][_ZH], one.age]
            for one in sample.residents
        ],
    )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _add(book: Workbook, sheet: Sheet, keys: tuple[str, ...], rows: list[list[object]]) -> None:
    columns: dict[str, Column] = {column.key: column for column in sheet.columns}
    page = book.create_sheet(sheet.zh)
    page.append([columns[key].zh for key in keys])
    for row in rows:
        page.append(row)
