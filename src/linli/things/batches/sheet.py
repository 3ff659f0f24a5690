"""Names of devices to make, as a CSV that people fill: column `DeviceName`, and if they like nickname, remark, SN. Pure.

Spec D 2.2.3 (批量上传). A blank line is passed over: the last one of many files is.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from linli.kernel.errors import BadInput
from linli.kernel.tables import write_csv
from linli.things.serials.service import MAX_SN, sn_problem
from linli.things.service.devices import DEVICE_NAME, MAX_LABEL
from linli.things.tables import Problem, read_csv

ROWS_MAX: Final = 10_000
FILE_BYTES: Final = 4 * 1024 * 1024
TITLES: Final = {"device_name": "DeviceName", "nickname": "Nickname", "remark": "Remark", "sn": "SN"}
"""Field → title of its column, in the order of the template."""
_ALIASES: Final = {
    "devicename": "device_name", "设备名称": "device_name", "iot编码": "device_name",
    "nickname": "nickname", "设备别名": "nickname", "别名": "nickname", "备注名称": "nickname",
    "remark": "remark", "备注": "remark", "位置补充描述": "remark",
    "sn": "sn", "sncode": "sn", "sn码": "sn", "序列号": "sn",
}  # fmt: skip


class Row(NamedTuple):
    """One device to make. `number` counts as the spreadsheet does; the title is row 1."""

    number: int
    device_name: str
    nickname: str = ""
    remark: str = ""
    sn: str = ""


class Sheet(NamedTuple):
    """The contents of the file: good rows, and all faults of the others."""

    rows: list[Row]
    problems: list[Problem]
    total: int
    """Rows that were not blank."""


def template() -> bytes:
    """The titles alone: a sample row would be made a device by those who forget to delete it."""
    return write_csv([tuple(TITLES.values())])


def read(content: bytes) -> Sheet:
    """Raises BadInput for what is no CSV, or lacks the column `DeviceName`."""
    if len(content) > FILE_BYTES:
        raise BadInput(field="file", rule="file_too_large", limit=f"{FILE_BYTES // 1024 // 1024} MB")
    return _collect(read_csv(content, rule="batch_file"))


def _collect(lines: Iterable[list[str]]) -> Sheet:
    lines = iter(lines)
    columns = _columns(next(lines, []))
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str], int] = {}
    total = 0
    for number, values in enumerate(lines, 2):
        if not any(values):
            continue
        total += 1
        if total > ROWS_MAX:
            problems.append(Problem(number, "", "", "batch_rows", {"limit": ROWS_MAX}))
            break
        row = Row(number, **{f: values[at] if at < len(values) else "" for f, at in columns.items()})
        faults = [*_faults(row), *_repeated(row, seen)]
        if faults:
            problems += faults
        else:
            rows.append(row)
    if not total:
        raise BadInput(field="file", rule="batch_empty")
    return Sheet(rows, problems, total)


def _columns(titles: list[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for position, title in enumerate(titles):
        field = _ALIASES.get(title.casefold().replace(" ", "").rstrip("*"))
        if field is not None:
            columns.setdefault(field, position)
    if "device_name" not in columns:
        raise BadInput(field="file", rule="batch_columns", missing=TITLES["device_name"])
    return columns


def _faults(row: Row) -> list[Problem]:
    problems = []
    if not row.device_name:
        problems.append(Problem(row.number, TITLES["device_name"], "", "required", {}))
    elif not DEVICE_NAME.fullmatch(row.device_name):
        problems.append(Problem(row.number, TITLES["device_name"], row.device_name[:200], "device_name", {}))
    for field, value in (("nickname", row.nickname), ("remark", row.remark)):
        if len(value) > MAX_LABEL:
            problems.append(Problem(row.number, TITLES[field], value[:200], "too_long", {"limit": MAX_LABEL}))
    if row.sn and (rule := sn_problem(row.sn)):
        problems.append(Problem(row.number, TITLES["sn"], row.sn[:200], rule, {"limit": MAX_SN}))
    return problems


def _repeated(row: Row, seen: dict[tuple[str, str], int]) -> list[Problem]:
    """Names and numbers that an earlier row has."""
    problems = []
    for field, value in (("device_name", row.device_name), ("sn", row.sn)):
        if value and (other := seen.setdefault((field, value), row.number)) != row.number:
            problems.append(Problem(row.number, TITLES[field], value[:200], "twice_in_file", {"row": other}))
    return problems
