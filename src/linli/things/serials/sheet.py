"""A maker's list as a file, xlsx or csv: four columns by title, at most 1000 rows, none blank between. Pure, blocks.

Columns `vpcInstanceId` (may be empty), `snCode`, `deviceName`, `productKey` (spec B 2.5.2, V19).
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from xml.etree.ElementTree import ParseError

from linli.kernel.errors import BadInput
from linli.things.serials.service import MAX_SN, SerialNumberEntry, sn_problem
from linli.things.service.devices import DEVICE_NAME
from linli.things.tables import Problem as Problem
from linli.things.tables import cell_text, read_csv

ROWS_MAX: Final = 1000
FILE_BYTES: Final = 4 * 1024 * 1024
UNPACKED_MAX: Final = 64 * 1024 * 1024
"""Bytes that a workbook may unpack to: a small file can hold a very large one."""
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
    """What the file held: good rows, and every fault of the others."""

    rows: list[Row]
    problems: list[Problem]
    total: int
    """Rows that were not blank."""


def read(content: bytes) -> Sheet:
    """Told apart by content, since names lie. Raises BadInput for what is no such file at all."""
    if len(content) > FILE_BYTES:
        raise BadInput(field="file", rule="file_too_large", limit=f"{FILE_BYTES // 1024 // 1024} MB")
    if content[:2] == b"PK":
        return _collect(_workbook(content))
    return _collect(read_csv(content, rule="serial_file"))


def template() -> bytes:
    """A workbook with the titles and one sample row."""
    import openpyxl  # takes 0.15 s: not at every start of the process

    book = openpyxl.Workbook()
    page = book.active
    page.title = "SN"
    page.append(list(TITLES.values()))
    page.append(["", "wang_0001", "wangjing_0001", "a1yKQvJ5gTo"])
    for letter in "ABCD":
        page.column_dimensions[letter].width = 24
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _workbook(content: bytes) -> Iterator[list[str]]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED_MAX:
                raise BadInput(
                    field="file", rule="file_too_large", limit=f"{UNPACKED_MAX // 1024 // 1024} MB"
                )
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = book.worksheets
        if not sheets or not hasattr(sheets[0], "iter_rows"):
            raise BadInput(field="file", rule="serial_file")
        sheets[0].reset_dimensions()  # some programs write wrong ones
        for number, values in enumerate(sheets[0].iter_rows(max_col=32, values_only=True)):
            if number > _SCANNED_MAX:
                break
            yield [cell_text(value) for value in values]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, ParseError) as error:
        raise BadInput(field="file", rule="serial_file") from error


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
