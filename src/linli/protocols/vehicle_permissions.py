"""The vehicle permission file that `AddVehicleIOfPermission` points a lane camera to, and that it exports. Spec A 4.6.

    {"total": 2, "permList": [{"type": 1, "plateNumber": "浙A12345", "effectiveDate": "1798732800000",
      "expiryDate": "1830268799000", "permissionType": 1}, …]}

`type` is 1 to add or overwrite, 2 to delete; an export has none. Dates are UTC ms as text, of ordinary vehicles alone.
"""

from collections.abc import Iterable
from typing import Any, Final, Literal, NamedTuple

import msgspec

ADD, DELETE = 1, 2
type Permission = Literal[1, 2, 3]
ORDINARY: Final[Permission] = 1
WHITELIST: Final[Permission] = 2
BLACKLIST: Final[Permission] = 3
MOST_BYTES: Final = 16 * 1024 * 1024
MOST_ENTRIES: Final = 100_000
_PLATE_MAX: Final = 32


class VehicleFileError(Exception):
    """The file is no permission file."""


class VehicleEntry(NamedTuple):
    plate: str
    permission: Permission
    starts_ms: int | None = None
    """Of an ordinary vehicle; None: without one."""
    ends_ms: int | None = None
    delete: bool = False


def encode(entries: Iterable[VehicleEntry], *, export: bool = False) -> bytes:
    """The file; `export` is a camera's own, whose entries have no `type`."""
    rows: list[dict[str, Any]] = []
    for entry in entries:
        row: dict[str, Any] = {} if export else {"type": DELETE if entry.delete else ADD}
        row["plateNumber"] = entry.plate
        row["effectiveDate"] = "" if entry.starts_ms is None else str(entry.starts_ms)
        row["expiryDate"] = "" if entry.ends_ms is None else str(entry.ends_ms)
        row["permissionType"] = entry.permission
        rows.append(row)
    return msgspec.json.encode({"total": len(rows), "permList": rows})


def decode(content: bytes) -> list[VehicleEntry]:
    """The entries; `total` does not count. A full-width quotation mark that ends a text is taken for a plain one.

    Raises VehicleFileError.
    """
    if len(content) > MOST_BYTES:
        raise VehicleFileError(f"more than {MOST_BYTES} bytes")
    try:
        file = msgspec.json.decode(content, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        try:
            file = msgspec.json.decode(_mended(content), type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise VehicleFileError("no JSON object") from error
    rows = file.get("permList")
    if not isinstance(rows, list):
        raise VehicleFileError("permList: must be a list")
    if len(rows) > MOST_ENTRIES:
        raise VehicleFileError(f"permList: more than {MOST_ENTRIES} entries")
    return [_entry(row, f"permList[{place}]") for place, row in enumerate(rows)]


def _mended(content: bytes) -> bytes:
    """As one printed sample has it: `"京N12345”,` instead of `"京N12345",`, and full-width commas."""
    return content.decode(errors="replace").replace("”，", '",').replace("”", '"').encode()


def _entry(row: Any, place: str) -> VehicleEntry:
    if not isinstance(row, dict):
        raise VehicleFileError(f"{place}: must be an object")
    plate, permission = row.get("plateNumber"), row.get("permissionType")
    if not isinstance(plate, str) or not 0 < len(plate) <= _PLATE_MAX:
        raise VehicleFileError(f"{place}.plateNumber: must be 1 to {_PLATE_MAX} characters")
    if permission not in (ORDINARY, WHITELIST, BLACKLIST):
        raise VehicleFileError(f"{place}.permissionType: must be 1, 2 or 3")
    change = row.get("type", ADD)
    if change not in (ADD, DELETE):
        raise VehicleFileError(f"{place}.type: must be 1 or 2")
    starts = _time(row.get("effectiveDate"), f"{place}.effectiveDate")
    ends = _time(row.get("expiryDate"), f"{place}.expiryDate")
    return VehicleEntry(plate, permission, starts, ends, change == DELETE)


def _time(value: Any, place: str) -> int | None:
    if value in (None, ""):
        return None
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) <= 14):
        raise VehicleFileError(f"{place}: must be UTC milliseconds")
    return int(text)
