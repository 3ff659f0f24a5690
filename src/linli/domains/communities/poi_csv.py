"""The POI catalogue as CSV: one row a point of interest, turned into the map provider's object (spec B §9 V1).

The header names columns in any order: `id` (poid), `name`, `cityname`, and optionally `address`, `pname`, `adname`,
`location` ("lng,lat", GCJ-02), `type`, `typecode`, `tel`, `parent`. Other columns are refused, so that a misspelt one
is noticed.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

REQUIRED: Final = ("id", "name", "cityname")
OPTIONAL: Final = ("address", "pname", "adname", "location", "type", "typecode", "tel", "parent")
_POID = re.compile(r"[0-9A-Z]{4,32}")
_ROWS_MAX: Final = 5_000_000


class Poi(NamedTuple):
    """One POI; `data` is the object that the open API answers with."""

    poid: str
    name: str
    city: str
    search: str
    city_search: str
    data: dict[str, Any]


class CsvProblem(NamedTuple):
    """Why a row cannot be used. `row` counts from 1 for the header; `rule` is the key of a text `rule.<rule>`."""

    row: int
    column: str
    rule: str
    facts: dict[str, Any]


def read(lines: Iterable[str]) -> Iterator[Poi | CsvProblem]:
    """Every row as a POI or as what is wrong with it. A bad header is one problem and ends the reading."""
    rows = csv.reader(lines, strict=True)
    try:
        header = [cell.strip().lstrip("\ufeff").lower() for cell in next(rows)]
    except (StopIteration, csv.Error):
        yield CsvProblem(1, "", "required", {})
        return
    if bad := _header_problem(header):
        yield bad
        return
    seen: dict[str, int] = {}
    while True:
        number = rows.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield CsvProblem(number, "", "csv", {"detail": str(error)})
            return
        if not any(cell.strip() for cell in cells):
            continue
        poi = _poi(number, header, cells)
        if isinstance(poi, Poi):
            if (first := seen.setdefault(poi.poid, number)) != number:
                yield CsvProblem(number, "id", "repeats", {"other": first})
                continue
            if len(seen) > _ROWS_MAX:
                yield CsvProblem(number, "", "too_many_rows", {"limit": _ROWS_MAX})
                return
        yield poi


def _header_problem(header: list[str]) -> CsvProblem | None:
    for name in REQUIRED:
        if name not in header:
            return CsvProblem(1, name, "missing_column", {})
    for name in header:
        if name not in REQUIRED and name not in OPTIONAL:
            return CsvProblem(1, name, "unknown_column", {"allowed": ", ".join((*REQUIRED, *OPTIONAL))})
        if header.count(name) > 1:
            return CsvProblem(1, name, "repeats", {"other": 1})
    return None


def _poi(number: int, header: list[str], cells: list[str]) -> Poi | CsvProblem:
    if len(cells) > len(header):
        return CsvProblem(number, "", "too_many_cells", {"limit": len(header)})
    values = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
    for name in REQUIRED:
        if not values.get(name):
            return CsvProblem(number, name, "required", {})
    for name, value in values.items():
        if len(value) > 255:
            return CsvProblem(number, name, "too_long", {"limit": 255})
    if not _POID.fullmatch(values["id"]):
        return CsvProblem(number, "id", "format", {"example": "B023B19DJA"})
    if values.get("location") and not is_location(values["location"]):
        return CsvProblem(number, "location", "format", {"example": "120.091789,30.281922"})
    return make(values)


def make(values: dict[str, str]) -> Poi:
    """A POI from checked values by column name; a missing value is an empty array, as the map provider writes it."""

    def text(name: str) -> str | list[str]:
        return values.get(name) or []

    data: dict[str, Any] = {
        "parent": text("parent"),
        "address": text("address"),
        "distance": [],
        "biz_ext": {"cost": [], "rating": []},
        "pname": text("pname"),
        "importance": [],
        "biz_type": [],
        "cityname": values["cityname"],
        "type": text("type"),
        "photos": [],
        "typecode": text("typecode"),
        "shopinfo": "0",
        "poiweight": [],
        "childtype": [],
        "adname": text("adname"),
        "name": values["name"],
        "location": text("location"),
        "tel": text("tel"),
        "shopid": [],
        "id": values["id"],
    }
    return Poi(
        values["id"],
        values["name"],
        values["cityname"],
        fold(values["name"], values.get("address", ""), values.get("adname", "")),
        fold(values["cityname"], values.get("adname", ""), values.get("pname", "")),
        data,
    )


def fold(*parts: str) -> str:
    """One case-folded line of several texts, as search compares it."""
    return "\n".join(part.casefold() for part in parts if part)


def is_location(text: str) -> bool:
    """Whether `text` is "longitude,latitude" in degrees."""
    lng, comma, lat = text.partition(",")
    try:
        return bool(comma) and -180 <= float(lng) <= 180 and -90 <= float(lat) <= 90
    except ValueError:
        return False
