"""A maker's list as a file, xlsx or csv: four columns by title, at most 1000 rows, none blank between. Blocks.

Columns `vpcInstanceId` (may be empty), `snCode`, `deviceName`, `productKey` (spec B 2.5.2, V19).
"""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from linli.kernel.errors import BadInput
from linli.kernel.tables import TablePage, book_bytes, new_book
from linli.kernel.workbooks.refusals import BadWorkbook
from linli.kernel.workbooks.sheets import open_workbook
from linli.things.serials.service import MAX_SN, SerialNumberEntry, sn_problem
from linli.things.service.devices import DEVICE_NAME
from linli.things.tables import Problem as Problem
from linli.things.tables import cell_text, read_csv

ROWS_MAX: Final = 1000
FILE_BYTES: Final = 4 * 1024 * 1024
TITLES: Final = {
    "vpc_instance_id": "vpcInstanceId",
    "sn": "snCode",
    "device_name": "deviceName",
    "product_key": "productKey",
}
"""Field → title of its column, in the order of the template."""
_ALIASES: Final = {
    "vpcinstanceid": "vpc_instance_id",
    "sncode": "sn",
    "sn": "sn",
    "sn码": "sn",
    "序列号": "sn",
    "devicename": "device_name",
    "设备名称": "device_name",
    "productkey": "product_key",
    "产品key": "product_key",
}
_REQUIRED: Final = ("sn", "device_name", "product_key")
_SCANNED_MAX: Final = 20_000


class Row(NamedTuple):
    number: int
    entry: SerialNumberEntry


class Sheet(NamedTuple):
    """The contents of the file: good rows, and all faults of the others."""

    rows: list[Row]
    problems: list[Problem]
    total: int
    """Rows that were not blank."""


def read(content: bytes) -> Sheet:
    """The kind is found by content, since file names lie. Raises BadInput for other kinds of file."""
    if len(content) > FILE_BYTES:
        raise BadInput(field="file", rule="file_too_large", limit=f"{FILE_BYTES // 1024 // 1024} MB")
    if content[:2] == b"PK":
        try:
            return _collect(_workbook(content))
        except BadWorkbook as error:
            if error.facts["rule"] == "workbook":
                raise BadInput(field="file", rule="serial_file") from error
            raise
    return _collect(read_csv(content, rule="serial_file"))


def template() -> bytes:
    """A workbook with the titles and one sample row."""
    book = new_book(streamed=False)
    page = TablePage(book, "SN")
    page.append(TITLES.values())
    page.append(["", "wang_0001", "wangjing_0001", "a1yKQvJ5gTo"])
    page.widths([24] * len(TITLES))
    return book_bytes(book)


def _workbook(content: bytes) -> Iterator[list[str]]:
    with tempfile.NamedTemporaryFile(suffix=".xlsx", prefix="linli-serials-") as file:
        file.write(content)
        file.flush()
        with open_workbook(Path(file.name)) as book:
            if not book.sheets:
                raise BadInput(field="file", rule="serial_file")
            for values in book.sheets[0].rows(last=_SCANNED_MAX, width=32):
                yield [cell_text(value) for value in values]


def _collect(lines: Iterable[list[str]]) -> Sheet:
    lines = iter(lines)
    columns = _columns(next(lines, []))
    good: list[Row] = []
    problems: list[Problem] = []
    total, blank = 0, 0
    first: dict[str, int] = {}
    named: dict[tuple[str, str], int] = {}
    for number, values in enumerate(lines, 2):
        if not any(values):
            blank = blank or number
            continue
        if blank:
            problems.append(Problem(blank, "", "", "blank_row", {}))
            blank = 0
        total += 1
        if total > ROWS_MAX:
            problems.append(Problem(number, "", "", "serial_rows", {"limit": ROWS_MAX}))
            break
        entry, faults = _entry(number, values, columns)
        if entry is not None:
            faults += _repeated(number, entry, first, named)
        if entry is None or faults:
            problems += faults
        else:
            good.append(Row(number, entry))
    return Sheet(good, problems, total)


def _columns(titles: list[str]) -> dict[str, int]:
    """Field → position. Raises BadInput when a required column is missing."""
    columns: dict[str, int] = {}
    for position, title in enumerate(titles):
        field = _ALIASES.get(title.casefold().replace(" ", "").rstrip("*"))
        if field is not None:
            columns.setdefault(field, position)
    missing = [TITLES[field] for field in _REQUIRED if field not in columns]
    if missing:
        raise BadInput(field="file", rule="serial_columns", missing=", ".join(missing))
    return columns


def _entry(
    number: int, values: list[str], columns: dict[str, int]
) -> tuple[SerialNumberEntry | None, list[Problem]]:
    cells = {field: values[position] if position < len(values) else "" for field, position in columns.items()}
    faults = [Problem(number, TITLES[field], "", "required", {}) for field in _REQUIRED if not cells[field]]
    if cells["sn"] and (rule := sn_problem(cells["sn"])):
        faults.append(Problem(number, TITLES["sn"], cells["sn"][:200], rule, {"limit": MAX_SN}))
    if cells["device_name"] and not DEVICE_NAME.fullmatch(cells["device_name"]):
        faults.append(Problem(number, TITLES["device_name"], cells["device_name"][:200], "device_name", {}))
    return (None if faults else SerialNumberEntry(**cells)), faults


def _repeated(
    number: int, entry: SerialNumberEntry, first: dict[str, int], named: dict[tuple[str, str], int]
) -> list[Problem]:
    """A number or a device that an earlier row has."""
    faults = []
    device = entry.product_key, entry.device_name
    if (other := first.setdefault(entry.sn, number)) != number:
        faults.append(Problem(number, TITLES["sn"], entry.sn, "twice_in_file", {"row": other}))
    elif (other := named.setdefault(device, number)) != number:
        faults.append(
            Problem(number, TITLES["device_name"], entry.device_name, "twice_in_file", {"row": other})
        )
    return faults
